package workflows

import (
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"duplex/activities"
	"duplex/core"
)

// deleted reports that an item is gone and its deletion is to be acted on.
func (p *pair) deleted() bool { return p.Sides[core.A].Gone || p.Sides[core.B].Gone }

// confirmGone keeps a passing fault, or a right that was taken away for a moment, from being read as deletion: unless the
// system said that the item was deleted, it must be missing twice, a pause apart.
func (p *pair) confirmGone() error {
	for _, s := range core.Sides {
		side := &p.Sides[s]
		if side.Gone && side.Missing < 2 && !side.Deleted {
			return temporal.NewNonRetryableApplicationError(fmt.Sprintf(
				"%s cannot be found and nothing said that it was deleted: it is looked for once more before the delete policy acts", p.name(s)), "not-found", nil)
		}
	}
	return nil
}

// gone acts on a deleted item by the policy of the side that is left.
func (p *pair) gone(ctx workflow.Context) (bool, Answer, error) {
	in := activities.EndInput{Pair: p.ID, Gone: [2]bool{p.Sides[core.A].Gone, p.Sides[core.B].Gone}}
	left := core.A
	if in.Gone[core.A] {
		left = core.B
	}
	var r activities.EndResult
	ctx2 := p.activity(ctx, p.Sides[left].Ref.System, fmt.Sprintf("%s is gone: act by the delete policy of %s", p.name(left.Other()), p.Sides[left].Name), priority(p.Urgency))
	if err := workflow.ExecuteActivity(ctx2, a.End, in).Get(ctx, &r); err != nil {
		return false, Answer{}, err
	}
	p.Status, p.Problem = r.Status, r.Problem
	p.note(ctx, r.Summary)
	p.Failures = 0
	p.answerRuns(ctx, core.ItemSkipped, r.Summary)
	if r.Wait > 0 { // look again then, and act if it is still gone
		p.Sides[left.Other()].Dirty = true
		p.held, p.until = true, workflow.Now(ctx).Add(r.Wait)
	}
	p.show(ctx)
	return r.Ended, Answer{Text: r.Summary}, nil
}
