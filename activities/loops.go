package activities

import (
	"context"

	"duplex/core/merge"
)

// mostPlans bounds how many plans of a busy pair are looked at.
const mostPlans = 200

// loops are the rules of a pair that go round: two automations undo each other by way of the sync. Plans are read only of
// a pair that is busy enough to have one.
func (a *Activities) loops(ctx context.Context, pair string) (map[string]bool, error) {
	since := a.Now().Add(-merge.LoopSpan)
	busy, err := a.Store.BusySince(ctx, pair, 2*merge.LoopWrites)
	if err != nil || busy.Before(since) {
		return nil, err
	}
	plans, err := a.Store.Plans(ctx, pair, mostPlans)
	return merge.Loops(plans, since), err
}
