package salesforce

import (
	"fmt"
	"net/http"
	"time"
)

// Limits of the organization (vendor page "API Request Limits and Allocations"). 0 is the vendor's default, negative is
// no limit.
type Limits struct {
	Daily   int `json:"daily"`   // calls in 24 hours; 100,000
	Rows    int `json:"rows"`    // rows of one page of a query, whatever is asked for; 2,000
	Cursors int `json:"cursors"` // open query locators per user; 10
}

func (l Limits) orVendor() Limits { return l.over(Limits{100_000, 2000, 10}) }

// over fills what is 0 from base.
func (l Limits) over(base Limits) Limits {
	if l.Daily == 0 {
		l.Daily = base.Daily
	}
	if l.Rows == 0 {
		l.Rows = base.Rows
	}
	if l.Cursors == 0 {
		l.Cursors = base.Cursors
	}
	return l
}

// NoLimits is an organization on which no limit holds.
func NoLimits() Limits { return Limits{-1, -1, -1} }

// take uses one call of the day and says in the answer how much is used.
func (c *call) take() error {
	limit := c.e.limits.Daily
	if limit <= 0 {
		limit = 1_000_000_000
	}
	left, _, ok := c.e.usage.Take("day", limit, 24*time.Hour, c.now)
	c.w.Header().Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d", limit-left, limit))
	c.left = left
	if !ok {
		return requestLimit("TotalRequests")
	}
	return nil
}

// getLimits shows what is left (vendor page "Limits"); the call itself counts.
func (c *call) getLimits() error {
	limit := c.e.limits.Daily
	if limit <= 0 {
		limit = 1_000_000_000
	}
	return c.answer(http.StatusOK, map[string]any{
		"DailyApiRequests": map[string]int{"Max": limit, "Remaining": c.left},
		"DataStorageMB":    map[string]int{"Max": 1024, "Remaining": 1000},
		"FileStorageMB":    map[string]int{"Max": 10240, "Remaining": 10000},
	})
}

// refusal is an answer that the next calls get, set by the control API.
type refusal struct {
	Code    string `json:"code"`
	Status  int    `json:"status"`
	Message string `json:"message"`
	Times   int    `json:"times"`  // 0 is until it is replaced
	Writes  bool   `json:"writes"` // only calls that would change a record
}

// refusedByControl applies the first refusal that fits.
func (c *call) refusedByControl() error {
	for i, r := range c.e.refused {
		if r.Writes && c.req.Method == http.MethodGet {
			continue
		}
		if r.Times > 0 {
			if r.Times--; r.Times == 0 {
				c.e.refused = append(c.e.refused[:i:i], c.e.refused[i+1:]...)
			}
		}
		return refuse(r.Status, r.Code, r.Message)
	}
	return nil
}
