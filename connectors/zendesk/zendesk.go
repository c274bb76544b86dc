package zendesk

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/cache"
	"duplex/internal/httpx"
)

// Connector speaks to one Zendesk account. All its methods may be called at once.
type Connector struct {
	name   string // of the system, in every Ref
	base   *url.URL
	http   *httpx.Client
	now    func() time.Time
	public bool // the first comment of a new ticket is shown to the requester

	schemas *cache.Cache[string, *schema]
	groups  *cache.Cache[string, []core.Value]
	orgs    *cache.Cache[int64, core.Value]
	users   *cache.Cache[int64, core.Value]
	emails  *cache.Cache[string, core.Value]
	extras  *cache.Cache[string, attributes]

	statuses *cache.Cache[string, []ownStatus]
	// What attributes are read from, by the id of the user or organization.
	profiles, orgProfiles *cache.Cache[int64, profile]
	updates               *budget

	mu      sync.Mutex
	self    core.Value
	signing signing
}

// cached is how long names, users and field definitions are believed.
const cached = 10 * time.Minute

// New builds a connector. It makes no remote call.
func New(cfg connectors.Config) (connectors.Connector, error) {
	sys := cfg.System
	base, err := url.Parse(sys.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("system %s: base_url must be an address such as https://acme.zendesk.com", sys.Name)
	}
	now := cfg.Now
	if now == nil {
		now = time.Now
	}
	client, err := newClient(cfg, base, now)
	if err != nil {
		return nil, fmt.Errorf("system %s: %w", sys.Name, err)
	}
	return &Connector{
		name: sys.Name, base: base, http: client, now: now, public: sys.Settings["opening"] == "public",
		schemas:  cache.New[string, *schema](1, cached, now),
		groups:   cache.New[string, []core.Value](1, cached, now),
		orgs:     cache.New[int64, core.Value](10000, cached, now),
		users:    cache.New[int64, core.Value](10000, cached, now),
		emails:   cache.New[string, core.Value](10000, cached, now),
		statuses: cache.New[string, []ownStatus](1, cached, now),
		extras:   cache.New[string, attributes](1, cached, now),
		profiles: cache.New[int64, profile](2000, cached, now), orgProfiles: cache.New[int64, profile](2000, cached, now),
		updates: newBudget(now),
		signing: signing{secret: sys.Webhook["secret"], save: cfg.Save, load: cfg.Load},
	}, nil
}

// Facts say what Zendesk is like.
func (c *Connector) Facts() connectors.Facts {
	return connectors.Facts{
		Revisions: true, Precondition: true, Precision: time.Second, ReportsActor: true, ListsDeletions: true,
		RichText: "html", MaxComment: maxComment, Impersonates: true, Rate: 3,
	}
}

func (c *Connector) ref(id int64) core.Ref {
	return core.Ref{
		System: c.name, Type: "ticket", ID: fmt.Sprint(id), Key: fmt.Sprintf("#%d", id),
		URL: strings.TrimSuffix(c.base.String(), "/") + fmt.Sprintf("/agent/tickets/%d", id),
	}
}

func (c *Connector) checkType(typ string) error {
	if typ != "" && typ != "ticket" {
		return fmt.Errorf("item type %q: %w: Zendesk has tickets", typ, connectors.ErrUnsupported)
	}
	return nil
}

// ClockSkew is how far the vendor's clock is ahead of ours.
func (c *Connector) ClockSkew() (time.Duration, bool) { return c.http.ClockSkew() }

func init() {
	connectors.Register(connectors.Kind{
		Name: "zendesk", Title: "Zendesk Support", Types: []string{"ticket"}, New: New,
		Options: []connectors.Option{
			{Section: "auth", Name: "method", Oneof: []string{"oauth", "token"}, Default: "oauth", Help: "How duplex signs in: an OAuth client or an API token; the vendor ends all API tokens on 30 April 2027."},
			{Section: "auth", Name: "client_id", Help: "Identifier of the OAuth client (oauth)."},
			{Section: "auth", Name: "client_secret", Secret: true, Help: "Secret of the OAuth client (oauth)."},
			{Section: "auth", Name: "refresh_token", Secret: true, Help: "Refresh token, for an OAuth client that acts for another user; without it the client acts as the user it belongs to."},
			{Section: "auth", Name: "token_url", Help: "Address of the token endpoint when it is not /oauth/tokens of base_url (oauth)."},
			{Section: "auth", Name: "email", Help: "E-mail of the account the API token belongs to (token)."},
			{Section: "auth", Name: "token", Secret: true, Help: "The API token (token)."},
			{Section: "webhook", Name: "secret", Secret: true, Help: "Signing secret of the webhook, as Admin Center shows it; not needed when duplex registered the webhook itself."},
			{Section: "settings", Name: "opening", Oneof: []string{"internal", "public"}, Default: "internal", Help: "Who may read the first comment of a ticket that duplex creates; public may send the requester a mail."},
		},
	})
}

var (
	_ connectors.Connector        = (*Connector)(nil)
	_ connectors.Deleter          = (*Connector)(nil)
	_ connectors.Commenter        = (*Connector)(nil)
	_ connectors.CommentFinder    = (*Connector)(nil)
	_ connectors.AttachmentOpener = (*Connector)(nil)
	_ connectors.Attacher         = (*Connector)(nil)
	_ connectors.AttachmentFinder = (*Connector)(nil)
	_ connectors.Finder           = (*Connector)(nil)
	_ connectors.Searcher         = (*Connector)(nil)
	_ connectors.FieldFinder      = (*Connector)(nil)
	_ connectors.UserResolver     = (*Connector)(nil)
	_ connectors.NameResolver     = (*Connector)(nil)
	_ connectors.Identifier       = (*Connector)(nil)
	_ connectors.BatchGetter      = (*Connector)(nil)
	_ connectors.Starter          = (*Connector)(nil)
	_ connectors.WebhookParser    = (*Connector)(nil)
	_ connectors.WebhookRegistrar = (*Connector)(nil)
	_ connectors.ClockReader      = (*Connector)(nil)
	_ connectors.Checker          = (*Connector)(nil)
	_ connectors.WebhookGuide     = (*Connector)(nil)
)
