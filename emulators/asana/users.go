package asana

import (
	"net/http"
	"slices"
	"strings"
)

func (e *Emulator) userRef(gid string) any {
	u := userBy(gid)
	if u == nil {
		return nil
	}
	return object{"gid": u.gid, "resource_type": "user", "name": u.name, "email": u.email}
}

func (e *Emulator) userView(u *user) object {
	spaces := []any{}
	for _, w := range u.workspaces {
		spaces = append(spaces, workspaceRef(w))
	}
	return object{"gid": u.gid, "resource_type": "user", "name": u.name, "email": u.email, "photo": nil, "workspaces": spaces}
}

func workspaceRef(gid string) object {
	w := workspaceBy(gid)
	return object{"gid": w.gid, "resource_type": "workspace", "name": w.name}
}

// someone finds a user by gid, e-mail or "me": either is taken wherever a user is named. Only people of a shared
// workspace are visible.
func (c *call) someone(field, who string) (*user, error) {
	if who == "me" {
		return userBy(c.grant.user), nil
	}
	for i := range users {
		u := &users[i]
		if u.gid != who && !strings.EqualFold(u.email, who) {
			continue
		}
		if slices.ContainsFunc(u.workspaces, c.member) {
			return u, nil
		}
	}
	if strings.Contains(who, "@") {
		return nil, refuse(http.StatusNotFound, field+": Not a recognized ID: "+who)
	}
	return nil, notFound(field, who)
}

// member tells whether the caller belongs to the workspace; the system belongs to all.
func (c *call) member(workspace string) bool {
	return c.grant.user == "" || slices.Contains(userBy(c.grant.user).workspaces, workspace)
}

// workspace finds a workspace of the caller.
func (c *call) workspace(gid string) (*workspace, error) {
	w := workspaceBy(gid)
	if w == nil {
		return nil, notFound("workspace", gid)
	}
	if !c.member(gid) {
		return nil, forbidden("workspace: Not a user in Workspace: " + gid)
	}
	return w, nil
}

func (c *call) getUser() error {
	u, err := c.someone("user", c.req.PathValue("user_gid"))
	if err != nil {
		return err
	}
	space := c.query("workspace")
	if path := c.req.PathValue("workspace_gid"); path != "" {
		space = path
	}
	if space != "" {
		if _, err := c.workspace(space); err != nil {
			return err
		}
		if !slices.Contains(u.workspaces, space) {
			return notFound("user", c.req.PathValue("user_gid"))
		}
	}
	return c.one(http.StatusOK, c.e.userView(u))
}

func (c *call) listUsers() error {
	space := c.query("workspace")
	if path := c.req.PathValue("workspace_gid"); path != "" {
		space = path
	}
	if space != "" {
		if _, err := c.workspace(space); err != nil {
			return err
		}
	}
	var rows []row
	for i := range users {
		u := &users[i]
		if space == "" && slices.ContainsFunc(u.workspaces, c.member) || slices.Contains(u.workspaces, space) {
			rows = append(rows, row{u.gid, func() object { return c.e.userView(u) }})
		}
	}
	return c.list(rows)
}

func workspaceView(w *workspace) object {
	return object{"gid": w.gid, "resource_type": "workspace", "name": w.name, "email_domains": []any{w.domain}, "is_organization": true}
}

func (c *call) listWorkspaces() error {
	var rows []row
	for i := range workspaces {
		if w := &workspaces[i]; c.member(w.gid) {
			rows = append(rows, row{w.gid, func() object { return workspaceView(w) }})
		}
	}
	return c.list(rows)
}

func (c *call) getWorkspace() error {
	w, err := c.workspace(c.req.PathValue("workspace_gid"))
	if err != nil {
		return err
	}
	return c.one(http.StatusOK, workspaceView(w))
}

// typeahead finds by beginnings of words, loosely, as the vendor's quick search does.
func (c *call) typeahead() error {
	space, err := c.workspace(c.req.PathValue("workspace_gid"))
	if err != nil {
		return err
	}
	kind := c.query("resource_type")
	if kind == "" {
		kind = c.query("type")
	}
	wanted := strings.ToLower(c.query("query"))
	fits := func(texts ...string) bool {
		for _, t := range texts {
			for _, word := range strings.Fields(strings.ToLower(t)) {
				if strings.HasPrefix(word, wanted) {
					return true
				}
			}
		}
		return wanted == ""
	}
	var rows []row
	switch kind {
	case "user":
		for i := range users {
			if u := &users[i]; slices.Contains(u.workspaces, space.gid) && fits(u.name, u.email) {
				rows = append(rows, row{u.gid, func() object { return c.e.userView(u) }})
			}
		}
	case "project":
		for i := range projects {
			if p := &projects[i]; p.workspace == space.gid && c.mayProject(p) && fits(p.name) {
				rows = append(rows, row{p.gid, func() object { return c.projectView(p) }})
			}
		}
	case "tag":
		for _, t := range c.e.st.Tags {
			if t.Workspace == space.gid && fits(t.Name) {
				rows = append(rows, row{t.GID, func() object { return c.tagView(t) }})
			}
		}
	case "task":
		for _, t := range c.e.st.Tasks {
			if t.Workspace == space.gid && c.visible(t) && fits(t.Name) {
				rows = append(rows, row{scattered(t.GID), func() object { return c.taskView(t) }})
			}
		}
	case "custom_field":
		for i := range customFields {
			if f := &customFields[i]; space.paid && fits(f.name) {
				rows = append(rows, row{f.gid, func() object { return c.fieldView(f) }})
			}
		}
	default:
		return bad("resource_type: Invalid value")
	}
	return c.list(rows)
}
