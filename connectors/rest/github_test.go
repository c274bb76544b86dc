package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/connectors/rest"
	"duplex/core"
	"duplex/core/richtext"
	emulator "duplex/emulators/github"
	"duplex/emulators/harness/contract"
)

const hookSecret = "a webhook secret"

func manifestOf(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func githubBy(t *testing.T, url, token string, now func() time.Time, over http.RoundTripper) *rest.Connector {
	t.Helper()
	c, err := rest.New(connectors.Config{Now: now, HTTP: &http.Client{Transport: over}, System: core.System{Name: "hub", Kind: "rest", BaseURL: url,
		Auth: map[string]string{"token": token}, Webhook: map[string]string{"secret": hookSecret}, Settings: map[string]string{"manifest": "github.yaml"},
		Files: map[string]string{"github.yaml": manifestOf(t, "testdata/github.yaml")}}})
	if err != nil {
		t.Fatal(err)
	}
	return c.(*rest.Connector)
}

// TestConformanceOfGitHub is the suite over a manifest of other words: pages by links, a mark in the text, ids of several parts.
func TestConformanceOfGitHub(t *testing.T) {
	conformance.Run(t, conformance.Suite{Name: "github by a manifest", New: hub,
		Capabilities: []string{"Commenter", "CommentEditor", "CommentDeleter", "CommentFinder", "Finder", "UserResolver", "Identifier", "Starter", "WebhookParser"},
		Skips: map[string]string{
			"Update/TakesAUserByEMail": "a person is an element of a set here, which the test does not write",
		}})
}

func hub(t *testing.T) conformance.Instance {
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	e, err := emulator.New(emulator.Options{Clock: now, Limits: emulator.NoLimits()})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(e.Handler())
	t.Cleanup(func() { s.Close(); e.Close() })
	e.SetBaseURL(s.URL)
	faulty := &conformance.Faulty{}
	c, ada := githubBy(t, s.URL, emulator.TokenSync, now, faulty), githubBy(t, s.URL, emulator.TokenAda, now, nil)
	scope := map[string]string{"owner": "acme", "repo": "app"}
	person := func(id int, login string) core.Value { return core.Person(fmt.Sprint(id), "", login) }
	_, linus := person(emulator.UserGrace, "grace"), person(emulator.UserLinus, "linus")
	tick := func(*testing.T) { ahead.Add(int64(2 * time.Second)) }
	asPerson := conformance.By(ada, markdown)
	asPerson.Delete = func(t *testing.T, id string) { // the vendor lets nobody do it by a call
		body := fmt.Sprintf(`{"repo":"acme/app","number":%s}`, id[strings.LastIndexByte(id, '/')+1:])
		resp, err := http.Post(s.URL+"/_control/delete", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	return conformance.Instance{
		Connector: c, Type: connectors.ItemType{Type: "issue", Scope: scope},
		Draft: func(n int) core.Draft {
			return core.Draft{Type: "issue", Scope: scope, Fields: map[string]core.Value{"title": core.String(fmt.Sprintf("printer %d", n)), "body": markdown("It smokes.")}}
		},
		Samples: map[string][2]core.Value{
			"title":     {core.String("one"), core.String("two")},
			"body":      {markdown("first"), markdown("second\nline")},
			"state":     {core.Option("closed", "closed"), core.Option("open", "open")},
			"labels":    {core.Strings("bug", "urgent"), core.Strings("web")},
			"assignees": {core.Set(person(emulator.UserAda, "ada")), core.Set(linus)},
		},
		Title: "title", Cleared: "body", Body: markdown,
		Plain:  func(v core.Value) string { return richtext.PlainText(richtext.Markdown, v.Source()) },
		Known:  core.Person(fmt.Sprint(emulator.UserLinus), "linus@acme.example", "linus"),
		Person: asPerson,
		Tick:   tick, Settle: tick,
		Fault: func(_ *testing.T, f conformance.Fault) { faulty.Fail(f) },
		WebhookBody: func(id string) []byte {
			return fmt.Appendf(nil, `{"action":"edited","issue":{"number":%s,"repository_url":"https://api.github.com/repos/acme/app","html_url":"x","updated_at":"2026-05-01T10:00:00Z"},"sender":{"id":1}}`, id[strings.LastIndexByte(id, '/')+1:])
		},
		ID:         func(number string) string { return "acme/app/" + number },
		SignedCall: func(body []byte) connectors.WebhookCall { return hubCall("issues", body) },
		Secrets:    []string{emulator.TokenSync, hookSecret},
	}
}

func hubCall(event string, body []byte) connectors.WebhookCall {
	h := http.Header{}
	h.Set("X-Hub-Signature-256", "sha256="+emulator.Sign(hookSecret, body))
	h.Set("X-GitHub-Event", event)
	h.Set("X-GitHub-Delivery", "delivery-1")
	return connectors.WebhookCall{Method: http.MethodPost, Path: "/webhooks/hub", Header: h, Body: body, Now: time.Now()}
}

// TestGitHubSamples: the vendor's own samples are read: the item, who did it, what happened.
func TestGitHubSamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(contract.VendorDir(t, "github"), "webhooks", "issue*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the vendor's documents hold no samples of issues: %v", err)
	}
	c := githubBy(t, "https://api.github.example", "x", time.Now, nil)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var say struct {
			Action string
			Issue  struct {
				Number    int
				UpdatedAt string          `json:"updated_at"`
				Pull      json.RawMessage `json:"pull_request"`
			}
			Sender struct{ ID int }
		}
		if err := json.Unmarshal(b, &say); err != nil {
			t.Fatal(err)
		}
		event, _, _ := strings.Cut(filepath.Base(f), ".")
		if len(say.Issue.Pull) > 0 {
			if w, err := c.ParseWebhook(hubCall(event, b), ""); err != nil || len(w.Hints) > 0 || w.Note == "" {
				t.Errorf("%s is about a pull request: %+v, %v", filepath.Base(f), w, err)
			}
			continue
		}
		w, err := c.ParseWebhook(hubCall(event, b), fmt.Sprint(say.Sender.ID))
		if err != nil || len(w.Hints) != 1 || w.ID != "delivery-1" {
			t.Errorf("%s: %+v, %v", filepath.Base(f), w, err)
			continue
		}
		h := w.Hints[0]
		wantKind := core.HintChanged
		switch {
		case event == "issue_comment":
			wantKind = core.HintComments
		case say.Action == "opened":
			wantKind = core.HintCreated
		case say.Action == "deleted":
			wantKind = core.HintDeleted
		}
		if !h.Own || h.Kind != wantKind || !strings.HasSuffix(h.Ref.ID, fmt.Sprintf("/%d", say.Issue.Number)) || event == "issues" && h.Revision != say.Issue.UpdatedAt {
			t.Errorf("%s: %+v", filepath.Base(f), h)
		}
	}
}
