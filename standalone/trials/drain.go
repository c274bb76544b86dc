package trials

import (
	"context"
	"fmt"
	"slices"
	"time"

	"duplex/core"
	"duplex/standalone/rig"
)

// arrival is one edit and when it had reached the other side.
type arrival struct {
	edited, arrived time.Time
}

// back is the time after Jira answers again: the backlog drains, and people go on editing other pairs.
func (d *downtime) back(ctx context.Context) error {
	answers := time.Now()
	if err := d.until(ctx, "the gate opens", 6*time.Minute, func(g core.Gate) bool { return g.State == core.GateOpen }); err != nil {
		return err
	}
	opened := time.Now()
	d.f.set("opened_after_seconds", opened.Sub(answers).Seconds())
	d.say("the gate is open, %v after Jira answers again", opened.Sub(answers).Round(time.Millisecond))
	var live []arrival
	for i, id := range d.live { // four a second, for as long as the backlog is expected to last
		live = append(live, arrival{edited: time.Now()})
		if err := d.Ada.EditTicket(ctx, id, rig.Object{"subject": fmt.Sprintf("live edit %d", i)}); err != nil {
			return err
		}
		if err := rig.Pause(ctx, 250*time.Millisecond); err != nil {
			return err
		}
	}
	if err := d.drained(ctx, d.pairs); err != nil {
		return err
	}
	calls, err := d.meter.Next(ctx)
	if err != nil {
		return err
	}
	perSecond := rig.PerSecond(calls)
	byOp := map[string]int{}
	for _, c := range calls {
		byOp[c.Operation+" "+c.Actor]++
	}
	d.say("%v", byOp)
	d.f.set("budget_per_second", d.o.rate)
	d.f.set("calls_to_drain", len(calls))
	d.f.set("most_calls_in_a_second", slices.Max(append(perSecond, 0)))
	d.f.claim(slices.Max(append(perSecond, 0)) <= d.o.rate, "more than %d calls in one second: %v", d.o.rate, perSecond)
	if err := d.order(ctx, opened, live); err != nil {
		return err
	}
	return d.inStep(ctx, d.pairs)
}

// order holds that live edits did not wait for the backlog.
func (d *downtime) order(ctx context.Context, opened time.Time, live []arrival) error {
	var backlog []time.Time
	for _, id := range d.backlog {
		at, err := d.written(ctx, id, opened)
		if err != nil {
			return err
		}
		backlog = append(backlog, at)
	}
	slices.SortFunc(backlog, time.Time.Compare)
	var took []time.Duration
	overtaken, left := 0, 0
	for i, id := range d.live {
		at, err := d.written(ctx, id, live[i].edited)
		if err != nil {
			return err
		}
		live[i].arrived = at
		took = append(took, at.Sub(live[i].edited))
		for _, b := range backlog {
			if b.After(live[i].edited) {
				left++
				if b.Before(at) {
					overtaken++
				}
			}
		}
	}
	slowest := slices.Index(took, slices.Max(took))
	if err := d.timeline(ctx, d.pairs[d.live[slowest]], live[slowest].edited); err != nil {
		return err
	}
	drain := backlog[len(backlog)-1].Sub(opened)
	d.f.set("drain_seconds", drain.Seconds())
	d.f.set("live_edit_ms_p50", quantile(took, 0.5))
	d.f.set("live_edit_ms_max", quantile(took, 1))
	d.f.set("backlog_left_at_a_live_edit", float64(left)/float64(len(live)))
	d.f.set("backlog_done_before_a_live_edit", float64(overtaken)/float64(len(live)))
	d.f.claim(overtaken*10 <= left, "a live edit waited for %.0f of %.0f pairs of the backlog", float64(overtaken)/float64(len(live)), float64(left)/float64(len(live)))
	return nil
}

// written is when a ticket's pair was first written to the other side after a moment.
func (d *downtime) written(ctx context.Context, ticket string, after time.Time) (time.Time, error) {
	p := d.pairs[ticket]
	list, err := d.store.Outcomes(ctx, p.ID, 100)
	if err != nil {
		return time.Time{}, err
	}
	slices.Reverse(list)
	for _, o := range list {
		if o.Side == p.Sides[core.B].Name && o.Act == "update" && o.Result == "ok" && o.Ended.After(after) {
			return o.Ended, nil
		}
	}
	return time.Time{}, fmt.Errorf("no write to %s after %v is in the ledger", p.Sides[core.B].Ref, after.UTC())
}
