package store

import (
	"context"
	"fmt"

	"duplex/core"
)

// PairFilter selects pairs. Empty fields select everything.
type PairFilter struct {
	Connection string
	Status     string // a core.PairStatus
	Text       string // part of the pair's id, or of an item's id or key; capitals and small letters are alike
	Problem    string // a core.ProblemClass of something parked in the pair
	Parked     bool   // only pairs with something parked
	Limit      int    // 100 when not positive
	After      string // id of the last pair of the page before
}

// Pairs lists pairs by id, byte by byte. The next page starts after the id of the last.
func (s *Store) Pairs(ctx context.Context, f PairFilter) ([]core.Pair, error) {
	w := where{}
	if f.Connection != "" {
		w.add(`p.connection = ?`, f.Connection)
	}
	if f.Status != "" {
		w.add(`p.status = ?`, f.Status)
	}
	if f.Problem != "" {
		w.add(`p.problems LIKE ? ESCAPE '!'`, containing(","+f.Problem+","))
	}
	if f.Parked {
		w.add(`p.problems <> ''`)
	}
	if f.Text != "" {
		t := containing(f.Text)
		w.add(`(LOWER(p.id) LIKE LOWER(?) ESCAPE '!'
			OR LOWER(a.item) LIKE LOWER(?) ESCAPE '!' OR LOWER(a.item_key) LIKE LOWER(?) ESCAPE '!'
			OR LOWER(b.item) LIKE LOWER(?) ESCAPE '!' OR LOWER(b.item_key) LIKE LOWER(?) ESCAPE '!')`, t, t, t, t, t)
	}
	if f.After != "" {
		w.add(`p.id > ?`, f.After)
	}
	pairs, err := s.pairs(ctx, selectPairs+w.String()+` ORDER BY p.id LIMIT ?`, append(w.args, limitOr(f.Limit))...)
	if err != nil {
		return nil, fmt.Errorf("list the pairs: %w", err)
	}
	return pairs, nil
}

// PairsAfter lists pairs by id as Pairs does; empty texts select everything.
func (s *Store) PairsAfter(ctx context.Context, connection, status, problem, after string, limit int) ([]core.Pair, error) {
	return s.Pairs(ctx, PairFilter{Connection: connection, Status: status, Problem: problem, After: after, Limit: limit})
}

// HeldPairs lists the linked pairs of a connection in which something of the class is parked, by id after the given one;
// 100 when limit is not positive.
func (s *Store) HeldPairs(ctx context.Context, connection string, class core.ProblemClass, after string, limit int) ([]core.Pair, error) {
	pairs, err := s.pairs(ctx, selectPairs+` WHERE p.connection = ? AND p.status <> 'unlinked' AND p.problems LIKE ? ESCAPE '!' AND p.id > ?
		ORDER BY p.id LIMIT ?`, connection, containing(","+string(class)+","), after, limitOr(limit))
	if err != nil {
		return nil, fmt.Errorf("list the pairs of connection %q that wait: %w", connection, err)
	}
	return pairs, nil
}

// PairsOf lists the pairs of an item over all connections: linked ones first, then those that were unlinked.
func (s *Store) PairsOf(ctx context.Context, system, itemID string) ([]core.Pair, error) {
	if itemID == "" {
		return nil, nil
	}
	pairs, err := s.pairs(ctx, selectPairs+` WHERE p.id IN (SELECT pair FROM pair_sides WHERE system = ? AND item = ?)
		ORDER BY CASE WHEN p.status = 'unlinked' THEN 1 ELSE 0 END, p.id`, system, itemID)
	if err != nil {
		return nil, fmt.Errorf("list the pairs of item %q of %s: %w", itemID, system, err)
	}
	return pairs, nil
}

// CountPairs counts the pairs by connection and status.
func (s *Store) CountPairs(ctx context.Context) (map[string]map[string]int, error) {
	var rows []struct {
		Connection string
		Status     string
		N          int
	}
	if err := list(ctx, s.read, &rows, `SELECT connection, status, COUNT(*) AS n FROM pairs GROUP BY connection, status`); err != nil {
		return nil, fmt.Errorf("count the pairs: %w", err)
	}
	counts := map[string]map[string]int{}
	for _, r := range rows {
		if counts[r.Connection] == nil {
			counts[r.Connection] = map[string]int{}
		}
		counts[r.Connection][r.Status] = r.N
	}
	return counts, nil
}
