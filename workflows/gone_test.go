package workflows_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/workflows"
)

// TestPain16DeletedItemsThatComeBackStayInStep: a deletion is acted on only after the hold, and not when the item is there
// again.
func TestPain16DeletedItemsThatComeBackStayInStep(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.at(time.Minute, func() {
		w.sys[core.B].FailNextWith(memory.OpGet, memory.Before, connectors.ErrNotFound)
		w.env.SignalWorkflow(workflows.HintSignal, workflows.Hint{Side: core.B, Kind: core.HintDeleted, Urgency: core.Sweep})
	})
	w.at(time.Minute+30*time.Second, func() {
		p := w.pair(item.ID)
		if p.Sides[core.B].GoneAt.IsZero() || p.Parked["pair"].Problem.Class != core.ProblemGone {
			t.Errorf("during the hold the row says %+v", p)
		}
	})
	w.at(5*time.Minute, func() {
		if p := w.pair(item.ID); p.Status != core.PairInSync || !p.Sides[core.B].GoneAt.IsZero() || len(p.Parked) != 0 {
			t.Errorf("when it is there again the row says %+v", p)
		}
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("still in step"))))
	})
	w.at(6*time.Minute, func() {
		if got := w.twin().Field("title").Source(); got != "still in step" {
			t.Errorf("title of the twin is %q", got)
		}
		if left := w.left(item.ID); len(left.Comments) != 0 {
			t.Errorf("a note was left: %v", left.Comments)
		}
	})
	w.run(item, 7*time.Minute)
}

// TestStoppedConnectionHoldsItsPairs: nothing is written and nothing retried while the brake is on; what changed meanwhile
// is carried after the release, which reaches the pair as a hint.
func TestStoppedConnectionHoldsItsPairs(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	var reads int
	w.at(time.Minute, func() {
		_, _, err := w.store.PutBrake(context.Background(), core.Brake{Connection: connection, Side: "support", Kind: core.BrakeChanged, Saw: "much changed", At: w.env.Now()})
		w.must(err)
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("held"))))
	})
	w.at(2*time.Minute, func() { reads = w.sys[core.A].Calls()[memory.OpGet] })
	w.at(10*time.Hour, func() {
		p := w.pair(item.ID)
		if p.Status != core.PairProblem || !strings.Contains(p.Parked["pair"].Problem.Text, "duplex release desk") {
			t.Errorf("the row says %s, %+v", p.Status, p.Parked)
		}
		if got := w.twin().Field("title").Source(); got != "printer on fire" {
			t.Errorf("a stopped connection wrote %q", got)
		}
		if n := w.sys[core.A].Calls()[memory.OpGet] - reads; n != 0 {
			t.Errorf("%d reads while nothing happened", n)
		}
		_, err := w.store.ReleaseBrake(context.Background(), connection, "ann", w.env.Now())
		w.must(err)
		w.env.SignalWorkflow(workflows.HintSignal, workflows.Hint{Side: core.A, Kind: core.HintChanged, Urgency: core.Replay})
	})
	w.at(10*time.Hour+time.Minute, func() {
		if got := w.twin().Field("title").Source(); got != "held" {
			t.Errorf("after the release the title is %q", got)
		}
		if p := w.pair(item.ID); p.Status != core.PairInSync {
			t.Errorf("after the release the row says %s, %+v", p.Status, p.Parked)
		}
	})
	w.run(item, 11*time.Hour)
}
