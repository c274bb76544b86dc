package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"duplex/connectors/memory"
	"duplex/core"
	"duplex/workflows"
)

// continued runs the workflow until it continues as new and gives the state it hands over, as the next run reads it.
func (w *world) continued(state workflows.PairState) workflows.PairState {
	w.t.Helper()
	w.env.ExecuteWorkflow(workflows.PairWorkflow, state)
	var again *workflow.ContinueAsNewError
	if err := w.env.GetWorkflowError(); !errors.As(err, &again) {
		w.t.Fatalf("the run ended with %v, want it continued as new", err)
	}
	var got workflows.PairState
	if err := converter.GetDefaultDataConverter().FromPayloads(again.Input, &got); err != nil {
		w.t.Fatal(err)
	}
	return roundTrip(w.t, got)
}

func roundTrip(t *testing.T, s workflows.PairState) workflows.PairState {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var got workflows.PairState
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// same holds that everything people wrote is on both sides once.
func (w *world) same(item core.Ref, title string, comments, files int) {
	w.t.Helper()
	left, twin := w.left(item.ID), w.twin()
	for _, o := range []*core.Observation{left, twin} {
		if got := o.Field("title").Source(); got != title {
			w.t.Errorf("title in %s is %q, want %q", o.Ref.System, got, title)
		}
		if len(o.Comments) != comments || len(o.Attachments) != files {
			w.t.Errorf("%s has %d comments and %d files, want %d and %d", o.Ref.System, len(o.Comments), len(o.Attachments), comments, files)
		}
	}
}

// TestContinuesAsNew hands a pair that was just synced to a second run, which finds nothing to do, and does what comes.
func TestContinuesAsNew(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.at(time.Minute, func() {
		w.comment(core.A, "u-ada", item.ID, "before", core.Internal)
		w.env.SetContinueAsNewSuggested(true)
	})
	state := w.continued(w.fresh(item))
	if state.Sides[core.A].Dirty || state.Sides[core.B].Dirty || !state.Entered || state.Sides[core.B].Ref.IsZero() {
		t.Errorf("handed over %+v, want a clean pair of two items", state)
	}
	calls := [2]map[memory.Op]int{w.sys[0].Calls(), w.sys[1].Calls()}
	w.nextRun(w.env.Now())
	w.at(time.Second, func() {
		for i := range w.sys {
			if got := w.sys[i].Calls(); got[memory.OpGet] != calls[i][memory.OpGet] || got[memory.OpUpdate] != calls[i][memory.OpUpdate] {
				t.Errorf("the new run called %s without a hint: %v, before %v", w.sys[i].Name(), got, calls[i])
			}
		}
		w.must(w.sys[core.B].EditAs("u-grace", w.twin().Ref.ID, fields("title", core.String("after"))))
		w.comment(core.B, "u-grace", w.twin().Ref.ID, "and after", core.Internal)
	})
	w.at(time.Minute, func() {
		w.same(item, "after", 2, 0)
		var s workflows.PairState
		v, err := w.env.QueryWorkflow(workflows.StateQuery)
		w.must(err)
		w.must(v.Get(&s))
		if s.Syncs <= state.Syncs {
			t.Errorf("%d syncs counted in the second run, %d were handed over", s.Syncs, state.Syncs)
		}
		w.update(workflows.PauseUpdate, workflows.OperatorRequest{})
	})
	w.at(2*time.Minute, func() {
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("paused"))))
	})
	w.at(3*time.Minute, func() {
		if got := w.twin().Field("title").Source(); got != "after" {
			t.Errorf("a pause in the second run let %q through", got)
		}
		w.update(workflows.ResumeUpdate, workflows.OperatorRequest{})
	})
	w.at(4*time.Minute, func() { w.same(item, "paused", 2, 0) })
	w.runFrom(state, 5*time.Minute)
}

// TestContinuesAsNewWithWorkLeft: hints that a paused pair has remembered, and an operator's choice, are handed over.
func TestContinuesAsNewWithWorkLeft(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.at(time.Minute, func() { w.update(workflows.PauseUpdate, workflows.OperatorRequest{By: "ann"}) })
	w.at(2*time.Minute, func() {
		w.quiet.Store(true)
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("remembered"))))
		w.comment(core.A, "u-ada", item.ID, "remembered too", core.Public)
		w.env.SetContinueAsNewSuggested(true)
		w.hint(core.A, core.Hint{Kind: core.HintComments})
	})
	state := w.continued(w.fresh(item))
	if !state.Paused || !state.Sides[core.A].Dirty || state.Status == "" {
		t.Fatalf("handed over %+v, want a paused pair with a dirty left side", state)
	}
	w.nextRun(w.env.Now())
	w.at(0, func() { w.hint(core.B, core.Hint{Kind: core.HintChanged}) }) // it came between the two runs
	w.at(time.Minute, func() {
		if got := w.twin().Field("title").Source(); got != "printer on fire" {
			t.Errorf("the second run forgot the pause and wrote %q", got)
		}
		w.update(workflows.ResumeUpdate, workflows.OperatorRequest{By: "ann"})
	})
	w.at(2*time.Minute, func() { w.same(item, "remembered", 1, 0) })
	w.runFrom(state, 3*time.Minute)
}

// TestHintsDuringASyncAreTakenBeforeContinuing: what arrives while the last sync of a run writes is done by that run.
func TestHintsDuringASyncAreTakenBeforeContinuing(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.env.SetContinueAsNewSuggested(true)
	var once bool
	w.sys[core.B].OnCall(func(op memory.Op, _ string) {
		if op == memory.OpCreate && !once {
			once = true
			w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("in the middle"))))
		}
	})
	state := w.continued(w.fresh(item))
	if state.Sides[core.A].Dirty {
		t.Error("a hint was handed over instead of done")
	}
	w.same(item, "in the middle", 0, 0)
}

// TestRebuiltFromTheRow: the engine has lost its workflows; the store's row is enough to go on.
func TestRebuiltFromTheRow(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.at(time.Minute, func() {
		w.comment(core.A, "u-ada", item.ID, "one", core.Internal)
		_, err := w.sys[core.A].AttachAs("u-ada", item.ID, "a.txt", "text/plain", []byte("1"), core.Internal)
		w.must(err)
	})
	w.at(2*time.Minute, w.env.CancelWorkflow)
	w.env.ExecuteWorkflow(workflows.PairWorkflow, w.fresh(item))
	if err := w.env.GetWorkflowError(); !temporal.IsCanceledError(err) {
		t.Fatalf("a cancelled pair ended with %v", err)
	}
	w.quiet.Store(true)
	w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("unheard"))))
	w.comment(core.B, "u-grace", w.twin().Ref.ID, "two", core.Internal)
	p, err := w.store.Pair(context.Background(), core.PairID(connection, "support", item.ID))
	if err != nil {
		t.Fatal(err)
	}
	state := roundTrip(t, workflows.FromPair(p))
	if state.ID != p.ID || !state.Entered || state.Sides[core.B].Ref.ID != w.twin().Ref.ID {
		t.Errorf("rebuilt as %+v", state)
	}
	w.nextRun(w.env.Now())
	w.at(time.Minute, func() { w.same(item, "unheard", 2, 1) })
	w.runFrom(state, 2*time.Minute)
}

// TestRebuiltPausedPairStaysPaused: losing the engine does not undo an operator's decision.
func TestRebuiltPausedPairStaysPaused(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.at(time.Minute, func() { w.update(workflows.PauseUpdate, workflows.OperatorRequest{}) })
	w.at(2*time.Minute, w.env.CancelWorkflow)
	w.env.ExecuteWorkflow(workflows.PairWorkflow, w.fresh(item))
	w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("no"))))
	state := workflows.FromPair(w.pair(item.ID))
	w.nextRun(w.env.Now())
	w.at(time.Hour, func() {
		if got := w.twin().Field("title").Source(); got != "printer on fire" {
			t.Errorf("a paused pair wrote %q after it was rebuilt", got)
		}
	})
	w.runFrom(state, 2*time.Hour)
}
