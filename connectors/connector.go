package connectors

import (
	"context"
	"time"

	"duplex/core"
)

// Connector is what every kind of system can do. All methods may be called at once from many goroutines and return
// promptly with ctx.Err() wrapped when ctx ends. Errors are of the classes in errors.go; a missing item is
// ErrNotFound from every method. No error carries a secret or an item's content.
type Connector interface {
	// Describe lists the fields of an item type with kinds, options and what a create needs.
	Describe(ctx context.Context, t ItemType) (Description, error)

	// Get reads an item as it is now, never from a search index, with its comments and attachments unless
	// want says otherwise. An item that was moved keeps its id. An item that was deleted, or that the account may
	// no longer see, is ErrNotFound.
	Get(ctx context.Context, id string, want Want) (core.Observation, error)

	// Create makes a new item that carries draft.Mark, and returns it as the system shows it afterwards, or at
	// least its Ref (Observation.Fields nil) where the system answers no more. It does not look for an earlier item
	// with the same mark unless the system does so itself; see Finder.
	Create(ctx context.Context, draft core.Draft) (core.Observation, error)

	// Update writes only the fields the patch names, and returns the item as it is afterwards with the fields in
	// want, without comments. When revision is not "" and the item has moved on since, it writes nothing and
	// fails with ErrStale. Writing the same patch twice is harmless. A patch that changes nothing does not move
	// the revision. A status that needs several hops takes them all.
	Update(ctx context.Context, id string, patch core.Patch, revision string, want Want) (core.Observation, error)

	// Changes lists refs of items changed since the cursor, oldest first, at least once each. The zero cursor
	// lists everything. It returns the next cursor also when nothing changed; using a cursor twice loses nothing.
	Changes(ctx context.Context, t ItemType, since Cursor, limit int) (Page, error)

	// Facts say what the system is like. They do not change while the connector lives.
	Facts() Facts
}

// ItemType is a type of item within a scope: a Jira issue in project ENG of type Bug.
type ItemType struct {
	Type  string
	Scope map[string]string
}

// Want narrows a read.
type Want struct {
	Type        ItemType
	Fields      []string // nil: all
	Comments    bool
	Attachments bool
	Worklogs    bool // of systems that have them: see Worklogger
	// Known is what was last seen of the item, nil if nothing. A connector may take comments and attachments from
	// it when the system proves cheaply that they have not changed since (a count, a revision). Full forbids that.
	Known *core.Observation
	Full  bool
}

// Facts describe a system where the engine has to know.
type Facts struct {
	Revisions    bool          // observations carry a revision that moves with every change
	Precondition bool          // Update is guarded by the system itself; else by a read just before the write
	Precision    time.Duration // granularity of UpdatedAt
	FindLag      time.Duration // how long a new item may be invisible to Finder; 0: never
	ReportsActor bool          // webhooks name who did it
	ServerFilter bool          // Changes filters by scope on the server
	// ListsDeletions tells that Changes shows deleted items. Elsewhere, and where ServerFilter hides the items that left a
	// scope, a sweep looks for the items of pairs one by one.
	ListsDeletions bool
	RichText       string  // format of rich text: adf, html, markdown, plain
	MaxComment     int     // characters of a comment, 0: no limit known
	Restricts      bool    // a comment can be kept to a role or group
	Impersonates   bool    // a comment can be written as another person
	Rate           float64 // requests per second the system stands, a default for the admin's limit
}

// Cursor is an opaque position in a system's feed of changes.
type Cursor string

// Page is one page of changes.
type Page struct {
	Items []Change
	Next  Cursor
	More  bool // ask again at once
}

// Change is one entry of a feed.
type Change struct {
	Ref       core.Ref
	Revision  string
	UpdatedAt time.Time
	Deleted   bool
}

// Description is what a system says of an item type.
type Description struct {
	Type   ItemType
	Fields []Field
}

// Field describes one field. Name is what mappings and observations call it. Descriptions are kept in files as JSON.
type Field struct {
	Name     string       `json:"name"`
	Label    string       `json:"label,omitempty"`
	ID       string       `json:"id,omitempty"` // the system's own id, where it differs (customfield_10021)
	Kind     core.Kind    `json:"kind"`
	Of       core.Kind    `json:"of,omitempty"`      // element kind of sets and lists
	Options  []core.Value `json:"options,omitempty"` // of an option field, and of sets of options
	ReadOnly bool         `json:"read_only,omitempty"`
	Required bool         `json:"required,omitempty"`  // to create an item
	OnCreate bool         `json:"on_create,omitempty"` // may be set on create
	MaxLen   int          `json:"max_len,omitempty"`   // characters, 0: not limited
}

// Find is the field of that name.
func (d Description) Find(name string) (Field, bool) {
	for _, f := range d.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}
