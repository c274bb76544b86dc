package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duplex/core"
)

type gateRow struct {
	System   string
	State    string
	Since    stamp
	Until    stamp
	Reason   string
	By       string `db:"by_whom"`
	Failures int
	ProbeAt  stamp `db:"probe_at"`
	Lease    stamp
	Holder   string
}

const gateColumns = `system, state, since, until, reason, by_whom, failures, probe_at, lease, holder`

func (r gateRow) gate() core.Gate {
	return core.Gate{System: r.System, State: core.GateState(r.State), Since: r.Since.Time, Until: r.Until.Time, Reason: r.Reason, By: r.By,
		Failures: r.Failures, ProbeAt: r.ProbeAt.Time, Lease: r.Lease.Time, Holder: r.Holder}
}

// Gates are the gates of all systems that ever had one, by name. A system without one is open.
func (s *Store) Gates(ctx context.Context) ([]core.Gate, error) {
	var rows []gateRow
	if err := list(ctx, s.read, &rows, `SELECT `+gateColumns+` FROM gates ORDER BY system`); err != nil {
		return nil, fmt.Errorf("read the gates: %w", err)
	}
	return mapped(rows, gateRow.gate), nil
}

// Gate is one system's gate, open when it never had one.
func (s *Store) Gate(ctx context.Context, system string) (core.Gate, error) {
	g, err := gate(ctx, s.read, system, "")
	if err != nil {
		return g, fmt.Errorf("read the gate of %q: %w", system, err)
	}
	return g, nil
}

func gate(ctx context.Context, q queryer, system, lock string) (core.Gate, error) {
	var r gateRow
	err := get(ctx, q, &r, `SELECT `+gateColumns+` FROM gates WHERE system = ?`+lock, system)
	if errors.Is(err, ErrNotFound) {
		return core.Gate{System: system, State: core.GateOpen}, nil
	}
	return r.gate(), err
}

// ChangeGate replaces a gate by what decide makes of it, with no other change in between, in the whole fleet: of several
// processes that see the same reason exactly one is told that the gate changed. decide must be pure, it may run more than
// once. A change that people want to hear of is added to the gate's log.
func (s *Store) ChangeGate(ctx context.Context, system string, decide func(core.Gate) core.Gate) (was, is core.Gate, err error) {
	err = s.tx(ctx, func(q queryer) error {
		lock := ""
		if s.dialect == Postgres {
			lock = " FOR UPDATE"
			if _, err := exec(ctx, q, `INSERT INTO gates (`+gateColumns+`) VALUES (?, ?, ?, NULL, '', '', 0, NULL, NULL, '') ON CONFLICT DO NOTHING`,
				system, string(core.GateOpen), stamped(s.now())); err != nil {
				return err
			}
		}
		var err error
		if was, err = gate(ctx, q, system, lock); err != nil {
			return err
		}
		if is = decide(was); is == was {
			return nil
		}
		is.System = system
		if is.Since = micros(is.Since); is.Since.IsZero() {
			is.Since = micros(s.now())
		}
		is.Until, is.ProbeAt, is.Lease = micros(is.Until), micros(is.ProbeAt), micros(is.Lease)
		if err := putGate(ctx, q, is); err != nil || !was.Changed(is) {
			return err
		}
		return logGate(ctx, q, is, stamped(s.now()))
	})
	if err != nil {
		return core.Gate{}, core.Gate{}, fmt.Errorf("change the gate of %q: %w", system, err)
	}
	return was, is, nil
}

func putGate(ctx context.Context, q queryer, g core.Gate) error {
	_, err := exec(ctx, q, `INSERT INTO gates (`+gateColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (system) DO UPDATE SET state = excluded.state, since = excluded.since, until = excluded.until, reason = excluded.reason,
		by_whom = excluded.by_whom, failures = excluded.failures, probe_at = excluded.probe_at, lease = excluded.lease, holder = excluded.holder`,
		g.System, string(g.State), stamped(g.Since), stamped(g.Until), words(g.Reason), words(g.By), g.Failures, stamped(g.ProbeAt), stamped(g.Lease), g.Holder)
	return err
}

// keptGateChanges is how many changes of one gate are kept. A system that throttles on and off makes many.
const keptGateChanges = 500

func logGate(ctx context.Context, q queryer, g core.Gate, at stamp) error {
	if _, err := exec(ctx, q, `INSERT INTO gate_log (system, at, state, until, reason, by_whom) VALUES (?, ?, ?, ?, ?, ?)`,
		g.System, at, string(g.State), stamped(g.Until), words(g.Reason), words(g.By)); err != nil {
		return err
	}
	_, err := exec(ctx, q, `DELETE FROM gate_log WHERE system = ? AND seq <=
		(SELECT seq FROM gate_log WHERE system = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)`, g.System, g.System, keptGateChanges)
	return err
}

// GateChange is one line of a gate's log.
type GateChange struct {
	System string         `json:"system"`
	At     time.Time      `json:"at"` // UTC
	State  core.GateState `json:"state"`
	Until  time.Time      `json:"until,omitzero"`
	Reason string         `json:"reason,omitempty"`
	By     string         `json:"by,omitempty"`
}

// GateLog lists the changes of a system's gate, newest first.
func (s *Store) GateLog(ctx context.Context, system string, limit int) ([]GateChange, error) {
	var rows []struct {
		System string
		At     stamp
		State  string
		Until  stamp
		Reason string
		By     string `db:"by_whom"`
	}
	if err := list(ctx, s.read, &rows, `SELECT system, at, state, until, reason, by_whom FROM gate_log WHERE system = ? ORDER BY seq DESC LIMIT ?`,
		system, limitOr(limit)); err != nil {
		return nil, fmt.Errorf("read the log of the gate of %q: %w", system, err)
	}
	out := make([]GateChange, 0, len(rows))
	for _, r := range rows {
		out = append(out, GateChange{System: r.System, At: r.At.Time, State: core.GateState(r.State), Until: r.Until.Time, Reason: r.Reason, By: r.By})
	}
	return out, nil
}
