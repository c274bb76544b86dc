package activities

import (
	"context"
	"errors"
	"fmt"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
)

// End unlinks a pair when an operator asked for it, or acts on a deleted item by the policy of the side that is left.
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
	r, err := a.act(ctx, pair, m, left)
	return r, a.denied(ctx, err, system)
}

// act carries out the delete policy of the side that is left.
func (a *Activities) act(ctx context.Context, pair core.Pair, m *mapping.Mapping, left core.Side) (EndResult, error) {
	goneName, leftName := pair.Sides[left.Other()].Name, pair.Sides[left].Name
	switch policy := m.Connection.Deletes[left]; policy {
	case core.DeleteIgnore:
		pair.Sides[left.Other()].Gone = true
		pair.Status = core.PairProblem
		text := fmt.Sprintf("the %s item was deleted; by policy nothing is done and %s is no longer kept in step: unlink, or restore the item and resync", goneName, leftName)
		pair.Parked = map[string]core.Parked{"pair": {Problem: core.Problem{Class: core.ProblemGone, Text: text, Since: a.Now().UTC(), Retries: "restoring the item"}}}
		return EndResult{Summary: text, Status: pair.Status, Problem: string(core.ProblemGone)}, a.Store.SaveStep(ctx, core.Step{Pair: pair})
	case core.DeleteNote:
		if err := a.note(ctx, pair, left, fmt.Sprintf("The linked item in %s was deleted. This item is no longer kept in step.", pair.Sides[left.Other()].Ref.System)); err != nil {
			return EndResult{}, err
		}
		return a.unlink(ctx, pair, fmt.Sprintf("the %s item was deleted; a note was left in %s and the pair unlinked", goneName, leftName))
	case core.DeleteDelete:
		c, err := a.Systems.Connector(ctx, pair.Sides[left].Ref.System)
		if err != nil {
			return EndResult{}, err
		}
		d, ok := c.(connectors.Deleter)
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

// note leaves an internal comment, once.
func (a *Activities) note(ctx context.Context, pair core.Pair, side core.Side, text string) error {
	ref := pair.Sides[side].Ref
	c, err := a.Systems.Connector(ctx, ref.System)
	if err != nil {
		return err
	}
	commenter, ok := c.(connectors.Commenter)
	if !ok {
		return fmt.Errorf("%s takes no comments: change the policy: %w", ref.System, connectors.ErrUnsupported)
	}
	mark := Mark(pair.ID, "note", side, "deleted")
	intent, err := a.Store.BeginIntent(ctx, core.Intent{Mark: mark, Pair: pair.ID, Side: side, Kind: "comment", Source: "note", StartedAt: a.Now().UTC()})
	if err != nil || intent.ResultID != "" {
		return err
	}
	if finder, ok := c.(connectors.CommentFinder); ok && intent.Attempts > 1 {
		found, err := finder.FindComment(ctx, ref.ID, mark)
		if err == nil {
			return a.Store.SettleIntent(ctx, mark, found.ID, "", "")
		}
		if !errors.Is(err, connectors.ErrNotFound) {
			return err
		}
	}
	made, err := commenter.AddComment(ctx, ref.ID, core.CommentDraft{Body: plainBody(c.Facts().RichText, text),
		Visibility: core.Visibility{Audience: core.Internal}, Mark: mark})
	if err != nil {
		return err
	}
	return a.Store.SettleIntent(ctx, mark, made.ID, "", "")
}

func (a *Activities) unlink(ctx context.Context, pair core.Pair, text string) (EndResult, error) {
	now := a.Now().UTC()
	if err := a.Store.AddOutcome(ctx, core.Outcome{Pair: pair.ID, Act: "unlink", Result: "ok", Detail: text, Started: now, Ended: now}); err != nil {
		return EndResult{}, err
	}
	return EndResult{Ended: true, Summary: text, Status: core.PairUnlinked}, a.Store.UnlinkPair(ctx, pair.ID)
}

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
		parked["pair"] = core.Parked{Problem: core.Problem{Class: in.Class, Text: in.Text, Since: since, Retries: "any new event, resync, and by itself with growing pauses"}}
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
