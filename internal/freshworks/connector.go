package freshworks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/cache"
	"duplex/internal/httpx"
)

// Connector speaks to one account of a product. All its methods may be called at once.
type Connector struct {
	name    string // of the system, in every Ref
	p       *Product
	base    *url.URL
	http    *httpx.Client
	now     func() time.Time
	lag     time.Duration
	mark    string        // the custom field of marks; "" for tags
	replies bool          // public comments are replies
	invite  bool          // unknown requesters are made contacts
	forWhom string        // e-mail of the usual requester; "" for the own account
	mail    string        // of the own account, where the vendor does not tell who one is
	notes   core.Audience // of problems and changes; 0: nobody said who reads them
	hook    hook

	schemas *cache.Cache[string, *schema]
	groups  *cache.Cache[string, []core.Value]
	people  *cache.Cache[int64, profile]
	emails  *cache.Cache[string, core.Value]
	agents  *cache.Cache[string, []profile]
	present *cache.Cache[string, bool] // one entry: the account answers

	mu   sync.Mutex
	self core.Value
}

const (
	cached     = 10 * time.Minute // how long names, people and field definitions are believed
	defaultLag = 5 * time.Minute  // the vendor speaks of a few minutes
)

// New builds a connector. It makes no remote call.
func New(cfg connectors.Config, p *Product) (*Connector, error) {
	sys := cfg.System
	wrong := func(text string, args ...any) error {
		return fmt.Errorf("system %s: %s", sys.Name, fmt.Sprintf(text, args...))
	}
	base, err := url.Parse(sys.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, wrong("base_url must be an address such as https://acme.%s.com", strings.ToLower(p.Name))
	}
	now := cfg.Now
	if now == nil {
		now = time.Now
	}
	lag := defaultLag
	if text := sys.Settings["index_lag"]; text != "" {
		if lag, err = time.ParseDuration(text); err != nil || lag < 0 {
			return nil, wrong("settings.index_lag is %q; it must be a duration, such as 2m", text)
		}
	}
	client, err := newClient(cfg, base, now)
	if err != nil {
		return nil, wrong("%v", err)
	}
	c := &Connector{
		name: sys.Name, p: p, base: base, http: client, now: now, lag: lag, mark: sys.Settings["mark_field"],
		replies: sys.Settings["public_comments"] == "reply", invite: sys.Settings["requesters"] == "create",
		forWhom: sys.Settings["requester"], mail: sys.Auth["email"], notes: map[string]core.Audience{"internal": core.Internal, "public": core.Public}[sys.Settings["object_notes"]],
		hook:    hook{secret: sys.Webhook["secret"], header: sys.Webhook["header"]},
		schemas: cache.New[string, *schema](100, cached, now),
		groups:  cache.New[string, []core.Value](1, cached, now),
		people:  cache.New[int64, profile](10000, cached, now),
		emails:  cache.New[string, core.Value](10000, cached, now),
		agents:  cache.New[string, []profile](1, cached, now),
		present: cache.New[string, bool](1, cached/10, now),
	}
	if p.SelfPath == "" && c.mail == "" {
		return nil, wrong("auth.email is missing: %s does not tell whose key it is", p.Name)
	}
	return c, nil
}

// Facts say what both products are like.
func (c *Connector) Facts() connectors.Facts {
	return connectors.Facts{
		Revisions: true, Precision: time.Second, FindLag: c.lag, RichText: "html", Impersonates: true, Rate: 1.5,
	}
}

// ClockSkew is how far the vendor's clock is ahead of ours.
func (c *Connector) ClockSkew() (time.Duration, bool) { return c.http.ClockSkew() }

func (c *Connector) ref(it *Item, id int64) core.Ref {
	number := strconv.FormatInt(id, 10)
	return core.Ref{System: c.name, Type: it.Type, ID: it.Prefix + number, Key: it.Sign + number,
		URL: strings.TrimSuffix(c.base.String(), "/") + it.Page + number}
}

func (c *Connector) itemType(name string) (*Item, error) {
	if it := c.p.item(name); it != nil {
		return it, nil
	}
	var names []string
	for _, it := range c.p.Items {
		names = append(names, it.Type)
	}
	return nil, fmt.Errorf("item type %q: %w: %s has %s", name, connectors.ErrUnsupported, c.p.Name, strings.Join(names, ", "))
}

// locate reads an id. A text that names nothing is not found.
func (c *Connector) locate(id string) (*Item, int64, error) {
	it, n := c.p.locate(id)
	if it == nil {
		return nil, 0, fmt.Errorf("%s: item %q: %w", c.name, id, connectors.ErrNotFound)
	}
	return it, n, nil
}

// one is the answer's thing of that name.
func (c *Connector) one(raw json.RawMessage, name string, out any) error {
	if c.p.Wrapped {
		var wrapped map[string]json.RawMessage
		if json.Unmarshal(raw, &wrapped) != nil || len(wrapped[name]) == 0 {
			return connectors.Busy("reading the answer", "it has no "+name, 0)
		}
		raw = wrapped[name]
	}
	if err := json.Unmarshal(raw, out); err != nil || string(raw) == "null" {
		return connectors.Busy("reading the answer", "it is not the "+name+" that was asked for", 0)
	}
	return nil
}

// call makes a call whose answer is one thing of that name; out nil reads nothing.
func (c *Connector) call(ctx context.Context, method, path, name string, in, out any, opts ...httpx.Option) error {
	var raw json.RawMessage
	if _, err := c.http.JSON(ctx, method, path, in, &raw, opts...); err != nil {
		return err
	}
	if out == nil {
		return nil
	}
	return c.one(raw, name, out)
}
