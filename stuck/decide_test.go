package stuck

import (
	"testing"
	"time"

	"duplex/core"
)

func TestDecide(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	idle := Work{Known: true, Running: true}
	dirty := core.PairWork{ID: "p", Status: core.PairInSync, HintedAt: ago(5 * time.Minute)}
	with := func(w core.PairWork, f func(*core.PairWork)) core.PairWork { f(&w); return w }
	for _, c := range []struct {
		facts  Facts
		act    Act
		found  core.StuckReason
		reason string
	}{
		{Facts{Row: core.PairWork{Status: core.PairUnlinked}}, ActLeave, "", "an unlinked pair needs no workflow"},
		{Facts{Row: core.PairWork{Status: core.PairInSync}}, ActStart, core.StuckMissing, "a linked pair without a workflow, though nobody told it anything"},
		{Facts{Row: dirty, Work: Work{Known: true, Ended: "Terminated"}}, ActStart, core.StuckTerminated, "somebody terminated it"},
		{Facts{Row: with(dirty, func(w *core.PairWork) { w.Status = core.PairPaused })}, ActStart, core.StuckMissing, "a paused pair keeps a workflow, which stays paused"},
		{Facts{Work: Work{}, Last: core.StuckPair{Acts: 1, ActedAt: ago(30 * time.Second)}}, ActWait, core.StuckMissing, "it was started half a minute ago and is gone again"},
		{Facts{Work: Work{}, Last: core.StuckPair{Acts: 1, ActedAt: ago(61 * time.Second)}}, ActStart, core.StuckMissing, "the pause of a minute is over"},
		{Facts{Work: Work{}, Last: core.StuckPair{Acts: 9, ActedAt: ago(59 * time.Minute)}}, ActWait, core.StuckMissing, "the pause grows to an hour"},
		{Facts{Row: dirty, Work: Work{Known: true, Running: true, Attempt: 5, Since: ago(time.Minute)}}, ActRestart, core.StuckFailing, "a workflow task fails again and again"},
		{Facts{Row: core.PairWork{Status: core.PairInSync}, Work: Work{Known: true, Running: true, Attempt: 5, Since: ago(time.Minute)}}, ActRestart, core.StuckFailing, "it fails although no hint waits"},
		{Facts{Row: dirty, Work: Work{Known: true, Running: true, Attempt: 5, Since: ago(10 * time.Second)}}, ActAsk, "", "a few quick failures may pass: the hint decides"},
		{Facts{Row: dirty, Work: Work{Known: true, Running: true, Attempt: 1, Since: ago(time.Hour)}}, ActAsk, "", "no worker polls: that is not the workflow's failure"},
		{Facts{Row: dirty, Work: Work{Known: true, Running: true, Activities: 1}}, ActLeave, "", "it works, or waits for a system's queue"},
		{Facts{Row: dirty, Work: idle, Closed: true}, ActLeave, "", "a gate or brake is closed"},
		{Facts{Row: with(dirty, func(w *core.PairWork) { w.Status = core.PairPaused }), Work: idle}, ActLeave, "", "paused"},
		{Facts{Row: with(dirty, func(w *core.PairWork) { w.Held = true }), Work: idle}, ActLeave, "", "it failed and tries again by itself"},
		{Facts{Row: with(dirty, func(w *core.PairWork) { w.HintedAt = ago(time.Minute) }), Work: idle}, ActLeave, "", "the hint is fresh"},
		{Facts{Row: with(dirty, func(w *core.PairWork) { w.HintedAt = time.Time{} }), Work: idle}, ActLeave, "", "no hint waits"},
		{Facts{Row: dirty, Work: idle}, ActAsk, "", "the workflow knows whether it heard of it"},
		{Facts{Row: dirty, Work: idle, Ask: true, Holds: Holds{Answered: true, Heard: ago(5 * time.Minute)}}, ActForget, "", "it heard the hint, which was about a state it knew"},
		{Facts{Row: dirty, Work: idle, Ask: true, Holds: Holds{Answered: true, Heard: ago(5*time.Minute + 50*time.Second)}}, ActForget, "", "it heard the hint, and its clock is slow"},
		{Facts{Row: dirty, Work: idle, Ask: true, Holds: Holds{Answered: true, Heard: ago(7 * time.Minute)}}, ActRemind, core.StuckSilent, "it never heard the hint"},
		{Facts{Row: dirty, Work: idle, Ask: true, Holds: Holds{Answered: true, Dirty: true, Heard: ago(5 * time.Minute)}}, ActRemind, core.StuckSilent, "it heard and does nothing"},
		{Facts{Row: dirty, Work: idle, Ask: true, Holds: Holds{Answered: true, Dirty: true, Paused: true}}, ActLeave, "", "paused, and the row does not say so yet"},
		{Facts{Row: dirty, Work: idle, Ask: true}, ActRemind, core.StuckSilent, "it does not answer"},
		{Facts{Row: dirty, Work: idle, Ask: true, Last: core.StuckPair{Reason: core.StuckSilent, Acts: 2, ActedAt: ago(10 * time.Minute)}}, ActRestart, core.StuckSilent, "two reminders did not help"},
		{Facts{Row: dirty, Work: idle, Ask: true, Last: core.StuckPair{Reason: core.StuckSilent, Acts: 2, ActedAt: ago(time.Minute)}}, ActWait, core.StuckSilent, "the second reminder is a minute old"},
	} {
		c.facts.Now, c.facts.Patience = now, DefaultPatience
		if act, found := Decide(c.facts); act != c.act || found != c.found {
			t.Errorf("%s: %s (%s), want %s (%s)", c.reason, act, found, c.act, c.found)
		}
	}
}

func TestPauseGrows(t *testing.T) {
	for acts, want := range map[int]time.Duration{0: time.Minute, 1: time.Minute, 2: 2 * time.Minute, 4: 8 * time.Minute, 7: time.Hour, 100: time.Hour} {
		if got := Pause(acts); got != want {
			t.Errorf("after %d acts the pause is %v, want %v", acts, got, want)
		}
	}
}
