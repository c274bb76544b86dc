package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"duplex/activities"
	"duplex/core"
)

// BatchState is everything the workflow of a run carries from one execution to the next: the rest is in the store.
type BatchState struct {
	Run        string                 `json:"run"`
	Connection string                 `json:"connection"`
	Facts      activities.RunFacts    `json:"facts,omitzero"`
	Began      bool                   `json:"began,omitempty"`
	Paused     bool                   `json:"paused,omitempty"`
	Stop       bool                   `json:"stop,omitempty"`
	Reason     string                 `json:"reason,omitempty"` // why it is paused or stopped
	Progress   activities.RunProgress `json:"progress,omitzero"`
	Moved      time.Time              `json:"moved,omitzero"` // when the progress changed last
}

// RunID is the workflow id of a run.
func RunID(run string) string { return "run:" + run }

const (
	// window is how many items of a run may be handed over and not answered, so that a backfill never floods the queues.
	window = 200
	// silence is how long a run whose items have all had their turn waits for an answer before it says which never came.
	silence = 24 * time.Hour
	// The pause between two looks at a run that waits for answers grows while none come.
	shortLook, longLook = time.Second, 5 * time.Minute
)

// Batch carries out one run: it lists the items, acts on them step by step, at most a window of them at once, and waits
// until every item has an answer. Steps are safe to repeat, so it may be killed at any moment.
func (w Workflows) Batch(ctx workflow.Context, state BatchState) (Answer, error) {
	b := &batch{BatchState: state, tuning: w.Tuning}
	if err := b.handlers(ctx); err != nil {
		return Answer{}, err
	}
	return b.run(ctx)
}

// batch is one running batch workflow.
type batch struct {
	BatchState
	tuning   Tuning
	wake     bool
	recorded bool // the pause is in the row
	looks    int  // looks in a row that showed nothing new
}

func (b *batch) run(ctx workflow.Context) (Answer, error) {
	for {
		b.show(ctx)
		if info := workflow.GetInfo(ctx); info.GetContinueAsNewSuggested() {
			return Answer{}, b.continueAsNew(ctx)
		}
		var done bool
		var err error
		switch {
		case b.Stop:
			return b.end(ctx, core.RunStopped)
		case b.Paused:
			err = b.rest(ctx)
		case !b.Began:
			err = b.begin(ctx)
		case b.Facts.Ended:
			return Answer{Text: "the run had ended before"}, nil
		default:
			done, err = b.step(ctx)
		}
		switch {
		case temporal.IsCanceledError(err):
			return Answer{}, err
		case err != nil:
			b.halt(err)
		case done:
			return b.end(ctx, core.RunDone)
		}
	}
}

func (b *batch) begin(ctx workflow.Context) error {
	if err := workflow.ExecuteLocalActivity(local(ctx, "begin the run"), a.BeginRun, b.Run).Get(ctx, &b.Facts); err != nil {
		return err
	}
	b.Began, b.Moved = true, workflow.Now(ctx)
	return nil
}

// step lists, acts, or waits. done tells that every item has its answer, or that answers are given up on.
func (b *batch) step(ctx workflow.Context) (done bool, err error) {
	if !b.Progress.Listed {
		if err := b.list(ctx); err != nil {
			return false, err
		}
	}
	act := b.actOn
	if b.Facts.Reads {
		act = b.readAndAct
	}
	if err := act(ctx); err != nil {
		return false, err
	}
	waiting, open := b.Progress.Counts[core.ItemWaiting], b.Progress.Counts[core.ItemHandedOver]
	switch {
	case !b.Progress.Listed || waiting > 0 && open < window:
		return false, nil
	case waiting == 0 && open == 0:
		return true, nil
	case waiting == 0 && workflow.Now(ctx).Sub(b.Moved) > silence:
		return true, nil
	}
	return false, b.pause(ctx)
}

// list lists more items, on the queue of the system that is asked.
func (b *batch) list(ctx workflow.Context) error {
	var p activities.RunProgress
	var err error
	if b.Facts.ListOn == "" {
		err = workflow.ExecuteLocalActivity(local(ctx, "list the items of the run"), a.ListRun, b.Run).Get(ctx, &p)
	} else {
		err = workflow.ExecuteActivity(b.activity(ctx, b.Facts.ListOn, "list items in "+b.Facts.ListOn), a.ListRun, b.Run).Get(ctx, &p)
	}
	if err == nil {
		b.progressed(ctx, p)
	}
	return err
}

func (b *batch) actOn(ctx workflow.Context) error {
	var p activities.RunProgress
	err := workflow.ExecuteLocalActivity(local(ctx, "hand over the next items, and count the answers"), a.ActRun,
		activities.RunStep{Run: b.Run, Most: window}).Get(ctx, &p)
	if err == nil {
		b.progressed(ctx, p)
	}
	return err
}

// readAndAct reads the next items on both sides, each on its system's queue, and acts on what was read.
func (b *batch) readAndAct(ctx workflow.Context) error {
	most := min(b.Facts.Chunk, window-b.Progress.Counts[core.ItemHandedOver])
	in := activities.RunJudgeInput{Run: b.Run}
	if most > 0 {
		if err := workflow.ExecuteLocalActivity(local(ctx, "take the next items"), a.TakeRun, activities.RunStep{Run: b.Run, Most: most}).Get(ctx, &in.Targets); err != nil {
			return err
		}
	}
	if len(in.Targets) == 0 {
		return b.actOn(ctx) // counts only: what waits is read first
	}
	var futures [2]workflow.Future
	for _, side := range core.Sides {
		system := b.Facts.Systems[side]
		futures[side] = workflow.ExecuteActivity(b.activity(ctx, system, fmt.Sprintf("read %d items of the run in %s", len(in.Targets), system)), a.ReadRun,
			activities.RunReadInput{Run: b.Run, Side: side, Targets: in.Targets})
	}
	for _, side := range core.Sides {
		if err := futures[side].Get(ctx, &in.Read[side]); err != nil {
			return err
		}
	}
	var p activities.RunProgress
	if err := workflow.ExecuteLocalActivity(local(ctx, "decide about the items that were read"), a.JudgeRun, in).Get(ctx, &p); err != nil {
		return err
	}
	b.progressed(ctx, p)
	return nil
}

// progressed notes how far the run is, and whether that is farther than before.
func (b *batch) progressed(ctx workflow.Context, p activities.RunProgress) {
	was := b.Progress
	b.Progress = p
	b.looks++
	if p.Listed != was.Listed || p.Counts.Total() != was.Counts.Total() || p.Counts.Answered() != was.Counts.Answered() {
		b.Moved, b.looks = workflow.Now(ctx), 0
	}
}

// pause waits for answers to come.
func (b *batch) pause(ctx workflow.Context) error {
	d := min(shortLook<<min(b.looks, 10), longLook)
	_, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{Timeout: d,
		TimerOptions: workflow.TimerOptions{Summary: "wait for the answers of the pairs"}}, func() bool { return b.wake })
	b.wake = false
	return err
}

// rest waits until the run is resumed or stopped.
func (b *batch) rest(ctx workflow.Context) error {
	if !b.recorded {
		if err := b.record(ctx, core.RunPaused); err != nil {
			workflow.GetLogger(ctx).Error("the pause of a run is not recorded", "run", b.Run, "error", err)
		}
		b.recorded = true
		b.show(ctx)
	}
	if err := workflow.Await(ctx, func() bool { return !b.Paused || b.Stop }); err != nil || b.Stop {
		return err
	}
	b.recorded, b.Began, b.looks = false, false, 0
	return b.record(ctx, core.RunRunning)
}

func (b *batch) record(ctx workflow.Context, state core.RunState) error {
	return workflow.ExecuteLocalActivity(local(ctx, "show that the run is "+string(state)), a.SetRun,
		activities.RunStateInput{Run: b.Run, State: state, Reason: b.Reason}).Get(ctx, nil)
}

// halt pauses a run whose step failed in a way that does not pass by itself. Nothing is lost: resume goes on there.
func (b *batch) halt(err error) {
	var app *temporal.ApplicationError
	text := err.Error()
	if errors.As(err, &app) {
		text = app.Message()
	}
	b.Paused, b.Reason = true, "paused, because a step failed: "+text+"; mend that, then resume the run"
}

func (b *batch) end(ctx workflow.Context, state core.RunState) (Answer, error) {
	var p activities.RunProgress
	err := workflow.ExecuteLocalActivity(local(ctx, "end the run: "+string(state)), a.EndRun,
		activities.RunStateInput{Run: b.Run, State: state, Reason: b.Reason}).Get(ctx, &p)
	if err != nil {
		return Answer{}, err
	}
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return Answer{}, err
	}
	b.Progress = p
	b.show(ctx)
	return Answer{Text: string(state) + ": " + p.Text}, nil
}

func (b *batch) continueAsNew(ctx workflow.Context) error {
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return err
	}
	return workflow.NewContinueAsNewErrorWithOptions(ctx, workflow.ContinueAsNewErrorOptions{
		InitialVersioningBehavior: workflow.ContinueAsNewVersioningBehaviorAutoUpgrade}, BatchWorkflow, b.BatchState)
}

// activity is the context for a call of a system on behalf of the run.
func (b *batch) activity(ctx workflow.Context, system, summary string) workflow.Context {
	return calling(ctx, b.tuning, call{system: system, summary: summary, priority: priority(b.Facts.Urgency), connection: b.Connection})
}
