package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duplex/core"
)

// brakeRow is a row of brakes.
type brakeRow struct {
	ID         int64
	Connection string
	Side       string
	Kind       string
	Saw        string
	At         stamp
	ReleasedAt stamp  `db:"released_at"`
	ReleasedBy string `db:"released_by"`
}

func (r brakeRow) brake() core.Brake {
	return core.Brake{ID: r.ID, Connection: r.Connection, Side: r.Side, Kind: core.BrakeKind(r.Kind), Saw: r.Saw, At: r.At.Time,
		ReleasedAt: r.ReleasedAt.Time, ReleasedBy: r.ReleasedBy}
}

const selectBrakes = `SELECT id, connection, side, kind, saw, at, released_at, released_by FROM brakes`

// PutBrake stops a connection. Where a brake is on already that one is returned and fresh is false.
func (s *Store) PutBrake(ctx context.Context, b core.Brake) (on core.Brake, fresh bool, err error) {
	err = s.tx(ctx, func(q queryer) error {
		n, err := exec(ctx, q, `INSERT INTO brakes (connection, side, kind, saw, at, released_at, released_by) VALUES (?, ?, ?, ?, ?, NULL, '')
			ON CONFLICT DO NOTHING`, b.Connection, b.Side, string(b.Kind), b.Saw, stamped(s.timeOr(b.At)))
		if err != nil {
			return err
		}
		var r brakeRow
		if err := get(ctx, q, &r, selectBrakes+` WHERE connection = ? AND released_at IS NULL`, b.Connection); err != nil {
			if errors.Is(err, ErrNotFound) {
				return errAgain
			}
			return err
		}
		on, fresh = r.brake(), n > 0
		return nil
	})
	if err != nil {
		return core.Brake{}, false, fmt.Errorf("put a brake on connection %q: %w", b.Connection, err)
	}
	return on, fresh, nil
}

// Brake is the brake that is on, false when none is.
func (s *Store) Brake(ctx context.Context, connection string) (core.Brake, bool, error) {
	return s.brake(ctx, `released_at IS NULL`, connection)
}

// LastRelease is the brake that was released last, false when none ever was.
func (s *Store) LastRelease(ctx context.Context, connection string) (core.Brake, bool, error) {
	return s.brake(ctx, `released_at IS NOT NULL`, connection)
}

func (s *Store) brake(ctx context.Context, which, connection string) (core.Brake, bool, error) {
	var r brakeRow
	err := get(ctx, s.read, &r, selectBrakes+` WHERE connection = ? AND `+which+` ORDER BY id DESC LIMIT 1`, connection)
	if errors.Is(err, ErrNotFound) {
		return core.Brake{}, false, nil
	}
	if err != nil {
		return core.Brake{}, false, fmt.Errorf("brake of connection %q: %w", connection, err)
	}
	return r.brake(), true, nil
}

// BrakesOn lists the brakes that are on, by connection.
func (s *Store) BrakesOn(ctx context.Context) ([]core.Brake, error) {
	var rows []brakeRow
	if err := list(ctx, s.read, &rows, selectBrakes+` WHERE released_at IS NULL ORDER BY connection`); err != nil {
		return nil, fmt.Errorf("list the brakes: %w", err)
	}
	return mapped(rows, brakeRow.brake), nil
}

// ReleaseBrake takes the brake off and returns it. A connection without one is ErrNotFound.
func (s *Store) ReleaseBrake(ctx context.Context, connection, by string, at time.Time) (core.Brake, error) {
	var r brakeRow
	err := get(ctx, s.write, &r, `UPDATE brakes SET released_at = ?, released_by = ? WHERE connection = ? AND released_at IS NULL
		RETURNING id, connection, side, kind, saw, at, released_at, released_by`, stamped(s.timeOr(at)), words(by), connection)
	if err != nil {
		return core.Brake{}, fmt.Errorf("release the brake of connection %q: %w", connection, err)
	}
	return r.brake(), nil
}
