// Package blame tells from the ledger who wrote a value: which person, when, and how it came to the other side.
//
// It is pure. It reads three things: sightings (what fetches saw), plans (what was decided and why) and outcomes (what
// was really written). A value is followed back to the moment it first showed on its side. A write of duplex there leads to
// the value it was made from on the other side, and so on, until a person's edit, an operator's choice, the creation of
// the item, or the place where the ledger begins.
package blame

import (
	"slices"
	"time"

	"duplex/core"
)

// Input is what the ledger holds about one field of one pair. All lists are newest first.
type Input struct {
	Rule     string
	Fields   [2]string   // "" on the source side of a computed rule
	Parts    [2][]string // the fields that the rule combines on a side, see core.Rule
	Names    [2]string   // of the sides
	Seen     [2][]core.Sighting
	Plans    []core.Plan
	Outcomes []core.Outcome
	Whole    bool      // the lists hold all that the ledger has
	Own      [2]string // ids of duplex's own accounts, "" when not known
}

// Answer says who wrote the values of one rule.
type Answer struct {
	Pair   string        `json:"pair"`
	Rule   string        `json:"rule"`
	Parked *core.Problem `json:"parked,omitempty"` // what waits right now
	Sides  []Side        `json:"sides"`
	Lost   []Lost        `json:"lost"` // newest first
	// Whole tells that every value was followed to its origin. Else older rows of the ledger might say more.
	Whole bool `json:"whole"`
}

// Side is the value one side shows and where it came from.
type Side struct {
	Name  string     `json:"side"`
	Field string     `json:"field"`
	Value core.Value `json:"value"` // absent when the side was not read yet
	Text  string     `json:"text"`  // one sentence, times in UTC
	Steps []Step     `json:"steps"` // from the value's last writer back to its origin
}

// Kind says what happened in a step.
type Kind string

// The kinds of steps.
const (
	Edited   Kind = "edited"   // somebody other than duplex changed it in its system
	Written  Kind = "written"  // duplex wrote it by the rule
	Resolved Kind = "resolved" // duplex wrote it because an operator decided so
	Default  Kind = "default"  // duplex wrote the mapping's default, because the person is not known on that side
	Created  Kind = "created"  // the item was created with it
	Computed Kind = "computed" // the rule makes it from the whole item
	Unknown  Kind = "unknown"  // it was there when the ledger begins
)

// Step is one move of a value.
type Step struct {
	Kind  Kind       `json:"kind"`
	Side  string     `json:"side"` // where it happened
	Field string     `json:"field,omitempty"`
	Value core.Value `json:"value"`
	Was   core.Value `json:"was"` // before it; absent when not known
	// At is when, UTC: by the system's clock for edits, by duplex's for writes. With After it was somewhere between the two.
	At    time.Time `json:"at,omitzero"`
	After time.Time `json:"after,omitzero"`
	// Person is the editor, or for an operator's choice absent (see Operator). Sure tells that the system itself names the
	// person for this very change; else it names who changed the item then.
	Person      core.Value `json:"person"`
	Sure        bool       `json:"sure,omitempty"`
	Operator    string     `json:"operator,omitempty"`
	Observation string     `json:"observation,omitempty"` // hash of the sighting that shows it first
	Plan        string     `json:"plan,omitempty"`
	Version     int        `json:"version,omitempty"` // of the mapping
	Reason      string     `json:"reason"`            // plain words
}

// Lost is an edit that is no longer shown anywhere, and where it is kept.
type Lost struct {
	Side        string     `json:"side"`
	Field       string     `json:"field"`
	Value       core.Value `json:"value"`
	Person      core.Value `json:"person"`
	At          time.Time  `json:"at,omitzero"` // when it was replaced, UTC
	To          core.Value `json:"to"`          // what is shown instead
	Reason      string     `json:"reason"`
	Operator    string     `json:"operator,omitempty"`
	Plan        string     `json:"plan,omitempty"`        // that keeps the value
	Observation string     `json:"observation,omitempty"` // that keeps the value
	Version     int        `json:"version,omitempty"`
}

// Explain follows the values of both sides to their origin and lists the edits that lost.
func Explain(in Input) Answer {
	whole := core.Rule{Fields: in.Fields, Parts: in.Parts}
	for _, side := range core.Sides {
		if len(in.Parts[side]) == 0 {
			continue
		}
		in.Seen[side] = slices.Clone(in.Seen[side])
		for i := range in.Seen[side] {
			in.Seen[side][i].Item = *whole.Combined(side, &in.Seen[side][i].Item)
		}
	}
	t := newTrace(in)
	a := Answer{Rule: in.Rule, Whole: true, Lost: t.lost()}
	for _, side := range core.Sides {
		if in.Fields[side] == "" {
			continue
		}
		s := Side{Name: in.Names[side], Field: in.Fields[side]}
		if at, ok := t.shown(side, 0); ok {
			s.Value = t.value(side, at)
			s.Steps = t.follow(side, at)
		}
		for _, step := range s.Steps {
			a.Whole = a.Whole && step.Kind != Unknown
		}
		s.Text = sentence(s)
		a.Sides = append(a.Sides, s)
	}
	if a.Lost == nil {
		a.Lost = []Lost{}
	}
	return a
}
