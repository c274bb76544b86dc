package jira

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"duplex/emulators/harness"
)

// grant is what an OAuth token or authorisation code stands for.
type grant struct {
	Kind      string // access, refresh, code
	AccountID string
	Scope     string
	Expires   time.Time
}

const (
	accessLife  = time.Hour
	refreshLife = 90 * 24 * time.Hour
	codeLife    = 5 * time.Minute
	allScopes   = "read:jira-work write:jira-work read:jira-user manage:jira-webhook offline_access"
)

// signIn finds who makes a call: Basic e-mail and API token, or an OAuth access token. Nil: nobody.
func (e *Emulator) signIn(r *http.Request) (u *User, viaOAuth bool) {
	if e.opts.DataCenter {
		return signInDataCenter(r), false
	}
	if email, secret, ok := r.BasicAuth(); ok {
		for _, u := range users {
			if strings.EqualFold(u.Email, email) && u.APIToken == secret {
				return u, false
			}
		}
		return nil, false
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		e.mu.Lock()
		defer e.mu.Unlock()
		if g := e.state.Tokens[bearer]; g != nil && g.Kind == "access" && g.Expires.After(e.skew.Now()) {
			return findUser(g.AccountID), true
		}
	}
	return nil, false
}

type tokenRequest struct {
	GrantType    string `json:"grant_type"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	RefreshToken string `json:"refresh_token"`
	Code         string `json:"code"`
}

// token is POST /oauth/token. Client credentials speak for the integration account; a refresh token
// works once and is answered with its successor. Vendor source: "OAuth 2.0 (3LO) apps".
func (e *Emulator) token(w http.ResponseWriter, r *http.Request) {
	harness.SetActor(r, "oauth")
	in, err := readTokenRequest(r)
	if err != nil {
		oauthError(w, http.StatusBadRequest, "invalid_request", "The body is neither JSON nor a form.")
		return
	}
	if in.ClientID != OAuthClientID || in.ClientSecret != OAuthClientSecret {
		oauthError(w, http.StatusUnauthorized, "access_denied", "Unauthorized")
		return
	}
	var answer object
	err = e.act(nil, true, func(s *session) error {
		account := users[0].AccountID
		switch in.GrantType {
		case "client_credentials":
		case "refresh_token", "authorization_code":
			key, kind := in.RefreshToken, "refresh"
			if in.GrantType == "authorization_code" {
				key, kind = in.Code, "code"
			}
			g := s.state.Tokens[key]
			if g == nil || g.Kind != kind || !g.Expires.After(s.now) {
				return fail(http.StatusForbidden, "Unknown or invalid %s token.", kind)
			}
			delete(s.state.Tokens, key)
			account = g.AccountID
		default:
			return fail(http.StatusBadRequest, "The grant type is not supported.")
		}
		access, refresh := rand.Text(), rand.Text()
		s.state.Tokens[access] = &grant{Kind: "access", AccountID: account, Scope: allScopes, Expires: s.now.Add(accessLife)}
		s.state.Tokens[refresh] = &grant{Kind: "refresh", AccountID: account, Scope: allScopes, Expires: s.now.Add(refreshLife)}
		s.changed = true
		answer = object{"access_token": access, "refresh_token": refresh, "expires_in": int(accessLife.Seconds()), "scope": allScopes, "token_type": "Bearer"}
		return nil
	})
	if refused, ok := err.(*apiError); ok {
		oauthError(w, refused.Status, "invalid_grant", refused.Messages[0])
		return
	}
	if err != nil {
		oauthError(w, http.StatusInternalServerError, "server_error", err.Error())
		return
	}
	harness.WriteJSON(w, http.StatusOK, answer)
}

func readTokenRequest(r *http.Request) (in tokenRequest, err error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err != nil {
		return in, err
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, err := url.ParseQuery(string(raw))
		in = tokenRequest{form.Get("grant_type"), form.Get("client_id"), form.Get("client_secret"), form.Get("refresh_token"), form.Get("code")}
		return in, err
	}
	return in, json.Unmarshal(raw, &in)
}

func oauthError(w http.ResponseWriter, status int, code, text string) {
	harness.WriteJSON(w, status, object{"error": code, "error_description": text})
}

// authorize is the consent page without the page: it sends the browser back at once with a code for
// the account named by ?account=e-mail (the integration account when it is not given).
func (e *Emulator) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Host == "" || q.Get("client_id") != OAuthClientID {
		oauthError(w, http.StatusBadRequest, "invalid_request", "client_id or redirect_uri is not valid.")
		return
	}
	account := users[0]
	for _, u := range users {
		if u.Email == q.Get("account") {
			account = u
		}
	}
	code := rand.Text()
	if err := e.act(account, false, func(s *session) error {
		s.state.Tokens[code] = &grant{Kind: "code", AccountID: account.AccountID, Scope: allScopes, Expires: s.now.Add(codeLife)}
		s.changed = true
		return nil
	}); err != nil {
		oauthError(w, http.StatusInternalServerError, "server_error", err.Error())
		return
	}
	answer := back.Query()
	answer.Set("code", code)
	answer.Set("state", q.Get("state"))
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// resources is GET /oauth/token/accessible-resources: the sites a token is good for.
func (e *Emulator) resources(w http.ResponseWriter, r *http.Request) {
	if _, viaOAuth := e.signIn(r); !viaOAuth {
		oauthError(w, http.StatusUnauthorized, "Unauthorized", "The access token is not valid.")
		return
	}
	e.mu.Lock()
	base := e.base
	e.mu.Unlock()
	harness.WriteJSON(w, http.StatusOK, []object{{"id": CloudID, "name": "acme", "url": base, "scopes": strings.Fields(allScopes)}})
}
