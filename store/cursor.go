package store

import (
	"context"
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

// PutCursor stores the position under the name.
func (s *Store) PutCursor(ctx context.Context, name, cursor string) error {
	_, err := exec(ctx, s.write, `INSERT INTO cursors (name, cursor, saved_at) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor, saved_at = excluded.saved_at`, name, cursor, stamped(s.now()))
	if err != nil {
		return fmt.Errorf("store cursor %q: %w", name, err)
	}
	return nil
}
