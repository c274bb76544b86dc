package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"duplex/core"
)

// retained is how the rows of a table grow old and which old ones may go.
type retained struct {
	table string
	key   string // unique; rows of the same time are in its order
	num   bool   // the key is a number
	time  string // the column that says how old a row is
	goes  string // SQL over the row t: it is not needed any more
}

// unsettled is SQL over a pair p: it still goes back to what it read and decided before its last good sync, because
// something is parked, a remote act has an unknown outcome, or its twin is not made yet.
const unsettled = `p.synced_at IS NULL OR p.problems <> ''
	OR EXISTS (SELECT 1 FROM intents i WHERE i.pair = p.id AND i.settled_at IS NULL)
	OR EXISTS (SELECT 1 FROM pair_sides m WHERE m.pair = p.id AND m.item = '')`

// retainedTables are the tables of core.RetainedTables. Pairs, links, intents, cursors and the versions of files are in
// none of them: they stay.
var retainedTables = []retained{
	{table: "deliveries", key: "seq", num: true, time: "received_at", goes: `t.state <> 'waiting'`},
	{table: "observations", key: "hash", time: "needed_at", goes: `NOT EXISTS (SELECT 1 FROM pair_sides s JOIN pairs p ON p.id = s.pair
		WHERE s.linked AND s.system = t.system AND s.item = t.item
		AND (s.base = t.hash OR s.seen = t.hash OR t.needed_at >= p.synced_at OR ` + unsettled + `))`},
	{table: "plans", key: "seq", num: true, time: "at", goes: `NOT EXISTS (SELECT 1 FROM pairs p WHERE p.id = t.pair AND p.status <> 'unlinked'
		AND (t.at >= p.synced_at OR t.seq = (SELECT MAX(n.seq) FROM plans n WHERE n.pair = p.id) OR ` + unsettled + `))`},
	{table: "outcomes", key: "id", num: true, time: "ended", goes: `TRUE`},
	{table: "runs", key: "id", time: "ended_at", goes: `t.state IN ('done', 'stopped', 'failed')`},
	{table: "gate_log", key: "seq", num: true, time: "at", goes: `TRUE`},
}

func retainedTable(name string) (retained, bool) {
	for _, t := range retainedTables {
		if t.table == name {
			return t, true
		}
	}
	return retained{}, false
}

// Retain removes rows of one of core.RetainedTables that are older than before and not needed any more, in one short
// transaction that looks at no more than limit rows (500 when not positive), beginning behind the mark. The zero mark is
// the beginning; done tells that the end was reached. Whatever a linked pair needs to go on stays: its merge base, the
// newest read of both items, everything read or planned since its last good sync, its newest plan, and all of it while
// something is parked, a remote act is unsettled or the twin is missing. Deliveries that wait stay.
func (s *Store) Retain(ctx context.Context, table string, before time.Time, after core.RetainMark, limit int) (removed int64, mark core.RetainMark, done bool, err error) {
	t, ok := retainedTable(table)
	if !ok || before.IsZero() {
		return 0, core.RetainMark{}, true, nil
	}
	if limit <= 0 {
		limit = 500
	}
	err = s.tx(ctx, func(q queryer) error {
		mark, done, err = t.next(ctx, q, before, after, limit)
		if err != nil {
			return err
		}
		w := where{}
		t.between(&w, before, after)
		if !done {
			w.add(`(t.`+t.time+`, t.`+t.key+`) <= (?, ?)`, stamped(mark.Time), t.keyOf(mark))
		}
		w.add(t.goes)
		if removed, err = exec(ctx, q, `DELETE FROM `+t.table+` AS t`+w.String(), w.args...); err != nil {
			return err
		}
		var ran stamp
		if done {
			ran = stamped(s.now())
		}
		_, err = exec(ctx, q, `INSERT INTO retention (name, before, removed, ran_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET before = excluded.before, removed = retention.removed + excluded.removed,
				ran_at = COALESCE(excluded.ran_at, retention.ran_at)`, t.table, stamped(before), removed, ran)
		return err
	})
	if err != nil {
		return 0, core.RetainMark{}, false, fmt.Errorf("remove old rows of %s: %w", table, err)
	}
	return removed, mark, done, nil
}

// next is the last row of the batch behind the mark; done when the batch reaches the end.
func (t retained) next(ctx context.Context, q queryer, before time.Time, after core.RetainMark, limit int) (core.RetainMark, bool, error) {
	var last struct {
		At  stamp
		Key string
	}
	w := where{}
	t.between(&w, before, after)
	err := get(ctx, q, &last, `SELECT t.`+t.time+` AS at, CAST(t.`+t.key+` AS TEXT) AS key FROM `+t.table+` AS t`+w.String()+
		` ORDER BY t.`+t.time+`, t.`+t.key+` LIMIT 1 OFFSET ?`, append(w.args, limit-1)...)
	if errors.Is(err, ErrNotFound) {
		return core.RetainMark{}, true, nil
	}
	return core.RetainMark{Time: last.At.Time, Key: last.Key}, false, err
}

// between selects the rows that are older than before and behind the mark.
func (t retained) between(w *where, before time.Time, after core.RetainMark) {
	w.add(`t.`+t.time+` < ?`, stamped(before))
	if !after.IsZero() {
		w.add(`(t.`+t.time+`, t.`+t.key+`) > (?, ?)`, stamped(after.Time), t.keyOf(after))
	}
}

// keyOf is the mark's key as the column holds it.
func (t retained) keyOf(m core.RetainMark) any {
	if n, err := strconv.ParseInt(m.Key, 10, 64); t.num && err == nil {
		return n
	}
	return m.Key
}

// TableUse tells, for every table of core.RetainedTables, how many rows it has and which of them the next run with the
// retention removes. It counts rows and takes its time on a large store.
func (s *Store) TableUse(ctx context.Context, keep core.Retention) ([]core.TableUse, error) {
	var out []core.TableUse
	for _, about := range core.RetainedTables {
		t, ok := retainedTable(about.Name)
		if !ok {
			continue
		}
		u := core.TableUse{Table: t.table, Keep: keep.Of(t.table), Bytes: -1, Help: about.Help}
		if err := s.use(ctx, t, &u); err != nil {
			return nil, fmt.Errorf("tell what %s takes up: %w", t.table, err)
		}
		out = append(out, u)
	}
	return out, nil
}

func (s *Store) use(ctx context.Context, t retained, u *core.TableUse) error {
	var all struct {
		N      int64
		Oldest stamp
	}
	if err := get(ctx, s.read, &all, `SELECT COUNT(*) AS n, MIN(`+t.time+`) AS oldest FROM `+t.table); err != nil {
		return err
	}
	u.Rows, u.Oldest = all.N, all.Oldest.Time
	if u.Keep > 0 {
		before := stamped(s.now().Add(-u.Keep))
		if err := get(ctx, s.read, &u.Old, `SELECT COUNT(*) FROM `+t.table+` AS t WHERE t.`+t.time+` < ?`, before); err != nil {
			return err
		}
		if err := get(ctx, s.read, &u.Removes, `SELECT COUNT(*) FROM `+t.table+` AS t WHERE t.`+t.time+` < ? AND `+t.goes, before); err != nil {
			return err
		}
	}
	if s.dialect == Postgres {
		if err := get(ctx, s.read, &u.Bytes, `SELECT pg_total_relation_size(CAST(? AS regclass))`, t.table); err != nil {
			return err
		}
	}
	run, err := s.retention(ctx, t.table)
	u.Removed, u.RanAt, u.Before = run.Removed, run.RanAt.Time, run.Before.Time
	return err
}

// retentionRow is a row of retention, zero where the table was never touched.
type retentionRow struct {
	Before  stamp
	Removed int64
	RanAt   stamp `db:"ran_at"`
}

func (s *Store) retention(ctx context.Context, table string) (retentionRow, error) {
	var r retentionRow
	err := get(ctx, s.read, &r, `SELECT before, removed, ran_at FROM retention WHERE name = ?`, table)
	if errors.Is(err, ErrNotFound) {
		return retentionRow{}, nil
	}
	return r, err
}

// Bytes is the size of the whole store on its disk.
func (s *Store) Bytes(ctx context.Context) (int64, error) {
	query := `SELECT pg_database_size(current_database())`
	if s.dialect == SQLite {
		query = `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`
	}
	var n int64
	if err := get(ctx, s.read, &n, query); err != nil {
		return 0, fmt.Errorf("tell the size of the store: %w", err)
	}
	return n, nil
}

// RetainedSince is the moment from before which old rows of the table were removed, zero when none ever was. UTC.
func (s *Store) RetainedSince(ctx context.Context, table string) (time.Time, error) {
	r, err := s.retention(ctx, table)
	if err != nil || r.Removed == 0 {
		return time.Time{}, err
	}
	return r.Before.Time, nil
}
