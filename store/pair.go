package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duplex/core"
)

// ClaimPair makes the pair, unless there is one already, and decides between concurrent callers: exactly one of them
// gets created = true.
//
// When a pair has the same id, or one of the items belongs to a linked pair of the same connection and side, nothing
// is written and that pair is returned with created = false. A pair that was unlinked is returned like any other:
// RelinkPair takes it up again. A zero CreatedAt means now.
func (s *Store) ClaimPair(ctx context.Context, p core.Pair) (claimed core.Pair, created bool, err error) {
	if p.ID == "" || p.Connection == "" || p.Sides[0].Name == "" || p.Sides[0].Name == p.Sides[1].Name {
		return core.Pair{}, false, fmt.Errorf("claim pair %q: a pair needs an id, a connection and two sides with different names", p.ID)
	}
	id := p.ID
	err = s.tx(ctx, func(q queryer) error { return s.insertPair(ctx, q, p) })
	if taken := (*TakenError)(nil); errors.As(err, &taken) {
		id, err = taken.Pair, nil
	} else {
		created = err == nil
	}
	if err != nil {
		return core.Pair{}, false, fmt.Errorf("claim pair %q: %w", p.ID, err)
	}
	claimed, err = s.Pair(ctx, id)
	return claimed, created, err
}

// insertPair is a *TakenError naming the pair that was there first.
func (s *Store) insertPair(ctx context.Context, q queryer, p core.Pair) error {
	parked, keyID, problems, err := s.parkedColumns(p)
	if err != nil {
		return err
	}
	n, err := exec(ctx, q, `INSERT INTO pairs (id, connection, version, status, origin, parked, key_id, problems, created_at, synced_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		p.ID, p.Connection, p.Version, string(p.Status), int(p.Origin), parked, keyID, problems,
		stamped(s.timeOr(p.CreatedAt)), stamped(p.SyncedAt))
	if err != nil {
		return err
	}
	if n == 0 {
		return &TakenError{Pair: p.ID}
	}
	linked := p.Status != core.PairUnlinked
	for i, d := range p.Sides {
		n, err := exec(ctx, q, `INSERT INTO pair_sides
			(pair, position, connection, side, system, type, item, item_key, url, base, seen, gone, own, revision, gone_at, linked)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			p.ID, i, p.Connection, d.Name, d.Ref.System, d.Ref.Type, d.Ref.ID, words(d.Ref.Key), words(d.Ref.URL),
			d.Base, d.Seen, d.Gone, jsonText[[]string]{d.Own}, d.Revision, stamped(d.GoneAt), linked)
		if err != nil {
			return err
		}
		if n == 0 {
			return holder(ctx, q, p.Connection, d.Name, d.Ref.ID)
		}
	}
	return nil
}

// holder is a *TakenError naming the pair that holds the item, errAgain when it has just let go of it.
func holder(ctx context.Context, q queryer, connection, side, item string) error {
	var pair string
	err := get(ctx, q, &pair, `SELECT pair FROM pair_sides WHERE linked AND connection = ? AND side = ? AND item = ?`,
		connection, side, item)
	switch {
	case errors.Is(err, ErrNotFound):
		return errAgain
	case err != nil:
		return err
	}
	return &TakenError{Pair: pair}
}

// AddPairSide records the item of a side whose item did not exist before. The same item again is nil. It is a
// *TakenError when the item belongs to another linked pair of the connection, and another error when the side has a
// different item already; then nothing is written.
func (s *Store) AddPairSide(ctx context.Context, pairID string, side core.Side, ref core.Ref) error {
	if ref.IsZero() || side != core.A && side != core.B {
		return fmt.Errorf("add side %d to pair %q: an item with an id and side 0 or 1 are needed", side, pairID)
	}
	err := s.tx(ctx, func(q queryer) error {
		var at struct{ Connection, Side, Item string }
		if err := get(ctx, q, &at, `SELECT connection, side, item FROM pair_sides WHERE pair = ? AND position = ?`, pairID, int(side)); err != nil {
			return err
		}
		switch at.Item {
		case "":
		case ref.ID:
			return nil
		default:
			return fmt.Errorf("its side %s has item %q already, so item %q cannot be added", at.Side, at.Item, ref.ID)
		}
		// In Postgres a failed statement ends the transaction: who holds the item is asked before, and a
		// caller that comes in between makes this one start over.
		switch err := holder(ctx, q, at.Connection, at.Side, ref.ID); {
		case errors.Is(err, errAgain):
		default:
			return err
		}
		n, err := exec(ctx, q, `UPDATE pair_sides SET system = ?, type = ?, item = ?, item_key = ?, url = ?
			WHERE pair = ? AND position = ? AND item = ''`,
			ref.System, ref.Type, ref.ID, words(ref.Key), words(ref.URL), pairID, int(side))
		if duplicate(err) || err == nil && n == 0 {
			return errAgain
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("pair %q: %w", pairID, err)
	}
	return nil
}

// Pair is one pair by its id.
func (s *Store) Pair(ctx context.Context, id string) (core.Pair, error) {
	var r pairRow
	if err := get(ctx, s.read, &r, selectPairs+` WHERE p.id = ?`, id); err != nil {
		return core.Pair{}, fmt.Errorf("pair %q: %w", id, err)
	}
	return s.pair(r)
}

// SavePair stores status, version, parked entries and time of the last sync, and of each side base, seen, gone, own, revision, gone-at and
// the item's key and URL. Connection, origin and items stay as they are, and so do key and URL where p names
// another item than the store. It never makes a pair: an unknown one is ErrNotFound.
//
// A pair that was unlinked stays unlinked whatever p.Status says, so that a sync which was under way does not undo
// the unlinking.
func (s *Store) SavePair(ctx context.Context, p core.Pair) error {
	if err := s.tx(ctx, func(q queryer) error { return s.updatePair(ctx, q, p) }); err != nil {
		return fmt.Errorf("save pair %q: %w", p.ID, err)
	}
	return nil
}

func (s *Store) updatePair(ctx context.Context, q queryer, p core.Pair) error {
	parked, keyID, problems, err := s.parkedColumns(p)
	if err != nil {
		return err
	}
	err = must(ctx, q, `UPDATE pairs SET status = CASE WHEN status = 'unlinked' THEN status ELSE ? END,
		version = ?, parked = ?, key_id = ?, problems = ?, synced_at = ?,
		hinted_at = CASE WHEN hinted_at <= ? THEN NULL ELSE hinted_at END WHERE id = ?`,
		string(p.Status), p.Version, parked, keyID, problems, stamped(p.SyncedAt), stamped(p.SyncedAt), p.ID)
	if err != nil {
		return err
	}
	// A write whose answer was lost goes back to what was base and seen before this step: retention counts from now.
	_, err = exec(ctx, q, `UPDATE observations SET needed_at = ? WHERE needed_at < ? AND hash IN (SELECT base FROM pair_sides WHERE pair = ?
		AND base NOT IN (?, ?) UNION SELECT seen FROM pair_sides WHERE pair = ? AND seen NOT IN (?, ?))`, stamped(s.now()), stamped(s.now().Add(-time.Hour)),
		p.ID, p.Sides[0].Base, p.Sides[1].Base, p.ID, p.Sides[0].Seen, p.Sides[1].Seen)
	if err != nil {
		return err
	}
	for i, d := range p.Sides {
		err := must(ctx, q, `UPDATE pair_sides SET base = ?, seen = ?, gone = ?, own = ?, revision = ?, gone_at = ?,
			item_key = CASE WHEN item = ? THEN ? ELSE item_key END, url = CASE WHEN item = ? THEN ? ELSE url END
			WHERE pair = ? AND position = ?`,
			d.Base, d.Seen, d.Gone, jsonText[[]string]{d.Own}, d.Revision, stamped(d.GoneAt), d.Ref.ID, words(d.Ref.Key), d.Ref.ID, words(d.Ref.URL), p.ID, i)
		if err != nil {
			return err
		}
	}
	if p.Status == core.PairUnlinked {
		return free(ctx, q, p.ID)
	}
	return nil
}

// UnlinkPair ends a pair: its status is unlinked, its items are free for other pairs, everything recorded about it
// stays. Unlinking twice is nil.
func (s *Store) UnlinkPair(ctx context.Context, id string) error {
	err := s.tx(ctx, func(q queryer) error {
		if err := must(ctx, q, `UPDATE pairs SET status = ? WHERE id = ?`, string(core.PairUnlinked), id); err != nil {
			return err
		}
		return free(ctx, q, id)
	})
	if err != nil {
		return fmt.Errorf("unlink pair %q: %w", id, err)
	}
	return nil
}

func free(ctx context.Context, q queryer, pair string) error {
	if _, err := exec(ctx, q, `DELETE FROM awaited WHERE pair = ?`, pair); err != nil {
		return err
	}
	_, err := exec(ctx, q, `UPDATE pair_sides SET linked = FALSE WHERE pair = ?`, pair)
	return err
}

// RelinkPair takes an unlinked pair up again with the merge base it had, or with none where that was removed or erased
// meanwhile: it is pending while an item is missing, else in sync. It is a *TakenError when one of the items has gone into another pair, and nil when the pair is linked.
func (s *Store) RelinkPair(ctx context.Context, id string) error {
	err := s.tx(ctx, func(q queryer) error {
		var r pairRow
		if err := get(ctx, q, &r, selectPairs+` WHERE p.id = ?`, id); err != nil || r.Status != string(core.PairUnlinked) {
			return err
		}
		status := core.PairInSync
		for _, d := range []sideRow{r.A, r.B} {
			if d.Item == "" {
				status = core.PairPending
				continue
			}
			if err := holder(ctx, q, r.Connection, d.Side, d.Item); !errors.Is(err, errAgain) {
				return err
			}
		}
		if err := must(ctx, q, `UPDATE pairs SET status = ? WHERE id = ?`, string(status), id); err != nil {
			return err
		}
		_, err := exec(ctx, q, `UPDATE pair_sides SET linked = TRUE WHERE pair = ?`, id)
		if duplicate(err) {
			return errAgain
		}
		if err != nil {
			return err
		}
		_, err = exec(ctx, q, `UPDATE pair_sides SET base = '' WHERE pair = ? AND EXISTS (SELECT 1 FROM pair_sides s WHERE s.pair = ? AND s.base <> ''
			AND NOT EXISTS (SELECT 1 FROM observations o WHERE o.hash = s.base AND LENGTH(o.body) > 0))`, id, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("relink pair %q: %w", id, err)
	}
	return nil
}
