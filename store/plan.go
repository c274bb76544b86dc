package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"duplex/core"
)

// PutPlan stores a plan. A plan with the same id replaces the stored one: a transform that is run again leaves the
// plan its caller was told of.
func (s *Store) PutPlan(ctx context.Context, p core.Plan) error { return s.upsertPlan(ctx, s.write, p) }

func (s *Store) upsertPlan(ctx context.Context, q queryer, p core.Plan) error {
	if p.ID == "" {
		return errors.New("a plan without an id cannot be stored")
	}
	p.At = s.timeOr(p.At)
	plain, err := json.Marshal(p)
	if err == nil {
		body, keyID := s.seal.close(plain, aboutPlan(p.ID))
		_, err = exec(ctx, q, `INSERT INTO plans (id, pair, connection, version, at, body, key_id, trial) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET pair = excluded.pair, connection = excluded.connection, version = excluded.version,
				at = excluded.at, body = excluded.body, key_id = excluded.key_id, trial = excluded.trial, erased_at = NULL`,
			p.ID, p.Pair, p.Connection, p.Version, stamped(p.At), body, keyID, p.Trial)
	}
	if err != nil {
		return fmt.Errorf("store plan %q: %w", p.ID, err)
	}
	return nil
}

// planRow is a row of plans.
type planRow struct {
	ID      string
	Pair    string
	At      stamp
	Version int
	sealedRow
}

func (s *Store) plan(r planRow) (core.Plan, error) {
	var p core.Plan
	if err := s.unseal(r.sealedRow, aboutPlan(r.ID), &p); err != nil {
		return core.Plan{}, fmt.Errorf("plan %q: %w", r.ID, err)
	}
	return p, nil
}

// Plan is one plan by its id. It is a *RemovedError when it may have been removed by retention, and an *ErasedError when
// nothing is left of it. Where only a person was erased from it, Erased is set.
func (s *Store) Plan(ctx context.Context, id string) (core.Plan, error) {
	var r planRow
	err := get(ctx, s.read, &r, `SELECT id, pair, at, version, body, key_id, erased_at FROM plans WHERE id = ?`, id)
	if err = s.perhapsRemoved(ctx, err, "plans"); err != nil {
		return core.Plan{}, fmt.Errorf("plan %q: %w", id, err)
	}
	return s.plan(r)
}

// Plans lists the plans of a pair, newest first; 100 when limit is not positive. Those only looked at are left out; of one that was erased only id, time and
// version are left.
func (s *Store) Plans(ctx context.Context, pair string, limit int) ([]core.Plan, error) {
	var rows []planRow
	err := list(ctx, s.read, &rows, `SELECT id, pair, at, version, body, key_id, erased_at FROM plans WHERE pair = ? AND NOT trial ORDER BY seq DESC LIMIT ?`, pair, limitOr(limit))
	if err != nil {
		return nil, fmt.Errorf("list the plans of pair %q: %w", pair, err)
	}
	plans := make([]core.Plan, 0, len(rows))
	for _, r := range rows {
		p, err := s.plan(r)
		if errors.As(err, new(*ErasedError)) {
			p, err = core.Plan{ID: r.ID, Pair: r.Pair, At: r.At.Time, Version: r.Version, Erased: true}, nil
		}
		if err != nil {
			return nil, err
		}
		plans = append(plans, p)
	}
	return plans, nil
}

// BusySince is when the newest n plans of a pair began: the time of the oldest of them, zero where there are fewer. Plans
// only looked at do not count.
func (s *Store) BusySince(ctx context.Context, pair string, n int) (time.Time, error) {
	var at stamp
	err := get(ctx, s.read, &at, `SELECT at FROM plans WHERE pair = ? AND NOT trial ORDER BY seq DESC LIMIT 1 OFFSET ?`, pair, n-1)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return time.Time{}, fmt.Errorf("look at the newest plans of pair %q: %w", pair, err)
	}
	return at.Time, nil
}

func aboutPlan(id string) string { return "plan\x00" + id }
