package rest

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/internal/cache"
	"duplex/internal/httpx"
)

func init() {
	connectors.Register(connectors.Kind{
		Name: "rest", Title: "REST, by a manifest", Options: options, Own: own, Check: check, New: New,
	})
}

// Connector speaks to one system as its manifest says. It is safe for concurrent use.
type Connector struct {
	name     string
	m        *Manifest
	http     *httpx.Client
	settings map[string]string
	secrets  []string // of webhooks
	user     string   // of webhooks that sign in
	format   string
	now      func() time.Time

	lists  *cache.Cache[string, []any] // options and fields that the system lists, by address
	people *cache.Cache[string, core.Value]
	misses *cache.Cache[string, bool]

	mu      sync.Mutex
	vouched time.Time // when the system last said whose the credential is
}

// Lives of what is remembered.
const (
	listsLive  = 5 * time.Minute
	peopleLive = 10 * time.Minute
	missesLive = time.Minute
)

// New builds a connector from its system file and the manifest that came with it. It makes no call.
func New(cfg connectors.Config) (connectors.Connector, error) {
	s := cfg.System
	name := s.Settings[manifestSetting]
	src, ok := s.Files[name]
	if !ok {
		return nil, fmt.Errorf("system %s: the manifest %q did not come with the system's file: apply it again from its folder", s.Name, name)
	}
	m, ds := Parse(name, []byte(src))
	if err := ds.Err(); err != nil {
		return nil, fmt.Errorf("system %s: %w", s.Name, err)
	}
	base, err := url.Parse(s.BaseURL)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("system %s: base_url must be a scheme and a host", s.Name)
	}
	now := cfg.Now
	if now == nil {
		now = time.Now
	}
	c := &Connector{name: s.Name, m: m, now: now, format: cmp.Or(m.Text, string(richtext.Plain)), settings: map[string]string{"base_url": s.BaseURL}}
	for n, st := range m.Settings {
		c.settings[n] = st.Default
	}
	for n, v := range s.Settings {
		c.settings[n] = v
	}
	if f := s.Settings["text"]; f != "" {
		c.format = f
	}
	if sec := s.Webhook["secret"]; sec != "" {
		c.secrets = append(c.secrets, sec)
	}
	if old := s.Webhook["previous_secret"]; old != "" {
		c.secrets = append(c.secrets, old)
	}
	c.user = s.Webhook["user"]
	c.lists = cache.New[string, []any](200, listsLive, now)
	c.people = cache.New[string, core.Value](5000, peopleLive, now)
	c.misses = cache.New[string, bool](1000, missesLive, now)
	if c.http, err = c.client(cfg, base); err != nil {
		return nil, fmt.Errorf("system %s: %w", s.Name, err)
	}
	return c, nil
}

// Facts are the manifest's: what is promised holds of every type of item.
func (c *Connector) Facts() connectors.Facts {
	f := connectors.Facts{RichText: c.format, MaxComment: c.mostComment(), Rate: c.m.Rate, Precision: time.Duration(c.m.Precision)}
	f.Revisions, f.Precondition, f.ListsDeletions = true, true, true
	for _, it := range c.m.Items {
		f.Revisions = f.Revisions && it.Revision != nil
		f.Precondition = f.Precondition && it.Update != nil && it.Update.Precondition != nil
		f.ServerFilter = f.ServerFilter || it.Changes != nil && it.Changes.Server
		f.ListsDeletions = f.ListsDeletions && it.Changes != nil && it.Changes.Gone
		if it.Mark != nil {
			f.FindLag = max(f.FindLag, time.Duration(it.Mark.Lag))
		}
	}
	f.ReportsActor = c.m.Webhook != nil && c.m.Webhook.Actor != nil
	return f
}

// item is the type of item that is meant.
func (c *Connector) item(t string) (*Item, error) {
	if it, ok := c.m.Items[t]; ok {
		return it, nil
	}
	if t == "" && len(c.m.Items) == 1 {
		for _, it := range c.m.Items {
			return it, nil
		}
	}
	return nil, fmt.Errorf("%s: %w: there is no type of item %q; the manifest has: %s", c.name, connectors.ErrUnsupported, t, strings.Join(sortedKeys(c.m.Items), ", "))
}

// typed is the name of an item's type and the type. An id begins with its type's name and a colon where the manifest has several types.
func (c *Connector) typed(id string) (name, bare string, it *Item, err error) {
	if len(c.m.Items) == 1 {
		for n, it := range c.m.Items {
			return n, id, it, nil
		}
	}
	name, bare, _ = strings.Cut(id, ":")
	if it = c.m.Items[name]; it == nil {
		return "", "", nil, fmt.Errorf("%s: item %q: %w: an id begins with its type: %s", c.name, id, connectors.ErrNotFound, strings.Join(sortedKeys(c.m.Items), ", "))
	}
	return name, bare, it, nil
}

// at is what requests about one item can name: its id and the id's parts.
func (c *Connector) at(id string) (string, *Item, vars, error) {
	name, bare, it, err := c.typed(id)
	if err != nil {
		return "", nil, nil, err
	}
	v := vars{"settings": c.settings, "id": bare}
	if it.IDIs != "" {
		parts, ok := it.parts(bare)
		if !ok {
			return "", nil, nil, fmt.Errorf("%s: item %q: %w: an id has the form %s", c.name, id, connectors.ErrNotFound, it.IDIs)
		}
		for k, p := range parts {
			v[k] = p
		}
	}
	return name, it, v, nil
}

// in is what requests about a type and scope can name.
func (c *Connector) in(t connectors.ItemType) (string, *Item, vars, error) {
	it, err := c.item(t.Type)
	if err != nil {
		return "", nil, nil, err
	}
	name := t.Type
	if name == "" {
		name = sortedKeys(c.m.Items)[0]
	}
	scope := t.Scope
	if scope == nil {
		scope = map[string]string{}
	}
	return name, it, vars{"settings": c.settings, "scope": scope}, nil
}

// Has tells which capabilities the manifest gives. It is what connectors.As asks.
func (c *Connector) Has(capability string) bool {
	all := func(has func(*Item) bool) bool {
		for _, it := range c.m.Items {
			if has(it) {
				return true
			}
		}
		return false
	}
	comments := func(has func(*Comments) bool) bool {
		return all(func(it *Item) bool { return it.Comments != nil && has(it.Comments) })
	}
	files := func(has func(*Attachments) bool) bool {
		return all(func(it *Item) bool { return it.Attachments != nil && has(it.Attachments) })
	}
	switch capability {
	case "Deleter":
		return all(func(it *Item) bool { return it.Delete != nil })
	case "Commenter":
		return comments(func(k *Comments) bool { return k.Add != nil })
	case "CommentEditor":
		return comments(func(k *Comments) bool { return k.Edit != nil })
	case "CommentDeleter":
		return comments(func(k *Comments) bool { return k.Delete != nil })
	case "CommentNarrower":
		return comments(func(k *Comments) bool { return k.Hide != nil })
	case "CommentFinder":
		return comments(func(k *Comments) bool { return k.Add != nil && c.marks(k.Mark) })
	case "AttachmentOpener":
		return files(func(a *Attachments) bool { return a.Content != nil })
	case "Attacher":
		return files(func(a *Attachments) bool { return a.Upload != nil })
	case "AttachmentDeleter":
		return files(func(a *Attachments) bool { return a.Delete != nil })
	case "AttachmentFinder":
		return files(func(a *Attachments) bool { return a.Upload != nil })
	case "Finder":
		return all(func(it *Item) bool { return c.marks(it.Mark) && it.Mark.Find != nil })
	case "Historian":
		return all(func(it *Item) bool { return it.History != nil })
	case "Searcher":
		return all(func(it *Item) bool { return it.Search != nil })
	case "FieldFinder":
		return all(func(it *Item) bool {
			return slices.ContainsFunc(sortedKeys(it.Fields), func(n string) bool { return it.Fields[n].Match != nil })
		})
	case "UserResolver":
		return c.m.Users != nil && c.m.Users.Find != nil
	case "NameResolver":
		return c.m.Users != nil && c.m.Users.ByName != nil
	case "Identifier":
		return c.m.Self != nil
	case "BatchGetter":
		return all(func(it *Item) bool { return it.Batch != nil })
	case "Starter":
		return all(func(it *Item) bool { return it.Changes != nil && it.Changes.since() })
	case "WebhookParser":
		return c.m.Webhook != nil
	}
	return false
}

// marks tells whether there is a place for a mark: where it needs a setting, the system's file has it.
func (c *Connector) marks(m *Mark) bool {
	if m == nil {
		return false
	}
	_, ok := filled(m.At, vars{"settings": c.settings})
	return ok || m.Text != "" || m.Hide != ""
}

var (
	_ connectors.Connector         = (*Connector)(nil)
	_ connectors.Varies            = (*Connector)(nil)
	_ connectors.Deleter           = (*Connector)(nil)
	_ connectors.Commenter         = (*Connector)(nil)
	_ connectors.CommentEditor     = (*Connector)(nil)
	_ connectors.CommentDeleter    = (*Connector)(nil)
	_ connectors.CommentNarrower   = (*Connector)(nil)
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
)

// failed wraps an error with what was attempted.
func (c *Connector) failed(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %s: %w", c.name, what, err)
}
