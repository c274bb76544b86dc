package gateway

import (
	"strings"
	"testing"
	"time"

	"duplex/core"
	"duplex/core/blame"
)

// TestWhy: the ledger is asked by rule or field name, and pages are read until every value's origin is found.
func TestWhy(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	p := w.pair("1", "2")
	ctx := t.Context()
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	see := func(side core.Side, title string, n int) string {
		o := core.Observation{Ref: p.Sides[side].Ref, CreatedAt: at.Add(-time.Hour), UpdatedAt: at.Add(time.Duration(n) * time.Second),
			UpdatedBy: core.Person("u-ada", "", "Ada"), CreatedBy: core.Person("u-bob", "", "Bob"), Fields: map[string]core.Value{"title": core.String(title)}}
		hash, err := w.store.PutObservation(ctx, p.ID, o)
		if err != nil {
			t.Fatal(err)
		}
		return hash
	}
	before := [2]string{see(core.A, "old", 0), see(core.B, "old", 0)}
	source := see(core.A, "new", 1)
	plan := core.Plan{ID: "plan-1", Pair: p.ID, Version: 3, At: at, Now: [2]string{source, before[core.B]}, Decisions: []core.Decision{
		{Rule: "title~title", Fields: [2]string{"title", "title"}, Action: core.ActionWrite, To: core.B, Value: core.String("new"), Reason: "only one side changed"}}}
	if err := w.store.PutPlan(ctx, plan); err != nil {
		t.Fatal(err)
	}
	if err := w.store.AddOutcome(ctx, core.Outcome{Pair: p.ID, Plan: "plan-1", Side: "engineering", Act: "update", Fields: []string{"title"}, Result: "ok", Ended: at}); err != nil {
		t.Fatal(err)
	}
	for n := range 2 * firstPage { // nobody touches the title for a long time
		see(core.A, "new", 2+n)
		see(core.B, "new", 2+n)
	}
	for _, name := range []string{"title~title", "title", "Title"} {
		var a blame.Answer
		if status, e := w.api("GET", "/pairs/"+p.ID+"/why?field="+name, nil, &a); status != 200 {
			t.Fatalf("%s: %d %+v", name, status, e)
		}
		if !a.Whole || a.Pair != p.ID || len(a.Sides) != 2 || len(a.Sides[1].Steps) != 2 || a.Sides[1].Steps[0].Plan != "plan-1" ||
			a.Sides[1].Steps[1].Person.Name() != "Ada" {
			t.Fatalf("%s: %+v", name, a)
		}
		if !strings.Contains(a.Sides[1].Text, "because title of support was changed from old to new by Ada") {
			t.Errorf("told as %q", a.Sides[1].Text)
		}
	}
	for _, c := range []struct {
		query  string
		status int
		part   string
		reason string
	}{
		{"?field=nothing", 404, "title~title", "the rules there are, are told"},
		{"", 400, "name the field", "a question without a field is none"},
	} {
		if status, e := w.api("GET", "/pairs/"+p.ID+"/why"+c.query, nil, nil); status != c.status || !strings.Contains(e.Text, c.part) {
			t.Errorf("%s: %d %+v, want %d with %q", c.reason, status, e, c.status, c.part)
		}
	}
}
