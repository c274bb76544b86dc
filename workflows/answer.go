package workflows

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"duplex/activities"
	"duplex/core"
)

// mostRuns bounds how many runs may wait for one pair; the oldest is answered first when there are more.
const mostRuns = 8

// answerRuns tells the runs that asked what became of the pair. Without any there is nothing to do and nothing in the history.
func (p *pair) answerRuns(ctx workflow.Context, state core.RunItemState, reason string) {
	if len(p.Runs) == 0 {
		return
	}
	in := activities.RunAnswers{Runs: p.Runs, Pair: p.ID, State: state, Reason: reason}
	for _, s := range p.Sides {
		if !s.Ref.IsZero() {
			in.Refs = append(in.Refs, core.Ref{System: s.Ref.System, ID: s.Ref.ID})
		}
	}
	if err := workflow.ExecuteLocalActivity(local(ctx, "tell the run what became of it: "+string(state)), a.AnswerRuns, in).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Error("a run was not told what became of a pair", "error", err)
		return
	}
	p.Runs = nil
}

// answerQuiet answers runs whose hints asked for no work, or whose work is not done because the pair is paused.
func (p *pair) answerQuiet(ctx workflow.Context) {
	switch {
	case len(p.Runs) == 0 || p.held && !p.Paused:
	case p.Paused:
		p.answerRuns(ctx, core.ItemSkipped, "the pair is paused: it follows when it is resumed")
	default:
		p.answerSynced(ctx)
	}
}

// answerSynced answers runs after a sync that ended well, or that was not needed.
func (p *pair) answerSynced(ctx workflow.Context) {
	if p.Problems > 0 {
		p.answerRuns(ctx, core.ItemFailed, fmt.Sprintf("%d parked, the gravest of class %s", p.Problems, p.Problem))
		return
	}
	p.answerRuns(ctx, core.ItemDone, "in sync")
}

// late takes hints that arrived while runs were told, and reports whether they ask for work.
func (p *pair) late(ctx workflow.Context) bool {
	p.drain(ctx)
	return p.Dirty()
}

// asksFor notes the run that a hint comes from.
func (s *PairState) asksFor(run string) {
	if run == "" || slices.Contains(s.Runs, run) {
		return
	}
	s.Runs = append(s.Runs, run)
	if len(s.Runs) > mostRuns {
		s.Runs = s.Runs[1:]
	}
}
