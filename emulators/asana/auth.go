package asana

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Tokens of the default account.
const (
	TokenSync      = "asana-oauth-sync"       // of the app "duplex"; does not expire
	TokenSyncPAT   = "asana-pat-sync"         // a personal access token: no external data
	TokenSyncOther = "asana-oauth-sync-other" // of another app
	TokenAda       = "asana-pat-ada"
	TokenGrace     = "asana-pat-grace"
	TokenLinus     = "asana-pat-linus"
	TokenTriage    = "asana-pat-triage"
)

// Client credentials of the app "duplex" and its refresh token for the integration account.
const (
	ClientID     = "duplex"
	ClientSecret = "asana-client-secret"
	RefreshSync  = "asana-refresh-sync"
)

// accessLife is how long issued access tokens live (vendor page "OAuth").
const accessLife = time.Hour

type accessToken struct {
	User    string
	Expires time.Time
}

// grant is who a token speaks for; app is "" for personal access tokens.
type grant struct{ user, app string }

var grants = map[string]grant{
	TokenSync: {UserSync, ClientID}, TokenSyncPAT: {UserSync, ""}, TokenSyncOther: {UserSync, "other"},
	TokenAda: {UserAda, ""}, TokenGrace: {UserGrace, ""}, TokenLinus: {UserLinus, ""}, TokenTriage: {UserTriage, ""},
}

// authenticate finds the account behind the request's bearer token. The caller holds the lock.
func (e *Emulator) authenticate(req *http.Request) (grant, error) {
	token, ok := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	if g, known := grants[token]; ok && known {
		return g, nil
	}
	if t := e.st.Access[token]; ok && t != nil {
		if e.now().Before(t.Expires) {
			return grant{t.User, ClientID}, nil
		}
		return grant{}, refuse(http.StatusUnauthorized, "The bearer token has expired. If you have a refresh token, please use it to request a new bearer token, otherwise allow the user to re-authenticate.")
	}
	return grant{}, refuse(http.StatusUnauthorized, "Not Authorized")
}

// postToken gives an access token for a refresh token or an authorization code (vendor page "OAuth").
func (e *Emulator) postToken(w http.ResponseWriter, req *http.Request) {
	if err := req.ParseForm(); err != nil {
		write(w, http.StatusBadRequest, object{"error": "invalid_request"})
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	form := req.PostForm
	if form.Get("client_id") != ClientID || form.Get("client_secret") != ClientSecret {
		write(w, http.StatusUnauthorized, object{"error": "invalid_client", "error_description": "The client credentials are not valid"})
		return
	}
	userGID, ok := e.redeem(form)
	if !ok {
		write(w, http.StatusBadRequest, object{"error": "invalid_grant", "error_description": "The grant is unknown, used, or expired"})
		return
	}
	u := userBy(userGID)
	token := e.secret("access")
	e.st.Access[token] = &accessToken{User: u.gid, Expires: e.now().Add(accessLife)}
	out := object{"access_token": token, "token_type": "bearer", "expires_in": int(accessLife.Seconds()),
		"data": object{"gid": u.gid, "name": u.name, "email": u.email}}
	if form.Get("grant_type") == "authorization_code" {
		refresh := e.secret("refresh")
		e.st.Refresh[refresh] = u.gid
		out["refresh_token"] = refresh
	}
	if err := e.save(); err != nil {
		write(w, http.StatusInternalServerError, object{"error": "server_error"})
		return
	}
	write(w, http.StatusOK, out)
}

// redeem finds the user a grant speaks for; a code is good once.
func (e *Emulator) redeem(form url.Values) (string, bool) {
	switch form.Get("grant_type") {
	case "refresh_token":
		u, ok := e.st.Refresh[form.Get("refresh_token")]
		return u, ok
	case "authorization_code":
		until, ok := e.st.Codes[form.Get("code")]
		delete(e.st.Codes, form.Get("code"))
		return UserSync, ok && e.now().Before(until)
	}
	return "", false
}

// secret makes a token that is the same in every run with the same seed and history.
func (e *Emulator) secret(kind string) string {
	sum := sha256.Sum256([]byte(kind + "/" + strconv.FormatUint(e.opts.Seed, 10) + "/" + e.st.id()))
	return hex.EncodeToString(sum[:])
}
