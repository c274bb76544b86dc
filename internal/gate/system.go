package gate

import (
	"context"
	"fmt"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// system is one system as this process knows it.
type system struct {
	k    *Keeper
	name string

	reserving chan struct{} // one reservation at a time

	mu       sync.Mutex
	host     string
	version  int
	windows  []core.Window
	rate     float64 // the admin's, or the connector's; 0: none
	most     int
	gate     core.Gate
	gen      int           // counts this process's own changes of the gate
	read     time.Time     // when the gate was last read
	changed  chan struct{} // closed when anything changes that a waiter looks at
	limiter  limiter
	underWay int
	streak   streak
	permits  permits
	pace     time.Duration // between calls, while the vendor's budget is low
	paceEnds time.Time
	lastSent time.Time
	probed   time.Time // when the account was last found to be fine
	probeNow bool
	probing  bool
	leased   time.Time // when this process last asked for the right to try
}

func newSystem(k *Keeper, name string) *system {
	return &system{k: k, name: name, reserving: make(chan struct{}, 1), most: 8, limiter: newLimiter(8),
		gate: core.Gate{System: name, State: core.GateOpen}, changed: make(chan struct{})}
}

// signal wakes everybody who waits. The caller holds the lock.
func (s *system) signal() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// see takes over what the store holds, unless this process has changed the gate since gen.
func (s *system) see(g core.Gate, gen int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if gen != s.gen {
		return
	}
	s.read = s.k.now()
	if g.State == "" {
		g = core.Gate{System: s.name, State: core.GateOpen}
	}
	if g != s.gate {
		s.gate = g
		s.signal()
	}
}

// settle takes over what the store made of this process's own change. Reads that began before it no longer count.
func (s *system) settle(g core.Gate, gen int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if gen != s.gen {
		return // changed again meanwhile: that change's own answer counts
	}
	s.gate, s.read = g, s.k.now()
	s.gen++
	s.signal()
}

// look is the gate as last seen, and what is closed when it changes. It is read anew when nobody has done so for a while.
func (s *system) look(ctx context.Context) (core.Gate, <-chan struct{}) {
	s.mu.Lock()
	stale := s.k.now().Sub(s.read) > 2*readEvery
	if stale {
		s.read = s.k.now() // one caller reads, the others go on with what is known
	}
	s.mu.Unlock()
	if stale {
		s.k.readGates(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gate, s.changed
}

// pass is the right to make one call.
type pass struct {
	trial  bool // it decides whether the gate opens
	bypass bool // a probe: it decides by what the connector makes of the answer
}

// enter waits until a call may be made. It fails with a BusyError when that takes longer than patience or the context
// allow. A pass is given back with leave.
func (s *system) enter(ctx context.Context) (pass, error) {
	patient := s.k.now().Add(patience(ctx))
	if end, ok := ctx.Deadline(); ok && end.Before(patient) {
		patient = end
	}
	if bypasses(ctx) {
		return pass{bypass: true}, s.turn(ctx, patient)
	}
	if err := s.place(ctx, patient); err != nil {
		return pass{}, err
	}
	p, err := s.through(ctx, patient)
	if err != nil {
		s.leave()
	}
	return p, err
}

// place takes one of the places for calls under way.
func (s *system) place(ctx context.Context, patient time.Time) error {
	for {
		s.mu.Lock()
		if s.underWay < s.limiter.allowed() {
			s.underWay++
			s.mu.Unlock()
			return nil
		}
		changed := s.changed
		s.mu.Unlock()
		if err := s.pause(ctx, changed, patient.Sub(s.k.now()), "waits for calls under way to end"); err != nil {
			return err
		}
	}
}

func (s *system) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underWay--
	s.signal()
}

// through waits at the gate and for the call's turn in the budget.
func (s *system) through(ctx context.Context, patient time.Time) (pass, error) {
	for {
		g, changed := s.look(ctx)
		now := s.k.now()
		p := pass{}
		switch g.Access(now) {
		case core.AccessTrial:
			if p.trial = s.k.tryLease(ctx, s); !p.trial {
				if err := s.pause(ctx, changed, min(leaseEvery, patient.Sub(now)), g.Reason); err != nil {
					return p, err
				}
				continue
			}
		case core.AccessClosed:
			wait := g.Wait(now)
			if now.Add(wait).After(patient) {
				return p, busy(g, wait)
			}
			if err := s.pause(ctx, changed, wait, g.Reason); err != nil {
				return p, err
			}
			continue
		}
		err := s.turn(ctx, patient)
		if err != nil {
			s.k.giveBack(s, p)
			return p, err
		}
		if p.trial || s.open() {
			return p, nil
		}
	}
}

func (s *system) open() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gate.Access(s.k.now()) == core.AccessOpen
}

// missedTurns is how often a turn that was missed is given up for a later one. A machine so busy that it misses all of them
// makes few calls anyway.
const missedTurns = 3

// turn waits for the call's turn in the fleet's budget and in what the vendor says is left.
func (s *system) turn(ctx context.Context, patient time.Time) error {
	for missed := 0; ; missed++ {
		at, err := s.reserved(ctx, patient)
		if err != nil {
			return err
		}
		at = s.paced(at)
		wait := at.Sub(s.k.now())
		switch {
		case at.After(patient):
			return busy(core.Gate{System: s.name, Reason: "its budget of calls is taken"}, wait)
		case wait <= 0:
			return nil
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
		if s.k.now().Sub(at) <= graceOf || missed == missedTurns {
			return nil
		}
	}
}

// paced is at, or later while the vendor says that few calls are left.
func (s *system) paced(at time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.k.now()
	if s.pace > 0 && now.Before(s.paceEnds) {
		if next := s.lastSent.Add(s.pace); next.After(at) {
			at = next
		}
	}
	s.lastSent = now
	if at.After(now) {
		s.lastSent = at
	}
	return at
}

// reserved is when the next call of the budget may be made.
func (s *system) reserved(ctx context.Context, patient time.Time) (time.Time, error) {
	s.mu.Lock()
	rate := s.rate * headroom
	at, ok := s.permits.take(s.k.now())
	s.mu.Unlock()
	if ok || rate <= 0 {
		return at, nil
	}
	select {
	case s.reserving <- struct{}{}:
		defer func() { <-s.reserving }()
	case <-ctx.Done():
		return at, ctx.Err()
	}
	s.mu.Lock()
	gen := s.gen
	at, ok = s.permits.take(s.k.now())
	s.mu.Unlock()
	if ok {
		return at, nil
	}
	r, err := s.k.o.Store.Reserve(ctx, s.name, batch(rate), rate, max(0, patient.Sub(s.k.now())))
	if ctx.Err() != nil {
		return at, ctx.Err()
	}
	if err != nil {
		s.k.o.Log.Warn("a system is not called: its budget cannot be read from the store", "system", s.name, "error", err)
		return at, busy(core.Gate{System: s.name, Reason: "the store, which keeps its budget, does not answer"}, 2*time.Second)
	}
	s.see(r.Gate, gen)
	if r.N == 0 {
		return at, busy(core.Gate{System: s.name, Reason: "its budget of calls is taken"}, max(r.Wait, time.Second))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.k.now()
	s.permits = permits{next: now.Add(r.Wait), left: r.N, every: time.Duration(float64(time.Second) / rate)}
	at, _ = s.permits.take(now)
	return at, nil
}

// pause waits until something changes, at most for d.
func (s *system) pause(ctx context.Context, changed <-chan struct{}, d time.Duration, reason string) error {
	if d <= 0 {
		return busy(core.Gate{System: s.name, Reason: reason}, time.Second)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-changed:
	case <-t.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// longestWait is when work at a closed gate is given back to the queue at the latest. Nothing takes it from there while the
// gate is closed, and when it opens early, the work is there.
const longestWait = 30 * time.Second

// busy is the error of a call that was not made.
func busy(g core.Gate, wait time.Duration) error {
	return &connectors.BusyError{After: min(wait, longestWait), Maintenance: g.State == core.GateMaintenance, Text: Words(g)}
}

// Words say why a system is not called.
func Words(g core.Gate) string {
	if g.State == "" || g.State == core.GateOpen {
		return fmt.Sprintf("%s is not called: %s", g.System, g.Reason)
	}
	until := ""
	if !g.Until.IsZero() {
		until = " until " + g.Until.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return fmt.Sprintf("%s is not called, its gate is closed (%s%s): %s", g.System, g.State, until, g.Reason)
}
