package github

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
)

func TestPrimaryLimit(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{Core: 3, Search: 1, Anonymous: 1}})
	for range 3 {
		r.must(200, "ada", "GET", "/repos/acme/app", "")
	}
	got := r.must(403, "ada", "GET", "/repos/acme/app", "")
	if got.Header.Get("X-RateLimit-Remaining") != "0" || got.Header.Get("X-RateLimit-Resource") != "core" || got.Header.Get("Retry-After") != "" ||
		!strings.Contains(got.text("message"), "rate limit exceeded") {
		t.Errorf("over the limit: %v %s", got.Header, got.Raw)
	}
	r.must(200, "grace", "GET", "/repos/acme/app", "") // another person's
	r.must(200, "ada", "GET", "/search/issues?q=is:issue", "")
	r.must(403, "ada", "GET", "/search/issues?q=is:issue", "")
	if left := r.must(200, "ada", "GET", "/rate_limit", "").text("resources", "core", "remaining"); left != "0" {
		t.Errorf("rate_limit says %s are left", left)
	}
	r.must(200, "", "GET", "/repos/acme/app", "")
	r.must(403, "", "GET", "/repos/acme/app", "")
	r.Pass(time.Hour)
	r.must(200, "ada", "GET", "/repos/acme/app", "")
}

// TestSecondaryLimits: the three refusals of a write that comes too early take turns.
func TestSecondaryLimits(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{Gap: time.Second}})
	r.issue("ada", "")
	for _, want := range []struct {
		status int
		after  string
	}{{403, "2"}, {429, "2"}, {403, ""}, {403, "2"}} {
		got := r.must(want.status, "ada", "POST", appIssues, `{"title":"at once"}`)
		if got.Header.Get("Retry-After") != want.after || !strings.Contains(got.text("message"), "secondary rate limit") {
			t.Errorf("refused with Retry-After %q: %s", got.Header.Get("Retry-After"), got.Raw)
		}
	}
	r.must(200, "ada", "GET", appIssues+"/1", "")
	r.must(201, "grace", "POST", appIssues, `{"title":"somebody else"}`)
	r.Pass(time.Second)
	r.must(200, "ada", "PATCH", appIssues+"/1", `{"title":"in time"}`)
	if got := r.must(200, "ada", "GET", appIssues+"?state=all", "").Column("title"); len(got) != 2 {
		t.Errorf("a refused write was done: %q", got)
	}
}

func TestContentIsCreatedSlowly(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{Creations: 2, CreationsHour: 3}})
	r.issue("ada", "")
	r.issue("ada", "")
	if got := r.must(403, "ada", "POST", appIssues, `{"title":"third"}`); got.Header.Get("Retry-After") != "60" {
		t.Errorf("Retry-After is %q", got.Header.Get("Retry-After"))
	}
	r.must(200, "ada", "PATCH", appIssues+"/1", `{"title":"an update is no creation"}`)
	r.Pass(time.Minute)
	r.issue("ada", "")
	r.must(429, "ada", "POST", appIssues, `{"title":"fourth of the hour"}`)
}

func TestVendorLimits(t *testing.T) {
	if got, want := (Limits{}).orVendor(false), (Limits{5000, 60, 30, 80, 500, time.Second}); got != want {
		t.Errorf("the vendor's limits are %+v, want %+v", got, want)
	}
	if got := (Limits{}).orVendor(true); got != NoLimits() {
		t.Errorf("an Enterprise Server has %+v, want none", got)
	}
}

func TestEnterprise(t *testing.T) {
	r := newRig(t, Options{Enterprise: true})
	r.must(404, "ada", "GET", "/repos/acme/app", "")
	got := r.must(201, "ada", "POST", "/api/v3/repos/acme/app/issues", `{"title":"x"}`)
	if url := got.text("url"); url != r.URL+"/api/v3/repos/acme/app/issues/1" {
		t.Errorf("the issue's address is %s", url)
	}
	if v := r.must(200, "ada", "GET", "/api/v3/meta", "").text("installed_version"); !strings.HasPrefix(v, "3.") {
		t.Errorf("the server's version is %q", v)
	}
	rc := bench.NewInbox(t)
	r.must(201, "ada", "POST", "/api/v3/repos/acme/app/hooks", `{"events":["issues"],"config":{"url":"`+rc.URL+`","content_type":"json","secret":"s"}}`)
	if h := rc.Wait(1)[0].Header; h.Get("X-GitHub-Enterprise-Host") == "" || h.Get("X-GitHub-Enterprise-Version") == "" {
		t.Errorf("the ping's headers are %v", h)
	}
}

// TestWritesAtTheSameTime: of two writes of one person that come at once, one is refused.
func TestWritesAtTheSameTime(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{Gap: time.Second}})
	var wg sync.WaitGroup
	statuses := make([]int, 2)
	for n := range statuses {
		wg.Go(func() { statuses[n] = r.as("ada", "POST", appIssues, `{"title":"at once"}`).Status })
	}
	wg.Wait()
	slices.Sort(statuses)
	if !slices.Equal(statuses, []int{201, 403}) {
		t.Errorf("answered %v", statuses)
	}
}
