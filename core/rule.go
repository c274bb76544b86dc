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
)

// Policy says who wins when both sides changed a field to different meanings.
type Policy string

// The conflict policies. The loser's value is kept in the plan whatever the policy.
const (
	PolicyLatest Policy = "latest"
	PolicyA      Policy = "a"
	PolicyB      Policy = "b"
	PolicyPark   Policy = "park"
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
	ID       string    // stable while the two fields stay the same, so that parked state survives a new version
	Where    string    // place in the mapping file, for messages: "rules[3]"
	Fields   [2]string // "" on the source side of a computed rule
	Flow     Flow
	When     When
	Conflict Policy
	AsSet    bool // merged element by element
	AddOnly  bool // with AsSet: elements are added to the other side and never removed there
	// Default[to] is written to side to when a user cannot be found there; absent when there is none.
	Default [2]Value
	Convert [2]func(ConvertInput) (Value, error)
}

// ConvertInput is what a conversion may look at.
type ConvertInput struct {
	Value  Value        // the source field's value; absent for a computed rule
	Item   *Observation // the whole source item
	Target Value        // the target field's present value; absent when the item is to be created
}

// Computed reports a rule whose value comes from the whole source item instead of one field.
func (r *Rule) Computed(source Side) bool { return r.Fields[source] == "" }
