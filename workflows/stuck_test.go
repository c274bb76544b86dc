package workflows_test

import (
	"errors"
	"testing"
	"time"

	"duplex/connectors/memory"
	"duplex/core"
)

// TestFailureThatStaysIsShownAndPasses: an error that nobody foresaw is retried without end, is seen on the pair after a
// while, and leaves nothing behind when it passes.
func TestFailureThatStaysIsShownAndPasses(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.at(time.Minute, func() {
		for range 12 {
			w.sys[core.B].FailNextWith(memory.OpUpdate, memory.Before, errors.New("disk full"))
		}
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("kept trying"))))
	})
	w.at(time.Minute+30*time.Second, func() {
		if p := w.pair(item.ID); p.Status != core.PairInSync {
			t.Errorf("after a few tries the pair is already %s", p.Status)
		}
	})
	w.at(6*time.Minute, func() {
		p := w.pair(item.ID)
		if p.Status != core.PairProblem || p.Parked["pair"].Problem.Class != core.ProblemFailed {
			t.Errorf("an error that stays is not shown: %s, %v", p.Status, p.Parked)
		}
	})
	w.at(time.Hour, func() {
		if got := w.twin().Field("title").Source(); got != "kept trying" {
			t.Errorf("title %q after the error passed", got)
		}
		if p := w.pair(item.ID); p.Status != core.PairInSync {
			t.Errorf("the pair is still %s: %v", p.Status, p.Parked)
		}
	})
	w.run(item, 2*time.Hour)
}
