package github

import (
	"path/filepath"
	"strings"
	"testing"

	"duplex/emulators/harness"
)

func TestTransferAndDelete(t *testing.T) {
	r := newRig(t, Options{})
	path, made := r.issue("ada", `"labels":["bug","only here"],"milestone":1`)
	r.must(201, "ada", "POST", path+"/comments", `{"body":"stays"}`)
	r.Control("POST", "transfer", `{"repo":"acme/app","number":1,"to":"acme/web"}`)
	got := r.must(301, "ada", "GET", path+"/comments?per_page=5", "")
	to := got.Header.Get("Location")
	if to != r.URL+"/repos/acme/web/issues/1/comments?per_page=5" || got.text("url") != to {
		t.Errorf("a transferred issue points to %q", to)
	}
	moved := r.must(200, "ada", "GET", "/repos/acme/web/issues/1", "")
	if moved.id() != made.id() || moved.At("milestone") != nil || len(moved.Column("name", "labels")) != 1 || moved.text("comments") != "1" {
		t.Errorf("after the transfer it is %s", moved.Raw)
	}
	r.must(404, "linus", "GET", path, "") // who may not see the new place is told nothing
	r.must(301, "ada", "PATCH", path, `{"title":"x"}`)
	r.Control("POST", "delete", `{"repo":"acme/web","number":1}`)
	r.must(410, "ada", "GET", "/repos/acme/web/issues/1", "")
	r.must(404, "linus", "GET", "/repos/acme/web/issues/1", "")
	r.must(404, "ada", "GET", "/repos/acme/web/issues/2", "")
	if list := r.must(200, "ada", "GET", "/repos/acme/web/issues?state=all", ""); len(list.Column("id")) != 0 {
		t.Errorf("a deleted issue is listed: %s", list.Raw)
	}
}

func TestARenamedRepositoryRedirects(t *testing.T) {
	r := newRig(t, Options{})
	r.issue("ada", "")
	r.Control("POST", "rename", `{"repo":"acme/app","name":"core"}`)
	got := r.must(301, "ada", "GET", appIssues+"/1", "")
	if to := got.Header.Get("Location"); to != r.URL+"/repos/acme/core/issues/1" {
		t.Errorf("the old name points to %q", to)
	}
	r.must(200, "ada", "GET", got.Header.Get("Location"), "")
}

// TestAKilledEmulatorKeepsWhatItAnswered: the state is read again by another emulator without a goodbye of the first.
func TestAKilledEmulatorKeepsWhatItAnswered(t *testing.T) {
	file := filepath.Join(t.TempDir(), "github.json")
	r := newRig(t, Options{File: file})
	path, made := r.issue("ada", `"body":"b","issue_field_values":[{"field_id":603,"value":["Linux","macOS"]},{"field_id":604,"value":2}]`)
	token := r.must(201, r.jwt(), "POST", "/app/installations/9001/access_tokens", "").text("token")
	if _, err := r.e.Harness().AddFault(harness.Fault{Kind: harness.KindDrop, Method: "POST", Times: 1}); err != nil {
		t.Fatal(err)
	}
	r.Hold(nil)
	if _, err := r.Post(r.URL+appIssues, "application/json", strings.NewReader(`{}`)); err == nil {
		t.Fatal("a dropped answer arrived")
	}
	again := newRig(t, Options{File: file})
	got := again.must(200, token, "GET", path, "")
	if got.id() != made.id() || got.text("body") != "b" || len(got.Column("data_type", "issue_field_values")) != 2 {
		t.Errorf("after a restart the issue is %s", got.Raw)
	}
	if _, next := again.issue("ada", ""); next.text("number") != "2" || next.id() == made.id() {
		t.Errorf("the next issue is number %s", next.text("number"))
	}
}

func TestFaultsSpeakTheVendorsWords(t *testing.T) {
	r := newRig(t, Options{})
	for _, f := range []harness.Fault{{Kind: harness.KindThrottle, Times: 2, RetryAfter: 7}, {Kind: harness.KindMaintenance, Times: 1, RetryAfter: 9}} {
		if _, err := r.e.Harness().AddFault(f); err != nil {
			t.Fatal(err)
		}
	}
	for _, status := range []int{429, 403} {
		got := r.must(status, "ada", "GET", "/repos/acme/app", "")
		if got.Header.Get("Retry-After") != "7" || !strings.Contains(got.text("message"), "secondary rate limit") {
			t.Errorf("throttled with %v %s", got.Header, got.Raw)
		}
	}
	if got := r.must(503, "ada", "GET", "/rate_limit", ""); got.Header.Get("Retry-After") != "9" || !strings.Contains(string(got.Raw), "Unicorn") {
		t.Errorf("maintenance is %v %s", got.Header, got.Raw)
	}
	if n := r.e.Harness().Calls(0).ByOperation["GET /repos/{owner}/{repo}"]; n != 2 {
		t.Errorf("%d calls were counted under their operation, want 2", n)
	}
}
