package store

import (
	"context"
	"errors"
	"fmt"

	"duplex/core"
)

// Told is what was written to a side's item about problems of its pair; the zero value but for pair and side when nothing was.
func (s *Store) Told(ctx context.Context, pair string, side core.Side) (core.Told, error) {
	var r struct {
		About jsonText[[]string]
		Note  string
		Notes int
	}
	err := get(ctx, s.read, &r, `SELECT about, note, notes FROM told WHERE pair = ? AND side = ?`, pair, int(side))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return core.Told{}, fmt.Errorf("what was told about pair %q: %w", pair, err)
	}
	return core.Told{Pair: pair, Side: side, About: r.About.V, Note: r.Note, Notes: r.Notes}, nil
}

// PutTold stores it in place of what was told before. An unknown pair is an error.
func (s *Store) PutTold(ctx context.Context, t core.Told) error {
	_, err := exec(ctx, s.write, `INSERT INTO told (pair, side, about, note, notes) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (pair, side) DO UPDATE SET about = excluded.about, note = excluded.note, notes = excluded.notes`,
		t.Pair, int(t.Side), jsonText[[]string]{t.About}, t.Note, t.Notes)
	if err != nil {
		return fmt.Errorf("keep what was told about pair %q: %w", t.Pair, err)
	}
	return nil
}
