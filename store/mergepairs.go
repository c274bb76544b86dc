package store

import (
	"context"
	"fmt"

	"duplex/core"
)

// MergePairs ends the pair loser, whose only item is ref, and makes that item the missing one of the pair winner, in one
// transaction. It is an error, and nothing is written, when either pair was unlinked or the winner has an item on that side by then:
// of two pairs that give way to each other one succeeds. Merging what was merged is nil.
func (s *Store) MergePairs(ctx context.Context, loser, winner string, side core.Side, ref core.Ref) error {
	err := s.tx(ctx, func(q queryer) error {
		// Both rows are written before anything is decided, so that two callers come one after the other.
		if _, err := exec(ctx, q, `UPDATE pairs SET status = status WHERE id IN (?, ?)`, loser, winner); err != nil {
			return err
		}
		var rows [2]pairRow
		for i, id := range []string{loser, winner} {
			if err := get(ctx, q, &rows[i], selectPairs+` WHERE p.id = ?`, id); err != nil {
				return err
			}
		}
		has := [2]string{rows[1].A.Item, rows[1].B.Item}[side]
		ended := [2]bool{rows[0].Status == string(core.PairUnlinked), rows[1].Status == string(core.PairUnlinked)}
		switch {
		case ended[0] && !ended[1] && has == ref.ID:
			return nil
		case ended[0] || ended[1] || has != "":
			return fmt.Errorf("one of the two pairs has changed meanwhile: it is looked at again")
		}
		if err := must(ctx, q, `UPDATE pairs SET status = ? WHERE id = ?`, string(core.PairUnlinked), loser); err != nil {
			return err
		}
		if err := free(ctx, q, loser); err != nil {
			return err
		}
		return must(ctx, q, `UPDATE pair_sides SET system = ?, type = ?, item = ?, item_key = ?, url = ? WHERE pair = ? AND position = ?`,
			ref.System, ref.Type, ref.ID, words(ref.Key), words(ref.URL), winner, int(side))
	})
	if err != nil {
		return fmt.Errorf("merge pair %q into %q: %w", loser, winner, err)
	}
	return nil
}
