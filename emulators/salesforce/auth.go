package salesforce

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

type session struct {
	UserID  string
	Expires time.Time
}

// authenticate finds the user behind the session.
func (c *call) authenticate() error {
	token, ok := strings.CutPrefix(c.req.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return invalidSession()
	}
	id := tokens()[token]
	if s := c.e.st.Sessions[token]; s != nil && c.now.Before(s.Expires) {
		id = s.UserID
	}
	if c.user = c.e.st.live(id); c.user == nil || !c.user.flag("IsActive") {
		return invalidSession()
	}
	return nil
}

func oauthError(name, text string) error {
	return &apiError{status: http.StatusBadRequest, other: map[string]any{"error": name, "error_description": text}}
}

// postToken serves the client credentials and the JWT bearer flow; neither gives a refresh token.
func (c *call) postToken() error {
	in, err := url.ParseQuery(string(c.body))
	if err != nil || !strings.HasPrefix(c.req.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return oauthError("invalid_request", "the request must be form-encoded")
	}
	switch in.Get("grant_type") {
	case "client_credentials":
		id, secret := in.Get("client_id"), in.Get("client_secret")
		if user, pass, ok := c.req.BasicAuth(); ok {
			id, secret = user, pass
		}
		if id != ClientID {
			return oauthError("invalid_client_id", "client identifier invalid")
		}
		if secret != ClientSecret {
			return oauthError("invalid_client", "invalid client credentials")
		}
		return c.issue(UserSync)
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		user, err := c.assertion(in.Get("assertion"))
		if err != nil {
			return err
		}
		return c.issue(user)
	case "password":
		return oauthError("invalid_grant", "authentication failure")
	}
	return oauthError("unsupported_grant_type", "grant type not supported")
}

// assertion checks a JWT (vendor page "OAuth 2.0 JWT Bearer Flow"): RS256, at most three minutes to live, by the app,
// for an active user whom an administrator approved.
func (c *call) assertion(token string) (string, error) {
	wrong := func(text string) (string, error) { return "", oauthError("invalid_grant", text) }
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return wrong("invalid assertion")
	}
	var head struct{ Alg string }
	var claims struct {
		Iss, Sub, Aud string
		Exp           int64
	}
	for i, to := range []any{&head, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(raw, to) != nil {
			return wrong("invalid assertion")
		}
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	key := publicKey(c.e.st.Cert)
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || key == nil || head.Alg != "RS256" || rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) != nil {
		return wrong("invalid assertion")
	}
	hosts := []string{c.e.base, "https://login.salesforce.com", "https://test.salesforce.com"}
	now := c.e.skew.Now()
	switch exp := time.Unix(claims.Exp, 0); {
	case claims.Iss != ClientID:
		return "", oauthError("invalid_client_id", "client identifier invalid")
	case !slices.Contains(hosts, claims.Aud):
		return wrong("audience is invalid")
	case !exp.After(now) || exp.After(now.Add(3*time.Minute)):
		return wrong("expired authorization code")
	}
	for _, id := range []string{UserSync, UserAda} {
		if c.e.st.live(id).text("Username") == claims.Sub {
			return id, nil
		}
	}
	return wrong("user hasn't approved this consumer")
}

// publicKey reads a PEM certificate or public key; nil where it is neither.
func publicKey(text []byte) *rsa.PublicKey {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil
	}
	if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
		key, _ := cert.PublicKey.(*rsa.PublicKey)
		return key
	}
	any, _ := x509.ParsePKIXPublicKey(block.Bytes)
	key, _ := any.(*rsa.PublicKey)
	return key
}

// issue opens a session. The answer says nothing of when it ends.
func (c *call) issue(user string) error {
	sum := sha256.Sum256([]byte(strconv.FormatUint(c.e.opts.Seed, 10) + "/" + strconv.FormatInt(c.e.st.number("session"), 10)))
	token := OrgID[:15] + "!" + hex.EncodeToString(sum[:20])
	c.e.st.Sessions[token] = &session{user, c.now.Add(c.e.opts.SessionLife)}
	c.dirty = true
	return c.answer(http.StatusOK, map[string]any{"access_token": token, "instance_url": c.e.instance(), "token_type": "Bearer",
		"id": c.e.base + "/id/" + OrgID + "/" + user, "issued_at": strconv.FormatInt(c.now.UnixMilli(), 10), "signature": hex.EncodeToString(sum[20:]), "scope": "api"})
}

// instance is the address that records are served at.
func (e *Emulator) instance() string {
	if e.st.Instance != "" {
		return e.st.Instance
	}
	return e.base
}

// getIdentity says who the session belongs to (vendor page "Identity URLs").
func (c *call) getIdentity() error {
	if id := c.req.PathValue("user"); id != "" && id != c.user.ID {
		return noAccess()
	}
	u := c.user
	return c.answer(http.StatusOK, map[string]any{"id": c.e.base + "/id/" + OrgID + "/" + u.ID, "sub": c.e.base + "/id/" + OrgID + "/" + u.ID,
		"user_id": u.ID, "organization_id": OrgID, "username": u.text("Username"), "preferred_username": u.text("Username"), "email": u.text("Email"),
		"name": u.text("Name"), "display_name": u.text("Name"), "active": true, "user_type": "STANDARD"})
}
