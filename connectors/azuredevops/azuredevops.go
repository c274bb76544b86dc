package azuredevops

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/internal/cache"
	"duplex/internal/httpx"
)

// Connector speaks to one organization or collection. All its methods may be called at once.
type Connector struct {
	name     string // of the system, in every Ref
	base     *url.URL
	http     *httpx.Client
	people   *httpx.Client // the identity host
	now      func() time.Time
	server   bool
	version  string // api-version of released calls
	project  string // where a scope names none
	typ      string
	markRef  string // reference name of the field that holds marks; "" for a tag
	projects []string
	pageSize int           // of a search
	lag      time.Duration // how long a query may miss a new item
	secrets  []string      // of webhooks

	schemas  *cache.Cache[string, *schema]
	types    *cache.Cache[string, *typeInfo]
	nodes    *cache.Cache[string, *trees]
	teams    *cache.Cache[string, project]
	homes    *cache.Cache[int64, string]  // project by work item
	accounts *cache.Cache[string, string] // unique name by identity
	emails   *cache.Cache[string, core.Value]
	faces    *cache.Cache[string, core.Value] // people by id; absent: nobody

	pause *pause

	mu   sync.Mutex
	self core.Value
}

// cached is how long definitions and people are believed.
const cached = 10 * time.Minute

// New builds a connector. It makes no remote call.
func New(cfg connectors.Config) (connectors.Connector, error) {
	sys := cfg.System
	base, err := url.Parse(strings.TrimSuffix(sys.BaseURL, "/"))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("system %s: base_url must be an address such as https://dev.azure.com/acme, or https://tfs.acme.example/tfs/DefaultCollection", sys.Name)
	}
	if org := strings.Trim(sys.Settings["organization"], "/"); org != "" {
		base = base.JoinPath(org)
	}
	if strings.Trim(base.Path, "/") == "" && !strings.HasSuffix(base.Host, ".visualstudio.com") {
		return nil, fmt.Errorf("system %s: base_url must end with the organization or collection, such as https://dev.azure.com/acme", sys.Name)
	}
	now := cfg.Now
	if now == nil {
		now = time.Now
	}
	c := &Connector{name: sys.Name, base: base, now: now, project: sys.Settings["project"], typ: sys.Settings["type"], pageSize: mostFound, markRef: sys.Settings["mark_field"],
		server: isServer(base, sys.Settings["product"]), version: sys.Settings["api_version"],
		pause:    newPause(now),
		schemas:  cache.New[string, *schema](1, cached, now),
		types:    cache.New[string, *typeInfo](200, cached, now),
		nodes:    cache.New[string, *trees](200, cached, now),
		teams:    cache.New[string, project](200, cached, now),
		homes:    cache.New[int64, string](20000, time.Hour, now),
		accounts: cache.New[string, string](10000, time.Hour, now),
		emails:   cache.New[string, core.Value](10000, cached, now),
		faces:    cache.New[string, core.Value](10000, cached, now),
	}
	if c.version == "" {
		c.version = "7.1"
		if c.server {
			c.version = "7.0"
		}
	}
	if c.lag, err = time.ParseDuration(cmp.Or(sys.Settings["index_lag"], findLag.String())); err != nil || c.lag < 0 {
		return nil, fmt.Errorf("system %s: settings.index_lag must be a duration such as 2m", sys.Name)
	}
	for _, p := range strings.Split(sys.Settings["projects"], ",") {
		if p = strings.TrimSpace(p); p != "" {
			c.projects = append(c.projects, p)
		}
	}
	for _, name := range []string{"secret", "old_secret"} {
		if s := sys.Webhook[name]; s != "" {
			c.secrets = append(c.secrets, s)
		}
	}
	if err := c.connect(cfg); err != nil {
		return nil, fmt.Errorf("system %s: %w", sys.Name, err)
	}
	return c, nil
}

// isServer tells Azure DevOps Server from Services: by the setting, else by the host.
func isServer(base *url.URL, product string) bool {
	if product != "" {
		return product == "server"
	}
	return base.Host != "dev.azure.com" && !strings.HasSuffix(base.Host, ".visualstudio.com")
}

// Facts say what Azure DevOps is like.
func (c *Connector) Facts() connectors.Facts {
	return connectors.Facts{
		Revisions: true, Precondition: true, Precision: time.Millisecond, FindLag: c.lag, ReportsActor: true, ServerFilter: true, ListsDeletions: true,
		RichText: string(richtext.HTMLAzure), Rate: 5,
	}
}

func (c *Connector) ref(id int64) core.Ref {
	n := strconv.FormatInt(id, 10)
	return core.Ref{System: c.name, Type: itemType, ID: n, Key: "#" + n, URL: c.base.String() + "/_workitems/edit/" + n}
}

// itemType is what connections call a work item.
const itemType = "workitem"

func (c *Connector) checkType(typ string) error {
	if typ != "" && typ != itemType {
		return fmt.Errorf("%s: item type %q: %w: Azure DevOps has items of type %s", c.name, typ, connectors.ErrUnsupported, itemType)
	}
	return nil
}

// place is the project and the type of work item that a scope names, "" where it does not.
func (c *Connector) place(scope map[string]string) (project, typ string) {
	return cmp.Or(scope["project"], c.project), cmp.Or(scope["type"], c.typ)
}

// number is a work item's id. A text that is no number names no item.
func number(id string) (int64, error) {
	n, err := strconv.ParseInt(id, 10, 32)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("work item %q: %w", id, connectors.ErrNotFound)
	}
	return n, nil
}

// ClockSkew is how far the vendor's clock is ahead of ours.
func (c *Connector) ClockSkew() (time.Duration, bool) { return c.http.ClockSkew() }

func init() {
	connectors.Register(connectors.Kind{
		Name: "azuredevops", Title: "Azure DevOps", Types: []string{itemType}, New: New,
		Options: []connectors.Option{
			{Section: "auth", Name: "method", Oneof: []string{"pat", "entra"}, Default: "pat", Help: "How duplex signs in: a personal access token, or on Services an application of Microsoft Entra ID."},
			{Section: "auth", Name: "token", Secret: true, Help: "The personal access token (pat), with the scope Work Items (read and write)."},
			{Section: "auth", Name: "tenant", Help: "Directory (tenant) id of Microsoft Entra ID (entra)."},
			{Section: "auth", Name: "client_id", Help: "Application (client) id (entra); its service principal must be a user of the organization."},
			{Section: "auth", Name: "client_secret", Secret: true, Help: "Secret of the application (entra)."},
			{Section: "auth", Name: "token_url", Help: "Address of the token endpoint when it is not the tenant's at login.microsoftonline.com (entra)."},
			{Section: "webhook", Name: "secret", Secret: true, Help: "Password that the service hooks sign in with, as Basic authentication; the user name is duplex."},
			{Section: "webhook", Name: "old_secret", Secret: true, Help: "The password before that, taken too while the service hooks are changed."},
			{Section: "settings", Name: "organization", Help: "Name of the organization or collection, where base_url does not end with it."},
			{Section: "settings", Name: "product", Oneof: []string{"services", "server"}, Help: "Azure DevOps Services (the cloud) or Server; without it the host of base_url tells."},
			{Section: "settings", Name: "api_version", Oneof: []string{"7.1", "7.0", "6.0"}, Help: "Version of the REST API; 7.1 on Services, else 7.0: Server 2022 knows 7.0, Server 2020 knows 6.0."},
			{Section: "settings", Name: "project", Help: "The project where a connection's scope names none."},
			{Section: "settings", Name: "type", Help: "The type of work items where a connection's scope names none."},
			{Section: "settings", Name: "projects", Help: "Projects, parted by commas, whose events duplex subscribes to; without it all of the organization, which takes an administrator of it."},
			{Section: "settings", Name: "mark_field", Help: "Reference name of a text field that holds the sync's mark, such as Custom.DuplexMark; without it the mark is a tag."},
			{Section: "settings", Name: "index_lag", Default: "2m", Help: "How long a query may miss a new work item, such as 2m; the vendor tells no bound."},
			{Section: "settings", Name: "identity_url", Help: "Address of the identity service when it is not vssps.dev.azure.com (Services) or base_url (Server)."},
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
	_ connectors.ClockReader       = (*Connector)(nil)
)
