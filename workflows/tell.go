package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"duplex/activities"
	"duplex/core"
)

const (
	tellAfter = activities.Settle + 5*time.Second // so that the problem is old enough by the worker's clock too
	tellAgain = 5 * time.Minute                   // after it could not be told, or was too young
	tellFor   = 2 * time.Minute                   // how long one try may take: telling never holds up the sync for long
)

// tellIn is how long until problems are to be told to people, or cleared; false when there is nothing to tell. Only a
// connection that says so tells.
func (p *pair) tellIn(ctx workflow.Context) (time.Duration, bool) {
	due := false
	for s := range p.Tells {
		due = due || p.Tells[s] && (p.Told[s] || p.Problems > 0)
	}
	if !due || !p.tellDue || p.Paused || !p.Entered {
		return 0, false
	}
	if p.tellAt.IsZero() {
		p.tellAt = workflow.Now(ctx).Add(tellAfter)
		if p.Problems == 0 {
			p.tellAt = workflow.Now(ctx).Add(time.Second)
		}
	}
	return max(p.tellAt.Sub(workflow.Now(ctx)), time.Millisecond), true
}

// tell brings what the items say about problems up to date. It is no part of the sync: failing at it changes nothing else.
func (p *pair) tell(ctx workflow.Context) {
	again := false
	for _, s := range core.Sides {
		if !p.Tells[s] || p.Sides[s].Ref.IsZero() || p.Sides[s].Gone {
			continue
		}
		ctx2 := workflow.WithScheduleToCloseTimeout(p.activity(ctx, p.Sides[s].Ref.System, "tell the people of "+p.Sides[s].Name+" what is parked", PrioritySweep), tellFor)
		var r activities.TellResult
		if err := workflow.ExecuteActivity(ctx2, a.Tell, activities.TellInput{Pair: p.ID, Side: s}).Get(ctx, &r); err != nil {
			workflow.GetLogger(ctx).Warn("problems could not be told on the item", "side", p.Sides[s].Name, "error", err)
			again = true
			continue
		}
		p.Told[s] = r.Told
		again = again || r.Again
		p.Sides[s].Own = core.WithOwn(p.Sides[s].Own, r.Revision)
	}
	p.tellAt, p.tellDue = time.Time{}, again
	if again {
		p.tellAt = workflow.Now(ctx).Add(tellAgain)
	}
}
