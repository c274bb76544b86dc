package cli

import (
	"errors"
	"testing"
	"time"

	"duplex/core"
)

// TestWhy: what the ledger knows about a value is told in words, with the commands' own times and names.
func TestWhy(t *testing.T) {
	d := newDesk(t)
	d.run("apply", "testdata/files")
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	p := core.Pair{ID: core.PairID("desk", "support", "1"), Connection: "desk", Status: core.PairInSync}
	p.Sides[core.A] = core.PairSide{Name: "support", Ref: core.Ref{System: "left", ID: "1", Key: "SUP-1"}}
	p.Sides[core.B] = core.PairSide{Name: "engineering", Ref: core.Ref{System: "right", ID: "2", Key: "ENG-2"}}
	if _, _, err := d.store.ClaimPair(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	see := func(side core.Side, title, who string, n int) string {
		o := core.Observation{Ref: p.Sides[side].Ref, CreatedAt: at.Add(-time.Hour), UpdatedAt: at.Add(time.Duration(n) * time.Second),
			UpdatedBy: core.Person("u-"+who, "", who), Fields: map[string]core.Value{"title": core.String(title)}}
		hash, err := d.store.PutObservation(t.Context(), p.ID, o)
		if err != nil {
			t.Fatal(err)
		}
		return hash
	}
	see(core.A, "old", "Bob", 0)
	see(core.B, "old", "Bob", 0)
	now := [2]string{see(core.A, "earlier", "Ada", 1), see(core.B, "later", "Grace", 2)}
	rule := core.Decision{Rule: "title~title", Fields: [2]string{"title", "title"}, Action: core.ActionWrite}
	first, second := rule, rule
	first.To, first.Value, first.Reason = core.A, core.String("later"), "both sides changed; the later edit wins"
	first.Conflict, first.Loser, first.LoserOf = true, core.String("earlier"), core.A
	see(core.A, "later", "duplex", 3)
	last := see(core.A, "a\x1b[31mred\ttitle", "Ada", 4)
	second.To, second.Value, second.Reason = core.B, core.String("a\x1b[31mred\ttitle"), "only one side changed"
	see(core.B, "a\x1b[31mred\ttitle", "duplex", 5)
	if err := errors.Join(
		d.store.PutPlan(t.Context(), core.Plan{ID: "plan-1", Pair: p.ID, Version: 1, At: at, Now: now, Decisions: []core.Decision{first}}),
		d.store.PutPlan(t.Context(), core.Plan{ID: "plan-2", Pair: p.ID, Version: 2, At: at, Now: [2]string{last, now[core.B]}, Decisions: []core.Decision{second}}),
		d.store.AddOutcome(t.Context(), core.Outcome{Pair: p.ID, Plan: "plan-1", Side: "support", Act: "update", Fields: []string{"title"}, Result: "ok", Ended: at}),
		d.store.AddOutcome(t.Context(), core.Outcome{Pair: p.ID, Plan: "plan-2", Side: "engineering", Act: "update", Fields: []string{"title"}, Result: "ok", Ended: at}),
	); err != nil {
		t.Fatal(err)
	}
	d.run("why", "SUP-1", "title")
	d.run("why", "SUP-1", "colour")
	d.run("why", "SUP-1")
	d.run("--json", "why", "ENG-2", "title~title")
	d.golden()
}
