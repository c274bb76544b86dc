package freshservice_test

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/connectors/freshservice"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/harness"

	emulator "duplex/emulators/freshservice"
)

var update = flag.Bool("update", false, "rewrite docs/features.md and docs/contracts.md")

const unquotable = "the vendor's query language has no way to write a quotation mark or a backslash in a value, so that such a value is refused"

func TestConformance(t *testing.T) {
	doc := document(t) // read once, it is long
	f := conformance.Run(t, conformance.Suite{
		Name: "freshservice",
		Capabilities: []string{
			"Deleter", "Commenter", "CommentEditor", "CommentDeleter", "CommentFinder", "AttachmentOpener", "Attacher", "AttachmentDeleter", "AttachmentFinder",
			"Finder", "Searcher", "FieldFinder", "UserResolver", "NameResolver", "Identifier", "Starter", "WebhookParser",
		},
		New: func(t *testing.T) conformance.Instance { return instance(t, newAccount(t, doc)) },
		Skips: map[string]string{
			"Changes/ShowADeletion":             "deleted tickets are in no list but filter=deleted, of which the vendor does not say that updated_since holds for it",
			"Match/TakesValuesAsTheyAre":        unquotable,
			"Webhook/WithABadSignatureIsForged": "the vendor signs nothing: a word in a header is all there is, whatever the body says",
		},
	})
	if !t.Failed() {
		conformance.Record(t, f, *update)
		doc.Record(t, "freshservice", *update)
	}
}

var ticketType = connectors.ItemType{Type: "ticket", Scope: map[string]string{"workspace_id": "2"}}

func htmlOf(text string) core.Value {
	html, _ := richtext.Convert(richtext.Plain, richtext.HTML, text)
	return core.Text("html", html)
}

func plainOf(v core.Value) string { return richtext.PlainText(richtext.HTML, v.Source()) }

func person(id int64, who, name string) core.Value {
	return core.Person(fmt.Sprint(id), who+"@acme.example", name)
}

func instance(t *testing.T, a *account) conformance.Instance {
	c, ada := a.connector(emulator.TokenSync, "mark_field", "sync_key"), a.connector(emulator.TokenAda, "mark_field", "sync_key")
	check := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	day := func(s string) core.Value { v, err := core.Date(s); check(t, err); return v }
	return conformance.Instance{
		Connector: c, Type: ticketType,
		Draft: func(n int) core.Draft {
			return core.Draft{Type: "ticket", Scope: map[string]string{"workspace_id": "2"}, Fields: map[string]core.Value{
				"subject": core.String(fmt.Sprintf("printer %d on fire", n)), "description": htmlOf("It began at noon.\nNow it smokes."),
				"priority": core.Option("", "High"), "tags": core.Strings("hardware", "smoke"), "site": core.String(fmt.Sprint("case ", n)),
			}}
		},
		Samples: map[string][2]core.Value{
			"subject":        {core.String("one"), core.String("two")},
			"site":           {core.String("1.2.3"), core.String("2.0")},
			"description":    {htmlOf("the first"), htmlOf("the second")},
			"status":         {core.Option("3", "Pending"), core.Option("6", "With vendor")},
			"priority":       {core.Option("4", "Urgent"), core.Option("1", "Low")},
			"urgency":        {core.Option("3", "High"), core.Option("1", "Low")},
			"category":       {core.Option("Hardware", "Hardware"), core.Option("Software", "Software")},
			"group":          {core.Option(fmt.Sprint(emulator.GroupService), "Service Desk"), core.Option(fmt.Sprint(emulator.GroupNetworks), "Networks")},
			"tags":           {core.Strings("a", "b"), core.Strings("c")},
			"agent":          {person(emulator.UserGrace, "grace", "Grace Hopper"), person(emulator.UserLinus, "linus", "Linus Pauling")},
			"weather_server": {core.Option("Rain", "Rain"), core.Option("Größe XL", "Größe XL")},
			"vip":            {core.Bool(true), core.Bool(false)},
			"seats":          {core.Int(12), core.Int(7)},
			"go_live":        {day("2026-05-01"), day("2026-06-02")},
			"details":        {core.String("several\nlines"), core.String("one")},
		},
		Search: conformance.Search{
			Query: func(word string) string { return "site:'" + word + "'" }, Wrong: "colour:'red'", PageOf: 30,
			Fields: []string{"site", "tags"}, Refused: "description", Elsewhere: map[string]string{"workspace_id": "3"},
		},
		Title: "site", Cleared: "weather_server", Body: htmlOf, Plain: plainOf,
		Attributes: []string{"requester.email", "requester.name"},
		Known:      person(emulator.UserTriage, "triage", "Triage Desk"),
		Person:     somebody(ada),
		Settle:     func(*testing.T) { a.pass(5 * time.Minute) },
		Tick:       func(*testing.T) { a.pass(2 * time.Second) },
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
				a.fault(harness.Fault{Kind: harness.KindDrop, Method: http.MethodPost, Times: 1})
			}
		},
		WebhookBody: func(id string) []byte { return fmt.Appendf(nil, `{"ticket_id": %q}`, id) },
		SignedCall:  func(body []byte) connectors.WebhookCall { return carrying(body, hookSecret, a.now()) },
		Secrets:     []string{emulator.TokenSync, hookSecret},
	}
}

// somebody works in the vendor's own pages, that is without marks.
func somebody(ada *freshservice.Connector) conformance.Person {
	check := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	return conformance.Person{
		Create: func(t *testing.T, d core.Draft) string {
			o, err := ada.Create(t.Context(), d)
			check(t, err)
			return o.Ref.ID
		},
		Edit: func(t *testing.T, id string, fields map[string]core.Value) {
			_, err := ada.Update(t.Context(), id, core.Patch{Fields: fields}, "", connectors.Want{})
			check(t, err)
		},
		Comment: func(t *testing.T, id, text string, audience core.Audience) {
			_, err := ada.AddComment(t.Context(), id, core.CommentDraft{Body: htmlOf(text), Visibility: core.Visibility{Audience: audience}})
			check(t, err)
		},
		Attach: func(t *testing.T, id, name string, content []byte) {
			_, err := ada.Attach(t.Context(), id, core.AttachmentDraft{
				Name: name, MediaType: "text/plain", Size: int64(len(content)), Visibility: core.Visibility{Audience: core.Internal},
			}, bytes.NewReader(content))
			check(t, err)
		},
		Delete: func(t *testing.T, id string) { check(t, ada.Delete(t.Context(), id)) },
	}
}

// carrying is a webhook call with a word in the header.
func carrying(body []byte, word string, at time.Time) connectors.WebhookCall {
	h := http.Header{}
	h.Set("X-Webhook-Secret", word)
	return connectors.WebhookCall{Method: http.MethodPost, Path: "/hooks/desk", Header: h, Body: body, Now: at}
}
