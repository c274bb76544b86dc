package workflows_test

import (
	"testing"
	"time"

	"duplex/connectors/memory"
	"duplex/core"
)

const worklogsFile = `
connection: desk
sides:
  support:     {system: left, type: item, start: 'item.priority == "high"'}
  engineering: {system: right, type: item}
rules:
  - {support: title, engineering: title}
  - {support: priority, engineering: priority}
worklogs: {flow: both, header: '', deletes: true}
`

// TestWorklogsOfAPair: time spent on either side reaches the other once, whatever is lost on the way, follows edits, and goes when it
// is deleted. Echoes of the copies come to nothing.
func TestWorklogsOfAPair(t *testing.T) {
	w := newWorld(t, worklogsFile)
	item := w.ticket()
	began := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	var mine core.Worklog
	seconds := func(o *core.Observation) (all []int64) {
		for _, l := range o.Worklogs {
			all = append(all, l.Seconds)
		}
		return all
	}
	want := func(what string, left, right []int64) {
		t.Helper()
		for i, want := range [][]int64{left, right} {
			got := seconds([]*core.Observation{w.left(item.ID), w.twin()}[i])
			if len(got) != len(want) || len(got) > 0 && got[0] != want[0] || len(got) > 1 && got[1] != want[1] {
				t.Errorf("%s: side %d shows %v seconds, want %v", what, i, got, want)
			}
		}
	}
	w.at(time.Minute, func() {
		var err error
		mine, err = w.sys[core.A].WorkAs("u-ada", item.ID, began, 1800, "on the left", core.Internal)
		w.must(err)
	})
	w.at(2*time.Minute, func() {
		w.sys[core.A].FailNext(memory.OpAddWorklog, memory.AfterCommit)
		_, err := w.sys[core.B].WorkAs("u-grace", w.twin().Ref.ID, began, 600, "on the right", core.Internal)
		w.must(err)
	})
	w.at(10*time.Minute, func() {
		want("both added", []int64{1800, 600}, []int64{1800, 600})
		if n := w.sys[core.A].Calls()[memory.OpAddWorklog]; n != 1 {
			t.Errorf("the copy was written %d times, its first answer was lost", n)
		}
		w.must(w.sys[core.A].EditWorkAs("u-ada", item.ID, mine.ID, began, 2400, "on the left, longer"))
	})
	w.at(20*time.Minute, func() {
		want("edited", []int64{2400, 600}, []int64{2400, 600})
		w.must(w.sys[core.A].DeleteWorkAs("u-ada", item.ID, mine.ID))
	})
	w.at(30*time.Minute, func() {
		want("deleted", []int64{600}, []int64{600})
		if row := w.pair(item.ID); row.Status != core.PairInSync {
			t.Errorf("the pair is %s: %v", row.Status, row.Parked)
		}
	})
	w.run(item, 31*time.Minute)
}
