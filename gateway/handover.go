package gateway

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/core"
	"duplex/workflows"
)

const (
	handOverFor = 2 * time.Second  // one signal, so that a webhook's answer never hangs
	rememberFor = 10 * time.Second // storing what became of a delivery
)

// handOver brings a recorded delivery to the workflows it is about, as far as that is possible now. What is left over
// waits in its row and is tried again by Run. It is safe to call twice for one delivery.
func (g *Gateway) handOver(ctx context.Context, d core.Delivery) {
	now := g.o.Now()
	p, ok := g.queue.take(d.Seq, now)
	if !ok {
		return
	}
	waited := !now.Before(d.ReceivedAt.Add(g.o.OwnDelay))
	again := false
	active, err := g.connections.active(ctx)
	if err != nil {
		err = &storeError{err}
	}
	for i, h := range d.Hints {
		if err != nil {
			break
		}
		if p.done[i] {
			continue
		}
		var r route
		r, err = g.handOverHint(ctx, d, h, active, waited)
		p.started = p.started || len(r.starts) > 0
		p.tells(r, now)
		if r.reason != "" {
			p.reasons = append(p.reasons, r.reason)
		}
		again = again || r.again
		p.done[i] = err == nil && !r.again
	}
	g.conclude(ctx, d, p, again, err)
}

// handOverHint signals every workflow a hint is about.
func (g *Gateway) handOverHint(ctx context.Context, d core.Delivery, h core.Hint, active []core.Connection, waited bool) (route, error) {
	pairs, err := g.o.Store.PairsOf(ctx, h.Ref.System, h.Ref.ID)
	if err != nil {
		return route{}, &storeError{err}
	}
	r := routeHint(h, pairs, active, waited)
	if r.reason != "" && h.Run != "" { // no pair will tell the run what became of it
		if err := g.answerRun(ctx, h, r.reason); err != nil {
			return r, &storeError{err}
		}
	}
	urgency := g.urgency(ctx, h)
	for _, s := range r.starts {
		hint := workflows.Hint{Side: s.side, Kind: h.Kind, Revision: h.Revision, Own: h.Own, Delivery: strconv.FormatInt(d.Seq, 10),
			Urgency: urgency, Run: h.Run, Retry: h.Retry}
		if err := g.signal(ctx, s, hint); err != nil {
			return r, err
		}
		g.engine.answered()
		g.o.Log.Debug("delivery handed over", "system", d.System, "delivery", d.Seq, "pair", s.state.ID, "connection", s.state.Connection)
	}
	return r, nil
}

// urgency of a hint as it is now. What is told while its system may not be called waits for the gate, and goes after the edits
// that people make once it is open: by then there may be thousands of such hints.
func (g *Gateway) urgency(ctx context.Context, h core.Hint) core.Urgency {
	if h.Urgency == core.Live && g.o.Gates != nil {
		if wait, _ := g.o.Gates.Closed(ctx, h.Ref.System); wait > 0 {
			return core.Replay
		}
	}
	return h.Urgency
}

// answerRun tells a run that an item goes to no pair.
func (g *Gateway) answerRun(ctx context.Context, h core.Hint, reason string) error {
	n, kind, err := g.o.Store.AnswerRunItems(ctx, core.RunAnswer{Run: h.Run, Refs: []core.Ref{h.Ref}, State: core.ItemSkipped, Reason: reason})
	if n > 0 {
		g.metrics.runItems.WithLabelValues(string(kind), string(core.ItemSkipped)).Add(float64(n))
	}
	return err
}

// storeError tells that it was the store that failed, not the engine.
type storeError struct{ error }

func (e *storeError) Unwrap() error { return e.error }

// conclude stores what became of a delivery, or says when it is looked at again.
func (g *Gateway) conclude(ctx context.Context, d core.Delivery, p progress, again bool, err error) {
	var fromStore *storeError
	switch {
	case err != nil && (errors.As(err, &fromStore) || ctx.Err() != nil):
		g.refused(d, p)
	case err != nil && away(err):
		g.engine.failed(waitReason(err))
		p.due, _, _ = g.engine.closed()
		g.queue.postpone(d.Seq, p)
		g.waits(ctx, d, waitReason(err))
	case err != nil:
		g.refused(d, p)
		g.waits(ctx, d, waitReason(err))
	case again:
		p.due = d.ReceivedAt.Add(g.o.OwnDelay)
		g.queue.postpone(d.Seq, p)
	default:
		g.finish(ctx, d, p)
	}
}

// refused puts a delivery back, for longer each time.
func (g *Gateway) refused(d core.Delivery, p progress) {
	p.tries++
	p.due = g.o.Now().Add(pause(p.tries))
	g.queue.postpone(d.Seq, p)
}

// waits makes the row say what it waits for, once per reason.
func (g *Gateway) waits(ctx context.Context, d core.Delivery, reason string) {
	if d.Reason == reason {
		return
	}
	g.o.Log.Warn("delivery not handed over", "system", d.System, "delivery", d.Seq, "reason", reason)
	if err := g.mark(ctx, d.Seq, core.DeliveryWaiting, reason); err != nil {
		g.o.Log.Error("delivery not updated", "delivery", d.Seq, "error", err)
	}
}

// finish stores the end of a delivery. Where that fails it is handed over once more, which does no harm.
func (g *Gateway) finish(ctx context.Context, d core.Delivery, p progress) {
	state, err := core.DeliveryHandedOver, error(nil)
	if p.started {
		err = g.handedOver(ctx, d.Seq, p)
	} else {
		slices.Sort(p.reasons)
		state = core.DeliveryIgnored
		err = g.mark(ctx, d.Seq, state, strings.Join(slices.Compact(p.reasons), "; "))
	}
	if err != nil {
		g.o.Log.Error("delivery not updated; it is handed over once more", "delivery", d.Seq, "error", err)
		g.refused(d, p)
		return
	}
	g.queue.settled(d.Seq)
	g.metrics.settled(d.System, state, g.o.Now().Sub(d.ReceivedAt))
}

// tells notes the pairs that a hint goes to, as of before they were told: a sync that ends later has answered it.
func (p *progress) tells(r route, now time.Time) {
	for _, s := range r.starts {
		p.told[s.state.ID] = now
	}
}

func (g *Gateway) handedOver(ctx context.Context, seq int64, p progress) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rememberFor)
	defer cancel()
	return g.o.Store.HandedOver(ctx, seq, p.told)
}

func (g *Gateway) mark(ctx context.Context, seq int64, state, reason string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rememberFor)
	defer cancel()
	return g.o.Store.MarkDelivery(ctx, seq, state, reason)
}
