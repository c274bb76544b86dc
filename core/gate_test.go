package core

import (
	"math/rand/v2"
	"testing"
	"time"
)

var noon = time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)

func throttledFor(d time.Duration) Closing {
	return Closing{State: GateThrottled, For: d, Reason: "asked for a pause"}
}

func TestClosing(t *testing.T) {
	open := Gate{System: "desk", State: GateOpen}
	throttled := open.Close(throttledFor(time.Minute), noon)
	down := open.Close(Closing{State: GateDown}, noon)
	denied := open.Close(Closing{State: GateDenied}, noon)
	byHand := open.Close(Closing{State: GateMaintenance, By: "ada", Until: noon.Add(time.Hour)}, noon)
	window := open.Close(Closing{State: GateMaintenance, By: ByWindow, Until: noon.Add(time.Hour)}, noon)
	later := noon.Add(10 * time.Second)
	cases := []struct {
		name   string
		was    Gate
		by     Closing
		state  GateState
		until  time.Time
		probe  time.Time
		change bool
		reason string
	}{
		{"open, 429", open, throttledFor(time.Minute), GateThrottled, later.Add(time.Minute), later.Add(time.Minute + idleProbe), true, "the vendor says how long"},
		{"open, 429 without a time", open, throttledFor(0), GateThrottled, later.Add(2 * time.Second), later.Add(2*time.Second + idleProbe), true, "the shortest pause of the table"},
		{"open, an absurd time", open, throttledFor(1000 * time.Hour), GateThrottled, later.Add(24 * time.Hour), later.Add(24*time.Hour + idleProbe), true, "a wrong header closes no gate for a week"},
		{"throttled, a shorter 429", throttled, throttledFor(time.Second), GateThrottled, noon.Add(time.Minute), noon.Add(time.Minute + idleProbe), false, "a late answer never shortens a pause"},
		{"throttled, a longer 429", throttled, throttledFor(time.Hour), GateThrottled, later.Add(time.Hour), later.Add(time.Hour + idleProbe), false, "the longer one counts, and nobody is told twice"},
		{"throttled, down", throttled, Closing{State: GateDown}, GateDown, time.Time{}, later.Add(5 * time.Second), true, "down is graver"},
		{"down, a late 429", down, throttledFor(time.Minute), GateDown, time.Time{}, noon.Add(5 * time.Second), false, "down stays until a probe succeeds"},
		{"down, down", down, Closing{State: GateDown}, GateDown, time.Time{}, later.Add(5 * time.Second), false, "calls that were under way put the probe off"},
		{"denied, down", denied, Closing{State: GateDown}, GateDenied, time.Time{}, later.Add(5 * time.Second), false, "an admin has to act all the same"},
		{"by hand, denied", byHand, Closing{State: GateDenied}, GateMaintenance, noon.Add(time.Hour), time.Time{}, false, "what an operator closed stays as it is"},
		{"by hand, window", byHand, Closing{State: GateMaintenance, By: ByWindow, Until: noon.Add(2 * time.Hour)}, GateMaintenance, noon.Add(time.Hour), time.Time{}, false, "also for a window"},
		{"by hand, by hand", byHand, Closing{State: GateMaintenance, By: "bob"}, GateMaintenance, time.Time{}, time.Time{}, true, "the last operator counts"},
		{"denied, by hand", denied, Closing{State: GateMaintenance, By: "ada", Until: noon.Add(time.Hour)}, GateMaintenance, noon.Add(time.Hour), time.Time{}, true, "an operator overrules everything"},
		{"window, 429", window, throttledFor(time.Minute), GateMaintenance, noon.Add(time.Hour), time.Time{}, false, "the window lasts longer"},
		{"window, a longer one", window, Closing{State: GateMaintenance, By: ByWindow, Until: noon.Add(2 * time.Hour)}, GateMaintenance, noon.Add(2 * time.Hour), time.Time{}, false, "the file was changed meanwhile"},
	}
	for _, c := range cases {
		got := c.was.Close(c.by, later)
		if got.State != c.state || !got.Until.Equal(c.until) || c.was.Changed(got) != c.change {
			t.Errorf("%s: %s until %v, changed %v; want %s until %v, %v: %s", c.name, got.State, got.Until, c.was.Changed(got), c.state, c.until, c.change, c.reason)
		}
		if !got.ProbeAt.Equal(c.probe) {
			t.Errorf("%s: probed at %v, want %v: %s", c.name, got.ProbeAt, c.probe, c.reason)
		}
	}
}

func TestPausesGrow(t *testing.T) {
	g, now := Gate{System: "desk", State: GateOpen}.Close(Closing{State: GateDown}, noon), noon
	var probes int
	for now.Before(noon.Add(6 * time.Hour)) {
		if !g.ProbeDue(g.ProbeAt) {
			t.Fatalf("no probe is due at %v: %+v", g.ProbeAt, g)
		}
		if step := g.ProbeAt.Sub(now); step < 5*time.Second || step > 5*time.Minute {
			t.Fatalf("the pause before probe %d is %v, want 5 s to 5 min", probes, step)
		}
		now = g.ProbeAt
		probes++
		g = g.LeaseTo("me", now.Add(30*time.Second))
		g = g.Close(Closing{State: GateDown, Holder: "me"}, now)
	}
	if probes < 95 || probes > 120 {
		t.Errorf("%d probes in six hours, want about 106", probes)
	}
	if !g.Since.Equal(noon) {
		t.Errorf("down since %v, want %v: it has been down all the time", g.Since, noon)
	}
	opened := g.Open("", time.Time{}, now)
	if again := opened.Close(Closing{State: GateDown}, now); again.Failures != 1 || again.ProbeAt.Sub(now) != 5*time.Second {
		t.Errorf("after a success the pauses begin anew; got %+v", again)
	}
}

func TestAccess(t *testing.T) {
	open := Gate{System: "desk", State: GateOpen}
	throttled := open.Close(throttledFor(time.Minute), noon)
	byHand := open.Close(Closing{State: GateMaintenance, By: "ada", Until: noon.Add(time.Minute)}, noon)
	forGood := open.Close(Closing{State: GateMaintenance, By: "ada"}, noon)
	cases := []struct {
		g      Gate
		at     time.Duration
		want   Access
		wait   time.Duration
		reason string
	}{
		{Gate{}, 0, AccessOpen, 0, "a system without a gate is open"},
		{throttled, 59 * time.Second, AccessClosed, time.Second, "the pause lasts"},
		{throttled, time.Minute, AccessTrial, 0, "one call goes first"},
		{throttled.LeaseTo("x", noon.Add(2*time.Minute)), 90 * time.Second, AccessClosed, leasePoll, "another process is trying it"},
		{throttled.LeaseTo("x", noon.Add(2*time.Minute)), 2 * time.Minute, AccessTrial, 0, "that process has died"},
		{byHand, time.Minute, AccessOpen, 0, "the operator's time is over and nothing says that the system is unwell"},
		{forGood, 1000 * time.Hour, AccessClosed, 30 * time.Second, "until somebody opens it"},
		{open.Close(Closing{State: GateDown}, noon), time.Hour, AccessClosed, 2 * leasePoll, "only a probe opens it, and one is due"},
		{open.Close(Closing{State: GateDown}, noon), 0, AccessClosed, 5*time.Second + leasePoll, "work looks again after the probe"},
	}
	for i, c := range cases {
		at := noon.Add(c.at)
		if got, wait := c.g.Access(at), c.g.Wait(at); got != c.want || wait != c.wait {
			t.Errorf("case %d: access %v, wait %v; want %v, %v: %s", i, got, wait, c.want, c.wait, c.reason)
		}
	}
}

// TestATrialCannotOpenWhatWasClosedSince: the holder of a lease loses it when another answer closes the gate.
func TestATrialCannotOpenWhatWasClosedSince(t *testing.T) {
	g := Gate{System: "desk", State: GateOpen}.Close(throttledFor(time.Second), noon)
	now := noon.Add(time.Second)
	g = g.LeaseTo("me", now.Add(30*time.Second))
	if g.Holder != "me" {
		t.Fatal("no lease")
	}
	g = g.Close(throttledFor(time.Minute), now)
	if g.Holder != "" || g.Access(now) != AccessClosed {
		t.Errorf("after a late refusal %+v; want it closed and the lease gone", g)
	}
}

// TestGateLaws: whatever happens in whatever order, nothing makes a gate open but Open and the passing of time; what an
// answer asked for is kept; and what an operator closed stays.
func TestGateLaws(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 2))
	states := []GateState{GateThrottled, GateMaintenance, GateDenied, GateDown}
	for range 5_000 {
		g, now := Gate{System: "desk", State: GateOpen}, noon
		var asked time.Time // until when the system wants to be left alone
		for range 12 {
			now = now.Add(time.Duration(r.IntN(20)) * time.Second)
			before := g
			c := Closing{State: states[r.IntN(4)], For: time.Duration(r.IntN(60)) * time.Second, Reason: "x"}
			if c.State == GateDenied || c.State == GateDown {
				c.For = 0
			}
			if g.Holder != "" && r.IntN(2) == 0 {
				c.Holder = g.Holder
			}
			if r.IntN(8) == 0 {
				c.By, c.Until, c.For = "ada", now.Add(time.Minute), 0
			}
			if g.Access(now) == AccessTrial {
				g = g.LeaseTo("me", now.Add(10*time.Second))
			}
			g = g.Close(c, now)
			if g.Access(now) == AccessOpen {
				t.Fatalf("seed %d: closing %+v with %+v at %v left it open: %+v", seed, before, c, now, g)
			}
			if c.For > 0 && c.Holder == "" && c.By == "" && now.Add(c.For).After(asked) {
				asked = now.Add(c.For)
			}
			if g.By == "" && !g.Until.IsZero() && g.State == c.State && before.State == GateOpen && g.Until.Before(asked) {
				t.Fatalf("seed %d: the system asked to be left alone until %v, the gate is closed until %v", seed, asked, g.Until)
			}
			byHand := before.By != "" && before.By != ByWindow && before.Access(now) == AccessClosed
			if byHand && c.By == "" && (g.State != before.State || !g.Until.Equal(before.Until)) {
				t.Fatalf("seed %d: %+v was closed by hand and became %+v", seed, before, g)
			}
			if !g.Since.IsZero() && g.Since.After(now) || g.Failures < 0 {
				t.Fatalf("seed %d: %+v at %v", seed, g, now)
			}
		}
	}
}
