package github

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestIssuesAreKeptAsTheyWereWritten(t *testing.T) {
	r := newRig(t, Options{})
	body := "- [ ] one\n\n| a | b |\n|---|---|\n\n> [!NOTE]\n> x\n\n<!-- sync:7f3a9c4e21d0 --> `code` <b>raw</b>"
	path, made := r.issue("sync", fmt.Sprintf(`"body":%q`, body))
	if made.text("body") != body || made.text("state") != "open" || made.At("state_reason") != nil || made.text("updated_at") != "2026-03-01T12:00:00Z" {
		t.Errorf("the new issue is %s", made.Raw)
	}
	r.Pass(1500 * time.Millisecond)
	if got := r.must(200, "sync", "PATCH", path, `{"title":"Cold"}`); got.text("updated_at") != "2026-03-01T12:00:01Z" || got.text("body") != body {
		t.Errorf("after an update of the title: %s", got.Raw)
	}
	if got := r.must(200, "sync", "PATCH", path, `{"body":""}`); got.At("body") != nil {
		t.Errorf("an emptied body is %q, want null", got.text("body"))
	}
	r.Control("POST", "web_edit", `{"repo":"acme/app","number":1,"body":"one\ntwo"}`)
	if got := r.must(200, "sync", "GET", path, ""); got.text("body") != "one\r\ntwo" {
		t.Errorf("an edit in the browser left %q, want CRLF", got.text("body"))
	}
	if got := r.must(200, "sync", "GET", path, "", "Accept", "application/vnd.github.full+json"); got.text("body_html") == "" || got.text("body_text") == "" || got.At("body") == nil {
		t.Errorf("the full media type gives %s", got.Raw)
	}
}

func TestUpdatesThatAreRefused(t *testing.T) {
	r := newRig(t, Options{})
	path, _ := r.issue("ada", `"body":"b","labels":["bug"]`)
	for _, tt := range []struct {
		reason, body, field, code string
	}{
		{"a title may not be empty", `{"title":" "}`, "title", "missing_field"},
		{"a title has 256 characters", `{"title":"` + strings.Repeat("x", 257) + `"}`, "title", "custom"},
		{"a body has 65,536 characters", `{"body":"` + strings.Repeat("x", 65537) + `"}`, "body", "custom"},
		{"characters outside the basic plane count twice", `{"body":"` + strings.Repeat("🔥", 32769) + `"}`, "body", "custom"},
		{"a milestone is named by its number", `{"milestone":77}`, "milestone", "invalid"},
		{"a type has to exist", `{"type":"Story"}`, "type", "invalid"},
		{"a disabled type cannot be set", `{"type":"Retired"}`, "type", "invalid"},
		{"an option has to exist", `{"issue_field_values":[{"field_id":602,"value":"Desktop"}]}`, "value", "invalid"},
		{"a field has to exist", `{"issue_field_values":[{"field_id":9,"value":"x"}]}`, "field_id", "invalid"},
		{"there are two states", `{"state":"done"}`, "state", "invalid"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			got := r.must(422, "ada", "PATCH", path, tt.body)
			if got.text("message") != "Validation Failed" || got.text("errors", 0, "field") != tt.field || got.text("errors", 0, "code") != tt.code {
				t.Errorf("answered %s", got.Raw)
			}
		})
	}
	if got := r.must(200, "ada", "GET", path, ""); got.text("title") != "Printer on fire" || got.text("body") != "b" {
		t.Errorf("a refused update left something: %s", got.Raw)
	}
}

func TestStateReasonsFollowTheState(t *testing.T) {
	r := newRig(t, Options{})
	path, _ := r.issue("ada", "")
	for _, tt := range []struct{ reason, body, state, why string }{
		{"a reason without a change of state is ignored", `{"state_reason":"not_planned"}`, "open", "<nil>"},
		{"closing without a reason is completed", `{"state":"closed"}`, "closed", "completed"},
		{"closing again changes no reason", `{"state":"closed","state_reason":"not_planned"}`, "closed", "completed"},
		{"opening again is reopened", `{"state":"open"}`, "open", "reopened"},
		{"closing for a reason keeps it", `{"state":"closed","state_reason":"duplicate"}`, "closed", "duplicate"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			got := r.must(200, "ada", "PATCH", path, tt.body)
			if got.text("state") != tt.state || got.text("state_reason") != tt.why || (got.At("closed_at") == nil) != (tt.state == "open") {
				t.Errorf("is %s because %s", got.text("state"), got.text("state_reason"))
			}
		})
	}
}

func TestLabelsAndAssignees(t *testing.T) {
	r := newRig(t, Options{})
	path, made := r.issue("ada", `"labels":["BUG","brand new"],"assignees":["GRACE","guest","nobody"]`)
	if got := made.Column("name", "labels"); !slices.Equal(got, []string{"bug", "brand new"}) {
		t.Errorf("labels are %q: known ones keep their case, unknown ones are made", got)
	}
	if got := made.Column("login", "assignees"); !slices.Equal(got, []string{"grace"}) {
		t.Errorf("assignees are %q: who cannot be assigned is dropped in silence", got)
	}
	if got := r.must(200, "triage", "PATCH", path, `{"labels":[],"title":"By triage"}`); len(got.Column("name", "labels")) != 2 || got.text("title") != "By triage" {
		t.Errorf("without push access labels are dropped in silence, the title is not: %s", got.Raw)
	}
	r.must(422, "ada", "POST", "/repos/acme/app/labels", `{"name":"Bug"}`)
	r.must(422, "ada", "POST", "/repos/acme/app/labels", `{"name":"x","color":"#ff0000"}`)
	r.must(404, "ada", "DELETE", path+"/labels/P1", "")
	before := r.must(200, "ada", "GET", path, "")
	r.Pass(time.Minute)
	r.must(200, "ada", "PATCH", "/repos/acme/app/labels/bug", `{"new_name":"defect"}`)
	after := r.must(200, "ada", "GET", path, "")
	if after.text("labels", 0, "name") != "defect" || after.text("updated_at") != before.text("updated_at") {
		t.Errorf("a renamed label is %s, and the issue moved from %s to %s", after.text("labels", 0, "name"), before.text("updated_at"), after.text("updated_at"))
	}
	if old := r.must(200, "ada", "GET", path+"/timeline", ""); !strings.Contains(string(old.Raw), `"name":"bug"`) {
		t.Error("the timeline forgot the label's old name")
	}
	if got := r.must(201, "ada", "POST", "/repos/ada/notes/issues", `{"title":"x","type":"Bug"}`); got.At("type") != nil {
		t.Errorf("a person's repository has issue types: %s", got.Raw)
	}
	r.must(404, "ada", "GET", "/repos/ada/notes/issue-types", "")
}

func TestTheNewestVersionHasNoSingularAssignee(t *testing.T) {
	r := newRig(t, Options{})
	path, made := r.issue("ada", `"assignee":"grace"`)
	if made.text("assignee", "login") != "grace" {
		t.Errorf("the older version gives %s", made.Raw)
	}
	// The document describes the older version, so that this exchange is held to it by hand.
	r.Hold(nil)
	got := r.must(200, "ada", "PATCH", path, `{"assignee":"linus"}`, "X-GitHub-Api-Version", newest)
	if _, there := got.At().(map[string]any)["assignee"]; there || !slices.Equal(got.Column("login", "assignees"), []string{"grace"}) {
		t.Errorf("the newest version gives %s", got.Raw)
	}
	if limits := r.must(200, "ada", "GET", "/rate_limit", "", "X-GitHub-Api-Version", newest); limits.At("rate") != nil {
		t.Error("rate is there beside the resources")
	}
}

func TestHierarchyGoesByID(t *testing.T) {
	r := newRig(t, Options{})
	path, parent := r.issue("ada", "")
	child, sub := r.issue("ada", "")
	other, _ := r.issue("ada", "")
	add := func(status int, at string, id int64, more string) {
		t.Helper()
		r.must(status, "ada", "POST", at+"/sub_issues", fmt.Sprintf(`{"sub_issue_id":%d%s}`, id, more))
	}
	add(404, path, 2, "") // a number is no id
	add(201, path, sub.id(), "")
	add(422, path, sub.id(), "")
	add(422, child, parent.id(), "") // a circle
	add(422, other, sub.id(), "")    // one parent
	add(201, other, sub.id(), `,"replace_parent":true`)
	if got := r.must(200, "ada", "GET", child, "").text("parent_issue_url"); !strings.HasSuffix(got, "/issues/3") {
		t.Errorf("the parent is %s", got)
	}
	r.must(200, "ada", "PATCH", child, `{"state":"closed"}`)
	if got := r.must(200, "ada", "GET", other, ""); got.text("sub_issues_summary", "percent_completed") != "100" {
		t.Errorf("the summary is %v", got.At("sub_issues_summary"))
	}
	timeline := r.must(200, "ada", "GET", child+"/timeline", "").Column("event")
	if want := []string{"parent_issue_added", "parent_issue_removed", "parent_issue_added", "closed"}; !slices.Equal(timeline, want) {
		t.Errorf("the timeline is %q, want %q", timeline, want)
	}
}

func TestTextsMakeReferencesAndNotify(t *testing.T) {
	r := newRig(t, Options{})
	target, _ := r.issue("ada", "")
	for _, tt := range []struct {
		reason, body string
		events       []string
	}{
		{"code is no reference", "see `#1` and `@linus`", nil},
		{"a zero-width space breaks both", "see #\u200b1 and @\u200blinus", nil},
		{"hidden comments are none", "<!-- #1 @linus -->", nil},
		{"an address of mail is no mention", "ada@linus.example", nil},
		{"a number and a name are", "see #1, @linus", []string{"mentioned"}},
		{"so is another repository's", "acme/app#1", nil},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			before := len(r.must(200, "ada", "GET", target+"/timeline", "").Column("event"))
			path, _ := r.issue("sync", fmt.Sprintf(`"body":%q`, tt.body))
			if got := r.must(200, "ada", "GET", path+"/timeline", "").Column("event"); !slices.Equal(got, append([]string{}, tt.events...)) {
				t.Errorf("its own timeline is %q", got)
			}
			grew := len(r.must(200, "ada", "GET", target+"/timeline", "").Column("event")) - before
			if want := strings.HasPrefix(tt.reason, "a number") || strings.HasPrefix(tt.reason, "so is"); (grew == 1) != want {
				t.Errorf("the other issue got %d cross-references", grew)
			}
		})
	}
}
