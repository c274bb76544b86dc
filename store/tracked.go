package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"duplex/core"
)

// trackedRow is a row of pair_sides as sweeps see it.
type trackedRow struct {
	Pair     string
	Linked   bool
	System   string
	Type     string
	Item     string
	ItemKey  string `db:"item_key"`
	URL      string
	Revision string
	Own      jsonText[[]string]
	Gone     bool
	GoneAt   stamp `db:"gone_at"`
	Outside  bool
}

func (r trackedRow) tracked() core.Tracked {
	return core.Tracked{Pair: r.Pair, Linked: r.Linked, Revision: r.Revision, Own: r.Own.V, Gone: r.Gone, GoneAt: r.GoneAt.Time, Outside: r.Outside,
		Ref: core.Ref{System: r.System, Type: r.Type, ID: r.Item, Key: r.ItemKey, URL: r.URL}}
}

const (
	selectTracked = `SELECT pair, linked, system, type, item, item_key, url, revision, own, gone, gone_at, outside FROM pair_sides`
	chunk         = 400 // values in one list of a statement
)

// Tracked lists what is known of the items of one side of a connection: those that are, or were, in a pair of it.
func (s *Store) Tracked(ctx context.Context, connection, side string, items []string) ([]core.Tracked, error) {
	var out []core.Tracked
	for part := range slices.Chunk(items, chunk) {
		var rows []trackedRow
		marks, args := among(part)
		err := list(ctx, s.read, &rows, selectTracked+` WHERE connection = ? AND side = ? AND item IN (`+marks+`) ORDER BY pair`,
			append([]any{connection, side}, args...)...)
		if err != nil {
			return nil, fmt.Errorf("look up %d items of %s in connection %q: %w", len(part), side, connection, err)
		}
		out = append(out, mapped(rows, trackedRow.tracked)...)
	}
	return out, nil
}

// TrackedAfter lists the linked items of one side of a connection by the id of their pair, after the given one; 100 when
// limit is not positive.
func (s *Store) TrackedAfter(ctx context.Context, connection, side, after string, limit int) ([]core.Tracked, error) {
	var rows []trackedRow
	err := list(ctx, s.read, &rows, selectTracked+` WHERE connection = ? AND side = ? AND linked AND item <> '' AND pair > ? ORDER BY pair LIMIT ?`,
		connection, side, after, limitOr(limit))
	if err != nil {
		return nil, fmt.Errorf("list the items of %s in connection %q: %w", side, connection, err)
	}
	return mapped(rows, trackedRow.tracked), nil
}

// MarkGone notes since when the items of these pairs on one side are gone. One that is noted already keeps its time.
func (s *Store) MarkGone(ctx context.Context, side string, pairs []string, at time.Time) error {
	return s.mark(ctx, `gone_at = ?`, stamped(s.timeOr(at)), side, pairs, ` AND gone_at IS NULL`)
}

// MarkOutside notes whether the items of these pairs on one side are out of the connection's scope.
func (s *Store) MarkOutside(ctx context.Context, side string, pairs []string, outside bool) error {
	return s.mark(ctx, `outside = ?`, outside, side, pairs, ``)
}

func (s *Store) mark(ctx context.Context, set string, value any, side string, pairs []string, rest string) error {
	for part := range slices.Chunk(pairs, chunk) {
		marks, args := among(part)
		_, err := exec(ctx, s.write, `UPDATE pair_sides SET `+set+` WHERE side = ? AND pair IN (`+marks+`)`+rest, append([]any{value, side}, args...)...)
		if err != nil {
			return fmt.Errorf("mark %d items of %s: %w", len(part), side, err)
		}
	}
	return nil
}

// CountGone counts the items of one side that are gone and not accepted: found gone after accepted, and either not acted
// on yet or found gone after since. pairs are the connection's linked pairs and those that were unlinked because of such
// an item.
func (s *Store) CountGone(ctx context.Context, connection, side string, since, accepted time.Time) (gone, pairs int, err error) {
	floor := time.Unix(0, 0)
	if accepted.Before(floor) {
		accepted = floor
	}
	var n struct{ Gone, Pairs int }
	err = get(ctx, s.read, &n, `SELECT
		(SELECT COUNT(*) FROM pair_sides WHERE connection = ? AND side = ? AND gone_at > ? AND (gone_at > ? OR (linked AND NOT gone))) AS gone,
		(SELECT COUNT(*) FROM pairs WHERE connection = ? AND status <> 'unlinked') +
		(SELECT COUNT(*) FROM pair_sides WHERE connection = ? AND side = ? AND gone_at > ? AND gone_at > ? AND NOT linked) AS pairs`,
		connection, side, stamped(accepted), stamped(since), connection, connection, side, stamped(accepted), stamped(since))
	if err != nil {
		return 0, 0, fmt.Errorf("count what is gone on %s in connection %q: %w", side, connection, err)
	}
	return n.Gone, n.Pairs, nil
}

// among are the question marks and arguments of a list.
func among(values []string) (marks string, args []any) {
	for _, v := range values {
		args = append(args, v)
	}
	return questionMarks(len(values)), args
}

// questionMarks are n question marks, separated by commas, for the arguments of a list.
func questionMarks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
