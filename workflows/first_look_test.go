package workflows_test

import (
	"strings"
	"testing"
	"time"

	"duplex/connectors/memory"
	"duplex/core"
)

// TestAHintDuringTheFirstLookAsksAgain: the item is out of scope when it is read and meets the trigger right after.
func TestAHintDuringTheFirstLookAsksAgain(t *testing.T) {
	for _, c := range []struct {
		then   string
		want   int
		reason string
	}{
		{"high", 1, "the second look finds that the trigger is met"},
		{"normal", 0, "the second look does not either, and the workflow ends"},
	} {
		w := newWorld(t, mappingFile)
		ref, err := w.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: fields("title", core.String("calm"), "priority", core.Option("", "low"))})
		if err != nil {
			t.Fatal(err)
		}
		w.sys[core.A].OnChange(func(h core.Hint) { w.hint(core.A, h) })
		reads := 0
		w.sys[core.A].OnCall(func(op memory.Op, _ string) {
			if reads++; op == memory.OpDescribe {
				reads = 0
			}
			if op == memory.OpGet && reads == 1 {
				w.hint(core.A, core.Hint{Kind: core.HintChanged})
			}
			if op == memory.OpGet && reads == 2 {
				w.must(w.sys[core.A].EditAs("u-ada", ref.ID, fields("priority", core.Option("", c.then))))
			}
		})
		a := w.run(ref, time.Hour)
		if n := len(w.sys[core.B].Items()); n != c.want {
			t.Errorf("%s: %d twins, want %d; answer %q", c.reason, n, c.want, a.Text)
		}
		if c.want == 0 && !strings.Contains(a.Text, "not in the sync") {
			t.Errorf("%s: answer %q", c.reason, a.Text)
		}
	}
}
