package activities

import (
	"context"
	"maps"

	"duplex/core"
)

// parkPair shows on a pair's row what the whole pair waits for, and since when. Base and seen stay as they are stored.
// Saying the same again changes nothing.
func (a *Activities) parkPair(ctx context.Context, pair core.Pair, k core.Parked) error {
	old, had := pair.Parked[core.WholePair]
	switch k.Problem.Since = a.Now().UTC(); {
	case had && old.Problem.Class == k.Problem.Class:
		k.Problem.Since = old.Problem.Since
	case a.Observer != nil:
		a.Observer.Failed(pair.Connection, string(k.Problem.Class))
	}
	if had && old.Problem == k.Problem && old.Tried.Equal(k.Tried) && old.Tries == k.Tries && old.Fingerprint == k.Fingerprint {
		return nil
	}
	parked := maps.Clone(pair.Parked)
	if parked == nil {
		parked = map[string]core.Parked{}
	}
	parked[core.WholePair] = k
	pair.Parked = parked
	return a.saveParked(ctx, pair)
}

// freePair takes the problem of the whole pair off its row. What is parked besides stays.
func (a *Activities) freePair(ctx context.Context, pair core.Pair) error {
	if _, had := pair.Parked[core.WholePair]; !had {
		return nil
	}
	pair.Parked = maps.Clone(pair.Parked)
	delete(pair.Parked, core.WholePair)
	return a.saveParked(ctx, pair)
}

func (a *Activities) saveParked(ctx context.Context, pair core.Pair) error {
	pair.Status, _, _ = worst(pair)
	return a.Store.SaveStep(ctx, core.Step{Pair: pair})
}
