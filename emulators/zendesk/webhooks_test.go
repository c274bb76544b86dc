package zendesk

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
)

// listen is told of every event from now on.
func listen(t *testing.T, r *rig, secret string) *bench.Inbox {
	t.Helper()
	in := bench.NewInbox(t)
	r.Control("POST", "webhook_target", fmt.Sprintf(`{"url":%q,"secret":%q}`, in.URL, secret))
	return in
}

// types are the kinds of the events that came, without what all begin with.
func types(in *bench.Inbox) []string {
	var out []string
	for _, call := range in.Calls() {
		out = append(out, strings.TrimPrefix(call.Text("type"), eventPrefix+"ticket."))
	}
	return out
}

func TestOneEventPerAspect(t *testing.T) {
	r := newRig(t, Options{})
	b := listen(t, r, "s3cret")
	path := r.ticket("")
	token := r.Must(201, "ada", "POST", "/api/v2/uploads?filename=a.txt", "x", "Content-Type", "text/plain").At("upload", "token")
	r.Must(200, "ada", "PUT", path, fmt.Sprintf(`{"ticket":{"status":"open","priority":"high","type":"problem","subject":"New","external_id":"e","assignee_id":%d,"tags":["a"],"custom_fields":[{"id":90001,"value":"area_web"}],"comment":{"body":"hi","public":true,"uploads":[%q]}}}`, UserGrace, token))
	r.Must(200, "ada", "PUT", path, `{"ticket":{"subject":"New"}}`)
	comment := r.Must(200, "ada", "GET", path+"/comments", "").At("comments", 1, "id")
	r.Must(200, "ada", "PUT", fmt.Sprintf("%s/comments/%.0f/make_private", path, comment), "")
	r.Must(204, "ada", "DELETE", path, "")
	r.Must(200, "ada", "PUT", "/api/v2/deleted_tickets/1/restore", "")
	r.Quiet()
	want := []string{"created", "comment_added", "status_changed", "priority_changed", "type_changed", "subject_changed", "external_id_changed",
		"agent_assignment_changed", "group_assignment_changed", "tags_changed", "custom_field_changed", "comment_added",
		"attachment_linked_to_comment", "comment_made_private", "soft_deleted", "undeleted"}
	if got := types(b); !slices.Equal(got, want) {
		t.Fatalf("events\n %v, want\n %v", got, want)
	}
	seq := func(i int, key string) any { return b.Calls()[i].At("event", "meta", "sequence", key) }
	if seq(2, "id") != seq(12, "id") || seq(0, "id") == seq(2, "id") || seq(3, "position") != 2.0 {
		t.Error("the events of one change do not share a sequence")
	}
}

func TestWebhooksLookLikeTheVendors(t *testing.T) {
	r := newRig(t, Options{})
	dir := filepath.Join(contract.VendorDir(t, "zendesk"), "webhooks")
	b := listen(t, r, "s3cret")
	path := r.ticket(`"priority":"high","type":"problem"`)
	r.Must(200, "grace", "PUT", path, `{"ticket":{"status":"solved","comment":{"body":"done"}}}`)
	r.Quiet()
	calls := b.Calls()
	for i, name := range types(b) {
		data, err := os.ReadFile(filepath.Join(dir, "ticket."+name+".json"))
		if err != nil {
			continue // no sample for this type
		}
		var sample map[string]any
		if err := json.Unmarshal(data, &sample); err != nil {
			t.Fatal(err)
		}
		delete(calls[i].At("event").(map[string]any), "meta") // real events carry it, the samples do not
		if want, got := shape(sample), shape(calls[i].At().(map[string]any)); !slices.Equal(want, got) {
			t.Errorf("%s has keys\n %v, the sample has\n %v", name, got, want)
		}
	}
	last := calls[len(calls)-2]
	if last.At("detail", "status") != "SOLVED" || last.At("detail", "id") != "1" || last.At("detail", "actor_id") != fmt.Sprint(UserGrace) || last.At("event", "previous") != "NEW" {
		t.Errorf("%s", last.Raw)
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
	r.Quiet()
	calls := b.Calls()
	for i, call := range calls {
		h := call.Header
		if want := Sign("s3cret", h.Get("X-Zendesk-Webhook-Signature-Timestamp"), call.Raw); h.Get("X-Zendesk-Webhook-Signature") != want {
			t.Errorf("delivery %d is signed %s, want %s", i, h.Get("X-Zendesk-Webhook-Signature"), want)
		}
		for _, name := range []string{"X-Zendesk-Account-Id", "X-Zendesk-Webhook-Id", "X-Zendesk-Webhook-Invocation-Id"} {
			if h.Get(name) == "" {
				t.Errorf("no header %s", name)
			}
		}
	}
	if calls[0].Header.Get("X-Zendesk-Webhook-Invocation-Id") == calls[1].Header.Get("X-Zendesk-Webhook-Invocation-Id") {
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
		r.Control("PATCH", "webhooks", `{"mode":"`+c.mode+`"}`)
		r.ticket("")
		r.Quiet()
		if got := strings.Join(types(b), " "); got != c.want {
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
		r.Must(400, "ada", "POST", "/api/v2/webhooks", bad)
	}
	r.Must(403, "grace", "POST", "/api/v2/webhooks", create("http://127.0.0.1:1", "POST", created))
	b := bench.NewInbox(t)
	id := r.Must(201, "ada", "POST", "/api/v2/webhooks", create(b.URL, "POST", created)).At("webhook", "id").(string)
	old := r.Must(200, "ada", "GET", "/api/v2/webhooks/"+id+"/signing_secret", "").At("signing_secret", "secret")
	fresh := r.Must(201, "ada", "POST", "/api/v2/webhooks/"+id+"/signing_secret", "").At("signing_secret", "secret")
	if old == fresh {
		t.Error("the secret did not change")
	}
	r.ticket("")
	r.Quiet()
	if got := types(b); !slices.Equal(got, []string{"created"}) {
		t.Errorf("got %v, want what was subscribed to", got)
	}
	r.Must(400, "ada", "PATCH", "/api/v2/webhooks/"+id, `{"webhook":{"subscriptions":["conditional_ticket_events"]}}`)
	r.Must(204, "ada", "PATCH", "/api/v2/webhooks/"+id, `{"webhook":{"status":"inactive"}}`)
	r.ticket("")
	r.Quiet()
	if len(types(b)) != 1 {
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
	token := r.Must(201, "ada", "POST", "/api/v2/uploads?filename=a.txt", "bytes", "Content-Type", "text/plain").At("upload", "token")
	r.Must(200, "ada", "PUT", path, fmt.Sprintf(`{"ticket":{"comment":{"body":"with file","uploads":[%q]},"metadata":{"n":12}}}`, token))
	before := r.Must(200, "ada", "GET", path, "")
	next := newRig(t, Options{File: file}) // the first is never closed: it was killed
	after := next.Must(200, "ada", "GET", path, "")
	delete(before.At("ticket").(map[string]any), "url")
	delete(after.At("ticket").(map[string]any), "url")
	if fmt.Sprint(before.Body) != fmt.Sprint(after.Body) {
		t.Errorf("after a restart\n %v, was\n %v", after.Body, before.Body)
	}
	url := next.Must(200, "ada", "GET", path+"/comments", "").Text("comments", 1, "attachments", 0, "content_url")
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	if got := bench.Read(t, resp); string(got.Raw) != "bytes" {
		t.Errorf("content after a restart: %q", got.Raw)
	}
	if id := next.Must(201, "ada", "POST", "/api/v2/tickets", `{"ticket":{"subject":"s","comment":{"body":"x"}}}`).At("ticket", "id"); id != 2.0 {
		t.Errorf("the next ticket is %v", id)
	}
}

func TestReset(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	r.Control("POST", "faults", `{"kind":"status"}`)
	r.Control("POST", "reset", "")
	r.Must(404, "ada", "GET", path, "")
}
