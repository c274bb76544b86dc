package jira_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/connectors/jira"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/harness"
	"duplex/emulators/harness/contract"
	emulator "duplex/emulators/jira"
)

var update = flag.Bool("update", false, "rewrite docs/features.md")

var capabilities = []string{
	"Deleter", "Commenter", "CommentEditor", "CommentDeleter", "CommentNarrower", "CommentFinder", "Worklogger", "WorklogEditor", "WorklogDeleter", "WorklogFinder", "AttachmentOpener", "Attacher", "AttachmentDeleter", "AttachmentFinder",
	"Finder", "Searcher", "FieldFinder", "UserResolver", "NameResolver", "Identifier", "BatchGetter", "Starter", "WebhookParser", "WebhookRegistrar",
}

// exceptions are the parts of the vendor's document that are known to be wrong.
var exceptions = []contract.Exception{
	{Contains: `doesn't match the format "date-time"`, Reason: "the vendor writes offsets without a colon, also in the document's own examples"},
	{Contains: "failed to decode response body: EOF", Reason: "the document gives the empty 204 a JSON type"},
	{Contains: `property "error" is unsupported`, Reason: "an answer of the fault injector, not of the vendor"},
	{Contains: "Value is not nullable", Reason: "an empty field is null in every answer and sample; the document knows no null"},
	{Operation: "GET /rest/webhooks/1.0/webhook", Reason: "webhooks of administrators are documented in prose, not in the REST v3 document"},
	{Operation: "POST /rest/webhooks/1.0/webhook", Reason: "webhooks of administrators are documented in prose, not in the REST v3 document"},
	{Operation: "POST /rest/api/3/issue/{issueIdOrKey}/attachments", Contains: "request: ", Reason: "the document describes the multipart form as an array of Java objects"},
}

// vendor is the vendor's document, with what it leaves out of worklogs.
func vendor(t *testing.T) *contract.Doc {
	t.Helper()
	return contract.Load(t, "jira", "openapi-agile.json").With(t, "testdata/openapi-worklogs.json").Except(exceptions...)
}

const (
	adaToken = "ada-api-token"
	secret   = "the webhook secret"
)

// site is one emulated site with a connector that signs in as the integration's account. With settings.deployment datacenter both are of
// Data Center, and people sign in by user name.
type site struct {
	url   string
	api   string // where the platform's operations are
	rich  richtext.Format
	emu   *emulator.Emulator
	ahead atomic.Int64 // how far the site's clock is ahead of the machine's
	conn  *jira.Connector
}

func (s *site) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

func (s *site) pass(d time.Duration) { s.ahead.Add(int64(d)) }

const indexLag = 3 * time.Second

func newSite(t *testing.T, doc *contract.Doc, settings map[string]string) *site {
	t.Helper()
	s := &site{api: "/rest/api/3", rich: richtext.ADF}
	auth := map[string]string{"email": "sync@acme.example", "token": "sync-api-token"}
	if settings["deployment"] == "datacenter" {
		s.api, s.rich, auth = "/rest/api/2", richtext.Wiki, map[string]string{"method": "pat", "token": "sync-api-token"}
	}
	emu, err := emulator.New(emulator.Options{Clock: s.now, Seed: 1, IndexLag: indexLag, DataCenter: s.rich == richtext.Wiki,
		Limits: emulator.Limits{Get: -1, Post: -1, Put: -1, Delete: -1, IssueShort: -1, IssueLong: -1}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(emu.Handler())
	t.Cleanup(func() { server.Close(); emu.Close() })
	emu.SetBaseURL(server.URL)
	s.emu, s.url = emu, server.URL
	k, err := connectors.Lookup("jira")
	if err != nil {
		t.Fatal(err)
	}
	c, err := k.New(connectors.Config{
		System: core.System{Name: "jira-acme", Kind: "jira", BaseURL: server.URL,
			Auth:    auth,
			Webhook: map[string]string{"secret": secret}, Settings: settings},
		HTTP: &http.Client{Transport: apiOnly{doc.Transport(t, nil)}, Timeout: 2 * time.Second},
		Now:  s.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.conn = c.(*jira.Connector)
	return s
}

// apiOnly checks calls of the API; the media host, where downloads are redirected to, and Data Center's addresses of files are not part of
// the vendor's documents.
type apiOnly struct{ checked http.RoundTripper }

func (a apiOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Path, "/media/") || strings.HasPrefix(r.URL.Path, "/secure/") {
		return http.DefaultTransport.RoundTrip(r)
	}
	if strings.HasSuffix(r.URL.Path, "/search/jql") || strings.HasSuffix(r.URL.Path, "/api/2/search") {
		if err := smallPage(r); err != nil {
			return nil, err
		}
	}
	return a.checked.RoundTrip(r)
}

// smallPage asks for two issues at once where a search lists by the time of creation, as Jira may give fewer than asked.
func smallPage(r *http.Request) error {
	var in map[string]any
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return err
	}
	if jql, _ := in["jql"].(string); strings.Contains(jql, "ORDER BY created") {
		in["maxResults"] = 2
	}
	b, err := json.Marshal(in)
	r.Body, r.ContentLength, r.GetBody = io.NopCloser(bytes.NewReader(b)), int64(len(b)), nil
	return err
}

// person calls the vendor's API as Ada.
func (s *site) person(t *testing.T, method, path string, in any) map[string]any {
	t.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	return s.send(t, method, path, bytes.NewReader(b), "application/json")
}

func (s *site) send(t *testing.T, method, path string, body io.Reader, contentType string) map[string]any {
	t.Helper()
	req, err := http.NewRequest(method, s.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(map[richtext.Format]string{richtext.ADF: "ada@acme.example", richtext.Wiki: "ada"}[s.rich], adaToken)
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("X-Atlassian-Token", "no-check")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		t.Fatalf("a person's %s %s: %d %s %v", method, path, resp.StatusCode, b, err)
	}
	var out map[string]any
	_ = json.Unmarshal(b, &out) // an array or nothing is fine too
	return out
}

func toADF(text string) json.RawMessage {
	s, _ := richtext.Convert(richtext.Plain, richtext.ADF, text)
	return json.RawMessage(s)
}

// written is a plain text as people's requests hold it.
func (s *site) written(text string) any {
	if s.rich == richtext.Wiki {
		return text
	}
	return toADF(text)
}

// text is a plain text in normal form.
func (s *site) text(text string) core.Value {
	source, _ := richtext.Convert(richtext.Plain, s.rich, text)
	return core.Text(string(s.rich), richtext.Normal(s.rich, source))
}

func (s *site) edit(t *testing.T, id string, fields map[string]core.Value) {
	t.Helper()
	out := map[string]any{}
	for name, v := range fields {
		switch v.Kind() {
		case core.KindSet:
			all := []any{}
			for _, it := range v.Items() {
				if name == "components" {
					all = append(all, map[string]string{"name": it.Name()})
				} else {
					all = append(all, it.Source())
				}
			}
			out[name] = all
		default:
			out[name] = v.Source()
		}
	}
	s.person(t, "PUT", s.api+"/issue/"+id, map[string]any{"fields": out})
}

func instance(doc *contract.Doc, project string, settings map[string]string) func(t *testing.T) conformance.Instance {
	return func(t *testing.T) conformance.Instance {
		s := newSite(t, doc, settings)
		known, err := s.conn.ResolveUser(t.Context(), connectors.ItemType{}, core.Person("", "grace@acme.example", ""))
		if err != nil {
			t.Fatal(err)
		}
		date := func(day string) core.Value {
			v, err := core.Date(day)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		return conformance.Instance{
			Connector: s.conn,
			Type:      connectors.ItemType{Type: "issue", Scope: map[string]string{"project": project, "issuetype": "Bug"}},
			Draft: func(n int) core.Draft {
				return core.Draft{Type: "issue", Scope: map[string]string{"project": project, "issuetype": "Bug"},
					Fields: map[string]core.Value{
						"summary":     core.String(fmt.Sprintf("item %d", n)),
						"description": s.text("a description"),
						"labels":      core.Strings("fresh"),
					}}
			},
			Samples: map[string][2]core.Value{
				"summary":     {core.String("one"), core.String("two")},
				"description": {s.text("one\ntwo"), s.text("three")},
				"status":      {core.Option("", "In Progress"), core.Option("", "Done")},
				"priority":    {core.Option("", "High"), core.Option("", "Low")},
				"labels":      {core.Strings("red", "green"), core.Strings("green", "blue")},
				"assignee":    {known, core.Person("", "triage@acme.example", "")},
				"duedate":     {date("2026-05-11"), date("2027-01-02")},
			},
			Title: "summary", Cleared: "duedate",
			Body:  s.text,
			Plain: func(v core.Value) string { return richtext.PlainText(s.rich, v.Source()) },
			Person: conformance.Person{
				Create: func(t *testing.T, d core.Draft) string {
					return s.person(t, "POST", s.api+"/issue", map[string]any{"fields": map[string]any{
						"project": map[string]string{"key": project}, "issuetype": map[string]string{"name": "Bug"},
						"summary": d.Fields["summary"].Source()}})["id"].(string)
				},
				Edit: s.edit,
				Comment: func(t *testing.T, id, text string, a core.Audience) {
					s.person(t, "POST", s.api+"/issue/"+id+"/comment", map[string]any{"body": s.written(text),
						"properties": []any{map[string]any{"key": "sd.public.comment", "value": map[string]bool{"internal": a != core.Public}}}})
				},
				Work: func(t *testing.T, id string, started time.Time, seconds int64, text string) {
					s.person(t, "POST", s.api+"/issue/"+id+"/worklog", map[string]any{
						"started": started.Format("2006-01-02T15:04:05.000-0700"), "timeSpentSeconds": seconds, "comment": s.written(text)})
				},
				Attach: func(t *testing.T, id, name string, content []byte) {
					var b bytes.Buffer
					form := multipart.NewWriter(&b)
					part, err := form.CreateFormFile("file", name)
					if err != nil {
						t.Fatal(err)
					}
					part.Write(content)
					form.Close()
					s.send(t, "POST", s.api+"/issue/"+id+"/attachments", &b, form.FormDataContentType())
				},
				Delete: func(t *testing.T, id string) { s.person(t, "DELETE", s.api+"/issue/"+id, nil) },
			},
			Known:      known,
			Attributes: []string{"creator.name", "creator.email", "project.name"},
			Search: conformance.Search{
				Query: func(word string) string { return fmt.Sprintf("summary ~ %q ORDER BY updated DESC", word) }, Wrong: "summary ~", PageOf: 2,
				Fields: []string{"summary", "Support ref", "labels"}, Refused: "description",
				Elsewhere: map[string]string{"project": map[string]string{"ENG": "OPS", "OPS": "ENG"}[project], "issuetype": "Bug"},
			},
			Settle: func(*testing.T) { s.pass(indexLag + time.Second) },
			Tick:   func(*testing.T) { s.pass(1100 * time.Millisecond) },
			Fault:  s.fault,
			WebhookBody: func(id string) []byte {
				return []byte(fmt.Sprintf(`{"timestamp":1,"webhookEvent":"jira:issue_updated","issue":{"id":%q,"key":"ENG-1"}}`, id))
			},
			SignedCall: func(body []byte) connectors.WebhookCall { return signed(body, s.now()) },
			Secrets:    []string{"sync-api-token", secret, "a secret of the admin"},
		}
	}
}

func signed(body []byte, now time.Time) connectors.WebhookCall {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	h := http.Header{}
	h.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	h.Set("X-Atlassian-Webhook-Identifier", "delivery-1")
	return connectors.WebhookCall{Method: "POST", Header: h, Body: body, Now: now}
}

func (s *site) fault(t *testing.T, f conformance.Fault) {
	t.Helper()
	rule := map[conformance.Fault]harness.Fault{
		conformance.Denied:     {Kind: harness.KindStatus, Status: 401},
		conformance.Throttled:  {Kind: harness.KindThrottle, RetryAfter: conformance.ThrottledFor},
		conformance.Failing:    {Kind: harness.KindStatus, Status: 500},
		conformance.TimesOut:   {Kind: harness.KindTimeout, Delay: "50ms"},
		conformance.LostAnswer: {Kind: harness.KindDrop, Method: "POST", Path: `^/rest/api/[23]/issue(/[0-9]+/(comment|worklog))?$`, Times: 1},
	}[f]
	b, err := json.Marshal(rule)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(s.url+"/_control/faults", "application/json", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode >= 300 {
		t.Fatalf("the fault was not taken: %d", resp.StatusCode)
	}
}

func TestConformance(t *testing.T) {
	doc := vendor(t)
	f := conformance.Run(t, conformance.Suite{Name: "jira", Capabilities: capabilities, New: instance(doc, "ENG", nil),
		Skips: map[string]string{"Changes/ShowADeletion": "Jira's search does not list deleted issues; webhooks and the next read tell"}})
	if !t.Failed() {
		conformance.Record(t, f, *update)
		doc.Record(t, "jira", *update)
	}
}

func TestConformanceServiceProject(t *testing.T) {
	internal := "customers may see the files of a service project, so an internal file is refused"
	conformance.Run(t, conformance.Suite{Name: "jira", Capabilities: capabilities, New: instance(vendor(t), "OPS", nil),
		Skips: map[string]string{
			"Changes/ShowADeletion":     "Jira's search does not list deleted issues; webhooks and the next read tell",
			"Attachments/RoundTrip":     internal,
			"Attachments/AreFoundAgain": internal,
			"Attachments/CanBeDeleted":  internal,
		}})
}
