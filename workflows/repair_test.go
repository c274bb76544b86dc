package workflows_test

import (
	"testing"
	"time"

	"duplex/core"
	"duplex/store"
	"duplex/workflows"
)

// TestResolveToAValueThroughTheWorkflow: the update carries an id only; the value is read from the store, written to both sides,
// and is nowhere in what the engine keeps.
func TestResolveToAValueThroughTheWorkflow(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.parkAssignee(item)
	w.at(3*time.Minute, func() {
		rule := w.parked(item)
		r := core.Resolution{ID: "r1", Pair: w.pair(item.ID).ID, Rule: rule, Kind: core.ResolveValue, Side: core.B, Value: core.Person("", "linus@acme.example", ""), By: "ann",
			Seen: [2]core.Value{w.left(item.ID).Field("assignee"), w.twin().Field("assignee")}}
		w.must(w.store.PutResolution(t.Context(), r))
		w.update(workflows.ResolveUpdate, workflows.ResolveRequest{Rule: rule, Side: core.B, By: "ann", Kind: core.ResolveValue, Resolution: "r1"})
	})
	w.at(4*time.Minute, func() {
		if got := w.assignees(item); got != [2]string{"linus@acme.example", "linus@acme.example"} {
			t.Errorf("assignees %v, want Linus on both sides", got)
		}
		if p := w.pair(item.ID); p.Status != core.PairInSync || len(p.Parked) != 0 {
			t.Errorf("status %s, parked %v; want in sync", p.Status, p.Parked)
		}
		rs, err := w.store.Resolutions(t.Context(), core.PairID(connection, "support", item.ID), 1)
		w.must(err)
		if len(rs) != 1 || rs[0].State != core.ResolutionDone || rs[0].Plan == "" {
			t.Errorf("the decision is %+v", rs)
		}
	})
	w.run(item, 5*time.Minute)
	for _, leak := range w.seen.with("linus@acme.example") {
		t.Errorf("the engine keeps content: %s", leak)
	}
}

// TestVerifyIsARun: all linked pairs of a connection are read and compared by the workflow of a run, and nothing is written.
func TestVerifyIsARun(t *testing.T) {
	w := newBatch(t, core.Run{ID: "v", Kind: core.RunVerify})
	for i, titles := range [][2]string{{"same", "same"}, {"canary-left", "canary-right"}, {"same", "same"}, {"same", ""}} {
		var p core.Pair
		for side, title := range titles {
			p.Sides[side] = core.PairSide{Name: sideNames[side], Ref: core.Ref{System: []string{"left", "right"}[side], Type: "item"}}
			if title == "" {
				continue
			}
			ref, err := w.sys[side].CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{"title": core.String(title)}})
			w.must(err)
			p.Sides[side].Ref.ID = ref.ID
		}
		p.ID, p.Connection, p.Status = core.PairID(connection, "support", p.Sides[core.A].Ref.ID), connection, core.PairInSync
		_, created, err := w.store.ClaimPair(t.Context(), p)
		w.must(err)
		if !created {
			t.Fatalf("pair %d was not made", i)
		}
	}
	w.batch("v")
	if c := w.counts("v"); c[core.ItemDone] != 2 || c[core.ItemFailed] != 2 {
		items, _ := w.store.RunItems(t.Context(), "v", store.RunItemFilter{})
		t.Errorf("counts %v: %+v", c, items)
	}
	for side := range w.sys {
		for op, n := range w.sys[side].Calls() {
			if op != "get" && op != "describe" && n > 0 {
				t.Errorf("%d calls of %s", n, op)
			}
		}
	}
	for _, leak := range w.seen.with("canary") {
		t.Errorf("the engine keeps content: %s", leak)
	}
}
