package freshworks

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// State is everything an account remembers, as it is written to the snapshot. Numbers in open values are float64, as JSON reads them.
type State struct {
	NextID  int64
	Numbers map[string]int64             // last number given, by kind
	Records map[string]map[int64]*Record // by kind
	Fields  map[string][]Field           // by kind
	People  map[int64]*Person
	Groups  []Group
	Files   map[int64]*File
	Rules   map[int64]*Rule
	Mails   []Mail
	Extra   map[string]any // what one vendor has more
}

func newState(v Vendor, born time.Time) *State {
	s := &State{NextID: v.FirstID, Numbers: map[string]int64{}, Records: map[string]map[int64]*Record{}, Fields: map[string][]Field{},
		People: map[int64]*Person{}, Files: map[int64]*File{}, Rules: map[int64]*Rule{}, Groups: slices.Clone(v.Groups), Extra: map[string]any{}}
	for _, k := range v.Kinds {
		s.Records[k.Name], s.Numbers[k.Name], s.Fields[k.Name] = map[int64]*Record{}, v.FirstNumber, slices.Clone(k.Fields)
	}
	for _, p := range v.People {
		p.Active, p.Created, p.Updated = true, born, born
		s.People[p.ID] = &p
	}
	return s
}

// ID gives the next number for anything but records.
func (s *State) ID() int64 {
	s.NextID++
	return s.NextID
}

// Sorted are the records of a kind by number.
func (s *State) Sorted(kind string) []*Record {
	return slices.SortedFunc(maps.Values(s.Records[kind]), func(a, b *Record) int { return int(a.ID - b.ID) })
}

// Person is an agent or a requester. An agent has a key.
type Person struct {
	ID            int64
	Name, Email   string
	Phone, Mobile string
	ExternalID    string // unique_external_id
	Agent, Admin  bool
	Active        bool
	Deleted       bool
	Company       int64
	Key           string
	Workspaces    []int64
	Created       time.Time
	Updated       time.Time
}

// First and Last are the parts of the name.
func (p *Person) First() string { first, _, _ := strings.Cut(p.Name, " "); return first }

// Last is what follows the first word of the name.
func (p *Person) Last() string { _, last, _ := strings.Cut(p.Name, " "); return last }

// ByMail finds a person; nil where nobody has the address.
func (s *State) ByMail(email string) *Person {
	for _, p := range s.Crowd() {
		if p.Email != "" && strings.EqualFold(p.Email, email) {
			return p
		}
	}
	return nil
}

// Crowd are all people by id.
func (s *State) Crowd() []*Person {
	return slices.SortedFunc(maps.Values(s.People), func(a, b *Person) int { return int(a.ID - b.ID) })
}

// Group of agents.
type Group struct {
	ID        int64
	Name      string
	Workspace int64
	Agents    []int64
}

// Record is a ticket, a problem or a change. A kept record is never changed in place: see Call.Keep.
type Record struct {
	ID            int64
	Kind          string
	Workspace     int64
	Values        map[string]any // default fields by key; null ones are absent
	Custom        map[string]any
	Deleted       bool
	Spam          bool
	Archived      bool
	CreatedBy     int64
	Created       time.Time
	Updated       time.Time
	Resolved      time.Time
	Closed        time.Time
	Parent        int64
	Related       []int64
	Files         []int64
	Conversations []*Conversation
	Activities    []Activity
	// The service levels are worked out some seconds after a write: until Settles the old times are shown.
	Due, First, NextDue, NextFirst, Settles time.Time
}

// Clone copies what a write may change.
func (r *Record) Clone() *Record {
	c := *r
	c.Values, c.Custom = maps.Clone(r.Values), maps.Clone(r.Custom)
	c.Files, c.Conversations, c.Activities = slices.Clone(r.Files), slices.Clone(r.Conversations), slices.Clone(r.Activities)
	return &c
}

// Number reads a number of the default fields; 0 for none.
func (r *Record) Number(key string) int64 { n, _ := r.Values[key].(float64); return int64(n) }

// Text reads a text of the default fields.
func (r *Record) Text(key string) string { s, _ := r.Values[key].(string); return s }

// Conversation is a reply or a note.
type Conversation struct {
	ID       int64
	By       int64
	HTML     string
	Private  bool
	Incoming bool
	Source   int // 0 reply, 2 note
	From     string
	To, CC   []string
	Files    []int64
	Created  time.Time
	Updated  time.Time
	EditedBy int64
	Edited   time.Time
}

// File is an attachment; its content lies beside the state.
type File struct {
	ID      int64
	Name    string
	Type    string
	Size    int64
	Created time.Time
}

// Activity is what one write did: fields and their new values, as people read them.
type Activity struct {
	At      time.Time
	By      int64
	Text    string
	Changes map[string]any
}

// Mail is a mail that went to somebody outside.
type Mail struct {
	At     time.Time `json:"at"`
	Record int64     `json:"ticket"`
	Why    string    `json:"why"` // reply, notify, note, outbound
	To     []string  `json:"to"`
	By     int64     `json:"by"`
}
