package asana

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/cache"
	"duplex/internal/httpx"
)

// Connector speaks to Asana as one user. All its methods may be called at once.
type Connector struct {
	system string
	site   string // where people open tasks
	http   *httpx.Client
	files  *httpx.Client // without the credential: a file's address carries its own
	now    func() time.Time

	external  bool   // marks are external data of the own app; else markField keeps them
	markField string // name or gid of a custom field
	workspace string // gid, "" to ask the project
	projects  []string
	secret    string // of webhooks, as the administrator chose it
	save      func(name, secret string) error
	load      func(name string) (string, error)

	selves    *cache.Cache[string, core.Value]          // one entry
	metas     *cache.Cache[string, project]             // by project
	customs   *cache.Cache[string, []field]             // by project
	owners    *cache.Cache[string, string]              // tasks, by the gid of a comment or file
	names     *cache.Cache[string, string]              // of custom fields, by gid
	sections  *cache.Cache[string, []core.Value]        // by project
	tags      *cache.Cache[string, map[string][]string] // name to gids, by workspace
	people    *cache.Cache[string, core.Value]          // by e-mail or gid; absent is a known miss
	crowds    *cache.Cache[string, []core.Value]        // by workspace
	handshook *cache.Cache[string, string]              // secrets of webhooks being made, by project
	secrets   *cache.Cache[string, string]              // of webhooks, by project
}

const (
	kind     = "asana"
	itemType = "task"
	api      = "/api/1.0"
	fresh    = 10 * time.Minute // how long what Asana says of projects and people is believed
)

func init() {
	connectors.Register(connectors.Kind{
		Name: kind, Title: "Asana", Types: []string{itemType}, Options: options,
		New: func(c connectors.Config) (connectors.Connector, error) { return New(c) },
	})
}

var options = []connectors.Option{
	{Section: "auth", Name: "method", Oneof: []string{"oauth", "token"}, Default: "oauth", Help: "How duplex signs in: an OAuth app, whose external data marks the tasks it makes, or a personal access token or service account."},
	{Section: "auth", Name: "client_id", Help: "Client id of the OAuth app (oauth)."},
	{Section: "auth", Name: "client_secret", Secret: true, Help: "Client secret of the OAuth app (oauth)."},
	{Section: "auth", Name: "refresh_token", Secret: true, Help: "Refresh token of the dedicated user for the OAuth app (oauth)."},
	{Section: "auth", Name: "token_url", Help: "Address that hands out OAuth tokens; without it that of base_url, /-/oauth_token."},
	{Section: "auth", Name: "token", Secret: true, Help: "Personal access token of a dedicated user, or of a service account (token)."},
	{Section: "webhook", Name: "secret", Secret: true, Help: "A long random text of your own: it proves that a webhook's handshake was asked for by duplex."},
	{Section: "settings", Name: "workspace", Help: "Gid of the workspace; without it the workspace of the project that is synced."},
	{Section: "settings", Name: "projects", Help: "Gids of the projects that send webhooks, with commas between them; webhooks are made for these."},
	{Section: "settings", Name: "mark_field", Help: "Name or gid of a text custom field that keeps duplex's mark of a task it made (token); it must be on every project that is synced."},
}

// New builds a connector. It makes no remote call; an incomplete configuration is an error that names the option.
func New(cfg connectors.Config) (*Connector, error) {
	sys := cfg.System
	base, err := url.Parse(strings.TrimSuffix(strings.TrimRight(sys.BaseURL, "/"), api))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("system %s: base_url must be the address of Asana, https://app.asana.com", sys.Name)
	}
	now := cfg.Now
	if now == nil {
		now = time.Now
	}
	c := &Connector{system: sys.Name, site: base.String(), now: now, markField: sys.Settings["mark_field"], workspace: sys.Settings["workspace"],
		projects: strings.FieldsFunc(sys.Settings["projects"], func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }),
		secret:   sys.Webhook["secret"], save: cfg.Save, load: cfg.Load,
		selves:    cache.New[string, core.Value](1, 24*time.Hour, now),
		metas:     cache.New[string, project](1000, fresh, now),
		customs:   cache.New[string, []field](1000, fresh, now),
		owners:    cache.New[string, string](100000, 30*24*time.Hour, now),
		names:     cache.New[string, string](10000, 24*time.Hour, now),
		sections:  cache.New[string, []core.Value](1000, fresh, now),
		tags:      cache.New[string, map[string][]string](10, fresh, now),
		people:    cache.New[string, core.Value](10000, fresh, now),
		crowds:    cache.New[string, []core.Value](10, fresh, now),
		handshook: cache.New[string, string](1000, fresh, now),
		secrets:   cache.New[string, string](1000, time.Minute, now),
	}
	c.http = &httpx.Client{Base: base, HTTP: cfg.HTTP, Now: now, Classify: c.classify}
	c.files = &httpx.Client{Base: base, HTTP: cfg.HTTP, Now: now}
	if err := c.authorize(cfg); err != nil {
		return nil, err
	}
	c.http.Secrets = append(c.http.Secrets, c.secret)
	return c, nil
}

func (c *Connector) authorize(cfg connectors.Config) error {
	auth := cfg.System.Auth
	missing := func(names ...string) error {
		for _, n := range names {
			if auth[n] == "" {
				return fmt.Errorf("system %s: auth.%s is missing", cfg.System.Name, n)
			}
		}
		return nil
	}
	switch auth["method"] {
	case "", "oauth":
		if err := missing("client_id", "client_secret", "refresh_token"); err != nil {
			return err
		}
		at := auth["token_url"]
		if at == "" {
			at = c.site + "/-/oauth_token"
		}
		source := &httpx.OAuth2{TokenURL: at, ClientID: auth["client_id"], ClientSecret: auth["client_secret"],
			RefreshToken: auth["refresh_token"], HTTP: cfg.HTTP, Now: cfg.Now, Save: cfg.Save, Load: cfg.Load}
		c.http.Authorize, c.http.Refresh = source.Authorize, source.Refresh
		c.http.Secrets = []string{auth["client_secret"], auth["refresh_token"]}
		c.external = c.markField == ""
	case "token":
		if err := missing("token"); err != nil {
			return err
		}
		if c.markField == "" {
			return fmt.Errorf("system %s: settings.mark_field is missing: with a token, Asana keeps no external data, so name a text custom field for duplex's marks", cfg.System.Name)
		}
		token := auth["token"]
		c.http.Authorize = func(_ context.Context, r *http.Request) error {
			r.Header.Set("Authorization", "Bearer "+token)
			return nil
		}
		c.http.Secrets = []string{token}
	default:
		return fmt.Errorf("system %s: auth.method is %q; it may be oauth or token", cfg.System.Name, auth["method"])
	}
	return nil
}

// Facts of Asana. The rate is below the 150 requests a minute of a free plan ("Rate limits"); an administrator of a paid one may raise it.
// Finder reads no index. Deletions are listed from events, of which some may be lost, so that they are not relied on.
func (c *Connector) Facts() connectors.Facts {
	return connectors.Facts{Revisions: true, Precision: time.Millisecond, ReportsActor: true, ServerFilter: true, RichText: format, Rate: 2}
}

// ClockSkew is how far the vendor's clock is ahead of ours.
func (c *Connector) ClockSkew() (time.Duration, bool) { return c.http.ClockSkew() }

func (c *Connector) ref(gid string) core.Ref {
	return core.Ref{System: c.system, Type: itemType, ID: gid, Key: gid, URL: c.site + "/0/0/" + url.PathEscape(gid)}
}

// scope is the project of an item type.
func (c *Connector) scope(t connectors.ItemType) (string, error) {
	if t.Type != "" && t.Type != itemType {
		return "", fmt.Errorf("%s: Asana has no items of type %q: %w", c.system, t.Type, connectors.ErrUnsupported)
	}
	p := t.Scope["project"]
	if !isGID(p) {
		return "", connectors.Invalid(c.system, "project", "the scope needs the gid of a project, the number in its address")
	}
	return p, nil
}

func isGID(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

var (
	_ connectors.Connector         = (*Connector)(nil)
	_ connectors.Deleter           = (*Connector)(nil)
	_ connectors.Commenter         = (*Connector)(nil)
	_ connectors.CommentEditor     = (*Connector)(nil)
	_ connectors.CommentDeleter    = (*Connector)(nil)
	_ connectors.CommentFinder     = (*Connector)(nil)
	_ connectors.AttachmentOpener  = (*Connector)(nil)
	_ connectors.Attacher          = (*Connector)(nil)
	_ connectors.AttachmentDeleter = (*Connector)(nil)
	_ connectors.AttachmentFinder  = (*Connector)(nil)
	_ connectors.Finder            = (*Connector)(nil)
	_ connectors.Historian         = (*Connector)(nil)
	_ connectors.Searcher          = (*Connector)(nil)
	_ connectors.FieldFinder       = (*Connector)(nil)
	_ connectors.UserResolver      = (*Connector)(nil)
	_ connectors.NameResolver      = (*Connector)(nil)
	_ connectors.Identifier        = (*Connector)(nil)
	_ connectors.BatchGetter       = (*Connector)(nil)
	_ connectors.Starter           = (*Connector)(nil)
	_ connectors.WebhookParser     = (*Connector)(nil)
	_ connectors.WebhookRegistrar  = (*Connector)(nil)
	_ connectors.WebhookGuide      = (*Connector)(nil)
	_ connectors.Checker           = (*Connector)(nil)
)
