package jira

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Limits are the site's rate limits. A zero number is the vendor's published one; a negative one is
// no limit. Vendor source: "Rate limiting" (burst and per-issue limits; the hourly points do not
// apply to API tokens and are not emulated).
type Limits struct {
	Get, Post, Put, Delete int // requests per second and operation: 100, 100, 50, 50
	IssueShort             int // writes per issue in 2 s: 20
	IssueLong              int // writes per issue in 30 s: 100
}

func (l Limits) burst(method string) int {
	given, usual := l.Get, 100
	switch method {
	case http.MethodPost:
		given = l.Post
	case http.MethodPut:
		given, usual = l.Put, 50
	case http.MethodDelete:
		given, usual = l.Delete, 50
	}
	return orUsual(given, usual)
}

func orUsual(given, usual int) int {
	if given == 0 {
		return usual
	}
	return given
}

// limiter counts calls. Safe for concurrent use.
type limiter struct {
	limits Limits
	mu     sync.Mutex
	bucket map[string]*bucket
	writes map[string][]time.Time // by issue id, oldest first
}

type bucket struct {
	tokens float64
	at     time.Time
}

func newLimiter(l Limits) *limiter {
	return &limiter{limits: l, bucket: map[string]*bucket{}, writes: map[string][]time.Time{}}
}

// forget starts counting anew.
func (l *limiter) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bucket, l.writes = map[string]*bucket{}, map[string][]time.Time{}
}

// verdict is what a call is told about its limit. after is how long to wait where reason is set.
type verdict struct {
	limit, remaining int
	reset            time.Time
	reason           string
	after            time.Duration
}

// take asks for one call of an operation: a token bucket that holds one second's worth.
func (l *limiter) take(operation, method string, now time.Time) verdict {
	limit := l.limits.burst(method)
	if limit < 0 {
		return verdict{limit: math.MaxInt32, remaining: math.MaxInt32, reset: now}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket[operation]
	if b == nil {
		b = &bucket{tokens: float64(limit), at: now}
		l.bucket[operation] = b
	}
	if passed := now.Sub(b.at).Seconds(); passed > 0 {
		b.tokens = math.Min(float64(limit), b.tokens+passed*float64(limit))
	}
	b.at = now
	v := verdict{limit: limit, reset: now.Add(time.Second)}
	if b.tokens < 1 {
		v.reason, v.after = "jira-burst-based", time.Second
		return v
	}
	b.tokens--
	v.remaining = int(b.tokens)
	return v
}

// write asks for one write to an issue; a refused write does not count.
func (l *limiter) write(issueID string, now time.Time) verdict {
	short, long := orUsual(l.limits.IssueShort, 20), orUsual(l.limits.IssueLong, 100)
	l.mu.Lock()
	defer l.mu.Unlock()
	recent := l.writes[issueID]
	for len(recent) > 0 && now.Sub(recent[0]) >= 30*time.Second {
		recent = recent[1:]
	}
	v := verdict{limit: short, reset: now.Add(2 * time.Second)}
	inShort := 0
	for _, at := range recent {
		if now.Sub(at) < 2*time.Second {
			inShort++
		}
	}
	switch {
	case long >= 0 && len(recent) >= long:
		v.limit, v.after = long, recent[0].Add(30*time.Second).Sub(now)
	case short >= 0 && inShort >= short:
		v.after = recent[len(recent)-inShort].Add(2 * time.Second).Sub(now)
	default:
		l.writes[issueID] = append(recent, now)
		return v
	}
	v.reason, v.reset = "jira-per-issue-on-write", now.Add(v.after)
	return v
}

func (v verdict) headers(h http.Header) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(v.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(v.remaining))
	h.Set("X-RateLimit-Reset", v.reset.UTC().Format("2006-01-02T15:04:05Z"))
	if v.remaining*5 < v.limit {
		h.Set("X-RateLimit-NearLimit", "true")
	}
	if v.reason != "" {
		h.Set("RateLimit-Reason", v.reason)
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(v.after.Seconds()))))
	}
}
