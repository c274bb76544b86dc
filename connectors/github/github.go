package github

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/cache"
	"duplex/internal/httpx"
)

// Connector speaks to GitHub as one account. All its methods may be called at once.
type Connector struct {
	name  string // of the system, in every Ref
	names []string
	http  *httpx.Client
	app   *app // nil for a personal token
	now   func() time.Time
	pace  *pace
	hook  string // the webhooks' secret

	answers    *cache.Cache[string, answer]
	repos      *cache.Cache[string, *repository]
	users      *cache.Cache[int64, string]
	profiles   *cache.Cache[string, profile]
	emails     *cache.Cache[string, core.Value]
	milestones *cache.Cache[int64, []milestone]
	types      *cache.Cache[int64, []issueType]
	defined    *cache.Cache[string, []fieldDefinition]
	moved      *cache.Cache[string, place]

	mu    sync.Mutex
	known map[int64]string // repositories by id: what the settings call them
	self  core.Value
}

// cached is how long names, people and definitions are believed.
const cached = 10 * time.Minute

var repositoryName = regexp.MustCompile(`^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$`)

// New builds a connector. It makes no remote call.
func New(cfg connectors.Config) (connectors.Connector, error) {
	c, err := build(cfg)
	if err != nil {
		return nil, fmt.Errorf("system %s: %w", cfg.System.Name, err)
	}
	return c, nil
}

func build(cfg connectors.Config) (*Connector, error) {
	sys := cfg.System
	base, err := url.Parse(strings.TrimSuffix(sys.BaseURL, "/"))
	switch {
	case err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http":
		return nil, fmt.Errorf("base_url must be https://api.github.com, or https://HOST/api/v3 of an Enterprise Server")
	case base.Host == "github.com" || base.Host == "www.github.com":
		return nil, fmt.Errorf("base_url is the address for people: write https://api.github.com")
	}
	now := cfg.Now
	if now == nil {
		now = time.Now
	}
	c := &Connector{
		name: sys.Name, now: now, hook: sys.Webhook["secret"], known: map[int64]string{},
		answers: cache.New[string, answer](500, time.Hour, now), repos: cache.New[string, *repository](200, cached, now),
		users: cache.New[int64, string](20000, 24*time.Hour, now), profiles: cache.New[string, profile](2000, cached, now),
		emails: cache.New[string, core.Value](10000, cached, now), milestones: cache.New[int64, []milestone](200, cached, now),
		types: cache.New[int64, []issueType](200, cached, now), defined: cache.New[string, []fieldDefinition](50, cached, now),
		moved: cache.New[string, place](10000, 24*time.Hour, now),
	}
	for _, name := range strings.FieldsFunc(sys.Settings["repositories"], func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
		if !repositoryName.MatchString(name) {
			return nil, fmt.Errorf("settings.repositories: %q is not of the form owner/name", name)
		}
		c.names = append(c.names, name)
	}
	if len(c.names) == 0 {
		return nil, fmt.Errorf("settings.repositories is missing: list the repositories, such as acme/app, acme/web")
	}
	gap, err := writeGap(base, sys.Settings["write_gap"])
	if err != nil {
		return nil, err
	}
	c.pace = newPace(gap, now)
	if c.http, c.app, err = newClient(cfg, base, now, c.names[0]); err != nil {
		return nil, err
	}
	return c, nil
}

// Facts say what GitHub is like.
func (c *Connector) Facts() connectors.Facts {
	return connectors.Facts{
		Revisions: true, Precision: time.Second, FindLag: findLag, ReportsActor: true, ServerFilter: true,
		RichText: "markdown", MaxComment: maxText, Rate: 1.2,
	}
}

func (c *Connector) checkType(typ string) error {
	if typ != "" && typ != "issue" {
		return fmt.Errorf("%s: item type %q: %w: GitHub has issues", c.name, typ, connectors.ErrUnsupported)
	}
	return nil
}

// ClockSkew is how far the vendor's clock is ahead of ours.
func (c *Connector) ClockSkew() (time.Duration, bool) { return c.http.ClockSkew() }

func init() {
	connectors.Register(connectors.Kind{
		Name: "github", Title: "GitHub Issues", Types: []string{"issue"}, New: New,
		Options: []connectors.Option{
			{Section: "auth", Name: "method", Oneof: []string{"app", "token"}, Default: "app", Help: "How duplex signs in: as a GitHub App, or with a personal access token of an account that nobody works with."},
			{Section: "auth", Name: "app_id", Help: "Number of the App, or its client id (app)."},
			{Section: "auth", Name: "private_key", Secret: true, Help: "Private key of the App, in PEM (app)."},
			{Section: "auth", Name: "installation_id", Help: "Number of the App's installation; without it duplex takes the one in the first repository (app)."},
			{Section: "auth", Name: "token", Secret: true, Help: "The personal access token (token)."},
			{Section: "webhook", Name: "secret", Secret: true, Help: "Secret that webhooks are signed with; choose a long random text."},
			{Section: "settings", Name: "repositories", Required: true, Help: "Repositories that connections may use, as owner/name, separated by commas; the names stay as they are when a repository is renamed."},
			{Section: "settings", Name: "write_gap", Help: "Time between two writes, such as 1s or 250ms; by default a second on github.com, as the vendor asks for, and none on an Enterprise Server."},
		},
	})
}

var (
	_ connectors.Connector        = (*Connector)(nil)
	_ connectors.Commenter        = (*Connector)(nil)
	_ connectors.CommentEditor    = (*Connector)(nil)
	_ connectors.CommentDeleter   = (*Connector)(nil)
	_ connectors.CommentFinder    = (*Connector)(nil)
	_ connectors.Finder           = (*Connector)(nil)
	_ connectors.Historian        = (*Connector)(nil)
	_ connectors.Searcher         = (*Connector)(nil)
	_ connectors.FieldFinder      = (*Connector)(nil)
	_ connectors.UserResolver     = (*Connector)(nil)
	_ connectors.NameResolver     = (*Connector)(nil)
	_ connectors.Identifier       = (*Connector)(nil)
	_ connectors.Starter          = (*Connector)(nil)
	_ connectors.WebhookParser    = (*Connector)(nil)
	_ connectors.WebhookRegistrar = (*Connector)(nil)
	_ connectors.WebhookGuide     = (*Connector)(nil)
	_ connectors.Checker          = (*Connector)(nil)
	_ connectors.ClockReader      = (*Connector)(nil)
)
