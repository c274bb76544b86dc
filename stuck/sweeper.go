package stuck

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"duplex/core"
	"duplex/workflows"
)

// Store is what the sweeper needs of the store.
type Store interface {
	Pair(ctx context.Context, id string) (core.Pair, error)
	PairWork(ctx context.Context, id string) (core.PairWork, error)
	LinkedPairs(ctx context.Context, after string, limit int) ([]string, error)
	WaitingPairs(ctx context.Context, before time.Time, limit int) ([]core.PairWork, error)
	Answered(ctx context.Context, pair string, at time.Time) error

	Asks(ctx context.Context, pair string) ([]core.Ask, error)
	RemoveAsk(ctx context.Context, a core.Ask) error

	StuckPairs(ctx context.Context) (map[string]core.StuckPair, error)
	PutStuckPair(ctx context.Context, p core.StuckPair) error
	RemoveStuckPair(ctx context.Context, pair string) error
	StuckReport(ctx context.Context) (core.StuckReport, error)
	PutStuckReport(ctx context.Context, r core.StuckReport) error
	RequeueUnpaired(ctx context.Context, since time.Time) (int, error)
}

// Engine is what the sweeper needs of the workflow engine.
type Engine interface {
	// Identity changes when the engine is another one, without the workflows of the old.
	Identity(ctx context.Context) (string, error)
	// Running counts the running pair workflows; the number may lag a few seconds.
	Running(ctx context.Context) (int, error)
	// List calls yield with the ids of running pair workflows, page by page. It may lag a few seconds.
	List(ctx context.Context, yield func(ids []string) error) error
	// Failing lists pair workflows at which the workers fail, where the engine can tell.
	Failing(ctx context.Context) ([]string, error)
	// Look is what the engine knows of a pair's workflow, as of now.
	Look(ctx context.Context, id string) (Work, error)
	// Ask is what the workflow answers about itself; not answered when no worker can.
	Ask(ctx context.Context, id string) (Holds, error)
	// Hint tells the workflow of a change and starts it from the state when it does not run.
	Hint(ctx context.Context, state workflows.PairState, h workflows.Hint) error
	// Terminate ends that run. One that has ended is nil.
	Terminate(ctx context.Context, id, run, reason string) error
}

// Sweeper makes the passes. Store, Engine, Now and Log must be set.
type Sweeper struct {
	Store  Store
	Engine Engine
	// Closed tells whether a gate or a brake keeps the pair waiting; nil: never.
	Closed func(ctx context.Context, p core.Pair) bool
	// Restarted counts a pair that was started again, by reason; nil: nobody counts.
	Restarted func(reason core.StuckReason)
	// Beat is called while the pass goes on; nil: nobody listens.
	Beat func(ctx context.Context)
	Now  func() time.Time
	Log  *slog.Logger
	// Patience is DefaultPatience when zero.
	Patience Patience
}

const (
	page        = 1000
	atOnce      = 8
	mostActs    = 3000             // per pass, so that an engine that has just come back is not flooded
	compareEach = 10 * time.Minute // compare everything at least so often
	remember    = 2 * time.Hour    // after the last act
	replayFrom  = 24 * time.Hour   // deliveries so old are handed over again to another engine
)

// Pass looks for stuck pairs once and sets them going. The report is kept in the store, also when the pass fails halfway;
// what was not reached is found by the next pass.
func (s *Sweeper) Pass(ctx context.Context) (core.StuckReport, error) {
	began := s.Now().UTC()
	own := *s
	if own.Patience == (Patience{}) {
		own.Patience = DefaultPatience
	}
	p := &pass{Sweeper: &own, report: core.StuckReport{At: began, Restarted: map[core.StuckReason]int{}}, seen: map[string]bool{}}
	err := p.run(ctx)
	p.report.Seconds = s.Now().Sub(began).Seconds()
	if err != nil {
		p.report.Failed = err.Error()
	}
	return p.report, errors.Join(err, s.Store.PutStuckReport(ctx, p.report))
}

// pass is one pass under way.
type pass struct {
	*Sweeper
	report core.StuckReport
	last   map[string]core.StuckPair
	seen   map[string]bool // pairs that were looked at
	acts   atomic.Int64
}

func (p *pass) run(ctx context.Context) (err error) {
	before, err := p.Store.StuckReport(ctx)
	if err != nil {
		return err
	}
	if p.last, err = p.Store.StuckPairs(ctx); err != nil {
		return err
	}
	if p.report.Engine, err = p.Engine.Identity(ctx); err != nil {
		return fmt.Errorf("ask the workflow engine who it is: %w", err)
	}
	if err := p.replaced(ctx, before.Engine); err != nil {
		return err
	}
	waiting, err := p.Store.WaitingPairs(ctx, p.report.At.Add(-p.Patience.Silent), page)
	if err != nil {
		return err
	}
	p.report.Waiting = len(waiting)
	ids := make([]string, 0, len(waiting))
	for _, w := range waiting {
		ids = append(ids, w.ID)
	}
	failing, err := p.Engine.Failing(ctx)
	if err != nil {
		return fmt.Errorf("list the workflows that fail: %w", err)
	}
	ids = append(ids, failing...)
	missing, err := p.compare(ctx, before)
	if err != nil {
		return err
	}
	return errors.Join(p.each(ctx, append(ids, missing...)), p.forget(ctx))
}

// forget drops what is remembered of pairs that have worked for a while. Until then a pair that stops again waits longer.
func (p *pass) forget(ctx context.Context) error {
	for id, last := range p.last {
		if p.report.At.Sub(last.ActedAt) < remember {
			continue
		}
		if err := p.Store.RemoveStuckPair(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// replaced hands deliveries over again when the engine is another one than at the last pass.
func (p *pass) replaced(ctx context.Context, before string) (err error) {
	if before == "" || before == p.report.Engine {
		return nil
	}
	p.report.Replaced = true
	p.report.HandedOn, err = p.Store.RequeueUnpaired(ctx, p.report.At.Add(-replayFrom))
	p.Log.Warn("the workflow engine is another one than before: every pair is started again from the store",
		"deliveries", p.report.HandedOn)
	return err
}

// each looks at every pair once, a few at a time, and remembers what it finds.
func (p *pass) each(ctx context.Context, ids []string) error {
	var work errgroup.Group
	work.SetLimit(atOnce)
	found := make(chan outcome, atOnce)
	done := make(chan error, 1)
	go func() { done <- p.gather(ctx, found) }()
	for _, id := range ids {
		if p.seen[id] || ctx.Err() != nil {
			continue
		}
		p.seen[id] = true
		work.Go(func() error {
			found <- p.one(ctx, id)
			return nil
		})
	}
	_ = work.Wait()
	close(found)
	return errors.Join(<-done, ctx.Err())
}
