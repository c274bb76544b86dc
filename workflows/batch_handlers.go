package workflows

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"duplex/core"
)

// handlers registers the query and the updates of a run. None of them blocks.
func (b *batch) handlers(ctx workflow.Context) error {
	going := func(OperatorRequest) error {
		if b.Stop {
			return errors.New("the run is being stopped")
		}
		return nil
	}
	return errors.Join(
		workflow.SetQueryHandlerWithOptions(ctx, ProgressQuery, func() (BatchState, error) { return b.BatchState, nil },
			workflow.QueryHandlerOptions{Description: "how far the run is: ids and counts, no content"}),
		workflow.SetUpdateHandlerWithOptions(ctx, PauseUpdate, b.pauseRun, workflow.UpdateHandlerOptions{
			Description: "hand nothing more over; what was handed over goes on", Validator: func(r OperatorRequest) error {
				if b.Paused {
					return errors.New("the run is paused already")
				}
				return going(r)
			}}),
		workflow.SetUpdateHandlerWithOptions(ctx, ResumeUpdate, b.resumeRun, workflow.UpdateHandlerOptions{
			Description: "go on where the run was paused", Validator: func(r OperatorRequest) error {
				if !b.Paused {
					return errors.New("the run is not paused")
				}
				return going(r)
			}}),
		workflow.SetUpdateHandlerWithOptions(ctx, StopUpdate, b.stopRun, workflow.UpdateHandlerOptions{
			Description: "end the run; what was handed over goes on, the rest is not touched", Validator: going}),
	)
}

func (b *batch) pauseRun(_ workflow.Context, r OperatorRequest) (Answer, error) {
	b.Paused, b.wake, b.Reason = true, true, "paused by "+who(r.By)
	return Answer{Text: "paused: what was handed over goes on, nothing more is handed over until it is resumed"}, nil
}

func (b *batch) resumeRun(_ workflow.Context, r OperatorRequest) (Answer, error) {
	b.Paused, b.wake, b.Reason = false, true, ""
	return Answer{Text: "resumed where it was"}, nil
}

func (b *batch) stopRun(_ workflow.Context, r OperatorRequest) (Answer, error) {
	b.Stop, b.wake, b.Reason = true, true, "stopped by "+who(r.By)
	return Answer{Text: "stopped: what was handed over goes on, the rest is left alone"}, nil
}

// show brings the Temporal UI up to date.
func (b *batch) show(ctx workflow.Context) {
	var d strings.Builder
	state := core.RunRunning
	switch {
	case b.Stop:
		state = core.RunStopped
	case b.Paused:
		state = core.RunPaused
	}
	fmt.Fprintf(&d, "**%s**, a %s of connection **%s**: %s\n", state, b.Facts.Kind, b.Connection, b.Progress.Text)
	if b.Reason != "" {
		fmt.Fprintf(&d, "\n%s\n", b.Reason)
	}
	for _, st := range []core.RunItemState{core.ItemWaiting, core.ItemHandedOver, core.ItemDone, core.ItemSkipped, core.ItemFailed} {
		fmt.Fprintf(&d, "\n- %s: %d", st, b.Progress.Counts[st])
	}
	fmt.Fprintf(&d, "\n\n`duplex run %s` lists what became of each\n", b.Run)
	workflow.SetCurrentDetails(ctx, d.String())
}
