package github

import (
	"net/http"
	"strconv"
	"time"
)

// Limits are the rate limits (vendor page "Rate limits for the REST API"). 0 is the vendor's, negative is none.
type Limits struct {
	Core      int `json:"core"`      // calls per hour and user; 5000
	Anonymous int `json:"anonymous"` // calls per hour without credentials; 60
	Search    int `json:"search"`    // searches per minute and user; 30
	// Creations per minute and per hour and user; 80 and 500: the secondary limit of content.
	Creations     int `json:"creations"`
	CreationsHour int `json:"creations_hour"`
	// Gap is what has to lie between two writes of a user; 1 s. The vendor calls it advice: here it holds.
	Gap time.Duration `json:"gap"`
}

// NoLimits is an account on which no limit holds.
func NoLimits() Limits {
	return Limits{Core: -1, Anonymous: -1, Search: -1, Creations: -1, CreationsHour: -1, Gap: -1}
}

func (l Limits) orVendor(enterprise bool) Limits {
	if enterprise {
		return l.over(NoLimits())
	}
	return l.over(Limits{Core: 5000, Anonymous: 60, Search: 30, Creations: 80, CreationsHour: 500, Gap: time.Second})
}

// over fills what is 0 from base.
func (l Limits) over(base Limits) Limits {
	pick := func(a, b int) int {
		if a == 0 {
			return b
		}
		return a
	}
	if l.Gap == 0 {
		l.Gap = base.Gap
	}
	return Limits{pick(l.Core, base.Core), pick(l.Anonymous, base.Anonymous), pick(l.Search, base.Search),
		pick(l.Creations, base.Creations), pick(l.CreationsHour, base.CreationsHour), l.Gap}
}

// budget is what was used of one limit in its present window.
type budget struct {
	start time.Time
	used  int
}

// budget finds the window that holds now.
func (e *Emulator) budget(key string, every time.Duration, now time.Time) *budget {
	b := e.budgets[key]
	if b == nil || now.Sub(b.start) >= every || now.Before(b.start) {
		b = &budget{start: now}
		e.budgets[key] = b
	}
	return b
}

// primary says which primary limit the call counts against.
func (c *call) primary() (resource string, limit int, every time.Duration) {
	l := c.e.limits
	switch {
	case len(c.segments) > 0 && c.segments[0] == "search":
		return "search", l.Search, time.Minute
	case c.actor.user == nil && !c.actor.jwt:
		return "core", l.Anonymous, time.Hour
	default:
		return "core", l.Core, time.Hour
	}
}

// spend takes one call from the primary limit, unless it is free (a 304), and tells the client what is left.
func (c *call) spend(free bool) error {
	resource, limit, every := c.primary()
	if limit <= 0 {
		return nil
	}
	b := c.e.budget(resource+" "+c.actor.key(), every, c.now)
	over := b.used >= limit && !free
	if !over && !free {
		b.used++
	}
	h := c.w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(limit-b.used))
	h.Set("X-RateLimit-Used", strconv.Itoa(b.used))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(b.start.Add(every).Unix()+1, 10))
	h.Set("X-RateLimit-Resource", resource)
	if !over {
		return nil
	}
	return &apiError{http.StatusForbidden, object{"message": "API rate limit exceeded for user ID " + c.actor.key() + ".",
		"documentation_url": docs + "using-the-rest-api/rate-limits-for-the-rest-api"}}
}

// secondary refuses writes that come too fast. Refusals take turns: 403, 429, and 403 without Retry-After, for which
// the vendor asks for a minute at least.
func (c *call) secondary(creates bool) error {
	l, key := c.e.limits, c.actor.key()
	if last, ok := c.e.lastWrite[key]; ok && l.Gap > 0 && c.now.Sub(last) < l.Gap && !c.now.Before(last) {
		return c.tooFast(int(l.Gap/time.Second) + 1)
	}
	c.e.lastWrite[key] = c.now
	if !creates {
		return nil
	}
	minute, hour := c.e.budget("minute "+key, time.Minute, c.now), c.e.budget("hour "+key, time.Hour, c.now)
	if l.Creations > 0 && minute.used >= l.Creations || l.CreationsHour > 0 && hour.used >= l.CreationsHour {
		return c.tooFast(60)
	}
	minute.used++
	hour.used++
	return nil
}

func (c *call) tooFast(after int) error {
	c.e.refused++
	status := http.StatusForbidden
	switch c.e.refused % 3 {
	case 1:
		c.w.Header().Set("Retry-After", strconv.Itoa(after))
	case 2:
		status = http.StatusTooManyRequests
		c.w.Header().Set("Retry-After", strconv.Itoa(after))
	}
	return &apiError{status, secondaryBody}
}

var secondaryBody = object{"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
	"documentation_url": docs + "using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"}

// throttled is the answer of an injected throttle: 403 and 429 by turns, as the vendor uses both.
func (e *Emulator) throttled(w http.ResponseWriter, _ *http.Request, _ int) {
	e.mu.Lock()
	e.refused++
	status := http.StatusTooManyRequests
	if e.refused%2 == 0 {
		status = http.StatusForbidden
	}
	e.mu.Unlock()
	write(w, status, secondaryBody)
}

func maintenance(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte("<html><title>Unicorn!</title>We are having a problem. Please try again later.</html>"))
}

func (c *call) getRateLimit() error {
	show := func(resource string, limit int, every time.Duration) object {
		if limit <= 0 {
			limit = 1_000_000
		}
		b := c.e.budget(resource+" "+c.actor.key(), every, c.now)
		return object{"limit": limit, "remaining": max(0, limit-b.used), "used": b.used, "reset": b.start.Add(every).Unix() + 1}
	}
	core := show("core", c.e.limits.Core, time.Hour)
	out := object{"resources": object{"core": core, "search": show("search", c.e.limits.Search, time.Minute)}}
	if c.version != newest {
		out["rate"] = core
	}
	return c.answer(http.StatusOK, out)
}
