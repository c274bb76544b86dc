package asana_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"net/http"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/core"
	"duplex/core/richtext"
	emulator "duplex/emulators/asana"
	"duplex/emulators/harness"
)

var update = flag.Bool("update", false, "rewrite docs/features.md and docs/contracts.md")

var capabilities = []string{
	"Deleter", "Commenter", "CommentEditor", "CommentDeleter", "CommentFinder", "AttachmentOpener", "Attacher", "AttachmentDeleter", "AttachmentFinder",
	"Finder", "Searcher", "FieldFinder", "UserResolver", "NameResolver", "Identifier", "BatchGetter", "Starter", "WebhookParser", "WebhookRegistrar",
}

// signed is a call as Asana sends it to a webhook whose secret is the administrator's.
func signed(body []byte, now time.Time) connectors.WebhookCall { return signedWith(secret, body, now) }

func signedWith(key string, body []byte, now time.Time) connectors.WebhookCall {
	m := hmac.New(sha256.New, []byte(key))
	m.Write(body)
	h := http.Header{}
	h.Set("X-Hook-Signature", hex.EncodeToString(m.Sum(nil)))
	return connectors.WebhookCall{Method: http.MethodPost, Header: h, Body: body, Now: now}
}

func instance(t *testing.T, system func(string) core.System) conformance.Instance {
	s := newSite(t, system)
	s.page = 2
	known, err := s.conn.ResolveUser(t.Context(), bugs, core.Person("", "grace@acme.example", ""))
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
	number := func(text string) core.Value {
		v, err := core.Number(text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	return conformance.Instance{
		Connector: s.conn, Type: bugs,
		Draft: func(n int) core.Draft {
			return core.Draft{Type: "task", Scope: bugs.Scope, Fields: map[string]core.Value{
				"name": core.String(fmt.Sprintf("item %d", n)), "notes": body("a description"), "tags": core.Strings("fresh"),
				"section": core.Option("", "In progress"), "Priority": core.Option("", "Medium"), "assignee": known}}
		},
		Samples: map[string][2]core.Value{
			"name":         {core.String("one"), core.String("two")},
			"notes":        {body("one\ntwo"), body("three")},
			"completed":    {core.Bool(true), core.Bool(false)},
			"section":      {core.Option("", "Done"), core.Option("", "New")},
			"assignee":     {known, core.Person("", "triage@acme.example", "")},
			"due_on":       {date("2026-05-11"), date("2027-01-02")},
			"tags":         {core.Strings("red", "green"), core.Strings("green", "blue")},
			"Priority":     {core.Option("", "High"), core.Option("", "Low")},
			"Platforms":    {core.Set(core.Option("", "Web"), core.Option("", "iOS")), core.Set(core.Option("", "iOS"), core.Option("", "Android"))},
			"Story points": {number("1.5"), number("8")},
			"Reported on":  {date("2026-01-02"), date("2026-02-03")},
		},
		Title: "name", Cleared: "due_on", Body: body,
		Plain: func(v core.Value) string { return richtext.PlainText(richtext.Asana, v.Source()) },
		Person: conformance.Person{
			Create: func(t *testing.T, d core.Draft) string {
				return s.as(t, emulator.TokenAda, "POST", "/tasks", map[string]any{"name": d.Fields["name"].Source(), "projects": []string{emulator.ProjectBugs}})["gid"].(string)
			},
			Edit: s.edit,
			Comment: func(t *testing.T, id, text string, _ core.Audience) {
				s.as(t, emulator.TokenAda, "POST", "/tasks/"+id+"/stories", map[string]string{"html_text": body(text).Source()})
			},
			Attach: s.attach,
			Delete: func(t *testing.T, id string) { s.as(t, emulator.TokenAda, "DELETE", "/tasks/"+id, nil) },
		},
		Known: known, Attributes: []string{"created_by.name", "created_by.email", "assignee.name", "assignee.email"},
		Search: conformance.Search{
			Query: func(word string) string { return "text=" + word }, Wrong: "colour=red", PageOf: 2,
			Fields: []string{"name", "tags"}, Refused: "notes", Elsewhere: map[string]string{"project": emulator.ProjectRoadmap},
		},
		Settle: func(*testing.T) { s.pass(time.Minute) },
		Tick:   func(*testing.T) { s.pass(10 * time.Millisecond) },
		Fault: func(t *testing.T, f conformance.Fault) {
			s.fault(t, map[conformance.Fault]harness.Fault{
				conformance.Denied:     {Kind: harness.KindRevoked},
				conformance.Throttled:  {Kind: harness.KindThrottle, RetryAfter: conformance.ThrottledFor},
				conformance.Failing:    {Kind: harness.KindStatus, Status: 500},
				conformance.TimesOut:   {Kind: harness.KindTimeout, Delay: "50ms"},
				conformance.LostAnswer: {Kind: harness.KindDrop, Method: "POST", Path: `^/api/1.0/tasks(/[0-9]+/stories)?$`, Times: 1},
			}[f])
		},
		WebhookBody: func(id string) []byte {
			return []byte(fmt.Sprintf(`{"events":[{"user":{"gid":"1","resource_type":"user"},"created_at":"2026-05-20T14:00:00.000Z","action":"changed","resource":{"gid":%q,"resource_type":"task"},"parent":null,"change":{"field":"name","action":"changed"}}]}`, id))
		},
		SignedCall: func(body []byte) connectors.WebhookCall { return signed(body, s.now()) },
		Secrets:    []string{emulator.ClientSecret, emulator.RefreshSync, emulator.TokenSyncPAT, secret, "a secret of the admin"},
	}
}

func TestConformance(t *testing.T) {
	doc := vendor(t)
	f := conformance.Run(t, conformance.Suite{Name: "asana", Capabilities: capabilities,
		New:   func(t *testing.T) conformance.Instance { return instance(t, oauth) },
		Skips: map[string]string{"Search/FindsWhatTheQuerySays": "Asana's search for texts finds longer words as well, and has no way to ask for one word alone"}})
	if !t.Failed() {
		conformance.Record(t, f, *update)
		doc.Record(t, "asana", *update)
	}
}

// TestConformanceWithToken: with a personal access token a custom field keeps marks.
func TestConformanceWithToken(t *testing.T) {
	conformance.Run(t, conformance.Suite{Name: "asana", Capabilities: capabilities, New: func(t *testing.T) conformance.Instance { return instance(t, token) },
		Skips: map[string]string{"Search/FindsWhatTheQuerySays": "Asana's search for texts finds longer words as well, and has no way to ask for one word alone"}})
}
