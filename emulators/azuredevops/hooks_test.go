package azuredevops

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"duplex/emulators/harness/contract"
)

// sink receives deliveries and answers with a status the test sets.
type sink struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []map[string]any
	heads  []http.Header
}

func newSink(t *testing.T) *sink {
	s := &sink{status: 200}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		var v map[string]any
		_ = json.Unmarshal(body, &v)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.got, s.heads = append(s.got, v), append(s.heads, req.Header)
		w.WriteHeader(s.status)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *sink) answer(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
}

// wait gives the deliveries once there are n.
func (s *sink) wait(t *testing.T, n int) []answer {
	t.Helper()
	var out []answer
	eventually(t, fmt.Sprint(n, " deliveries"), func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		out = nil
		for _, v := range s.got {
			out = append(out, answer{body: v})
		}
		return len(out) >= n
	})
	return out
}

func (r *rig) subscribe(event, url, more string) string {
	r.t.Helper()
	a := r.must(200, "sync", "POST", "/_apis/hooks/subscriptions", fmt.Sprintf(`{"publisherId":"tfs","eventType":%q,"resourceVersion":"1.0","consumerId":"webHooks",
		"consumerActionId":"httpRequest","publisherInputs":{"projectId":"%s"},"consumerInputs":{"url":%q%s}}`, event, projects[0].id, url, more))
	return "/_apis/hooks/subscriptions/" + a.at("id").(string)
}

func TestServiceHooks(t *testing.T) {
	r, s := newRig(t, Options{}), newSink(t)
	for _, e := range eventTypes {
		r.subscribe(e.id, s.URL, `,"httpHeaders":"X-Sync-Secret:value","basicAuthUsername":"u","basicAuthPassword":"p"`)
	}
	path := r.item("Fabrikam", "Bug", set("System.AssignedTo", "ada@acme.example"))
	r.item("Helpdesk", "Bug")
	r.must(200, "grace", "POST", path+"/comments", `{"text":"a comment"}`)
	r.must(200, "ada", "PATCH", path+"?suppressNotifications=true", patch(set(fieldState, "Active")))
	r.must(200, "ada", "DELETE", path, "")
	r.must(200, "ada", "PATCH", "/Fabrikam/_apis/wit/recyclebin/1", `{"isDeleted":false}`)
	got := s.wait(t, 6)
	kinds := []string{"workitem.created", "workitem.updated", "workitem.commented", "workitem.updated", "workitem.deleted", "workitem.restored"}
	for i, a := range got {
		if a.at("eventType") != kinds[i] {
			t.Fatalf("delivery %d is %v, want %s", i, a.at("eventType"), kinds[i])
		}
	}
	created, commented, updated := got[0], got[2], got[3]
	if created.at("resource", "id") != 1.0 || created.at("resource", "fields", "System.AssignedTo") != "Ada Lovelace <ada@acme.example>" {
		t.Errorf("created: %v", created.body)
	}
	if commented.at("resource", "commentVersionRef", "commentId") == nil || commented.at("resource", "fields", fieldHistory) != "a comment" {
		t.Errorf("commented: %v", commented.body)
	}
	if updated.at("resource", "id") != 3.0 || updated.at("resource", "workItemId") != 1.0 || updated.at("resource", "revision", "id") != 1.0 ||
		updated.at("resource", "revisedDate") != never || updated.at("resource", "revisedBy", "uniqueName") != "ada@acme.example" ||
		updated.at("resource", "revision", "fields", "System.ChangedBy") != "Ada Lovelace <ada@acme.example>" ||
		updated.at("resource", "fields", fieldState, "newValue") != "Active" {
		t.Errorf("updated: %v", updated.body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	req := http.Request{Header: s.heads[0]}
	if user, password, _ := req.BasicAuth(); user != "u" || password != "p" || s.heads[0].Get("X-Sync-Secret") != "value" {
		t.Errorf("headers: %v", s.heads[0])
	}
}

// TestDeliveriesLookLikeCapturedOnes compares the members of real deliveries with the emulator's.
func TestDeliveriesLookLikeCapturedOnes(t *testing.T) {
	for name, opts := range map[string]Options{"captured.services.workitem.updated.json": {}, "captured.services.workitem.commented.json": {}, "captured.server.workitem.updated.json": {Server: "7.0"}} {
		r, s := newRig(t, opts), newSink(t)
		for _, e := range eventTypes {
			r.subscribe(e.id, s.URL, "")
		}
		path := r.item("Fabrikam", "Bug")
		r.must(200, "grace", "PATCH", path, patch(set("System.Title", "x")))
		r.must(200, "grace", "POST", path+"/comments", `{"text":"a comment"}`)
		data, err := os.ReadFile(filepath.Join(contract.VendorDir(t, "azuredevops"), "webhooks", name))
		if err != nil {
			t.Fatal(err)
		}
		var real map[string]any
		if err := json.Unmarshal(data, &real); err != nil {
			t.Fatal(err)
		}
		for _, a := range s.wait(t, 4) {
			if a.at("eventType") == real["eventType"] && (a.at("resource", "id") == 2.0 || real["eventType"] == "workitem.commented") {
				missing(t, name, real, a.body)
			}
		}
	}
}

// missing reports members of a real delivery that ours lacks. Fields, links, relations and texts differ from item to item.
func missing(t *testing.T, at string, real, ours map[string]any) {
	t.Helper()
	for name, v := range real {
		if name == "fields" || name == "_links" || name == "relations" || name == "message" || name == "detailedMessage" {
			continue
		}
		mine, ok := ours[name]
		if !ok {
			t.Errorf("%s/%s: not in ours", at, name)
			continue
		}
		if inner, ok := v.(map[string]any); ok {
			own, _ := mine.(map[string]any)
			missing(t, at+"/"+name, inner, own)
		}
	}
}

func TestWhatASubscriptionAsksFor(t *testing.T) {
	r, s := newRig(t, Options{}), newSink(t)
	r.subscribe("workitem.updated", s.URL, `,"resourceDetailsToSend":"minimal","messagesToSend":"none","detailedMessagesToSend":"text"`)
	path := r.item("Fabrikam", "Bug")
	r.must(200, "grace", "PATCH", path, patch(set("System.Title", "x")))
	a := s.wait(t, 1)[0]
	resource := a.at("resource").(map[string]any)
	if len(resource) != 2 || resource["id"] != 2.0 || a.at("message") != nil || a.at("detailedMessage", "html") != nil {
		t.Errorf("minimal: %v", a.body)
	}
	for _, c := range []struct{ who, body, reason string }{
		{"grace", `{"publisherId":"tfs","eventType":"workitem.updated","consumerId":"webHooks","consumerActionId":"httpRequest","consumerInputs":{"url":"http://x/"}}`, "a contributor may not"},
		{"sync", `{"publisherId":"tfs","eventType":"workitem.moved","consumerId":"webHooks","consumerActionId":"httpRequest","consumerInputs":{"url":"http://x/"}}`, "no such event"},
		{"sync", `{"publisherId":"tfs","eventType":"workitem.updated","consumerId":"webHooks","consumerActionId":"httpRequest","consumerInputs":{"url":"x"}}`, "no address"},
	} {
		if a := r.as(c.who, "POST", "/_apis/hooks/subscriptions", c.body); a.status < 400 {
			t.Errorf("%s: %d", c.reason, a.status)
		}
	}
	public := newRig(t, Options{PublicHooks: true})
	public.must(400, "ada", "POST", "/_apis/hooks/subscriptions", `{"publisherId":"tfs","eventType":"workitem.updated","consumerId":"webHooks","consumerActionId":"httpRequest","consumerInputs":{"url":"http://127.0.0.1/"}}`)
}

func TestFailuresOfDeliveries(t *testing.T) {
	r, s := newRig(t, Options{WebhookRetryWait: 20 * time.Millisecond}), newSink(t)
	sub := r.subscribe("workitem.created", s.URL, "")
	status := func() any { return r.must(200, "sync", "GET", sub, "").at("status") }
	s.answer(503)
	r.item("Fabrikam", "Bug")
	s.wait(t, 2)
	s.answer(200)
	eventually(t, "the resend is accepted", func() bool {
		return r.must(200, "sync", "GET", sub+"/notifications", "").at("value", 0, "result") == "succeeded"
	})
	s.answer(429)
	r.item("Fabrikam", "Bug")
	eventually(t, "probation", func() bool { return status() == "onProbation" })
	s.answer(200)
	s.mu.Lock()
	n := len(s.got)
	s.mu.Unlock()
	r.item("Fabrikam", "Bug")
	if a := r.must(200, "sync", "GET", sub+"/notifications", ""); a.at("value", 0, "result") != "failed" || a.at("count") != 3.0 {
		t.Errorf("on probation events are lost: %s", a.raw)
	}
	r.pass(21 * time.Minute)
	r.item("Fabrikam", "Bug")
	s.wait(t, n+1)
	eventually(t, "the end of probation", func() bool { return status() == "enabled" })
	s.answer(410)
	r.item("Fabrikam", "Bug")
	eventually(t, "the end", func() bool { return status() == "disabledBySystem" })
	r.must(200, "sync", "PUT", sub, fmt.Sprintf(`{"publisherId":"tfs","eventType":"workitem.created","consumerId":"webHooks","consumerActionId":"httpRequest","status":"enabled","consumerInputs":{"url":%q}}`, s.URL))
	if status() != "enabled" {
		t.Errorf("enabled again: %v", status())
	}
}

func TestTheControlTargetHearsEverything(t *testing.T) {
	r, s := newRig(t, Options{}), newSink(t)
	r.control("POST", "webhook_target", fmt.Sprintf(`{"url":%q,"secret":"hush"}`, s.URL))
	r.control("POST", "webhook_target", fmt.Sprintf(`{"url":%q,"secret":"hush"}`, s.URL))
	r.must(200, "grace", "PATCH", r.item("Helpdesk", "Bug"), patch(set("System.Title", "x")))
	s.wait(t, 2)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.heads[0].Get("X-Sync-Secret") != "hush" || len(s.got) != 2 {
		t.Errorf("%d deliveries, %v", len(s.got), s.heads[0])
	}
}

func TestAKilledEmulatorKeepsWhatItAnswered(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	r := newRig(t, Options{File: file})
	path := r.item("Fabrikam", "Bug", set("System.Tags", "a"), set("System.AssignedTo", "ada@acme.example"))
	up := r.must(201, "grace", "POST", "/Fabrikam/_apis/wit/attachments?fileName=a", "hello")
	r.must(200, "grace", "POST", path+"/comments", `{"text":"kept"}`)
	before := r.must(200, "grace", "GET", path, "")
	again := newRig(t, Options{File: file}) // the first is not closed: it might have been killed
	after := again.must(200, "grace", "GET", path, "")
	if before.at("rev") != after.at("rev") || after.at("fields", "System.AssignedTo", "displayName") != "Ada Lovelace" {
		t.Errorf("before %s, after %s", before.raw, after.raw)
	}
	if got := again.must(200, "grace", "GET", "/Fabrikam/_apis/wit/attachments/"+up.at("id").(string), ""); string(got.raw) != "hello" {
		t.Errorf("the file: %s", got.raw)
	}
	a := again.must(200, "grace", "PATCH", path, patch(op("test", "/rev", 2), set("System.Title", "x")))
	if a.at("rev") != 3.0 || a.at("fields", fieldTags) != "a" {
		t.Errorf("and goes on: %s", a.raw)
	}
}
