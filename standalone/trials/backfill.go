package trials

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duplex/core"
	"duplex/gateway"
	"duplex/standalone/app"
	"duplex/standalone/rig"
)

const sampled = 500 // pairs whose history is measured

// backfill brings n existing tickets into the sync with one run, kills the worker when a third and when two thirds are
// done, and then looks at what so many idle pairs cost.
func backfill(ctx context.Context, o options, f *figures) error {
	s, err := newSite(ctx, o, map[string]string{rig.Zendesk: fast, rig.Jira: fast})
	defer s.end()
	if err != nil {
		return err
	}
	b := &filling{site: s, o: o, f: f, peak: map[string]int64{}, worked: map[string]map[int]time.Duration{}}
	if err := b.existing(ctx); err != nil {
		return fmt.Errorf("make %d tickets: %w", o.n, err)
	}
	if err := s.Connect(ctx, connection, []byte(connectionFile), nil); err != nil {
		return err
	}
	if err := b.fill(ctx); err != nil {
		return err
	}
	pairs, err := s.pairs(ctx, o.n)
	if err != nil {
		return err
	}
	if err := b.outcome(ctx, pairs); err != nil {
		return err
	}
	return s.idle(ctx, f, pairs)
}

// filling is one backfill as it is measured.
type filling struct {
	*site
	o      options
	f      *figures
	meters []*rig.Meter
	calls  map[string]int // of duplex, by operation
	writes int
	peak   map[string]int64                 // bytes, by part
	worked map[string]map[int]time.Duration // processor time, by part and process
}

// existing makes the tickets, of which no webhook tells, before any connection is there.
func (b *filling) existing(ctx context.Context) error {
	if err := b.Deliver(ctx, "drop"); err != nil {
		return err
	}
	began := time.Now()
	if _, err := b.tickets(ctx, b.o.n); err != nil {
		return err
	}
	b.say("%d tickets made in %v", b.o.n, time.Since(began).Round(time.Millisecond))
	if err := b.Deliver(ctx, "normal"); err != nil {
		return err
	}
	b.calls = map[string]int{}
	for _, c := range b.Controls() {
		m, err := c.NewMeter(ctx)
		if err != nil {
			return err
		}
		b.meters = append(b.meters, m)
	}
	return nil
}

// fill runs the backfill to its end.
func (b *filling) fill(ctx context.Context) error {
	var r gateway.Run
	began := time.Now()
	ask := gateway.RunRequest{Kind: core.RunBackfill, Connection: connection, Params: core.RunParams{Side: "support"}}
	if err := b.AdminCall(ctx, "POST", "/api/v1/runs", ask, &r); err != nil {
		return err
	}
	kills, said := 0, time.Now()
	for r.State == core.RunRunning || r.State == "" { // a run that pauses itself is a failure
		if err := rig.Pause(ctx, 500*time.Millisecond); err != nil {
			return fmt.Errorf("the backfill is %s, %s: %w", r.State, r.Text, err)
		}
		if err := b.look(ctx); err != nil {
			return err
		}
		id := r.ID
		r = gateway.Run{}
		if err := b.AdminCall(ctx, "GET", "/api/v1/runs/"+id, nil, &r); err != nil {
			return err
		}
		if time.Since(said) > 15*time.Second {
			said = time.Now()
			b.say("%s; %v", r.Text, r.Counts)
		}
		if kills < 2 && r.Counts.Answered()*3 >= b.o.n*(kills+1) {
			kills++
			b.say("the worker is killed, %d of %d items have their answer", r.Counts.Answered(), b.o.n)
			if err := errors.Join(b.procs.Kill(app.PartWorker), b.procs.Start(b.World, app.PartWorker)); err != nil {
				return err
			}
		}
	}
	took := time.Since(began)
	b.f.set("run_state", r.State)
	b.f.set("run_counts", r.Counts)
	b.f.set("minutes", took.Minutes())
	b.f.set("items_per_second", float64(b.o.n)/took.Seconds())
	b.f.set("kills", kills)
	if r.State != core.RunDone || r.Counts[core.ItemDone] != b.o.n {
		return fmt.Errorf("the run is %s, with %d of %d items done: %s %v", r.State, r.Counts[core.ItemDone], b.o.n, r.Reason, r.Counts)
	}
	b.f.claim(kills == 2, "the worker was killed %d times, not twice", kills)
	if err := b.Quiet(ctx); err != nil {
		return err
	}
	return b.look(ctx)
}

// look counts the calls since the last time and notes the most that each part has held.
func (b *filling) look(ctx context.Context) error {
	for _, m := range b.meters {
		calls, err := m.Next(ctx)
		if err != nil {
			return err
		}
		for _, c := range calls {
			if c.Own() {
				b.calls[c.Operation]++
				if !c.Read() {
					b.writes++
				}
			}
		}
	}
	for _, part := range []string{app.PartEngine, app.PartGateway, app.PartWorker} {
		pid := b.procs.PID(part)
		m, err := rig.MemoryOf(pid)
		if err != nil {
			continue // just being killed or started
		}
		b.peak[part] = max(b.peak[part], m.Peak)
		if b.worked[part] == nil {
			b.worked[part] = map[int]time.Duration{}
		}
		if worked, err := rig.CPU(pid); err == nil {
			b.worked[part][pid] = worked
		}
	}
	return nil
}

// outcome holds that each ticket has one issue, and tells what one item cost.
func (b *filling) outcome(ctx context.Context, pairs map[string]core.Pair) error {
	all := 0
	for _, n := range b.calls {
		all += n
	}
	b.f.set("calls_per_item", float64(all)/float64(b.o.n))
	b.f.set("writes_per_item", float64(b.writes)/float64(b.o.n))
	b.f.set("calls_by_operation", b.calls)
	for part, peak := range b.peak {
		b.f.set(part+"_peak_mb", megabytes(peak))
	}
	for part, processes := range b.worked {
		var worked time.Duration
		for _, d := range processes {
			worked += d
		}
		b.f.set(part+"_cpu_ms_per_item", float64(worked.Milliseconds())/float64(b.o.n))
	}
	some := make([]core.Pair, 0, sampled)
	for _, p := range pairs {
		if some = append(some, p); len(some) == sampled {
			break
		}
	}
	events, err := b.events(ctx, some)
	if err != nil {
		return err
	}
	b.f.set("history_events_per_item", float64(events)/float64(len(some)))
	twins := map[string]int{}
	issues, err := b.JiraAda.Issues(ctx, "ENG")
	if err != nil {
		return err
	}
	double := 0
	for _, i := range issues {
		var token string
		if _, err := fmt.Sscanf(rig.Text(i, "fields", "summary"), "%s reported", &token); err != nil {
			return fmt.Errorf("an issue that no ticket explains: %q", rig.Text(i, "fields", "summary"))
		}
		if twins[token]++; twins[token] > 1 {
			double++
		}
	}
	b.f.set("issues", len(issues))
	b.f.set("duplicates", double)
	b.f.claim(double == 0, "%d tickets have more than one issue", double)
	b.f.claim(len(twins) == b.o.n, "%d tickets have an issue, of %d", len(twins), b.o.n)
	return b.inStep(ctx, pairs)
}
