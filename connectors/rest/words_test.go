package rest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/connectors/rest"
	"duplex/core"
	"duplex/core/richtext"
)

func deskBy(t *testing.T, url, who, readers string, now func() time.Time, over http.RoundTripper) *rest.Connector {
	t.Helper()
	c, err := rest.New(connectors.Config{Now: now, HTTP: &http.Client{Transport: over}, System: core.System{Name: "desk", Kind: "rest", BaseURL: url,
		Auth: map[string]string{"client_id": who, "client_secret": "desk-client-secret"}, Webhook: map[string]string{"secret": hookSecret},
		Settings: map[string]string{"manifest": "desk.yaml", "readers": readers},
		Files:    map[string]string{"desk.yaml": manifestOf(t, "../../schemas/examples/manifest/valid/desk.yaml")}}})
	if err != nil {
		t.Fatal(err)
	}
	return c.(*rest.Connector)
}

func html(text string) core.Value {
	s, _ := richtext.Convert(richtext.Plain, richtext.HTML, text)
	return core.Text("html", s)
}

// TestConformanceOfDesk is the suite over the words that neither Redmine nor GitHub needs.
func TestConformanceOfDesk(t *testing.T) {
	conformance.Run(t, conformance.Suite{Name: "desk", New: deskInstance,
		Capabilities: []string{"Deleter", "Commenter", "CommentEditor", "CommentDeleter", "CommentNarrower", "CommentFinder", "AttachmentOpener", "Attacher",
			"AttachmentDeleter", "AttachmentFinder", "Finder", "Searcher", "FieldFinder", "UserResolver", "NameResolver", "Identifier", "Starter", "WebhookParser"}})
}

func deskInstance(t *testing.T) conformance.Instance {
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	s := httptest.NewServer(newDesk(now))
	t.Cleanup(s.Close)
	faulty := &conformance.Faulty{Spare: func(r *http.Request) bool { return r.URL.Path == "/oauth/token" }}
	c, ada := deskBy(t, s.URL, "sync", "public", now, faulty), deskBy(t, s.URL, "ada", "public", now, nil)
	scope := map[string]string{"queue": "first"}
	person := func(who, name string) core.Value {
		return core.Person(deskPeople[who]["uid"].(string), who+"@acme.example", name)
	}
	tick := func(*testing.T) { ahead.Add(int64(50 * time.Millisecond)) }
	day := time.Date(2027, 5, 1, 9, 30, 0, 0, time.UTC)
	return conformance.Instance{
		Connector: c, Type: connectors.ItemType{Type: "ticket", Scope: scope},
		Draft: func(n int) core.Draft {
			return core.Draft{Type: "ticket", Scope: scope, Fields: map[string]core.Value{"title": core.String(fmt.Sprintf("printer %d", n)), "text": html("It smokes."),
				"state": core.Option("", "Done"), "source": core.String("phone"), "effort": core.Int(3)}}
		},
		Samples: map[string][2]core.Value{
			"title": {core.String("one"), core.String("two")}, "text": {html("first"), html("second\nline")},
			"state":    {core.Option("1", "New"), core.Option("3", "Done")},
			"priority": {core.Option("2", "High"), core.Option("1", "Low")},
			"owner":    {person("ada", "Ada Lovelace"), person("grace", "Grace Hopper")},
			"tags":     {core.Strings("a", "b"), core.Strings("c")},
			"areas":    {core.Set(core.Option("Web", "Web"), core.Option("API", "API")), core.Set(core.Option("Mobile", "Mobile"))},
			"steps":    {core.List(core.String("b"), core.String("a")), core.List(core.String("a"), core.String("b"))},
			"urgent":   {core.Bool(true), core.Bool(false)},
			"due":      {core.DateTime(day), core.DateTime(day.Add(time.Hour))},
			"effort":   {core.Int(5), core.Int(8)},
			"parent":   {core.Reference("1", ""), core.Reference("2", "")},
		},
		Title: "title", Cleared: "due", Body: html, Plain: func(v core.Value) string { return richtext.PlainText(richtext.HTML, v.Source()) },
		Known: person("grace", "Grace Hopper"),
		Search: conformance.Search{Query: func(w string) string { return w }, Wrong: "!", PageOf: 50, Fields: []string{"title", "tags"}, Refused: "text",
			Elsewhere: map[string]string{"queue": "second"}},
		Person: conformance.By(ada, html),
		Tick:   tick, Settle: tick,
		Fault: func(_ *testing.T, f conformance.Fault) { faulty.Fail(f) },
		WebhookBody: func(id string) []byte {
			return fmt.Appendf(nil, `{"call":"c1","about":"ticket","no":%s,"by":{"uid":"u2"},"what":"changed","at":1777629000000}`, id)
		},
		SignedCall: deskCall,
		Secrets:    []string{"desk-client-secret", hookSecret},
	}
}

func deskCall(body []byte) connectors.WebhookCall {
	now := time.Now()
	stamp := fmt.Sprint(now.Unix())
	m := hmac.New(sha256.New, []byte(hookSecret))
	m.Write([]byte(stamp + "." + string(body)))
	h := http.Header{}
	h.Set("X-Desk-Time", stamp)
	h.Set("X-Desk-Signature", base64.StdEncoding.EncodeToString(m.Sum(nil)))
	return connectors.WebhookCall{Method: http.MethodPost, Header: h, Body: body, Now: now}
}

// TestAnOldCallIsForged: the time is signed, so a call that was overheard is not good for ever.
func TestAnOldCallIsForged(t *testing.T) {
	c := deskBy(t, "https://desk.example", "sync", "public", time.Now, nil)
	call := deskCall([]byte(`{"about":"ticket","no":7}`))
	if _, err := c.ParseWebhook(call, ""); err != nil {
		t.Fatal(err)
	}
	call.Now = call.Now.Add(6 * time.Minute)
	if _, err := c.ParseWebhook(call, ""); connectors.Class(err) != "forged" {
		t.Errorf("a call of six minutes ago came out as %v", err)
	}
	call = deskCall([]byte(`{"about":"machine","no":7}`))
	if w, err := c.ParseWebhook(call, ""); err != nil || len(w.Hints) > 0 || !strings.Contains(w.Note, "not about items") {
		t.Errorf("a call about something else: %+v, %v", w, err)
	}
}
