package zendesk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

type accessToken struct {
	UserID  int64
	Expires time.Time
	Refresh string // the refresh token issued with it; "" for none
	Scope   string
}

type refreshToken struct {
	Access  string
	Expires time.Time
	Scope   string
}

const refreshLife = 30 * 24 * time.Hour

// authenticate finds the account behind the request's credentials: 401 where there is none, 403
// where the token's scope does not cover the call.
func (c *call) authenticate() (*user, error) {
	if token, ok := strings.CutPrefix(c.req.Header.Get("Authorization"), "Bearer "); ok {
		t := c.e.st.Access[token]
		if t == nil || !c.now.Before(t.Expires) {
			return nil, unauthorized()
		}
		if !allows(t.Scope, c.req.Method, c.req.URL.Path) {
			return nil, forbidden()
		}
		return c.e.st.Users[t.UserID], nil
	}
	name, secret, ok := c.req.BasicAuth()
	if !ok {
		return nil, unauthorized()
	}
	email, ok := strings.CutSuffix(name, "/token")
	u := c.e.st.userByEmail(email)
	if !ok || u == nil || u.Token == "" || !hmac.Equal([]byte(u.Token), []byte(secret)) {
		return nil, unauthorized()
	}
	return u, nil
}

// allows looks for the global scope read or write, or a resource's own. Which resource a call
// belongs to is not looked at, but for audits, which need the global read (vendor page "Ticket Audits").
func allows(scope, method, path string) bool {
	verb := "write"
	if method == http.MethodGet {
		verb = "read"
	}
	for _, s := range strings.Fields(scope) {
		if s == verb || strings.HasSuffix(s, ":"+verb) && !strings.Contains(path, "/audits") {
			return true
		}
	}
	return false
}

// postToken issues OAuth tokens (vendor pages "OAuth Tokens for Grant Types", "Using OAuth
// authentication"). A refresh ends both old tokens.
func (c *call) postToken() error {
	in, err := c.object("")
	if err != nil {
		return err
	}
	if text(in["client_id"]) != ClientID || text(in["client_secret"]) != ClientSecret {
		return oauthError(http.StatusUnauthorized, "invalid_client", "Client authentication failed due to an unknown client, or a wrong secret")
	}
	scope := text(in["scope"])
	if scope == "" {
		scope = "read write"
	}
	life := c.e.opts.TokenLife
	if n, _ := number(in["expires_in"]); n != 0 {
		if n < 300 || n > 172800 {
			return oauthError(http.StatusBadRequest, "invalid_request", "expires_in is not between 300 and 172800")
		}
		life = time.Duration(n) * time.Second
	}
	switch text(in["grant_type"]) {
	case "client_credentials":
		return c.issue(scope, life, false)
	case "authorization_code":
		until, ok := c.e.st.Codes[text(in["code"])]
		delete(c.e.st.Codes, text(in["code"]))
		if !ok || c.now.After(until) {
			return oauthError(http.StatusBadRequest, "invalid_grant", "The authorization code is unknown, used, or older than 120 seconds")
		}
		return c.issue(scope, life, true)
	case "refresh_token":
		old := text(in["refresh_token"])
		r := c.e.st.Refresh[old]
		if r == nil || c.now.After(r.Expires) {
			return oauthError(http.StatusBadRequest, "invalid_grant", "The refresh token is unknown, used, or expired")
		}
		delete(c.e.st.Refresh, old)
		delete(c.e.st.Access, r.Access)
		return c.issue(r.Scope, life, true)
	}
	return oauthError(http.StatusBadRequest, "unsupported_grant_type", "The grant type is not one of client_credentials, authorization_code, refresh_token")
}

func oauthError(status int, name, text string) error {
	return &apiError{status, map[string]any{"error": name, "error_description": text}}
}

func (c *call) issue(scope string, life time.Duration, refresh bool) error {
	t := &accessToken{UserID: UserSync, Expires: c.now.Add(life), Scope: scope}
	name := c.e.secret("access")
	out := map[string]any{"access_token": name, "token_type": "bearer", "scope": scope, "expires_in": int(life.Seconds())}
	if refresh {
		t.Refresh = c.e.secret("refresh")
		c.e.st.Refresh[t.Refresh] = &refreshToken{Access: name, Expires: c.now.Add(refreshLife), Scope: scope}
		out["refresh_token"], out["refresh_token_expires_in"] = t.Refresh, int(refreshLife.Seconds())
	}
	c.e.st.Access[name] = t
	c.dirty = true
	return c.answer(http.StatusCreated, out)
}

// secret makes a token that is the same in every run with the same seed and history.
func (e *Emulator) secret(kind string) string {
	sum := sha256.Sum256([]byte(kind + "/" + strconv.FormatUint(e.opts.Seed, 10) + "/" + strconv.FormatInt(e.st.id(), 10)))
	return hex.EncodeToString(sum[:20])
}
