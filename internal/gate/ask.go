package gate

import (
	"context"
	"fmt"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// shortWait is how long work that has begun may as well wait in place.
const shortWait = 2 * time.Second

// Closed tells when to ask again because a system is not to be called now, and why; 0 when it may be, or soon. It asks
// nobody.
func (k *Keeper) Closed(ctx context.Context, name string) (time.Duration, string) {
	g, _ := k.system(name).look(ctx)
	if wait := g.Wait(k.now()); wait > shortWait {
		return min(wait, longestWait), Words(g)
	}
	return 0, ""
}

// Opened is when a gate was opened last; zero while it is closed, and when it never was.
func (k *Keeper) Opened(ctx context.Context, name string) time.Time {
	if g, _ := k.system(name).look(ctx); g.State == core.GateOpen {
		return g.Since
	}
	return time.Time{}
}

// Denied finds out whether a refusal is about the account as a whole: then the gate is closed, and the result tells how
// long to wait and why. 0 means that the account is fine, so the refusal is about what was asked for. With account the
// refusal was of the credentials: an account that is fine by now was changed a moment ago, and the wait is short.
func (k *Keeper) Denied(ctx context.Context, name string, account bool) (time.Duration, string) {
	s := k.system(name)
	g, _ := s.look(ctx)
	if g.State == core.GateDenied {
		return min(max(g.Wait(k.now()), time.Second), longestWait), Words(g)
	}
	if k.o.Identify == nil {
		return 0, ""
	}
	known, wait, why := fineFor, time.Duration(0), ""
	if account {
		known, wait, why = fineAgain, fineAgain, "the credentials were refused a moment ago and are accepted now"
	}
	s.mu.Lock()
	fine := k.now().Sub(s.probed) < known
	s.mu.Unlock()
	if fine {
		return wait, why
	}
	g, err := k.identify(ctx, s)
	switch class := connectors.Class(err); {
	case ctx.Err() != nil:
		return time.Second, "whether the account is refused could not be told"
	case class == "denied" || class == "busy":
		return min(max(g.Wait(k.now()), time.Second), longestWait), Words(g)
	}
	return wait, why
}

// CloseUntil closes a gate by an operator's hand; a zero until means until somebody opens it.
func (k *Keeper) CloseUntil(ctx context.Context, name string, until time.Time, reason, by string) (core.Gate, error) {
	if reason == "" {
		reason = "closed by hand"
	}
	return k.decided(ctx, name, func(g core.Gate, now time.Time) core.Gate {
		return g.Close(core.Closing{State: core.GateMaintenance, Until: until, Reason: reason, By: whoever(by)}, now)
	})
}

// OpenNow opens a gate by an operator's hand, also inside a window, which then does not close it again.
func (k *Keeper) OpenNow(ctx context.Context, name, by string) (core.Gate, error) {
	s := k.system(name)
	s.mu.Lock()
	windows := s.windows
	s.mu.Unlock()
	return k.decided(ctx, name, func(g core.Gate, now time.Time) core.Gate {
		_, until, _ := core.InWindow(windows, now)
		return g.Open(whoever(by), until, now)
	})
}

// decided carries out an operator's decision. Unlike what answers cause, it fails when the store does not keep it.
func (k *Keeper) decided(ctx context.Context, name string, decide func(core.Gate, time.Time) core.Gate) (core.Gate, error) {
	s, now := k.system(name), k.now()
	s.mu.Lock()
	gen := s.gen
	s.mu.Unlock()
	was, is, err := k.o.Store.ChangeGate(ctx, name, func(g core.Gate) core.Gate { return decide(g, now) })
	if err != nil {
		return core.Gate{}, err
	}
	s.settle(is, gen)
	if was.Changed(is) {
		k.tell(was, is)
	}
	return is, nil
}

// Probe asks the system at once who the account is, and opens or closes its gate by what it says. The error is what the
// system answered.
func (k *Keeper) Probe(ctx context.Context, name string) (core.Gate, error) {
	if k.o.Identify == nil {
		return core.Gate{}, fmt.Errorf("nothing can be probed here: %w", connectors.ErrUnsupported)
	}
	s := k.system(name)
	k.lease(ctx, s, func(g core.Gate, now time.Time) bool {
		return g.State != core.GateOpen && g.State != "" && (g.Holder == k.id || !now.Before(g.Lease))
	})
	return k.identify(ctx, s)
}

func whoever(by string) string {
	if by == "" {
		return "an operator"
	}
	return by
}
