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
	old, had := pair.Parked["pair"]
	if in.Clear && !had {
		return nil
	}
	parked := map[string]core.Parked{}
	for k, v := range pair.Parked {
		parked[k] = v
	}
	delete(parked, "pair")
	if !in.Clear {
		since := a.Now().UTC()
		if had {
			since = old.Problem.Since
		} else if a.Observer != nil {
			a.Observer.Failed(pair.Connection, string(in.Class))
		}
		k := old // what a system refused stays known
		k.Problem = core.Problem{Class: in.Class, Text: in.Text, Since: since, Retries: "any new event, resync, and by itself with growing pauses"}
		if k.Tries > 0 {
			k.Problem.Retries = retriesRefused
		}
		parked["pair"] = k
	}
	pair.Parked = parked
	pair.Status, _, _ = worst(pair)
	return temporalError(a.Store.SaveStep(ctx, core.Step{Pair: pair}))
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
