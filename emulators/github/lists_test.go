package github

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var nextLink = regexp.MustCompile(`<([^>]+)>; rel="next"`)

func TestListsArePagesOfWhatIsThere(t *testing.T) {
	r := newRig(t, Options{})
	for n := range 5 {
		r.issue("ada", fmt.Sprintf(`"body":"%d"`, n))
		r.Pass(time.Second)
	}
	r.must(200, "ada", "PATCH", appIssues+"/2", `{"state":"closed"}`)
	r.Control("POST", "pull", `{"repo":"acme/app","title":"A change"}`)
	if got := r.must(200, "ada", "GET", appIssues, "").Column("number"); !slices.Equal(got, []string{"6", "5", "4", "3", "1"}) {
		t.Errorf("a list by default has what is open, newest first, pull requests too: %q", got)
	}
	q := appIssues + "?state=all&sort=updated&direction=asc&per_page=2"
	first := r.must(200, "ada", "GET", q, "")
	if got := first.Column("number"); !slices.Equal(got, []string{"1", "3"}) {
		t.Fatalf("the first page is %q", got)
	}
	link := nextLink.FindStringSubmatch(first.Header.Get("Link"))
	if link == nil || !strings.Contains(first.Header.Get("Link"), `rel="last"`) {
		t.Fatalf("Link is %q", first.Header.Get("Link"))
	}
	// An issue that was read already changes and moves to the end: the rest shifts, and one is skipped.
	r.Pass(time.Second)
	r.must(200, "ada", "PATCH", appIssues+"/1", `{"title":"moved"}`)
	if got := r.must(200, "ada", "GET", link[1], "").Column("number"); !slices.Equal(got, []string{"5", "2"}) {
		t.Errorf("the second page is %q: 4 is skipped, as the vendor's offsets do", got)
	}
	if got := r.must(200, "ada", "GET", appIssues+"?state=all&per_page=1000", ""); len(got.Column("number")) != 6 || got.Header.Get("Link") != "" {
		t.Errorf("a large page has %d and Link %q", len(got.Column("number")), got.Header.Get("Link"))
	}
	if kind := r.must(200, "ada", "GET", appIssues+"/6", ""); kind.At("pull_request") == nil {
		t.Error("a pull request is not told from an issue")
	}
}

func TestFilters(t *testing.T) {
	r := newRig(t, Options{})
	r.issue("ada", `"labels":["bug","P1"],"assignees":["grace"],"milestone":1,"type":"Bug"`)
	r.Pass(time.Minute)
	r.issue("sync", `"labels":["bug"]`)
	for _, tt := range []struct {
		reason, query string
		want          []string
	}{
		{"since is after that second", "since=2026-03-01T12:01:00Z", []string{}},
		{"since finds what is later", "since=2026-03-01T12:00:59Z", []string{"2"}},
		{"since without a change finds all", "since=2026-02-01T00:00:00%2B02:00", []string{"2", "1"}},
		{"all labels have to be there", "labels=bug,p1", []string{"1"}},
		{"the creator goes by login", "creator=acme-sync", []string{"2"}},
		{"an assignee", "assignee=grace", []string{"1"}},
		{"nobody", "assignee=none", []string{"2"}},
		{"a milestone by number", "milestone=1", []string{"1"}},
		{"no milestone", "milestone=none", []string{"2"}},
		{"a type by name", "type=bug", []string{"1"}},
		{"nothing is closed", "state=closed", []string{}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			if got := r.must(200, "ada", "GET", appIssues+"?"+tt.query, "").Column("number"); !slices.Equal(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
	r.must(422, "ada", "GET", appIssues+"?since=yesterday", "")
}

func TestWhatIsKnownIsNotSentAgain(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{Core: 5}})
	path, _ := r.issue("ada", "")
	first := r.must(200, "ada", "GET", path, "")
	tag := first.Header.Get("ETag")
	for range 10 {
		if got := r.must(304, "ada", "GET", path, "", "If-None-Match", tag); len(got.Raw) > 0 || got.Header.Get("X-RateLimit-Remaining") != "3" {
			t.Fatalf("a 304 costs: remaining %s", got.Header.Get("X-RateLimit-Remaining"))
		}
	}
	r.must(304, "ada", "GET", path, "", "If-Modified-Since", first.Header.Get("Last-Modified"))
	r.must(200, "ada", "PATCH", path, `{"title":"other"}`, "If-Match", `"nothing"`) // not supported: it is written all the same
	if got := r.must(200, "ada", "GET", path, "", "If-None-Match", tag); got.Header.Get("ETag") == tag {
		t.Error("a changed issue has the same ETag")
	}
}

func TestSearch(t *testing.T) {
	r := newRig(t, Options{})
	r.Control("POST", "index_lag", `{"lag":"2m"}`)
	r.issue("ada", `"body":"flames <!-- sync:7f3a9c4e21d0 --> in-the-office","labels":["P1"]`)
	find := func(who, query string) answer {
		t.Helper()
		return r.must(200, who, "GET", "/search/issues?q="+query, "")
	}
	if got := find("ada", "repo:acme/app+is:issue+flames").text("total_count"); got != "0" {
		t.Errorf("search found %s at once", got)
	}
	r.Pass(2 * time.Minute)
	r.must(200, "ada", "PATCH", appIssues+"/1", `{"state":"closed"}`)
	for _, tt := range []struct {
		reason, query, count string
	}{
		{"a word is found after a while", "repo:acme/app+is:issue+flames", "1"},
		{"as it was then", "repo:acme/app+is:open+flames", "1"},
		{"hidden comments are not", "repo:acme/app+is:issue+7f3a9c4e21d0", "0"},
		{"words are cut at every sign", `repo:acme/app+is:issue+%22office-flames%22`, "1"},
		{"half a word is none", "repo:acme/app+is:issue+flame", "0"},
		{"qualifiers are joined", "repo:acme/app+is:issue+label:p1+author:ada", "1"},
		{"and negated", "repo:acme/app+is:issue+-label:p1", "0"},
		{"either of two", "repo:acme/app+is:issue+label:P2+OR+label:P1", "1"},
		{"a day", "repo:acme/app+is:issue+created:2026-03-01", "1"},
		{"later than", "repo:acme/app+is:issue+updated:>2026-03-01", "0"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			if got := find("ada", tt.query).text("total_count"); got != tt.count {
				t.Errorf("found %s, want %s", got, tt.count)
			}
		})
	}
	r.must(422, "ada", "GET", "/search/issues?q="+strings.Repeat("x", 257), "")
	r.must(422, "ada", "GET", "/search/issues?q=a+OR+b+OR+c+OR+d+OR+e+OR+f+OR+g", "")
	r.must(422, "linus", "GET", "/search/issues?q=repo:acme/web+is:issue", "")
	token := r.must(201, r.jwt(), "POST", "/app/installations/9001/access_tokens", "").text("token")
	r.must(422, token, "GET", "/search/issues?q=repo:acme/app+flames", "")
	r.Control("POST", "incomplete", `{"on":true}`)
	if got := find("ada", "repo:acme/app+is:issue+flames"); got.text("incomplete_results") != "true" || len(got.Column("id", "items")) != 0 {
		t.Errorf("an incomplete search says %s", got.Raw)
	}
}

func TestSearchEndsAtAThousand(t *testing.T) {
	r := newRig(t, Options{})
	r.issue("ada", "")
	r.must(422, "ada", "GET", "/search/issues?q=is:issue&per_page=100&page=11", "")
	r.must(200, "ada", "GET", "/search/issues?q=is:issue&per_page=100&page=10", "")
}

func TestOrganizationIssuesAreTheCallersOwnByDefault(t *testing.T) {
	r := newRig(t, Options{})
	r.issue("ada", `"assignees":["grace"]`)
	r.must(201, "ada", "POST", "/repos/acme/web/issues", `{"title":"private"}`)
	for _, tt := range []struct {
		reason, who, query string
		want               int
	}{
		{"what is assigned to the caller", "grace", "", 1},
		{"nothing is assigned to others", "ada", "", 0},
		{"what the caller wrote", "ada", "?filter=created", 2},
		{"all that the caller may see", "linus", "?filter=all", 1},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			if got := r.must(200, tt.who, "GET", "/orgs/acme/issues"+tt.query, "").Column("id"); len(got) != tt.want {
				t.Errorf("%d are listed, want %d", len(got), tt.want)
			}
		})
	}
}
