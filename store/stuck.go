package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"duplex/core"
)

// HandedOver marks a delivery as handed over, and its pairs as told of a change at their times, in one transaction. A pair
// that a sync has brought in step since then is left alone.
func (s *Store) HandedOver(ctx context.Context, seq int64, told map[string]time.Time) error {
	err := s.tx(ctx, func(q queryer) error {
		if err := must(ctx, q, `UPDATE deliveries SET state = ?, reason = '', attempts = attempts + 1 WHERE seq = ?`, core.DeliveryHandedOver, seq); err != nil {
			return err
		}
		for _, id := range slices.Sorted(maps.Keys(told)) { // in one order, so that two deliveries do not wait for each other
			if err := hinted(ctx, q, id, told[id]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("mark delivery %d as handed over: %w", seq, err)
	}
	return nil
}

func hinted(ctx context.Context, q queryer, pair string, at time.Time) error {
	t := stamped(at)
	_, err := exec(ctx, q, `UPDATE pairs SET hinted_at = ? WHERE id = ? AND (synced_at IS NULL OR synced_at < ?) AND (hinted_at IS NULL OR hinted_at < ?)`,
		t, pair, t, t)
	return err
}

// Answered forgets the hint of that time, because nothing is to be done about it. A newer hint stays.
func (s *Store) Answered(ctx context.Context, pair string, at time.Time) error {
	_, err := exec(ctx, s.write, `UPDATE pairs SET hinted_at = NULL WHERE id = ? AND hinted_at <= ?`, pair, stamped(at))
	if err != nil {
		return fmt.Errorf("forget the hint of pair %q: %w", pair, err)
	}
	return nil
}

// LinkedPairs lists the ids of pairs that are not unlinked, in the order of ids, after the given one.
func (s *Store) LinkedPairs(ctx context.Context, after string, limit int) ([]string, error) {
	var ids []string
	err := list(ctx, s.read, &ids, `SELECT id FROM pairs WHERE status <> 'unlinked' AND id > ? ORDER BY id LIMIT ?`, after, limitOr(limit))
	if err != nil {
		return nil, fmt.Errorf("list the linked pairs: %w", err)
	}
	return ids, nil
}

// WaitingPairs lists linked pairs that were told of a change before the given time and have not been brought in step since,
// longest first.
func (s *Store) WaitingPairs(ctx context.Context, before time.Time, limit int) ([]core.PairWork, error) {
	return s.pairWork(ctx, ` WHERE hinted_at IS NOT NULL AND hinted_at < ? AND status <> 'unlinked' ORDER BY hinted_at, id LIMIT ?`,
		stamped(before), limitOr(limit))
}

// PairWork is one pair's part of WaitingPairs, whatever its state.
func (s *Store) PairWork(ctx context.Context, id string) (core.PairWork, error) {
	got, err := s.pairWork(ctx, ` WHERE id = ?`, id)
	if err == nil && len(got) == 0 {
		err = fmt.Errorf("pair %q: %w", id, ErrNotFound)
	}
	if err != nil {
		return core.PairWork{}, err
	}
	return got[0], nil
}

func (s *Store) pairWork(ctx context.Context, rest string, args ...any) ([]core.PairWork, error) {
	var rows []struct {
		ID       string
		Status   string
		Parked   []byte
		KeyID    string `db:"key_id"`
		HintedAt stamp  `db:"hinted_at"`
		SyncedAt stamp  `db:"synced_at"`
	}
	err := list(ctx, s.read, &rows, `SELECT id, status, parked, key_id, hinted_at, synced_at FROM pairs`+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("list the pairs that wait: %w", err)
	}
	out := make([]core.PairWork, 0, len(rows))
	for _, r := range rows {
		parked, err := s.parked(r.ID, r.Parked, r.KeyID)
		if err != nil {
			return nil, err
		}
		_, held := parked[core.WholePair]
		out = append(out, core.PairWork{ID: r.ID, Status: core.PairStatus(r.Status), HintedAt: r.HintedAt.Time, SyncedAt: r.SyncedAt.Time, Held: held})
	}
	return out, nil
}

// StuckPairs are the pairs the stuck-work sweeper remembers, by id.
func (s *Store) StuckPairs(ctx context.Context) (map[string]core.StuckPair, error) {
	var rows []struct {
		Pair    string
		Reason  string
		FoundAt stamp `db:"found_at"`
		Acts    int
		ActedAt stamp `db:"acted_at"`
	}
	if err := list(ctx, s.read, &rows, `SELECT pair, reason, found_at, acts, acted_at FROM stuck_pairs`); err != nil {
		return nil, fmt.Errorf("list the stuck pairs: %w", err)
	}
	out := make(map[string]core.StuckPair, len(rows))
	for _, r := range rows {
		out[r.Pair] = core.StuckPair{Pair: r.Pair, Reason: core.StuckReason(r.Reason), FoundAt: r.FoundAt.Time, Acts: r.Acts, ActedAt: r.ActedAt.Time}
	}
	return out, nil
}

// PutStuckPair remembers a stuck pair, or what is new about it. An unknown pair is an error.
func (s *Store) PutStuckPair(ctx context.Context, p core.StuckPair) error {
	_, err := exec(ctx, s.write, `INSERT INTO stuck_pairs (pair, reason, found_at, acts, acted_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (pair) DO UPDATE SET reason = excluded.reason, acts = excluded.acts, acted_at = excluded.acted_at`,
		p.Pair, string(p.Reason), stamped(p.FoundAt), p.Acts, stamped(p.ActedAt))
	if err != nil {
		return fmt.Errorf("remember that pair %q is stuck: %w", p.Pair, err)
	}
	return nil
}

// RemoveStuckPair forgets a stuck pair. One that is not remembered is nil.
func (s *Store) RemoveStuckPair(ctx context.Context, pair string) error {
	if _, err := exec(ctx, s.write, `DELETE FROM stuck_pairs WHERE pair = ?`, pair); err != nil {
		return fmt.Errorf("forget that pair %q was stuck: %w", pair, err)
	}
	return nil
}

// PutStuckReport keeps the report of the last pass.
func (s *Store) PutStuckReport(ctx context.Context, r core.StuckReport) error {
	body, err := json.Marshal(r)
	if err == nil {
		_, err = exec(ctx, s.write, `INSERT INTO stuck_pass (id, report) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET report = excluded.report`, string(body))
	}
	if err != nil {
		return fmt.Errorf("keep the report of the stuck-work sweeper: %w", err)
	}
	return nil
}

// StuckReport is the report of the last pass; the zero report when there was none yet.
func (s *Store) StuckReport(ctx context.Context) (core.StuckReport, error) {
	var body string
	err := get(ctx, s.read, &body, `SELECT report FROM stuck_pass WHERE id = 1`)
	if errors.Is(err, ErrNotFound) {
		return core.StuckReport{}, nil
	}
	var r core.StuckReport
	if err == nil {
		err = json.Unmarshal([]byte(body), &r)
	}
	if err != nil {
		return core.StuckReport{}, fmt.Errorf("read the report of the stuck-work sweeper: %w", err)
	}
	return r, nil
}

// RequeueUnpaired makes deliveries wait again that were handed over since the given time and hint at an item that is in no
// linked pair: the engine they were handed to may be lost together with the first look at those items. It returns how many.
func (s *Store) RequeueUnpaired(ctx context.Context, since time.Time) (int, error) {
	n, err := exec(ctx, s.write, `UPDATE deliveries SET state = ?, reason = ? WHERE state = ? AND received_at >= ? AND seq IN
		(SELECT i.delivery FROM delivery_items i JOIN deliveries d ON d.seq = i.delivery WHERE d.state = ? AND d.received_at >= ?
			AND NOT EXISTS (SELECT 1 FROM pair_sides p WHERE p.system = d.system AND p.item = i.item))`,
		core.DeliveryWaiting, "handed over again: the workflow engine is another one", core.DeliveryHandedOver, stamped(since),
		core.DeliveryHandedOver, stamped(since))
	if err != nil {
		return 0, fmt.Errorf("hand deliveries over again: %w", err)
	}
	return int(n), nil
}
