package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"duplex/core"
)

// runItemRow is a row of run_items.
type runItemRow struct {
	N        int64
	Name     string
	System   string
	Item     string
	Other    string
	Revision string
	Pair     string
	State    string
	Reason   string
	Plan     string
	At       stamp
}

func (r runItemRow) item() core.RunItem {
	return core.RunItem{N: r.N, Name: r.Name, System: r.System, Item: r.Item, Other: r.Other, Revision: r.Revision, Pair: r.Pair,
		State: core.RunItemState(r.State), Reason: r.Reason, Plan: r.Plan, At: r.At.Time}
}

const runItemColumns = `n, name, system, item, other, revision, pair, state, reason, plan, at`

// errOvertaken tells that another attempt of the same step came first.
var errOvertaken = errors.New("another attempt of this step came first: it is tried again from where that one ended")

// AddRunItems stores what one page of a run's listing gave, together with the position after it, in one transaction. from is the
// position the page was read from; when the run is at another one already nothing is stored and it is an error. An
// item whose name the run has already is left as it is.
func (s *Store) AddRunItems(ctx context.Context, run, from, next string, listed bool, items []core.RunItem) error {
	err := s.tx(ctx, func(q queryer) error {
		n, err := exec(ctx, q, `UPDATE runs SET cursor = ?, listed = ? WHERE id = ? AND cursor = ? AND NOT listed`, next, listed, run, from)
		if err != nil {
			return err
		}
		if n == 0 {
			return errOvertaken
		}
		return s.insertItems(ctx, q, run, items)
	})
	if err != nil {
		return fmt.Errorf("list the items of run %q: %w", run, err)
	}
	return nil
}

func (s *Store) insertItems(ctx context.Context, q queryer, run string, items []core.RunItem) error {
	if len(items) == 0 {
		return nil
	}
	var last int64
	if err := get(ctx, q, &last, `SELECT COALESCE(MAX(n), 0) FROM run_items WHERE run = ?`, run); err != nil {
		return err
	}
	for i, it := range items {
		if it.State == "" {
			it.State = core.ItemWaiting
		}
		_, err := exec(ctx, q, `INSERT INTO run_items (run, `+runItemColumns+`) VALUES (?, `+questionMarks(11)+`) ON CONFLICT DO NOTHING`,
			run, last+int64(i)+1, words(it.Name), it.System, words(it.Item), words(it.Other), it.Revision, it.Pair, string(it.State),
			words(it.Reason), it.Plan, stamped(s.timeOr(it.At)))
		if err != nil {
			return err
		}
	}
	return nil
}

// RunItemFilter selects items of a run. Empty fields select everything.
type RunItemFilter struct {
	State string
	Limit int   // 100 when not positive
	After int64 // N of the last item of the page before
}

// RunItems lists the items of a run in their order. The next page starts after the N of the last.
func (s *Store) RunItems(ctx context.Context, run string, f RunItemFilter) ([]core.RunItem, error) {
	w := where{}
	w.add(`run = ?`, run)
	if f.State != "" {
		w.add(`state = ?`, f.State)
	}
	w.add(`n > ?`, f.After)
	var rows []runItemRow
	if err := list(ctx, s.read, &rows, `SELECT `+runItemColumns+` FROM run_items`+w.String()+` ORDER BY n LIMIT ?`,
		append(w.args, limitOr(f.Limit))...); err != nil {
		return nil, fmt.Errorf("list the items of run %q: %w", run, err)
	}
	return mapped(rows, runItemRow.item), nil
}

// WaitingRunItems are the next items of a run whose turn has not come, limit at most.
func (s *Store) WaitingRunItems(ctx context.Context, run string, limit int) ([]core.RunItem, error) {
	return s.RunItems(ctx, run, RunItemFilter{State: string(core.ItemWaiting), Limit: limit})
}

// HandOverRunItems stores what became of items that were waiting, found by N, and the deliveries that hand some of them over,
// in one transaction: an item is handed over exactly when its delivery is there. Items that wait no longer are left as
// they are, and so is a delivery that was recorded before.
func (s *Store) HandOverRunItems(ctx context.Context, run string, items []core.RunItem, deliveries []core.Delivery) error {
	err := s.tx(ctx, func(q queryer) error {
		for _, it := range items {
			_, err := exec(ctx, q, `UPDATE run_items SET state = ?, reason = ?, pair = ?, plan = ?, system = ?, item = ?, at = ?
				WHERE run = ? AND n = ? AND state = 'waiting'`, string(it.State), words(it.Reason), it.Pair, it.Plan, it.System, words(it.Item),
				stamped(s.timeOr(it.At)), run, it.N)
			if err != nil {
				return err
			}
		}
		for _, d := range deliveries {
			if _, _, err := s.insertDelivery(ctx, q, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("hand over items of run %q: %w", run, err)
	}
	return nil
}

// AnswerRunItems stores what became of the items of a run that the answer is about, as far as they have no answer yet, and tells
// how many those were and of which kind the run is. An unknown run is no error: it may have been removed.
func (s *Store) AnswerRunItems(ctx context.Context, a core.RunAnswer) (n int, kind core.RunKind, err error) {
	w := where{}
	w.add(`run = ?`, a.Run)
	w.add(`state IN ('waiting', 'handed-over')`)
	is := []string{}
	args := []any{}
	if a.Pair != "" {
		is, args = append(is, `pair = ?`), append(args, a.Pair)
	}
	for _, r := range a.Refs {
		if r.ID != "" {
			is, args = append(is, `(item = ? AND system = ?)`), append(args, r.ID, r.System)
		}
	}
	if len(is) == 0 {
		return 0, "", errors.New("an answer to a run needs the pair or an item")
	}
	err = s.tx(ctx, func(q queryer) error {
		var k string
		switch err := get(ctx, q, &k, `SELECT kind FROM runs WHERE id = ?`, a.Run); {
		case errors.Is(err, ErrNotFound):
			return nil
		case err != nil:
			return err
		}
		kind = core.RunKind(k)
		set := []any{string(a.State), words(a.Reason), a.Plan, a.Plan, a.Pair, a.Pair, stamped(s.timeOr(time.Time{}))}
		rows, err := exec(ctx, q, `UPDATE run_items SET state = ?, reason = ?, plan = CASE WHEN ? = '' THEN plan ELSE ? END,
			pair = CASE WHEN ? = '' THEN pair ELSE ? END, at = ?`+w.String()+` AND (`+strings.Join(is, " OR ")+`)`,
			append(append(set, w.args...), args...)...)
		n = int(rows)
		return err
	})
	if err != nil {
		return 0, "", fmt.Errorf("answer run %q: %w", a.Run, err)
	}
	return n, kind, nil
}

// AnswerRest gives every item of a run that is in one of the states an answer, and tells how many those were.
func (s *Store) AnswerRest(ctx context.Context, run string, from []core.RunItemState, to core.RunItemState, reason string) (int, error) {
	args := []any{string(to), words(reason), stamped(s.timeOr(time.Time{})), run}
	for _, st := range from {
		args = append(args, string(st))
	}
	n, err := exec(ctx, s.write, `UPDATE run_items SET state = ?, reason = ?, at = ? WHERE run = ? AND state IN (`+questionMarks(len(from))+`)`, args...)
	if err != nil {
		return 0, fmt.Errorf("end the items of run %q: %w", run, err)
	}
	return int(n), nil
}

// CountRunItems counts the items of a run by state.
func (s *Store) CountRunItems(ctx context.Context, run string) (core.RunCounts, error) {
	counts, err := runCounts(ctx, s.read, run)
	if err != nil {
		return nil, fmt.Errorf("count the items of run %q: %w", run, err)
	}
	return counts, nil
}

func runCounts(ctx context.Context, q queryer, run string) (core.RunCounts, error) {
	var rows []struct {
		State string
		N     int
	}
	if err := list(ctx, q, &rows, `SELECT state, COUNT(*) AS n FROM run_items WHERE run = ? GROUP BY state`, run); err != nil {
		return nil, err
	}
	counts := core.RunCounts{}
	for _, r := range rows {
		counts[core.RunItemState(r.State)] = r.N
	}
	return counts, nil
}
