package freshservice

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness"
	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/freshworks"
	"duplex/emulators/harness/freshworks/desktest"
)

func newRig(t *testing.T, opts Options) (*desktest.Rig, *Emulator) {
	return desktest.New(t, "freshservice", "fs-key-", func(c harness.Clock) (*Emulator, error) {
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
	return "/api/v2/tickets/" + a.ID("ticket", "id")
}

// TestCreate: what is sent comes back wrapped, with big ids, and without tags unless they are asked for.
func TestCreate(t *testing.T) {
	r, _ := newRig(t, Options{})
	a := r.Must(201, "sync", "POST", "/api/v2/tickets", `{"subject":"S","description":"see <a href=\"https://x.example\">this</a>","email":"new@globex.example","priority":3,"status":3,
		"urgency":2,"impact":2,"category":"Hardware","sub_category":"Computer","item_category":"Mac","responder_id":21000418003,"group_id":21000419001,"tags":["synced"],
		"custom_fields":{"sync_key":"k","weather_server":"Größe XL","vip":true,"seats":3,"go_live":"2026-04-01","area":"North","area_town":"Kiel","site":"HQ"}}`)
	if a.At("ticket", "description") != `<div>see <a href="https://x.example" rel="noreferrer">this</a></div>` {
		t.Errorf("description %v", a.At("ticket", "description"))
	}
	if a.At("ticket", "tags") != nil || a.At("ticket", "workspace_id") != 2.0 || a.At("ticket", "type") != "Incident" {
		t.Errorf("ticket: %s", a.Raw)
	}
	path := "/api/v2/tickets/" + a.ID("ticket", "id")
	if got := r.Must(200, "sync", "GET", path+"?include=tags,requester,stats,related_tickets", ""); got.At("ticket", "tags", 0) != "synced" {
		t.Errorf("tags asked for: %s", got.Raw)
	}
	if a.Header.Get("X-Freshservice-Api-Version") == "" {
		t.Error("no version header")
	}
	if got := r.Must(200, "ada", "GET", "/api/v2/requesters?email=new%40globex.example", ""); got.Len("requesters") != 1 || got.At("requesters", 0, "id").(float64) < 1<<31 {
		t.Errorf("the unknown address made no requester: %s", got.Raw)
	}
}

// TestRefused: what the vendor refuses, with its codes.
func TestRefused(t *testing.T) {
	r, _ := newRig(t, Options{NeededToClose: []string{"resolution_code"}, Limits: NoLimits()})
	path := ticket(r, "")
	r.Control("POST", "service_request", `{"subject":"A laptop","email":"carla@globex.example"}`)
	r.Control("POST", "person", `{"email":"linus@acme.example","active":false}`)
	gone := ticket(r, "")
	r.Must(204, "ada", "DELETE", gone, "")
	cases := []struct {
		reason, method, path, body string
		status                     int
		code                       string
	}{
		{"a number is no text", "PUT", path, `{"responder_id":"21000418003"}`, 400, "responder_id datatype_mismatch"},
		{"a deactivated agent", "PUT", path, fmt.Sprintf(`{"responder_id":%d}`, UserLinus), 400, "responder_id invalid_value"},
		{"due in the past", "PUT", path, `{"due_by":"2020-01-01T00:00:00Z"}`, 400, "due_by invalid_value"},
		{"a group of another workspace", "PUT", path, fmt.Sprintf(`{"group_id":%d}`, GroupHR), 400, "group_id invalid_value"},
		{"a field of another workspace", "PUT", path, `{"custom_fields":{"employee_level":"Junior"}}`, 400, "employee_level invalid_field"},
		{"an item below another category", "PUT", path, `{"category":"Software","sub_category":"Computer"}`, 400, "sub_category invalid_value"},
		{"closing needs a field", "PUT", path, `{"status":5}`, 400, "resolution_code missing_field"},
		{"service requests come from the catalogue", "POST", "/api/v2/tickets", `{"subject":"x","email":"a@b.example","type":"Service Request"}`, 400, "type invalid_value"},
		{"and keep their text", "PUT", "/api/v2/tickets/2", `{"subject":"x"}`, 400, "subject inaccessible_field"},
		{"trash is not written to", "PUT", gone, `{"priority":2}`, 405, ""},
		{"no such workspace", "POST", "/api/v2/tickets", `{"subject":"x","email":"a@b.example","workspace_id":9}`, 400, "workspace_id invalid_value"},
		{"moving is a call of its own", "PUT", path, `{"workspace_id":3}`, 400, "workspace_id invalid_field"},
		{"nobody can ask who they are", "GET", "/api/v2/agents/0", "", 404, ""},
	}
	for _, c := range cases {
		if a := r.As("ada", c.method, c.path, c.body); a.Status != c.status || a.Code() != c.code {
			t.Errorf("%s: answered %d %q, want %d %q: %s", c.reason, a.Status, a.Code(), c.status, c.code, a.Raw)
		}
	}
	r.Must(200, "ada", "PUT", "/api/v2/tickets/2", `{"priority":3}`)
	r.Must(200, "ada", "PUT", path, `{"status":5,"custom_fields":{"resolution_code":"x"}}`)
	r.Must(200, "ada", "PUT", path, `{"priority":3}`)
	r.Control("POST", "matrix", `{"on":true}`)
	if a := r.Must(200, "ada", "PUT", path, `{"priority":1,"urgency":3,"impact":2}`); a.At("ticket", "priority") != 4.0 {
		t.Error("the matrix does not overrule a written priority")
	}
	if a := r.As("", "GET", path, "", "Authorization", "Basic c3luY0BhY21lLmV4YW1wbGU6cHc="); a.Status != 401 || a.Code() != "unsupported_authentication_type" {
		t.Errorf("a password signs in: %d %s", a.Status, a.Raw)
	}
}

// TestWorkspaces: lists show the primary workspace unless asked, and all of them without its own fields.
func TestWorkspaces(t *testing.T) {
	r, _ := newRig(t, Options{Limits: NoLimits()})
	it := ticket(r, `"group_id":21000419001,"custom_fields":{"sync_key":"k","weather_server":"Sun","site":"HQ"}`)
	ticket(r, `"workspace_id":3,"custom_fields":{"employee_level":"Senior"}`)
	for query, n := range map[string]int{"": 1, "?workspace_id=3": 1, "?workspace_id=0": 2} {
		if a := r.Must(200, "sync", "GET", "/api/v2/tickets"+query, ""); a.Len("tickets") != n {
			t.Errorf("%q lists %d, want %d", query, a.Len("tickets"), n)
		}
	}
	all := r.Must(200, "sync", "GET", "/api/v2/tickets?workspace_id=0&order_type=asc", "")
	if custom := all.At("tickets", 0, "custom_fields").(map[string]any); len(custom) != 1 || custom["site"] != "HQ" {
		t.Errorf("fields of a workspace in a list of all: %v", custom)
	}
	r.Must(400, "sync", "GET", "/api/v2/tickets?workspace_id=7", "")
	r.Must(200, "sync", "GET", "/api/v2/workspaces", "")
	r.Must(200, "sync", "GET", "/api/v2/workspaces/3", "")
	if a := r.Must(200, "sync", "GET", "/api/v2/groups?workspace_id=3", ""); a.Len("groups") != 1 {
		t.Error("groups are of a workspace")
	}
	fields := r.Must(200, "sync", "GET", "/api/v2/ticket_form_fields?workspace_id=3", "")
	if !strings.Contains(string(fields.Raw), "employee_level") || strings.Contains(string(fields.Raw), "weather_server") {
		t.Error("form fields are of a workspace")
	}
	r.Must(200, "sync", "GET", "/api/v2/problem_form_fields", "")
	r.Must(200, "sync", "GET", "/api/v2/change_form_fields", "")
	moved := r.Must(200, "ada", "PUT", it+"/move_workspace", `{"workspace_id":3}`)
	custom := moved.At("ticket", "custom_fields").(map[string]any)
	if _, ok := custom["weather_server"]; ok || custom["sync_key"] != "k" || moved.At("ticket", "group_id") != nil {
		t.Errorf("moving changes the fields under a ticket: %s", moved.Raw)
	}
}

// TestFeed: the order is by creation, the window 30 days, and conversations do not move updated_at.
func TestFeed(t *testing.T) {
	r, e := newRig(t, Options{Limits: NoLimits()})
	old := ticket(r, "")
	r.Pass(31 * 24 * time.Hour)
	fresh := ticket(r, "")
	r.Pass(time.Second)
	r.Must(200, "grace", "PUT", old, `{"priority":2}`)
	since := r.Now().Add(-time.Second)
	if a := r.Must(200, "sync", "GET", "/api/v2/tickets", ""); a.Len("tickets") != 1 {
		t.Error("old tickets are listed without updated_since")
	}
	list := "/api/v2/tickets?order_type=asc&updated_since=" + since.Add(-time.Second).Format(time.RFC3339)
	if a := r.Must(200, "sync", "GET", list, ""); a.Len("tickets") != 2 || a.ID("tickets", 0, "id") != "1" {
		t.Errorf("the order is by creation: %s", a.Raw)
	}
	at := r.Must(200, "sync", "GET", fresh, "").At("ticket", "updated_at")
	r.Pass(time.Second)
	note := r.Must(201, "sync", "POST", fresh+"/notes", `{"body":"<p>x</p>"}`)
	if note.At("conversation", "private") != true || len(e.Mails()) != 0 {
		t.Errorf("a note: %s", note.Raw)
	}
	reply := r.Must(201, "grace", "POST", fresh+"/reply", `{"body":"Dear"}`)
	if len(e.Mails()) != 1 {
		t.Error("a reply mails")
	}
	if got := r.Must(200, "sync", "GET", fresh+"?include=conversations", ""); got.At("ticket", "updated_at") != at || got.Len("ticket", "conversations") != 2 {
		t.Error("a conversation moves updated_at")
	}
	r.Must(200, "sync", "PUT", "/api/v2/conversations/"+note.ID("conversation", "id"), `{"body":"y"}`)
	r.Must(400, "sync", "PUT", "/api/v2/conversations/"+reply.ID("conversation", "id"), `{"body":"y"}`)
	r.Must(204, "sync", "DELETE", "/api/v2/conversations/"+note.ID("conversation", "id"), "")
	if got := r.Must(200, "sync", "GET", fresh+"/conversations", ""); got.Len("conversations") != 1 {
		t.Error("a deleted note is listed")
	}
	acts := r.Must(200, "sync", "GET", old+"/activities", "")
	if acts.At("activities", 0, "content") != "set Priority as Medium" || acts.At("activities", 0, "actor", "name") != "Grace Hopper" {
		t.Errorf("activities: %s", acts.Raw)
	}
	r.Must(204, "ada", "DELETE", old, "")
	if a := r.Must(200, "sync", "GET", "/api/v2/tickets?filter=deleted&updated_since=2026-01-01T00:00:00Z", ""); a.Len("tickets") != 1 || a.At("tickets", 0, "deleted") != true {
		t.Error("trash is listed by its filter")
	}
	r.Must(204, "ada", "PUT", old+"/restore", "")
	r.Must(201, "ada", "POST", fresh+"/create_child_ticket", `{"subject":"child","requester_id":21000418006}`)
}

// TestFilter: quotes, days, one workspace, and an index that is late.
func TestFilter(t *testing.T) {
	r, _ := newRig(t, Options{Limits: NoLimits()})
	r.Control("POST", "index_lag", `{"lag":"2m"}`)
	ticket(r, `"custom_fields":{"sync_key":"link-77"}`)
	search := func(more string) desktest.Answer {
		return r.As("sync", "GET", "/api/v2/tickets/filter?query="+url.QueryEscape(`"sync_key:'link-77'"`)+more, "")
	}
	if search("").Len("tickets") != 0 {
		t.Error("the index is not late")
	}
	r.Pass(2 * time.Minute)
	if a := search(""); a.Len("tickets") != 1 || a.At("total") != 1.0 {
		t.Errorf("not found: %s", a.Raw)
	}
	if a := search("&workspace_id=3"); a.Len("tickets") != 0 {
		t.Error("found in another workspace")
	}
	if a := search("&workspace_id=0"); a.Status != 400 {
		t.Error("fields of a workspace are not known to a search of all")
	}
	r.Must(400, "sync", "GET", "/api/v2/tickets/filter?query="+url.QueryEscape(`"updated_at:>'2026-03-01T00:00:00Z'"`), "")
	r.Must(200, "sync", "GET", "/api/v2/tickets/filter?query="+url.QueryEscape(`"updated_at:>'2026-03-01' AND status:2"`), "")
}

// TestFiles: in forms, at addresses that expire, and by id.
func TestFiles(t *testing.T) {
	r, _ := newRig(t, Options{FileBytes: 1 << 20})
	a := r.Form("sync", "POST", "/api/v2/tickets", "a.txt", []byte("content"), "subject", "S", "email", "carla@globex.example", "custom_fields[seats]", "4")
	if a.Status != 201 || a.At("ticket", "custom_fields", "seats") != 4.0 {
		t.Fatalf("the form was not taken: %d %s", a.Status, a.Raw)
	}
	file, id := a.At("ticket", "attachments", 0, "attachment_url").(string), a.ID("ticket", "attachments", 0, "id")
	r.Must(200, "", "GET", file, "")
	r.Must(400, "sync", "GET", file, "")
	r.Pass(freshworks.FileLife)
	r.Must(403, "", "GET", file, "")
	if got := r.Must(200, "sync", "GET", "/api/v2/attachments/"+id, ""); string(got.Raw) != "content" {
		t.Errorf("content %q", got.Raw)
	}
	path := "/api/v2/tickets/" + a.ID("ticket", "id")
	note := r.Form("sync", "POST", path+"/notes", "b.bin", []byte("b"), "body", "x")
	conv := "/api/v2/conversations/" + note.ID("conversation", "id") + "/attachments/" + note.ID("conversation", "attachments", 0, "id")
	r.Must(204, "sync", "DELETE", conv, "")
	r.Must(404, "sync", "DELETE", conv+"9", "")
	r.Must(204, "sync", "DELETE", path+"/attachments/"+id, "")
	if over := r.Form("sync", "PUT", path, "c.bin", make([]byte, 2<<20)); over.Status != 400 {
		t.Errorf("too heavy: %d", over.Status)
	}
}

// TestObjects: problems and changes have other codes, another agent, notes without privacy, and rules of their own.
func TestObjects(t *testing.T) {
	r, _ := newRig(t, Options{Limits: NoLimits()})
	if a := r.As("sync", "POST", "/api/v2/problems", `{"subject":"Why"}`); a.Status != 400 || a.Code() != "due_by missing_field" {
		t.Errorf("a problem is due: %d %s", a.Status, a.Raw)
	}
	p := r.Must(201, "sync", "POST", "/api/v2/problems", `{"subject":"Why","description":"x","due_by":"2026-05-01T00:00:00Z","agent_id":21000418003,"custom_fields":{"cause":"Human"}}`)
	path := "/api/v2/problems/" + p.ID("problem", "id")
	if a := r.As("sync", "PUT", path, `{"responder_id":21000418003}`); a.Status != 400 || a.Code() != "responder_id invalid_field" {
		t.Errorf("a problem's agent is agent_id: %d", a.Status)
	}
	r.Pass(time.Second)
	note := r.Must(201, "sync", "POST", path+"/notes", `{"body":"for all"}`)
	if a := r.As("sync", "POST", path+"/notes", `{"body":"x","private":true}`); a.Status != 400 {
		t.Error("a note of a problem cannot be private")
	}
	one := path + "/notes/" + note.ID("note", "id")
	r.Must(200, "sync", "PUT", one, `{"body":"edited"}`)
	r.Must(200, "sync", "GET", one, "")
	r.Must(200, "sync", "GET", path+"/notes", "")
	r.Must(204, "sync", "DELETE", one, "")
	if a := r.Must(200, "sync", "GET", "/api/v2/problems?updated_since=2030-01-01T00:00:00Z", ""); a.Len("problems") != 1 {
		t.Error("updated_since does nothing to problems")
	}
	r.Must(204, "sync", "DELETE", path, "")
	r.Must(405, "sync", "PUT", path, `{"priority":2}`)
	r.Must(204, "sync", "PUT", path+"/restore", "")

	c := r.Must(201, "sync", "POST", "/api/v2/changes", `{"subject":"Do","description":"x","planned_start_date":"2026-05-01T00:00:00Z","planned_end_date":"2026-05-02T00:00:00Z","status":3}`)
	path = "/api/v2/changes/" + c.ID("change", "id")
	if a := r.As("sync", "PUT", path, `{"status":4}`); a.Status != 400 || a.Code() != "status inconsistent_state" {
		t.Errorf("not approved: %d %s", a.Status, a.Raw)
	}
	r.Control("POST", "approve/"+c.ID("change", "id"), "")
	r.Must(200, "sync", "PUT", path, `{"status":4}`)
	r.Must(200, "sync", "GET", path, "")
	if a := r.Must(200, "sync", "GET", "/api/v2/changes?updated_since="+r.Now().Format(time.RFC3339), ""); a.Len("changes") != 0 {
		t.Error("updated_since is exclusive")
	}
	r.Must(204, "sync", "DELETE", path, "")
	r.Must(200, "sync", "GET", "/api/v2/changes?workspace_id=0", "")
}

// TestPeople: who is found where.
func TestPeople(t *testing.T) {
	r, _ := newRig(t, Options{})
	r.Must(200, "sync", "GET", fmt.Sprintf("/api/v2/agents/%d", UserGrace), "")
	r.Must(200, "sync", "GET", fmt.Sprintf("/api/v2/requesters/%d", UserCarla), "")
	if a := r.Must(200, "sync", "GET", "/api/v2/agents?email=grace%40acme.example", ""); a.At("agents", 0, "email") != "grace@acme.example" {
		t.Errorf("agent: %s", a.Raw)
	}
	for query, n := range map[string]int{"email=grace%40acme.example": 0, "email=grace%40acme.example&include_agents=true": 1,
		"query=" + url.QueryEscape(`"primary_email:'carla@globex.example'"`): 1} {
		if a := r.Must(200, "sync", "GET", "/api/v2/requesters?"+query, ""); a.Len("requesters") != n {
			t.Errorf("%s found %d, want %d", query, a.Len("requesters"), n)
		}
	}
	r.Must(201, "sync", "POST", "/api/v2/requesters", `{"first_name":"New","primary_email":"n@x.example"}`)
	r.Must(409, "sync", "POST", "/api/v2/requesters", `{"first_name":"Twin","primary_email":"n@x.example"}`)
}

// TestWorkflows: an administrator's workflow fills in what it says, unquoted, and is sent once.
func TestWorkflows(t *testing.T) {
	r, e := newRig(t, Options{})
	sink := bench.NewInbox(t)
	sink.Answer(500)
	r.Control("POST", "workflows", fmt.Sprintf(`{"on":"created","url":%q,"headers":{"X-Secret":"s"},"except":["sync@acme.example"],
		"body":"{\"ticket_id\":\"{{ticket.id_numeric}}\",\"ref\":\"{{ticket.id}}\",\"title\":\"{{ticket.subject}}\",\"made\":\"{{ticket.created_at_iso | date: '%%d %%b %%Y'}}\"}"}`, sink.URL))
	r.Must(201, "sync", "POST", "/api/v2/tickets", `{"subject":"own","email":"carla@globex.example"}`)
	r.Must(201, "ada", "POST", "/api/v2/tickets", `{"subject":"Say \"hi\"","email":"carla@globex.example"}`)
	hook := sink.Next()
	if want := `{"ticket_id":"2","ref":"INC-2","title":"Say "hi"","made":"01 Mar 2026"}`; string(hook.Raw) != want || hook.Header.Get("X-Secret") != "s" {
		t.Errorf("body %s, want %s", hook.Raw, want)
	}
	target := bench.NewInbox(t)
	r.Control("POST", "webhook_target", fmt.Sprintf(`{"url":%q,"secret":"top"}`, target.URL))
	r.Must(201, "ada", "POST", "/api/v2/tickets/2/notes", `{"body":"x"}`)
	if hook := target.Next(); string(hook.Raw) != `{"ticket_id":"2"}` || hook.Header.Get(freshworks.SecretHeader) != "top" {
		t.Errorf("target: %s", hook.Raw)
	}
	r.Must(201, "ada", "POST", "/api/v2/problems", `{"subject":"Why","due_by":"2026-05-01T00:00:00Z"}`)
	if hook := target.Next(); string(hook.Raw) != `{"problem_id":"1"}` {
		t.Errorf("target: %s", hook.Raw)
	}
	sink.None()
	if sent := e.Webhooks().Report().Sent; !sent[0].Finished { // the others were sent after it
		t.Errorf("a failed webhook is sent once: %+v", sent)
	}
}

// TestRestart: a killed account keeps what it answered.
func TestRestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "freshservice.json")
	r, _ := newRig(t, Options{File: file})
	path := ticket(r, "")
	again, _ := newRig(t, Options{File: file})
	if again.Must(200, "ada", "GET", path, "").At("ticket", "subject") != "Printer on fire" {
		t.Error("the ticket is gone")
	}
	again.Control("POST", "reset", "")
	again.Must(404, "ada", "GET", path, "")
}
