package store

import (
	"context"
	"fmt"

	"duplex/core"
)

// LinkItems makes the pair of two items that exist, or takes up the one these two items had; created tells whether it is
// linked only now. A pair is named after one of its items; where a former pair has the name of the first, it is named
// after the second. It is a *TakenError when one of the items is in another pair of the connection.
func (s *Store) LinkItems(ctx context.Context, c core.Connection, version int, refs [2]core.Ref) (pair core.Pair, created bool, err error) {
	var former string
	for _, origin := range core.Sides {
		want := core.Pair{ID: core.PairID(c.Name, c.Sides[origin].Name, refs[origin].ID), Connection: c.Name, Version: version,
			Status: core.PairPending, Origin: origin}
		for _, side := range core.Sides {
			want.Sides[side] = core.PairSide{Name: c.Sides[side].Name, Ref: refs[side]}
		}
		p, created, err := s.ClaimPair(ctx, want)
		same := p.Sides[core.A].Ref.ID == refs[core.A].ID && p.Sides[core.B].Ref.ID == refs[core.B].ID
		switch {
		case err != nil || created:
			return p, created, err
		case same && p.Status == core.PairUnlinked:
			if err := s.RelinkPair(ctx, p.ID); err != nil {
				return core.Pair{}, false, err
			}
			p, err = s.Pair(ctx, p.ID)
			return p, true, err
		case same:
			return p, false, nil
		case p.Status != core.PairUnlinked:
			return core.Pair{}, false, fmt.Errorf("link two items: %w", &TakenError{Pair: p.ID})
		}
		former = p.ID
	}
	return core.Pair{}, false, fmt.Errorf("both items have names of former pairs with other items: link one of those again: %w", &TakenError{Pair: former})
}
