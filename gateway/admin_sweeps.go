package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"duplex/core"
	"duplex/store"
	"duplex/workflows"
)

// sweep lists what changed in the systems of a connection now, whatever its schedule.
func (g *Gateway) sweep(r *http.Request) (any, error) {
	c, err := g.namedConnection(r)
	if err != nil {
		return nil, err
	}
	var req SweepRequest
	if r.ContentLength != 0 {
		if err := read(r, &req); err != nil {
			return nil, err
		}
	}
	var only []core.Side
	if req.Side != "" {
		side, err := sideNamed(c, req.Side)
		if err != nil {
			return nil, err
		}
		only = []core.Side{side}
	}
	if err := g.sweepNow(r.Context(), c, only, by(r)); err != nil {
		return nil, err
	}
	g.o.Log.Info("sweep asked for", "connection", c.Name, "side", req.Side, "by", by(r))
	return Done{Text: "the sweep has begun: duplex sweeps shows what it came to"}, nil
}

// sweepNow starts a sweep. One that somebody asked for and that still runs is enough.
func (g *Gateway) sweepNow(ctx context.Context, c core.Connection, only []core.Side, by string) error {
	if g.o.Temporal == nil {
		return errNoEngine
	}
	ctx, cancel := context.WithTimeout(ctx, adminFor)
	defer cancel()
	if by == "" {
		by = "an operator"
	}
	req := workflows.SweepRequest{Connection: c.Name, Only: only, By: by}
	for i, side := range c.Sides {
		req.Names[i], req.Systems[i] = side.Name, side.System
	}
	_, err := g.o.Temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: workflows.SweepNowID(c.Name), TaskQueue: workflows.PairsQueue,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            "sweep of " + c.Name + ", asked for by " + by,
		Priority:                 temporal.Priority{PriorityKey: workflows.PriorityReplay, FairnessKey: c.Name}}, workflows.SweepWorkflow, req)
	return err
}

// namedConnection is the connection in force that the path names.
func (g *Gateway) namedConnection(r *http.Request) (core.Connection, error) {
	name, err := variable(r, "name")
	if err != nil {
		return core.Connection{}, err
	}
	m, _, err := g.inForce(r.Context(), name)
	if err != nil {
		return core.Connection{}, err
	}
	return m.Connection, nil
}

// release takes a connection's brake off: what was seen so far is accepted, and every pair that waited is looked at
// again. Where this ends half-way the next sweep tells the pairs that were not told.
func (g *Gateway) release(r *http.Request) (any, error) {
	ctx := r.Context()
	c, err := g.namedConnection(r)
	if err != nil {
		return nil, err
	}
	b, err := g.o.Store.ReleaseBrake(ctx, c.Name, by(r), g.o.Now().UTC())
	if errors.Is(err, store.ErrNotFound) {
		return nil, refuse(classConflict, c.Name, "the connection is not stopped: there is nothing to release")
	}
	if err != nil {
		return nil, err
	}
	g.o.Log.Warn("connection released", "connection", c.Name, "side", b.Side, "brake", b.Kind, "by", by(r))
	n, err := g.wakeHeld(context.WithoutCancel(ctx), b)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("released: %d pairs that waited are looked at again", n)
	if err := g.sweepNow(ctx, c, nil, by(r)); err != nil {
		g.o.Log.Warn("no sweep after the release; the scheduled one follows", "connection", c.Name, "error", err)
	}
	return Done{Text: text}, nil
}

// wakeHeld records a delivery of our own for the pairs a brake held.
func (g *Gateway) wakeHeld(ctx context.Context, b core.Brake) (n int, err error) {
	defer g.queue.nudge()
	for after := ""; ; {
		held, err := g.o.Store.HeldPairs(ctx, b.Connection, core.ProblemBrake, after, 0)
		if err != nil || len(held) == 0 {
			return n, err
		}
		bySystem := map[string][]core.Hint{}
		for _, p := range held {
			after = p.ID
			for _, side := range core.Sides {
				if ref := p.Sides[side].Ref; !ref.IsZero() {
					bySystem[ref.System] = append(bySystem[ref.System], core.Hint{Ref: ref, Kind: core.HintChanged, At: b.ReleasedAt, Connection: b.Connection, Urgency: core.Replay})
				}
			}
		}
		for system, hints := range bySystem {
			_, _, err := g.o.Store.RecordDelivery(ctx, core.Delivery{System: system, ID: core.MadeByRelease.ID(b.Connection, b.ID, after),
				ReceivedAt: g.o.Now().UTC(), Hints: hints})
			if err != nil {
				return n, err
			}
		}
		n += len(held)
	}
}

// brakes are those that are on, by connection.
func (g *Gateway) brakes(ctx context.Context) (map[string]*core.Brake, error) {
	on, err := g.o.Store.BrakesOn(ctx)
	out := map[string]*core.Brake{}
	for i := range on {
		out[on[i].Connection] = &on[i]
	}
	return out, err
}

// listSweeps shows the last sweep over every side.
func (g *Gateway) listSweeps(r *http.Request) (any, error) {
	active, err := g.connections.active(r.Context())
	if err != nil {
		return nil, err
	}
	passes, err := g.o.Store.SideSweeps(r.Context(), "")
	if err != nil {
		return nil, err
	}
	brakes, err := g.brakes(r.Context())
	last := map[[2]string]core.SideSweep{}
	for _, p := range passes {
		last[[2]string{p.Connection, p.Side}] = p
	}
	out := SweepList{Sweeps: []Sweep{}}
	for _, c := range active {
		for _, side := range c.Sides {
			p, swept := last[[2]string{c.Name, side.Name}]
			p.Connection, p.Side = c.Name, side.Name
			s := Sweep{SideSweep: p, Every: "off"}
			if c.Sweep > 0 {
				s.Every = short(c.Sweep)
				if swept {
					s.Next = p.Started.Add(c.Sweep)
				}
			}
			if b := brakes[c.Name]; b != nil {
				s.Brake = b.Saw
			}
			out.Sweeps = append(out.Sweeps, s)
		}
	}
	return out, err
}

// short writes a duration as files do: 15m, not 15m0s.
func short(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}
