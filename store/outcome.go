package store

import (
	"context"
	"encoding/json"
	"fmt"

	"duplex/core"
)

// AddOutcome adds a record to the ledger. The store gives it its ID; the one in o is not looked at.
func (s *Store) AddOutcome(ctx context.Context, o core.Outcome) error {
	return s.insertOutcome(ctx, s.write, o)
}

// insertOutcome gives a record without an end the present one: what has no time would never grow old.
func (s *Store) insertOutcome(ctx context.Context, q queryer, o core.Outcome) error {
	fields, err := json.Marshal(o.Fields)
	if err == nil {
		_, err = exec(ctx, q, `INSERT INTO outcomes (pair, plan, side, act, target, fields, result, detail, started, ended, delivery)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			o.Pair, o.Plan, o.Side, o.Act, o.Target, string(fields), o.Result, words(o.Detail),
			stamped(o.Started), stamped(s.timeOr(o.Ended)), o.Delivery)
	}
	if err != nil {
		return fmt.Errorf("record the outcome of %s for pair %q: %w", o.Act, o.Pair, err)
	}
	return nil
}

// outcomeRow is a row of outcomes.
type outcomeRow struct {
	ID       int64
	Pair     string
	Plan     string
	Side     string
	Act      string
	Target   string
	Fields   string
	Result   string
	Detail   string
	Started  stamp
	Ended    stamp
	Delivery string
}

// Outcomes lists the records of a pair, or of all pairs when pair is "", newest first; 100 when limit is not positive.
func (s *Store) Outcomes(ctx context.Context, pair string, limit int) ([]core.Outcome, error) {
	w := where{}
	if pair != "" {
		w.add(`pair = ?`, pair)
	}
	var rows []outcomeRow
	err := list(ctx, s.read, &rows, `SELECT id, pair, plan, side, act, target, fields, result, detail, started, ended, delivery
		FROM outcomes`+w.String()+` ORDER BY id DESC LIMIT ?`, append(w.args, limitOr(limit))...)
	if err != nil {
		return nil, fmt.Errorf("list the outcomes of pair %q: %w", pair, err)
	}
	out := make([]core.Outcome, 0, len(rows))
	for _, r := range rows {
		o := core.Outcome{ID: r.ID, Pair: r.Pair, Plan: r.Plan, Side: r.Side, Act: r.Act, Target: r.Target, Result: r.Result,
			Detail: r.Detail, Started: r.Started.Time, Ended: r.Ended.Time, Delivery: r.Delivery}
		if err := json.Unmarshal([]byte(r.Fields), &o.Fields); err != nil {
			return nil, fmt.Errorf("the fields of outcome %d: %w", r.ID, err)
		}
		out = append(out, o)
	}
	return out, nil
}
