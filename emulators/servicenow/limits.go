package servicenow

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Limits are rate rules of the instance (vendor page "Inbound REST API rate limiting"). There is none until an administrator
// makes one: 0 and negative are no limit.
type Limits struct {
	TablePerHour int `json:"table_per_hour"` // calls of the Table API per account
}

// NoLimits is an instance without rate rules, which is also how the vendor ships it.
func NoLimits() Limits { return Limits{} }

// limit takes one call from the account's hour and tells the client of the rule.
func (c *call) limit() error {
	limit := c.e.limits.TablePerHour
	if limit <= 0 || !strings.HasPrefix(c.req.URL.Path, "/api/now/table/") {
		return nil
	}
	_, resets, ok := c.e.windows.Take(c.user["user_name"], limit, time.Hour, c.now)
	h := c.w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(c.now.Add(resets).Unix(), 10))
	h.Set("X-RateLimit-Rule", ID("sys_rate_limit_rules", "table"))
	if ok {
		return nil
	}
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(resets.Seconds()))))
	return tooMany(limit)
}

func tooMany(limit int) *apiError {
	return &apiError{http.StatusTooManyRequests, "Rate limit exceeded", fmt.Sprintf("Rate limit of %d requests per hour for Table API exceeded", limit)}
}

func throttled(w http.ResponseWriter, _ *http.Request, _ int) {
	write(w, http.StatusTooManyRequests, tooMany(100).body())
}

// maintenance answers with a page: the vendor promises no JSON while it is down.
func maintenance(w http.ResponseWriter, _ *http.Request, _ int) {
	write(w, http.StatusServiceUnavailable, upgrading)
}
