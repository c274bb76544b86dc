package github

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// actor is who makes a call: a person, an installation of the App (as its bot), or the App itself.
type actor struct {
	user  *user
	token *installationToken // the installation's; nil for a person
	jwt   bool
}

// key names the actor for limits: all tokens of a person together, all tokens of an installation together.
func (a actor) key() string {
	switch {
	case a.jwt:
		return AppSlug
	case a.user == nil:
		return "anonymous"
	}
	return strconv.FormatInt(a.user.ID, 10)
}

func (a actor) name() string {
	switch {
	case a.jwt:
		return AppSlug
	case a.user == nil:
		return ""
	case a.user.Email != "":
		return a.user.Email
	}
	return a.user.Login
}

func (a actor) app() bool { return a.token != nil }

// installationToken acts for the installation until it expires (vendor page "Generating an installation access token").
type installationToken struct {
	Expires     time.Time
	Repos       []int64           // nil: all of the organization
	Permissions map[string]string // "issues": "write"
}

var appPermissions = map[string]string{"issues": "write", "metadata": "read", "repository_hooks": "write", "organization_hooks": "write", "members": "read"}

func badCredentials() error { return refuse(http.StatusUnauthorized, "Bad credentials") }

// authenticate finds who is behind the request's credentials: 401 where they are wrong, or needed and absent.
func (c *call) authenticate(need access) error {
	header := c.req.Header.Get("Authorization")
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "bearer") && !strings.EqualFold(scheme, "token") {
		if header != "" {
			return badCredentials()
		}
		if need != anyone && c.req.Method != http.MethodGet || need == appOnly {
			return refuse(http.StatusUnauthorized, "Requires authentication")
		}
		return nil // public things may be read by anyone
	}
	if need == appOnly {
		c.actor.jwt = true
		return c.checkJWT(token)
	}
	if t := c.e.st.Tokens[token]; t != nil {
		if !c.e.skew.Now().Before(t.Expires) {
			return badCredentials()
		}
		c.actor = actor{user: c.e.st.Users[UserBot], token: t}
		return nil
	}
	for _, u := range c.e.st.Users {
		if u.Token != "" && u.Token == token && !u.Gone {
			c.actor.user = u
			return nil
		}
	}
	if strings.Count(token, ".") == 2 && c.checkJWT(token) == nil {
		return refuse(http.StatusForbidden, "Resource not accessible by integration")
	}
	return badCredentials()
}

// checkJWT holds the App's own token to the vendor's page "Generating a JSON Web Token (JWT) for a GitHub App": RS256,
// iss is the App, iat is past, exp at most ten minutes ahead.
func (c *call) checkJWT(token string) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return refuse(http.StatusUnauthorized, "A JSON web token could not be decoded")
	}
	var header struct{ Alg string }
	var claims struct {
		Iss      any
		Iat, Exp float64
	}
	signed := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err = errors.Join(err, part(parts[0], &header), part(parts[1], &claims)); err != nil || header.Alg != "RS256" {
		return refuse(http.StatusUnauthorized, "A JSON web token could not be decoded")
	}
	block, _ := pem.Decode([]byte(AppKey))
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		return err
	}
	if rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, signed[:], signature) != nil {
		return refuse(http.StatusUnauthorized, "A JSON web token could not be decoded")
	}
	now := float64(c.e.skew.Now().Unix())
	switch {
	case fmt.Sprint(claims.Iss) != strconv.Itoa(AppID):
		return refuse(http.StatusUnauthorized, "'Issuer' claim ('iss') must be an Integer that is the App's id")
	case claims.Iat > now+60:
		return refuse(http.StatusUnauthorized, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
	case claims.Exp <= now:
		return refuse(http.StatusUnauthorized, "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")
	case claims.Exp > now+600:
		return refuse(http.StatusUnauthorized, "'Expiration time' claim ('exp') is too far in the future")
	}
	return nil
}

func part(text string, v any) error {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

// role is what the actor may do in a repository.
func (c *call) role(r *repo) int {
	least := roleRead
	if r.Private {
		least = roleNone
	}
	switch {
	case c.actor.user == nil:
		return least
	case c.actor.app():
		if r.Owner != Org || c.actor.token.Repos != nil && !slices.Contains(c.actor.token.Repos, r.ID) {
			return least
		}
		return roleWrite
	}
	return max(least, r.Roles[c.actor.user.ID])
}

// permit holds an installation's token to its permissions; people have roles instead.
func (c *call) permit(permission string) error {
	if !c.actor.app() {
		return nil
	}
	want, have := "write", c.actor.token.Permissions[permission]
	if c.req.Method == http.MethodGet {
		want = "read"
	}
	if have == "write" || have == want {
		return nil
	}
	c.w.Header().Set("X-Accepted-GitHub-Permissions", permission+"="+want)
	return refuse(http.StatusForbidden, "Resource not accessible by integration")
}

// repo finds the repository the path names, for somebody who may see it. A private one is 404 to all others, a
// renamed one 301.
func (c *call) repo() (*repo, error) {
	name := c.req.PathValue("owner") + "/" + c.req.PathValue("repo")
	for _, r := range c.e.st.Repos {
		if strings.EqualFold(r.full(), name) && c.role(r) > roleNone {
			return r, nil
		}
	}
	for _, r := range c.e.st.Repos {
		for _, old := range r.Old {
			if strings.EqualFold(old, name) && c.role(r) > roleNone {
				tail := strings.TrimPrefix(c.req.URL.EscapedPath(), c.e.prefix+"/repos/"+name)
				return nil, c.moved("/repos/" + r.full() + tail)
			}
		}
	}
	return nil, notFound()
}

// moved is the answer for what is found at another path of the API now.
func (c *call) moved(path string) error {
	to := c.e.api() + path
	if c.req.URL.RawQuery != "" {
		to += "?" + c.req.URL.RawQuery
	}
	c.w.Header().Set("Location", to)
	return &apiError{http.StatusMovedPermanently, object{"message": "Moved Permanently", "url": to, "documentation_url": docs}}
}

// writable is repo for a role, where less is 403.
func (c *call) writable(need int, permission string) (*repo, error) {
	r, err := c.repo()
	if err != nil {
		return nil, err
	}
	if err := c.permit(permission); err != nil {
		return nil, err
	}
	if c.role(r) < need {
		if c.actor.app() {
			return nil, refuse(http.StatusForbidden, "Resource not accessible by integration")
		}
		return nil, refuse(http.StatusForbidden, "Must have "+roleNames[need]+" rights to Repository.")
	}
	return r, nil
}
