package servicenow_test

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/core"
	"duplex/emulators/harness"
)

var update = flag.Bool("update", false, "rewrite docs/features.md")

func TestConformance(t *testing.T) {
	doc := document(t)
	f := conformance.Run(t, conformance.Suite{
		Name: "servicenow",
		Capabilities: []string{"Deleter", "Commenter", "CommentFinder", "AttachmentOpener", "Attacher", "AttachmentDeleter", "AttachmentFinder", "Finder",
			"Searcher", "FieldFinder", "UserResolver", "NameResolver", "Identifier", "BatchGetter", "Starter", "WebhookParser"},
		New: func(t *testing.T) conformance.Instance { return instance(t, newRigUnder(t, doc)) },
	})
	if !t.Failed() {
		conformance.Record(t, f, *update)
		doc.Record(t, "servicenow", *update)
	}
}

func instance(t *testing.T, r *rig) conformance.Instance {
	c, ada := r.connector("sync"), r.connector("ada")
	check := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	day := func(s string) core.Value { v, err := core.Date(s); check(t, err); return v }
	decimal := func(s string) core.Value { v, err := core.Number(s); check(t, err); return v }
	at := func(s string) core.Value {
		v, err := time.Parse(time.RFC3339, s)
		check(t, err)
		return core.DateTime(v)
	}
	return conformance.Instance{
		Connector: c, Type: incident,
		Draft: func(n int) core.Draft { d := draft(n); d.Mark = ""; return d },
		Samples: map[string][2]core.Value{
			"short_description": {core.String("one"), core.String("two")},
			"description":       {core.String("one line"), core.String("two\nlines")},
			"u_summary":         {core.Text("html", "<p>one <strong>bold</strong></p>"), core.Text("html", "<p>two</p>")},
			"state":             {core.Option("2", "In Progress"), core.Option("1", "New")},
			"impact":            {core.Option("1", "1 - High"), core.Option("3", "3 - Low")},
			"urgency":           {core.Option("1", "1 - High"), core.Option("3", "3 - Low")},
			"category":          {core.Option("hardware", "Hardware"), core.Option("software", "Software")},
			"u_area":            {core.Option("mobile", "Mobile"), core.Option("backend", "Backend")},
			"u_customer_ref":    {core.String("A-1"), core.String("B-2")},
			"u_channel":         {core.String("chat"), core.String("a fair in May")},
			"u_effort":          {core.Int(12), core.Int(7)},
			"u_cost":            {decimal("12.5"), decimal("7.25")},
			"u_vip":             {core.Bool(true), core.Bool(false)},
			"u_start":           {day("2026-05-01"), day("2026-06-02")},
			"u_due":             {at("2026-05-01T10:00:00Z"), at("2026-06-02T23:30:00Z")},
			"assigned_to":       {grace, linus},
			"u_reviewers":       {core.Set(grace, linus), core.Set(triage)},
		},
		Search: conformance.Search{
			Query: func(word string) string { return "short_description=" + word }, Wrong: "no_such_column=1", PageOf: 20,
			Fields: []string{"short_description", "u_link"}, Refused: "u_summary", Elsewhere: map[string]string{"category": "network"},
		},
		Title: "short_description", Cleared: "u_area", Body: journal, Plain: journalPlain,
		Attributes: []string{"caller_id.email", "caller_id.name"},
		Known:      triage,
		Person: conformance.Person{
			Create: func(t *testing.T, d core.Draft) string {
				o, err := ada.Create(t.Context(), d)
				check(t, err)
				return o.Ref.ID
			},
			Edit: func(t *testing.T, id string, fields map[string]core.Value) {
				_, err := ada.Update(t.Context(), id, core.Patch{Fields: fields}, "", connectors.Want{Type: incident})
				check(t, err)
			},
			Comment: func(t *testing.T, id, text string, audience core.Audience) {
				_, err := ada.AddComment(t.Context(), id, core.CommentDraft{Body: journal(text), Visibility: core.Visibility{Audience: audience}})
				check(t, err)
			},
			Attach: func(t *testing.T, id, name string, content []byte) {
				_, err := ada.Attach(t.Context(), id, core.AttachmentDraft{Name: name, MediaType: "text/plain", Size: int64(len(content)),
					Visibility: core.Visibility{Audience: core.Internal}}, bytes.NewReader(content))
				check(t, err)
			},
			Delete: func(t *testing.T, id string) { check(t, ada.Delete(t.Context(), id)) },
		},
		Tick: func(*testing.T) { r.Pass(2 * time.Second) },
		Fault: func(_ *testing.T, f conformance.Fault) {
			switch f {
			case conformance.Denied:
				r.fault(harness.Fault{Kind: harness.KindRevoked})
			case conformance.Throttled:
				r.fault(harness.Fault{Kind: harness.KindThrottle, RetryAfter: conformance.ThrottledFor})
			case conformance.Failing:
				r.fault(harness.Fault{Kind: harness.KindStatus, Status: http.StatusInternalServerError})
			case conformance.TimesOut:
				r.fault(harness.Fault{Kind: harness.KindTimeout, Delay: "10ms"})
			case conformance.LostAnswer:
				r.fault(harness.Fault{Kind: harness.KindDrop, Method: http.MethodPost, Path: `^/api/now/table/incident$`, Times: 1})
				r.fault(harness.Fault{Kind: harness.KindDrop, Method: http.MethodPatch, Path: `^/api/now/table/incident/`, Times: 1})
			}
		},
		WebhookBody: func(id string) []byte {
			return fmt.Appendf(nil, `{"table":"incident","sys_id":%q,"number":"INC1","operation":"update","sys_updated_on":"2026-03-01 12:00:00","sys_updated_by":"ada.lovelace","sys_mod_count":"7","event_id":"event-1"}`, id)
		},
		SignedCall: func(body []byte) connectors.WebhookCall { return signedCall(body, r.Now()) },
		Secrets:    []string{"sn-password-sync", secret},
	}
}
