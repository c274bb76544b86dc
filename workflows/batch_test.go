package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"duplex/connectors/memory"
	"duplex/core"
	"duplex/store"
	"duplex/workflows"
)

// newBatch is a world in which a run's workflow is carried out instead of a pair's. What pairs and the gateway do with the
// deliveries is done by the test.
func newBatch(t *testing.T, run core.Run, items ...core.RunItem) *world {
	t.Helper()
	w := newWorld(t, mappingFile)
	w.env.RegisterWorkflowWithOptions(workflows.Workflows{Tuning: workflows.DefaultTuning}.Batch, workflow.RegisterOptions{Name: workflows.BatchWorkflow})
	w.quiet.Store(true)
	run.Connection, run.State = connection, core.RunRunning
	w.must(w.store.PutRun(t.Context(), run, items))
	return w
}

func (w *world) batch(run string) workflows.Answer {
	w.t.Helper()
	w.env.ExecuteWorkflow(workflows.BatchWorkflow, workflows.BatchState{Run: run, Connection: connection})
	if err := w.env.GetWorkflowError(); err != nil {
		w.t.Fatalf("workflow: %v", err)
	}
	var a workflows.Answer
	w.must(w.env.GetWorkflowResult(&a))
	return a
}

// answer lets the pairs of everything that waits to be handed over answer, and tells how many hints those were.
func (w *world) answer(state core.RunItemState) int {
	w.t.Helper()
	waiting, err := w.store.WaitingDeliveries(w.t.Context(), 1000)
	w.must(err)
	n := 0
	for _, d := range waiting {
		for _, h := range d.Hints {
			_, _, err := w.store.AnswerRunItems(w.t.Context(), core.RunAnswer{Run: h.Run, Pair: core.PairID(connection, "support", h.Ref.ID),
				Refs: []core.Ref{h.Ref}, State: state})
			w.must(err)
			n++
		}
		w.must(w.store.MarkDelivery(w.t.Context(), d.Seq, core.DeliveryHandedOver, ""))
	}
	return n
}

func (w *world) counts(run string) core.RunCounts {
	w.t.Helper()
	c, err := w.store.CountRunItems(w.t.Context(), run)
	w.must(err)
	return c
}

func (w *world) tickets(n int) {
	w.t.Helper()
	for range n {
		w.ticket()
	}
}

// TestBackfillIsWindowed: a backfill knows all its items early, and never has more than a window of them under way.
func TestBackfillIsWindowed(t *testing.T) {
	w := newBatch(t, core.Run{ID: "b", Kind: core.RunBackfill, Params: core.RunParams{Side: "support"}})
	w.tickets(1100)
	most, before := 0, time.Duration(0)
	for i := 1; i <= 10; i++ {
		before = time.Duration(i) * 10 * time.Minute
		w.at(before, func() {
			c := w.counts("b")
			most = max(most, c[core.ItemHandedOver])
			if c.Total() != 1100 {
				t.Errorf("%d items known, want all 1100", c.Total())
			}
			w.answer(core.ItemDone)
		})
	}
	a := w.batch("b")
	if most != 200 {
		t.Errorf("at most %d items were under way, want the window of 200", most)
	}
	if c := w.counts("b"); c[core.ItemDone] != 1100 || !strings.HasPrefix(a.Text, "done: 1,100 of 1,100") {
		t.Errorf("ended with %v: %q", c, a.Text)
	}
	run, err := w.store.Run(t.Context(), "b")
	w.must(err)
	if run.State != core.RunDone || run.EndedAt.IsZero() {
		t.Errorf("the run is %s", run.State)
	}
}

func TestRunIsPausedResumedAndStopped(t *testing.T) {
	w := newBatch(t, core.Run{ID: "b", Kind: core.RunBackfill, Params: core.RunParams{Side: "support"}})
	w.tickets(500)
	state := func(want core.RunState) {
		t.Helper()
		run, err := w.store.Run(t.Context(), "b")
		w.must(err)
		if run.State != want {
			t.Errorf("the run is %s (%s), want %s", run.State, run.Reason, want)
		}
	}
	w.at(time.Minute, func() { w.update(workflows.PauseUpdate, workflows.OperatorRequest{By: "ada"}) })
	w.at(2*time.Minute, func() {
		state(core.RunPaused)
		w.update2(workflows.PauseUpdate, "paused already")
		w.answer(core.ItemDone)
	})
	w.at(10*time.Hour, func() {
		if c := w.counts("b"); c[core.ItemHandedOver] != 0 || c[core.ItemDone] != 200 {
			t.Errorf("a paused run handed over: %v", c)
		}
		w.update(workflows.ResumeUpdate, workflows.OperatorRequest{By: "ada"})
	})
	w.at(10*time.Hour+time.Minute, func() {
		state(core.RunRunning)
		w.update2(workflows.ResumeUpdate, "not paused")
		if c := w.counts("b"); c[core.ItemHandedOver] != 200 {
			t.Errorf("a resumed run does not go on: %v", c)
		}
		w.update(workflows.StopUpdate, workflows.OperatorRequest{By: "ada"})
	})
	w.batch("b")
	state(core.RunStopped)
	if c := w.counts("b"); c[core.ItemDone] != 200 || c[core.ItemHandedOver] != 200 || c[core.ItemSkipped] != 100 {
		t.Errorf("stopped with %v: what was handed over goes on, the rest is skipped", c)
	}
	if n := w.answer(core.ItemFailed); n != 200 {
		t.Errorf("%d late answers", n)
	}
	if c := w.counts("b"); c[core.ItemFailed] != 200 {
		t.Errorf("answers after the stop are not noted: %v", c)
	}
}

// update2 sends an update that must be refused with the text.
func (w *world) update2(name, want string) {
	w.t.Helper()
	w.env.UpdateWorkflow(name, "", &testsuite.TestUpdateCallback{OnAccept: func() { w.t.Errorf("%s was accepted", name) }, OnComplete: func(any, error) {},
		OnReject: func(err error) {
			if !strings.Contains(err.Error(), want) {
				w.t.Errorf("%s was refused with %q, want %q", name, err, want)
			}
		}}, workflows.OperatorRequest{})
}

// TestUnansweredItemsAreListed: a run does not wait for ever, and does not hide what never answered.
func TestUnansweredItemsAreListed(t *testing.T) {
	w := newBatch(t, core.Run{ID: "b", Kind: core.RunBackfill, Params: core.RunParams{Side: "support"}})
	w.tickets(3)
	w.env.SetTestTimeout(time.Minute)
	w.batch("b")
	items, err := w.store.RunItems(t.Context(), "b", store.RunItemFilter{State: string(core.ItemFailed)})
	w.must(err)
	if len(items) != 3 || !strings.Contains(items[0].Reason, "not answered") {
		t.Errorf("ended with %+v", items)
	}
}

// TestRunWhoseStepFailsWaitsForAPerson: nothing is lost, and resume goes on there.
func TestRunWhoseStepFailsWaitsForAPerson(t *testing.T) {
	w := newBatch(t, core.Run{ID: "b", Kind: core.RunBackfill, Params: core.RunParams{Side: "support", Query: "x"}})
	w.at(time.Hour, func() {
		run, err := w.store.Run(t.Context(), "b")
		w.must(err)
		if run.State != core.RunPaused || !strings.Contains(run.Reason, "cannot read the query") {
			t.Errorf("the run is %s: %s", run.State, run.Reason)
		}
		w.update(workflows.StopUpdate, workflows.OperatorRequest{By: "ada"})
	})
	w.batch("b")
}

// TestPairAnswersRuns: whatever becomes of a pair, the run that asked is told.
func TestPairAnswersRuns(t *testing.T) {
	for _, c := range []struct {
		reason string
		do     func(w *world, id string)
		hint   workflows.Hint
		want   core.RunItemState
		text   string
	}{
		{"a sync that ends well", func(w *world, id string) {
			w.must(w.sys[core.A].EditAs("u-ada", id, fields("title", core.String("new"))))
		}, workflows.Hint{}, core.ItemDone, "in sync"},
		{"a revision that is known costs no sync", func(*world, string) {}, workflows.Hint{Revision: "1"}, core.ItemDone, "in sync"},
		{"a pair that is paused", func(w *world, _ string) {
			w.update(workflows.PauseUpdate, workflows.OperatorRequest{By: "ada"})
		}, workflows.Hint{}, core.ItemSkipped, "paused"},
		{"a system that refuses", func(w *world, _ string) {
			w.sys[core.A].FailNextWith(memory.OpGet, memory.Before, errDenied)
		}, workflows.Hint{Retry: true}, core.ItemFailed, "denied"},
		{"a conflict that is parked", func(w *world, id string) {
			w.must(w.sys[core.A].EditAs("u-ada", id, fields("assignee", core.Person("u-ada", "", ""))))
			w.must(w.sys[core.B].EditAs("u-grace", w.twin().Ref.ID, fields("assignee", core.Person("u-grace", "", ""))))
		}, workflows.Hint{Retry: true}, core.ItemFailed, "1 parked"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			w := newWorld(t, mappingFile)
			item := w.ticket()
			w.must(w.store.PutRun(t.Context(), core.Run{ID: "r", Kind: core.RunBackfill, Connection: connection, State: core.RunRunning},
				[]core.RunItem{{Name: "support " + item.ID, System: "left", Item: item.ID, State: core.ItemHandedOver}}))
			w.at(time.Minute, func() {
				w.quiet.Store(true)
				c.do(w, item.ID)
			})
			w.at(time.Minute+time.Second, func() {
				c.hint.Kind, c.hint.Run = core.HintChanged, "r"
				w.env.SignalWorkflow(workflows.HintSignal, c.hint)
			})
			w.at(10*time.Minute, func() {
				items, err := w.store.RunItems(t.Context(), "r", store.RunItemFilter{})
				w.must(err)
				if it := items[0]; it.State != c.want || !strings.Contains(it.Reason, c.text) || it.Pair != w.pair(item.ID).ID {
					t.Errorf("%+v, want %s and %q", it, c.want, c.text)
				}
			})
			w.run(item, time.Hour)
		})
	}
	t.Run("an item that is not in the sync", func(t *testing.T) {
		w := newWorld(t, mappingFile)
		ref, err := w.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: fields("title", core.String("calm"), "priority", core.Option("", "low"))})
		w.must(err)
		w.must(w.store.PutRun(t.Context(), core.Run{ID: "r", Kind: core.RunBackfill, Connection: connection, State: core.RunRunning},
			[]core.RunItem{{Name: "support", System: "left", Item: ref.ID, State: core.ItemHandedOver}}))
		state := w.fresh(ref)
		state.Runs = []string{"r"}
		w.runFrom(state, time.Hour)
		if c := w.counts("r"); c[core.ItemSkipped] != 1 {
			t.Errorf("counts %v, want it skipped: %s", c, fmt.Sprint(state.Runs))
		}
	})
}
