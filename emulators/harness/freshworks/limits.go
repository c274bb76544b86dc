package freshworks

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// Limits are calls per minute of the whole account. 0 is the vendor's default, negative is no limit. The others count within Total.
type Limits struct {
	Total  int `json:"total"`
	Create int `json:"create"` // of tickets
	Update int `json:"update"` // of tickets
	View   int `json:"view"`   // of one ticket
	List   int `json:"list"`   // of tickets
	People int `json:"people"` // lists of contacts, requesters and agents
}

// NoLimits is an account on which no limit holds.
func NoLimits() Limits {
	return Limits{Total: -1, Create: -1, Update: -1, View: -1, List: -1, People: -1}
}

// over fills what is 0 from base.
func (l Limits) over(base Limits) Limits {
	pick := func(a, b int) int {
		if a == 0 {
			return b
		}
		return a
	}
	return Limits{pick(l.Total, base.Total), pick(l.Create, base.Create), pick(l.Update, base.Update), pick(l.View, base.View),
		pick(l.List, base.List), pick(l.People, base.People)}
}

// Spend takes what the call costs from the account's minute and tells the client what is left. Calls that turn out invalid have been
// counted as well.
func (c *Call) Spend(cost int) error {
	limit := c.A.limits.Total
	var left int
	var resets time.Duration
	ok := true
	for range cost {
		if left, resets, ok = c.A.windows.Take("total", limit, time.Minute, c.Now); !ok {
			break
		}
	}
	if limit > 0 {
		h := c.W.Header()
		h.Set("X-RateLimit-Total", strconv.Itoa(limit))
		h.Set("X-RateLimit-Remaining", strconv.Itoa(left))
		h.Set("X-RateLimit-Used-CurrentRequest", strconv.Itoa(cost))
	}
	return c.limited(ok, resets)
}

// Limit takes one call from a window of its own.
func (c *Call) Limit(key string, of func(Limits) int) error {
	_, resets, ok := c.A.windows.Take(key, of(c.A.limits), time.Minute, c.Now)
	return c.limited(ok, resets)
}

func (c *Call) limited(ok bool, resets time.Duration) error {
	if ok {
		return nil
	}
	c.W.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(resets.Seconds()))))
	return &Refused{http.StatusTooManyRequests, rateBody}
}

var rateBody = Object{"message": "You have exceeded the limit of requests per minute"}

func throttled(w http.ResponseWriter, _ *http.Request, _ int) {
	write(w, http.StatusTooManyRequests, rateBody)
}

// maintenance answers with a page: the vendors promise no JSON while they are down.
func maintenance(w http.ResponseWriter, _ *http.Request, _ int) {
	write(w, http.StatusServiceUnavailable, "We are down for maintenance")
}
