package servicenow

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestEncodedQueries(t *testing.T) {
	r := newRig(t, Options{})
	r.incident(`"category":"software","urgency":"1","u_effort":"10","u_customer_ref":"A^B"`)
	r.Pass(time.Second)
	r.incident(`"category":"hardware","urgency":"2","u_effort":"9","short_description":"Screen is BLUE"`)
	r.Pass(time.Second)
	r.incident(`"category":"network","urgency":"3","u_due":"2026-05-01 08:00:00","caller_id":""`)
	for _, c := range []struct{ reason, query, want string }{
		{"no query is all", "ORDERBYnumber", "1 2 3"},
		{"descending", "ORDERBYDESCnumber", "3 2 1"},
		{"equal", "category=software", "1"},
		{"text has no case", "category=SOFTWARE", "1"},
		{"not equal", "category!=software^ORDERBYnumber", "2 3"},
		{"and", "category=software^urgency=2", ""},
		{"or binds closer than and", "category=software^ORcategory=hardware^urgency=2", "2"},
		{"a new query is an alternative to everything before", "category=software^urgency=1^NQcategory=network^ORDERBYnumber", "1 3"},
		{"a list", "categoryINsoftware,network^ORDERBYnumber", "1 3"},
		{"not in a list", "categoryNOT INsoftware,network", "2"},
		{"contains", "short_descriptionLIKEscreen is blue", "2"},
		{"contains not", "short_descriptionNOT LIKEscreen^ORDERBYnumber", "1 3"},
		{"starts with", "short_descriptionSTARTSWITHscreen", "2"},
		{"ends with", "short_descriptionENDSWITHblue", "2"},
		{"empty", "u_dueISEMPTY^ORDERBYnumber", "1 2"},
		{"not empty", "u_dueISNOTEMPTY", "3"},
		{"numbers are compared as numbers", "u_effort>9", "1"},
		{"an empty value is in no range", "u_effort<100^ORDERBYnumber", "1 2"},
		{"between", "u_effortBETWEEN9@9", "2"},
		{"through a reference", "caller_id.company.name=Globex^ORDERBYnumber", "1 2"},
		{"an escaped circumflex", "u_customer_ref=A^^B", "1"},
		{"a field that is none widens the result", "u_nothing=1^category=software", "1"},
		{"a query of nothing but unknown fields is everything", "u_nothing=1^ORDERBYnumber", "1 2 3"},
		{"a date that cannot be read widens the result", "sys_created_on>=javascript:gs.nothing()^category=software", "1"},
		{"a generated date", "sys_created_on>=javascript:gs.dateGenerate('2026-03-01','12:00:01')^ORDERBYnumber", "2 3"},
		{"keyset paging", "sys_updated_on=2026-03-01 12:00:00^sys_id>0^NQsys_updated_on>2026-03-01 12:00:01^ORDERBYnumber", "1 3"},
	} {
		got := r.query("sync", "incident", c.query, "sysparm_fields=number").column("number")
		if got = strings.ReplaceAll(got, "INC001000", ""); got != c.want {
			t.Errorf("%s: %s gives %q, want %q", c.reason, c.query, got, c.want)
		}
	}
	r.Control("POST", "property", `{"name":"glide.invalid_query.returns_no_rows","value":"true"}`)
	if n := len(r.query("sync", "incident", "u_nothing=1").list()); n != 0 {
		t.Errorf("with the property an invalid query gives %d rows", n)
	}
	r.must(400, "sync", "GET", "/api/now/table/u_nothing", "")
}

func TestDatesOfAQueryAreInTheCallersZone(t *testing.T) {
	r := newRig(t, Options{})
	r.incident("") // 12:00:00 UTC
	for _, c := range []struct{ reason, who, query, want string }{
		{"GMT is what is stored", "sync", "sys_updated_on>=javascript:gs.dateGenerate('2026-03-01','12:00:00')", "1"},
		{"an hour later in Berlin is the same time", "ada", "sys_updated_on>=javascript:gs.dateGenerate('2026-03-01','13:00:00')", "1"},
		{"a second more is too late", "ada", "sys_updated_on>=javascript:gs.dateGenerate('2026-03-01','13:00:01')", ""},
		{"in Los Angeles noon UTC has not come", "grace", "sys_updated_on>=javascript:gs.dateGenerate('2026-03-01','12:00:00')", ""},
		{"a bare date too", "grace", "sys_updated_on>=2026-03-01 12:00:00", ""},
		{"a bare date in its own zone", "grace", "sys_updated_on>=2026-03-01 04:00:00", "1"},
	} {
		got := strings.TrimPrefix(r.query(c.who, "incident", c.query).column("number"), "INC001000")
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
	r.must(200, "ada", "PATCH", "/api/now/table/sys_user/"+ID("sys_user", UserSync), `{"time_zone":"Europe/Berlin"}`)
	if n := len(r.query("sync", "incident", "sys_updated_on>=2026-03-01 12:30:00").list()); n != 1 {
		t.Error("a new zone of the account does not count at once")
	}
}

func TestDisplayValues(t *testing.T) {
	r := newRig(t, Options{})
	path := r.incident(`"u_due":"2026-07-01 10:00:00","u_reviewers":"` + ID("sys_user", UserAda) + "," + ID("sys_user", UserGrace) + `"`)
	r.must(200, "grace", "PATCH", path, `{"comments":"Hello"}`)
	fields := "sysparm_fields=state,u_due,caller_id,u_reviewers,comments,assigned_to.email"
	for _, c := range []struct{ reason, who, more, field, want string }{
		{"a label", "ada", "&sysparm_display_value=true", "state", "New"},
		{"a date in the account's zone and format", "ada", "&sysparm_display_value=true", "u_due", "01-07-2026 12:00:00"},
		{"the same date elsewhere", "grace", "&sysparm_display_value=true", "u_due", "2026-07-01 03:00:00"},
		{"names of a list", "ada", "&sysparm_display_value=true", "u_reviewers", "Ada Lovelace, Grace Hopper"},
		{"a name instead of a link", "ada", "&sysparm_display_value=true&sysparm_exclude_reference_link=true", "caller_id", "Carla Customer"},
		{"an id instead of a link", "ada", "&sysparm_exclude_reference_link=true", "caller_id", ID("sys_user", UserCarla)},
		{"journals read empty", "ada", "", "comments", ""},
		{"journals are one text to people", "ada", "&sysparm_display_value=true", "comments", "01-03-2026 13:00:00 - Grace Hopper (Additional comments)\nHello\n\n"},
		{"through an empty reference", "ada", "", "assigned_to.email", ""},
	} {
		if got := r.must(200, c.who, "GET", path+"?"+fields+c.more, "").field(c.field); got != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
	both := r.must(200, "ada", "GET", path+"?sysparm_display_value=all&"+fields, "").field("caller_id").(map[string]any)
	if both["value"] != ID("sys_user", UserCarla) || both["display_value"] != "Carla Customer" || both["link"] == nil {
		t.Errorf("both are %v", both)
	}
	a := r.must(200, "ada", "PATCH", path+"?sysparm_input_display_value=true", `{"state":"In Progress","assigned_to":"Grace Hopper","u_due":"02-07-2026 12:00:00"}`)
	if a.field("state") != "2" || a.field("u_due") != "2026-07-02 10:00:00" || a.field("assigned_to").(map[string]any)["value"] != ID("sys_user", UserGrace) {
		t.Errorf("display values were stored as %s", a.Raw)
	}
}

func TestVersionOneHasNoEmptyList(t *testing.T) {
	r := newRig(t, Options{})
	r.Hold(nil) // the document has no versions
	q := url.QueryEscape("number=none")
	r.must(404, "sync", "GET", "/api/now/v1/table/incident?sysparm_query="+q, "")
	r.must(200, "sync", "GET", "/api/now/v2/table/incident?sysparm_query="+q, "")
}

func TestPagingHeaders(t *testing.T) {
	r := newRig(t, Options{})
	for range 3 {
		r.incident("")
	}
	for _, c := range []struct{ reason, parameters, total, rels string }{
		{"the first of two", "sysparm_limit=2", "3", "first next last"},
		{"the last", "sysparm_limit=2&sysparm_offset=2", "3", "first prev last"},
		{"everything", "", "3", "first last"},
		{"without a count a full page may have a next", "sysparm_limit=3&sysparm_no_count=true", "", "first next"},
		{"without a count a short page has none", "sysparm_limit=4&sysparm_no_count=true", "", "first"},
		{"suppressed", "sysparm_limit=2&sysparm_suppress_pagination_header=true", "3", ""},
	} {
		a := r.must(200, "sync", "GET", "/api/now/table/incident?"+c.parameters, "")
		var rels []string
		for _, link := range strings.Split(a.Header.Get("Link"), ",") {
			if _, rel, ok := strings.Cut(link, `rel="`); ok {
				rels = append(rels, strings.TrimSuffix(rel, `"`))
			}
		}
		if a.Header.Get("X-Total-Count") != c.total || strings.Join(rels, " ") != c.rels {
			t.Errorf("%s: total %s, links %v", c.reason, a.Header.Get("X-Total-Count"), rels)
		}
	}
}
