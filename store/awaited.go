package store

import (
	"context"
	"fmt"

	"duplex/core"
)

// PutAwaited sets what a pair waits for; none: nothing.
func (s *Store) PutAwaited(ctx context.Context, pair string, waits []core.Awaited) error {
	err := s.tx(ctx, func(q queryer) error { return replaceAwaited(ctx, q, pair, waits) })
	if err != nil {
		return fmt.Errorf("note what pair %q waits for: %w", pair, err)
	}
	return nil
}

func replaceAwaited(ctx context.Context, q queryer, pair string, waits []core.Awaited) error {
	if _, err := exec(ctx, q, `DELETE FROM awaited WHERE pair = ?`, pair); err != nil {
		return err
	}
	for _, w := range waits {
		_, err := exec(ctx, q, `INSERT INTO awaited (pair, side, system, item, other) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			pair, int(w.Side), w.System, w.Item, w.Other)
		if err != nil {
			return err
		}
	}
	return nil
}

const selectAwaited = `SELECT a.pair, a.side, a.system, a.item, a.other FROM awaited a`

// AwaitedBy lists who waits for the twin of an item in another system, by pair. Pairs that were unlinked wait for nothing.
func (s *Store) AwaitedBy(ctx context.Context, system, item, other string) ([]core.Awaited, error) {
	return s.awaited(ctx, ` JOIN pairs p ON p.id = a.pair WHERE a.system = ? AND a.item = ? AND a.other = ? AND p.status <> 'unlinked' ORDER BY a.pair, a.side`,
		system, item, other)
}

// AwaitedOf lists what a pair waits for.
func (s *Store) AwaitedOf(ctx context.Context, pair string) ([]core.Awaited, error) {
	return s.awaited(ctx, ` WHERE a.pair = ? ORDER BY a.system, a.item, a.side`, pair)
}

func (s *Store) awaited(ctx context.Context, rest string, args ...any) ([]core.Awaited, error) {
	var rows []struct {
		Pair, System, Item, Other string
		Side                      int
	}
	if err := list(ctx, s.read, &rows, selectAwaited+rest, args...); err != nil {
		return nil, fmt.Errorf("list what pairs wait for: %w", err)
	}
	out := make([]core.Awaited, len(rows))
	for i, r := range rows {
		out[i] = core.Awaited{Pair: r.Pair, Side: core.Side(r.Side), System: r.System, Item: r.Item, Other: r.Other}
	}
	return out, nil
}

// DropAwaited takes one of the things that a pair waits for off the list. What is not on it is nil.
func (s *Store) DropAwaited(ctx context.Context, w core.Awaited) error {
	_, err := exec(ctx, s.write, `DELETE FROM awaited WHERE pair = ? AND side = ? AND system = ? AND item = ? AND other = ?`, w.Pair, int(w.Side), w.System, w.Item, w.Other)
	if err != nil {
		return fmt.Errorf("pair %q no longer waits: %w", w.Pair, err)
	}
	return nil
}
