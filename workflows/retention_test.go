package workflows_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"duplex/core"
	"duplex/workflows"
)

// everythingOld removes all that retention may remove now, as if it all were older than any limit.
func (w *world) everythingOld() {
	w.t.Helper()
	for _, table := range core.RetainedTables {
		var mark core.RetainMark
		for done := false; !done; {
			var err error
			if _, mark, done, err = w.store.Retain(w.t.Context(), table.Name, time.Now().Add(24*time.Hour).UTC(), mark, 3); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// TestPairsSyncAfterRetention removes all that may be removed, over and over, between edits, comments, a conflict that
// waits and its resolution: nothing is missed, doubled or undone.
func TestPairsSyncAfterRetention(t *testing.T) {
	w := newWorld(t, strings.Replace(mappingFile, "- {support: title, engineering: title}", "- {support: title, engineering: title, conflict: park}", 1))
	item := w.ticket()
	for i := range 40 {
		w.at(time.Duration(i)*30*time.Second+7*time.Second, w.everythingOld)
	}
	edit := func(side core.Side, user, id string, kv ...any) {
		w.must(w.sys[side].EditAs(user, id, fields(kv...)))
	}
	w.at(time.Minute, func() { edit(core.B, "u-grace", w.twin().Ref.ID, "priority", core.Option("", "low")) })
	w.at(2*time.Minute, func() { w.comment(core.A, "u-ada", item.ID, "first", core.Public) })
	w.at(3*time.Minute, func() {
		w.quiet.Store(true)
		edit(core.A, "u-ada", item.ID, "title", core.String("left title"))
		edit(core.B, "u-grace", w.twin().Ref.ID, "title", core.String("right title"))
		w.quiet.Store(false)
		w.hint(core.A, core.Hint{Kind: core.HintChanged})
		w.hint(core.B, core.Hint{Kind: core.HintChanged})
	})
	w.at(5*time.Minute, func() { edit(core.A, "u-ada", item.ID, "description", core.Text("plain", "it still burns")) })
	w.at(7*time.Minute, func() {
		p := w.pair(item.ID)
		if len(p.Parked) != 1 {
			t.Errorf("parked: %v, want the conflict about the title", p.Parked)
		}
		for rule := range p.Parked {
			w.update(workflows.ResolveUpdate, workflows.ResolveRequest{Rule: rule, Side: core.B, By: "ann"})
		}
	})
	w.at(9*time.Minute, func() { w.comment(core.B, "u-grace", w.twin().Ref.ID, "second", core.Public) })
	w.at(12*time.Minute, func() {
		w.same(item, "right title", 2, 0)
		if got := w.twin().Field("description").Source(); got != "it still burns" {
			t.Errorf("description %q", got)
		}
		if got := w.left(item.ID).Field("priority"); !core.Equal(got, w.twin().Field("priority")) {
			t.Errorf("priority %v on the left, %v on the right", got, w.twin().Field("priority"))
		}
		if p := w.pair(item.ID); p.Status != core.PairInSync {
			t.Errorf("the pair is %s: %v", p.Status, p.Parked)
		}
	})
	w.run(item, 13*time.Minute)
}

func TestRetentionWorkflowKeepsWhatTheWorkerKeeps(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.run(item, 2*time.Minute)
	rows := func() map[string]int64 {
		use, err := w.store.TableUse(t.Context(), core.DefaultRetention())
		w.must(err)
		out := map[string]int64{}
		for _, u := range use {
			out[u.Table] = u.Rows
		}
		return out
	}
	run := func(keep core.Retention) string {
		t.Helper()
		w.act.Retention = keep
		var suite testsuite.WorkflowTestSuite
		suite.SetLogger(slog.New(slog.DiscardHandler))
		env := suite.NewTestWorkflowEnvironment()
		env.SetStartTime(time.Now().Add(time.Hour))
		env.RegisterActivity(w.act)
		env.RegisterWorkflowWithOptions(workflows.Workflows{Tuning: workflows.DefaultTuning}.Retention, workflow.RegisterOptions{Name: workflows.RetentionWorkflow})
		w.env = env // the activities' clock
		env.ExecuteWorkflow(workflows.RetentionWorkflow)
		w.must(env.GetWorkflowError())
		var a workflows.Answer
		w.must(env.GetWorkflowResult(&a))
		return a.Text
	}
	before := rows()
	run(core.Retention{})
	run(core.DefaultRetention())
	if after := rows(); after["plans"] != before["plans"] || after["observations"] != before["observations"] || before["plans"] == 0 {
		t.Errorf("rows before %v, after %v: what is young or kept for ever is gone", before, after)
	}
	var short core.Retention
	for i := range short {
		short[i] = time.Nanosecond
	}
	text := run(short)
	if after := rows(); after["outcomes"] != 0 || after["observations"] != 0 {
		t.Errorf("rows after %v, told %q: the pair is unlinked and everything old", after, text)
	}
}
