package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duplex/core"
)

// Reserve takes n calls of a system's budget of perSecond calls for the caller. What all processes together reserve is
// never more than the budget: each reservation begins where the last one ends. When the first call could only be made
// later than longest from now, nothing is taken and N is 0. The answer also holds the system's gate of the same moment.
//
// In Postgres the server's clock counts, so that the clocks of the processes need not agree; SQLite is one machine's.
func (s *Store) Reserve(ctx context.Context, system string, n int, perSecond float64, longest time.Duration) (core.Reservation, error) {
	now := "CAST(? AS BIGINT)"
	var clock []any
	if s.dialect == Postgres {
		now = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
	} else {
		clock = []any{s.now().UnixMicro()}
	}
	cost := int64(float64(n) / perSecond * 1e6)
	args := append([]any{system}, clock...)
	args = append(args, cost)
	for range 2 {
		args = append(args, clock...)
	}
	args = append(args, cost)
	args = append(args, clock...)
	args = append(args, longest.Microseconds())
	args = append(args, clock...)
	var row struct{ Next, Now int64 }
	err := get(ctx, s.write, &row, `INSERT INTO rates (system, next) VALUES (?, `+now+` + ?)
		ON CONFLICT (system) DO UPDATE SET next = (CASE WHEN rates.next > `+now+` THEN rates.next ELSE `+now+` END) + ?
		WHERE rates.next <= `+now+` + ? RETURNING next, `+now+` AS now`, args...)
	r := core.Reservation{N: n}
	switch {
	case errors.Is(err, ErrNotFound):
		r.N, r.Wait = 0, longest
	case err != nil:
		return core.Reservation{}, fmt.Errorf("reserve calls of %q: %w", system, err)
	default:
		r.Wait = max(0, time.Duration(row.Next-cost-row.Now)*time.Microsecond)
	}
	r.Gate, err = s.Gate(ctx, system)
	return r, err
}
