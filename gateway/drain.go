package gateway

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"duplex/core"
)

const (
	drainPage    = 200
	drainAtOnce  = 8               // hand-overs at once
	drainPeriod  = time.Second     // for rows that runs, sweeps and other gateways recorded
	drainFailing = 2 * time.Second // after the store did not answer
)

// Run hands over what waits until ctx ends. It wakes at once for new deliveries and for those that become due. It
// returns nil when ctx ends.
func (g *Gateway) Run(ctx context.Context) error {
	kept := make(chan struct{})
	go func() { defer close(kept); g.keepRuns(ctx) }()
	defer func() { <-kept }()
	for {
		full, err := g.drain(ctx)
		wait := drainPeriod
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			g.o.Log.Error("waiting deliveries cannot be read", "error", err)
			wait = drainFailing
		case full:
			continue
		}
		if err == nil {
			if due, _ := g.queue.next(); !due.IsZero() {
				wait = min(wait, max(due.Sub(g.o.Now()), time.Millisecond))
			}
		}
		if until, _, closed := g.engine.closed(); closed {
			wait = until.Sub(g.o.Now())
		}
		if !g.sleep(ctx, wait) {
			return nil
		}
	}
}

// sleep waits, at most until the queue wakes the drain; false when ctx ended.
func (g *Gateway) sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-g.queue.wake:
	case <-t.C:
	}
	return true
}

// drain hands over one page of what waits. It asks for more rows than it knows not to be due, so that those never keep
// others from their turn. full tells that there may be more and that something was done.
func (g *Gateway) drain(ctx context.Context) (full bool, err error) {
	if _, _, closed := g.engine.closed(); closed {
		return false, nil
	}
	_, known := g.queue.next()
	waiting, err := g.o.Store.WaitingDeliveries(ctx, drainPage+known)
	if err != nil {
		return false, err
	}
	if len(waiting) < drainPage+known {
		seqs := make(map[int64]bool, len(waiting))
		for _, d := range waiting {
			seqs[d.Seq] = true
		}
		g.queue.keep(seqs)
	}
	var work errgroup.Group
	work.SetLimit(drainAtOnce)
	for _, d := range waiting {
		work.Go(func() error {
			if _, _, closed := g.engine.closed(); !closed && ctx.Err() == nil {
				g.handOver(ctx, d)
			}
			return nil
		})
	}
	_ = work.Wait()
	_, _, closed := g.engine.closed()
	return len(waiting) == drainPage+known && !closed, nil
}

// arrived hands a new delivery over at once, unless the engine is known to be out of reach.
func (g *Gateway) arrived(ctx context.Context, d core.Delivery) {
	if _, _, closed := g.engine.closed(); !closed {
		g.handOver(ctx, d)
	}
}
