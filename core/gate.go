package core

import (
	"slices"
	"time"
)

// GateState says whether a system may be called.
type GateState string

// The states of a gate.
const (
	GateOpen        GateState = "open"
	GateThrottled   GateState = "throttled"   // the system asked for a pause
	GateMaintenance GateState = "maintenance" // a window, the system's own word, or an operator
	GateDenied      GateState = "denied"      // the account is refused: an admin must act
	GateDown        GateState = "down"        // the system does not answer, or only with failures
)

// GateStates are all states, for lists and metrics.
var GateStates = []GateState{GateOpen, GateThrottled, GateMaintenance, GateDenied, GateDown}

// ByWindow in Gate.By tells that a recurring window of the system's file closed the gate.
const ByWindow = "window"

// Gate says whether one system may be called now. All times are UTC.
type Gate struct {
	System string    `json:"system"`
	State  GateState `json:"state"`
	Since  time.Time `json:"since,omitzero"` // when it took this state
	// Until is when a closed gate is tried again; zero means until a probe succeeds or somebody opens it. Of an open gate it
	// is how long recurring windows do not close it, because somebody opened it inside one.
	Until  time.Time `json:"until,omitzero"`
	Reason string    `json:"reason,omitempty"` // for people; no content, no secrets
	By     string    `json:"by,omitempty"`     // who closed or opened it by hand, ByWindow, or "" for what the system's answers did
	// Failures counts closings in a row without a success in between; pauses grow with it.
	Failures int       `json:"failures,omitempty"`
	ProbeAt  time.Time `json:"probe_at,omitzero"` // when the next probe is due; zero: none is
	// Lease is until when one process of the fleet has the right to try a closed gate, and Holder which one.
	Lease  time.Time `json:"-"`
	Holder string    `json:"-"`
}

// Access is what a caller may do at a gate.
type Access int

// What a caller may do.
const (
	AccessOpen   Access = iota // call
	AccessTrial                // one caller of the fleet may try; the others wait for what comes of it
	AccessClosed               // wait
)

// leasePoll is how long a caller waits before it looks again at a gate that another process is trying.
const leasePoll = time.Second

// Access tells what a caller may do now.
func (g Gate) Access(now time.Time) Access {
	passed := !g.Until.IsZero() && !now.Before(g.Until)
	switch {
	case g.State == GateOpen || g.State == "":
		return AccessOpen
	case !passed:
		return AccessClosed
	case g.By != "":
		return AccessOpen // a window or an operator's closing has ended: nothing says that the system is unwell
	case now.Before(g.Lease):
		return AccessClosed
	}
	return AccessTrial
}

// Wait is how long a caller waits before it looks again; 0 when it need not.
func (g Gate) Wait(now time.Time) time.Duration {
	switch {
	case g.Access(now) != AccessClosed:
		return 0
	case now.Before(g.Until):
		return g.Until.Sub(now)
	case !g.Until.IsZero(): // another process is trying it
		return leasePoll
	case now.Before(g.ProbeAt):
		return g.ProbeAt.Sub(now) + leasePoll
	case !g.ProbeAt.IsZero(): // it is being probed
		return 2 * leasePoll
	}
	return 30 * time.Second
}

// Closing is a reason to close a gate.
type Closing struct {
	State  GateState
	For    time.Duration // what the system asked for; 0: not told, the pause grows with Failures
	Until  time.Time     // of a window, or of an operator's closing; zero with By set: until somebody opens it
	Reason string
	By     string
	Holder string // who tried the gate and found this, "" when the call was none that tried it
}

// The pauses of a gate whose system does not say how long it wants to be left alone. The last one is kept. After a system was
// away for minutes its work waits at most a minute longer, after an hour at most five; credentials are tried less often,
// because a vendor may lock an account that is refused again and again.
var (
	awayPauses = slices.Concat([]time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second},
		slices.Repeat([]time.Duration{30 * time.Second}, 8), slices.Repeat([]time.Duration{time.Minute}, 15),
		slices.Repeat([]time.Duration{2 * time.Minute}, 20), []time.Duration{5 * time.Minute})
	deniedPauses   = []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second, 30 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute}
	throttlePauses = []time.Duration{2 * time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute}
)

// longestPause bounds what a system may ask for, so that a wrong header does not close a gate for a week.
const longestPause = 24 * time.Hour

// idleProbe is how long after its end a closing waits for work to try the gate, before a probe does.
const idleProbe = 5 * time.Second

func pause(of []time.Duration, failures int) time.Duration {
	return of[min(max(failures-1, 0), len(of)-1)]
}

// rank orders the states by what must happen before the system may be called again.
func (g Gate) rank(now time.Time) int {
	switch {
	case g.Access(now) == AccessOpen:
		return 0
	case g.By != "" && g.By != ByWindow:
		return 5
	case g.State == GateDenied:
		return 4
	case g.State == GateDown:
		return 3
	case g.State == GateMaintenance:
		return 2
	}
	return 1
}

// Close is the gate after a reason to close it. A graver state stays, and what an operator closed stays as the operator
// left it; an answer that came late never shortens a pause.
func (g Gate) Close(c Closing, now time.Time) Gate {
	now = now.UTC()
	tried := c.Holder != "" && c.Holder == g.Holder
	next := Gate{System: g.System, State: c.State, Since: now, Reason: c.Reason, By: c.By, Failures: 1}
	switch {
	case tried:
		next.Failures = g.Failures + 1
	case g.Access(now) != AccessOpen: // calls that were under way together fail together
		next.Failures = max(g.Failures, 1)
	}
	switch {
	case c.By != "":
		next.Until, next.Failures = c.Until.UTC(), 0
	case c.State == GateThrottled:
		next.pausedFor(c.For, throttlePauses, now)
	case c.State == GateMaintenance:
		next.pausedFor(c.For, awayPauses, now)
	case c.State == GateDenied:
		next.ProbeAt = now.Add(pause(deniedPauses, next.Failures))
	default:
		next.ProbeAt = now.Add(pause(awayPauses, next.Failures))
	}
	was, is := g.rank(now), next.rank(now)
	same := was > 0 && g.State == c.State && g.By == c.By
	switch {
	case c.By != "" && c.By != ByWindow || tried:
	case was > is:
		return g.later(next)
	case same:
		next = next.later(g)
	}
	if same {
		next.Since = g.Since
	}
	return next
}

// pausedFor closes for what was asked, or for a pause that grows.
func (g *Gate) pausedFor(asked time.Duration, pauses []time.Duration, now time.Time) {
	if asked <= 0 {
		asked = pause(pauses, g.Failures)
	}
	g.Until = now.Add(min(asked, longestPause))
	g.ProbeAt = g.Until.Add(idleProbe)
}

// later is g with the later of both ends. What has no end, or one that somebody has set, keeps it.
func (g Gate) later(o Gate) Gate {
	if g.By == "" && !g.Until.IsZero() && o.Until.After(g.Until) {
		g.Until, g.ProbeAt = o.Until, o.Until.Add(idleProbe)
	}
	if g.Until.IsZero() && o.Until.IsZero() && o.ProbeAt.After(g.ProbeAt) {
		g.ProbeAt = o.ProbeAt
	}
	return g
}

// LeaseTo is the gate with the right to try it given to holder until then.
func (g Gate) LeaseTo(holder string, until time.Time) Gate {
	g.Holder, g.Lease = holder, until.UTC()
	return g
}

// Open is the open gate. by names the operator who opened it, "" for a success; windowUntil is the end of the recurring window
// that an operator opened it inside of, else zero.
func (g Gate) Open(by string, windowUntil, now time.Time) Gate {
	return Gate{System: g.System, State: GateOpen, Since: now.UTC(), Until: windowUntil.UTC(), By: by}
}

// ProbeDue tells whether a probe should find out now if the system answers again.
func (g Gate) ProbeDue(now time.Time) bool {
	return g.State != GateOpen && g.State != "" && g.By == "" && !g.ProbeAt.IsZero() && !now.Before(g.ProbeAt) && !now.Before(g.Lease)
}

// Changed tells whether people want to hear of the step from g to next: another state, or another hand.
func (g Gate) Changed(next Gate) bool {
	was := g.State
	if was == "" {
		was = GateOpen
	}
	return was != next.State || next.State != GateOpen && g.By != next.By
}

// Reservation is a share of a system's budget. The calls may be made from At on, 1/rate apart.
type Reservation struct {
	Wait time.Duration // from now until the first call may be made
	N    int           // calls reserved; 0: the budget is taken for longer than the caller wants to wait
	Gate Gate          // the system's gate at the same moment
}
