package core

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Observation is what a fetch saw of an item at one moment.
//
// Everything in it is in the side's own vocabulary. Times are UTC as the item's system reports them.
type Observation struct {
	Ref       Ref              `json:"ref"`
	Revision  string           `json:"revision,omitempty"` // opaque; "" where the system has none
	CreatedAt time.Time        `json:"created_at,omitzero"`
	UpdatedAt time.Time        `json:"updated_at,omitzero"` // the item's last change by its system's clock
	CreatedBy Value            `json:"created_by"`          // a user; absent where not reported
	UpdatedBy Value            `json:"updated_by"`          // a user; absent where not reported
	Mark      string           `json:"mark,omitempty"`      // the mark the item carries if a sync created it
	OwnItem   bool             `json:"own_item,omitempty"`  // created by the sync's own account
	Fields    map[string]Value `json:"fields"`
	// Changed holds the time of a field's last change where the system has field history.
	Changed map[string]time.Time `json:"changed,omitempty"`
	// Ours names the fields whose last change was made by the sync's own account, where the system has field history.
	Ours        []string     `json:"ours,omitempty"`
	Comments    []Comment    `json:"comments,omitempty"`    // oldest first
	Attachments []Attachment `json:"attachments,omitempty"` // oldest first
	// People are those whom the texts mention, as far as the system tells who they are.
	People   []Value   `json:"people,omitempty"`
	Worklogs []Worklog `json:"worklogs,omitempty"` // oldest first
	// AllWorklogs tells that Worklogs lists all that the account may see.
	AllWorklogs bool `json:"all_worklogs,omitempty"`
	// Complete tells that Comments and Attachments list everything the account may see. A list that is not
	// complete is never read as deletion.
	Complete bool `json:"complete"`
	// Held is only in a merge base: by rule id, what was last agreed under rules whose condition does not hold now. Absent is
	// a value that was never agreed on. Of a computed rule it is what the expression gave.
	Held map[string]Value `json:"held,omitempty"`
	// Erased tells that content was erased from it on request: it may be a merge base, but no present state.
	Erased bool `json:"erased,omitempty"`
}

// Sighting is an observation as a fetch stored it.
type Sighting struct {
	Hash     string      `json:"hash"`
	StoredAt time.Time   `json:"stored_at"` // UTC, when it was first stored
	Item     Observation `json:"item"`
}

// Field is the value of a field, absent when the observation does not show it.
func (o *Observation) Field(name string) Value {
	if o == nil {
		return Absent()
	}
	return o.Fields[name]
}

// ChangedAt is when the field changed last: the system's own field history where there is one, else the item's time.
func (o *Observation) ChangedAt(field string) time.Time {
	if t, ok := o.Changed[field]; ok {
		return t
	}
	return o.UpdatedAt
}

// Hash is the content hash under which the observation is stored. Equal content gives equal hashes on every machine.
func (o *Observation) Hash() string {
	b, err := json.Marshal(o) // map keys are sorted
	if err != nil {
		panic("core: an observation always marshals: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// With is a copy in which the named field has another value. The receiver stays as it is.
func (o Observation) With(field string, v Value) Observation {
	fields := make(map[string]Value, len(o.Fields)+1)
	for k, old := range o.Fields {
		fields[k] = old
	}
	if v.IsAbsent() {
		delete(fields, field)
	} else {
		fields[field] = v
	}
	o.Fields = fields
	return o
}

// WithHeld is a copy that holds a value as the one last agreed under a rule. The receiver stays as it is.
func (o Observation) WithHeld(rule string, v Value) Observation {
	held := make(map[string]Value, len(o.Held)+1)
	for k, old := range o.Held {
		held[k] = old
	}
	held[rule] = v
	o.Held = held
	return o
}

// Audience says who can read a comment or attachment. A larger number is a smaller audience.
type Audience int

// The audiences, widest first.
const (
	Public     Audience = 1 // customers, requesters, anybody outside the team
	Internal   Audience = 2 // everybody on the team that works in the system
	Restricted Audience = 3 // some of the team: a role or a group
)

// Visibility is part of a comment's type. The zero Visibility is invalid and is treated as Restricted.
type Visibility struct {
	Audience Audience `json:"audience"`
	Group    string   `json:"group,omitempty"` // the role or group, with Restricted
}

// WiderThan reports whether v shows the content to people whom w keeps it from. Two groups are not known to be the same people: each
// is wider than the other.
func (v Visibility) WiderThan(w Visibility) bool {
	if v.rank() == Restricted && w.rank() == Restricted {
		return v.Group != "" && w.Group != "" && v.Group != w.Group
	}
	return v.rank() < w.rank()
}

func (v Visibility) rank() Audience {
	if v.Audience < Public || v.Audience > Restricted {
		return Restricted
	}
	return v.Audience
}

func (v Visibility) String() string {
	switch v.rank() {
	case Public:
		return "public"
	case Internal:
		return "internal"
	}
	return firstOf(v.Group, "restricted")
}

// Comment is one entry of an item's conversation.
type Comment struct {
	ID         string     `json:"id"`
	Author     Value      `json:"author"` // a user
	Body       Value      `json:"body"`   // a text
	Visibility Visibility `json:"visibility"`
	CreatedAt  time.Time  `json:"created_at,omitzero"`
	UpdatedAt  time.Time  `json:"updated_at,omitzero"` // equal to CreatedAt when never edited or not reported
	Mark       string     `json:"mark,omitempty"`      // the mark it carries if a sync wrote it and the list shows marks
	Own        bool       `json:"own,omitempty"`       // written by the sync's own account
	Opening    bool       `json:"opening,omitempty"`   // it is the item's description, shown as its first comment
}

// Attachment is one file of an item.
type Attachment struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	MediaType  string     `json:"media_type,omitempty"`
	Size       int64      `json:"size"` // bytes
	Author     Value      `json:"author"`
	Visibility Visibility `json:"visibility"`
	CreatedAt  time.Time  `json:"created_at,omitzero"`
	CommentID  string     `json:"comment_id,omitempty"` // where files hang on comments
	Inline     bool       `json:"inline,omitempty"`     // shown inside a text, not as a file
	Own        bool       `json:"own,omitempty"`        // uploaded by the sync's own account
	Sum        string     `json:"sum,omitempty"`        // SHA-256 of the content in hexadecimal, where the system tells
	// Names are what rich texts of the item call the file when they show it: stored ids, addresses. The first is written.
	Names []string `json:"names,omitempty"`
}
