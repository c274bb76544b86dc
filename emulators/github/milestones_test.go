package github

import (
	"slices"
	"testing"
	"time"
)

func TestMilestonesByAnotherName(t *testing.T) {
	r := newRig(t, Options{})
	path, made := r.issue("ada", `"milestone":1`)
	r.Pass(time.Minute)
	r.must(422, "ada", "PATCH", "/repos/acme/app/milestones/1", `{"title":"v2.0"}`)
	r.must(200, "ada", "PATCH", "/repos/acme/app/milestones/1", `{"title":"v1.1"}`)
	got := r.must(200, "ada", "GET", path, "")
	if got.text("milestone", "title") != "v1.1" || got.text("updated_at") != made.text("updated_at") {
		t.Errorf("the issue shows %s at %s", got.text("milestone", "title"), got.text("updated_at"))
	}
	if old := r.must(200, "ada", "GET", path+"/events", ""); old.text(0, "milestone", "title") != "v1.0" {
		t.Errorf("its history says %s", old.text(0, "milestone", "title"))
	}
	r.must(200, "ada", "PATCH", "/repos/acme/app/milestones/1", `{"state":"closed"}`)
	if open := r.must(200, "ada", "GET", "/repos/acme/app/milestones", "").Column("title"); !slices.Equal(open, []string{"v2.0"}) {
		t.Errorf("a list by default has what is open: %q", open)
	}
}
