package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
)

// End unlinks a pair when an operator asked for it, or acts on a deleted item by the policy of the side that is left. It
// acts only when the deletion is as old as the connection's hold, and when no more items went than its brakes allow.
func (a *Activities) End(ctx context.Context, in EndInput) (EndResult, error) {
	defer beat(ctx)()
	r, err := a.end(ctx, in)
	a.stuck(ctx, in.Pair, err)
	return r, temporalError(doing("end "+in.Pair, err))
}

func (a *Activities) end(ctx context.Context, in EndInput) (EndResult, error) {
	pair, err := a.Store.Pair(ctx, in.Pair)
	if err != nil {
		return EndResult{}, err
	}
	if in.Unlink {
		return a.unlink(ctx, pair, "unlinked by an operator; both items stay")
	}
	if in.Gone[core.A] && in.Gone[core.B] || pair.Sides[core.B].Ref.IsZero() || pair.Sides[core.A].Ref.IsZero() {
		return a.unlink(ctx, pair, "nothing is left to keep in step: unlinked")
	}
	m, err := a.Mappings.Active(ctx, pair.Connection)
	if err != nil {
		return EndResult{}, err
	}
	left := core.A
	if in.Gone[core.A] {
		left = core.B
	}
	system := pair.Sides[left].Ref.System
	if err := a.closed(ctx, system); err != nil {
		return EndResult{}, err
	}
	if r, waits, err := a.waits(ctx, pair, m, left.Other()); err != nil || waits {
		return r, err
	}
	r, err := a.act(ctx, pair, m, left)
	return r, a.denied(ctx, err, system)
}

// waits tells whether a deletion is not acted on yet: it is younger than the hold, or the connection is stopped. That it
// is gone is stored first, so that pairs whose items go at the same time count each other.
func (a *Activities) waits(ctx context.Context, pair core.Pair, m *mapping.Mapping, gone core.Side) (EndResult, bool, error) {
	side := &pair.Sides[gone]
	if side.Gone { // acted on already, by ignoring it
		return EndResult{}, false, nil
	}
	if side.GoneAt.IsZero() {
		side.GoneAt = a.Now().UTC()
		if err := a.Store.MarkGone(ctx, side.Name, []string{pair.ID}, side.GoneAt); err != nil {
			return EndResult{}, false, err
		}
	}
	t, _, err := a.tally(ctx, pair.Connection, side.Name)
	if err != nil {
		return EndResult{}, false, err
	}
	if _, err := a.judge(ctx, m.Connection, t); err != nil {
		return EndResult{}, false, err
	}
	if waits, err := a.braked(ctx, pair); err != nil || waits != "" {
		return EndResult{Braked: waits, Summary: waits, Status: core.PairProblem, Problem: string(core.ProblemBrake)}, true, err
	}
	left := side.GoneAt.Add(m.Connection.Brakes.Hold).Sub(a.Now())
	if left <= 0 {
		return EndResult{}, false, nil
	}
	text := fmt.Sprintf("the %s item was deleted or is out of sight; unless it comes back, the delete policy of %s acts %s after it was missed",
		side.Name, pair.Sides[gone.Other()].Name, m.Connection.Brakes.Hold)
	err = a.parkPair(ctx, pair, core.Parked{Problem: core.Problem{Class: core.ProblemGone, Text: text, Retries: "by itself, or restoring the item"}})
	return EndResult{Wait: max(left, time.Millisecond), Summary: text, Status: core.PairProblem, Problem: string(core.ProblemGone)}, true, err
}

// act carries out the delete policy of the side that is left.
func (a *Activities) act(ctx context.Context, pair core.Pair, m *mapping.Mapping, left core.Side) (EndResult, error) {
	goneName, leftName := pair.Sides[left.Other()].Name, pair.Sides[left].Name
	switch policy := m.Connection.Deletes[left]; policy {
	case core.DeleteIgnore:
		pair.Sides[left.Other()].Gone = true
		whole, had := pair.Parked[core.WholePair] // nothing else of it matters any more
		if pair.Parked = nil; had {
			pair.Parked = map[string]core.Parked{core.WholePair: whole}
		}
		text := fmt.Sprintf("the %s item was deleted; by policy nothing is done and %s is no longer kept in step: unlink, or restore the item and resync", goneName, leftName)
		return EndResult{Summary: text, Status: core.PairProblem, Problem: string(core.ProblemGone)},
			a.parkPair(ctx, pair, core.Parked{Problem: core.Problem{Class: core.ProblemGone, Text: text, Retries: "restoring the item"}})
	case core.DeleteNote:
		if err := a.note(ctx, pair, left, deletedNote(pair, left)); err != nil {
			return EndResult{}, err
		}
		return a.unlink(ctx, pair, fmt.Sprintf("the %s item was deleted; a note was left in %s and the pair unlinked", goneName, leftName))
	case core.DeleteClose:
		if err := a.close(ctx, pair, m, left); err != nil {
			return EndResult{}, err
		}
		if err := a.note(ctx, pair, left, deletedNote(pair, left)); err != nil {
			return EndResult{}, err
		}
		return a.unlink(ctx, pair, fmt.Sprintf("the %s item was deleted; the item in %s was closed with a note and the pair unlinked", goneName, leftName))
	case core.DeleteDelete:
		c, err := a.Systems.Connector(ctx, pair.Sides[left].Ref.System)
		if err != nil {
			return EndResult{}, err
		}
		d, ok := connectors.As[connectors.Deleter](c)
		if !ok {
			return EndResult{}, fmt.Errorf("%s cannot delete items: change the policy: %w", pair.Sides[left].Ref.System, connectors.ErrUnsupported)
		}
		if err := d.Delete(ctx, pair.Sides[left].Ref.ID); err != nil && !errors.Is(err, connectors.ErrNotFound) {
			return EndResult{}, err
		}
		return a.unlink(ctx, pair, fmt.Sprintf("the %s item was deleted; by policy its twin in %s was deleted too", goneName, leftName))
	}
	return a.unlink(ctx, pair, fmt.Sprintf("the %s item was deleted; %s stays and the pair is unlinked", goneName, leftName))
}

func deletedNote(pair core.Pair, left core.Side) string {
	return fmt.Sprintf("The linked item in %s was deleted. This item is no longer kept in step.", pair.Sides[left.Other()].Ref.System)
}

// close sets the fields that mean closed. Setting them twice changes nothing; an item that went meanwhile needs nothing.
func (a *Activities) close(ctx context.Context, pair core.Pair, m *mapping.Mapping, left core.Side) error {
	ref := pair.Sides[left].Ref
	c, err := a.Systems.Connector(ctx, ref.System)
	if err != nil {
		return err
	}
	started := a.Now()
	patch := core.Patch{Fields: m.Connection.Close[left]}
	_, err = c.Update(ctx, ref.ID, patch, "", wanted(m, left, nil, false))
	if errors.Is(err, connectors.ErrNotFound) {
		return nil
	}
	if err != nil {
		return doing("close "+ref.String()+" by the delete policy", err)
	}
	return a.Store.AddOutcome(ctx, core.Outcome{Pair: pair.ID, Side: pair.Sides[left].Name, Act: "close", Target: ref.ID, Fields: patch.Names(),
		Result: "ok", Started: started.UTC(), Ended: a.Now().UTC()})
}

func (a *Activities) unlink(ctx context.Context, pair core.Pair, text string) (EndResult, error) {
	now := a.Now().UTC()
	if err := a.Store.AddOutcome(ctx, core.Outcome{Pair: pair.ID, Act: "unlink", Result: "ok", Detail: text, Started: now, Ended: now}); err != nil {
		return EndResult{}, err
	}
	return EndResult{Ended: true, Summary: text, Status: core.PairUnlinked}, a.Store.UnlinkPair(ctx, pair.ID)
}
