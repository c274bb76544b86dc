package memory

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// Options shape a System. The zero Options give a system with every capability and a default set of fields.
type Options struct {
	Name   string             // default "memory"; the System of every Ref
	Type   string             // default "item"
	Fields []connectors.Field // nil: DefaultFields
	Users  []core.Value       // nil: DefaultUsers
	Self   core.Value         // the account connectors act as; absent: DefaultSelf
	Clock  func() time.Time   // nil: time.Now

	// Facts, when given, replace the default ones. Without Precondition an Update reads and writes in two steps,
	// between which somebody else may write.
	Facts *connectors.Facts
	// Rewrite is what the system does to rich text as it stores it; nil: nothing.
	Rewrite func(core.Value) core.Value
	// Transitions lists, for each name of the option field "status", the names it can go to in one hop; nil: any to any.
	Transitions map[string][]string
	// Opening names the text field that cannot be changed after the create and is shown as the first comment.
	Opening string
	// Audiences a comment or file may have here; nil: all. A draft for another one is shown to a smaller audience
	// if there is one, else it is refused.
	Audiences []core.Audience
	// MaxAttachment is the largest file in bytes; 0: no limit.
	MaxAttachment int64
	Secret        string // signs webhooks
	Nasty         Nasty
}

// System is one product account in memory. It is safe for use by many goroutines.
type System struct {
	name        string
	typ         string
	fields      []connectors.Field
	attributes  []connectors.Field
	rewrite     func(core.Value) core.Value
	transitions map[string][]string
	opening     string
	audiences   []core.Audience
	maxFile     int64

	mu        sync.Mutex
	facts     connectors.Facts
	clock     func() time.Time
	self      core.Value
	users     []core.Value
	items     map[string]*item
	next      int // last id given out, shared by items, comments and files
	seq       int // last position in the change feed
	secret    string
	endpoint  string
	listeners []func(core.Hint)
	hints     []core.Hint // committed, not yet told to listeners
	nasty     Nasty
	rand      *rand.Rand
	scripted  []scriptedFault
	calls     map[Op]int
	onCall    func(Op, string)
}

// New makes an empty system.
func New(o Options) *System {
	s := &System{
		name: o.Name, typ: o.Type, fields: o.Fields, users: o.Users, self: o.Self, clock: o.Clock, secret: o.Secret,
		rewrite: o.Rewrite, transitions: o.Transitions, opening: o.Opening, audiences: o.Audiences, maxFile: o.MaxAttachment,
		items: map[string]*item{}, calls: map[Op]int{},
		facts: connectors.Facts{
			Revisions: true, Precondition: true, Precision: time.Millisecond, ReportsActor: true, ServerFilter: true, ListsDeletions: true,
			RichText: "plain", Restricts: true, Impersonates: true, Rate: 1000,
		},
	}
	if s.name == "" {
		s.name = "memory"
	}
	if s.typ == "" {
		s.typ = "item"
	}
	if s.fields == nil {
		s.fields = DefaultFields()
	}
	s.attributes = attributes(s.fields)
	if s.users == nil {
		s.users = DefaultUsers()
	}
	if s.self.IsAbsent() {
		s.self = DefaultSelf()
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if o.Facts != nil {
		s.facts = *o.Facts
	}
	if len(s.audiences) == 0 {
		s.audiences = []core.Audience{core.Public, core.Internal, core.Restricted}
	}
	s.facts.Restricts = s.facts.Restricts && slices.Contains(s.audiences, core.Restricted)
	s.SetNasty(o.Nasty)
	return s
}

// Name is the system's name, the System of every Ref.
func (s *System) Name() string { return s.name }

// SetClock replaces the system's clock.
func (s *System) SetClock(clock func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = clock
}

// OnChange calls f after every committed change, from the goroutine that made it and without any lock: a webhook.
func (s *System) OnChange(f func(core.Hint)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners, f)
}

// item is a stored work item. Deleted ones stay as tombstones for the change feed.
type item struct {
	id, mark      string
	number        int
	scope         map[string]string
	fields        map[string]core.Value
	changed       map[string]time.Time
	changedBy     map[string]core.Value
	created       time.Time
	updated       time.Time
	by, updatedBy core.Value
	revision, seq int
	deleted       bool
	comments      []core.Comment
	worklogs      []core.Worklog
	files         []file
}

type file struct {
	core.Attachment
	mark    string
	content []byte
}

// now is the clock in UTC at the system's precision. The caller holds the lock.
func (s *System) now() time.Time {
	t := s.clock().UTC()
	if s.facts.Precision > 0 {
		t = t.Truncate(s.facts.Precision)
	}
	return t
}

func (s *System) newID() string {
	s.next++
	return strconv.Itoa(s.next)
}

// touch makes a change visible: revision, time, actor, feed, hint. The caller holds the lock.
func (s *System) touch(it *item, by core.Value, kind core.HintKind) {
	s.seq++
	now := s.now()
	if s.facts.Precision < time.Second || !now.Equal(it.updated) {
		it.revision++ // elsewhere it is the time of the change, which two changes in one second have in common
	}
	it.seq, it.updated, it.updatedBy = s.seq, now, by
	s.hints = append(s.hints, core.Hint{
		Ref: s.ref(it), Kind: kind, Revision: strconv.Itoa(it.revision), Own: core.Equal(by, s.self), At: it.updated,
	})
}

// unlock ends a change and tells the listeners.
func (s *System) unlock() {
	hints, listeners := s.hints, s.listeners
	s.hints = nil
	s.mu.Unlock()
	for _, h := range hints {
		for _, f := range listeners {
			f(h)
		}
	}
}

func (s *System) ref(it *item) core.Ref {
	return core.Ref{
		System: s.name, Type: s.typ, ID: it.id, Key: fmt.Sprintf("M-%d", it.number),
		URL: "memory://" + s.name + "/" + it.id,
	}
}

// find is the live item; the caller holds the lock.
func (s *System) find(id string) (*item, error) {
	it, ok := s.items[id]
	if !ok || it.deleted {
		return nil, fmt.Errorf("item %s: %w", id, connectors.ErrNotFound)
	}
	return it, nil
}

// inScope reports whether the item has everything the scope asks for.
func inScope(it *item, scope map[string]string) bool {
	for k, v := range scope {
		if it.scope[k] != v {
			return false
		}
	}
	return true
}
