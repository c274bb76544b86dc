package freshdesk

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness"
	"duplex/emulators/harness/freshworks/desktest"
)

func newRig(t *testing.T, opts Options) (*desktest.Rig, *Emulator) {
	return desktest.New(t, "freshdesk", "fd-key-", func(c harness.Clock) (*Emulator, error) {
		opts.Clock = c
		return New(opts)
	})
}

// ticket makes one and gives its path.
func ticket(r *desktest.Rig, more string) string {
	r.T.Helper()
	if more != "" {
		more = "," + more
	}
	a := r.Must(201, "ada", "POST", "/api/v2/tickets", `{"subject":"Printer on fire","description":"It <b>burns</b>","email":"carla@globex.example"`+more+`}`)
	return "/api/v2/tickets/" + a.ID("id")
}

// TestCreate: what is sent comes back as the vendor keeps it.
func TestCreate(t *testing.T) {
	r, _ := newRig(t, Options{})
	a := r.Must(201, "sync", "POST", "/api/v2/tickets", `{"subject":"S","description":"plain","email":"new@globex.example","priority":3,"status":3,"type":"Incident",
		"responder_id":43000000103,"group_id":43000000301,"tags":["b","a","b"],"cc_emails":["x@y.example"],
		"custom_fields":{"cf_sync_key":"k","cf_device":"Größe XL","cf_vip":true,"cf_seats":3,"cf_amount":1.5,"cf_go_live":"2026-04-01","cf_area":"Hardware","cf_area_part":"Computer","cf_area_detail":"Battery"}}`)
	if a.At("description") != "<div>plain</div>" || a.At("description_text") != "plain" || a.Len("tags") != 2 {
		t.Errorf("not kept as the vendor does: %s", a.Raw)
	}
	if a.At("custom_fields", "cf_area_detail") != "Battery" || a.At("custom_fields", "cf_details") != nil {
		t.Errorf("custom fields %v", a.At("custom_fields"))
	}
	if a.Header.Get("Location") == "" {
		t.Error("no Location")
	}
	contact := r.Must(200, "ada", "GET", "/api/v2/contacts?email=new%40globex.example", "")
	if contact.Len() != 1 || contact.ID(0, "id") != a.ID("requester_id") {
		t.Errorf("the unknown address made no contact: %s", contact.Raw)
	}
	if a.At("due_by") != nil {
		t.Error("service levels are there at once")
	}
	r.Pass(6 * time.Second)
	if again := r.Must(200, "ada", "GET", "/api/v2/tickets/"+a.ID("id"), ""); again.At("due_by") == nil || again.At("updated_at") != a.At("updated_at") {
		t.Error("service levels come some seconds later, without another updated_at")
	}
}

// TestRefused: what the vendor refuses, with its codes.
func TestRefused(t *testing.T) {
	r, _ := newRig(t, Options{NeededToClose: []string{"cf_resolution"}})
	path := ticket(r, `"custom_fields":{"cf_area":"Hardware","cf_area_part":"Printer"}`)
	outbound := ticket(r, `"source":10`)
	gone := ticket(r, "")
	r.Must(204, "ada", "DELETE", gone, "")
	cases := []struct {
		reason, method, path, body string
		status                     int
		code                       string
	}{
		{"unknown keys are refused", "PUT", path, `{"nope":1}`, 400, "nope invalid_field"},
		{"a number is no text", "PUT", path, `{"priority":"3"}`, 400, "priority datatype_mismatch"},
		{"an unknown priority", "PUT", path, `{"priority":9}`, 400, "priority invalid_value"},
		{"a field the form needs cannot be emptied", "PUT", path, `{"subject":""}`, 400, "subject missing_field"},
		{"no such choice", "PUT", path, `{"custom_fields":{"cf_device":"Fridge"}}`, 400, "cf_device invalid_value"},
		{"no such field", "PUT", path, `{"custom_fields":{"sync_key":"x"}}`, 400, "sync_key invalid_field"},
		{"a lower level does not lie below", "PUT", path, `{"custom_fields":{"cf_area":"Software"}}`, 400, "cf_area_part invalid_value"},
		{"an agent is no contact", "PUT", path, `{"responder_id":43000000106}`, 400, "responder_id invalid_value"},
		{"closing needs a field", "PUT", path, `{"status":5}`, 400, "cf_resolution missing_field"},
		{"resolving needs it too", "PUT", path, `{"status":4}`, 400, "cf_resolution missing_field"},
		{"outbound mails keep their subject", "PUT", outbound, `{"subject":"x"}`, 400, "subject inaccessible_field"},
		{"nobody asks", "POST", "/api/v2/tickets", `{"subject":"x"}`, 400, "requester_id missing_field"},
		{"a phone needs a name", "POST", "/api/v2/tickets", `{"subject":"x","phone":"123"}`, 400, "name missing_field"},
		{"trash is not written to", "PUT", gone, `{"priority":2}`, 405, ""},
		{"trash is not deleted again", "DELETE", gone, "", 405, ""},
		{"an unknown ticket has an empty answer", "GET", "/api/v2/tickets/999", "", 404, ""},
		{"no JSON", "PUT", path, `{`, 400, "invalid_json"},
	}
	for _, c := range cases {
		if a := r.As("ada", c.method, c.path, c.body); a.Status != c.status || a.Code() != c.code {
			t.Errorf("%s: answered %d %q, want %d %q: %s", c.reason, a.Status, a.Code(), c.status, c.code, a.Raw)
		}
	}
	r.Must(200, "ada", "PUT", path, `{"status":5,"custom_fields":{"cf_resolution":"done"}}`)
	r.Must(200, "ada", "PUT", path, `{"custom_fields":{"cf_resolution":null}}`)
	if a := r.As("", "GET", path, ""); a.Status != 401 || a.Code() != "invalid_credentials" {
		t.Errorf("nobody reads: %d %s", a.Status, a.Raw)
	}
	if a := r.As("grace", "GET", "/api/v2/agents?email=ada%40acme.example", ""); a.Status != 403 || a.Code() != "access_denied" {
		t.Errorf("agents are for administrators: %d", a.Status)
	}
	if a := r.As("ada", "GET", path, "", "Accept", "application/xml"); a.Status != 406 {
		t.Errorf("XML was served: %d", a.Status)
	}
	if a := r.As("ada", "PUT", path, `<x/>`, "Content-Type", "application/xml"); a.Status != 415 {
		t.Errorf("XML was taken: %d", a.Status)
	}
}

// TestTrash: deletion shows in the ticket and in its filter alone, and can be taken back.
func TestTrash(t *testing.T) {
	r, _ := newRig(t, Options{})
	path := ticket(r, "")
	r.Must(204, "ada", "DELETE", path, "")
	if a := r.Must(200, "ada", "GET", path, ""); a.At("deleted") != true {
		t.Error("the ticket does not say that it is deleted")
	}
	if n := r.Must(200, "ada", "GET", "/api/v2/tickets", "").Len(); n != 0 {
		t.Error("trash is listed")
	}
	if n := r.Must(200, "ada", "GET", "/api/v2/tickets?filter=deleted&updated_since=2030-01-01T00:00:00Z", "").Len(); n != 1 {
		t.Error("trash is not listed by its filter, which knows no updated_since")
	}
	r.Must(204, "ada", "PUT", path+"/restore", "")
	r.Control("POST", "spam/1", "")
	if n := r.Must(200, "ada", "GET", "/api/v2/tickets?filter=spam", "").Len(); n != 1 {
		t.Error("spam is not listed by its filter")
	}
	r.Must(405, "ada", "PUT", path, `{"priority":2}`)
}

// TestLists: the windows and caps of lists.
func TestLists(t *testing.T) {
	r, _ := newRig(t, Options{Limits: NoLimits()})
	old := ticket(r, "")
	r.Pass(31 * 24 * time.Hour)
	for range 3 {
		r.Pass(time.Second)
		ticket(r, "")
	}
	if a := r.Must(200, "ada", "GET", "/api/v2/tickets?per_page=2", ""); a.Len() != 2 || a.ID(0, "id") != "4" || a.At(0, "description") != nil {
		t.Errorf("the newest come first, without description: %s", a.Raw)
	} else if link := a.Header.Get("Link"); !strings.Contains(link, "page=2") || !strings.Contains(link, `rel="next"`) {
		t.Errorf("no next page in %q", link)
	}
	if a := r.Must(200, "ada", "GET", "/api/v2/tickets?per_page=2&page=2&include=description", ""); a.Len() != 1 || a.Header.Get("Link") != "" || a.At(0, "description") == nil {
		t.Errorf("the last page names a next one, or the old ticket is listed: %s", a.Raw)
	}
	r.Pass(time.Second)
	r.Must(200, "ada", "PUT", old, `{"priority":4}`)
	since := "/api/v2/tickets?order_by=updated_at&order_type=asc&updated_since="
	if a := r.Must(200, "ada", "GET", since+"2026-01-01T00:00:00Z", ""); a.Len() != 4 || a.ID(3, "id") != "1" {
		t.Errorf("updated_since reaches back before the 30 days: %s", a.Raw)
	}
	if a := r.Must(200, "ada", "GET", since+r.Now().Format(time.RFC3339), ""); a.Len() != 0 {
		t.Error("updated_since is exclusive")
	}
	for query, code := range map[string]string{"per_page=101": "per_page invalid_value", "page=301": "page invalid_value", "page=x": "page datatype_mismatch"} {
		if a := r.As("ada", "GET", "/api/v2/tickets?"+query, ""); a.Status != 400 || a.Code() != code {
			t.Errorf("%s answered %d %q", query, a.Status, a.Code())
		}
	}
	r.Must(200, "ada", "GET", "/api/v2/tickets?page=300", "")
}

// TestSearch: quotes, days, caps and an index that is late.
func TestSearch(t *testing.T) {
	r, _ := newRig(t, Options{Limits: NoLimits()})
	search := func(query string) desktest.Answer {
		return r.As("ada", "GET", "/api/v2/search/tickets?query="+url.QueryEscape(query), "")
	}
	r.Control("POST", "index_lag", `{"lag":"2m"}`)
	ticket(r, `"tags":["sync-77"],"custom_fields":{"cf_sync_key":"link-77"}`)
	if a := search(`"cf_sync_key:'link-77'"`); a.Len("results") != 0 {
		t.Error("the index is not late")
	}
	r.Pass(2 * time.Minute)
	for query, n := range map[string]int{`"cf_sync_key:'link-77'"`: 1, `"tag:'sync-77' AND priority:1"`: 1, `"status:2 AND (priority:3 OR priority:4)"`: 0,
		`"created_at:'2026-03-01'"`: 1, `"created_at:>'2026-03-01' AND updated_at:<'2026-03-01'"`: 1, `"agent_id:null"`: 1, `"cf_vip:false"`: 1} {
		if a := search(query); a.Status != 200 || a.Len("results") != n {
			t.Errorf("%s found %d, want %d: %s", query, a.Len("results"), n, a.Raw)
		}
	}
	for query, why := range map[string]string{`status:2`: "no quotes around it", `"created_at:>'2026-03-01T10:00:00Z'"`: "a moment and not a day",
		`"subject:'x'"`: "a field that cannot be searched", `"CF_sync_key:'x'"`: "names are case-sensitive", `"status:2 AND"`: "half a query",
		`"cf_sync_key:'` + strings.Repeat("x", 512) + `'"`: "too long"} {
		if a := search(query); a.Status != 400 {
			t.Errorf("%s was taken: %d", why, a.Status)
		}
	}
	r.Must(400, "ada", "GET", "/api/v2/search/tickets?page=11&query="+url.QueryEscape(`"status:2"`), "")
	r.Must(400, "ada", "GET", "/api/v2/search/tickets?per_page=10&query="+url.QueryEscape(`"status:2"`), "")
	r.Control("POST", "archive/1", "")
	r.Pass(2 * time.Minute)
	if search(`"tag:'sync-77'"`).Len("results") != 0 {
		t.Error("an archived ticket is found")
	}
	r.Must(404, "ada", "GET", "/api/v2/tickets/1", "")
	r.Must(200, "ada", "GET", "/api/v2/tickets/archived/1", "")
	r.Must(200, "ada", "GET", "/api/v2/tickets/archived/1/conversations", "")
	r.Must(201, "ada", "POST", "/api/v2/admin/ticket_fields", `{"label":"Brand new","type":"custom_text"}`)
	ticket(r, `"custom_fields":{"cf_brand_new":"x"}`)
	r.Pass(2 * time.Minute)
	if search(`"cf_brand_new:'x'"`).Status != 400 || search(`"custom_string:'x'"`).Len("results") != 1 {
		t.Error("a new field is found by custom_string alone")
	}
}

// TestLinks: parents, trackers, merges and bulk updates.
func TestLinks(t *testing.T) {
	r, _ := newRig(t, Options{Limits: NoLimits()})
	parent := ticket(r, "")
	child := ticket(r, `"parent_id":1`)
	ticket(r, `"related_ticket_ids":[1]`)
	if a := r.Must(200, "ada", "GET", child, ""); a.At("association_type") != 2.0 {
		t.Errorf("a child is of type 2: %v", a.At("association_type"))
	}
	if a := r.Must(200, "ada", "GET", parent+"/associated_tickets", ""); a.Len("tickets") != 2 {
		t.Errorf("associated: %s", a.Raw)
	}
	if a := r.Must(200, "ada", "GET", child+"/prime_association", ""); a.ID("id") != "1" {
		t.Errorf("prime: %s", a.Raw)
	}
	r.Must(204, "ada", "PUT", "/api/v2/tickets/merge", `{"primary_id":1,"ticket_ids":[3],"note_in_primary":{"body":"merged","private":true}}`)
	if a := r.Must(200, "ada", "GET", "/api/v2/tickets/3", ""); a.At("status") != 5.0 {
		t.Error("a merged ticket stays open")
	}
	job := r.Must(202, "ada", "POST", "/api/v2/tickets/bulk_update", `{"bulk_action":{"ids":[1,2],"properties":{"priority":4}}}`)
	r.Must(200, "ada", "GET", "/api/v2/jobs/"+job.At("job_id").(string), "")
	if a := r.Must(200, "ada", "GET", child, ""); a.At("priority") != 4.0 {
		t.Error("the bulk update did nothing")
	}
}

// TestActivities: the day's file is there when the day is over.
func TestActivities(t *testing.T) {
	r, _ := newRig(t, Options{})
	path := ticket(r, "")
	r.Must(200, "grace", "PUT", path, `{"status":3}`)
	export := "/api/v2/export/ticket_activities?created_at=2026-03-01"
	r.Must(404, "ada", "GET", export, "")
	r.Pass(24 * time.Hour)
	file := r.Must(200, "", "GET", r.Must(200, "ada", "GET", export, "").At("export", 0, "url").(string), "")
	if file.At("activities_data", 1, "activity", "status") != "Pending" || file.ID("activities_data", 1, "performer_id") != fmt.Sprint(UserGrace) {
		t.Errorf("activities: %s", file.Raw)
	}
}
