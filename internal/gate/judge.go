package gate

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"duplex/internal/httpx"
)

// Kind is what an answer says about whether the system may be called.
type Kind int

// The kinds of answers.
const (
	Fine        Kind = iota
	Throttled        // the account has made too many calls
	Narrow           // too many calls for one item; the others may go on
	Maintenance      // the system is in maintenance
	Failing          // no answer, or one that a system that is well does not give
)

// Verdict is what one answer says.
type Verdict struct {
	Kind   Kind
	After  time.Duration // when to call again; 0: not told
	Reason string        // no content
	Budget Budget
}

// Budget is what the system's headers say is left of the calls it grants.
type Budget struct {
	Known     bool
	Limit     float64 // 0: not told
	Remaining float64
	Reset     time.Duration // until it is granted anew; 0: not told
}

// Judge reads an answer's status and headers. wantsJSON tells that a page in the place of JSON is no answer.
func Judge(status int, h http.Header, wantsJSON bool, now time.Time) Verdict {
	v := Verdict{Budget: budget(h, now), After: httpx.RetryAfter(h, now)}
	page := strings.HasPrefix(h.Get("Content-Type"), "text/html")
	spent := v.Budget.Known && v.Budget.Remaining <= 0
	switch {
	case status == http.StatusTooManyRequests || status == http.StatusForbidden && (v.After > 0 || spent):
		v.Kind, v.Reason = Throttled, fmt.Sprintf("it asked for a pause (status %d)", status)
		if why := h.Get("RateLimit-Reason"); why != "" {
			v.Reason = fmt.Sprintf("it asked for a pause (status %d, %s)", status, why)
		}
		if narrow(h, v.Budget) {
			v.Kind = Narrow
		}
		if v.After == 0 && spent {
			v.After = v.Budget.Reset
		}
	case status == http.StatusServiceUnavailable && (v.After > 0 || page):
		v.Kind, v.Reason = Maintenance, "it says that it is in maintenance (status 503)"
	case status > 500 && v.After > 0:
		v.Kind, v.Reason = Throttled, fmt.Sprintf("it asked for a pause (status %d)", status)
	case status >= 500 || status == http.StatusRequestTimeout:
		v.Kind, v.Reason = Failing, fmt.Sprintf("it answers with status %d", status)
	case status < 300 && page && wantsJSON:
		v.Kind, v.Reason = Failing, "it answers with a page in the place of data"
	default:
		v.After = 0
	}
	return v
}

// narrow tells a limit of one item from one of the account: the account still has calls left, or the reason says so.
func narrow(h http.Header, b Budget) bool {
	if strings.Contains(h.Get("RateLimit-Reason"), "per-issue") {
		return true
	}
	for name, values := range h { // the limit of an endpoint: "zendesk-ratelimit-tickets-update: total=100; remaining=0; resets=41"
		if strings.Contains(strings.ToLower(name), "ratelimit-") && strings.Contains(strings.ReplaceAll(strings.Join(values, ";"), " ", ""), "remaining=0;") {
			return false
		}
	}
	return b.Known && b.Remaining > 0
}

// maintenanceCodes are what systems in a read-only or closed mode answer writes with, in the body of a refusal.
var maintenanceCodes = []string{"NOT_ALLOWED_DURING_MAINTENANCE", "ORG_IN_MAINTENANCE", "ORG_LOCKED"}

// refusedForMaintenance reads a refusal's body.
func refusedForMaintenance(status int, body string) bool {
	if status < 400 {
		return false
	}
	for _, code := range maintenanceCodes {
		if strings.Contains(body, code) {
			return true
		}
	}
	return false
}

func budget(h http.Header, now time.Time) Budget {
	get := func(what string) string {
		for _, prefix := range []string{"X-RateLimit-", "X-Rate-Limit-", "RateLimit-"} {
			if v := h.Get(prefix + what); v != "" {
				return v
			}
		}
		return ""
	}
	left, err := strconv.ParseFloat(strings.TrimSpace(get("Remaining")), 64)
	if err != nil {
		return Budget{}
	}
	b := Budget{Known: true, Remaining: left, Reset: reset(get("Reset"), now)}
	limit := get("Limit")
	if limit == "" {
		limit = firstOf(h.Get("X-RateLimit-Total"), h.Get("X-Rate-Limit"))
	}
	b.Limit, _ = strconv.ParseFloat(strings.TrimSpace(limit), 64)
	return b
}

// reset reads a time, seconds since 1970, or seconds from now.
func reset(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if at, err := time.Parse("2006-01-02T15:04Z", text); err == nil {
		return max(0, at.Sub(now))
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return max(0, at.Sub(now))
	}
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || n < 0:
		return 0
	case n > 1e9:
		return max(0, time.UnixMilli(int64(n*1000)).Sub(now))
	}
	return min(time.Duration(n*float64(time.Second)), 24*time.Hour)
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
