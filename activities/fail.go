package activities

import (
	"context"

	"duplex/core"
)

// Fail records, or clears, a problem of the whole pair, so that it is seen where people look.
func (a *Activities) Fail(ctx context.Context, in FailInput) error {
	pair, err := a.Store.Pair(ctx, in.Pair)
	if err != nil {
		return temporalError(err)
	}
	if in.Clear {
		return temporalError(a.freePair(ctx, pair))
	}
	k := pair.Parked[core.WholePair] // what a system refused stays known
	k.Problem = core.Problem{Class: in.Class, Text: in.Text, Retries: "any new event, resync, and by itself with growing pauses"}
	if k.Tries > 0 {
		k.Problem.Retries = retriesRefused
	}
	return temporalError(a.parkPair(ctx, pair, k))
}

// Pause shows in the store's row that an operator paused the pair. The next sync after resuming sets the status anew.
func (a *Activities) Pause(ctx context.Context, pairID string) error {
	pair, err := a.Store.Pair(ctx, pairID)
	if err != nil {
		return temporalError(err)
	}
	pair.Status = core.PairPaused
	return temporalError(a.Store.SaveStep(ctx, core.Step{Pair: pair}))
}
