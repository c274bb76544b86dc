package zendesk

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"duplex/emulators/harness/contract"
)

// inbox receives webhooks.
type inbox struct {
	mu   sync.Mutex
	got  []map[string]any
	head []http.Header
	raw  [][]byte
}

func (b *inbox) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	raw, _ := io.ReadAll(req.Body)
	var body map[string]any
	_ = json.Unmarshal(raw, &body)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got, b.head, b.raw = append(b.got, body), append(b.head, req.Header), append(b.raw, raw)
}

func (b *inbox) types() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, g := range b.got {
		out = append(out, strings.TrimPrefix(g["type"].(string), eventPrefix+"ticket."))
	}
	return out
}

func listen(t *testing.T, r *rig, secret string) *inbox {
	t.Helper()
	b := &inbox{}
	srv := httptest.NewServer(b)
	t.Cleanup(srv.Close)
	r.control("POST", "webhook_target", fmt.Sprintf(`{"url":%q,"secret":%q}`, srv.URL, secret))
	return b
}

func (r *rig) quiet() {
	eventually(r.t, "all webhooks sent", func() bool { return r.e.Webhooks().Report().Waiting == 0 })
}

func TestOneEventPerAspect(t *testing.T) {
	r := newRig(t, Options{})
	b := listen(t, r, "s3cret")
	path := r.ticket("")
	token := r.must(201, "ada", "POST", "/api/v2/uploads?filename=a.txt", "x", "Content-Type", "text/plain").at("upload", "token")
	r.must(200, "ada", "PUT", path, fmt.Sprintf(`{"ticket":{"status":"open","priority":"high","type":"problem","subject":"New","external_id":"e","assignee_id":%d,"tags":["a"],"custom_fields":[{"id":90001,"value":"area_web"}],"comment":{"body":"hi","public":true,"uploads":[%q]}}}`, UserGrace, token))
	r.must(200, "ada", "PUT", path, `{"ticket":{"subject":"New"}}`)
	comment := r.must(200, "ada", "GET", path+"/comments", "").at("comments", 1, "id")
	r.must(200, "ada", "PUT", fmt.Sprintf("%s/comments/%.0f/make_private", path, comment), "")
	r.must(204, "ada", "DELETE", path, "")
	r.must(200, "ada", "PUT", "/api/v2/deleted_tickets/1/restore", "")
	r.quiet()
	want := []string{"created", "comment_added", "status_changed", "priority_changed", "type_changed", "subject_changed", "external_id_changed",
		"agent_assignment_changed", "group_assignment_changed", "tags_changed", "custom_field_changed", "comment_added",
		"attachment_linked_to_comment", "comment_made_private", "soft_deleted", "undeleted"}
	if got := b.types(); !slices.Equal(got, want) {
		t.Fatalf("events\n %v, want\n %v", got, want)
	}
	seq := func(i int) map[string]any {
		return b.got[i]["event"].(map[string]any)["meta"].(map[string]any)["sequence"].(map[string]any)
	}
	if seq(2)["id"] != seq(12)["id"] || seq(0)["id"] == seq(2)["id"] || seq(3)["position"] != 2.0 {
		t.Error("the events of one change do not share a sequence")
	}
}

func TestWebhooksLookLikeTheVendors(t *testing.T) {
	r := newRig(t, Options{})
	dir := filepath.Join(contract.VendorDir(t, "zendesk"), "webhooks")
	b := listen(t, r, "s3cret")
	path := r.ticket(`"priority":"high","type":"problem"`)
	r.must(200, "grace", "PUT", path, `{"ticket":{"status":"solved","comment":{"body":"done"}}}`)
	r.quiet()
	for i, name := range b.types() {
		data, err := os.ReadFile(filepath.Join(dir, "ticket."+name+".json"))
		if err != nil {
			continue // no sample for this type
		}
		var sample map[string]any
		if err := json.Unmarshal(data, &sample); err != nil {
			t.Fatal(err)
		}
		delete(b.got[i]["event"].(map[string]any), "meta") // real events carry it, the samples do not
		if want, got := shape(sample), shape(b.got[i]); !slices.Equal(want, got) {
			t.Errorf("%s has keys\n %v, the sample has\n %v", name, got, want)
		}
	}
	last := b.got[len(b.got)-2]
	detail := last["detail"].(map[string]any)
	if detail["status"] != "SOLVED" || detail["id"] != "1" || detail["actor_id"] != fmt.Sprint(UserGrace) || last["event"].(map[string]any)["previous"] != "NEW" {
		t.Errorf("%v", last)
	}
}

// shape lists every key path of a JSON object.
func shape(v map[string]any) []string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(v)) {
		out = append(out, k)
		if inner, ok := v[k].(map[string]any); ok {
			for _, p := range shape(inner) {
				out = append(out, k+"."+p)
			}
		}
	}
	return out
}

func TestSignatures(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(contract.VendorDir(t, "zendesk"), "webhooks", "signature-vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Secret  string
		Vectors []struct{ Timestamp, Body, Signature string }
	}
	if err := json.Unmarshal(data, &vectors); err != nil || len(vectors.Vectors) == 0 {
		t.Fatalf("vectors: %v", err)
	}
	for _, v := range vectors.Vectors {
		if got := Sign(vectors.Secret, v.Timestamp, []byte(v.Body)); got != v.Signature {
			t.Errorf("signature of %q is %s, want %s", v.Body, got, v.Signature)
		}
	}
	r := newRig(t, Options{})
	b := listen(t, r, "s3cret")
	r.ticket("")
	r.quiet()
	for i, h := range b.head {
		if want := Sign("s3cret", h.Get("X-Zendesk-Webhook-Signature-Timestamp"), b.raw[i]); h.Get("X-Zendesk-Webhook-Signature") != want {
			t.Errorf("delivery %d is signed %s, want %s", i, h.Get("X-Zendesk-Webhook-Signature"), want)
		}
		for _, name := range []string{"X-Zendesk-Account-Id", "X-Zendesk-Webhook-Id", "X-Zendesk-Webhook-Invocation-Id"} {
			if h.Get(name) == "" {
				t.Errorf("no header %s", name)
			}
		}
	}
	if b.head[0].Get("X-Zendesk-Webhook-Invocation-Id") == b.head[1].Get("X-Zendesk-Webhook-Invocation-Id") {
		t.Error("two deliveries share an id")
	}
}

func TestWebhookModes(t *testing.T) {
	cases := []struct{ mode, want, reason string }{
		{"drop", "", "lost"},
		{"duplicate", "created created comment_added comment_added", "each twice"},
		{"reorder", "comment_added created", "the wrong way round"},
	}
	for _, c := range cases {
		r := newRig(t, Options{})
		b := listen(t, r, "s")
		r.control("PATCH", "webhooks", `{"mode":"`+c.mode+`"}`)
		r.ticket("")
		r.quiet()
		if got := strings.Join(b.types(), " "); got != c.want {
			t.Errorf("%s (%s): %q, want %q", c.mode, c.reason, got, c.want)
		}
	}
}

func TestWebhookRegistration(t *testing.T) {
	r := newRig(t, Options{})
	create := func(endpoint, method, subs string) string {
		return fmt.Sprintf(`{"webhook":{"name":"n","endpoint":%q,"http_method":%q,"request_format":"json","status":"active","subscriptions":[%s]}}`, endpoint, method, subs)
	}
	const created = `"zen:event-type:ticket.created"`
	for _, bad := range []string{create("nowhere", "POST", created), create("http://127.0.0.1:1", "PUT", created),
		create("http://127.0.0.1:1", "POST", `"zen:event-type:ticket.invented"`), create("http://127.0.0.1:1", "POST", created+`,"conditional_ticket_events"`)} {
		r.must(400, "ada", "POST", "/api/v2/webhooks", bad)
	}
	r.must(403, "grace", "POST", "/api/v2/webhooks", create("http://127.0.0.1:1", "POST", created))
	b := &inbox{}
	srv := httptest.NewServer(b)
	defer srv.Close()
	id := r.must(201, "ada", "POST", "/api/v2/webhooks", create(srv.URL, "POST", created)).at("webhook", "id").(string)
	old := r.must(200, "ada", "GET", "/api/v2/webhooks/"+id+"/signing_secret", "").at("signing_secret", "secret")
	fresh := r.must(201, "ada", "POST", "/api/v2/webhooks/"+id+"/signing_secret", "").at("signing_secret", "secret")
	if old == fresh {
		t.Error("the secret did not change")
	}
	r.ticket("")
	r.quiet()
	if got := b.types(); !slices.Equal(got, []string{"created"}) {
		t.Errorf("got %v, want what was subscribed to", got)
	}
	r.must(400, "ada", "PATCH", "/api/v2/webhooks/"+id, `{"webhook":{"subscriptions":["conditional_ticket_events"]}}`)
	r.must(204, "ada", "PATCH", "/api/v2/webhooks/"+id, `{"webhook":{"status":"inactive"}}`)
	r.ticket("")
	r.quiet()
	if len(b.types()) != 1 {
		t.Error("an inactive webhook was called")
	}
}

func TestRetryPolicy(t *testing.T) {
	policy := retryPolicy(time.Millisecond)
	cases := []struct {
		attempt, status int
		after           time.Duration
		again           bool
		reason          string
	}{
		{5, 0, 0, true, "no answer: five more times"}, {6, 0, 0, false, "and no more"},
		{3, 409, 0, true, "409: three more times"}, {4, 409, 0, false, "and no more"},
		{1, 429, 30 * time.Second, true, "a short Retry-After is kept"}, {1, 503, time.Minute, false, "a long one is not"},
		{1, 503, 0, false, "none is given"}, {1, 500, 0, false, "other refusals are final"},
	}
	for _, c := range cases {
		if wait, again := policy(c.attempt, c.status, c.after); again != c.again || c.after > 0 && again && wait != c.after {
			t.Errorf("%s: wait %s again %v", c.reason, wait, again)
		}
	}
}

func TestSnapshotOutlivesAKill(t *testing.T) {
	file := filepath.Join(t.TempDir(), "zendesk.json")
	r := newRig(t, Options{File: file})
	path := r.ticket(`"tags":["kept"],"custom_fields":[{"id":90003,"value":["platform_ios"]}]`)
	token := r.must(201, "ada", "POST", "/api/v2/uploads?filename=a.txt", "bytes", "Content-Type", "text/plain").at("upload", "token")
	r.must(200, "ada", "PUT", path, fmt.Sprintf(`{"ticket":{"comment":{"body":"with file","uploads":[%q]},"metadata":{"n":12}}}`, token))
	before := r.must(200, "ada", "GET", path, "")
	next := newRig(t, Options{File: file}) // the first is never closed: it was killed
	after := next.must(200, "ada", "GET", path, "")
	delete(before.body["ticket"].(map[string]any), "url")
	delete(after.body["ticket"].(map[string]any), "url")
	if fmt.Sprint(before.body) != fmt.Sprint(after.body) {
		t.Errorf("after a restart\n %v, was\n %v", after.body, before.body)
	}
	url := next.must(200, "ada", "GET", path+"/comments", "").at("comments", 1, "attachments").([]any)[0].(map[string]any)["content_url"].(string)
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if data, _ := io.ReadAll(resp.Body); string(data) != "bytes" {
		t.Errorf("content after a restart: %q", data)
	}
	if id := next.must(201, "ada", "POST", "/api/v2/tickets", `{"ticket":{"subject":"s","comment":{"body":"x"}}}`).at("ticket", "id"); id != 2.0 {
		t.Errorf("the next ticket is %v", id)
	}
}

func TestReset(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	r.control("POST", "faults", `{"kind":"status"}`)
	r.control("POST", "reset", "")
	r.must(404, "ada", "GET", path, "")
}
