package trials

import (
	"context"
	"fmt"
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
	if err := s.Connect(ctx, connection, []byte(connectionFile), nil); err != nil {
		return err
	}
	tickets, err := s.tickets(ctx, o.n)
	if err != nil {
		return err
	}
	pairs, err := s.pairs(ctx, o.n)
	if err != nil {
		return err
	}
	if err := s.Quiet(ctx); err != nil {
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
	for {
		if err := s.Quiet(ctx); err != nil {
			return err
		}
		err := s.inStep(ctx, pairs)
		if err == nil {
			break
		}
		if rig.Pause(ctx, time.Second) != nil {
			return err
		}
	}
	f.set("edits", edits)
	f.set("drain_seconds", time.Since(began).Seconds()-3)
	f.set("retry_after_seconds", retryAfter)
	made, refused, soon := 0, 0, 0
	var least time.Duration
	for _, m := range meters {
		calls, err := m.Next(ctx)
		if err != nil {
			return err
		}
		counted := tooSoon(calls)
		made, refused, soon = made+len(calls), refused+counted.refused, soon+counted.soon
		least = min(least, counted.worst)
	}
	f.set("calls", made)
	f.set("calls_refused", refused)
	f.set("calls_inside_a_window", soon)
	if soon > 0 {
		f.set("worst_ms_before_the_end", -least.Milliseconds())
	}
	f.claim(refused > edits/10, "only %d of %d calls were refused: nothing was tried", refused, made)
	f.claim(soon == 0, "%d of %d calls began inside the second that a refusal had asked for", soon, made)
	return nil
}

// windows is how many calls of one system were refused and how many came too soon.
type windows struct {
	refused, soon int
	worst         time.Duration // negative: how long before the end of its window the earliest call came
}

// tooSoon counts the calls that began inside a window which a refused call before them had announced. A call that began
// before the refusal was answered could not know; an answer takes no longer than slack.
func tooSoon(calls []rig.Call) (w windows) {
	const slack = 20 * time.Millisecond
	for i, c := range calls {
		if c.Fault != "throttle" {
			continue
		}
		w.refused++
		end := c.Time.Add(retryAfter * time.Second)
		for _, later := range calls[i+1:] {
			if later.Time.After(c.Time.Add(slack)) && later.Time.Before(end) {
				w.soon++
				w.worst = min(w.worst, later.Time.Sub(end))
			}
		}
	}
	return w
}
