package servicenow

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestStates(t *testing.T) {
	const closing = `"close_code":"Solution provided","close_notes":"Done"`
	for _, c := range []struct {
		reason, who, before, send string
		status                    int
		problem                   string
	}{
		{"on hold needs a reason", "grace", "", `{"state":"3"}`, 403, "On hold reason"},
		{"awaiting the caller needs a comment", "grace", "", `{"state":"3","hold_reason":"1"}`, 403, "Additional comments"},
		{"awaiting the caller with a comment", "grace", "", `{"state":"3","hold_reason":"1","comments":"When?"}`, 200, ""},
		{"awaiting others needs none", "grace", "", `{"state":"3","hold_reason":"4"}`, 200, ""},
		{"resolving needs a code and notes", "grace", "", `{"state":"6"}`, 403, "Data Policy Exception: Following fields are mandatory: Resolution code, Resolution notes"},
		{"resolving needs a code that is active", "grace", "", `{"state":"6","close_code":"Solved (Permanently)","close_notes":"Done"}`, 403, "Resolution code"},
		{"resolving with both", "grace", "", `{"state":"6",` + closing + `}`, 200, ""},
		{"closing needs a role", "sync", `{"state":"6",` + closing + `}`, `{"state":"7"}`, 403, "ACL Exception"},
		{"closing with the role", "linus", `{"state":"6",` + closing + `}`, `{"state":"7"}`, 200, ""},
		{"a closed incident is read only", "linus", `{"state":"7",` + closing + `}`, `{"short_description":"x"}`, 403, "ACL Exception"},
		{"but for administrators", "ada", `{"state":"7",` + closing + `}`, `{"short_description":"x"}`, 200, ""},
		{"cancelling needs nothing", "sync", "", `{"state":"8"}`, 200, ""},
	} {
		t.Run(c.reason, func(t *testing.T) {
			r := newRig(t, Options{})
			path := r.incident("")
			if c.before != "" {
				r.must(200, "ada", "PATCH", path, c.before)
			}
			a := r.must(c.status, c.who, "PATCH", path, c.send)
			if c.problem != "" && !strings.Contains(a.problem(), c.problem) {
				t.Errorf("the problem is %q", a.problem())
			}
		})
	}
}

func TestStatesFillFields(t *testing.T) {
	r := newRig(t, Options{})
	path := r.incident("")
	child := r.incident(fmt.Sprintf(`"parent_incident":%q`, idOf(path)))
	a := r.must(200, "grace", "PATCH", path+"?sysparm_exclude_reference_link=true", `{"state":"6","close_code":"Duplicate","close_notes":"Done"}`)
	if a.field("resolved_by") != ID("sys_user", UserGrace) || a.field("resolved_at") != "2026-03-01 12:00:00" || a.field("active") != "true" {
		t.Errorf("resolved: %s", a.Raw)
	}
	if c := r.must(200, "sync", "GET", child, ""); c.field("state") != "6" || c.field("close_notes") != "Done" || c.field("sys_updated_by") != UserGrace {
		t.Errorf("the child does not follow: %s", c.Raw)
	}
	if a = r.must(200, "grace", "PATCH", path, `{"state":"2"}`); a.field("resolved_at") != "" || a.field("reopen_count") != "1" {
		t.Errorf("opened again: %s", a.Raw)
	}
	r.must(200, "grace", "PATCH", path, `{"state":"6"}`)
	r.Control("POST", "autoclose/"+idOf(path), "")
	if a = r.must(200, "sync", "GET", path, ""); a.field("state") != "7" || a.field("active") != "false" || a.field("sys_updated_by") != UserAda {
		t.Errorf("closed by the job: %s", a.Raw)
	}
}

func TestTheCallersAnswerEndsTheHold(t *testing.T) {
	r := newRig(t, Options{})
	path := r.incident("")
	r.must(200, "grace", "PATCH", path, `{"state":"3","hold_reason":"1","comments":"When?"}`)
	r.must(200, "triage", "PATCH", path, `{"comments":"Still waiting"}`)
	if got := r.must(200, "sync", "GET", path, "").field("state"); got != "3" {
		t.Errorf("an agent's comment moved the state to %v", got)
	}
	a := r.must(200, "carla", "PATCH", path, `{"comments":"Yesterday"}`)
	if a.field("state") != "2" || a.field("hold_reason") != "" {
		t.Errorf("the caller's comment left %s", a.Raw)
	}
}

func TestTheCustomersRules(t *testing.T) {
	r := newRig(t, Options{})
	path := r.incident("")
	r.Control("POST", "rule", `{"table":"incident","set":{"u_area":"web"}}`)
	if a := r.must(200, "sync", "PATCH", path, `{"u_area":"mobile"}`); a.field("u_area") != "web" || a.field("sys_updated_by") != UserSync {
		t.Errorf("the rule leaves %s", a.Raw)
	}
	r.Control("POST", "rule", `{"table":"incident","set":{"u_effort":"7"},"async":true}`)
	if a := r.must(200, "sync", "PATCH", path, `{"urgency":"1"}`); a.field("u_effort") != "" || a.field("sys_mod_count") != "2" {
		t.Errorf("an asynchronous rule shows in the answer: %s", a.Raw)
	}
	if a := r.must(200, "sync", "GET", path, ""); a.field("u_effort") != "7" || a.field("sys_mod_count") != "3" || a.field("sys_updated_by") != UserSync {
		t.Errorf("an asynchronous rule leaves %s", a.Raw)
	}
	r.Control("POST", "rule", `{}`)
	r.Control("POST", "members", `{"on":true}`)
	a := r.must(200, "sync", "PATCH", path, fmt.Sprintf(`{"assigned_to":%q,"assignment_group":%q}`, ID("sys_user", UserGrace), ID("sys_user_group", "Network")))
	if a.field("assigned_to") != "" {
		t.Errorf("nobody outside the group is assigned: %v", a.field("assigned_to"))
	}
}

func TestJournal(t *testing.T) {
	r := newRig(t, Options{})
	path := r.incident(`"comments":"First"`)
	r.Pass(time.Minute)
	a := r.must(200, "grace", "PATCH", path, `{"comments":"Public [code]<b>x</b>[/code]","work_notes":"Internal"}`)
	if a.field("comments") != "" || a.field("work_notes") != "" {
		t.Errorf("journals read back: %s", a.Raw)
	}
	entries := r.query("sync", "sys_journal_field", "element_id="+idOf(path)+"^elementINcomments,work_notes^ORDERBYsys_created_on^ORDERBYelement")
	if entries.column("element") != "comments comments work_notes" || entries.column("value") != "First Public [code]<b>x</b>[/code] Internal" ||
		entries.column("sys_created_by") != "ada.lovelace grace.hopper grace.hopper" {
		t.Errorf("the entries are %s", entries.Raw)
	}
	if n := len(r.query("grace", "sys_journal_field", "").list()); n != 0 {
		t.Errorf("without audit_viewer %d entries are read", n)
	}
	id := entries.list()[0].Text("sys_id")
	r.must(403, "sync", "PATCH", "/api/now/table/sys_journal_field/"+id, `{"value":"x"}`)
	r.must(403, "sync", "DELETE", "/api/now/table/sys_journal_field/"+id, "")
	r.must(403, "ada", "PATCH", "/api/now/table/sys_journal_field/"+id, `{"value":"x"}`)
	r.must(204, "ada", "DELETE", "/api/now/table/sys_journal_field/"+id, "")
	r.must(200, "carla", "PATCH", path, `{"work_notes":"I may not"}`)
	if n := len(r.query("sync", "sys_journal_field", "element=work_notes").list()); n != 1 {
		t.Errorf("%d work notes: a customer wrote one", n)
	}
	r.must(404, "carla", "GET", r.incident(`"caller_id":""`), "")
}

func TestAudit(t *testing.T) {
	r := newRig(t, Options{})
	path := r.incident("")
	r.Pass(time.Minute)
	r.must(200, "grace", "PATCH", path, fmt.Sprintf(`{"urgency":"1","assigned_to":%q,"comments":"Mine"}`, ID("sys_user", UserGrace)))
	a := r.query("sync", "sys_audit", "documentkey="+idOf(path)+"^ORDERBYfieldname")
	if got := a.column("fieldname"); got != "assigned_to comments priority urgency" {
		t.Fatalf("audited: %s", got)
	}
	first := a.list()[0]
	if first.At("oldvalue") != "" || first.At("newvalue") != ID("sys_user", UserGrace) || first.At("user") != UserGrace || first.At("sys_created_on") != "2026-03-01 12:01:00" || first.At("record_checkpoint") != "1" {
		t.Errorf("a row is %v", first.Body)
	}
	if n := len(r.query("grace", "sys_audit", "").list()); n != 0 {
		t.Error("the audit is read without the role")
	}
}

func TestJobsCommitLateOrQuietly(t *testing.T) {
	r := newRig(t, Options{})
	path := r.incident("")
	r.Pass(10 * time.Minute)
	r.Control("POST", "late", fmt.Sprintf(`{"table":"incident","sys_id":%q,"set":{"u_area":"web"},"age":"90s"}`, idOf(path)))
	if a := r.must(200, "sync", "GET", path, ""); a.field("u_area") != "web" || a.field("sys_updated_on") != "2026-03-01 12:08:30" || a.field("sys_mod_count") != "1" {
		t.Errorf("late: %s", a.Raw)
	}
	r.Control("POST", "late", fmt.Sprintf(`{"table":"incident","sys_id":%q,"set":{"u_area":"mobile"},"quiet":true}`, idOf(path)))
	if a := r.must(200, "sync", "GET", path, ""); a.field("u_area") != "mobile" || a.field("sys_updated_on") != "2026-03-01 12:08:30" || a.field("sys_mod_count") != "1" {
		t.Errorf("quiet: %s", a.Raw)
	}
}
