package stuck

import (
	"time"

	"duplex/core"
)

// Work is what the engine knows of a pair's workflow.
type Work struct {
	Known      bool      // false: there never was one, or it is forgotten
	Running    bool      //
	Run        string    // id of the newest run
	Ended      string    // how it ended, in the engine's words, when it does not run
	Attempt    int       // of the workflow task under way, 0 when there is none
	Since      time.Time // UTC, when that task was scheduled first
	Activities int       // pending ones: at work, or waiting for a system
}

// Holds is what a running workflow answers about itself.
type Holds struct {
	Answered bool
	Dirty    bool
	Paused   bool
	Heard    time.Time // UTC, when it took its newest hint
}

// Facts is everything a decision may look at.
type Facts struct {
	Row      core.PairWork
	Work     Work
	Holds    Holds
	Closed   bool           // a gate or a brake keeps the pair waiting
	Last     core.StuckPair // what is remembered of it, zero when nothing is
	Now      time.Time      // UTC
	Patience Patience
	Ask      bool // Holds has been asked for; false makes the answer ActAsk where it matters
}

// Act is what is done about a pair.
type Act string

// The acts.
const (
	ActLeave   Act = "leave"   // it works, or waits for a good reason
	ActAsk     Act = "ask"     // the workflow itself has to be asked first
	ActForget  Act = "forget"  // the hint was about a state that was known: nothing waits
	ActRemind  Act = "remind"  // tell it of the change again
	ActStart   Act = "start"   // start it from the row
	ActRestart Act = "restart" // end it and start it from the row
	ActWait    Act = "wait"    // it is stuck, and something was done a moment ago
)

// Patience is how long a pair may look as if its work had stopped before it is taken for that.
type Patience struct {
	Failing time.Duration // the workers fail at the same workflow task
	Silent  time.Duration // a hint waits
	Skew    time.Duration // how far the clocks of gateway and engine may differ
}

// DefaultPatience suits production.
var DefaultPatience = Patience{Failing: 30 * time.Second, Silent: 2 * time.Minute, Skew: time.Minute}

const (
	failingAttempts = 3 // of one workflow task, before it is taken for failing: the third begins after two time limits, about 25 s
	reminders       = 2 // before a silent workflow is started anew
)

// Decide tells what to do about one pair, and why. The reason is "" for a pair that is not stuck.
//
//	workflow            row                         answer
//	not running         linked                      start it from the row
//	task keeps failing  linked                      end it and start it from the row
//	running             paused, in backoff          leave
//	running, calls      any                         leave: it works, or waits for a system
//	running, idle       no hint, or a fresh one     leave
//	running, idle       hint waits, it was heard    forget the hint
//	running, idle       hint waits, not heard       remind; after two reminders as if it failed
//
// What was done before is repeated after pauses that grow from one minute to one hour.
func Decide(f Facts) (Act, core.StuckReason) {
	switch {
	case f.Row.Status == core.PairUnlinked:
		return ActLeave, ""
	case !f.Work.Running && !f.Work.Known:
		return f.paced(ActStart), core.StuckMissing
	case !f.Work.Running:
		return f.paced(ActStart), core.StuckTerminated
	case f.Work.Attempt >= failingAttempts && f.Now.Sub(f.Work.Since) >= f.Patience.Failing:
		return f.paced(ActRestart), core.StuckFailing
	case f.Row.Status == core.PairPaused, f.Row.Held, f.Closed, f.Work.Activities > 0,
		f.Row.HintedAt.IsZero(), f.Now.Sub(f.Row.HintedAt) < f.Patience.Silent:
		return ActLeave, ""
	case !f.Ask:
		return ActAsk, ""
	case f.Holds.Paused:
		return ActLeave, ""
	case f.Holds.Answered && !f.Holds.Dirty && !f.Holds.Heard.Before(f.Row.HintedAt.Add(-f.Patience.Skew)):
		return ActForget, ""
	case f.Last.Reason == core.StuckSilent && f.Last.Acts >= reminders:
		return f.paced(ActRestart), core.StuckSilent
	}
	return f.paced(ActRemind), core.StuckSilent
}

// paced is the act when its turn has come, ActWait before.
func (f Facts) paced(a Act) Act {
	if f.Last.Acts > 0 && f.Now.Sub(f.Last.ActedAt) < Pause(f.Last.Acts) {
		return ActWait
	}
	return a
}

// Pause is how long after the given number of acts the next one follows: from one minute to one hour.
func Pause(acts int) time.Duration {
	return min(time.Minute<<min(max(acts-1, 0), 6), time.Hour)
}
