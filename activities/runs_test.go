package activities_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"duplex/activities"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/store"
)

// carryOut makes the steps of a run as its workflow does, and gives what became of its items.
func (d *desk) carryOut(run core.Run, items ...core.RunItem) []core.RunItem {
	d.t.Helper()
	ctx := d.t.Context()
	run.Connection, run.State = "desk", core.RunRunning
	d.must(d.store.PutRun(ctx, run, items))
	facts, err := d.act.BeginRun(ctx, run.ID)
	d.must(err)
	for range 2 { // a step that is made twice does no harm
		_, err = d.act.ListRun(ctx, run.ID)
		d.must(err)
	}
	if facts.Reads {
		in := activities.RunJudgeInput{Run: run.ID}
		in.Targets, err = d.act.TakeRun(ctx, activities.RunStep{Run: run.ID, Most: 20})
		d.must(err)
		for _, side := range core.Sides {
			in.Read[side], err = d.act.ReadRun(ctx, activities.RunReadInput{Run: run.ID, Side: side, Targets: in.Targets})
			d.must(err)
		}
		for range 2 {
			_, err = d.act.JudgeRun(ctx, in)
			d.must(err)
		}
	} else {
		for range 2 {
			_, err = d.act.ActRun(ctx, activities.RunStep{Run: run.ID, Most: 200})
			d.must(err)
		}
	}
	out, err := d.store.RunItems(ctx, run.ID, store.RunItemFilter{})
	d.must(err)
	return out
}

func (d *desk) handedOver() (hints []core.Hint) {
	d.t.Helper()
	waiting, err := d.store.WaitingDeliveries(d.t.Context(), 100)
	d.must(err)
	for _, w := range waiting {
		hints = append(hints, w.Hints...)
	}
	return hints
}

func (d *desk) ticket(title string) core.Ref {
	d.t.Helper()
	d.now = d.now.Add(time.Hour)
	ref, err := d.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{"title": core.String(title)}})
	d.must(err)
	return ref
}

func TestBackfillListsWhatIsAskedFor(t *testing.T) {
	for _, c := range []struct {
		reason string
		params func(refs []core.Ref, start time.Time) core.RunParams
		want   string // names and states
		hints  int
	}{
		{"everything", func([]core.Ref, time.Time) core.RunParams { return core.RunParams{} },
			"support M-1 handed-over, support M-2 handed-over, support M-3 handed-over", 3},
		{"what changed since", func(_ []core.Ref, start time.Time) core.RunParams {
			return core.RunParams{Since: start.Add(2 * time.Hour)}
		},
			"support M-2 handed-over, support M-3 handed-over", 2},
		{"what a query finds", func([]core.Ref, time.Time) core.RunParams { return core.RunParams{Query: "title=b"} }, "support M-2 handed-over", 1},
		{"a list, with one that is not there", func(r []core.Ref, _ time.Time) core.RunParams { return core.RunParams{Items: []string{r[2].ID, "999"}} },
			"support M-3 handed-over, support 999 failed", 1},
		{"a trial", func([]core.Ref, time.Time) core.RunParams { return core.RunParams{DryRun: true} },
			"support M-1 done, support M-2 done, support M-3 done", 0},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDesk(t, deskFile)
			start := d.now
			var refs []core.Ref
			for _, title := range []string{"a", "b", "c"} {
				refs = append(refs, d.ticket(title))
			}
			p := c.params(refs, start)
			p.Side = "support"
			var got []string
			for _, it := range d.carryOut(core.Run{ID: "r", Kind: core.RunBackfill, Params: p}) {
				got = append(got, it.Name+" "+string(it.State))
			}
			if s := strings.Join(got, ", "); s != c.want {
				t.Errorf("got %s, want %s", s, c.want)
			}
			hints := d.handedOver()
			if len(hints) != c.hints {
				t.Fatalf("%d hints, want %d", len(hints), c.hints)
			}
			for _, h := range hints {
				if h.Connection != "desk" || h.Run != "r" || h.Urgency != core.Backfill || h.Ref.ID == "" {
					t.Errorf("handed over as %+v", h)
				}
			}
		})
	}
}

// TestPreviewWritesNothing: a preview names what a replay would write, keeps the values behind a plan, and touches neither the
// systems nor the pair.
func TestPreviewWritesNothing(t *testing.T) {
	d := newDesk(t, deskFile)
	d.open(nil)
	d.sync()
	d.edit(core.A, map[string]core.Value{"title": core.String("a secret title")})
	before, calls := d.row(), d.sys[core.B].Calls()[memory.OpUpdate]
	items := d.carryOut(core.Run{ID: "p", Kind: core.RunPreview})
	if len(items) != 1 || items[0].State != core.ItemDone || !strings.Contains(items[0].Reason, "title → engineering") || strings.Contains(items[0].Reason, "secret") {
		t.Fatalf("previewed as %+v", items)
	}
	plan, err := d.store.Plan(t.Context(), items[0].Plan)
	d.must(err)
	if !plan.Trial || plan.Update[core.B].Fields["title"].Source() != "a secret title" {
		t.Errorf("the plan is %+v", plan)
	}
	plans, err := d.store.Plans(t.Context(), d.pair, 0)
	d.must(err)
	for _, p := range plans {
		if p.Trial {
			t.Error("a preview is in the pair's history")
		}
	}
	if after := d.row(); !reflect.DeepEqual(after, before) ||
		d.sys[core.B].Calls()[memory.OpUpdate] != calls || len(d.handedOver()) != 0 {
		t.Error("a preview changed something")
	}
}

func TestReplaySelectsPairs(t *testing.T) {
	parked := func(class core.ProblemClass, version int, since time.Time) map[string]core.Parked {
		return map[string]core.Parked{"x": {Problem: core.Problem{Class: class, Since: since}, Version: version}}
	}
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		reason string
		params core.RunParams
		want   string
	}{
		{"all that are linked", core.RunParams{}, "1 2 3"},
		{"a class", core.RunParams{Class: "invalid"}, "2"},
		{"a status", core.RunParams{Status: "problem"}, "2 3"},
		{"one pair", core.RunParams{Pair: core.PairID("desk", "support", "3")}, "3"},
		{"since a time, by sync or by problem", core.RunParams{Since: day.Add(time.Hour)}, "1 3"},
		{"parked under another version", core.RunParams{Status: "problem", ParkedUnless: 1}, "3"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDesk(t, deskFile)
			for i, p := range []core.Pair{
				{Status: core.PairInSync, SyncedAt: day.Add(2 * time.Hour)},
				{Status: core.PairProblem, Parked: parked(core.ProblemInvalid, 1, day), SyncedAt: day},
				{Status: core.PairProblem, Parked: parked(core.ProblemConflict, 2, day.Add(3*time.Hour)), SyncedAt: day},
				{Status: core.PairUnlinked, SyncedAt: day.Add(2 * time.Hour)},
			} {
				id := string(rune('1' + i))
				p.ID, p.Connection, p.CreatedAt = core.PairID("desk", "support", id), "desk", day
				p.Sides = [2]core.PairSide{{Name: "support", Ref: core.Ref{System: "left", ID: id}}, {Name: "engineering", Ref: core.Ref{System: "right", ID: "r" + id}}}
				_, _, err := d.store.ClaimPair(t.Context(), p)
				d.must(err)
			}
			d.carryOut(core.Run{ID: "r", Kind: core.RunReplay, Params: c.params})
			var got []string
			for _, h := range d.handedOver() {
				got = append(got, h.Ref.ID)
				if !h.Retry || h.Urgency != core.Replay || h.Connection != "desk" {
					t.Errorf("handed over as %+v", h)
				}
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("replays %s, want %s", s, c.want)
			}
		})
	}
}

func TestLinkRun(t *testing.T) {
	d := newDesk(t, deskFile)
	a, b := d.ticket("a"), d.ticket("b")
	x, y := d.there(map[string]core.Value{"title": core.String("x")}), d.there(map[string]core.Value{"title": core.String("y")})
	lines := []core.RunItem{{Name: "line 2", System: "left", Item: a.ID, Other: x.ID}, {Name: "line 3", System: "left", Item: b.ID, Other: "999"},
		{Name: "line 4", System: "left", Item: b.ID, Other: x.ID}}
	for _, c := range []struct {
		reason string
		dry    bool
		want   string
	}{
		{"a trial links nothing", true, "done done"},
		{"each line by itself", false, "handed-over failed"},
	} {
		items := d.carryOut(core.Run{ID: "l" + c.want[:1], Kind: core.RunLink, Listed: true, Params: core.RunParams{DryRun: c.dry}}, lines...)
		if got := string(items[0].State); got != strings.Fields(c.want)[0] {
			t.Errorf("%s: line 2 is %s: %s", c.reason, got, items[0].Reason)
		}
		if items[1].State != core.ItemFailed || !strings.Contains(items[1].Reason, "no item 999") {
			t.Errorf("%s: line 3 is %+v", c.reason, items[1])
		}
		if got := string(items[2].State); got != strings.Fields(c.want)[1] {
			t.Errorf("%s: line 4, whose item line 2 took, is %s: %s", c.reason, got, items[2].Reason)
		}
	}
	if pairs, err := d.store.PairsOf(t.Context(), "right", y.ID); err != nil || len(pairs) != 0 {
		t.Errorf("an item nobody named was linked: %v %v", pairs, err)
	}
	if n := len(d.handedOver()); n != 1 {
		t.Errorf("%d hints, want one for the pair that was made", n)
	}
}
