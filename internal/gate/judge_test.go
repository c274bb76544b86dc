package gate

import (
	"net/http"
	"testing"
	"time"
)

var noon = time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)

func TestJudge(t *testing.T) {
	h := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	cases := []struct {
		status int
		h      http.Header
		kind   Kind
		after  time.Duration
		reason string
	}{
		{200, h(), Fine, 0, "an answer"},
		{200, h("Retry-After", "5"), Fine, 0, "advice on an answer that was given closes nothing"},
		{404, h(), Fine, 0, "the system is well"},
		{401, h(), Fine, 0, "a token may only have to be refreshed"},
		{403, h(), Fine, 0, "one item may be out of sight"},
		{429, h("Retry-After", "7"), Throttled, 7 * time.Second, "seconds"},
		{429, h("Retry-After", "Wed, 02 Jan 2030 12:00:30 GMT"), Throttled, 30 * time.Second, "a date"},
		{429, h(), Throttled, 0, "no time told"},
		{429, h("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "2030-01-02T12:01Z"), Throttled, time.Minute, "Jira's time without seconds"},
		{429, h("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "2030-01-02T12:01:00Z"), Throttled, time.Minute, "a whole time"},
		{403, h("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1893585620"), Throttled, 20 * time.Second, "GitHub: 403 and seconds since 1970"},
		{403, h("Retry-After", "60"), Throttled, time.Minute, "GitHub's secondary limit"},
		{429, h("X-Rate-Limit-Remaining", "600", "Retry-After", "400"), Narrow, 400 * time.Second, "the account has calls left: the limit is one ticket's"},
		{429, h("X-Rate-Limit-Remaining", "600", "Zendesk-Ratelimit-Tickets-Update", "total=100; remaining=0; resets=41", "Retry-After", "41"), Throttled, 41 * time.Second, "an endpoint's limit stops every pair"},
		{429, h("RateLimit-Reason", "jira-per-issue-on-write", "Retry-After", "2"), Narrow, 2 * time.Second, "the limit of one issue"},
		{429, h("RateLimit-Reason", "jira-burst-based", "X-RateLimit-Remaining", "0", "Retry-After", "1"), Throttled, time.Second, "the limit of the site"},
		{503, h("Retry-After", "120"), Maintenance, 2 * time.Minute, "maintenance with a time"},
		{503, h("Content-Type", "text/html; charset=utf-8"), Maintenance, 0, "an upgrade page"},
		{503, h(), Failing, 0, "may pass at once"},
		{500, h(), Failing, 0, "a fault of the system"},
		{502, h("Retry-After", "3"), Throttled, 3 * time.Second, "a fault with a time is a pause"},
		{408, h(), Failing, 0, "no answer in time"},
		{200, h("Content-Type", "text/html"), Failing, 0, "a page in the place of JSON"},
	}
	for _, c := range cases {
		v := Judge(c.status, c.h, true, noon)
		if v.Kind != c.kind || v.After != c.after {
			t.Errorf("status %d %v: kind %d after %v, want %d after %v: %s", c.status, c.h, v.Kind, v.After, c.kind, c.after, c.reason)
		}
	}
}

func TestBudgetHeaders(t *testing.T) {
	cases := []struct {
		name, value string
		want        Budget
		reason      string
	}{
		{"", "", Budget{}, "nothing told"},
		{"X-RateLimit-Remaining", "12", Budget{Known: true, Remaining: 12, Limit: 100, Reset: 41 * time.Second}, "the common names"},
		{"X-Rate-Limit-Remaining", "12", Budget{Known: true, Remaining: 12, Limit: 100, Reset: 41 * time.Second}, "Zendesk's"},
		{"Ratelimit-Remaining", "12", Budget{Known: true, Remaining: 12, Limit: 100, Reset: 41 * time.Second}, "the draft standard's"},
		{"X-RateLimit-Remaining", "many", Budget{}, "not a number"},
	}
	for _, c := range cases {
		h := http.Header{"X-Ratelimit-Limit": {"100"}, "Ratelimit-Reset": {"41"}}
		if c.name != "" {
			h.Set(c.name, c.value)
		}
		if got := budget(h, noon); got != c.want {
			t.Errorf("%s %s: %+v, want %+v: %s", c.name, c.value, got, c.want, c.reason)
		}
	}
}

func TestSpread(t *testing.T) {
	cases := []struct {
		b      Budget
		want   time.Duration
		reason string
	}{
		{Budget{}, 0, "nothing told"},
		{Budget{Known: true, Limit: 700, Remaining: 600, Reset: time.Minute}, 0, "plenty left"},
		{Budget{Known: true, Limit: 700, Remaining: 29, Reset: time.Minute}, 2 * time.Second, "what is left lasts until the reset"},
		{Budget{Known: true, Limit: 700, Remaining: 0, Reset: time.Minute}, 0, "nothing to spread: the gate closes"},
	}
	for _, c := range cases {
		if got := spread(c.b); got != c.want {
			t.Errorf("%+v: %v, want %v: %s", c.b, got, c.want, c.reason)
		}
	}
}

func TestLimiter(t *testing.T) {
	l := newLimiter(8)
	l.throttled(noon)
	l.throttled(noon.Add(time.Millisecond))
	if l.allowed() != 4 {
		t.Errorf("%d calls at once after a burst of refusals, want 4: calls that were under way together count once", l.allowed())
	}
	for i := range 10 {
		l.throttled(noon.Add(time.Duration(i+1) * time.Second))
	}
	if l.allowed() != 1 {
		t.Errorf("%d calls at once after many refusals, want 1: never none", l.allowed())
	}
	n := 0
	for ; l.allowed() < 8; n++ {
		l.fine()
	}
	if n < 20 {
		t.Errorf("it took %d answers to come back to 8 at once, want it slow", n)
	}
	for range 100 {
		l.fine()
	}
	if l.allowed() != 8 {
		t.Errorf("%d at once, want never more than the setting", l.allowed())
	}
}

func TestStreak(t *testing.T) {
	cases := []struct {
		gaps   []time.Duration // before each failure; negative: a success in between
		want   bool
		reason string
	}{
		{[]time.Duration{0, 1, 1, 1}, false, "four are too few"},
		{[]time.Duration{0, 1, 1, 1, 1}, true, "five in a row"},
		{[]time.Duration{0, 1, 1, -1, 1}, false, "a success in between"},
		{[]time.Duration{0, 20, 20, 20, 20}, false, "five in more than a minute: an idle system that fails is tried by Temporal's own pauses"},
		{[]time.Duration{0, 50, 20, 1, 1, 1, 1}, true, "the last five count"},
	}
	for _, c := range cases {
		var s streak
		now, down := noon, false
		for _, gap := range c.gaps {
			if gap < 0 {
				s.fine()
				gap = -gap
			}
			now = now.Add(gap * time.Second)
			down = s.failed(now)
		}
		if down != c.want {
			t.Errorf("%v: down %v, want %v: %s", c.gaps, down, c.want, c.reason)
		}
	}
}

func TestPermits(t *testing.T) {
	p := permits{next: noon, left: 3, every: 100 * time.Millisecond}
	if at, ok := p.take(noon); !ok || !at.Equal(noon) {
		t.Errorf("the first call at %v, %v; want at once", at, ok)
	}
	if at, ok := p.take(noon); !ok || !at.Equal(noon.Add(100*time.Millisecond)) {
		t.Errorf("the second call at %v, %v; want one interval later", at, ok)
	}
	if at, ok := p.take(noon.Add(time.Second)); ok {
		t.Errorf("a call that was reserved for an earlier moment was given at %v: others have reserved this one", at)
	}
}
