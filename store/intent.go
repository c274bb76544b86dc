package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duplex/core"
)

// intentRow is a row of intents.
type intentRow struct {
	Mark      string
	Pair      string
	Side      int
	Kind      string
	Source    string
	StartedAt stamp  `db:"started_at"`
	SettledAt stamp  `db:"settled_at"`
	ResultID  string `db:"result_id"`
	ResultKey string `db:"result_key"`
	ResultURL string `db:"result_url"`
	Attempts  int
}

func (r intentRow) intent() core.Intent {
	return core.Intent{Mark: r.Mark, Pair: r.Pair, Side: core.Side(r.Side), Kind: r.Kind, Source: r.Source,
		StartedAt: r.StartedAt.Time, SettledAt: r.SettledAt.Time, ResultID: r.ResultID, Attempts: r.Attempts,
		ResultKey: r.ResultKey, ResultURL: r.ResultURL}
}

const intentColumns = `mark, pair, side, kind, source, started_at, settled_at, result_id, result_key, result_url, attempts`

// BeginIntent records, before a remote act, that it is about to be tried, and returns the intent as stored.
//
// The first call for a mark stores in with Attempts 1; a zero StartedAt means now. Every later call counts one
// attempt more and returns the stored intent, with the StartedAt of the first. Attempts greater than 1, or a
// ResultID, therefore mean: look for the object before making it. An intent settled without a result (the act
// was refused) is open again.
func (s *Store) BeginIntent(ctx context.Context, in core.Intent) (core.Intent, error) {
	if in.Mark == "" {
		return core.Intent{}, errors.New("an intent without a mark cannot be begun")
	}
	var r intentRow
	err := get(ctx, s.write, &r, `INSERT INTO intents (`+intentColumns+`) VALUES (?, ?, ?, ?, ?, ?, NULL, '', '', '', 1)
		ON CONFLICT (mark) DO UPDATE SET attempts = intents.attempts + 1,
			settled_at = CASE WHEN intents.result_id = '' THEN NULL ELSE intents.settled_at END
		RETURNING `+intentColumns, in.Mark, in.Pair, int(in.Side), in.Kind, in.Source, stamped(s.timeOr(in.StartedAt)))
	if err != nil {
		return core.Intent{}, fmt.Errorf("begin intent %q: %w", in.Mark, err)
	}
	return r.intent(), nil
}

// SettleIntent records what came of the act. An empty resultID says that it did not happen. Settling twice with the
// same result is nil; another result than the recorded one is an error, because the remote object would exist twice.
func (s *Store) SettleIntent(ctx context.Context, mark, resultID, resultKey, resultURL string) error {
	err := s.tx(ctx, func(q queryer) error {
		// The row is written before it is read, so that concurrent callers come one after the other.
		if err := must(ctx, q, `UPDATE intents SET mark = mark WHERE mark = ?`, mark); err != nil {
			return err
		}
		var r intentRow
		if err := get(ctx, q, &r, `SELECT `+intentColumns+` FROM intents WHERE mark = ?`, mark); err != nil {
			return err
		}
		if r.ResultID != "" {
			if r.ResultID != resultID {
				return fmt.Errorf("it is settled with %q already and cannot be settled with %q: one of the two is a duplicate", r.ResultID, resultID)
			}
			return nil
		}
		return must(ctx, q, `UPDATE intents SET settled_at = ?, result_id = ?, result_key = ?, result_url = ? WHERE mark = ?`,
			stamped(s.timeOr(time.Time{})), resultID, words(resultKey), words(resultURL), mark)
	})
	if err != nil {
		return fmt.Errorf("settle intent %q: %w", mark, err)
	}
	return nil
}

// OpenIntents lists the intents of a pair, or of all pairs when pair is "", whose outcome is not known, oldest first.
func (s *Store) OpenIntents(ctx context.Context, pair string) ([]core.Intent, error) {
	w := where{}
	w.add(`settled_at IS NULL`)
	if pair != "" {
		w.add(`pair = ?`, pair)
	}
	var rows []intentRow
	if err := list(ctx, s.read, &rows, `SELECT `+intentColumns+` FROM intents`+w.String()+` ORDER BY started_at, mark`, w.args...); err != nil {
		return nil, fmt.Errorf("list the open intents of pair %q: %w", pair, err)
	}
	return mapped(rows, intentRow.intent), nil
}

// IntentByMark is one intent.
func (s *Store) IntentByMark(ctx context.Context, mark string) (core.Intent, error) {
	var r intentRow
	if err := get(ctx, s.read, &r, `SELECT `+intentColumns+` FROM intents WHERE mark = ?`, mark); err != nil {
		return core.Intent{}, fmt.Errorf("intent %q: %w", mark, err)
	}
	return r.intent(), nil
}
