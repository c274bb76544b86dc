package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"duplex/core"
	"duplex/core/erasure"
)

// errDryRun undoes a transaction that was only to tell what it would do.
var errDryRun = errors.New("dry run")

// erasing runs do in one transaction, and undoes it when dry.
func (s *Store) erasing(ctx context.Context, dry bool, do func(queryer) error) error {
	err := s.tx(ctx, func(q queryer) error {
		if err := do(q); err != nil {
			return err
		}
		if dry {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		return nil
	}
	return err
}

// EraseItem removes the content of an item: of all its pairs the observations and plans of both items, what is parked,
// operators' decisions, and words of the ledger. Ids, hashes, names of fields, links and intents stay, so that nothing is
// made twice. While one of its pairs is linked nothing is removed and the report names it: a linked pair needs its merge
// base and would read the content again. The item is named by its id or by its key, in capitals or small letters. Erasing
// twice is nil. With dry nothing is removed.
func (s *Store) EraseItem(ctx context.Context, system, item string, dry bool) (erasure.Report, error) {
	var r erasure.Report
	if system == "" || item == "" {
		return r, errors.New("an item is erased by its system and id")
	}
	err := s.erasing(ctx, dry, func(q queryer) error {
		r = erasure.Report{}
		id, err := itemNamed(ctx, q, system, item)
		if err != nil {
			return err
		}
		var pairs []struct {
			ID     string
			Status string
		}
		if err := list(ctx, q, &pairs, `SELECT id, status FROM pairs WHERE id IN (SELECT pair FROM pair_sides WHERE system = ? AND item = ?) ORDER BY id`, system, id); err != nil {
			return err
		}
		for _, p := range pairs {
			r.Pairs++
			if p.Status != string(core.PairUnlinked) {
				r.Linked = append(r.Linked, p.ID)
			}
		}
		if len(r.Linked) > 0 {
			return nil
		}
		for _, p := range pairs {
			if err := s.eraseAll(ctx, q, p.ID, &r); err != nil {
				return err
			}
		}
		n, err := exec(ctx, q, `UPDATE observations SET body = ?, key_id = '', erased_at = ? WHERE system = ? AND item = ? AND LENGTH(body) > 0`,
			[]byte{}, stamped(s.now()), system, id)
		r.Count("observations", int(n))
		return err
	})
	if err != nil {
		return erasure.Report{}, fmt.Errorf("erase item %q of %s: %w", item, system, err)
	}
	return r, nil
}

// itemNamed is the id of an item that is named by its id or key; what is in no pair is an id.
func itemNamed(ctx context.Context, q queryer, system, name string) (id string, err error) {
	err = get(ctx, q, &id, `SELECT item FROM pair_sides WHERE system = ? AND item <> '' AND (item = ? OR LOWER(item_key) = LOWER(?))
		ORDER BY CASE WHEN item = ? THEN 0 ELSE 1 END, pair LIMIT 1`, system, name, name, name)
	if errors.Is(err, ErrNotFound) {
		return name, nil
	}
	return id, err
}

// eraseAll removes the content of an unlinked pair. An observation that is the merge base of another, linked pair stays.
func (s *Store) eraseAll(ctx context.Context, q queryer, pair string, r *erasure.Report) error {
	now, none := stamped(s.now()), []byte{}
	of := `LENGTH(observations.body) > 0 AND (observations.pair = ? OR EXISTS (SELECT 1 FROM pair_sides m
		WHERE m.pair = ? AND m.system = observations.system AND m.item = observations.item AND m.item <> ''))`
	held := `l.linked AND l.system = observations.system AND l.item = observations.item AND (l.base = observations.hash OR l.seen = observations.hash)`
	var kept []string
	if err := list(ctx, q, &kept, `SELECT DISTINCT l.pair FROM pair_sides l JOIN observations ON `+held+` WHERE `+of+` ORDER BY l.pair`, pair, pair); err != nil {
		return err
	}
	for _, other := range kept {
		r.Remains = append(r.Remains, "what "+other+" holds of the other item: that pair is linked")
	}
	for _, e := range []struct {
		table string
		query string
		args  []any
	}{
		{"observations", `UPDATE observations SET body = ?, key_id = '', erased_at = ? WHERE ` + of + ` AND NOT EXISTS (SELECT 1 FROM pair_sides l WHERE ` + held + `)`,
			[]any{none, now, pair, pair}},
		{"plans", `UPDATE plans SET body = ?, key_id = '', erased_at = ? WHERE pair = ? AND LENGTH(body) > 0`, []any{none, now, pair}},
		{"pairs", `UPDATE pairs SET parked = NULL, key_id = '', problems = '' WHERE id = ? AND parked IS NOT NULL`, []any{pair}},
		{"resolutions", `UPDATE resolutions SET body = ?, key_id = '', state = CASE WHEN state = 'open' THEN 'lapsed' ELSE state END,
			reason = '', ended_at = COALESCE(ended_at, ?) WHERE pair = ? AND body <> ?`, []any{[]byte(`{}`), now, pair, []byte(`{}`)}},
		{"outcomes", `UPDATE outcomes SET detail = '' WHERE pair = ? AND detail <> ''`, []any{pair}},
		{"run_items", `UPDATE run_items SET reason = '' WHERE pair = ? AND reason <> ''`, []any{pair}},
		{"asked", `DELETE FROM asked WHERE pair = ?`, []any{pair}},
	} {
		n, err := exec(ctx, q, e.query, e.args...)
		if err != nil {
			return fmt.Errorf("%s: %w", e.table, err)
		}
		r.Count(e.table, int(n))
	}
	return nil
}

// reseal writes changed content back over a row's.
func (s *Store) reseal(ctx context.Context, q queryer, update string, v any, about string, args ...any) error {
	plain, err := json.Marshal(v)
	if err != nil {
		return err
	}
	body, keyID := s.seal.close(plain, about)
	return must(ctx, q, update, append([]any{body, keyID}, args...)...)
}
