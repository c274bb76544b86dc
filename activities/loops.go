package activities

import (
	"context"

	"duplex/core"
	"duplex/core/merge"
)

// mostPlans bounds how many plans of a busy pair are looked at.
const mostPlans = 200

// unloop parks what would be written by rules that go round: two automations undo each other by way of the sync. Plans are
// read only of a pair that has something to write and is busy enough to have a loop.
func (a *planner) unloop(ctx context.Context, pair string, ds []core.Decision) error {
	if !merge.Writes(ds) {
		return nil
	}
	since := a.Now().Add(-merge.LoopSpan)
	busy, err := a.Store.BusySince(ctx, pair, 2*merge.LoopWrites)
	if err != nil || busy.Before(since) {
		return err
	}
	plans, err := a.Store.Plans(ctx, pair, mostPlans)
	merge.Unloop(ds, merge.Loops(plans, since))
	return err
}
