package core

// Flow says in which direction a rule carries a value.
type Flow string

// The flows.
const (
	FlowBoth Flow = "both"
	FlowToA  Flow = "to-a"
	FlowToB  Flow = "to-b"
)

// Allows reports whether values may be written to the side.
func (f Flow) Allows(to Side) bool {
	return f == FlowBoth || (f == FlowToA && to == A) || (f == FlowToB && to == B)
}

// When says at which moments a rule applies.
type When string

// The moments.
const (
	WhenAlways When = "always"
	WhenCreate When = "create" // only when the sync creates the target item
	WhenUpdate When = "update" // only while both items exist: never in a create
	WhenOnce   When = "once"   // only while the target field is empty, and never again after that
)

// Policy says who wins when both sides changed a field to different meanings.
type Policy string

// The conflict policies. The loser's value is kept in the plan whatever the policy.
const (
	PolicyLatest Policy = "latest"
	PolicyA      Policy = "a"
	PolicyB      Policy = "b"
	PolicyPark   Policy = "park"
	PolicyMerge  Policy = "merge"  // texts: both changes are kept where they do not touch each other, else it is parked
	PolicyChoose Policy = "choose" // Rule.Choose names one of the others
)

// LoserPolicy says what becomes of the value that did not win, besides being kept in the plan.
type LoserPolicy string

// The loser policies.
const (
	LoserLedger  LoserPolicy = ""        // nothing more
	LoserComment LoserPolicy = "comment" // it is also posted as an internal comment on the item that showed it
)

// LossPolicy says what becomes of formatting of the written side that the other side cannot express.
type LossPolicy string

// The loss policies, for rich text.
const (
	LossKeep LossPolicy = ""     // blocks that the edit left alone stay as they are
	LossWarn LossPolicy = "warn" // the text is written as the other side has it; what is lost is told in the plan
	LossPark LossPolicy = "park" // as keep, and an edit of a block that would lose something is not written
)

// Wins is the side a policy names, if it names one.
func (p Policy) Wins() (Side, bool) {
	switch p {
	case PolicyA:
		return A, true
	case PolicyB:
		return B, true
	}
	return A, false
}

// Rule is one correspondence between fields of the two sides, compiled.
//
// Convert[to] gives the value for side to. It is pure: the same input gives the same value, it reads no clock and
// no network. An error means that the source value cannot be expressed on the target; its text is for the
// author of the mapping and names the rule.
type Rule struct {
	ID     string    // stable while the two fields stay the same, so that parked state survives a new version
	Where  string    // place in the mapping file, for messages: "rules[3]"
	Fields [2]string // "" on the source side of a computed rule
	// Parts[side] are the fields that the rule combines on that side, in order; Fields[side] is then their name together, under
	// which Combined shows them as one list. Empty for a single field.
	Parts    [2][]string
	Flow     Flow
	When     When
	Conflict Policy
	AsSet    bool // merged element by element
	AddOnly  bool // with AsSet: elements are added to the other side and never removed there
	// Choose gives the policy of a conflict from what both items show now, with PolicyChoose. It is pure; an error parks.
	Choose func(now [2]*Observation) (Policy, error)
	// Merge brings two edits of a text of side to together, with PolicyMerge: what it was, what an edit made of it, and what
	// another made of it. False where both changed the same place. It is pure.
	Merge func(to Side, was, one, other Value) (Value, bool)
	Loser LoserPolicy
	// Lost tells what formatting of the target goes when a value is written over it, in plain words without content; nil where
	// nothing can be lost. It is pure.
	Lost [2]func(ConvertInput, Value) []string
	Loss LossPolicy
	Link bool // its values are references, which are carried to the twins of the items they name
	// Needed[to] tells that an item of side to cannot be created without the field: it is created when the rule no longer waits.
	Needed [2]bool
	// Default[to] is written to side to when a user cannot be found there; absent when there is none.
	Default [2]Value
	// ByName tells that a person whom neither a table nor an address finds is looked for by name. Unknown[to] says what is done
	// when nobody is found and there is no default.
	ByName  bool
	Unknown [2]UnknownPolicy
	// Also[to] gives what is written to further fields of side to together with the rule's own write, and with nothing else.
	// Those fields are written by no other rule.
	Also    [2]func(AlsoInput) (map[string]Value, error)
	Convert [2]func(ConvertInput) (Value, error)
	// May[to] is the condition under which values flow to side to, on top of Flow; nil: always. It is pure. While it does
	// not hold nothing is written there, and what was agreed is held, so that the field follows when it begins to hold.
	May [2]func(Moment) (bool, error)
	// Reads[side] are the fields of a side that the rule's expressions read: what is parked is tried again when one changes.
	Reads [2][]string
}

// Moment is what a condition may look at.
type Moment struct {
	Item *Observation // the source item
	Twin *Observation // the item that would be written; nil when it is to be created
}

// UnknownPolicy says what is done about a person whom the target does not know. The zero policy parks the field.
type UnknownPolicy struct {
	Keep  bool   `json:"keep,omitempty"`  // the person who is there stays
	Field string `json:"field,omitempty"` // as Keep, and the name goes into this field of the target; it is emptied when somebody is found
}

// Keeps reports that the person who is there stays and nothing is parked.
func (u UnknownPolicy) Keeps() bool { return u.Keep || u.Field != "" }

// AlsoInput is what the values of further fields may look at.
type AlsoInput struct {
	Value Value        // what the rule writes, in the target's words
	Item  *Observation // the source item
}

// ConvertInput is what a conversion may look at.
type ConvertInput struct {
	Value  Value        // the source field's value; absent for a computed rule
	Item   *Observation // the whole source item
	Twins  Twins        // of the items that references in the source name
	Target Value        // the target field's present value; absent when the item is to be created
	// Refer[to] carries the people, pictures and files that a rich text names to side to. Nil: people become their names.
	Refer [2]Refer
}

// Computed reports a rule whose value comes from the whole source item instead of one field.
func (r *Rule) Computed(source Side) bool { return r.Fields[source] == "" }
