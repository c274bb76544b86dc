package workflows_test

import (
	"testing"
	"time"

	"duplex/connectors/memory"
	"duplex/core"
)

// TestBusyPairContinuesAsNew: a pair that always has something to do does not grow its history until the server ends it;
// what it had to do is done by the next run.
func TestBusyPairContinuesAsNew(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.sys[core.B].OnCall(func(op memory.Op, _ string) {
		if op == memory.OpUpdate { // somebody edits again and again while the sync writes
			w.env.SetCurrentHistoryLength(10_000)
			w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("last"))))
			w.sys[core.B].OnCall(nil)
		}
	})
	w.at(time.Minute, func() {
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("first"))))
	})
	state := w.continued(w.fresh(item))
	if !state.Sides[core.A].Dirty {
		t.Errorf("handed over %+v, want a dirty left side", state.Sides)
	}
	w.nextRun(w.env.Now())
	w.at(time.Minute, func() { w.same(item, "last", 0, 0) })
	w.runFrom(state, 2*time.Minute)
}
