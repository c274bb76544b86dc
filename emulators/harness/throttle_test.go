package harness

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestCallsInsideAPauseAreCounted: a caller that does not keep away is seen, and others are not blamed for it.
func TestCallsInsideAPauseAreCounted(t *testing.T) {
	now := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	skew := NewSkew(func() time.Time { return now })
	s := New(Options{Vendor: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), Skew: skew})
	call := func(who string) int {
		req := httptest.NewRequest("GET", "/things", nil)
		req.SetBasicAuth(who, "x")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		return w.Code
	}
	if _, err := s.AddFault(Fault{Kind: KindThrottle, Times: 1, RetryAfter: 10}); err != nil {
		t.Fatal(err)
	}
	if call("sync") != 429 {
		t.Fatal("the first call was not refused")
	}
	skew.Set(time.Hour) // what callers are told counts by the machine's clock
	for _, step := range []struct {
		who    string
		after  time.Duration
		want   Throttle
		reason string
	}{
		{"ada", 0, Throttle{Windows: 1, Calls: 2}, "somebody else was asked for nothing"},
		{"sync", 50 * time.Millisecond, Throttle{Windows: 1, Calls: 3, Inside: 1, OnTheWire: 1}, "it may have crossed the answer"},
		{"sync", 5 * time.Second, Throttle{Windows: 1, Calls: 4, Inside: 2, OnTheWire: 1}, "in the middle of the pause"},
		{"sync", 5 * time.Second, Throttle{Windows: 1, Calls: 5, Inside: 2, OnTheWire: 1}, "after its end"},
	} {
		now = now.Add(step.after)
		call(step.who)
		if got := s.Throttle(); got != step.want {
			t.Errorf("%s after %v: %+v, want %+v: %s", step.who, step.after, got, step.want, step.reason)
		}
	}
	if s.control.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("DELETE", "/_control/throttle", nil)); s.Throttle() != (Throttle{}) {
		t.Error("reset kept the counts")
	}
}
