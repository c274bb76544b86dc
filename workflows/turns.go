package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"duplex/core"
)

// Turns tell a loop from work: an automation on each side that answers what the sync writes with an edit of its own makes
// the sync write to one side, then to the other, and so on for ever. Each such edit is new and harmless by itself; only how
// quickly the sides take turns shows that no person makes them. Then the whole pair rests. A loop too slow for this is found
// by merge.Loops, which counts over an hour what was written of each field and parks that field alone.
type Turns struct {
	N     int       `json:"n,omitempty"` // writes in a row that each went to the other side soon after the last
	To    core.Side `json:"to,omitempty"`
	At    time.Time `json:"at,omitzero"`     // of the last write
	Loops int       `json:"loops,omitempty"` // how often in a row it was taken for a loop
	Until time.Time `json:"until,omitzero"`  // nothing is done before, whatever hints arrive; an operator ends it
}

const (
	maxTurns    = 12               // as many turns in a row are a loop
	turnsWithin = 30 * time.Second // and no more than this apart
	turnsAgain  = 2                // turns that are a loop again, after it was one
	turnsForget = 2 * time.Hour    // without a write: the loop is over
)

// wrote notes a write and reports whether the sides take turns like automations.
func (t *Turns) wrote(to core.Side, now time.Time) bool {
	apart := now.Sub(t.At)
	switch {
	case t.At.IsZero() || apart > turnsForget:
		*t = Turns{N: 1}
	case apart > turnsWithin || to == t.To:
		t.N = 1
	default:
		t.N++
	}
	t.To, t.At = to, now
	most := maxTurns
	if t.Loops > 0 {
		most = turnsAgain
	}
	if t.N < most {
		return false
	}
	t.Loops++
	t.N, t.Until = 0, now.Add(retryPause(t.Loops))
	return true
}

// wait is how long the pair is left alone because of a loop, 0 when it is not.
func (t *Turns) wait(ctx workflow.Context) time.Duration {
	return max(t.Until.Sub(workflow.Now(ctx)), 0)
}

// loops fails a sync whose write was one of a loop, so that it is shown and rests.
func (p *pair) loops(ctx workflow.Context, to core.Side) error {
	if !p.Turns.wrote(to, workflow.Now(ctx)) {
		return nil
	}
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf("%s and %s were written to in turns, many times in a row and each within %v: "+
		"an automation on each side seems to answer what duplex writes with an edit of its own. Let one of them leave duplex's account alone, then resync; "+
		"until then the pair is looked at now and then only", p.Sides[to.Other()].Name, p.Sides[to].Name, turnsWithin), "loop", nil)
}
