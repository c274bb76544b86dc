package jira

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/cache"
	"duplex/internal/httpx"
)

// Connector speaks to one Jira site as one account. All its methods may be called at once.
type Connector struct {
	system string
	site   string // where people open issues, no trailing slash; "" when not known
	on     deployment
	api    string // where the platform's operations are
	http   *httpx.Client
	now    func() time.Time

	indexLag      time.Duration // how long search may miss a new issue
	internalRole  string        // role that stands for "internal" in projects without customers; "": nobody is kept out
	webhookSecret string
	clientSecret  string // signs the webhooks of an OAuth app

	mu   sync.Mutex
	self string // account id, "" until known

	builtin     *catalogue                                 // before the site was asked
	catalogues  *cache.Cache[string, *catalogue]           // one entry
	metas       *cache.Cache[string, map[string]fieldMeta] // by project and issue type
	types       *cache.Cache[string, []issueType]          // by project
	statuses    *cache.Cache[string, map[string][]status]  // by project, then issue type
	workflows   *cache.Cache[string, *workflow]            // by project and issue type
	sprints     *cache.Cache[string, []core.Value]         // the open ones, by project
	resolutions *cache.Cache[string, []core.Value]
	people      *cache.Cache[string, core.Value] // by e-mail; an absent value is a known miss
	mentioned   *cache.Cache[string, core.Value] // by account id; an absent value is a known miss
	media       *cache.Cache[string, string]     // by attachment id; "" when there is no such id
	epics       *cache.Cache[string, thing]      // by id or key
	desks       *cache.Cache[string, bool]       // by issue: is it in a service project
}

const (
	kind     = "jira"
	itemType = "issue"
	fresh    = 10 * time.Minute // how long what a site says of itself is believed
)

// ClockSkew is how far the vendor's clock is ahead of ours.
func (c *Connector) ClockSkew() (time.Duration, bool) { return c.http.ClockSkew() }

func init() {
	connectors.Register(connectors.Kind{
		Name:    kind,
		Title:   "Jira",
		Types:   []string{itemType},
		Options: options,
		New:     func(c connectors.Config) (connectors.Connector, error) { return New(c) },
	})
}

var options = []connectors.Option{
	{Section: "auth", Name: "method", Oneof: []string{"token", "oauth", "pat"}, Default: "token", Help: "How duplex signs in: an account's API token, an OAuth 2.0 (3LO) app, or a personal access token of Data Center (pat)."},
	{Section: "auth", Name: "email", Help: "E-mail address of the account that owns the API token (token)."},
	{Section: "auth", Name: "token", Secret: true, Help: "API token, or personal access token, of a dedicated account (token, pat); a person's own token makes their edits look like the sync's."},
	{Section: "auth", Name: "client_id", Help: "Client id of the OAuth app (oauth)."},
	{Section: "auth", Name: "client_secret", Secret: true, Help: "Client secret of the OAuth app (oauth)."},
	{Section: "auth", Name: "refresh_token", Secret: true, Help: "First refresh token of the OAuth app (scope offline_access); later ones are kept by duplex."},
	{Section: "auth", Name: "token_url", Default: defaultTokenURL, Help: "Address that hands out OAuth tokens."},
	{Section: "webhook", Name: "secret", Secret: true, Help: "Secret of the webhook registered by a Jira administrator (header X-Hub-Signature)."},
	{Section: "webhook", Name: "client_secret", Secret: true, Help: "Client secret of the OAuth app whose dynamic webhooks are received (a signed token in the header Authorization)."},
	{Section: "settings", Name: "deployment", Oneof: []string{"cloud", "datacenter"}, Default: "cloud", Help: "Which Jira it is: Cloud, or Data Center and Server (API version 2, wiki markup, people by user name)."},
	{Section: "settings", Name: "internal_role", Help: "Project role to which internal comments are restricted in projects without customers; without it everybody in the project reads them."},
	{Section: "settings", Name: "index_lag", Default: defaultIndexLag.String(), Help: "How long search may miss a new issue. When the answer to a create is lost, the issue is looked for that long, and half as long again, before it is created once more; too short a time can double an issue."},
	{Section: "settings", Name: "site_url", Help: "Address where people open issues, when base_url is the API gateway (https://api.atlassian.com/ex/jira/...)."},
}

const (
	defaultTokenURL = "https://auth.atlassian.com/oauth/token"
	defaultIndexLag = 2 * time.Minute
)

// New builds a connector. It makes no remote call; an incomplete configuration is an error that names the option.
func New(cfg connectors.Config) (*Connector, error) {
	sys := cfg.System
	base, err := url.Parse(strings.TrimRight(sys.BaseURL, "/"))
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, fmt.Errorf("system %s: base_url must be the site's address, such as https://acme.atlassian.net", sys.Name)
	}
	lag := defaultIndexLag
	if text := sys.Settings["index_lag"]; text != "" {
		if lag, err = time.ParseDuration(text); err != nil || lag < 0 {
			return nil, fmt.Errorf("system %s: settings.index_lag is %q; it must be a duration, such as 2m", sys.Name, text)
		}
	}
	on := cloud
	switch at := sys.Settings["deployment"]; at {
	case "", "cloud":
	case "datacenter":
		on = dataCenter
	default:
		return nil, fmt.Errorf("system %s: settings.deployment is %q; it may be cloud or datacenter", sys.Name, at)
	}
	now := cfg.Now
	if now == nil {
		now = time.Now
	}
	c := &Connector{
		on: on, api: on.api(), builtin: newCatalogue(on, nil, nil, time.Time{}),
		system: sys.Name, now: now, site: siteURL(sys, base), indexLag: lag,
		internalRole: sys.Settings["internal_role"], webhookSecret: sys.Webhook["secret"], clientSecret: sys.Webhook["client_secret"],
		catalogues:  cache.New[string, *catalogue](1, fresh, now),
		metas:       cache.New[string, map[string]fieldMeta](200, fresh, now),
		types:       cache.New[string, []issueType](200, fresh, now),
		statuses:    cache.New[string, map[string][]status](200, fresh, now),
		workflows:   cache.New[string, *workflow](200, 24*time.Hour, now),
		sprints:     cache.New[string, []core.Value](200, time.Minute, now),
		resolutions: cache.New[string, []core.Value](1, fresh, now),
		people:      cache.New[string, core.Value](10000, fresh, now),
		mentioned:   cache.New[string, core.Value](10000, fresh, now),
		media:       cache.New[string, string](10000, 24*time.Hour, now),
		epics:       cache.New[string, thing](10000, fresh, now),
		desks:       cache.New[string, bool](50000, fresh, now),
	}
	c.http = &httpx.Client{Base: base, HTTP: cfg.HTTP, Now: now, Classify: c.classify}
	if err := c.authorize(cfg); err != nil {
		return nil, err
	}
	c.http.Secrets = append(c.http.Secrets, c.webhookSecret, c.clientSecret)
	return c, nil
}

func (c *Connector) authorize(cfg connectors.Config) error {
	auth := cfg.System.Auth
	need := func(names ...string) error {
		for _, n := range names {
			if auth[n] == "" {
				return fmt.Errorf("system %s: auth.%s is missing", cfg.System.Name, n)
			}
		}
		return nil
	}
	switch auth["method"] {
	case "", "token":
		if err := need("email", "token"); err != nil {
			return err
		}
		r := http.Request{Header: http.Header{}}
		r.SetBasicAuth(auth["email"], auth["token"])
		header := r.Header.Get("Authorization")
		c.http.Authorize = basic(header)
		c.http.Secrets = []string{auth["token"], strings.TrimPrefix(header, "Basic ")}
	case "pat":
		if err := need("token"); err != nil {
			return err
		}
		c.http.Authorize = basic("Bearer " + auth["token"])
		c.http.Secrets = []string{auth["token"]}
	case "oauth":
		if err := need("client_id", "client_secret", "refresh_token"); err != nil {
			return err
		}
		at := auth["token_url"]
		if at == "" {
			at = defaultTokenURL
		}
		source := &httpx.OAuth2{TokenURL: at, ClientID: auth["client_id"], ClientSecret: auth["client_secret"],
			RefreshToken: auth["refresh_token"], HTTP: cfg.HTTP, Now: cfg.Now, Save: cfg.Save, Load: cfg.Load}
		c.http.Authorize, c.http.Refresh = source.Authorize, source.Refresh
		c.http.Secrets = []string{auth["client_secret"], auth["refresh_token"]}
	default:
		return fmt.Errorf("system %s: auth.method is %q; it may be token, oauth or pat", cfg.System.Name, auth["method"])
	}
	return nil
}

func siteURL(sys core.System, base *url.URL) string {
	if at := sys.Settings["site_url"]; at != "" {
		return strings.TrimRight(at, "/")
	}
	if strings.HasPrefix(base.Path, "/ex/jira/") {
		return ""
	}
	return base.String()
}

// Facts of Jira. The rate is far below the vendor's 50 writes per second and endpoint ("Rate limiting").
func (c *Connector) Facts() connectors.Facts {
	return connectors.Facts{
		Revisions: true, Precondition: false, Precision: time.Millisecond, FindLag: c.indexLag,
		ReportsActor: true, ServerFilter: true, RichText: string(c.on.format()), MaxComment: maxText, Restricts: true, Rate: 10,
	}
}

func (c *Connector) ref(id, key string) core.Ref {
	r := core.Ref{System: c.system, Type: itemType, ID: id, Key: key}
	if c.site != "" && key != "" {
		r.URL = c.site + "/browse/" + url.PathEscape(key)
	}
	return r
}

var (
	_ connectors.Connector         = (*Connector)(nil)
	_ connectors.Deleter           = (*Connector)(nil)
	_ connectors.Commenter         = (*Connector)(nil)
	_ connectors.CommentEditor     = (*Connector)(nil)
	_ connectors.CommentDeleter    = (*Connector)(nil)
	_ connectors.CommentNarrower   = (*Connector)(nil)
	_ connectors.CommentFinder     = (*Connector)(nil)
	_ connectors.AttachmentOpener  = (*Connector)(nil)
	_ connectors.Worklogger        = (*Connector)(nil)
	_ connectors.WorklogEditor     = (*Connector)(nil)
	_ connectors.WorklogDeleter    = (*Connector)(nil)
	_ connectors.WorklogFinder     = (*Connector)(nil)
	_ connectors.Attacher          = (*Connector)(nil)
	_ connectors.AttachmentDeleter = (*Connector)(nil)
	_ connectors.AttachmentFinder  = (*Connector)(nil)
	_ connectors.Finder            = (*Connector)(nil)
	_ connectors.Searcher          = (*Connector)(nil)
	_ connectors.FieldFinder       = (*Connector)(nil)
	_ connectors.UserResolver      = (*Connector)(nil)
	_ connectors.NameResolver      = (*Connector)(nil)
	_ connectors.Identifier        = (*Connector)(nil)
	_ connectors.BatchGetter       = (*Connector)(nil)
	_ connectors.Starter           = (*Connector)(nil)
	_ connectors.WebhookParser     = (*Connector)(nil)
	_ connectors.WebhookRegistrar  = (*Connector)(nil)
	_ connectors.ClockReader       = (*Connector)(nil)
	_ connectors.Checker           = (*Connector)(nil)
	_ connectors.WebhookGuide      = (*Connector)(nil)
)
