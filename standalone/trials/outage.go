package trials

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"duplex/core"
	"duplex/standalone/app"
	"duplex/standalone/rig"
)

const (
	livePairs = 30 // edited after the system is back
	again     = 100
	probesPer = 12 // probes that may be made in a minute of closed time
)

// downtime is one outage of Jira as it is measured.
type downtime struct {
	*site
	o       options
	f       *figures
	pairs   map[string]core.Pair // by ticket
	backlog []string             // tickets edited while Jira is away
	live    []string             // tickets edited when it is back
	jira    rig.Control
	meter   *rig.Meter
}

// outage takes Jira away while n pairs are edited in Zendesk, and looks at what is called, what grows, and in which order
// work is done when Jira is back.
func outage(ctx context.Context, o options, f *figures) error {
	if o.seconds == 0 {
		o.seconds = 120
	}
	s, err := newSite(ctx, o, map[string]string{rig.Zendesk: fast, rig.Jira: fast})
	defer s.end()
	if err != nil {
		return err
	}
	d := &downtime{site: s, o: o, f: f, jira: rig.Control(s.JiraURL)}
	if err := d.prepare(ctx); err != nil {
		return fmt.Errorf("before the outage: %w", err)
	}
	if err := d.away(ctx); err != nil {
		return fmt.Errorf("during the outage: %w", err)
	}
	if err := d.back(ctx); err != nil {
		return fmt.Errorf("after the outage: %w", err)
	}
	return nil
}

// prepare brings the pairs in step, and then gives Jira the budget of the trial.
func (d *downtime) prepare(ctx context.Context) error {
	tickets, pairs, err := d.paired(ctx, d.o.n+livePairs)
	if err != nil {
		return err
	}
	d.pairs, d.backlog, d.live = pairs, tickets[:d.o.n], tickets[d.o.n:]
	budget := fmt.Sprintf("{requests_per_second: %d, concurrency: 8}", d.o.rate)
	if err := d.Systems(ctx, map[string]string{rig.Zendesk: fast, rig.Jira: budget}); err != nil {
		return err
	}
	if err := d.Quiet(ctx); err != nil {
		return err
	}
	d.meter, err = d.jira.NewMeter(ctx)
	return err
}

// away is the time in which Jira cannot be reached.
func (d *downtime) away(ctx context.Context) error {
	fault := rig.Fault{Kind: "timeout"} // without a delay: it hangs up
	if d.o.how == "503" {
		fault = rig.Fault{Kind: "status", Status: 503}
	}
	d.f.set("down_by", d.o.how)
	id, err := d.jira.Break(ctx, fault)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := each(ctx, d.backlog, func(i int, id string) error {
		return d.Ada.EditTicket(ctx, id, rig.Object{"subject": fmt.Sprintf("t%05d edited in the dark", i)})
	}); err != nil {
		return err
	}
	edited := time.Since(began)
	if err := d.until(ctx, "the gate closes", time.Minute, func(g core.Gate) bool { return g.State != core.GateOpen && g.State != "" }); err != nil {
		return err
	}
	closed := time.Now()
	d.say("%d tickets edited in %v, the gate closed %v after the first edit", d.o.n, edited.Round(time.Millisecond), closed.Sub(began).Round(time.Millisecond))
	d.f.set("closed_after_seconds", closed.Sub(began).Seconds())
	if err := d.handedOver(ctx, 5*time.Minute); err != nil {
		return err
	}
	calls, err := d.meter.Next(ctx)
	if err != nil {
		return err
	}
	d.f.set("calls_until_closed", len(calls))
	if err := d.watchClosed(ctx); err != nil {
		return err
	}
	return d.jira.Mend(ctx, id)
}

// watchClosed measures while nothing is to happen. Some tickets are edited three times more meanwhile.
func (d *downtime) watchClosed(ctx context.Context) error {
	waiting := pairsOf(d.pairs, d.backlog[again:])
	edited := pairsOf(d.pairs, d.backlog[:again])
	events, err := d.still(ctx, waiting)
	if err != nil {
		return err
	}
	if _, err := d.meter.Next(ctx); err != nil {
		return err
	}
	began := time.Now()
	before, err := d.events(ctx, edited)
	if err != nil {
		return err
	}
	var samples []map[string]rig.Memory
	end := began.Add(time.Duration(d.o.seconds) * time.Second)
	third := time.Duration(d.o.seconds) * time.Second / 3
	for rounds := 0; time.Now().Before(end); {
		m, err := d.memory()
		if err != nil {
			return err
		}
		samples = append(samples, m)
		if due := began.Add(third + time.Duration(rounds)*time.Second); rounds < 3 && time.Now().After(due) {
			rounds++
			if err := each(ctx, d.backlog[:again], func(i int, id string) error {
				return d.Ada.EditTicket(ctx, id, rig.Object{"subject": fmt.Sprintf("t%05d edited in the dark, time %d", i, rounds+1)})
			}); err != nil {
				return err
			}
		}
		if err := rig.Pause(ctx, time.Second); err != nil {
			return err
		}
	}
	calls, err := d.meter.Next(ctx)
	if err != nil {
		return err
	}
	minutes := time.Since(began).Minutes()
	d.called(calls, minutes)
	after, err := d.events(ctx, waiting)
	if err != nil {
		return err
	}
	again, err := d.events(ctx, edited)
	if err != nil {
		return err
	}
	d.f.set("closed_seconds", time.Since(began).Seconds())
	d.f.set("events_per_waiting_pair_at_start", float64(events)/float64(len(waiting)))
	d.f.set("events_per_waiting_pair_and_minute", float64(after-events)/float64(len(waiting))/minutes)
	d.f.claim(after == events, "the histories of %d waiting pairs grew by %d events in %.1f minutes", len(waiting), after-events, minutes)
	d.f.set("events_per_edit_while_closed", float64(again-before)/float64(3*len(edited)))
	d.grown(samples)
	return d.webhooks(ctx)
}

// still waits until what was under way when the gate closed has come to its end: the reads of the tickets, and the plans.
// The histories then do not grow for five seconds; it gives their length.
func (d *downtime) still(ctx context.Context, waiting []core.Pair) (events int64, err error) {
	began := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, 2*time.Minute, errors.New("the histories go on growing"))
	defer cancel()
	for last := int64(-1); ; last = events {
		if events, err = d.events(ctx, waiting); err != nil {
			return 0, err
		}
		if events == last {
			d.f.set("still_after_seconds", time.Since(began).Seconds()-5)
			return events, nil
		}
		if err := rig.Pause(ctx, 5*time.Second); err != nil {
			return 0, fmt.Errorf("%w: from %d to %d events in 5 s", err, last, events)
		}
	}
}

// called holds that only probes were made.
func (d *downtime) called(calls []rig.Call, minutes float64) {
	byOperation := map[string]int{}
	for _, c := range calls {
		byOperation[c.Method+" "+c.Path]++
	}
	d.f.set("calls_while_closed", byOperation)
	d.f.set("probes_per_minute", float64(len(calls))/minutes)
	d.f.claim(float64(len(calls)) <= probesPer*max(minutes, 1), "%d calls in %.1f minutes of a closed gate: %v", len(calls), minutes, byOperation)
	for op := range byOperation {
		d.f.claim(slices.Contains(probes, op), "%s was called while the gate was closed, which is no probe", op)
	}
}

// probes are how it is asked whether Jira is back.
var probes = []string{"GET /rest/api/3/myself", "GET /rest/api/3/serverInfo"}

// grown compares the memory of the first and the last third of the closed time.
func (d *downtime) grown(samples []map[string]rig.Memory) {
	third := max(len(samples)/3, 1)
	mean := func(part []map[string]rig.Memory, name string) (sum float64) {
		for _, m := range part {
			sum += megabytes(m[name].Now)
		}
		return sum / float64(len(part))
	}
	for _, part := range []string{app.PartEngine, app.PartGateway, app.PartWorker} {
		first, last := mean(samples[:third], part), mean(samples[len(samples)-third:], part)
		d.f.set(part+"_mb_at_start", first)
		d.f.set(part+"_mb_at_end", last)
		d.f.claim(last <= first*1.1+16, "the %s grew from %.0f to %.0f MB while nothing happened", part, first, last)
	}
}

// webhooks holds that every webhook of the outage was taken at the first attempt.
func (d *downtime) webhooks(ctx context.Context) error {
	sent, waiting, err := rig.Control(d.ZendeskURL).Deliveries(ctx)
	if err != nil {
		return err
	}
	refused := 0
	for _, s := range sent {
		if s.Attempt > 1 || s.Status < 200 || s.Status > 299 {
			refused++
		}
	}
	d.f.set("webhooks", len(sent))
	d.f.set("webhooks_not_taken_at_once", refused)
	d.f.claim(refused == 0 && waiting == 0, "%d webhooks were not taken at the first attempt, %d wait", refused, waiting)
	return nil
}
