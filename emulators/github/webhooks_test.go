package github

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"duplex/emulators/harness"
	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"

	"github.com/getkin/kin-openapi/openapi3"
)

func (r *rig) hook(rc *bench.Inbox, events string) string {
	r.T.Helper()
	a := r.must(201, "ada", "POST", "/repos/acme/app/hooks",
		`{"name":"web","active":true,"events":`+events+`,"config":{"url":"`+rc.URL+`","content_type":"json","secret":"It's a secret","insecure_ssl":"0"}}`)
	if a.text("config", "secret") != "********" {
		r.T.Errorf("the secret is read back as %q", a.text("config", "secret"))
	}
	return fmt.Sprintf("/repos/acme/app/hooks/%d", a.id())
}

// TestPayloadsKeepTheVendorsSchemas drives every event and holds each payload to the vendor's schema of it.
func TestPayloadsKeepTheVendorsSchemas(t *testing.T) {
	r := newRig(t, Options{})
	rc := bench.NewInbox(t)
	r.hook(rc, `["*"]`)
	path, made := r.issue("ada", `"body":"b","labels":["bug"],"assignees":["grace"],"milestone":1,"type":"Bug","issue_field_values":[{"field_id":604,"value":3}]`)
	_, child := r.issue("ada", "")
	r.must(200, "ada", "PATCH", path, `{"title":"t","body":"c","state":"closed","labels":["new label"],"assignees":[],"milestone":null,"type":null}`)
	r.must(200, "ada", "PATCH", path, `{"title":"t","state":"open"}`)
	r.must(204, "ada", "DELETE", path+"/issue-field-values/604", "")
	r.must(204, "ada", "PUT", path+"/lock", "")
	r.must(204, "ada", "DELETE", path+"/lock", "")
	m := r.must(201, "grace", "POST", path+"/comments", `{"body":"c"}`)
	at := fmt.Sprintf("%s/comments/%d", appIssues, m.id())
	r.must(200, "grace", "PATCH", at, `{"body":"d"}`)
	r.must(204, "grace", "DELETE", at, "")
	r.must(201, "ada", "POST", path+"/sub_issues", fmt.Sprintf(`{"sub_issue_id":%d}`, child.id()))
	r.must(200, "ada", "DELETE", path+"/sub_issue", fmt.Sprintf(`{"sub_issue_id":%d}`, child.id()))
	r.must(201, "ada", "POST", path+"/dependencies/blocked_by", fmt.Sprintf(`{"issue_id":%d}`, child.id()))
	r.must(200, "ada", "DELETE", fmt.Sprintf("%s/dependencies/blocked_by/%d", path, child.id()), "")
	r.must(200, "ada", "PATCH", "/repos/acme/app/labels/bug", `{"new_name":"defect"}`)
	r.must(204, "ada", "DELETE", "/repos/acme/app/labels/defect", "")
	r.must(201, "ada", "POST", "/repos/acme/app/milestones", `{"title":"v3"}`)
	for _, body := range []string{`{"state":"closed"}`, `{"state":"open"}`, `{"title":"v4"}`} {
		r.must(200, "ada", "PATCH", "/repos/acme/app/milestones/3", body)
	}
	r.must(204, "ada", "DELETE", "/repos/acme/app/milestones/3", "")
	r.Control("POST", "delete", `{"repo":"acme/app","number":2}`)
	r.Control("POST", "transfer", `{"repo":"acme/app","number":1,"to":"acme/web"}`)
	r.Control("POST", "rename", `{"repo":"acme/app","name":"core"}`)
	bench.Eventually(t, "the last event", func() bool { return slices.Contains(kinds(rc.Calls()), "repository.renamed") })

	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(contract.VendorDir(t, "github"), "openapi-webhooks.json"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, call := range rc.Calls() {
		event := call.Header.Get("X-GitHub-Event")
		name := "webhook-" + strings.ReplaceAll(event, "_", "-")
		if action := call.Text("action"); event != "ping" {
			name += "-" + strings.ReplaceAll(action, "_", "-")
		}
		schema := doc.Components.Schemas[name]
		if schema == nil {
			t.Errorf("the vendor has no event %s", name)
			continue
		}
		seen[name] = true
		var v any
		if err := json.Unmarshal(call.Raw, &v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Value.VisitJSON(v, openapi3.MultiErrors()); err != nil {
			for _, line := range problems(err) {
				t.Errorf("%s: %s", name, line)
			}
		}
		if mac := call.Header.Get("X-Hub-Signature-256"); mac != "sha256="+Sign("It's a secret", call.Raw) {
			t.Errorf("%s is signed %q", name, mac)
		}
	}
	for name := range doc.Components.Schemas {
		if strings.HasPrefix(name, "webhook-iss") || strings.HasPrefix(name, "webhook-sub") || strings.HasPrefix(name, "webhook-label") || strings.HasPrefix(name, "webhook-milestone") {
			if !seen[name] && !strings.Contains(name, "pinned") {
				t.Errorf("never sent: %s", name)
			}
		}
	}
	if made.text("number") != "1" {
		t.Error("numbers do not start at 1")
	}
}

// problems gives one line per error of a schema.
func problems(err error) []string {
	switch e := err.(type) {
	case openapi3.MultiError:
		var out []string
		for _, inner := range e {
			out = append(out, problems(inner)...)
		}
		return out
	case *openapi3.SchemaError:
		return []string{"/" + strings.Join(e.JSONPointer(), "/") + ": " + e.Reason}
	}
	return []string{err.Error()}
}

func TestCreatingSendsOneEventEach(t *testing.T) {
	r := newRig(t, Options{})
	rc := bench.NewInbox(t)
	r.hook(rc, `["issues","issue_comment"]`)
	r.issue("sync", `"labels":["bug","P1"],"assignees":["grace"]`)
	got := kinds(rc.Wait(5))
	if want := []string{"ping", "issues.opened", "issues.labeled", "issues.labeled", "issues.assigned"}; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
	if sender := rc.Calls()[1].Text("sender", "login"); sender != "acme-sync" {
		t.Errorf("the sender is %s", sender)
	}
	r.must(200, "ada", "PATCH", appIssues+"/1", `{"title":"Printer on fire"}`)
	if last := rc.Wait(6)[5]; last.Text("action") != "edited" || len(last.At("changes").(map[string]any)) != 0 {
		t.Errorf("a save that changes nothing sent %s", last.Raw)
	}
	r.Control("POST", "pull", `{"repo":"acme/app","title":"A change"}`)
	r.must(201, "ada", "POST", appIssues+"/2/comments", `{"body":"looks good"}`)
	if last := rc.Wait(7)[6]; last.Header.Get("X-GitHub-Event") != "issue_comment" || last.At("issue", "pull_request") == nil {
		t.Errorf("a comment on a pull request sent %s", last.Raw)
	}
}

func TestDeliveriesAreNotRetriedButCanBeSentAgain(t *testing.T) {
	r := newRig(t, Options{})
	rc := bench.NewInbox(t)
	at := r.hook(rc, `["issues"]`)
	rc.Wait(1)
	rc.Answer(503)
	r.issue("ada", "")
	failed := rc.Wait(2)[1]
	var list answer
	bench.Eventually(t, "the delivery is known as failed", func() bool {
		list = r.must(200, "ada", "GET", at+"/deliveries?status=failure", "")
		return len(list.Column("guid")) == 1 && list.text(0, "status_code") == "503"
	})
	guid := failed.Header.Get("X-GitHub-Delivery")
	if list.text(0, "guid") != guid || list.text(0, "event") != "issues" || list.text(0, "redelivery") != "false" {
		t.Errorf("the failure is listed as %s", list.Raw)
	}
	rc.Answer(200)
	r.must(202, "ada", "POST", fmt.Sprintf("%s/deliveries/%.0f/attempts", at, list.At(0, "id")), "")
	again := rc.Wait(3)[2]
	if again.Header.Get("X-GitHub-Delivery") != guid || string(again.Raw) != string(failed.Raw) {
		t.Error("a redelivery has another GUID or body")
	}
	bench.Eventually(t, "the redelivery is known as done", func() bool {
		got := r.must(200, "ada", "GET", at+"/deliveries?status=success&per_page=1", "")
		return got.text(0, "guid") == guid && got.text(0, "redelivery") == "true"
	})
}

func TestRegistration(t *testing.T) {
	r := newRig(t, Options{})
	rc := bench.NewInbox(t)
	made := r.must(201, "ada", "POST", "/repos/acme/app/hooks", `{"config":{"url":"`+rc.URL+`"}}`)
	if made.text("config", "content_type") != "form" || made.text("events", 0) != "push" {
		t.Errorf("the defaults are %s", made.Raw)
	}
	ping := rc.Wait(1)[0]
	form, err := url.ParseQuery(string(ping.Raw))
	if err != nil || !strings.Contains(form.Get("payload"), `"zen"`) || ping.Header.Get("X-Hub-Signature-256") != "" {
		t.Errorf("the form's ping is %s", ping.Raw)
	}
	for _, tt := range []struct{ reason, body string }{
		{"the same hook twice", `{"config":{"url":"` + rc.URL + `"}}`},
		{"an address without a host", `{"config":{"url":"nowhere"}}`},
		{"an unknown event", `{"events":["coffee"],"config":{"url":"` + rc.URL + `/2"}}`},
		{"an unknown content type", `{"config":{"url":"` + rc.URL + `/2","content_type":"xml"}}`},
		{"a name that is not web", `{"name":"irc","config":{"url":"` + rc.URL + `/2"}}`},
	} {
		t.Run(tt.reason, func(t *testing.T) { r.must(422, "ada", "POST", "/repos/acme/app/hooks", tt.body) })
	}
	for n := range mostHooks {
		r.must(201, "ada", "POST", "/repos/acme/app/hooks", fmt.Sprintf(`{"events":["label"],"config":{"url":"%s/%d"}}`, rc.URL, n))
	}
	r.must(422, "ada", "POST", "/repos/acme/app/hooks", `{"events":["label"],"config":{"url":"`+rc.URL+`/one-more"}}`)
}

func TestTheHarnessSpoilsWebhooks(t *testing.T) {
	r := newRig(t, Options{})
	rc := bench.NewInbox(t)
	r.Control("POST", "webhook_target", `{"url":"`+rc.URL+`","secret":"s"}`)
	if err := r.e.Webhooks().SetMode(harness.ModeDuplicate, 100); err != nil {
		t.Fatal(err)
	}
	r.issue("ada", "")
	got := rc.Wait(2)
	if got[0].Header.Get("X-GitHub-Delivery") != got[1].Header.Get("X-GitHub-Delivery") {
		t.Error("a doubled delivery has two ids")
	}
}

// TestSignatureVector is the vendor's own (page "Validating webhook deliveries").
func TestSignatureVector(t *testing.T) {
	if got := Sign("It's a Secret to Everybody", []byte("Hello, World!")); got != "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" {
		t.Errorf("signed %s", got)
	}
}
