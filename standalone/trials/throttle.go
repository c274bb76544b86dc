package trials

import (
	"context"
	"fmt"
	"slices"
	"time"

	"duplex/standalone/rig"
)

const (
	retryAfter = 1 // seconds, the least that the header can say
	refusedPer = 30.0
)

// throttle refuses 30 % of all calls at both systems while people edit, and counts the calls that came too soon.
func throttle(ctx context.Context, o options, f *figures) error {
	if o.seconds == 0 {
		o.seconds = 60
	}
	limits := fmt.Sprintf("{requests_per_second: %d, concurrency: 8}", o.rate)
	s, err := newSite(ctx, o, map[string]string{rig.Zendesk: limits, rig.Jira: limits})
	defer s.end()
	if err != nil {
		return err
	}
	tickets, pairs, err := s.paired(ctx, o.n)
	if err != nil {
		return err
	}
	var meters []*rig.Meter
	for _, c := range s.Controls() {
		// People are not throttled: they are not who this is about.
		if _, err := c.Break(ctx, rig.Fault{Kind: "throttle", Account: rig.Account, Percent: refusedPer, RetryAfter: retryAfter}); err != nil {
			return err
		}
		m, err := c.NewMeter(ctx)
		if err != nil {
			return err
		}
		meters = append(meters, m)
	}
	edits := 0
	for end := time.Now().Add(time.Duration(o.seconds) * time.Second); time.Now().Before(end); edits++ {
		if err := s.edit(ctx, pairs[tickets[edits%o.n]], edits, edits%2 == 0); err != nil {
			return err
		}
		if err := rig.Pause(ctx, 500*time.Millisecond); err != nil {
			return err
		}
	}
	began := time.Now()
	if err := s.drained(ctx, pairs); err != nil {
		return err
	}
	f.set("edits", edits)
	f.set("drain_seconds", time.Since(began).Seconds()-3)
	f.set("retry_after_seconds", retryAfter)
	var sum windows
	for _, m := range meters {
		calls, err := m.Next(ctx)
		if err != nil {
			return err
		}
		counted := tooSoon(calls)
		sum.made, sum.refused, sum.soon = sum.made+counted.made, sum.refused+counted.refused, sum.soon+counted.soon
		sum.early = max(sum.early, counted.early)
	}
	f.set("calls", sum.made)
	f.set("calls_refused", sum.refused)
	f.set("calls_inside_a_window", sum.soon)
	if sum.soon > 0 {
		f.set("earliest_ms_before_the_end", sum.early.Milliseconds())
	}
	f.claim(sum.refused > edits/10, "only %d of %d calls were refused: nothing was tried", sum.refused, sum.made)
	f.claim(sum.soon == 0, "%d of %d calls began inside the second that a refusal had asked for", sum.soon, sum.made)
	return nil
}

// windows is how many calls of one system were refused and how many came too soon.
type windows struct {
	made, refused, soon int
	early               time.Duration // how long before the end of the last window the earliest call came
}

// tooSoon counts the calls of duplex that began inside a window which a refused call before them had announced. A call that
// began before the refusal was answered could not know; an answer takes no longer than slack.
func tooSoon(calls []rig.Call) (w windows) {
	const slack = 20 * time.Millisecond
	var refusals []time.Time // of the last second
	for _, c := range slices.SortedFunc(slices.Values(calls), func(a, b rig.Call) int { return a.Time.Compare(b.Time) }) {
		if !c.Own() {
			continue
		}
		refusals = slices.DeleteFunc(refusals, func(r time.Time) bool { return !c.Time.Before(r.Add(retryAfter * time.Second)) })
		w.made++
		if i := slices.IndexFunc(refusals, func(r time.Time) bool { return c.Time.After(r.Add(slack)) }); i >= 0 {
			w.soon++
			w.early = max(w.early, refusals[len(refusals)-1].Add(retryAfter*time.Second).Sub(c.Time))
		}
		if c.Fault == "throttle" {
			w.refused++
			refusals = append(refusals, c.Time)
		}
	}
	return w
}
