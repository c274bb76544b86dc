package asana

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Limits are the rate limits per token (vendor page "Rate limits"). 0 is the vendor's, negative is no limit.
type Limits struct {
	Minute int `json:"minute"` // requests in any 60 s, refused ones included; 1,500 (paid)
	Search int `json:"search"` // searches in any 60 s; 60
	Reads  int `json:"reads"`  // GETs at the same time; 50
	Writes int `json:"writes"` // other calls at the same time; 15
}

var vendorLimits = Limits{Minute: 1500, Search: 60, Reads: 50, Writes: 15}

// NoLimits is an account on which no limit holds.
func NoLimits() Limits { return Limits{-1, -1, -1, -1} }

// over fills what is 0 from base.
func (l Limits) over(base Limits) Limits {
	pick := func(a, b int) int {
		if a == 0 {
			return b
		}
		return a
	}
	return Limits{pick(l.Minute, base.Minute), pick(l.Search, base.Search), pick(l.Reads, base.Reads), pick(l.Writes, base.Writes)}
}

// load counts requests per token. Refused requests count as well, so that a client that does not wait stays out.
// The zero value is ready.
type load struct {
	mu     sync.Mutex
	past   map[string][]time.Time
	flying map[string]int
}

// take counts n requests now. wait is 0 where they are within the limit, else how long until one would be.
func (l *load) take(key string, n, limit int, now time.Time) (wait time.Duration) {
	if limit < 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.past == nil {
		l.past = map[string][]time.Time{}
	}
	past := l.past[key]
	for len(past) > 0 && (now.Sub(past[0]) >= time.Minute || now.Before(past[0])) {
		past = past[1:]
	}
	allowed := len(past)+n <= limit
	for range n {
		past = append(past, now)
	}
	l.past[key] = past
	if allowed {
		return 0
	}
	return max(past[max(0, len(past)-limit)].Add(time.Minute).Sub(now), time.Second)
}

// enter counts a request that is under way; leave must be called where ok.
func (l *load) enter(key string, limit int) (leave func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.flying == nil {
		l.flying = map[string]int{}
	}
	if limit >= 0 && l.flying[key] >= limit {
		return nil, false
	}
	l.flying[key]++
	return func() { l.mu.Lock(); l.flying[key]--; l.mu.Unlock() }, true
}

func (l *load) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.past = nil
}

// tooMany writes the vendor's 429. Retry-After is in whole seconds, rounded up so that waiting that long is enough.
func tooMany(w http.ResponseWriter, req *http.Request, wait time.Duration) {
	seconds := int(math.Ceil(wait.Seconds()))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	throttled(w, req, seconds)
}
