package workflows_test

import (
	"strings"
	"testing"
	"time"

	"duplex/connectors/memory"
	"duplex/core"
)

// TestPain02EndlessLoopsAreStopped: an automation on each side undoes what the other one did, a minute later each time, so
// that every sync by itself looks sound. The field is parked and said to be a loop; the rest of the pair flows.
func TestPain02EndlessLoopsAreStopped(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	automation := func(side core.Side, id string, change func(title string) string) {
		now, _ := w.sys[side].Item(id)
		title := now.Field("title").Source()
		if better := change(title); better != title {
			w.must(w.sys[side].EditAs("u-ada", id, fields("title", core.String(better))))
		}
	}
	asks := func(title string) string { return strings.TrimSuffix(title, "?") + "?" }
	tells := func(title string) string { return strings.TrimSuffix(title, "?") }
	writes := func() int { return w.sys[core.A].Calls()[memory.OpUpdate] + w.sys[core.B].Calls()[memory.OpUpdate] }
	for minute := 1; minute < 59; minute++ {
		w.at(time.Duration(minute)*time.Minute, func() { automation(core.A, item.ID, asks) })
		w.at(time.Duration(minute)*time.Minute+30*time.Second, func() { automation(core.B, w.twin().Ref.ID, tells) })
	}
	var parkedAt int
	w.at(50*time.Minute, func() { parkedAt = writes() })
	w.at(58*time.Minute+45*time.Second, func() {
		p := w.pair(item.ID)
		if got := p.Parked["title~title"].Problem; got.Class != core.ProblemLoop || !strings.Contains(got.Text, "automation") {
			t.Errorf("an hour of to and fro is not said to be a loop: %+v", p.Parked)
		}
		if n := writes(); n != parkedAt || n > 30 {
			t.Errorf("%d writes after 50 minutes, %d after 58: the loop goes on", parkedAt, n)
		}
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("description", core.Text("plain", "still flows"))))
	})
	w.at(60*time.Minute, func() {
		if got := w.twin().Field("description").Source(); got != "still flows" {
			t.Errorf("the description is %q: the rest of the pair does not flow", got)
		}
	})
	w.run(item, 61*time.Minute)
}
