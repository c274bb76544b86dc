package merge_test

import (
	"testing"
	"time"

	"duplex/core"
	"duplex/core/merge"
)

func TestLoops(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	writes := func(n int, when time.Time, to core.Side) []core.Plan {
		var ps []core.Plan
		for range n {
			ps = append(ps, core.Plan{At: when, Decisions: []core.Decision{{Rule: "title", Action: core.ActionWrite, To: to}}})
		}
		return ps
	}
	both := func(a, b []core.Plan) []core.Plan { return append(a, b...) }
	for _, c := range []struct {
		reason string
		plans  []core.Plan
		want   bool
	}{
		{"as often to both sides as nobody does by hand", both(writes(12, at, core.A), writes(12, at, core.B)), true},
		{"one write short on a side", both(writes(12, at, core.A), writes(11, at, core.B)), false},
		{"a busy field that flows one way goes round nowhere", writes(500, at, core.B), false},
		{"what was written before the span does not count", both(writes(12, at, core.A), writes(12, at.Add(-time.Minute), core.B)), false},
	} {
		if got := merge.Loops(c.plans, at)["title"]; got != c.want {
			t.Errorf("%s: a loop: %v", c.reason, got)
		}
	}
}

func TestUnloopParksOnlyWhatGoesRound(t *testing.T) {
	ds := []core.Decision{
		{Rule: "title", Action: core.ActionWrite, To: core.B, Fingerprint: "f"},
		{Rule: "priority", Action: core.ActionWrite, To: core.B},
		{Rule: "status", Action: core.ActionNone},
		{Rule: "assignee", Action: core.ActionWrite, To: core.A, Chosen: true},
	}
	merge.Unloop(ds, map[string]bool{"title": true, "status": true, "assignee": true})
	if d := ds[0]; d.Action != core.ActionPark || d.Problem.Class != core.ProblemLoop || d.Pending != core.A || d.Rule != "title" || d.Fingerprint != "f" {
		t.Errorf("a rule that goes round is not parked as one: %+v", d)
	}
	for _, d := range ds[1:] {
		if d.Action == core.ActionPark {
			t.Errorf("%s is parked", d.Rule)
		}
	}
}
