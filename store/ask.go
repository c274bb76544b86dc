package store

import (
	"context"
	"errors"
	"fmt"

	"duplex/core"
)

// RecordAsk keeps what an operator asks of a pair, in place of what was asked before under the same name and rule, and
// marks the pair as told of a change. A zero At means now.
func (s *Store) RecordAsk(ctx context.Context, a core.Ask) error {
	if a.Pair == "" || a.Name == "" {
		return errors.New("what is asked of a pair needs the pair and a name")
	}
	at := s.timeOr(a.At)
	err := s.tx(ctx, func(q queryer) error {
		_, err := exec(ctx, q, `INSERT INTO asked (pair, name, rule, arg, asked_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (pair, name, rule) DO UPDATE SET arg = excluded.arg, asked_at = excluded.asked_at`,
			a.Pair, a.Name, a.Rule, string(a.Arg), stamped(at))
		if err != nil {
			return err
		}
		return hinted(ctx, q, a.Pair, at)
	})
	if err != nil {
		return fmt.Errorf("record what is asked of pair %q: %w", a.Pair, err)
	}
	return nil
}

// Asks lists what operators asked of a pair and may not be carried out yet, oldest first.
func (s *Store) Asks(ctx context.Context, pair string) ([]core.Ask, error) {
	var rows []struct {
		Name    string
		Rule    string
		Arg     string
		AskedAt stamp `db:"asked_at"`
	}
	if err := list(ctx, s.read, &rows, `SELECT name, rule, arg, asked_at FROM asked WHERE pair = ? ORDER BY asked_at, name, rule`, pair); err != nil {
		return nil, fmt.Errorf("list what was asked of pair %q: %w", pair, err)
	}
	out := make([]core.Ask, 0, len(rows))
	for _, r := range rows {
		out = append(out, core.Ask{Pair: pair, Name: r.Name, Rule: r.Rule, Arg: []byte(r.Arg), At: r.AskedAt.Time})
	}
	return out, nil
}

// RemoveAsk forgets what was asked, unless it was asked anew since. What is not there is nil.
func (s *Store) RemoveAsk(ctx context.Context, a core.Ask) error {
	_, err := exec(ctx, s.write, `DELETE FROM asked WHERE pair = ? AND name = ? AND rule = ? AND asked_at <= ?`, a.Pair, a.Name, a.Rule, stamped(a.At))
	if err != nil {
		return fmt.Errorf("forget what was asked of pair %q: %w", a.Pair, err)
	}
	return nil
}
