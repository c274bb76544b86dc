package merge

import (
	"testing"
	"time"

	"duplex/core"
)

// TestAPendingValueOutlivesAWriteToTheOtherSide: a twin was created without a value, which waits to be written. A sync that
// writes to the other side first must not forget that; else the twin's own value would look like somebody's edit.
func TestAPendingValueOutlivesAWriteToTheOtherSide(t *testing.T) {
	direct := func(in core.ConvertInput) (core.Value, error) { return in.Value, nil }
	rule := func(id string) core.Rule {
		return core.Rule{ID: id, Fields: [2]string{id, id}, Flow: core.FlowBoth, Conflict: core.PolicyLatest, Convert: [2]func(core.ConvertInput) (core.Value, error){direct, direct}}
	}
	item := func(title, status string) *core.Observation {
		o := core.Observation{Fields: map[string]core.Value{"title": core.String(title)}}
		if status != "" {
			o = o.With("status", core.Option("", status))
		}
		return &o
	}
	in := Input{Rules: []core.Rule{rule("title"), rule("status")}, Origin: core.A,
		Base:   [2]*core.Observation{item("first", ""), item("first", "to do")}, // the status of side A was never agreed on
		Now:    [2]*core.Observation{item("first", "pending"), item("second", "to do")},
		Parked: map[string]core.Parked{"status": {Problem: core.Problem{Class: core.ProblemFailed}, Pending: core.A}}}
	wantStatus := func(ds []core.Decision) {
		t.Helper()
		if d := ds[1]; d.Action != core.ActionWrite || d.To != core.B || d.Value.Name() != "pending" || d.Conflict {
			t.Fatalf("the status: %+v; want it written to side B", d)
		}
	}
	ds := Fields(in)
	wantStatus(ds)
	base, parked := Advance(in, ds, Done{Wrote: [2]bool{true, false}})
	in.Base, in.Parked = [2]*core.Observation{&base[core.A], &base[core.B]}, parked
	in.Now[core.A] = item("second", "pending")
	wantStatus(Fields(in))
}

// TestAnUnfinishedWriteIsNobodysEdit: the sync died on the way to a status, so one side shows a step that nobody asked for. It
// must not win over the edit that it was to carry.
func TestAnUnfinishedWriteIsNobodysEdit(t *testing.T) {
	direct := func(in core.ConvertInput) (core.Value, error) { return in.Value, nil }
	for _, c := range []struct {
		ours   [2][]string
		to     core.Side
		lost   bool
		reason string
	}{
		{[2][]string{nil, {"status"}}, core.B, false, "the step of the sync is finished, whatever the time says"},
		{[2][]string{{"status"}, nil}, core.A, false, "the same the other way round"},
		{[2][]string{nil, nil}, core.A, true, "two people: the later edit wins and the other is kept"},
		{[2][]string{{"status"}, {"status"}}, core.A, true, "nothing tells them apart: the policy decides"},
	} {
		item := func(side core.Side, status string) *core.Observation {
			return &core.Observation{Fields: map[string]core.Value{"status": core.Option("", status)}, Ours: c.ours[side],
				Changed: map[string]time.Time{"status": time.Unix(100+int64(side), 0)}}
		}
		in := Input{Origin: core.A, Rules: []core.Rule{{ID: "status", Fields: [2]string{"status", "status"}, Flow: core.FlowBoth, Conflict: core.PolicyLatest,
			Convert: [2]func(core.ConvertInput) (core.Value, error){direct, direct}}},
			Base: [2]*core.Observation{item(core.A, "open"), item(core.B, "open")}, Now: [2]*core.Observation{item(core.A, "solved"), item(core.B, "pending")}}
		if d := Fields(in)[0]; d.Action != core.ActionWrite || d.To != c.to || d.Conflict != c.lost {
			t.Errorf("%s: %+v", c.reason, d)
		}
	}
}
