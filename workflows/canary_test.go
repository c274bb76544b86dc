package workflows_test

import (
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

// TestNoContentReachesTheHistory puts a word into every field, comment and file and looks for it in everything the engine
// is given: arguments, results and failures. The values must still arrive.
func TestNoContentReachesTheHistory(t *testing.T) {
	const canary = "kanarienvogel"
	w := newWorld(t, mappingFile)
	item, err := w.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: fields("title", core.String(canary), "description", core.Text("plain", canary),
		"priority", core.Option("", "high"), "labels", core.Strings(canary))})
	if err != nil {
		t.Fatal(err)
	}
	w.at(time.Minute, func() {
		w.comment(core.A, "u-ada", item.ID, canary, core.Internal)
		_, err := w.sys[core.A].AttachAs("u-ada", item.ID, canary+".txt", "text/plain", []byte(canary), core.Internal)
		w.must(err)
	})
	w.at(2*time.Minute, func() { // a system that repeats the value in its refusal
		for _, field := range []string{"title", ""} {
			w.sys[core.B].FailNextWith(memory.OpUpdate, memory.Before, refusal(field, canary+" is not allowed"))
		}
		w.sys[core.A].FailNextWith(memory.OpGet, memory.Before, connectors.Invalid("read", "", canary+" is not allowed"))
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String(canary+" 2"), "labels", core.Strings(canary+"-2"))))
	})
	w.at(5*time.Minute, func() { // a conflict that is parked
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String(canary+" 3"))))
		w.must(w.sys[core.B].EditAs("u-grace", w.twin().Ref.ID, fields("title", core.String(canary+" 4"))))
	})
	w.at(20*time.Minute, func() { w.same(item, canary+" 3", 1, 1) })
	w.run(item, 21*time.Minute)
	if len(w.seen.with("Pair")) == 0 {
		t.Fatal("nothing was recorded: the test would see no leak")
	}
	for _, leak := range w.seen.with(canary) {
		t.Errorf("content in the history: %.300s", leak)
	}
}
