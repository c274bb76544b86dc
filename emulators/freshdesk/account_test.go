package freshdesk

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/freshworks"
)

// TestConversations: replies mail customers, notes do not; notes are private unless said otherwise, and alone can be edited.
func TestConversations(t *testing.T) {
	r, e := newRig(t, Options{})
	path := ticket(r, "")
	before := r.Must(200, "ada", "GET", path, "").At("updated_at")
	r.Pass(time.Second)
	note := r.Must(201, "sync", "POST", path+"/notes", `{"body":"<p>For us <!-- mark --><span style=\"display:none\">mark</span><script>x</script></p>"}`)
	if note.At("private") != true || note.At("source") != 2.0 || note.At("body") != "<p>For us </p>" {
		t.Errorf("a note: %s", note.Raw)
	}
	r.Must(201, "sync", "POST", path+"/notes", fmt.Sprintf(`{"body":"for all","private":false,"incoming":true,"user_id":%d}`, UserCarla))
	if mails := e.Mails(); len(mails) != 0 {
		t.Errorf("notes mailed somebody: %v", mails)
	}
	reply := r.Must(201, "grace", "POST", path+"/reply", `{"body":"Dear customer","cc_emails":["boss@globex.example"]}`)
	if mails := e.Mails(); len(mails) != 1 || len(mails[0].To) != 2 || mails[0].Why != "reply" {
		t.Errorf("a reply mails the requester: %v", mails)
	}
	r.Must(201, "sync", "POST", path+"/notes", `{"body":"look","notify_emails":["ada@acme.example"]}`)
	if !strings.Contains(string(r.Control("GET", "mails", "")), `"why":"notify"`) {
		t.Error("a note that names addresses mails them")
	}
	touched := r.Must(200, "ada", "GET", path, "").At("updated_at")
	if touched == before {
		t.Error("a conversation moves updated_at")
	}
	r.Pass(time.Second)
	edited := r.Must(200, "ada", "PUT", "/api/v2/conversations/"+note.ID("id"), `{"body":"changed"}`)
	if edited.At("body") != "<div>changed</div>" || edited.At("last_edited_at") == nil {
		t.Errorf("an edited note: %s", edited.Raw)
	}
	if a := r.As("ada", "PUT", "/api/v2/conversations/"+reply.ID("id"), `{"body":"changed"}`); a.Status != 400 {
		t.Error("a reply was edited")
	}
	r.Must(204, "ada", "DELETE", "/api/v2/conversations/"+note.ID("id"), "")
	if a := r.Must(200, "ada", "GET", path+"/conversations", ""); a.Len() != 3 {
		t.Errorf("conversations: %s", a.Raw)
	}
	if a := r.Must(200, "ada", "GET", path+"?include=conversations,requester,company,stats", ""); a.Len("conversations") != 3 || a.At("updated_at") != touched {
		t.Error("editing or deleting a note moves updated_at")
	}
	r.Must(400, "ada", "POST", path+"/notes", `{"body":""}`)
	r.Must(400, "ada", "POST", path+"/notes", `{"body":"x","user_id":"1"}`)
}

// TestPublicNoteMails: an account may be set so that a public note mails the requester.
func TestPublicNoteMails(t *testing.T) {
	r, e := newRig(t, Options{PublicNoteMails: true})
	path := ticket(r, "")
	r.Must(201, "sync", "POST", path+"/notes", `{"body":"for us"}`)
	r.Must(201, "sync", "POST", path+"/notes", `{"body":"for all","private":false}`)
	if mails := e.Mails(); len(mails) != 1 || mails[0].Why != "note" {
		t.Errorf("mails: %v", mails)
	}
}

// TestFiles: they come in forms, weigh together, and go out at addresses that expire and want no credentials.
func TestFiles(t *testing.T) {
	r, _ := newRig(t, Options{FileBytes: 2 << 20})
	a := r.Form("sync", "POST", "/api/v2/tickets", "größe a.txt", []byte("content"), "subject", "S", "email", "carla@globex.example",
		"priority", "3", "tags[]", "x", "custom_fields[cf_seats]", "4", "custom_fields[cf_vip]", "true")
	if a.Status != 201 || a.At("priority") != 3.0 || a.At("custom_fields", "cf_seats") != 4.0 || a.Len("tags") != 1 {
		t.Fatalf("the form was not taken: %d %s", a.Status, a.Raw)
	}
	path, file := "/api/v2/tickets/"+a.ID("id"), a.At("attachments", 0, "attachment_url").(string)
	if got := r.Must(200, "", "GET", file, ""); string(got.Raw) != "content" {
		t.Errorf("content %q", got.Raw)
	}
	r.Must(400, "sync", "GET", file, "")
	r.Must(403, "", "GET", strings.Replace(file, "Signature=", "Signature=0", 1), "")
	r.Pass(freshworks.FileLife)
	r.Must(403, "", "GET", file, "")
	r.Must(200, "", "GET", r.Must(200, "sync", "GET", path, "").At("attachments", 0, "attachment_url").(string), "")
	note := r.Form("sync", "POST", path+"/notes", "b.bin", bytes.Repeat([]byte{1}, 1<<20), "body", "see file", "private", "false")
	if note.Status != 201 || note.At("private") != false || note.Len("attachments") != 1 {
		t.Fatalf("note with a file: %d %s", note.Status, note.Raw)
	}
	if over := r.Form("sync", "POST", path+"/notes", "c.bin", bytes.Repeat([]byte{1}, 1<<20), "body", "x"); over.Status != 400 || over.Code() != "attachments invalid_value" {
		t.Errorf("too heavy together: %d %s", over.Status, over.Raw)
	}
	r.Must(204, "sync", "DELETE", "/api/v2/attachments/"+note.ID("attachments", 0, "id"), "")
	r.Must(404, "sync", "DELETE", "/api/v2/attachments/"+note.ID("attachments", 0, "id"), "")
	if c := r.Must(200, "sync", "GET", path+"/conversations", ""); c.Len(0, "attachments") != 0 {
		t.Error("a deleted file is shown")
	}
}

// TestFields: choices have four shapes.
func TestFields(t *testing.T) {
	r, _ := newRig(t, Options{NeededToClose: []string{"cf_resolution"}})
	byName := map[string]map[string]any{}
	for _, f := range r.Must(200, "grace", "GET", "/api/v2/ticket_fields", "").Body.([]any) {
		one := f.(map[string]any)
		byName[one["name"].(string)] = one
	}
	if list, ok := byName["cf_device"]["choices"].([]any); !ok || list[0] != "Laptop" {
		t.Error("a drop-down lists labels")
	}
	if m, ok := byName["priority"]["choices"].(map[string]any); !ok || m["Urgent"] != 4.0 {
		t.Error("priorities map labels to numbers")
	}
	if m, ok := byName["status"]["choices"].(map[string]any); !ok || m["8"].([]any)[1] != "Being Processed" {
		t.Error("statuses map numbers to two labels")
	}
	area := byName["cf_area"]
	if list, ok := area["choices"].([]any); !ok || list[0].(map[string]any)["Hardware"].([]any)[0].(map[string]any)["Computer"].([]any)[1] != "Screen" {
		t.Errorf("nested choices: %v", area["choices"])
	}
	if len(area["nested_ticket_fields"].([]any)) != 2 || byName["cf_area_part"] != nil {
		t.Error("lower levels are told with the top one")
	}
	if byName["cf_resolution"]["required_for_closure"] != true {
		t.Error("what closing needs is not told")
	}
	r.Must(403, "grace", "GET", "/api/v2/admin/ticket_fields", "")
	admin := r.Must(200, "ada", "GET", "/api/v2/admin/ticket_fields?include=section", "")
	r.Must(200, "ada", "GET", "/api/v2/admin/ticket_fields/"+admin.ID(0, "id"), "")
}

// TestPeople: who is found where.
func TestPeople(t *testing.T) {
	r, _ := newRig(t, Options{})
	if r.Must(200, "sync", "GET", "/api/v2/agents/me", "").At("contact", "email") != "sync@acme.example" {
		t.Error("me")
	}
	if a := r.Must(200, "sync", "GET", "/api/v2/agents?email=grace%40acme.example", ""); a.Len() != 1 {
		t.Error("an agent is found by address")
	}
	if a := r.Must(200, "sync", "GET", "/api/v2/contacts?email=grace%40acme.example", ""); a.Len() != 0 {
		t.Error("an agent is a contact")
	}
	r.Must(200, "sync", "GET", fmt.Sprintf("/api/v2/agents/%d", UserGrace), "")
	r.Must(200, "sync", "GET", fmt.Sprintf("/api/v2/contacts/%d", UserCarla), "")
	r.Must(200, "sync", "GET", "/api/v2/groups", "")
	if a := r.As("sync", "POST", "/api/v2/contacts", `{"name":"Twin","email":"carla@globex.example"}`); a.Status != 409 || a.Code() != "email duplicate_value" {
		t.Errorf("twin contact: %d %s", a.Status, a.Raw)
	}
	r.Control("POST", "person", `{"email":"carla@globex.example","deleted":true}`)
	if r.Must(200, "sync", "GET", "/api/v2/contacts?email=carla%40globex.example", "").Len() != 0 ||
		r.Must(200, "sync", "GET", "/api/v2/contacts?email=carla%40globex.example&state=deleted", "").Len() != 1 {
		t.Error("deleted contacts need the state")
	}
	r.Control("POST", "person", `{"email":"sync@acme.example","admin":false}`)
	r.Must(403, "sync", "GET", "/api/v2/agents?email=grace%40acme.example", "")
}

// TestLimits: the account's minute, the list's minute, and what includes cost.
func TestLimits(t *testing.T) {
	r, _ := newRig(t, Options{Limits: Limits{Total: 10, List: 2}})
	path := ticket(r, "")
	a := r.Must(200, "ada", "GET", path+"?include=stats,requester", "")
	if a.Header.Get("X-RateLimit-Total") != "10" || a.Header.Get("X-RateLimit-Remaining") != "6" || a.Header.Get("X-RateLimit-Used-CurrentRequest") != "3" {
		t.Errorf("headers %v", a.Header)
	}
	r.Must(200, "ada", "GET", "/api/v2/tickets", "")
	r.Must(200, "ada", "GET", "/api/v2/tickets", "")
	if a := r.As("ada", "GET", "/api/v2/tickets", ""); a.Status != 429 || a.Header.Get("Retry-After") != "60" {
		t.Errorf("the list's own limit: %d %v", a.Status, a.Header)
	}
	r.Must(400, "ada", "PUT", path, `{"nope":1}`)
	r.Must(400, "ada", "PUT", path, `{"nope":1}`)
	r.Must(400, "ada", "PUT", path, `{"nope":1}`)
	r.Must(429, "sync", "GET", path, "")
	r.Pass(time.Minute)
	r.Must(200, "sync", "GET", path, "")
}

// TestRules: webhooks are an administrator's rules, sent with a secret header and no signature, in the vendor's shapes.
func TestRules(t *testing.T) {
	r, e := newRig(t, Options{WebhookRetryWait: time.Millisecond})
	sink := bench.NewInbox(t)
	rule := r.Must(201, "ada", "POST", "/api/v2/automations/4/rules", fmt.Sprintf(`{"name":"status","active":true,"performer":{"type":1,"members":[%d]},
		"events":[{"field_name":"status","from":"--","to":"--"},{"field_name":"note_type","value":"--"}],"conditions":[],
		"actions":[{"field_name":"trigger_webhook","url":%q,"request_type":"POST","custom_headers":{"X-Secret":"s"},"content":{"content_layout":"1","content_type":"JSON"}}]}`, UserGrace, sink.URL))
	path := ticket(r, `"custom_fields":{"cf_sync_key":"k"}`)
	r.Must(200, "sync", "PUT", path, `{"status":4}`)
	r.Must(200, "grace", "PUT", path, `{"priority":4}`)
	r.Must(200, "grace", "PUT", path, `{"status":6}`)
	hook := sink.Next()
	for _, want := range []string{`"triggered_event":"{status:{from:4,to:6}}"`, `"ticket_id":"1"`, `"ticket_status":"Waiting on Customer"`, `"ticket_priority":"Urgent"`,
		`"requester_email":"carla@globex.example"`, `"ticket_cf_sync_key":"k"`, `"freshdesk_webhook"`} {
		if !strings.Contains(string(hook.Raw), want) {
			t.Errorf("the body lacks %s: %s", want, hook.Raw)
		}
	}
	if hook.Header.Get("X-Secret") != "s" {
		t.Error("no secret")
	}
	sink.None() // the integration account and other fields are not what the rule is for
	got := r.Must(200, "ada", "GET", "/api/v2/automations/4/rules/"+rule.ID("id"), "")
	r.Must(200, "ada", "GET", "/api/v2/automations/4/rules", "")
	r.Must(200, "ada", "PUT", "/api/v2/automations/4/rules/"+got.ID("id"), `{"active":false}`)
	r.Must(200, "grace", "PUT", path, `{"status":2}`)
	r.Must(204, "ada", "DELETE", "/api/v2/automations/4/rules/"+rule.ID("id"), "")
	r.Must(403, "grace", "GET", "/api/v2/automations/4/rules", "")

	r.Control("POST", "webhook_target", fmt.Sprintf(`{"url":%q,"secret":"top"}`, sink.URL))
	r.Control("POST", "webhook_target", fmt.Sprintf(`{"url":%q,"secret":"X-Mine: other"}`, sink.URL))
	ticket(r, "")
	if hook := sink.Next(); string(hook.Raw) != `{"ticket_id":"2"}` || hook.Header.Get("X-Mine") != "other" {
		t.Errorf("target: %s %v", hook.Raw, hook.Header)
	}
	r.Must(201, "grace", "POST", path+"/notes", `{"body":"x"}`)
	if hook := sink.Next(); string(hook.Raw) != `{"ticket_id":"1"}` {
		t.Errorf("target: %s", hook.Raw)
	}
	r.Must(204, "grace", "DELETE", path, "")
	sink.Next()

	refusing := bench.NewInbox(t)
	refusing.Answer(500)
	r.Control("POST", "webhook_target", fmt.Sprintf(`{"url":%q,"secret":"top"}`, refusing.URL))
	ticket(r, "")
	for range 4 {
		refusing.Next()
	}
	for _, sent := range e.Webhooks().Report().Sent {
		if sent.Attempt > 4 {
			t.Error("more than three retries")
		}
	}
}

// TestRestart: a killed account keeps what it answered.
func TestRestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "freshdesk.json")
	r, _ := newRig(t, Options{File: file})
	path := ticket(r, "")
	r.Form("ada", "POST", path+"/notes", "a.txt", []byte("content"), "body", "x")
	again, _ := newRig(t, Options{File: file})
	got := again.Must(200, "ada", "GET", path+"/conversations", "")
	if body := again.Must(200, "", "GET", got.At(0, "attachments", 0, "attachment_url").(string), ""); string(body.Raw) != "content" {
		t.Errorf("content %q", body.Raw)
	}
}
