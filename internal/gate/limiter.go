package gate

import "time"

// limiter is how many calls may be under way at once: less after the system asked for a pause, slowly more while it does
// not. So calls that are under way when a pause begins get fewer.
type limiter struct {
	most, now float64
	cut       time.Time // when it was last halved
}

// cutEvery keeps the refusals of calls that were under way together from counting one by one.
const cutEvery = 100 * time.Millisecond

func newLimiter(most int) limiter { return limiter{most: float64(most), now: float64(most)} }

// allowed is a whole number of at least 1.
func (l *limiter) allowed() int { return max(1, int(l.now)) }

// resize takes over a changed setting.
func (l *limiter) resize(most int) {
	if m := float64(most); m != l.most {
		l.most, l.now = m, m
	}
}

func (l *limiter) fine() { l.now = min(l.most, l.now+0.5/max(l.now, 1)) }

func (l *limiter) throttled(at time.Time) {
	if at.Sub(l.cut) >= cutEvery {
		l.now, l.cut = max(1, l.now/2), at
	}
}

// streak counts failures without a success in between.
type streak struct{ at []time.Time }

const (
	streakLength = 5
	streakWithin = time.Minute
)

// failed reports that there were so many in so short a time that the system is taken for down.
func (s *streak) failed(at time.Time) bool {
	s.at = append(s.at, at)
	if n := len(s.at) - streakLength; n > 0 {
		s.at = s.at[n:]
	}
	return len(s.at) == streakLength && at.Sub(s.at[0]) <= streakWithin
}

func (s *streak) fine() { s.at = nil }

// permits are calls of the fleet's budget that this process has reserved, each with the time from which it counts.
type permits struct {
	next  time.Time
	left  int
	every time.Duration
}

// graceOf a permit is how late it may be used. What is left over after that is given up: used later, it would add to what
// others have reserved by then.
const graceOf = 50 * time.Millisecond

func (p *permits) take(now time.Time) (at time.Time, ok bool) {
	for p.left > 0 {
		at = p.next
		p.next, p.left = p.next.Add(p.every), p.left-1
		if now.Sub(at) <= graceOf {
			return at, true
		}
	}
	return time.Time{}, false
}

// headroom is the part of the budget that is used. The rest keeps calls that are a little late from adding up to more than
// the budget in any second.
const headroom = 0.9

// batchFor is how long a reservation lasts, so that a high rate does not mean many writes to the store.
const batchFor = 50 * time.Millisecond

// batch is how many calls to reserve at a rate.
func batch(rate float64) int { return max(1, int(rate*batchFor.Seconds())) }

// lowBudget is the part of the vendor's budget below which the calls left are spread until it is granted anew.
const lowBudget = 0.05

// spread is the pause between two calls that makes what is left last until the reset; 0: no pause.
func spread(b Budget) time.Duration {
	if !b.Known || b.Reset <= 0 || b.Remaining <= 0 || b.Limit <= 0 || b.Remaining > b.Limit*lowBudget {
		return 0
	}
	return time.Duration(float64(b.Reset) / (b.Remaining + 1))
}
