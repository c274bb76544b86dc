package memory

import (
	"sync"

	"duplex/connectors"
)

// Connector speaks to one System. All its methods may be called at once.
type Connector struct{ sys *System }

// Connector opens another connector to the system.
func (s *System) Connector() *Connector { return &Connector{sys: s} }

// Facts say what the system is like, as Options set it.
func (c *Connector) Facts() connectors.Facts {
	c.sys.mu.Lock()
	defer c.sys.mu.Unlock()
	f := c.sys.facts
	f.FindLag = max(f.FindLag, c.sys.nasty.FindLag)
	return f
}

// shared holds the systems that connectors of kind "memory" find by name.
var shared = struct {
	sync.Mutex
	systems map[string]*System
}{systems: map[string]*System{}}

// Share makes s the system that connectors of kind "memory" find under its name, replacing an earlier one.
func Share(s *System) *System {
	shared.Lock()
	defer shared.Unlock()
	shared.systems[s.name] = s
	return s
}

// Named is the shared system of that name; the first call makes one with default Options.
func Named(name string) *System {
	shared.Lock()
	defer shared.Unlock()
	s, ok := shared.systems[name]
	if !ok {
		s = New(Options{Name: name})
		shared.systems[name] = s
	}
	return s
}

// Forget drops the shared system of that name. Connectors that are already open keep theirs.
func Forget(name string) {
	shared.Lock()
	defer shared.Unlock()
	delete(shared.systems, name)
}

func init() {
	connectors.Register(connectors.Kind{
		Name:  "memory",
		Title: "In memory (tests)",
		Types: []string{"item"},
		Options: []connectors.Option{
			{Section: "webhook", Name: "secret", Secret: true, Help: "Key with which incoming calls are signed."},
		},
		New: func(cfg connectors.Config) (connectors.Connector, error) {
			s := Named(cfg.System.Name)
			if secret := cfg.System.Webhook["secret"]; secret != "" {
				s.setSecret(secret)
			}
			return s.Connector(), nil
		},
	})
}

var (
	_ connectors.Connector         = (*Connector)(nil)
	_ connectors.Deleter           = (*Connector)(nil)
	_ connectors.Commenter         = (*Connector)(nil)
	_ connectors.InlineCommenter   = (*Connector)(nil)
	_ connectors.InlineCreator     = (*Connector)(nil)
	_ connectors.CommentEditor     = (*Connector)(nil)
	_ connectors.CommentDeleter    = (*Connector)(nil)
	_ connectors.CommentNarrower   = (*Connector)(nil)
	_ connectors.CommentRedactor   = (*Connector)(nil)
	_ connectors.CommentFinder     = (*Connector)(nil)
	_ connectors.Worklogger        = (*Connector)(nil)
	_ connectors.WorklogEditor     = (*Connector)(nil)
	_ connectors.WorklogDeleter    = (*Connector)(nil)
	_ connectors.WorklogFinder     = (*Connector)(nil)
	_ connectors.AttachmentOpener  = (*Connector)(nil)
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
)
