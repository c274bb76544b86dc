package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"duplex/activities"
	"duplex/core"
)

// Workflows holds what all workflows of a worker share.
type Workflows struct {
	Tuning Tuning
}

// Pair keeps one pair in step for as long as the pair lives. It returns when the pair was unlinked, when the item never
// entered the sync, or to continue as new.
func (w Workflows) Pair(ctx workflow.Context, state PairState) (Answer, error) {
	p := newPair(ctx, w, state)
	if err := p.handlers(ctx); err != nil {
		return Answer{}, err
	}
	return p.run(ctx)
}

// pair is one running pair workflow: the state that survives it, and what only this run needs.
type pair struct {
	PairState
	asked     asked
	history   [2]bool // the sync under way reads when each field of the side was changed
	tuning    Tuning
	hints     workflow.ReceiveChannel
	wake      bool          // a handler changed the state
	held      bool          // the last sync failed: wait for the pause to pass, a hint or an operator
	until     time.Time     // a deletion is acted on, or what was refused is tried again, then; zero: a held pair waits by the number of its failures
	again     bool          // an entry that failed is to be tried again after a pause
	rest      time.Duration // how long what is parked is to rest, as of the last sync; 0: not told
	movedTo   string        // the pair that has this one's item now
	tellDue   bool          // what the items say about problems may be out of date
	tellAt    time.Time     // it is brought up to date then
	synced    time.Time
	pausedRow bool
	shown     shown
}

// asked is what operators asked for that the sync under way carries out. What they ask for meanwhile waits in the state.
type asked struct {
	retry   bool
	resolve map[string]core.Side
}

// shown is what was last written to the search attributes.
type shown struct {
	status  core.PairStatus
	problem string
	items   int
}

func newPair(ctx workflow.Context, w Workflows, s PairState) *pair {
	return &pair{PairState: s, tuning: w.Tuning, hints: workflow.GetSignalChannel(ctx, HintSignal), tellDue: true, shown: shown{status: core.PairPending}}
}

var a *activities.Activities // only to name activities

// longHistory is the number of events at which a pair continues as new although it has work to do. The server suggests it at
// 4,096, which an idle pair follows; it warns at 10,240 and ends the workflow at 51,200.
const longHistory = 10_000

// run waits for something to do, syncs, and waits again.
func (p *pair) run(ctx workflow.Context) (Answer, error) {
	for {
		p.drain(ctx)
		if p.Unlink {
			return p.end(ctx)
		}
		if workflow.GetInfo(ctx).GetCurrentHistoryLength() >= longHistory {
			return Answer{}, p.continueAsNew(ctx) // also with work to do: a busy pair may never be idle
		}
		if p.Dirty() && !p.Paused && !p.held && p.Turns.wait(ctx) == 0 {
			ended, answer, err := p.sync(ctx)
			if err != nil || ended {
				return answer, err
			}
			continue
		}
		p.recordPause(ctx)
		p.answerQuiet(ctx)
		p.show(ctx)
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			return Answer{}, p.continueAsNew(ctx)
		}
		if err := p.wait(ctx); err != nil {
			return Answer{}, err
		}
	}
}

// recordPause makes the row say what the workflow knows, once per pause.
func (p *pair) recordPause(ctx workflow.Context) {
	if !p.Paused || p.pausedRow {
		return
	}
	if err := workflow.ExecuteLocalActivity(local(ctx, "show the pause"), a.Pause, p.ID).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Error("pause not recorded in the store", "error", err)
	}
	p.pausedRow = true
}

// drain takes every hint that has arrived.
func (p *pair) drain(ctx workflow.Context) {
	for {
		var h Hint
		if !p.hints.ReceiveAsync(&h) {
			return
		}
		p.Heard = workflow.Now(ctx)
		if p.take(h) {
			p.held = false
		}
	}
}

// wait blocks until a hint arrives, a handler changes the state, or a failed pair is due for another try. It fails only
// when the workflow is cancelled.
func (p *pair) wait(ctx workflow.Context) error {
	defer func() {
		if p.wake {
			p.held, p.Turns.Until = false, time.Time{}
		}
		p.wake = false
	}()
	arrived := func() bool { return p.wake || p.hints.Len() > 0 }
	tell, telling := p.tellIn(ctx)
	loop := p.Turns.wait(ctx)
	idle := !p.held && loop == 0 || p.Paused
	if idle && !telling {
		return workflow.Await(ctx, arrived)
	}
	pause, why := retryPause(p.Failures), "try again: "+p.Problem
	if loop > 0 {
		pause, why = loop, "let the automations come to rest that answer each other"
	}
	if !p.until.IsZero() {
		pause = max(p.until.Sub(workflow.Now(ctx)), time.Millisecond)
		if p.deleted() {
			why = "act by the delete policy, unless the item comes back"
		}
	}
	if telling = telling && (idle || tell < pause); telling {
		pause, why = tell, "tell people what is parked, or that it is solved"
	}
	ok, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{Timeout: pause,
		TimerOptions: workflow.TimerOptions{Summary: why}}, arrived)
	switch {
	case err != nil || ok:
	case telling:
		p.tell(ctx)
	default:
		p.held = false
	}
	return err
}

// retryPause grows from one minute to one hour.
func retryPause(failures int) time.Duration {
	d := time.Minute << max(0, min(failures-1, 6))
	return min(d, time.Hour)
}

// continueAsNew hands the state to a fresh run. Handlers have finished and every signal has been taken.
func (p *pair) continueAsNew(ctx workflow.Context) error {
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return err
	}
	p.drain(ctx)
	return workflow.NewContinueAsNewErrorWithOptions(ctx, workflow.ContinueAsNewErrorOptions{
		InitialVersioningBehavior: workflow.ContinueAsNewVersioningBehaviorAutoUpgrade}, PairWorkflow, p.PairState)
}

// end unlinks the pair because an operator asked.
func (p *pair) end(ctx workflow.Context) (Answer, error) {
	if !p.Entered {
		return Answer{Text: "ended before it became a pair"}, nil
	}
	var r activities.EndResult
	err := workflow.ExecuteActivity(p.activity(ctx, p.Sides[p.Origin].Ref.System, "unlink the pair; both items stay", PriorityReplay),
		a.End, activities.EndInput{Pair: p.ID, Unlink: true}).Get(ctx, &r)
	if err != nil {
		return Answer{}, err
	}
	p.Status, p.Problem, p.Problems = core.PairUnlinked, "", 0
	p.note(ctx, r.Summary)
	p.answerRuns(ctx, core.ItemSkipped, r.Summary)
	p.show(ctx)
	return Answer{Text: r.Summary}, nil
}

// note remembers what happened last.
func (p *pair) note(ctx workflow.Context, text string) {
	p.Last, p.LastAt = text, workflow.Now(ctx)
}

// show brings the Temporal UI up to date: details always, search attributes only when they differ.
func (p *pair) show(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, p.Details())
	status := p.Status
	if p.Paused {
		status = core.PairPaused
	}
	var items []string
	for _, s := range p.Sides {
		if !s.Ref.IsZero() {
			items = append(items, s.Ref.String())
		}
	}
	now := shown{status: status, problem: p.Problem, items: len(items)}
	if now == p.shown {
		return
	}
	updates := []temporal.SearchAttributeUpdate{AttrState.ValueSet(string(status)), AttrConnection.ValueSet(p.Connection), AttrItem.ValueSet(items)}
	if p.Problem != "" {
		updates = append(updates, AttrProblem.ValueSet(p.Problem))
	} else {
		updates = append(updates, AttrProblem.ValueUnset())
	}
	if err := workflow.UpsertTypedSearchAttributes(ctx, updates...); err != nil {
		workflow.GetLogger(ctx).Warn("search attributes not updated", "error", err)
		return
	}
	p.shown = now
}

func (p *pair) name(s core.Side) string { return fmt.Sprintf("%s %s", p.Sides[s].Name, p.Sides[s].Ref) }

// activity is the context for a call of a system on behalf of the pair.
func (p *pair) activity(ctx workflow.Context, system, summary string, priority int) workflow.Context {
	return calling(ctx, p.tuning, call{system: system, summary: summary, priority: priority, connection: p.Connection})
}
