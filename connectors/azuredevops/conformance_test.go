package azuredevops_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/core"
	"duplex/core/richtext"
	emulator "duplex/emulators/azuredevops"
	"duplex/emulators/harness"
)

var capabilities = []string{
	"Deleter", "Commenter", "CommentEditor", "CommentDeleter", "CommentFinder", "AttachmentOpener", "Attacher", "AttachmentDeleter", "AttachmentFinder",
	"Finder", "Searcher", "FieldFinder", "UserResolver", "NameResolver", "Identifier", "BatchGetter", "Starter", "WebhookParser", "WebhookRegistrar",
}

var skips = map[string]string{
	"Webhook/WithABadSignatureIsForged": "Azure DevOps signs nothing: a call is known by the password of Basic authentication, whatever its body says; TestWebhooksNeedThePassword",
}

func TestConformance(t *testing.T) {
	doc := vendor(t)
	f := conformance.Run(t, conformance.Suite{
		Name:         "azuredevops",
		Capabilities: capabilities, Skips: skips,
		New: func(t *testing.T) conformance.Instance { return instance(t, newAccount(t, doc, emulator.Options{})) },
	})
	if !t.Failed() {
		conformance.Record(t, f, *update)
		doc.Record(t, "azuredevops", *update)
	}
}

// TestServer is the suite against Azure DevOps Server 2022 and 2020, which lie below a path and know older versions of the API.
func TestServer(t *testing.T) {
	doc := vendor(t)
	without := maps.Clone(skips)
	without["Attachments/CanBeDeleted"] = "Server has no call that destroys a file's content: the file leaves the item, and the content stays until the server cleans up; TestServerTakesFilesOff"
	for _, version := range []string{"7.0", "6.0"} {
		t.Run(version, func(t *testing.T) {
			conformance.Run(t, conformance.Suite{Name: "azuredevops server", Capabilities: capabilities, Skips: without, New: func(t *testing.T) conformance.Instance {
				return instance(t, newAccount(t, doc, emulator.Options{Server: version, VirtualDirectory: "tfs"}), "product", "server", "api_version", version)
			}})
		})
	}
}

func htmlOf(text string) core.Value {
	html, _ := richtext.Convert(richtext.Plain, richtext.HTMLAzure, text)
	return core.Text(string(richtext.HTMLAzure), html)
}

func plainOf(v core.Value) string { return richtext.PlainText(richtext.Format(v.Format()), v.Source()) }

func option(s string) core.Value { return core.Option(s, s) }

func instance(t *testing.T, a *account, settings ...string) conformance.Instance {
	a.t = t
	c, ada := a.connector(emulator.TokenSync, settings...), a.connector(emulator.TokenAda, settings...)
	c.Page(2)
	find := func(email string) core.Value {
		v, err := c.ResolveUser(t.Context(), bug, core.Person("", email, ""))
		check(t, err)
		return v
	}
	return conformance.Instance{
		Connector: c, Type: bug,
		Draft: func(n int) core.Draft {
			return core.Draft{Type: "workitem", Scope: bug.Scope, Fields: map[string]core.Value{
				"title": core.String(fmt.Sprintf("printer %d on fire", n)), "repro_steps": htmlOf("It began at noon.\nNow it smokes."),
				"severity": option("2 - High"), "tags": core.Strings("hardware", "smoke"),
			}}
		},
		Samples: map[string][2]core.Value{
			"title":       {core.String("one"), core.String("two")},
			"state":       {option("Active"), option("Resolved")},
			"severity":    {option("1 - Critical"), option("4 - Low")},
			"priority":    {option("1"), option("3")},
			"tags":        {core.Strings("a", "b"), core.Strings("c")},
			"assigned_to": {find("grace@acme.example"), find("ada@acme.example")},
			"description": {htmlOf("one\ntwo"), htmlOf("three")},
			"Customer":    {core.String("Globex"), core.String("Initech")},
			"Billable":    {core.Bool(true), core.Bool(false)},
			"Hours":       {core.Int(12), core.Int(7)},
			"hyperlinks":  {core.Strings("https://acme.example/1"), core.Strings("https://acme.example/2")},
			"Due On":      {core.DateTime(time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)), core.DateTime(time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC))},
		},
		Search: conformance.Search{
			Query: func(word string) string { return "[System.Title] = '" + word + "'" }, Wrong: "[No.Such] = 'x'", PageOf: 2,
			Fields: []string{"title", "Customer", "tags"}, Refused: "description",
			Elsewhere: map[string]string{"project": "Helpdesk", "type": "Bug"},
		},
		Title: "title", Cleared: "Customer", Body: htmlOf, Plain: plainOf,
		Attributes: []string{"created_by.email", "created_by.name"},
		Known:      find("triage@acme.example"),
		Person:     conformance.By(ada, htmlOf),
		Settle:     func(*testing.T) { a.pass(3 * time.Minute) },
		Tick:       func(*testing.T) { a.pass(10 * time.Millisecond) },
		Fault: func(_ *testing.T, f conformance.Fault) {
			switch f {
			case conformance.Denied:
				a.fault(harness.Fault{Kind: harness.KindRevoked})
			case conformance.Throttled:
				a.fault(harness.Fault{Kind: harness.KindThrottle, RetryAfter: conformance.ThrottledFor})
			case conformance.Failing:
				a.fault(harness.Fault{Kind: harness.KindStatus, Status: http.StatusInternalServerError})
			case conformance.TimesOut:
				a.fault(harness.Fault{Kind: harness.KindTimeout, Delay: "10ms"})
			case conformance.LostAnswer:
				a.fault(harness.Fault{Kind: harness.KindDrop, Method: http.MethodPost, Path: `/workitems/\$|/comments$`, Times: 1})
				a.fault(harness.Fault{Kind: harness.KindDrop, Method: http.MethodPatch, Times: 1})
			}
		},
		WebhookBody: func(id string) []byte {
			return fmt.Appendf(nil, `{"id":"event-1","eventType":"workitem.updated","resource":{"id":3,"workItemId":%s,"rev":3,"revision":{"id":%s,"rev":3}}}`, id, id)
		},
		SignedCall: func(body []byte) connectors.WebhookCall { return signed(body, a.now()) },
		Secrets:    []string{emulator.TokenSync, secret, base64.StdEncoding.EncodeToString([]byte(":" + emulator.TokenSync))},
	}
}

func signed(body []byte, at time.Time) connectors.WebhookCall {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth("duplex", secret)
	return connectors.WebhookCall{Method: http.MethodPost, Path: "/hooks/ado", Header: r.Header, Body: body, Now: at}
}
