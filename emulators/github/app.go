package github

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"
)

func (c *call) appView() object {
	return object{"id": AppID, "slug": AppSlug, "node_id": node("A", AppID), "client_id": "Iv1.duplex", "owner": c.userView(c.e.st.Users[UserOrg]),
		"name": "duplex sync", "description": nil, "external_url": c.e.base, "html_url": c.e.base + "/apps/" + AppSlug,
		"created_at": stamp(accountBorn), "updated_at": stamp(accountBorn), "permissions": appPermissions,
		"events": []string{"issues", "issue_comment"}}
}

func (c *call) getApp() error { return c.answer(http.StatusOK, c.appView()) }

func (c *call) installationView() object {
	return object{"id": InstallationID, "account": c.userView(c.e.st.Users[UserOrg]), "repository_selection": "all",
		"access_tokens_url": fmt.Sprintf("%s/app/installations/%d/access_tokens", c.e.api(), InstallationID),
		"repositories_url":  c.e.api() + "/installation/repositories", "html_url": c.e.base + "/organizations/acme/settings/installations/9001",
		"app_id": AppID, "app_slug": AppSlug, "target_id": UserOrg, "target_type": "Organization", "permissions": appPermissions,
		"events": []string{"issues", "issue_comment"}, "created_at": stamp(accountBorn), "updated_at": stamp(accountBorn),
		"single_file_name": nil, "suspended_by": nil, "suspended_at": nil}
}

func (c *call) listInstallations() error {
	return page(c, []object{c.installationView()})
}

func (c *call) getRepoInstallation() error {
	for _, r := range c.e.st.Repos {
		if strings.EqualFold(r.full(), c.req.PathValue("owner")+"/"+c.req.PathValue("repo")) && r.Owner == Org {
			return c.answer(http.StatusOK, c.installationView())
		}
	}
	return notFound()
}

// postToken makes an installation token: one hour, for some repositories and with fewer permissions where that is
// asked for. Tokens are long and hold dots: nothing may be assumed about their length (vendor changelog, April 2026).
func (c *call) postToken() error {
	if c.pathID("installation_id") != InstallationID {
		return notFound()
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	t := &installationToken{Expires: c.now.Add(c.e.opts.TokenLife), Permissions: map[string]string{}}
	for name, level := range appPermissions {
		t.Permissions[name] = level
	}
	if asked, ok := in["permissions"].(object); ok {
		t.Permissions = map[string]string{"metadata": "read"}
		for name, level := range asked {
			if have := appPermissions[name]; have != "write" && have != text(level) {
				return refuse(http.StatusUnprocessableEntity, "The permissions requested are not granted to this installation.")
			}
			t.Permissions[name] = text(level)
		}
	}
	names, _ := in["repositories"].([]any)
	ids, _ := in["repository_ids"].([]any)
	for _, r := range c.e.st.Repos {
		for _, name := range names {
			if r.Owner == Org && strings.EqualFold(r.Name, text(name)) {
				t.Repos = append(t.Repos, r.ID)
			}
		}
		for _, id := range ids {
			if n, _ := number(id); r.Owner == Org && n == r.ID {
				t.Repos = append(t.Repos, r.ID)
			}
		}
	}
	if asked := len(names) + len(ids); len(t.Repos) < asked {
		return refuse(http.StatusUnprocessableEntity, "There is at least one repository that does not exist or is not accessible to the parent installation.")
	}
	sum := sha256.Sum256([]byte(fmt.Sprint("installation", c.e.st.id(), c.e.opts.Seed)))
	secret := fmt.Sprintf("ghs_%d_eyJhbGciOiJSUzI1NiJ9.%s.%s", AppID, hex.EncodeToString(sum[:]), strings.Repeat("x", 200))
	for old, other := range c.e.st.Tokens {
		if c.now.Sub(other.Expires) > time.Hour {
			delete(c.e.st.Tokens, old)
		}
	}
	c.e.st.Tokens[secret] = t
	c.dirty = true
	out := object{"token": secret, "expires_at": stamp(t.Expires), "permissions": t.Permissions, "repository_selection": "all"}
	if t.Repos != nil {
		out["repository_selection"] = "selected"
		var repos []object
		for _, id := range t.Repos {
			repos = append(repos, c.repoView(c.e.st.Repos[id]))
		}
		out["repositories"] = repos
	}
	return c.answer(http.StatusCreated, out)
}

func (c *call) listInstallationRepos() error {
	if !c.actor.app() {
		return refuse(http.StatusForbidden, "You must authenticate with an installation access token in order to list repositories for an installation.")
	}
	var rows []object
	for _, r := range c.reposByID() {
		if r.Owner == Org && c.role(r) >= roleWrite {
			rows = append(rows, c.repoView(r))
		}
	}
	total := len(rows)
	some, err := paged(c, rows)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, object{"total_count": total, "repositories": some, "repository_selection": "all"})
}
