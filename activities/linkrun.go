package activities

import (
	"context"
	"errors"
	"fmt"

	"duplex/core"
)

// taken is the store's error that an item is in another pair of the connection.
type taken interface {
	error
	HeldBy() string // the pair's id
}

// actLink makes the pair of two items that were read, and lets its first sync decide about their fields.
func actLink(ctx context.Context, a *Activities, r *running, it *core.RunItem, read [2]RunReading) (*core.Hint, error) {
	c := r.mapping.Connection
	var refs [2]core.Ref
	for side, x := range read {
		given := [2]string{it.Item, it.Other}[side]
		switch {
		case x.Problem != "":
			it.State, it.Reason = core.ItemFailed, fmt.Sprintf("%s item %s cannot be read: %s", c.Sides[side].Name, given, x.Problem)
			return nil, nil
		case x.Gone || x.Ref.IsZero():
			it.State, it.Reason = core.ItemFailed, fmt.Sprintf("%s has no item %s that duplex's account can see", c.Sides[side].System, given)
			return nil, nil
		}
		refs[side] = x.Ref
	}
	if r.Params.DryRun {
		return nil, a.wouldLink(ctx, r, it, refs)
	}
	pair, _, err := a.Store.LinkItems(ctx, c, c.Version, refs)
	var held taken
	switch {
	case errors.As(err, &held):
		it.State, it.Reason, it.Pair = core.ItemFailed, err.Error(), held.HeldBy()
		return nil, nil
	case err != nil:
		return nil, err
	}
	it.Pair = pair.ID
	if !pair.SyncedAt.IsZero() && pair.Status == core.PairInSync && pair.Sides[core.A].Base != "" {
		it.State, it.Reason = core.ItemDone, "they are linked already"
		return nil, nil
	}
	return &core.Hint{Ref: refs[core.A], Kind: core.HintChanged, Retry: true}, nil
}

// wouldLink tells what a link would come to.
func (a *Activities) wouldLink(ctx context.Context, r *running, it *core.RunItem, refs [2]core.Ref) error {
	it.State, it.Reason = core.ItemDone, "they would be linked"
	for _, ref := range refs {
		pairs, err := a.Store.PairsOf(ctx, ref.System, ref.ID)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			if p.Connection != r.Connection || p.Status == core.PairUnlinked {
				continue
			}
			it.Pair = p.ID
			if p.Sides[core.A].Ref.ID == refs[core.A].ID && p.Sides[core.B].Ref.ID == refs[core.B].ID {
				it.Reason = "they are linked already"
				return nil
			}
			it.State, it.Reason = core.ItemFailed, "one of the items is in pair "+p.ID+": unlink that one first"
			return nil
		}
	}
	return nil
}
