package salesforce

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/internal/cache"
)

// Connector speaks to one Salesforce organization. All its methods may be called at once.
type Connector struct {
	name    string // of the system, in every Ref
	base    *url.URL
	version string // of the API: v67.0
	session *session
	now     func() time.Time
	mark    string // the field that holds marks
	feed    bool   // comments of cases are feed posts too
	signs   bool   // comments carry their marks
	hook    hook

	schemas  *cache.Cache[string, *schema]
	prefixes *cache.Cache[string, string] // the first three letters of an id → object
	people   *cache.Cache[string, core.Value]
	found    *cache.Cache[string, core.Value] // by e-mail or name
	records  *cache.Cache[string, record]     // what attributes are read from

	mu   sync.Mutex
	self core.Value
}

// cached is how long descriptions and people are believed.
const cached = 10 * time.Minute

// New builds a connector. It makes no remote call.
func New(cfg connectors.Config) (connectors.Connector, error) {
	sys := cfg.System
	base, err := url.Parse(strings.TrimSuffix(sys.BaseURL, "/"))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("system %s: base_url must be the organization's My Domain address, such as https://acme.my.salesforce.com", sys.Name)
	}
	now := cfg.Now
	if now == nil {
		now = time.Now
	}
	c := &Connector{
		name: sys.Name, base: base, now: now, version: "v" + cmp.Or(strings.TrimPrefix(sys.Settings["api_version"], "v"), "67.0"),
		mark: cmp.Or(sys.Settings["external_id"], "Sync_Id__c"), feed: sys.Settings["comments"] == "feed",
		signs:    sys.Settings["comment_marks"] == "on",
		hook:     hook{secret: sys.Webhook["secret"], organization: sys.Webhook["organization_id"]},
		schemas:  cache.New[string, *schema](50, cached, now),
		prefixes: cache.New[string, string](5000, cached, now),
		people:   cache.New[string, core.Value](10000, cached, now),
		found:    cache.New[string, core.Value](10000, cached, now),
		records:  cache.New[string, record](5000, cached, now),
	}
	if !apiName.MatchString(c.mark) {
		return nil, fmt.Errorf("system %s: settings.external_id must be the API name of a field, such as Sync_Id__c", sys.Name)
	}
	if c.session, err = newSession(cfg, base, now); err != nil {
		return nil, fmt.Errorf("system %s: %w", sys.Name, err)
	}
	return c, nil
}

// Facts say what Salesforce is like.
func (c *Connector) Facts() connectors.Facts {
	f := connectors.Facts{
		Revisions: true, Precondition: true, Precision: time.Second, ReportsActor: true, ListsDeletions: true,
		RichText: string(richtext.Plain), MaxComment: maxCaseComment - maxMark, Rate: 3,
	}
	if c.feed {
		f.RichText, f.MaxComment = string(richtext.HTMLChatter), maxPost-100
	}
	return f
}

func (c *Connector) ref(object, id, key string) core.Ref {
	return core.Ref{
		System: c.name, Type: object, ID: id, Key: cmp.Or(key, id),
		URL: c.base.String() + "/lightning/r/" + object + "/" + id + "/view",
	}
}

// ClockSkew is how far the vendor's clock is ahead of ours.
func (c *Connector) ClockSkew() (time.Duration, bool) { return c.session.skew() }

// theirs is the time by the vendor's clock, as far as the two clocks can be apart.
func (c *Connector) theirs() time.Time {
	d, _ := c.ClockSkew()
	if d.Abs() > time.Hour {
		d = 0
	}
	return c.now().Add(d).UTC()
}

// fail says what was attempted, nil for no error.
func (c *Connector) fail(attempt string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %s: %w", c.name, attempt, err)
}

// Has tells what depends on the settings: comments are found by a mark only where they end in one.
func (c *Connector) Has(capability string) bool { return capability != "CommentFinder" || c.signs }

func init() {
	connectors.Register(connectors.Kind{
		Name: "salesforce", Title: "Salesforce", Types: []string{"Case"}, New: New,
		Options: []connectors.Option{
			{Section: "auth", Name: "method", Oneof: []string{"client_credentials", "jwt", "refresh_token"}, Default: "client_credentials", Help: "How duplex signs in to the External Client App: as its Run-As user, as a named user by a certificate, or by a refresh token."},
			{Section: "auth", Name: "client_id", Required: true, Help: "Consumer key of the External Client App."},
			{Section: "auth", Name: "client_secret", Secret: true, Help: "Consumer secret of the External Client App (client_credentials, refresh_token)."},
			{Section: "auth", Name: "private_key", Secret: true, Help: "RSA private key in PEM whose certificate the app has (jwt)."},
			{Section: "auth", Name: "username", Help: "User name, not e-mail address, of the integration user (jwt)."},
			{Section: "auth", Name: "audience", Default: "https://login.salesforce.com", Help: "Login address that the signed token is for; https://test.salesforce.com for a sandbox (jwt)."},
			{Section: "auth", Name: "refresh_token", Secret: true, Help: "Refresh token of the integration user (refresh_token)."},
			{Section: "auth", Name: "token_url", Help: "Address of the token endpoint when it is not /services/oauth2/token of base_url."},
			{Section: "webhook", Name: "secret", Secret: true, Help: "Secret in the address that outbound messages are sent to (token=…); they carry no signature."},
			{Section: "webhook", Name: "organization_id", Help: "Id of the organization; messages of any other are refused."},
			{Section: "settings", Name: "external_id", Default: "Sync_Id__c", Help: "Field of each synced object that holds duplex's mark: text, External ID, Unique."},
			{Section: "settings", Name: "comments", Oneof: []string{"case", "feed"}, Default: "case", Help: "What the comments of a Case are: case comments, or posts of its feed. Other objects have posts."},
			{Section: "settings", Name: "comment_marks", Oneof: []string{"off", "on"}, Default: "off", Help: "Whether a comment of duplex ends in a reference that readers see, by which one whose answer was lost is found for certain; without it, it is found by its words, and in doubt an operator is asked."},
			{Section: "settings", Name: "api_version", Default: "67.0", Help: "Version of the REST API."},
			{Section: "settings", Name: "quota_share", Default: "80", Help: "Per cent of the organization's daily API calls, other integrations' included, at which duplex stops calling."},
		},
	})
}

var (
	_ connectors.Connector         = (*Connector)(nil)
	_ connectors.Deleter           = (*Connector)(nil)
	_ connectors.Commenter         = (*Connector)(nil)
	_ connectors.CommentEditor     = (*Connector)(nil)
	_ connectors.CommentDeleter    = (*Connector)(nil)
	_ connectors.CommentFinder     = (*Connector)(nil)
	_ connectors.CommentNarrower   = (*Connector)(nil)
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
	_ connectors.WebhookGuide      = (*Connector)(nil)
	_ connectors.Checker           = (*Connector)(nil)
	_ connectors.ClockReader       = (*Connector)(nil)
	_ connectors.Varies            = (*Connector)(nil)
)

// call sends one JSON request to the REST API; path begins after the version.
func (c *Connector) call(ctx context.Context, op, method, path string, in, out any, opts ...callOption) error {
	_, err := c.session.json(ctx, op, method, "/services/data/"+c.version+path, in, out, opts...)
	return err
}
