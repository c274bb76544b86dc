package e2e

import (
	"errors"
	"testing"
	"time"

	"duplex/standalone/rig"
)

// TestPain14RateLimits: both systems refuse 30 % of the sync's calls with 429 and Retry-After. Everything arrives all the
// same, once, no pair is parked, and no call begins inside a pause but those that were on the wire when it was asked for.
func TestPain14RateLimits(t *testing.T) {
	const pairs = 24
	w := newWorld(t, "")
	w.limit("{requests_per_second: 100, concurrency: 8}")
	systems := []rig.Control{w.zendesk, w.jira}
	for _, c := range systems {
		_, err := c.Break(w.ctx(), rig.Fault{Kind: "throttle", Percent: 30, RetryAfter: 1, Account: syncAccount})
		w.must(err)
	}
	var all []*subject
	for n := range pairs {
		all = append(all, w.newSubject(n, n%2 == 0, nil))
	}
	w.must(each(all, func(s *subject) error { return errors.Join(s.report(w.ctx()), s.comment(w.ctx())) }))
	began, last := time.Now(), error(nil)
	for ; time.Since(began) < 4*time.Minute; time.Sleep(500 * time.Millisecond) {
		if last = (&duplicates{world: w}).holds(1, all); last == nil {
			break
		}
	}
	w.must(last)
	w.settle()
	for _, c := range systems {
		got, err := c.Throttle(w.ctx())
		w.must(err)
		t.Logf("%s: %d calls, %d pauses asked for, %d calls began inside one, of which %d within the first 100 ms", c, got.Calls, got.Windows, got.Inside, got.OnTheWire)
		if got.Windows < pairs/2 {
			t.Errorf("%s asked for %d pauses only: the test shows nothing", c, got.Windows)
		}
		if late := got.Inside - got.OnTheWire; late > 0 {
			t.Errorf("%s: %d calls began inside a pause", c, late)
		}
	}
	var list struct {
		Pairs []struct{ ID, Status string }
	}
	w.must(w.admin.Call(w.ctx(), "GET", "/api/v1/pairs?limit=1000", nil, &list))
	for _, p := range list.Pairs {
		if p.Status != "in-sync" {
			t.Errorf("%s is %s: a pause is nobody's problem", p.ID, p.Status)
		}
	}
	t.Logf("%d pairs in step %v after they were reported", len(list.Pairs), time.Since(began).Round(time.Second))
}
