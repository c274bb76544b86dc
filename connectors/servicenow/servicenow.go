package servicenow

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/cache"
	"duplex/internal/httpx"
)

// Connector speaks to one ServiceNow instance. All its methods may be called at once.
type Connector struct {
	name     string // of the system, in every Ref
	base     *url.URL
	http     *httpx.Client
	now      func() time.Time
	username string // of the account duplex acts as
	secret   string // of the business rules
	mark     string // the column that holds marks
	tables   []string
	audience core.Audience // of files
	page     int           // records a list is asked for at once

	schemas *cache.Cache[string, *schema]
	classes *cache.Cache[string, string] // record -> its table
	people  *cache.Cache[string, core.Value]
	emails  *cache.Cache[string, core.Value]
	self    *cache.Cache[string, account]
	refused *cache.Cache[string, bool] // tables the account may not read
}

// cached is how long names, users and field definitions are believed.
const cached = 10 * time.Minute

// markDisplay stands in correlation_display beside a mark.
const markDisplay = "duplex"

var columnName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// New builds a connector. It makes no remote call.
func New(cfg connectors.Config) (connectors.Connector, error) {
	sys := cfg.System
	wrong := func(why string) (connectors.Connector, error) { return nil, fmt.Errorf("system %s: %s", sys.Name, why) }
	base, err := url.Parse(sys.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return wrong("base_url must be an address such as https://acme.service-now.com")
	}
	now := cfg.Now
	if now == nil {
		now = time.Now
	}
	client, err := newClient(cfg, base, now)
	if err != nil {
		return wrong(err.Error())
	}
	c := &Connector{
		name: sys.Name, base: base, http: client, now: now, username: sys.Auth["username"], secret: sys.Webhook["secret"],
		mark: cmp.Or(sys.Settings["mark_field"], "correlation_id"), audience: core.Public, page: 200,
		schemas: cache.New[string, *schema](50, cached, now), classes: cache.New[string, string](20000, 24*time.Hour, now),
		people: cache.New[string, core.Value](20000, cached, now), emails: cache.New[string, core.Value](10000, cached, now),
		self: cache.New[string, account](1, cached, now), refused: cache.New[string, bool](10, cached, now),
	}
	if sys.Settings["files"] == "internal" {
		c.audience = core.Internal
	}
	if !columnName.MatchString(c.mark) {
		return wrong("settings.mark_field must be the name of a column")
	}
	if n := sys.Settings["page_size"]; n != "" {
		if c.page, err = strconv.Atoi(n); err != nil || c.page < 1 || c.page > 1000 {
			return wrong("settings.page_size must be a number from 1 to 1000")
		}
	}
	for _, t := range strings.Split(cmp.Or(sys.Settings["tables"], "incident"), ",") {
		if t = strings.TrimSpace(t); !columnName.MatchString(t) {
			return wrong("settings.tables must be names of tables with commas in between")
		}
		c.tables = append(c.tables, t)
	}
	return c, nil
}

// Facts say what ServiceNow is like. Deletions are listed where the table is audited and the account may read sys_audit_delete, which
// nobody can promise.
func (c *Connector) Facts() connectors.Facts {
	return connectors.Facts{Revisions: true, Precision: time.Second, ReportsActor: true, ServerFilter: true, RichText: "servicenow-journal",
		MaxComment: maxComment, Rate: 5}
}

func (c *Connector) ref(table, id, number string) core.Ref {
	return core.Ref{System: c.name, Type: table, ID: id, Key: cmp.Or(number, id),
		URL: strings.TrimSuffix(c.base.String(), "/") + "/" + table + ".do?sys_id=" + id}
}

// ClockSkew is how far the instance's clock is ahead of ours.
func (c *Connector) ClockSkew() (time.Duration, bool) { return c.http.ClockSkew() }

func init() {
	connectors.Register(connectors.Kind{
		Name: "servicenow", Title: "ServiceNow", Types: []string{"incident"}, New: New,
		Options: []connectors.Option{
			{Section: "auth", Name: "method", Oneof: []string{"oauth", "basic", "key"}, Default: "oauth", Help: "How duplex signs in: an OAuth application, user name and password, or an API key."},
			{Section: "auth", Name: "username", Required: true, Help: "User name of the integration account, whatever the method: own changes are told by it."},
			{Section: "auth", Name: "password", Secret: true, Help: "Password of the account (basic)."},
			{Section: "auth", Name: "client_id", Help: "Client ID of the OAuth application (oauth)."},
			{Section: "auth", Name: "client_secret", Secret: true, Help: "Client secret of the OAuth application (oauth)."},
			{Section: "auth", Name: "refresh_token", Secret: true, Help: "Refresh token, where the instance does not allow the client credentials grant (oauth)."},
			{Section: "auth", Name: "token_url", Help: "Address of the token endpoint when it is not /oauth_token.do of base_url (oauth)."},
			{Section: "auth", Name: "key", Secret: true, Help: "The API key (key)."},
			{Section: "webhook", Name: "secret", Secret: true, Help: "The secret that the business rules sign with, as the property x_duplex.secret holds it."},
			{Section: "settings", Name: "tables", Default: "incident", Help: "Tables that are synced, with commas in between; needed for tables that do not extend task."},
			{Section: "settings", Name: "mark_field", Default: "correlation_id", Help: "Column that holds the sync's mark, for tables without correlation_id or where other tools write it."},
			{Section: "settings", Name: "files", Oneof: []string{"public", "internal"}, Default: "public", Help: "Who may read the files of a record: internal only where no customer can open the records."},
			{Section: "settings", Name: "page_size", Default: "200", Help: "How many records a list is asked for at once, 1 to 1000."},
		},
	})
}

var (
	_ connectors.Connector         = (*Connector)(nil)
	_ connectors.Deleter           = (*Connector)(nil)
	_ connectors.Commenter         = (*Connector)(nil)
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
	_ connectors.WebhookGuide      = (*Connector)(nil)
	_ connectors.Checker           = (*Connector)(nil)
	_ connectors.ClockReader       = (*Connector)(nil)
)
