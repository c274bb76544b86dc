package gateway

import (
	"sync"
	"time"
)

// queue is what this process knows of the waiting deliveries beyond their rows: which are in hand, which are not due
// yet, and how far each has come. Losing it costs a signal sent twice, which does no harm.
type queue struct {
	wake chan struct{}

	mu    sync.Mutex
	inUse map[int64]bool
	later map[int64]progress
}

// progress is how far a delivery has come.
type progress struct {
	due     time.Time
	tries   int          // how often it was refused
	done    map[int]bool // hints that need nothing more
	started bool         // a workflow was told of one of them
	reasons []string     // why others were ignored

	told map[string]time.Time // when the pairs were told whose workflow was
}

func newQueue() *queue {
	return &queue{wake: make(chan struct{}, 1), inUse: map[int64]bool{}, later: map[int64]progress{}}
}

// take claims a delivery that is due. What is taken must be given back by settled or postpone.
func (q *queue) take(seq int64, now time.Time) (progress, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	p := q.later[seq]
	if q.inUse[seq] || now.Before(p.due) {
		return progress{}, false
	}
	q.inUse[seq] = true
	if p.done == nil {
		p.done, p.told = map[int]bool{}, map[string]time.Time{}
	}
	return p, true
}

// settled gives back a delivery that needs nothing more.
func (q *queue) settled(seq int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.inUse, seq)
	delete(q.later, seq)
}

// postpone gives back a delivery that is to be looked at again at p.due.
func (q *queue) postpone(seq int64, p progress) {
	q.mu.Lock()
	q.later[seq] = p
	delete(q.inUse, seq)
	q.mu.Unlock()
	q.nudge()
}

// next is when the first postponed delivery is due, zero when there is none; size is how many are known.
func (q *queue) next() (due time.Time, size int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for seq, p := range q.later {
		if !q.inUse[seq] && (due.IsZero() || p.due.Before(due)) {
			due = p.due
		}
	}
	return due, len(q.later) + len(q.inUse)
}

// keep forgets what is known of deliveries that wait no longer.
func (q *queue) keep(waiting map[int64]bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for seq := range q.later {
		if !waiting[seq] && !q.inUse[seq] {
			delete(q.later, seq)
		}
	}
}

// forget makes a delivery due at once, from its first hint on.
func (q *queue) forget(seq int64) {
	q.mu.Lock()
	delete(q.later, seq)
	q.mu.Unlock()
	q.nudge()
}

// nudge wakes the drain.
func (q *queue) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// pause is how long a delivery that was refused so many times waits: from one second to five minutes.
func pause(tries int) time.Duration {
	return min(time.Second<<min(tries-1, 9), 5*time.Minute)
}
