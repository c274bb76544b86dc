package chaos

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"duplex/standalone/rig"
)

// faultKinds are what a system may do to the sync's calls, each with how a draw of it looks.
var faultKinds = []struct {
	longest time.Duration // 0 is any
	draw    func(r *rand.Rand) rig.Fault
}{
	{0, func(r *rand.Rand) rig.Fault {
		return rig.Fault{Kind: "latency", Percent: 30, Delay: fmt.Sprintf("%dms", 50+r.IntN(1200))}
	}},
	{0, func(r *rand.Rand) rig.Fault {
		return rig.Fault{Kind: "throttle", Percent: float64(20 + r.IntN(20)), RetryAfter: 1 + r.IntN(3)}
	}},
	{0, func(r *rand.Rand) rig.Fault {
		return rig.Fault{Kind: "status", Percent: float64(15 + r.IntN(20)), Status: []int{500, 502, 503}[r.IntN(3)]}
	}},
	{0, func(r *rand.Rand) rig.Fault {
		return rig.Fault{Kind: "timeout", Percent: float64(5 + r.IntN(10)), Delay: fmt.Sprintf("%dms", 500+r.IntN(2500))}
	}},
	{0, func(r *rand.Rand) rig.Fault { return rig.Fault{Kind: "drop", Percent: float64(10 + r.IntN(20))} }},
	{0, func(r *rand.Rand) rig.Fault {
		return rig.Fault{Kind: "drop", Percent: 30, Method: []string{"POST", "PUT"}[r.IntN(2)]}
	}},
	{6 * time.Second, func(r *rand.Rand) rig.Fault { return rig.Fault{Kind: "maintenance", RetryAfter: 1 + r.IntN(4)} }},
	{4 * time.Second, func(r *rand.Rand) rig.Fault { return rig.Fault{Kind: "revoked"} }},
}

// shift is how far a system's clock was off, and when.
type shift struct {
	mu  sync.Mutex
	all []shifted
}

type shifted struct {
	from time.Time
	by   time.Duration
}

// set notes a new shift; the moment in between belongs to the old one.
func (s *shift) set(at time.Time, by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, shifted{at, by})
}

// real gives the true time of a moment by the system's clock.
func (s *shift) real(at time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.all) - 1; i >= 0; i-- {
		if t := at.Add(-s.all[i].by); !t.Before(s.all[i].from.Add(-100*time.Millisecond)) || i == 0 {
			return t
		}
	}
	return at
}

// breakThings carries out the plan's faults until the storm is over, and puts everything right then.
func breakThings(ctx context.Context, s *site, p plan, begun time.Time, out io.Writer) {
	var all sync.WaitGroup
	at := func(d time.Duration, do func()) {
		all.Go(func() {
			if sleep(ctx, time.Until(begun.Add(d))) {
				do()
			}
		})
	}
	say := func(err error) {
		if err != nil && ctx.Err() == nil {
			fmt.Fprintln(out, "chaos: a fault could not be made:", err)
		}
	}
	for _, e := range p.faults {
		at(e.from, func() {
			f := e.fault
			if f.Spare = s.spare; s.spare == "" {
				f.Account = syncAccount
			}
			id, err := s.of(e.side).Break(ctx, f)
			if err != nil {
				say(err)
				return
			}
			sleep(ctx, e.to-e.from)
			say(s.of(e.side).Mend(ctx, id))
		})
	}
	for which, shifts := range p.skews {
		for _, k := range shifts[min(1, len(shifts)):] { // the first holds since before the storm
			at(k.at, func() { say(s.skew(ctx, side(which), k.shift)) })
		}
	}
	for _, m := range p.modes {
		if s.ends[m.side].silent {
			continue
		}
		at(m.from, func() { say(s.of(m.side).Webhooks(ctx, m.mode, m.percent)) })
	}
	if w := p.window; w.at > 0 {
		at(w.at, func() { say(s.maintain(ctx, w.side)) })
	}
	down := map[string]*sync.Mutex{} // a part that is down is not killed again
	for _, k := range p.kills {
		if down[k.part] == nil {
			down[k.part] = &sync.Mutex{}
		}
	}
	for _, k := range p.kills {
		at(k.at, func() {
			down[k.part].Lock()
			defer down[k.part].Unlock()
			say(s.kill(ctx, k))
		})
	}
	all.Wait()
}

// kill ends a part and starts it again after its pause.
func (s *site) kill(ctx context.Context, k kill) error {
	if k.part == "postgres" {
		if err := s.postgres.Kill(); err != nil {
			return err
		}
		s.procs.count("postgres")
		sleep(ctx, k.down)
		return s.postgres.Start(context.WithoutCancel(ctx))
	}
	if err := s.procs.kill(k.part); err != nil {
		return err
	}
	sleep(ctx, k.down)
	return s.procs.start(k.part)
}

func (s *site) skew(ctx context.Context, which side, by time.Duration) error {
	err := s.of(which).Skew(ctx, by)
	s.shift[which].set(time.Now(), by)
	return err
}

// heal ends all faults; the clocks stay as they are.
func (s *site) heal(ctx context.Context) error {
	for _, which := range []side{support, engineering} {
		if err := s.of(which).Mend(ctx, ""); err != nil {
			return err
		}
		if s.o.Webhooks && !s.ends[which].silent {
			if err := s.of(which).Webhooks(ctx, "normal", 0); err != nil {
				return err
			}
		}
	}
	if s.postgres != nil {
		if err := s.postgres.Start(ctx); err != nil {
			return err
		}
	}
	return s.procs.startAll()
}

// sleep waits; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool { return rig.Pause(ctx, d) == nil }
