package jira_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/harness/contract"
)

var atHome = map[string]string{"deployment": "datacenter", "index_lag": "6s"}

// homeExceptions are the parts of the Data Center document that are known to be wrong, and what it leaves out.
var homeExceptions = []contract.Exception{
	{Contains: `doesn't match the format "date-time"`, Reason: "the vendor writes offsets without a colon, also in the document's own examples"},
	{Contains: "failed to decode response body: EOF", Reason: "the document gives empty answers a JSON type"},
	{Contains: `property "error" is unsupported`, Reason: "an answer of the fault injector, not of the vendor"},
	{Contains: "Value is not nullable", Reason: "an empty field is null in every answer and sample; the document knows no null"},
	{Contains: "value must be an object", Reason: "the document gives lists the type of their entry, and fields of any type the type object"},
	{Contains: "value must be a string", Reason: "a property's value is any JSON (vendor page Entity properties)"},
	{Operation: "POST /api/2/issue/{issueIdOrKey}/attachments", Contains: "request: ", Reason: "the document describes the multipart form as one text"},
	{Operation: "GET /rest/jira-webhook/1.0/webhooks", Reason: "webhooks of version 10 are documented in prose, not in the REST document"},
	{Operation: "POST /rest/jira-webhook/1.0/webhooks", Reason: "webhooks of version 10 are documented in prose, not in the REST document"},
}

func homeDoc(t *testing.T) *contract.Doc {
	t.Helper()
	return contract.LoadOnly(t, "jira", "openapi-datacenter.json").With(t, "testdata/openapi-worklogs-datacenter.json").Except(homeExceptions...)
}

func TestConformanceDataCenter(t *testing.T) {
	doc := homeDoc(t)
	f := conformance.Run(t, conformance.Suite{Name: "jira-datacenter", Capabilities: capabilities, New: instance(doc, "ENG", atHome),
		Skips: map[string]string{"Changes/ShowADeletion": "Jira's search does not list deleted issues; webhooks and the next read tell"}})
	if !t.Failed() {
		conformance.Record(t, f, *update)
		doc.Record(t, "jira-datacenter", *update)
	}
}

func bug() connectors.ItemType {
	return connectors.ItemType{Type: "issue", Scope: map[string]string{"project": "ENG", "issuetype": "Bug"}}
}

func (s *site) put(t *testing.T, id, name string, v core.Value) error {
	t.Helper()
	_, err := s.conn.Update(t.Context(), id, core.Patch{Fields: map[string]core.Value{name: v}}, "", connectors.Want{Fields: []string{name}})
	return err
}

// TestConformanceServiceProjectDataCenter: Data Center does not say who reads a comment, so all are taken as internal.
func TestConformanceServiceProjectDataCenter(t *testing.T) {
	internal := "customers may see the files of a service project, so an internal file is refused"
	conformance.Run(t, conformance.Suite{Name: "jira-datacenter", Capabilities: capabilities, New: instance(homeDoc(t), "OPS", atHome),
		Skips: map[string]string{
			"Changes/ShowADeletion":     "Jira's search does not list deleted issues; webhooks and the next read tell",
			"Attachments/RoundTrip":     internal,
			"Attachments/AreFoundAgain": internal,
			"Attachments/CanBeDeleted":  internal,
		}})
}

func (s *site) shows(t *testing.T, id, name string) core.Value {
	t.Helper()
	o := s.read(t, id, name)
	return o.Field(name)
}

func TestAnEpicIsAFieldOfItsOwnOnDataCenter(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	epic := s.person(t, "POST", s.api+"/issue", map[string]any{"fields": map[string]any{"project": map[string]string{"key": "ENG"},
		"issuetype": map[string]string{"name": "Epic"}, "summary": "An epic"}})
	id, key := epic["id"].(string), epic["key"].(string)
	o := s.make(t, "ENG", map[string]core.Value{"Epic Link": core.Reference(id, "")})
	if v := s.shows(t, o.Ref.ID, "Epic Link"); v.ID() != id || v.Name() != key {
		t.Errorf("a new issue is in the epic %v, want %s %s", v, id, key)
	}
	if err := s.put(t, o.Ref.ID, "Epic Link", core.Empty(core.KindReference)); err != nil || !s.shows(t, o.Ref.ID, "Epic Link").IsEmpty() {
		t.Errorf("taken out of the epic: %v, %v", s.shows(t, o.Ref.ID, "Epic Link"), err)
	}
	if err := s.put(t, o.Ref.ID, "Epic Link", core.Reference("", key)); err != nil || s.shows(t, o.Ref.ID, "Epic Link").ID() != id {
		t.Errorf("put back by its key: %v, %v", s.shows(t, o.Ref.ID, "Epic Link"), err)
	}
	var invalid *connectors.InvalidError
	if err := s.put(t, o.Ref.ID, "Epic Link", core.Reference("999999", "")); !errors.As(err, &invalid) || invalid.Fields["Epic Link"] == "" {
		t.Errorf("an epic that is not there: %v, want its field named", err)
	}
}

func TestSprintsOnDataCenter(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	open, active := s.sprintsOf(t, "active,future"), s.sprintsOf(t, "active")
	d, err := s.conn.Describe(t.Context(), bug())
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := d.Find("Sprint"); !ok || f.ReadOnly || len(f.Options) != len(open) {
		t.Errorf("the field of sprints is %+v; want %d open sprints", f, len(open))
	}
	if f, ok := d.Find("Rank"); ok && !f.ReadOnly {
		t.Errorf("the rank is %+v; only boards change it", f)
	}
	o := s.make(t, "ENG", nil)
	for name, id := range active {
		if err := s.put(t, o.Ref.ID, "Sprint", core.Option("", name)); err != nil {
			t.Fatal(err)
		}
		if v := s.shows(t, o.Ref.ID, "Sprint"); v.ID() != id || v.Name() != name {
			t.Errorf("the issue is in %v, want %s %s", v, id, name)
		}
		s.person(t, "POST", "/rest/agile/1.0/sprint/"+id, map[string]string{"state": "closed"})
		if err := s.put(t, o.Ref.ID, "Sprint", core.Empty(core.KindOption)); err == nil || !strings.Contains(err.Error(), "closed sprint") {
			t.Errorf("taken out of a closed sprint: %v", err)
		}
	}
}

func TestWikiTextKeepsWhatPeopleWroteOnDataCenter(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	o := s.make(t, "ENG", nil)
	text := "h2. Title\n\n* *one*\n* [two|https://two.example]\n\n{code:go}\nx := 1\n{code}"
	s.person(t, "PUT", s.api+"/issue/"+o.Ref.ID, map[string]any{"fields": map[string]any{"description": text}})
	v := s.shows(t, o.Ref.ID, "description")
	if v.Format() != string(richtext.Wiki) || !strings.Contains(v.Source(), "*one*") {
		t.Fatalf("the description is read as %v", v)
	}
	n, ops := s.count(t, func() {
		if err := s.put(t, o.Ref.ID, "description", v); err != nil {
			t.Fatal(err)
		}
	})
	if n != 1 {
		t.Errorf("%v: what was read is written back", ops)
	}
	html := core.Text(string(richtext.HTML), "<p>Some <strong>bold</strong> text</p>")
	if err := s.put(t, o.Ref.ID, "description", html); err != nil {
		t.Fatal(err)
	}
	got := s.person(t, "GET", s.api+"/issue/"+o.Ref.ID, nil)["fields"].(map[string]any)["description"]
	if got != "Some *bold* text" {
		t.Errorf("people see %q", got)
	}
}

func TestPeopleGoByUserNameOnDataCenter(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	grace, err := s.conn.ResolveUser(t.Context(), bug(), core.Person("", "grace@acme.example", ""))
	if err != nil || grace.ID() != "grace" || grace.Email() != "grace@acme.example" {
		t.Fatalf("found %v, %v; want the user name grace", grace, err)
	}
	o := s.make(t, "ENG", map[string]core.Value{"assignee": grace})
	if v := s.shows(t, o.Ref.ID, "assignee"); v.ID() != "grace" {
		t.Errorf("assigned to %v", v)
	}
	if _, err := s.conn.ResolveUser(t.Context(), bug(), core.Person("", "nobody@acme.example", "")); !errors.Is(err, connectors.ErrNotFound) {
		t.Errorf("nobody is %v", err)
	}
	who, err := s.conn.Self(t.Context())
	if err != nil || who.ID() != "sync" {
		t.Errorf("the account is %v, %v", who, err)
	}
}

func TestPeopleWhomTextsMentionAreToldOnDataCenter(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	o := s.make(t, "ENG", nil)
	s.person(t, "POST", s.api+"/issue/"+o.Ref.ID+"/comment", map[string]string{"body": "Ask [~grace], not [~nobody]"})
	got, err := s.conn.Get(t.Context(), o.Ref.ID, all())
	if err != nil || len(got.People) != 1 || got.People[0].ID() != "grace" || got.People[0].Email() != "grace@acme.example" {
		t.Errorf("people %v, %v", got.People, err)
	}
}

func TestCheckTellsWhatTheAccountMayOnDataCenter(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	findings := s.conn.Check(t.Context(), bug())
	if len(findings) < 5 {
		t.Errorf("the check found only %+v", findings)
	}
	for _, f := range findings {
		if f.State == connectors.Wrong || f.Saw == "" {
			t.Errorf("the account of the site may do all that is needed: %+v", f)
		}
	}
}

func TestHistoryTellsWhenFieldsChangedOnDataCenter(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	o := s.make(t, "ENG", nil)
	s.pass(time.Minute)
	s.person(t, "PUT", s.api+"/issue/"+o.Ref.ID, map[string]any{"fields": map[string]any{"summary": "by a person", "customfield_10032": "R-7"}})
	s.pass(time.Minute)
	if err := s.put(t, o.Ref.ID, "priority", core.Option("", "Low")); err != nil {
		t.Fatal(err)
	}
	got, err := s.conn.Get(t.Context(), o.Ref.ID, connectors.Want{Fields: []string{"summary", "Support ref", "priority"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"summary", "Support ref"} {
		if !got.Changed[name].Before(got.Changed["priority"]) || got.Changed[name].IsZero() {
			t.Errorf("%s changed at %v, the priority at %v", name, got.Changed[name], got.Changed["priority"])
		}
	}
	if !slices.Equal(got.Ours, []string{"priority"}) {
		t.Errorf("our own changes are %v", got.Ours)
	}
}

// TestWebhooksOfDataCenter registers one and reads what the site then sends: a comment comes twice, once without an issue.
func TestWebhooksOfDataCenter(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	calls := make(chan connectors.WebhookCall, 20)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		calls <- connectors.WebhookCall{Method: r.Method, Header: r.Header, Body: body, Now: s.now()}
	}))
	t.Cleanup(receiver.Close)
	for range 2 {
		if err := s.conn.EnsureWebhook(t.Context(), receiver.URL, secret); err != nil {
			t.Fatal(err)
		}
	}
	o := s.make(t, "ENG", nil)
	s.person(t, "POST", s.api+"/issue/"+o.Ref.ID+"/comment", map[string]string{"body": "from a person"})
	seen := map[core.HintKind]int{}
	ids := map[string]bool{}
	for range 3 {
		select {
		case call := <-calls:
			w, err := s.conn.ParseWebhook(call, "sync")
			if err != nil || len(w.Hints) != 1 || w.Hints[0].Ref.ID != o.Ref.ID {
				t.Fatalf("%s: %+v, %v; want a hint at the issue", call.Body, w, err)
			}
			h := w.Hints[0]
			seen[h.Kind]++
			ids[string(sum(call.Body))] = true
			if h.Own != (h.Kind == core.HintCreated) {
				t.Errorf("own is %v: %s", h.Own, call.Body)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("the site sent only %v", seen)
		}
	}
	if seen[core.HintCreated] != 1 || seen[core.HintComments] != 2 || len(ids) != 3 {
		t.Errorf("the calls told of %v in %d bodies; want one new issue and a comment twice", seen, len(ids))
	}
	var hooks []map[string]any
	req, err := http.NewRequest("GET", s.url+"/rest/jira-webhook/1.0/webhooks", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+adaToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&hooks); err != nil || len(hooks) != 1 {
		t.Errorf("%d webhooks are registered (%v), want one", len(hooks), err)
	}
}

func sum(b []byte) []byte { s := sha256.Sum256(b); return s[:] }

// TestTheServersSamplesAreRead holds the connector of Data Center to bodies that real servers sent.
func TestTheServersSamplesAreRead(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	for _, x := range []struct {
		file, issue string
		kind        core.HintKind
		actor       string
		reason      string
	}{
		{"server.comment_created.json", "10013", core.HintComments, "example.user", "the issue is in the comment's address only"},
		{"server.jira_issue_updated.commented.json", "10013", core.HintComments, "example.user", "the same comment, with its issue"},
		{"server.jira_issue_updated.resolved.json", "10300", core.HintChanged, "admin", "a change of two fields"},
	} {
		body, err := os.ReadFile(filepath.Join(contract.VendorDir(t, "jira"), "webhooks", x.file))
		if err != nil {
			t.Fatal(err)
		}
		w, err := s.conn.ParseWebhook(signed(body, s.now()), x.actor)
		if err != nil || len(w.Hints) != 1 {
			t.Errorf("%s: %+v, %v", x.reason, w, err)
			continue
		}
		if h := w.Hints[0]; h.Ref.ID != x.issue || h.Kind != x.kind || !h.Own {
			t.Errorf("%s: %+v", x.reason, h)
		}
	}
}
