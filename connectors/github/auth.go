package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// apiVersion is the version of the REST API that is asked for (vendor page "API Versions").
const apiVersion = "2022-11-28"

// dress adds what every request needs; one without a User-Agent is rejected.
func dress(r *http.Request, token string) {
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("User-Agent", "duplex")
	r.Header.Set("X-GitHub-Api-Version", apiVersion)
}

// app signs in as a GitHub App: a token that it signs itself buys one of an installation, which lives an hour (vendor page "Authenticating as a
// GitHub App installation").
type app struct {
	id           string
	key          *httpx.Key
	client       *httpx.Client // calls as the App itself
	repository   string        // where the installation is looked for
	now          func() time.Time
	mu           sync.Mutex
	installation string // of the settings, "" to look for it
	found        string
	token        string
	until        time.Time
}

// tokenReserve is how long before its end a token is replaced.
const tokenReserve = 5 * time.Minute

func newClient(cfg connectors.Config, base *url.URL, now func() time.Time, repository string) (*httpx.Client, *app, error) {
	auth := cfg.System.Auth
	client := &httpx.Client{Base: base, HTTP: cfg.HTTP, Now: now, Classify: classify(now)}
	for _, s := range []string{auth["token"], auth["private_key"], cfg.System.Webhook["secret"]} {
		if s != "" {
			client.Secrets = append(client.Secrets, s)
		}
	}
	switch auth["method"] {
	case "token":
		if auth["token"] == "" {
			return nil, nil, errors.New("auth.token is missing")
		}
		client.Authorize = func(_ context.Context, r *http.Request) error { dress(r, auth["token"]); return nil }
		return client, nil, nil
	case "", "app":
		if auth["app_id"] == "" || auth["private_key"] == "" {
			return nil, nil, errors.New("auth.app_id and auth.private_key are needed for a GitHub App")
		}
		key, err := httpx.ReadKey(auth["private_key"])
		if err != nil {
			return nil, nil, fmt.Errorf("auth.private_key: %w", err)
		}
		a := &app{id: auth["app_id"], key: key, repository: repository, now: now, installation: auth["installation_id"],
			client: &httpx.Client{Base: base, HTTP: cfg.HTTP, Now: now, Classify: classify(now), Secrets: client.Secrets}}
		a.client.Authorize = a.sign
		client.Authorize, client.Refresh = a.authorize, a.refresh
		return client, a, nil
	}
	return nil, nil, errors.New("auth.method must be app or token")
}

// sign authorizes a call as the App itself, for ten minutes at most. It begins in the past, since clocks differ.
func (a *app) sign(_ context.Context, r *http.Request) error {
	now := a.now()
	token, err := a.key.Sign(map[string]any{"iat": now.Add(-time.Minute).Unix(), "exp": now.Add(8 * time.Minute).Unix(), "iss": a.id})
	if err == nil {
		dress(r, token)
	}
	return err
}

// authorize adds the installation's token, a new one where the old is about to end.
func (a *app) authorize(ctx context.Context, r *http.Request) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.token == "" || !a.now().Add(tokenReserve).Before(a.until) {
		if err := a.buy(ctx); err != nil {
			return fmt.Errorf("signing in as the GitHub App: %w", err)
		}
	}
	dress(r, a.token)
	return nil
}

// refresh drops a token that was refused.
func (a *app) refresh(context.Context) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	had := a.token != ""
	a.token = ""
	return had
}

// buy gets a token. The caller holds the lock. What the vendor does not find is for an admin: the App is not installed.
func (a *app) buy(ctx context.Context) error {
	id := cmp.Or(a.installation, a.found)
	if id == "" {
		var found struct{ ID int64 }
		if _, err := a.client.JSON(ctx, http.MethodGet, "/repos/"+a.repository+"/installation", nil, &found); err != nil {
			return notInstalled(err)
		}
		id = fmt.Sprint(found.ID)
		a.found = id
	}
	var bought struct {
		Token   string
		Expires time.Time `json:"expires_at"`
	}
	if _, err := a.client.JSON(ctx, http.MethodPost, "/app/installations/"+url.PathEscape(id)+"/access_tokens", nil, &bought); err != nil {
		a.found = "" // installed anew, it has another number
		return notInstalled(err)
	}
	if bought.Token == "" {
		return connectors.Busy("the token", "the answer holds none", 0)
	}
	a.token, a.until = bought.Token, bought.Expires
	return nil
}

func notInstalled(err error) error {
	if errors.Is(err, connectors.ErrNotFound) {
		return fmt.Errorf("%w: the App is not installed there, or the installation was suspended", connectors.ErrDenied)
	}
	return err
}

// botLogin is the account of an App.
func botLogin(slug string) string { return strings.ToLower(slug) + "[bot]" }
