package store

import (
	"context"
	"errors"
	"fmt"
)

// Cursor is the position stored under the name.
func (s *Store) Cursor(ctx context.Context, name string) (string, error) {
	var cursor string
	if err := get(ctx, s.read, &cursor, `SELECT cursor FROM cursors WHERE name = ?`, name); err != nil {
		return "", fmt.Errorf("cursor %q: %w", name, err)
	}
	return cursor, nil
}

// Position is the position stored under the name, false when there is none yet.
func (s *Store) Position(ctx context.Context, name string) (cursor string, found bool, err error) {
	cursor, err = s.Cursor(ctx, name)
	if errors.Is(err, ErrNotFound) {
		return "", false, nil
	}
	return cursor, err == nil, err
}

// PutCursor stores the position under the name.
func (s *Store) PutCursor(ctx context.Context, name, cursor string) error {
	_, err := exec(ctx, s.write, `INSERT INTO cursors (name, cursor, saved_at) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor, saved_at = excluded.saved_at`, name, cursor, stamped(s.now()))
	if err != nil {
		return fmt.Errorf("store cursor %q: %w", name, err)
	}
	return nil
}
