package jira

import (
	"net/http"
	"testing"
	"time"
)

func TestWritesPerIssueAreLimited(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	id, other := c.newIssue("x", nil), c.newIssue("y", nil)
	write := func(id string) answer {
		return c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"summary": "x"}})
	}
	for range 20 {
		write(id).want(204)
	}
	got := write(id).want(429)
	if got.Header.Get("RateLimit-Reason") != "jira-per-issue-on-write" || got.Header.Get("Retry-After") != "2" || got.Header.Get("X-RateLimit-Remaining") != "0" {
		t.Errorf("headers: %v", got.Header)
	}
	write(other).want(204)
	c.issue(id) // reading goes on
	for range 4 {
		s.Pass(2 * time.Second)
		for range 20 {
			write(id).want(204)
		}
	}
	s.Pass(2 * time.Second)
	if got := write(id).want(429).Header.Get("Retry-After"); got != "20" {
		t.Errorf("after 100 writes in 10 s Retry-After is %s, want the rest of the 30 s", got)
	}
}

func TestBurstsAreLimitedPerOperation(t *testing.T) {
	s := newSite(t, Options{Limits: Limits{Get: 3}})
	c := s.as("ada")
	for left := 2; left >= 0; left-- {
		got := c.do("GET", "/rest/api/3/myself", nil).want(200)
		if got.Header.Get("X-RateLimit-Limit") != "3" || got.Header.Get("X-RateLimit-Remaining") != string(rune('0'+left)) {
			t.Errorf("headers with %d left: %v", left, got.Header)
		}
	}
	got := c.do("GET", "/rest/api/3/myself", nil).want(429)
	if got.Header.Get("RateLimit-Reason") != "jira-burst-based" || got.Header.Get("Retry-After") != "1" || got.Header.Get("X-RateLimit-Reset") == "" {
		t.Errorf("headers: %v", got.Header)
	}
	c.do("GET", "/rest/api/3/serverInfo", nil).want(200)
	s.Pass(time.Second)
	c.do("GET", "/rest/api/3/myself", nil).want(200)
}

func TestFaultsLookLikeTheVendors(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	fault := func(f object) {
		c.do("DELETE", "/_control/faults", nil).want(204)
		f["path"] = "/rest/"
		f["times"] = 1
		c.do("POST", "/_control/faults", f).want(201)
	}
	fault(object{"kind": "throttle", "retry_after": 7})
	got := c.do("GET", "/rest/api/3/myself", nil).want(429)
	if got.Header.Get("Retry-After") != "7" || got.Header.Get("RateLimit-Reason") == "" || got.text("errorMessages.0") == "" {
		t.Errorf("a throttled call: %v %s", got.Header, got.Raw)
	}
	fault(object{"kind": "maintenance", "retry_after": 60})
	if got := c.do("GET", "/rest/api/3/myself", nil).want(503); got.Header.Get("Retry-After") != "60" {
		t.Errorf("maintenance: %v", got.Header)
	}
	fault(object{"kind": "status", "status": 502})
	c.do("GET", "/rest/api/3/myself", nil).want(502)
	fault(object{"kind": "latency", "delay": "1ms"})
	c.do("GET", "/rest/api/3/myself", nil).want(200)
	fault(object{"kind": "timeout", "delay": "1ms"})
	if _, err := c.try("GET", "/rest/api/3/myself", nil); err == nil {
		t.Error("a timed out call was answered")
	}
	fault(object{"kind": "drop", "method": "POST"})
	if _, err := c.try("POST", "/rest/api/3/issue", object{"fields": object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}, "summary": "Lost answer"}}); err == nil {
		t.Error("a dropped call was answered")
	}
	if got := c.keys("project = ENG"); len(got) != 1 {
		t.Errorf("after commit and drop there are %v", got)
	}
	calls := s.e.Harness().Calls(0)
	if calls.ByOperation["GET /rest/api/3/myself"] != 5 || calls.Calls[3].Actor != "ada@acme.example" {
		t.Errorf("calls were counted as %v, actor %q", calls.ByOperation, calls.Calls[3].Actor)
	}
}

// try is do for calls that may end without an answer.
func (c caller) try(method, path string, body any) (*http.Response, error) {
	req, _ := http.NewRequest(method, c.URL+path, jsonBody(body))
	req.Header.Set("Content-Type", "application/json")
	c.sign(req)
	resp, err := c.Do(req)
	if err == nil {
		resp.Body.Close()
	}
	return resp, err
}
