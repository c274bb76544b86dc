package zendesk

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// Limits are the account's rate limits (vendor page "Rate Limits"). 0 is the vendor's default,
// negative is no limit.
type Limits struct {
	Account       int `json:"account"`        // calls per minute; 700
	Updates       int `json:"updates"`        // ticket updates per minute; 100
	TicketUpdates int `json:"ticket_updates"` // updates per ticket and user in 10 minutes; 30
	Incremental   int `json:"incremental"`    // incremental exports per minute; 10
	TicketsIndex  int `json:"tickets_index"`  // ticket lists per minute; 100
	Users         int `json:"users"`          // create_or_update per second; 1
}

func (l Limits) orVendor() Limits {
	return l.over(Limits{Account: 700, Updates: 100, TicketUpdates: 30, Incremental: 10, TicketsIndex: 100, Users: 1})
}

// over fills what is 0 from base.
func (l Limits) over(base Limits) Limits {
	pick := func(a, b int) int {
		if a == 0 {
			return b
		}
		return a
	}
	return Limits{pick(l.Account, base.Account), pick(l.Updates, base.Updates), pick(l.TicketUpdates, base.TicketUpdates),
		pick(l.Incremental, base.Incremental), pick(l.TicketsIndex, base.TicketsIndex), pick(l.Users, base.Users)}
}

// limitAccount takes one call from the account's minute and tells the client what is left.
func (c *call) limitAccount() error {
	limit := c.e.limits.Account
	left, resets, ok := c.e.windows.Take("account", limit, time.Minute, c.now)
	if limit > 0 {
		h := c.w.Header()
		h.Set("X-Rate-Limit", strconv.Itoa(limit))
		h.Set("X-Rate-Limit-Remaining", strconv.Itoa(left))
		h.Set("ratelimit-limit", strconv.Itoa(limit))
		h.Set("ratelimit-remaining", strconv.Itoa(left))
		h.Set("ratelimit-reset", strconv.Itoa(seconds(resets)))
	}
	return c.limited(ok, resets)
}

// limit takes one call from an endpoint's own window; name "" tells the client nothing about it.
func (c *call) limit(key, name string, limit int, every time.Duration) error {
	left, resets, ok := c.e.windows.Take(key, limit, every, c.now)
	if name != "" && limit > 0 {
		c.w.Header().Set("zendesk-ratelimit-"+name, fmt.Sprintf("total=%d; remaining=%d; resets=%d", limit, left, seconds(resets)))
	}
	return c.limited(ok, resets)
}

// limitUpdate applies the limits of ticket updates.
func (c *call) limitUpdate(ticketID int64) error {
	key := fmt.Sprintf("ticket %d by %d", ticketID, c.user.ID)
	if err := c.limit(key, "", c.e.limits.TicketUpdates, 10*time.Minute); err != nil {
		return err
	}
	return c.limit("updates", "tickets-update", c.e.limits.Updates, time.Minute)
}

func (c *call) limited(ok bool, resets time.Duration) error {
	if ok {
		return nil
	}
	c.w.Header().Set("Retry-After", strconv.Itoa(seconds(resets)))
	return &apiError{http.StatusTooManyRequests, rateBody}
}

var rateBody = map[string]any{"error": "APIRateLimitExceeded", "description": "Number of allowed API requests per minute exceeded"}

// seconds rounds up, so that waiting that long is enough.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

func throttled(w http.ResponseWriter, _ *http.Request, _ int) {
	write(w, http.StatusTooManyRequests, rateBody)
}

// maintenance answers in plain text: the vendor promises no JSON while it is down.
func maintenance(w http.ResponseWriter, _ *http.Request, _ int) {
	write(w, http.StatusServiceUnavailable, "Zendesk is under maintenance. Please try again later.")
}

// NoLimits is an account on which no limit holds.
func NoLimits() Limits {
	return Limits{Account: -1, Updates: -1, TicketUpdates: -1, Incremental: -1, TicketsIndex: -1, Users: -1}
}
