package salesforce

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// quota watches how many of the organization's daily calls are used, by anybody: every answer tells (vendor page "API Request Limits and
// Allocations", Sforce-Limit-Info). Safe for concurrent use.
type quota struct {
	now   func() time.Time
	share int // per cent at which calling stops

	mu        sync.Mutex
	used, max int
	at        time.Time
}

const (
	// quotaPause is how long nothing is called once the share is used; then one call finds out. The limit is of the last 24 hours, so
	// that room comes back bit by bit.
	quotaPause = 15 * time.Minute
	// overLimit is how long to wait after a refusal: the vendor does not say.
	overLimit = time.Hour
	// tooManyAtOnce is the wait where too many long calls are under way.
	tooManyAtOnce = 30 * time.Second
)

var usage = regexp.MustCompile(`api-usage=(\d+)/(\d+)`)

// check refuses a call while the share is used.
func (q *quota) check() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	wait := quotaPause - q.now().Sub(q.at)
	if q.max == 0 || q.used*100 < q.max*q.share || wait <= 0 {
		return nil
	}
	return connectors.Busy("calling Salesforce", fmt.Sprintf("%d of the organization's %d calls in 24 hours are used, and duplex stops at %d %%: "+
		"an admin finds who calls so often, or raises settings.quota_share", q.used, q.max, q.share), wait)
}

func (q *quota) note(h http.Header) {
	m := usage.FindStringSubmatch(h.Get("Sforce-Limit-Info"))
	if m == nil {
		return
	}
	used, _ := strconv.Atoi(m[1])
	most, _ := strconv.Atoi(m[2])
	q.mu.Lock()
	defer q.mu.Unlock()
	q.used, q.max, q.at = used, most, q.now()
}

// watch is the client with every answer looked at.
func (q *quota) watch(client *http.Client) *http.Client {
	if client == nil {
		client = httpx.Default()
	}
	out := *client
	next := client.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	out.Transport = watching{q, next}
	return &out
}

type watching struct {
	quota *quota
	next  http.RoundTripper
}

func (w watching) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.next.RoundTrip(r)
	if resp != nil {
		w.quota.note(resp.Header)
	}
	return resp, err
}
