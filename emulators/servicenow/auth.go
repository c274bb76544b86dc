package servicenow

import (
	"crypto/subtle"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

type accessToken struct {
	User    string
	Expires time.Time
}

// authenticate finds the account behind the request's credentials and its time zone.
func (c *call) authenticate() error {
	name := ""
	if token, ok := strings.CutPrefix(c.req.Header.Get("Authorization"), "Bearer "); ok {
		if t := c.e.st.Access[token]; c.now.Before(t.Expires) {
			name = t.User
		}
	} else if user, secret, ok := c.req.BasicAuth(); ok {
		if same(secret, password(user)) {
			name = user
		}
	} else if same(c.req.Header.Get("x-sn-apikey"), KeySync) {
		name = UserSync
	}
	c.user = c.e.st.userNamed(name)
	if name == "" || c.user == nil || c.user["active"] != "true" {
		return unauthorized()
	}
	var err error
	if c.zone, err = time.LoadLocation(c.user["time_zone"]); err != nil {
		c.zone = time.UTC
	}
	return nil
}

func same(got, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}

// postToken issues OAuth tokens; only form-encoded bodies are read (vendor pages "Client credentials grant workflow",
// "Resource owner password credential workflow").
func (e *Emulator) postToken(w http.ResponseWriter, req *http.Request) {
	refuse := func(name, text string) {
		write(w, http.StatusUnauthorized, object{"error": name, "error_description": text})
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	kind, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type"))
	form, err := url.ParseQuery(string(body))
	if kind != "application/x-www-form-urlencoded" || err != nil {
		refuse("server_error", "access_denied")
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if user, pass, ok := req.BasicAuth(); ok && id == "" {
		id, secret = user, pass
	}
	if !same(id, ClientID) || !same(secret, ClientSecret) {
		refuse("invalid_client", "access_denied")
		return
	}
	user := ""
	switch form.Get("grant_type") {
	case "client_credentials":
		user = UserSync
	case "password":
		if same(form.Get("password"), password(form.Get("username"))) {
			user = form.Get("username")
		}
	case "refresh_token":
		user = e.st.Refresh[form.Get("refresh_token")]
	default:
		refuse("unsupported_grant_type", "access_denied")
		return
	}
	if u := e.st.userNamed(user); u == nil || u["active"] != "true" {
		refuse("invalid_grant", "access_denied")
		return
	}
	access, refresh := e.st.id()+e.st.id(), e.st.id()+e.st.id()
	e.st.Access[access] = accessToken{user, e.now().Add(e.opts.TokenLife)}
	e.st.Refresh[refresh] = user
	if err := e.save(); err != nil {
		write(w, http.StatusInternalServerError, nil)
		return
	}
	write(w, http.StatusOK, object{"access_token": access, "refresh_token": refresh, "scope": "useraccount",
		"token_type": "Bearer", "expires_in": int(e.opts.TokenLife.Seconds()) - 1})
}
