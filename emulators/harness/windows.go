package harness

import (
	"sync"
	"time"
)

// Windows counts uses per key in fixed windows: the vendors' "n per minute" limits.
// The zero value is ready; safe for concurrent use.
type Windows struct {
	mu  sync.Mutex
	all map[string]*window
}

type window struct {
	start time.Time
	used  int
}

// Take uses one unit of key. ok is false, and nothing is used, where the limit is reached.
// remaining is what is left in this window, resets how long until it ends. A limit of 0 is no limit.
func (ws *Windows) Take(key string, limit int, every time.Duration, now time.Time) (remaining int, resets time.Duration, ok bool) {
	if limit <= 0 {
		return 0, 0, true
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.all == nil {
		ws.all = map[string]*window{}
	}
	w := ws.all[key]
	if w == nil || now.Sub(w.start) >= every || now.Before(w.start) {
		w = &window{start: now}
		ws.all[key] = w
	}
	resets = w.start.Add(every).Sub(now)
	if w.used >= limit {
		return 0, resets, false
	}
	w.used++
	return limit - w.used, resets, true
}

// Reset forgets every count.
func (ws *Windows) Reset() {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.all = nil
}
