package salesforce_test

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/connectors/salesforce"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/harness"
	emulator "duplex/emulators/salesforce"
)

var update = flag.Bool("update", false, "rewrite docs/features.md and docs/contracts.md")

var capabilities = []string{
	"Deleter", "Commenter", "CommentEditor", "CommentDeleter", "CommentNarrower", "AttachmentOpener", "Attacher", "AttachmentDeleter",
	"AttachmentFinder", "Finder", "Searcher", "FieldFinder", "UserResolver", "NameResolver", "Identifier", "BatchGetter", "Starter", "WebhookParser",
}

const noWait = "Salesforce does not say how long to wait"

func TestConformance(t *testing.T) {
	doc := document(t) // read once, it is long
	f := conformance.Run(t, conformance.Suite{Name: "salesforce", Capabilities: capabilities,
		Skips: map[string]string{"Errors/ThrottlingIsBusyWithTheWait": noWait},
		New: func(t *testing.T) conformance.Instance {
			a := newOrganizationUnder(t, doc)
			return instance(t, a, a.connector("sync"), a.connector("ada"))
		}})
	if !t.Failed() {
		conformance.Record(t, f, *update)
		doc.Record(t, "salesforce", *update)
	}
}

// TestConformanceOfPosts is the suite with posts of the feed as comments, which end in their marks.
func TestConformanceOfPosts(t *testing.T) {
	doc := document(t)
	conformance.Run(t, conformance.Suite{Name: "salesforce", Capabilities: append([]string{"CommentFinder"}, capabilities...),
		Skips: map[string]string{"Errors/ThrottlingIsBusyWithTheWait": noWait, "Comments/CanBeShownToFewer": "the readers of a post cannot be changed",
			"Text/CommentsKeepTheirText": "posts have paragraphs and no line breaks"},
		New: func(t *testing.T) conformance.Instance {
			a := newOrganizationUnder(t, doc)
			sync, ada := a.system("sync"), a.system("ada")
			sync.Settings["comments"], ada.Settings["comments"], sync.Settings["comment_marks"] = "feed", "feed", "on"
			return instance(t, a, a.with(sync), a.with(ada))
		}})
}

var caseType = connectors.ItemType{Type: "Case"}

func instance(t *testing.T, a *organization, c, ada *salesforce.Connector) conformance.Instance {
	check := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	format := richtext.Format(c.Facts().RichText)
	body := func(text string) core.Value {
		s, _ := richtext.Convert(richtext.Plain, format, text)
		return core.Text(string(format), s)
	}
	day := func(s string) core.Value { v, err := core.Date(s); check(t, err); return v }
	number := func(s string) core.Value { v, err := core.Number(s); check(t, err); return v }
	person := func(id, who, name string) core.Value { return core.Person(id, who+"@acme.example", name) }
	return conformance.Instance{
		Connector: c, Type: caseType,
		Draft: func(n int) core.Draft {
			return core.Draft{Type: "Case", Fields: map[string]core.Value{
				"Subject": core.String(fmt.Sprintf("printer %d on fire", n)), "Description": core.Text("plain", "It began at noon.\nNow it smokes."),
				"Priority": core.Option("High", "High"), "Contact": core.Reference(emulator.ContactCarla, ""),
			}}
		},
		Samples: map[string][2]core.Value{
			"Subject":  {core.String("one"), core.String("two")},
			"Status":   {core.Option("Working", "Working"), core.Option("New", "New")},
			"Priority": {core.Option("Medium", "Medium"), core.Option("Low", "Low")},
			"Owner":    {person(emulator.UserGrace, "grace", "Grace Hopper"), person(emulator.UserLinus, "linus", "Linus Pauling")},

			"Description":       {core.Text("plain", "one\ntwo"), core.Text("plain", "three")},
			"Analysis__c":       {core.Text("html-salesforce", "<p><strong>bold</strong></p>"), core.Text("html-salesforce", "<p>plain</p>")},
			"Severity__c":       {core.Option("S1", "S1"), core.Option("S2", "S2")},
			"Platforms__c":      {core.Set(core.Option("iOS", "iOS"), core.Option("Web", "Web")), core.Set(core.Option("Desktop", "Desktop"))},
			"Affected_Users__c": {core.Int(12), core.Int(7)},
			"Refund__c":         {number("12.5"), number("0.75")},
			"Confirmed__c":      {core.Bool(true), core.Bool(false)},
			"Due_Date__c":       {day("2026-05-01"), day("2026-06-02")},
			"Respond_By__c":     {core.DateTime(time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)), core.DateTime(time.Date(2026, 5, 2, 8, 30, 0, 0, time.UTC))},
			"Tracker_URL__c":    {core.String("https://a.example/1"), core.String("https://a.example/2")},
			"Reviewer__r":       {person(emulator.UserAda, "ada", "Ada Lovelace"), person(emulator.UserLinus, "linus", "Linus Pauling")},
			"RecordType":        {core.Option(emulator.RecordTypeProduct, "Product"), core.Option(emulator.RecordTypeSupport, "Support")},
		},
		Search: conformance.Search{
			Query: func(word string) string { return "Subject = '" + word + "'" }, Wrong: "Nothing__c = 'x'", PageOf: 2,
			Fields: []string{"Subject", "Tracker_Key__c"}, Refused: "Description", Elsewhere: map[string]string{"RecordType": emulator.RecordTypeProduct},
		},
		Title: "Subject", Cleared: "Priority", Body: body,
		Plain:      func(v core.Value) string { return richtext.PlainText(richtext.Format(v.Format()), v.Source()) },
		Attributes: []string{"Owner.Email", "Contact.Name"},
		Known:      person(emulator.UserTriage, "triage", "Triage Desk"),
		Person: conformance.Person{
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
				_, err := ada.AddComment(t.Context(), id, core.CommentDraft{Body: body(text), Visibility: core.Visibility{Audience: audience}})
				check(t, err)
			},
			Attach: func(t *testing.T, id, name string, content []byte) {
				_, err := ada.Attach(t.Context(), id, core.AttachmentDraft{
					Name: name, MediaType: "text/plain", Size: int64(len(content)), Visibility: core.Visibility{Audience: core.Internal},
				}, bytes.NewReader(content))
				check(t, err)
			},
			Delete: func(t *testing.T, id string) { check(t, ada.Delete(t.Context(), id)) },
		},
		Settle: func(*testing.T) { a.Pass(5 * time.Minute) },
		Tick:   func(*testing.T) { a.Pass(2 * time.Second) },
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
				a.fault(harness.Fault{Kind: harness.KindDrop, Method: http.MethodPatch, Path: `/sobjects/Case/`, Times: 1})
				a.fault(harness.Fault{Kind: harness.KindDrop, Method: http.MethodPost, Path: `/sobjects/(CaseComment|FeedItem)$`, Times: 1})
			}
		},
		WebhookBody: func(id string) []byte {
			return fmt.Appendf(nil, `{"ChangeEventHeader":{"entityName":"Case","recordIds":[%q],"changeType":"UPDATE","transactionKey":"k","sequenceNumber":1}}`, id)
		},
		SignedCall: func(body []byte) connectors.WebhookCall { return signed(body, a.Now()) },
		Secrets:    []string{emulator.ClientSecret, webhookSecret, emulator.TokenSync},
	}
}

// signed is a call as an event relay makes it.
func signed(body []byte, at time.Time) connectors.WebhookCall {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h := http.Header{}
	h.Set("X-Duplex-Timestamp", stamp)
	h.Set("X-Duplex-Signature", emulator.Sign(webhookSecret, stamp, body))
	return connectors.WebhookCall{Method: http.MethodPost, Path: "/webhooks/crm", Header: h, Body: body, Now: at}
}
