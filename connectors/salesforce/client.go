package salesforce

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/internal/httpx"
)

type callOption = httpx.Option

// clientName is what change events call the writes of duplex (vendor page "Call Options Header").
const clientName = "duplex"

// session is a signed-in account. Its address comes with the token and may change with the next one, after a migration of the organization
// (fact sheet, instance_url).
type session struct {
	base   *url.URL
	tokens *httpx.OAuth2
	make   func(base *url.URL) *httpx.Client
	quota  *quota

	mu     sync.Mutex
	at     string
	client *httpx.Client
}

func newSession(cfg connectors.Config, base *url.URL, now func() time.Time) (*session, error) {
	auth := cfg.System.Auth
	s := &session{base: base, quota: &quota{now: now, share: 80}}
	if text := cfg.System.Settings["quota_share"]; text != "" {
		share, err := strconv.Atoi(text)
		if err != nil || share < 1 || share > 100 {
			return nil, errors.New("settings.quota_share must be a number of per cent from 1 to 100")
		}
		s.quota.share = share
	}
	s.tokens = &httpx.OAuth2{TokenURL: cmp.Or(auth["token_url"], base.JoinPath("/services/oauth2/token").String()),
		ClientID: auth["client_id"], ClientSecret: auth["client_secret"], HTTP: cfg.HTTP, Now: now, Save: cfg.Save, Load: cfg.Load}
	need := []string{"client_id"}
	switch auth["method"] {
	case "", "client_credentials":
		need = append(need, "client_secret")
	case "refresh_token":
		need = append(need, "refresh_token")
		s.tokens.RefreshToken = auth["refresh_token"]
	case "jwt":
		need = append(need, "private_key", "username")
		if err := s.signIn(auth); err != nil {
			return nil, err
		}
	default:
		return nil, errors.New("auth.method must be client_credentials, jwt or refresh_token")
	}
	for _, n := range need {
		if auth[n] == "" {
			return nil, fmt.Errorf("auth.%s is missing", n)
		}
	}
	var secrets []string
	for _, v := range []string{auth["client_secret"], auth["refresh_token"], auth["private_key"], cfg.System.Webhook["secret"]} {
		if v != "" {
			secrets = append(secrets, v)
		}
	}
	s.make = func(at *url.URL) *httpx.Client {
		return &httpx.Client{Base: at, HTTP: s.quota.watch(cfg.HTTP), Now: now, Classify: classify, Secrets: secrets,
			Authorize: s.authorize, Refresh: s.tokens.Refresh}
	}
	return s, nil
}

// signIn lets the account sign in by a token that it signs itself, good for three minutes at most (vendor page "OAuth 2.0 JWT
// Bearer Flow").
func (s *session) signIn(auth map[string]string) error {
	if auth["private_key"] == "" {
		return nil // it is missing, which is said with the rest
	}
	key, err := httpx.ReadKey(auth["private_key"])
	if err != nil {
		return fmt.Errorf("auth.private_key: %w", err)
	}
	s.tokens.ClientSecret = ""
	s.tokens.Assertion = func(now time.Time) (string, error) {
		return key.Sign(map[string]any{"iss": auth["client_id"], "sub": auth["username"],
			"aud": cmp.Or(auth["audience"], "https://login.salesforce.com"), "exp": now.Add(2 * time.Minute).Unix()})
	}
	return nil
}

// authorize signs a request, unless the organization's calls of the day are used up to the share that duplex may use.
func (s *session) authorize(ctx context.Context, r *http.Request) error {
	if err := s.quota.check(); err != nil {
		return err
	}
	return s.tokens.Authorize(ctx, r)
}

// at the address of the present token.
func (s *session) api(ctx context.Context) (*httpx.Client, error) {
	told, err := s.tokens.Told(ctx, "instance_url")
	if err != nil {
		return nil, err
	}
	told = cmp.Or(strings.TrimSuffix(told, "/"), s.base.String())
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client != nil && s.at == told {
		return s.client, nil
	}
	at, err := url.Parse(told)
	if err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != s.base.Scheme {
		return nil, fmt.Errorf("the token answer names an address that is not safe to call: %w", connectors.ErrDenied)
	}
	s.at, s.client = told, s.make(at)
	return s.client, nil
}

func (s *session) json(ctx context.Context, op, method, path string, in, out any, opts ...callOption) (*httpx.Response, error) {
	api, err := s.api(ctx)
	if err != nil {
		return nil, err
	}
	opts = append(opts, httpx.Operation(op), httpx.Header("Sforce-Call-Options", "client="+clientName))
	if method != http.MethodGet {
		opts = append(opts, httpx.Header("Sforce-Auto-Assign", "FALSE"))
	}
	return api.JSON(ctx, method, path, in, out, opts...)
}

// account is the ids of the organization and the user that the token belongs to: the token answer's id is an address that ends in both.
func (s *session) account(ctx context.Context) (organization, user string, err error) {
	id, err := s.tokens.Told(ctx, "id")
	if err != nil {
		return "", "", err
	}
	parts := strings.Split(strings.TrimSuffix(id, "/"), "/")
	if len(parts) < 2 || !isID(parts[len(parts)-1]) {
		return "", "", connectors.Busy("signing in", "the token answer does not say whose it is", 0)
	}
	return long(parts[len(parts)-2]), long(parts[len(parts)-1]), nil
}

func (s *session) skew() (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil {
		return 0, false
	}
	return s.client.ClockSkew()
}
