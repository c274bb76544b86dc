package core

import "time"

// Resolution is an operator's decision about something that is parked. It holds content and so is kept in the store; the
// pair's workflow is told that there is one, and the next sync carries it out.
type Resolution struct {
	ID   string         `json:"id"`
	Pair string         `json:"pair"`
	Rule string         `json:"rule"` // rule id, or "comment:<id>", "attachment:<id>"
	Kind ResolutionKind `json:"kind"`
	Side Side           `json:"side"` // whose value wins, or in whose words Value is
	// Value is what the operator gave; absent for the other kinds.
	Value Value `json:"value"`
	// Seen is what both sides showed when the decision was given. It is for these values only: when one of them has changed
	// since, the decision lapses. Absent is not compared.
	Seen [2]Value `json:"seen"`
	// Half tells that Value was written to Side, and its conversion to the other side is still to come.
	Half    bool            `json:"half,omitempty"`
	By      string          `json:"by"`
	At      time.Time       `json:"at"` // UTC
	State   ResolutionState `json:"state"`
	Reason  string          `json:"reason,omitempty"` // why it ended as it did, no content
	Plan    string          `json:"plan,omitempty"`   // that carried it out
	EndedAt time.Time       `json:"ended_at,omitzero"`
}

// ResolutionKind says what an operator decided.
type ResolutionKind string

// The kinds of resolutions.
const (
	ResolveWinner ResolutionKind = "winner" // the value of one side wins
	ResolveValue  ResolutionKind = "value"  // a new value, in the words of one side
	ResolveSkip   ResolutionKind = "skip"   // a comment or file is left out for good
)

// ResolutionState says what became of a resolution.
type ResolutionState string

// The states of a resolution.
const (
	ResolutionOpen     ResolutionState = "open"
	ResolutionDone     ResolutionState = "done"
	ResolutionReplaced ResolutionState = "replaced" // by a later one about the same thing
	ResolutionLapsed   ResolutionState = "lapsed"   // the values had changed, or the rule was gone
	ResolutionRefused  ResolutionState = "refused"  // a system refused what was to be written
)
