package store

import (
	"context"
	"fmt"

	"duplex/core"
)

// passRow is a row of sweeps.
type passRow struct {
	Connection string
	Side       string
	Started    stamp
	Ended      stamp
	Result     string
	Text       string
	Listed     int
	HandedOver int `db:"handed_over"`
	Known      int
	Looked     int
	Missing    int
	Succeeded  stamp
}

func (r passRow) pass() core.SideSweep {
	return core.SideSweep{Connection: r.Connection, Side: r.Side, Started: r.Started.Time, Ended: r.Ended.Time, Result: r.Result, Text: r.Text,
		Listed: r.Listed, HandedOver: r.HandedOver, Known: r.Known, Looked: r.Looked, Missing: r.Missing, Succeeded: r.Succeeded.Time}
}

// PutSideSweep keeps the last sweep over a side in place of the one before. A pass that was not done keeps the time of the
// last that was, whatever p.Succeeded says.
func (s *Store) PutSideSweep(ctx context.Context, p core.SideSweep) error {
	if p.Result == core.SweepDone {
		p.Succeeded = p.Ended
	}
	_, err := exec(ctx, s.write, `INSERT INTO sweeps (connection, side, started, ended, result, text, listed, handed_over, known, looked, missing, succeeded)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (connection, side) DO UPDATE SET started = excluded.started, ended = excluded.ended,
		result = excluded.result, text = excluded.text, listed = excluded.listed, handed_over = excluded.handed_over, known = excluded.known,
		looked = excluded.looked, missing = excluded.missing, succeeded = COALESCE(excluded.succeeded, sweeps.succeeded)`,
		p.Connection, p.Side, stamped(p.Started), stamped(p.Ended), p.Result, words(p.Text), p.Listed, p.HandedOver, p.Known, p.Looked, p.Missing,
		stamped(p.Succeeded))
	if err != nil {
		return fmt.Errorf("record a sweep of %s in connection %q: %w", p.Side, p.Connection, err)
	}
	return nil
}

// SideSweeps lists the last sweep over each side, of one connection or of all when connection is "".
func (s *Store) SideSweeps(ctx context.Context, connection string) ([]core.SideSweep, error) {
	w := where{}
	if connection != "" {
		w.add(`connection = ?`, connection)
	}
	var rows []passRow
	err := list(ctx, s.read, &rows, `SELECT connection, side, started, ended, result, text, listed, handed_over, known, looked, missing, succeeded
		FROM sweeps`+w.String()+` ORDER BY connection, side`, w.args...)
	if err != nil {
		return nil, fmt.Errorf("list the sweeps: %w", err)
	}
	return mapped(rows, passRow.pass), nil
}
