package gate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// probeFor is how long a system may take to say who the account is.
const probeFor = 20 * time.Second

// fineFor is how long an account that was found to be fine is not asked about again.
const fineFor = 30 * time.Second

// fineAgain is how soon it is asked about again when its credentials are refused nevertheless.
const fineAgain = time.Second

// keepWindows closes the gate for a recurring window and opens it at its end, and opens what an operator closed until now.
func (k *Keeper) keepWindows(ctx context.Context, s *system) {
	s.mu.Lock()
	windows, g := s.windows, s.gate
	s.mu.Unlock()
	now := k.now()
	if windowed(g, windows, now) != g {
		k.change(ctx, s, func(g core.Gate) core.Gate { return windowed(g, windows, now) })
	}
}

// windowed is the gate as its windows and operators want it at a moment.
func windowed(g core.Gate, windows []core.Window, now time.Time) core.Gate {
	w, until, in := core.InWindow(windows, now)
	byHand := g.By != "" && g.By != core.ByWindow
	closed := g.State != core.GateOpen && g.State != ""
	switch {
	case closed && byHand && !g.Until.IsZero() && !now.Before(g.Until):
		return windowed(g.Open("", time.Time{}, now), windows, now)
	case !in && closed && g.By == core.ByWindow:
		return g.Open("", time.Time{}, now)
	case !in || byHand && (closed || now.Before(g.Until)):
		return g
	case closed && g.By == core.ByWindow && g.Until.Equal(until):
		return g
	}
	reason := fmt.Sprintf("maintenance window %s to %s %s", w.From, w.To, w.Zone)
	if w.Comments != "" {
		reason += ": " + w.Comments
	}
	return g.Close(core.Closing{State: core.GateMaintenance, Until: until, Reason: reason, By: core.ByWindow}, now)
}

// shouldProbe tells whether this process should ask for the right to probe now.
func (k *Keeper) shouldProbe(s *system) bool {
	now := k.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.probing {
		return false // perhaps with the file of before: what was applied anew is looked at when that probe has ended
	}
	anew := s.probeNow
	s.probeNow = false
	if _, _, in := core.InWindow(s.windows, now); in || k.o.Identify == nil {
		return false
	}
	hopeless := s.gate.By == "" && (s.gate.State == core.GateDenied || s.gate.State == core.GateDown)
	if !s.gate.ProbeDue(now) && !(anew && hopeless) {
		return false
	}
	s.probing = true
	if anew && hopeless {
		s.gate.ProbeAt = now
	}
	return true
}

// probeClosed finds out whether a closed gate can be opened, if no other process does.
func (k *Keeper) probeClosed(ctx context.Context, s *system) {
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.probing = false
	}()
	s.mu.Lock()
	known := s.gate.ProbeAt
	s.mu.Unlock()
	if !k.lease(ctx, s, func(g core.Gate, now time.Time) bool {
		if known.Before(g.ProbeAt) && !now.Before(known) { // the file was applied anew: the pause is cut short
			g.ProbeAt = known
		}
		return g.ProbeDue(now)
	}) {
		return
	}
	k.identify(ctx, s)
}

// identify asks the system who the account is, and opens or closes the gate by what it says. The caller has the lease, or
// does without.
func (k *Keeper) identify(ctx context.Context, s *system) (core.Gate, error) {
	asking, cancel := context.WithTimeout(bypassing(ctx), probeFor)
	defer cancel()
	err := k.o.Identify(asking, s.name)
	if ctx.Err() != nil {
		return core.Gate{}, ctx.Err()
	}
	now := k.now()
	g := k.change(ctx, s, func(g core.Gate) core.Gate { return probed(g, err, k.id, now) })
	if connectors.Class(err) != "denied" && g.State == core.GateOpen {
		s.mu.Lock()
		s.probed = now
		s.streak.fine()
		s.mu.Unlock()
	}
	return g, err
}

// probed is the gate after the system was asked who the account is. What a window or an operator closed stays closed.
func probed(g core.Gate, err error, holder string, now time.Time) core.Gate {
	closed := g.State != core.GateOpen && g.State != ""
	c := core.Closing{Holder: holder}
	var busy *connectors.BusyError
	switch class := connectors.Class(err); {
	case closed && g.By != "":
		return g
	case class == "denied":
		c.State, c.Reason = core.GateDenied, "it refuses duplex's account"
	case errors.As(err, &busy) && busy.Maintenance:
		c.State, c.For, c.Reason = core.GateMaintenance, busy.After, "it says that it is in maintenance"
	case errors.As(err, &busy) && busy.After > 0:
		c.State, c.For, c.Reason = core.GateThrottled, busy.After, "it asked for a pause"
	case class == "busy":
		c.State, c.Reason = core.GateDown, "it does not answer"
	case class == "failed" && closed:
		c.State, c.Reason = g.State, g.Reason
	case class == "failed":
		return g
	case closed:
		return g.Open("", time.Time{}, now)
	default:
		return g
	}
	return g.Close(c, now)
}
