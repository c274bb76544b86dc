package activities

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/core/merge"
)

// Trial is one test run: it plans real or recorded items as a sync would and tells what would be done. It writes nothing,
// neither to a system nor to the store: it holds readers of both, and nothing else.
type Trial struct {
	Store   TrialStore
	Readers [2]*Reader // by side
	Gates   Gates      // nil: every system may be called
	Now     func() time.Time
	// Mapping is what is tried, Version how people call it. Against is what it is compared with; nil: with nothing.
	Mapping, Against        *mapping.Mapping
	Version, AgainstVersion string
	// Patience is how long the run waits altogether for systems that are not to be called now; 0 is a minute.
	Patience time.Duration
	// Missing reports the store's error that a row is not there, or not any more.
	Missing func(error) bool

	mu      sync.Mutex // of what both sides' readings touch
	request core.TrialRequest
	say     func(core.TrialEvent) error
	sum     core.TrialSummary
	waited  time.Duration
	known   map[string]found // people who were looked for, by side and address
	whole   int              // items that were read whole
}

// TrialStore is what a test run reads of the store. It has no method that writes.
type TrialStore interface {
	PlanStore
	PairsOf(ctx context.Context, system, itemID string) ([]core.Pair, error)
	PairsAfter(ctx context.Context, connection, status, problem, after string, limit int) ([]core.Pair, error)
	CountPairs(ctx context.Context) (map[string]map[string]int, error)
}

const (
	trialChunk   = 100 // items that are read, planned and told together
	trialAtOnce  = 4   // whole items that are read at once, per system
	mostWhole    = 100 // items that are read whole when nothing is said
	trialPatient = time.Minute
)

// Run makes the test run and tells its events in order. It ends with ctx, or with the first error of say.
func (t *Trial) Run(ctx context.Context, req core.TrialRequest, say func(core.TrialEvent) error) error {
	began := t.Now()
	var telling sync.Mutex
	t.say = func(e core.TrialEvent) error {
		telling.Lock()
		defer telling.Unlock()
		return say(e)
	}
	t.request, t.known, t.whole, t.waited = req, map[string]found{}, 0, 0
	t.sum = core.TrialSummary{Outcomes: map[core.TrialOutcome]int{}, Reads: map[string]int{}, Refusals: map[string]int{}}
	targets, of, err := t.targets(ctx)
	if err != nil {
		return err
	}
	conn := t.Mapping.Connection
	head := core.TrialBegun{Connection: conn.Name, Version: t.Version, Against: t.AgainstVersion, At: began.UTC(), Recorded: req.Recorded, Total: len(targets), Of: of}
	for _, side := range core.Sides {
		head.Sides[side], head.Systems[side] = conn.Sides[side].Name, conn.Sides[side].System
	}
	if err := t.say(core.TrialEvent{Begun: &head}); err != nil {
		return err
	}
	for done := 0; done < len(targets); {
		part := targets[done:min(done+trialChunk, len(targets))]
		if err := t.read(ctx, part); err != nil {
			return err
		}
		for i := range part {
			if err := t.tell(ctx, &part[i]); err != nil {
				return err
			}
			part[i] = target{}
		}
		done += len(part)
		if err := t.say(core.TrialEvent{Progress: t.progress(done, len(targets))}); err != nil {
			return err
		}
	}
	for side, r := range t.Readers {
		if r != nil {
			t.sum.Reads[conn.Sides[side].System] = r.Calls()
		}
	}
	t.sum.Took = t.Now().Sub(began)
	return t.say(core.TrialEvent{Done: &t.sum})
}

func (t *Trial) progress(done, total int) *core.TrialProgress {
	return &core.TrialProgress{Done: done, Total: total, Differ: t.sum.Differ, Parked: t.sum.Outcomes[core.TrialParked],
		Written: t.sum.Outcomes[core.TrialWrites] + t.sum.Outcomes[core.TrialCreates]}
}

// tell plans one target, counts what it came to, and tells of it when there is something to tell.
func (t *Trial) tell(ctx context.Context, g *target) error {
	item, err := t.item(ctx, g)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		if connectors.Class(err) == "failed" && !errors.Is(err, errErased) {
			return err
		}
		item = t.head(g)
		item.Outcome, item.Text = core.TrialFailed, err.Error()
	}
	t.count(item)
	asked := len(t.request.Items) > 0 || t.request.All
	quiet := item.Outcome == core.TrialNothing || item.Outcome == core.TrialRefused
	if t.Against != nil || t.request.Recorded && !t.request.Newest {
		quiet = !item.Differs && item.Outcome != core.TrialFailed
	} else if item.Outcome == core.TrialNothing && len(item.Fields)+len(item.Entries) > 0 {
		quiet = false // a rule waits, rests on two values that do not mean the same, or leaves a person in place
	}
	if quiet && !asked {
		return nil
	}
	return t.say(core.TrialEvent{Item: &item})
}

func (t *Trial) count(item core.TrialItem) {
	t.sum.Items++
	t.sum.Outcomes[item.Outcome]++
	if item.Outcome == core.TrialRefused {
		t.sum.Refusals[item.Text]++
	}
	conflict, lossy := false, false
	for _, f := range item.Fields {
		conflict, lossy = conflict || f.Conflict, lossy || len(f.Losses) > 0
	}
	for _, e := range item.Entries {
		lossy = lossy || len(e.Losses) > 0
	}
	for _, c := range []struct {
		is bool
		n  *int
	}{{item.Differs, &t.sum.Differ}, {conflict, &t.sum.Conflicts}, {lossy, &t.sum.Lossy}, {unlike(item), &t.sum.Unlike}, {item.NotRead != "", &t.sum.NotWhole}} {
		if c.is {
			*c.n++
		}
	}
}

func unlike(item core.TrialItem) bool {
	for _, f := range item.Fields {
		if f.Unlike {
			return true
		}
	}
	return false
}

// planner plans under a mapping that need not be in force.
func (t *Trial) planner(m *mapping.Mapping) *planner {
	return &planner{Store: t.Store, Now: t.Now,
		Mapping: func(context.Context, string) (*mapping.Mapping, error) { return m, nil },
		Look: func(_ context.Context, system string) (merge.EntryAbilities, connectors.Facts, error) {
			for side, r := range t.Readers {
				if r != nil && m.Connection.Sides[side].System == system {
					return r.can, r.facts, nil
				}
			}
			return merge.EntryAbilities{}, connectors.Facts{}, fmt.Errorf("the pair is with the system %s, which the file no longer names: %w", system, connectors.ErrUnsupported)
		}}
}

// patiently calls do while the system may be called. A closed gate and a system that is busy are said and waited for, as
// long as the run's patience lasts.
func (t *Trial) patiently(ctx context.Context, side core.Side, do func() error) error {
	system := t.Mapping.Connection.Sides[side].System
	for {
		err := error(nil)
		if t.Gates != nil {
			if wait, why := t.Gates.Closed(ctx, system); wait > 0 {
				err = &connectors.BusyError{After: wait, Text: why}
			}
		}
		if err == nil {
			err = do()
		}
		var busy *connectors.BusyError
		if !errors.As(err, &busy) {
			return err
		}
		wait := max(busy.After, 100*time.Millisecond)
		if !t.waits(wait) {
			return fmt.Errorf("%s is not to be called now: %w", system, err)
		}
		if err := t.say(core.TrialEvent{Said: fmt.Sprintf("%s is not to be called now, it is tried again in %v: %s", system, wait.Round(time.Second/10), busy.Error())}); err != nil {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// waits takes a wait out of the run's patience; false when that is not enough.
func (t *Trial) waits(wait time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waited += wait
	return t.waited <= cmp.Or(t.Patience, trialPatient)
}
