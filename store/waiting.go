package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Waiting is the work that waits for one system.
type Waiting struct {
	Pairs  int       // with a change that no sync has answered
	Oldest time.Time // the oldest of the newest changes of these pairs, UTC; zero when none waits
}

// WaitingBySystem tells, for every system that is a side of a pair, which pairs have a change that no sync has answered
// yet. A pair counts for each of its systems. Paused and unlinked pairs do not count.
func (s *Store) WaitingBySystem(ctx context.Context) (map[string]Waiting, error) {
	var rows []struct {
		System string
		N      int
		Oldest stamp
	}
	// The list of systems is short and the index of waiting pairs holds those only.
	err := list(ctx, s.read, &rows, `SELECT name AS system, 0 AS n, NULL AS oldest FROM systems
		UNION ALL SELECT s.system, COUNT(DISTINCT p.id), MIN(p.hinted_at) FROM pairs p JOIN pair_sides s ON s.pair = p.id
		WHERE p.hinted_at IS NOT NULL AND p.status NOT IN ('unlinked', 'paused') GROUP BY s.system`)
	if err != nil {
		return nil, fmt.Errorf("count the changes that wait: %w", err)
	}
	out := map[string]Waiting{}
	for _, r := range rows {
		w := out[r.System]
		w.Pairs += r.N
		if !r.Oldest.IsZero() {
			w.Oldest = r.Oldest.Time
		}
		out[r.System] = w
	}
	return out, nil
}

// CountParked counts, by connection and class, the linked pairs in which something of that class is parked.
func (s *Store) CountParked(ctx context.Context) (map[string]map[string]int, error) {
	var rows []struct {
		Connection, Problems string
		N                    int
	}
	err := list(ctx, s.read, &rows, `SELECT connection, problems, COUNT(*) AS n FROM pairs WHERE problems <> '' AND status <> 'unlinked' GROUP BY connection, problems`)
	if err != nil {
		return nil, fmt.Errorf("count what is parked: %w", err)
	}
	out := map[string]map[string]int{}
	for _, r := range rows {
		for class := range strings.SplitSeq(strings.Trim(r.Problems, ","), ",") {
			if out[r.Connection] == nil {
				out[r.Connection] = map[string]int{}
			}
			out[r.Connection][class] += r.N
		}
	}
	return out, nil
}
