package github

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestComments(t *testing.T) {
	r := newRig(t, Options{})
	path, _ := r.issue("ada", "")
	made := r.must(201, "grace", "POST", path+"/comments", `{"body":"**One**\n<!-- m:1 -->"}`)
	at := fmt.Sprintf("%s/comments/%d", appIssues, made.id())
	r.Pass(time.Minute)
	second := r.must(201, "guest", "POST", path+"/comments", `{"body":"Two"}`)
	after := r.must(200, "ada", "GET", path, "")
	if after.text("comments") != "2" || after.text("updated_at") != "2026-03-01T12:01:00Z" {
		t.Errorf("after two comments: %s at %s", after.text("comments"), after.text("updated_at"))
	}
	r.Pass(time.Minute)
	r.must(403, "guest", "PATCH", at, `{"body":"mine"}`)
	if got := r.must(200, "grace", "PATCH", at, `{"body":"One more"}`); got.text("updated_at") != "2026-03-01T12:02:00Z" {
		t.Errorf("the edited comment is %s", got.Raw)
	}
	changed := r.must(200, "ada", "GET", appIssues+"/comments?since=2026-03-01T12:01:00Z", "")
	if got := changed.Column("body"); len(got) != 1 || got[0] != "One more" {
		t.Errorf("a list with since has only what changed, not the thread: %q", got)
	}
	r.must(204, "guest", "DELETE", fmt.Sprintf("%s/comments/%d", appIssues, second.id()), "")
	if got := r.must(200, "ada", "GET", path, ""); got.text("comments") != "1" || got.text("updated_at") != "2026-03-01T12:01:00Z" {
		t.Errorf("an edit and a deletion of comments moved the issue: %s at %s", got.text("comments"), got.text("updated_at"))
	}
	r.must(422, "ada", "POST", path+"/comments", `{"body":""}`)
	r.must(422, "ada", "POST", path+"/comments", `{"body":"`+strings.Repeat("x", 65537)+`"}`)
}

func TestLockedIssues(t *testing.T) {
	r := newRig(t, Options{})
	path, _ := r.issue("ada", "")
	r.must(403, "guest", "PUT", path+"/lock", "")
	r.must(422, "ada", "PUT", path+"/lock", `{"lock_reason":"boring"}`)
	r.must(204, "ada", "PUT", path+"/lock", `{"lock_reason":"too heated"}`)
	r.must(403, "guest", "POST", path+"/comments", `{"body":"but"}`)
	r.must(201, "grace", "POST", path+"/comments", `{"body":"quiet"}`)
	if got := r.must(200, "ada", "GET", path, ""); got.text("locked") != "true" || got.text("active_lock_reason") != "too heated" {
		t.Errorf("the lock is shown as %s, %s", got.text("locked"), got.text("active_lock_reason"))
	}
	r.must(204, "ada", "DELETE", path+"/lock", "")
	r.must(201, "guest", "POST", path+"/comments", `{"body":"thanks"}`)
}

func TestPeople(t *testing.T) {
	r := newRig(t, Options{})
	found := func(query string) []string {
		t.Helper()
		return r.must(200, "sync", "GET", "/search/users?q="+query, "").Column("login", "items")
	}
	for _, tt := range []struct{ reason, query, login string }{
		{"a public address is found", "ada@acme.example+in:email", "ada"},
		{"a hidden one is not", "grace@acme.example+in:email", ""},
		{"a login is found", "linus+in:login", "linus"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			if got := strings.Join(found(tt.query), ","); got != tt.login {
				t.Errorf("found %q, want %q", got, tt.login)
			}
		})
	}
	if got := r.must(200, "sync", "GET", "/users/grace", ""); got.At("email") != nil {
		t.Error("a hidden address is shown")
	}
	r.Control("POST", "publish", `{"as":"grace","on":true}`)
	if got := found("grace@acme.example+in:email"); len(got) != 1 {
		t.Errorf("a published address finds %q", got)
	}
	path, made := r.issue("linus", "")
	r.Control("POST", "login", `{"as":"linus","name":"tux"}`)
	if got := r.must(200, "ada", "GET", path, ""); got.text("user", "login") != "tux" || got.text("user", "id") != made.text("user", "id") {
		t.Errorf("after another login the author is %v", got.At("user"))
	}
	r.must(404, "ada", "GET", "/users/linus", "")
	r.Control("POST", "forget", `{"as":"tux"}`)
	if got := r.must(200, "ada", "GET", path, ""); got.text("user", "login") != "ghost" {
		t.Errorf("what a deleted account wrote is %v's", got.At("user"))
	}
	r.must(401, "linus", "GET", path, "")
}
