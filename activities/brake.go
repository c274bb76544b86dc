package activities

import (
	"context"
	"time"

	"duplex/core"
)

// braked tells why nothing may be written for the pair now: its connection is stopped. "" when it is not. The pair then
// says so where people look, and the release finds it there.
// Pair is the row as it is stored.
func (a *Activities) braked(ctx context.Context, pair core.Pair) (waits string, err error) {
	b, on, err := a.Store.Brake(ctx, pair.Connection)
	if err != nil || !on {
		return "", err
	}
	if err := a.parkPair(ctx, pair, core.Parked{Problem: core.Problem{Class: core.ProblemBrake, Text: b.Waits(), Retries: "duplex release " + pair.Connection}}); err != nil {
		return "", err
	}
	// Between the two looks the brake may have been released, by somebody who did not find this pair among those it held.
	if _, on, err = a.Store.Brake(ctx, pair.Connection); err != nil || !on {
		return "", err
	}
	return b.Waits(), nil
}

// tally counts what is gone on a side. Accepted is when the connection was released last.
func (a *Activities) tally(ctx context.Context, connection, side string) (t core.Tally, accepted time.Time, err error) {
	last, _, err := a.Store.LastRelease(ctx, connection)
	if err != nil {
		return t, accepted, err
	}
	t.Side, accepted = side, last.ReleasedAt
	t.Deleted, t.Pairs, err = a.Store.CountGone(ctx, connection, side, a.Now().Add(-core.DeletionWindow), accepted)
	return t, accepted, err
}

// judge puts the connection's brake on when the tally says so.
func (a *Activities) judge(ctx context.Context, c core.Connection, t core.Tally) (saw string, err error) {
	kind, saw, on := c.Brakes.Judge(t)
	if !on {
		return "", nil
	}
	b, fresh, err := a.Store.PutBrake(ctx, core.Brake{Connection: c.Name, Side: t.Side, Kind: kind, Saw: saw, At: a.Now().UTC()})
	if fresh {
		a.Log.Error("connection stopped: look at what happened, then release it", "connection", c.Name, "side", t.Side, "brake", kind,
			"pairs", t.Pairs, "deleted", t.Deleted, "changed", t.Changed, "outside", t.Outside, "looked", t.Looked, "missing", t.Missing)
	}
	return b.Saw, err
}
