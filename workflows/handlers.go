package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"duplex/core"
)

// handlers registers the query and the updates. Handlers change the state and wake the main loop; none of them blocks.
func (p *pair) handlers(ctx workflow.Context) error {
	if err := workflow.SetQueryHandlerWithOptions(ctx, StateQuery, func() (PairState, error) { return p.PairState, nil },
		workflow.QueryHandlerOptions{Description: "the pair as the workflow holds it: references and counts, no content"}); err != nil {
		return err
	}
	known := func() error {
		if !p.Entered {
			return errors.New("the item is not in the sync yet: wait for its first read")
		}
		return nil
	}
	return errors.Join(
		workflow.SetUpdateHandlerWithOptions(ctx, ResyncUpdate, p.resync, workflow.UpdateHandlerOptions{
			Description: "read both sides afresh and try everything that is parked again",
			Validator:   func(ResyncRequest) error { return known() }}),
		workflow.SetUpdateHandlerWithOptions(ctx, ResolveUpdate, p.resolve, workflow.UpdateHandlerOptions{
			Description: "carry out an operator's decision about something that is parked",
			Validator: func(r ResolveRequest) error {
				if r.Rule == "" || (r.Side != core.A && r.Side != core.B) {
					return errors.New("name the rule and the side whose value is to win")
				}
				return known()
			}}),
		workflow.SetUpdateHandlerWithOptions(ctx, PauseUpdate, p.pause, workflow.UpdateHandlerOptions{
			Description: "stop syncing; hints are remembered", Validator: func(OperatorRequest) error { return known() }}),
		workflow.SetUpdateHandlerWithOptions(ctx, ResumeUpdate, p.resume, workflow.UpdateHandlerOptions{
			Description: "sync again, with whatever changed meanwhile", Validator: func(OperatorRequest) error { return known() }}),
		workflow.SetUpdateHandlerWithOptions(ctx, UnlinkUpdate, p.unlink, workflow.UpdateHandlerOptions{
			Description: "end the pair; both items stay", Validator: func(OperatorRequest) error { return known() }}),
	)
}

func (p *pair) resync(ctx workflow.Context, r ResyncRequest) (Answer, error) {
	p.touch(true)
	p.Retry, p.wake, p.Urgency = true, true, min(p.Urgency, core.Replay)
	p.note(ctx, "resync asked for by "+who(r.By))
	return Answer{Text: "both sides will be read afresh and everything parked tried again"}, nil
}

func (p *pair) resolve(ctx workflow.Context, r ResolveRequest) (Answer, error) {
	if r.Resolution == "" {
		p.Resolve = choices(p.Resolve, map[string]core.Side{r.Rule: r.Side})
	}
	p.touch(false)
	p.wake, p.Urgency = true, min(p.Urgency, core.Replay)
	switch r.Kind {
	case core.ResolveValue:
		p.note(ctx, fmt.Sprintf("%s: a value in the words of %s was given by %s", r.Rule, p.Sides[r.Side].Name, who(r.By)))
		return Answer{Text: fmt.Sprintf("the value will be written to %s, and what it means there to %s where the rule flows there",
			p.Sides[r.Side].Name, p.Sides[r.Side.Other()].Name)}, nil
	case core.ResolveSkip:
		p.note(ctx, fmt.Sprintf("%s: left out for good, decided by %s", r.Rule, who(r.By)))
		return Answer{Text: "it is left out for good"}, nil
	}
	p.note(ctx, fmt.Sprintf("%s: %s wins, chosen by %s", r.Rule, p.Sides[r.Side].Name, who(r.By)))
	return Answer{Text: fmt.Sprintf("the value of %s will be written to %s", p.Sides[r.Side].Name, p.Sides[r.Side.Other()].Name)}, nil
}

func (p *pair) pause(ctx workflow.Context, r OperatorRequest) (Answer, error) {
	p.Paused, p.wake = true, true
	p.note(ctx, "paused by "+who(r.By))
	return Answer{Text: "paused: changes are remembered until it is resumed"}, nil
}

func (p *pair) resume(ctx workflow.Context, r OperatorRequest) (Answer, error) {
	p.Paused, p.pausedRow, p.wake = false, false, true
	p.touch(true)
	p.Urgency = min(p.Urgency, core.Replay)
	p.note(ctx, "resumed by "+who(r.By))
	return Answer{Text: "resumed: both sides will be read afresh"}, nil
}

func (p *pair) unlink(ctx workflow.Context, r OperatorRequest) (Answer, error) {
	p.Unlink, p.wake = true, true
	p.note(ctx, "unlink asked for by "+who(r.By))
	return Answer{Text: "the pair will be ended; both items stay"}, nil
}

func who(by string) string {
	if by == "" {
		return "an operator"
	}
	return by
}
