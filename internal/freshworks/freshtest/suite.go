package freshtest

import (
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/core"
	"duplex/emulators/harness"
)

// Capabilities are what both connectors can do.
var Capabilities = []string{
	"Deleter", "Commenter", "CommentEditor", "CommentDeleter", "CommentFinder", "AttachmentOpener", "Attacher", "AttachmentDeleter", "AttachmentFinder",
	"Finder", "Searcher", "FieldFinder", "UserResolver", "NameResolver", "Identifier", "Starter", "WebhookParser",
}

// Suite is the conformance suite for a product's tickets.
func Suite(kind string, instance func(t *testing.T) conformance.Instance) conformance.Suite {
	return conformance.Suite{
		Name: kind, Capabilities: Capabilities, New: instance,
		Skips: map[string]string{
			"Changes/ShowADeletion":             "deleted tickets are in no list but filter=deleted, of which the vendor does not say that updated_since holds for it",
			"Match/TakesValuesAsTheyAre":        "the vendor's query language has no way to write a quotation mark or a backslash in a value, so that such a value is refused",
			"Webhook/WithABadSignatureIsForged": "the vendor signs nothing: a word in a header is all there is, whatever the body says",
		},
	}
}

// Profile is what a product's tickets differ in.
type Profile struct {
	Sync, Ada string // keys of the sync and of a person
	Settings  []string
	Scope     map[string]string
	Line      string                   // a custom field of one line of text
	Chosen    string                   // a custom field with options
	Samples   map[string][2]core.Value // beside those of fields that are alike
	Elsewhere map[string]string        // a scope in which there is nothing
	Grace     core.Value
	Linus     core.Value
	Known     core.Value // somebody else who works for the account
}

// Instance is an account as the suite sees it.
func (a *Account[C]) Instance(p Profile) conformance.Instance {
	samples := map[string][2]core.Value{
		"subject":     {core.String("one"), core.String("two")},
		p.Line:        {core.String("1.2.3"), core.String("2.0")},
		"description": {HTML("the first"), HTML("the second")},
		"priority":    {core.Option("4", "Urgent"), core.Option("1", "Low")},
		"tags":        {core.Strings("a", "b"), core.Strings("c")},
		"agent":       {p.Grace, p.Linus},
	}
	maps.Copy(samples, p.Samples)
	c := a.Connector(p.Sync, p.Settings...)
	return conformance.Instance{
		Connector: c, Type: connectors.ItemType{Type: "ticket", Scope: p.Scope},
		Draft: func(n int) core.Draft {
			return core.Draft{Type: "ticket", Scope: p.Scope, Fields: map[string]core.Value{
				"subject": core.String(fmt.Sprintf("printer %d on fire", n)), "description": HTML("It began at noon.\nNow it smokes."),
				"priority": core.Option("", "High"), "tags": core.Strings("hardware", "smoke"), p.Line: core.String(fmt.Sprint("case ", n)),
			}}
		},
		Samples: samples,
		Search: conformance.Search{
			Query: func(word string) string { return p.Line + ":'" + word + "'" }, Wrong: "colour:'red'", PageOf: 30,
			Fields: []string{p.Line, "tags"}, Refused: "description", Elsewhere: p.Elsewhere,
		},
		Title: p.Line, Cleared: p.Chosen, Body: HTML, Plain: Plain,
		Attributes:  []string{"requester.email", "requester.name"},
		Known:       p.Known,
		Person:      conformance.By(a.Connector(p.Ada, p.Settings...), HTML),
		Settle:      func(*testing.T) { a.Pass(5 * time.Minute) },
		Tick:        func(*testing.T) { a.Pass(2 * time.Second) },
		Fault:       func(_ *testing.T, f conformance.Fault) { a.Fault(faults[f]) },
		WebhookBody: func(id string) []byte { return fmt.Appendf(nil, `{"ticket_id": %q}`, id) },
		SignedCall:  func(body []byte) connectors.WebhookCall { return Carrying(body, HookSecret, a.Now()) },
		Secrets:     []string{p.Sync, HookSecret},
	}
}

var faults = map[conformance.Fault]harness.Fault{
	conformance.Denied:     {Kind: harness.KindStatus, Status: http.StatusUnauthorized},
	conformance.Throttled:  {Kind: harness.KindThrottle, RetryAfter: conformance.ThrottledFor},
	conformance.Failing:    {Kind: harness.KindStatus, Status: http.StatusInternalServerError},
	conformance.TimesOut:   {Kind: harness.KindTimeout, Delay: "10ms"},
	conformance.LostAnswer: {Kind: harness.KindDrop, Method: http.MethodPost, Times: 1},
}
