package gate

import (
	"context"
	"net/http"
	"time"

	"duplex/core"
)

// answered draws the conclusions of one answer.
func (s *system) answered(p pass, v Verdict, given bool, resp *http.Response, err error, took time.Duration) {
	s.k.metrics.called(s.name, resp, err, took)
	ctx := context.Background()
	if p.bypass {
		return
	}
	if !given {
		s.k.giveBack(s, p)
		return
	}
	down := s.count(v)
	closing := core.Closing{For: v.After, Reason: v.Reason}
	if p.trial {
		closing.Holder = s.k.id
	}
	switch {
	case v.Kind == Throttled:
		closing.State = core.GateThrottled
	case v.Kind == Maintenance:
		closing.State = core.GateMaintenance
	case v.Kind == Failing && (down || p.trial):
		closing.State = core.GateDown
	case p.trial && v.Kind != Failing:
		s.k.change(ctx, s, s.k.tried)
		return
	case v.Budget.Known && v.Budget.Remaining <= 0 && v.Budget.Reset > longReset:
		closing.State, closing.For, closing.Reason = core.GateThrottled, v.Budget.Reset, "the budget it grants is used up"
	default:
		return
	}
	now := s.k.now()
	s.mu.Lock()
	known := s.gate.State == closing.State && closing.Holder == "" && closing.For > 0 && !s.gate.Until.Before(now.Add(closing.For))
	s.mu.Unlock()
	if !known {
		s.k.change(ctx, s, func(g core.Gate) core.Gate { return g.Close(closing, now) })
	}
}

// longReset is from where on a used-up budget closes the gate before the next call is refused. A shorter one is waited for.
const longReset = 2 * time.Second

// count takes an answer into account that changes no gate by itself, and reports that the system is to be taken for down.
func (s *system) count(v Verdict) (down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.k.now()
	switch v.Kind {
	case Throttled:
		s.limiter.throttled(now)
		s.permits = permits{}
	case Failing:
		down = s.streak.failed(now)
	case Fine, Narrow:
		s.limiter.fine()
	}
	if v.Kind != Failing || down {
		s.streak.fine()
	}
	if v.Budget.Known {
		s.k.metrics.left.WithLabelValues(s.name).Set(v.Budget.Remaining)
	}
	s.pace = spread(v.Budget)
	if v.Budget.Known && v.Budget.Remaining <= 0 && v.Budget.Reset > 0 && v.Budget.Reset <= longReset {
		s.pace = v.Budget.Reset
	}
	s.paceEnds = now.Add(v.Budget.Reset)
	return down
}

// tried opens the gate for a call that this process was to try it with, unless another answer has closed it since.
func (k *Keeper) tried(g core.Gate) core.Gate {
	if g.Holder != k.id {
		return g
	}
	return g.Open("", time.Time{}, k.now())
}

// tryLease asks for the right to try a closed gate whose time has come.
func (k *Keeper) tryLease(ctx context.Context, s *system) bool {
	s.mu.Lock()
	soon := k.now().Sub(s.leased) < leaseEvery
	if !soon {
		s.leased = k.now()
	}
	s.mu.Unlock()
	if soon {
		return false
	}
	return k.lease(ctx, s, func(g core.Gate, now time.Time) bool { return g.Access(now) == core.AccessTrial })
}

// lease gives this process the right to try the gate if it may be tried, and no other process has it.
func (k *Keeper) lease(ctx context.Context, s *system, may func(core.Gate, time.Time) bool) bool {
	now := k.now()
	got := false
	s.mu.Lock()
	gen := s.gen
	s.mu.Unlock()
	_, is, err := k.o.Store.ChangeGate(ctx, s.name, func(g core.Gate) core.Gate {
		if got = may(g, now); !got {
			return g
		}
		return g.LeaseTo(k.id, now.Add(leaseFor))
	})
	if err != nil {
		if ctx.Err() == nil {
			k.o.Log.Warn("a closed gate cannot be tried: the store does not answer", "system", s.name, "error", err)
		}
		return false
	}
	s.settle(is, gen)
	return got
}

// giveBack ends the right to try a gate that was not made use of.
func (k *Keeper) giveBack(s *system, p pass) {
	if !p.trial {
		return
	}
	k.change(context.Background(), s, func(g core.Gate) core.Gate {
		if g.Holder != k.id {
			return g
		}
		return g.LeaseTo("", time.Time{})
	})
}
