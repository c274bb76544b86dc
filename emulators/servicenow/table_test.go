package servicenow

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestEveryValueIsText(t *testing.T) {
	r := newRig(t, Options{})
	a := r.must(200, "ada", "GET", r.incident(`"u_effort":"3","u_vip":"1","u_cost":"12.50"`), "")
	for name, want := range map[string]string{"u_effort": "3", "u_vip": "true", "u_cost": "12.5", "u_area": "", "assigned_to": "", "sys_mod_count": "0",
		"sys_updated_on": "2026-03-01 12:00:00", "sys_created_by": UserAda, "number": "INC0010001", "category": "inquiry"} {
		if got := a.field(name); got != want {
			t.Errorf("%s is %v, want %q", name, got, want)
		}
	}
	if ref, ok := a.field("caller_id").(map[string]any); !ok || ref["value"] != ID("sys_user", UserCarla) || !strings.HasPrefix(ref["link"].(string), r.URL) {
		t.Errorf("a filled reference is %v", a.field("caller_id"))
	}
}

func TestWhatIsNotStoredIsNoError(t *testing.T) {
	for _, c := range []struct{ reason, send, field, want string }{
		{"a name that is no column is passed over", `{"u_nothing":"x"}`, "u_nothing", ""},
		{"a choice that is none is not stored", `{"u_area":"moon"}`, "u_area", "web"},
		{"an inactive choice is none", `{"category":"telephony"}`, "category", "software"},
		{"a dependent choice of another value is none", `{"subcategory":"dns"}`, "subcategory", "os"},
		{"a dependent choice goes with a value of the same call", `{"category":"network","subcategory":"dns"}`, "subcategory", "dns"},
		{"suggestions are free", `{"u_channel":"pigeon"}`, "u_channel", "pigeon"},
		{"priority follows impact and urgency", `{"priority":"1"}`, "priority", "5"},
		{"impact and urgency make the priority", `{"impact":"1","urgency":"2"}`, "priority", "2"},
		{"the older twin of state is read only", `{"incident_state":"2"}`, "incident_state", "1"},
		{"the older twin of state follows it", `{"state":"2"}`, "incident_state", "2"},
		{"what the system counts is read only", `{"sys_mod_count":"9"}`, "sys_mod_count", "0"},
		{"a number that is none is not stored", `{"u_effort":"many"}`, "u_effort", "4"},
		{"a date that is none is not stored", `{"u_due":"tomorrow"}`, "u_due", ""},
		{"too long a text is cut", `{"u_customer_ref":"` + strings.Repeat("ä", 50) + `"}`, "u_customer_ref", strings.Repeat("ä", 40)},
		{"scripts leave HTML", `{"u_summary":"<p onclick=\"x()\">a<script>b</script></p>"}`, "u_summary", "<p>a</p>"},
		{"an empty text empties", `{"u_area":""}`, "u_area", ""},
		{"a state cannot be emptied", `{"state":""}`, "state", "1"},
		{"a reference that names nothing is stored", `{"u_owner":"0123456789abcdef0123456789abcdef"}`, "u_owner", "0123456789abcdef0123456789abcdef"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			r := newRig(t, Options{})
			path := r.incident(`"category":"software","subcategory":"os","u_area":"web","u_effort":"4"`)
			if got := r.must(200, "sync", "PUT", path+"?sysparm_exclude_reference_link=true", c.send).text(c.field); got != c.want {
				t.Errorf("%s is %q, want %q", c.field, got, c.want)
			}
		})
	}
}

func TestCountMovesWithAChangeOnly(t *testing.T) {
	r := newRig(t, Options{})
	path := r.incident("")
	r.Pass(time.Minute)
	for _, c := range []struct{ reason, send, count, updated, by string }{
		{"the same value is no change", `{"urgency":"3"}`, "0", "2026-03-01 12:00:00", UserAda},
		{"a change counts", `{"urgency":"1"}`, "1", "2026-03-01 12:01:00", UserSync},
		{"a comment counts", `{"comments":"Hello"}`, "2", "2026-03-01 12:01:00", UserSync},
	} {
		a := r.must(200, "sync", "PATCH", path, c.send)
		if a.field("sys_mod_count") != c.count || a.field("sys_updated_on") != c.updated || a.field("sys_updated_by") != c.by {
			t.Errorf("%s: %v at %v by %v", c.reason, a.field("sys_mod_count"), a.field("sys_updated_on"), a.field("sys_updated_by"))
		}
	}
}

func TestAPageIsCutByACLs(t *testing.T) {
	r := newRig(t, Options{})
	for i := range 6 {
		group := ""
		if i%2 == 0 {
			group = fmt.Sprintf(`"assignment_group":%q`, ID("sys_user_group", "Legal"))
		}
		r.incident(group)
	}
	seen, pages := 0, 0
	path := "/api/now/table/incident?sysparm_limit=2&sysparm_query=ORDERBYnumber&sysparm_fields=number"
	for path != "" {
		a := r.must(200, "sync", "GET", path, "")
		if a.Header.Get("X-Total-Count") != "6" {
			t.Fatalf("total is %s", a.Header.Get("X-Total-Count"))
		}
		if len(a.list()) != 1 {
			t.Errorf("page %d has %d rows", pages, len(a.list()))
		}
		seen, pages, path = seen+len(a.list()), pages+1, ""
		for _, link := range strings.Split(a.Header.Get("Link"), ",") {
			if address, rel, _ := strings.Cut(link, ";"); rel == `rel="next"` {
				path = strings.TrimPrefix(strings.Trim(address, "<>"), r.URL)
			}
		}
	}
	if seen != 3 || pages != 3 {
		t.Errorf("%d rows on %d pages", seen, pages)
	}
	if n := len(r.query("linus", "incident", "").list()); n != 6 {
		t.Errorf("a member of the group sees %d", n)
	}
}

func TestFieldsHiddenByACLsAreMissing(t *testing.T) {
	r := newRig(t, Options{})
	path := r.incident(`"u_internal_cost":"99"`)
	if a := r.must(200, "ada", "GET", path, ""); a.field("u_internal_cost") != "99" {
		t.Errorf("an administrator reads %v", a.field("u_internal_cost"))
	}
	a := r.must(200, "sync", "GET", path+"?sysparm_fields=number,u_internal_cost,u_nothing,caller_id.u_nothing", "")
	if m := a.At("result").(map[string]any); len(m) != 1 {
		t.Errorf("others read %v", m)
	}
}

func TestInheritance(t *testing.T) {
	r := newRig(t, Options{})
	incident := r.incident("")
	req := r.must(201, "sync", "POST", "/api/now/table/u_request", `{"short_description":"Build","u_size":"m","state":"10"}`)
	if got := r.query("sync", "task", "ORDERBYnumber").column("sys_class_name"); got != "incident u_request" {
		t.Errorf("tasks are %s", got)
	}
	if a := r.must(200, "sync", "GET", "/api/now/table/task/"+idOf(incident), ""); a.field("sys_class_name") != "incident" {
		t.Errorf("an incident as a task is %s", a.Raw)
	}
	if a := r.must(200, "sync", "PATCH", "/api/now/table/u_request/"+req.text("sys_id"), `{"state":"3"}`); a.field("state") != "10" {
		t.Errorf("a state of the extended table was stored: %s", a.Raw)
	}
	r.must(404, "sync", "GET", "/api/now/table/incident/"+req.text("sys_id"), "")
	if got := r.query("sync", "sys_db_object", "name=incident", "sysparm_fields=super_class.name").column("super_class.name"); got != "task" {
		t.Errorf("incident extends %q", got)
	}
	if n := len(r.query("grace", "sys_choice", "name=incident").list()); n != 0 {
		t.Errorf("without a role %d choices are read", n)
	}
}

func TestTheDictionaryMakesTheInstance(t *testing.T) {
	r := newRig(t, Options{})
	path := r.incident("")
	r.must(201, "ada", "POST", "/api/now/table/sys_dictionary", `{"name":"task","element":"u_new","internal_type":"string","max_length":"5","column_label":"New"}`)
	if got := r.must(200, "sync", "PATCH", path, `{"u_new":"1234567"}`).field("u_new"); got != "12345" {
		t.Errorf("the new column holds %v", got)
	}
	r.must(403, "sync", "POST", "/api/now/table/sys_dictionary", `{"name":"task","element":"u_other"}`)
}

func TestDeletes(t *testing.T) {
	r := newRig(t, Options{})
	path := r.incident("")
	r.must(403, "grace", "DELETE", path, "")
	r.must(204, "sync", "DELETE", path, "")
	r.must(404, "sync", "DELETE", path, "")
	gone := r.query("sync", "sys_audit_delete", "tablename=incident^documentkey="+idOf(path))
	if gone.column("display_value") != "INC0010001" || gone.column("sys_created_by") != UserSync {
		t.Errorf("the deletion shows as %s", gone.Raw)
	}
	problem := r.must(201, "ada", "POST", "/api/now/table/problem", `{"short_description":"x"}`).text("sys_id")
	r.must(204, "ada", "DELETE", "/api/now/table/problem/"+problem, "")
	if n := len(r.query("sync", "sys_audit_delete", "documentkey="+problem).list()); n != 0 {
		t.Error("a table without auditing has a row")
	}
}
