package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duplex/core"
)

// runRow is a row of runs.
type runRow struct {
	ID         string
	Kind       string
	Connection string
	Params     jsonText[core.RunParams]
	State      string
	Reason     string
	Cursor     string
	Listed     bool
	CreatedBy  string `db:"created_by"`
	CreatedAt  stamp  `db:"created_at"`
	StartedAt  stamp  `db:"started_at"`
	EndedAt    stamp  `db:"ended_at"`
	RateAt     stamp  `db:"rate_at"`
	RateDone   int    `db:"rate_done"`
}

func (r runRow) run() core.Run {
	return core.Run{ID: r.ID, Kind: core.RunKind(r.Kind), Connection: r.Connection, Params: r.Params.V, State: core.RunState(r.State),
		Reason: r.Reason, Cursor: r.Cursor, Listed: r.Listed, By: r.CreatedBy, CreatedAt: r.CreatedAt.Time, StartedAt: r.StartedAt.Time,
		EndedAt: r.EndedAt.Time, RateAt: r.RateAt.Time, RateDone: r.RateDone}
}

const runColumns = `id, kind, connection, params, state, reason, cursor, listed, created_by, created_at, started_at, ended_at, rate_at, rate_done`

// PutRun stores a new run with the items it is given, numbered from 1 in their order. A run with that id that is there
// already is an error. A zero CreatedAt means now.
func (s *Store) PutRun(ctx context.Context, r core.Run, items []core.RunItem) error {
	if r.ID == "" || r.Kind == "" || r.State == "" {
		return errors.New("a run needs an id, a kind and a state")
	}
	err := s.tx(ctx, func(q queryer) error {
		_, err := exec(ctx, q, `INSERT INTO runs (`+runColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			r.ID, string(r.Kind), r.Connection, jsonText[core.RunParams]{r.Params}, string(r.State), words(r.Reason), r.Cursor, r.Listed,
			words(r.By), stamped(s.timeOr(r.CreatedAt)), stamped(r.StartedAt), stamped(r.EndedAt), stamped(r.RateAt), r.RateDone)
		if err != nil {
			return err
		}
		return s.insertItems(ctx, q, r.ID, items)
	})
	if err != nil {
		return fmt.Errorf("store run %q: %w", r.ID, err)
	}
	return nil
}

// Run is one run by its id.
func (s *Store) Run(ctx context.Context, id string) (core.Run, error) {
	var r runRow
	if err := get(ctx, s.read, &r, `SELECT `+runColumns+` FROM runs WHERE id = ?`, id); err != nil {
		return core.Run{}, fmt.Errorf("run %q: %w", id, err)
	}
	return r.run(), nil
}

// RunFilter selects runs. Empty fields select everything.
type RunFilter struct {
	Connection string
	Kind       string
	State      string
	Limit      int       // 100 when not positive
	Before     time.Time // CreatedAt of the last run of the page before
}

// Runs lists runs, newest first. The next page starts before the CreatedAt of the last.
func (s *Store) Runs(ctx context.Context, f RunFilter) ([]core.Run, error) {
	w := where{}
	for _, c := range []struct{ column, value string }{{"connection", f.Connection}, {"kind", f.Kind}, {"state", f.State}} {
		if c.value != "" {
			w.add(c.column+` = ?`, c.value)
		}
	}
	if !f.Before.IsZero() {
		w.add(`created_at < ?`, stamped(f.Before))
	}
	var rows []runRow
	if err := list(ctx, s.read, &rows, `SELECT `+runColumns+` FROM runs`+w.String()+` ORDER BY created_at DESC, id DESC LIMIT ?`,
		append(w.args, limitOr(f.Limit))...); err != nil {
		return nil, fmt.Errorf("list the runs: %w", err)
	}
	return mapped(rows, runRow.run), nil
}

// SetRunState moves a run to a state, with the reason. The first time it runs, and every time it runs again after a pause,
// the rate is measured anew. A run that has ended keeps its state, and that is nil.
func (s *Store) SetRunState(ctx context.Context, id string, state core.RunState, reason string) error {
	err := s.tx(ctx, func(q queryer) error {
		var r runRow
		if err := get(ctx, q, &r, `SELECT `+runColumns+` FROM runs WHERE id = ?`, id); err != nil {
			return err
		}
		if core.RunState(r.State).Ended() {
			return nil
		}
		now := s.timeOr(time.Time{})
		if r.StartedAt.IsZero() {
			r.StartedAt = stamped(now)
		}
		if state == core.RunRunning && (r.State != string(core.RunRunning) || r.RateAt.IsZero()) {
			counts, err := runCounts(ctx, q, id)
			if err != nil {
				return err
			}
			r.RateAt, r.RateDone = stamped(now), counts.Answered()
		}
		if state.Ended() {
			r.EndedAt = stamped(now)
		}
		return must(ctx, q, `UPDATE runs SET state = ?, reason = ?, started_at = ?, ended_at = ?, rate_at = ?, rate_done = ? WHERE id = ?`,
			string(state), words(reason), r.StartedAt, r.EndedAt, r.RateAt, r.RateDone, id)
	})
	if err != nil {
		return fmt.Errorf("set run %q to %s: %w", id, state, err)
	}
	return nil
}

// CountRuns counts the runs by kind and state.
func (s *Store) CountRuns(ctx context.Context) (map[core.RunKind]map[core.RunState]int, error) {
	var rows []struct {
		Kind, State string
		N           int
	}
	if err := list(ctx, s.read, &rows, `SELECT kind, state, COUNT(*) AS n FROM runs GROUP BY kind, state`); err != nil {
		return nil, fmt.Errorf("count the runs: %w", err)
	}
	out := map[core.RunKind]map[core.RunState]int{}
	for _, r := range rows {
		k := core.RunKind(r.Kind)
		if out[k] == nil {
			out[k] = map[core.RunState]int{}
		}
		out[k][core.RunState(r.State)] = r.N
	}
	return out, nil
}
