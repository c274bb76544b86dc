package zendesk_test

import (
	"flag"
	"fmt"
	"net/http"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/harness"
	emulator "duplex/emulators/zendesk"
)

var update = flag.Bool("update", false, "rewrite docs/features.md")

func TestConformance(t *testing.T) {
	doc := document(t) // read once, it is long
	f := conformance.Run(t, conformance.Suite{
		Name: "zendesk",
		Capabilities: []string{
			"Deleter", "Commenter", "InlineCommenter", "InlineCreator", "CommentNarrower", "CommentRedactor", "CommentFinder", "AttachmentOpener", "Attacher", "AttachmentDeleter", "AttachmentFinder", "Finder", "Searcher", "FieldFinder",
			"UserResolver", "NameResolver", "Identifier", "BatchGetter", "Starter", "WebhookParser", "WebhookRegistrar",
		},
		New: func(t *testing.T) conformance.Instance { return instance(t, newAccountUnder(t, doc)) },
	})
	if !t.Failed() {
		conformance.Record(t, f, *update)
		doc.Record(t, "zendesk", *update)
	}
}

var ticketType = connectors.ItemType{Type: "ticket"}

func htmlOf(text string) core.Value {
	html, _ := richtext.Convert(richtext.Plain, richtext.HTML, text)
	return core.Text("html", html)
}

func plainOf(v core.Value) string { return richtext.PlainText(richtext.HTML, v.Source()) }

func instance(t *testing.T, a *account) conformance.Instance {
	c, ada := a.connector("sync"), a.connector("ada")
	check := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d, err := c.Describe(t.Context(), ticketType)
	check(t, err)
	area, _ := d.Find(fieldName(t, c, emulator.FieldProductArea))
	platforms, _ := d.Find(fieldName(t, c, emulator.FieldPlatforms))
	day := func(s string) core.Value { v, err := core.Date(s); check(t, err); return v }
	person := func(id int64, who, name string) core.Value {
		return core.Person(fmt.Sprint(id), who+"@acme.example", name)
	}
	return conformance.Instance{
		Connector: c, Type: ticketType,
		Draft: func(n int) core.Draft {
			return core.Draft{Type: "ticket", Fields: map[string]core.Value{
				"subject": core.String(fmt.Sprintf("printer %d on fire", n)), "description": htmlOf("It began at noon.\nNow it smokes."),
				"priority": core.Option("high", "high"), "tags": core.Strings("hardware", "smoke"),
				area.Name: core.Option("", area.Options[0].Name()),
			}}
		},
		Samples: map[string][2]core.Value{
			"subject":      {core.String("one"), core.String("two")},
			"status":       {core.Option("pending", "pending"), core.Option("open", "open")},
			"priority":     {core.Option("urgent", "urgent"), core.Option("low", "low")},
			"type":         {core.Option("incident", "incident"), core.Option("question", "question")},
			"tags":         {core.Strings("a", "b"), core.Strings("c")},
			"assignee":     {person(emulator.UserGrace, "grace", "Grace Hopper"), person(emulator.UserLinus, "linus", "Linus Pauling")},
			area.Name:      {area.Options[0], area.Options[1]},
			platforms.Name: {core.Set(platforms.Options[0]), core.Set(platforms.Options[1])},
			fieldName(t, c, emulator.FieldRegression): {core.Bool(true), core.Bool(false)},
			fieldName(t, c, emulator.FieldBuild):      {core.String("1.2.3"), core.String("2.0")},
			fieldName(t, c, emulator.FieldAffected):   {core.Int(12), core.Int(7)},
			fieldName(t, c, emulator.FieldDueFix):     {day("2026-05-01"), day("2026-06-02")},
		},
		Search: conformance.Search{
			Query: func(word string) string { return "type:ticket subject:\"" + word + "\"" }, Wrong: "type:user fire", PageOf: 2,
			Fields: []string{"subject", fieldName(t, c, emulator.FieldBuild), "tags"}, Refused: "description",
			Elsewhere: map[string]string{"brand_id": "1"},
		},
		Title: "subject", Cleared: "priority", Body: htmlOf, Plain: plainOf,
		Attributes: []string{"requester.email", "requester.name"},
		Known:      person(emulator.UserTriage, "triage", "Triage Desk"),
		Person:     conformance.By(ada, htmlOf),
		Settle:     func(*testing.T) { a.Pass(2 * time.Minute) },
		Tick:       func(*testing.T) { a.Pass(2 * time.Second) },
		Fault: func(_ *testing.T, f conformance.Fault) {
			switch f {
			case conformance.Denied:
				a.fault(harness.Fault{Kind: harness.KindStatus, Status: http.StatusUnauthorized})
			case conformance.Throttled:
				a.fault(harness.Fault{Kind: harness.KindThrottle, RetryAfter: conformance.ThrottledFor})
			case conformance.Failing:
				a.fault(harness.Fault{Kind: harness.KindStatus, Status: http.StatusInternalServerError})
			case conformance.TimesOut:
				a.fault(harness.Fault{Kind: harness.KindTimeout, Delay: "10ms"})
			case conformance.LostAnswer:
				a.fault(harness.Fault{Kind: harness.KindDrop, Method: http.MethodPost, Path: `^/api/v2/tickets$`, Times: 1})
				a.fault(harness.Fault{Kind: harness.KindDrop, Method: http.MethodPut, Path: `^/api/v2/tickets/\d+$`, Times: 1})
			}
		},
		WebhookBody: func(id string) []byte {
			return fmt.Appendf(nil, `{"id":"event-1","type":"zen:event-type:ticket.subject_changed","subject":"zen:ticket:%s","detail":{"id":%q}}`, id, id)
		},
		SignedCall: func(body []byte) connectors.WebhookCall { return signed(body, a.Now()) },
		Secrets:    []string{"zd-token-sync", signingSecret},
	}
}

func signed(body []byte, at time.Time) connectors.WebhookCall {
	stamp := at.Format(time.RFC3339)
	h := http.Header{}
	h.Set("X-Zendesk-Webhook-Signature-Timestamp", stamp)
	h.Set("X-Zendesk-Webhook-Signature", emulator.Sign(signingSecret, stamp, body))
	h.Set("X-Zendesk-Webhook-Invocation-Id", "invocation-1")
	return connectors.WebhookCall{Method: http.MethodPost, Path: "/hooks/support", Header: h, Body: body, Now: at}
}
