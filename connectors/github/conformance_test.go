package github_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/connectors/github"
	"duplex/core"
	"duplex/core/richtext"
	emulator "duplex/emulators/github"
	"duplex/emulators/harness"
	"duplex/emulators/harness/contract"
)

var update = flag.Bool("update", false, "rewrite docs/features.md")

const secret = "the webhook secret"

// account is one emulated GitHub with a connector that signs in as the integration's account.
type account struct {
	t     *testing.T
	doc   *contract.Doc
	emu   *emulator.Emulator
	url   string
	ahead atomic.Int64
	still atomic.Pointer[time.Time] // the time at which the clock was stopped; nil while it runs
	conn  *github.Connector
}

func (a *account) now() time.Time {
	at := time.Now()
	if still := a.still.Load(); still != nil {
		at = *still
	}
	return at.Add(time.Duration(a.ahead.Load()))
}

// stop stops the clock at a whole second; pass goes on to move it.
func (a *account) stop() {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	a.still.Store(&at)
	a.ahead.Store(0)
}

func (a *account) pass(d time.Duration) { a.ahead.Add(int64(d)) }

var shared struct {
	sync.Once
	doc *contract.Doc
}

// document is the vendor's document, read once: it is long.
func document(t *testing.T) *contract.Doc {
	t.Helper()
	shared.Do(func() { shared.doc = contract.Load(t, "github") })
	if shared.doc == nil {
		contract.VendorDir(t, "github")
	}
	return shared.doc
}

func newAccount(t *testing.T, doc *contract.Doc, opts emulator.Options) *account {
	t.Helper()
	a := &account{t: t, doc: doc}
	opts.Clock, opts.Seed = a.now, 1
	if opts.Limits == (emulator.Limits{}) {
		opts.Limits = emulator.NoLimits()
	}
	emu, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(emu.Handler())
	t.Cleanup(func() { server.Close(); emu.Close() })
	emu.SetBaseURL(server.URL)
	a.emu, a.url = emu, server.URL
	a.conn = a.connector(nil, nil)
	return a
}

// connector signs in with the integration's token unless auth says otherwise.
func (a *account) connector(auth, settings map[string]string) *github.Connector {
	a.t.Helper()
	if auth == nil {
		auth = map[string]string{"method": "token", "token": emulator.TokenSync}
	}
	all := map[string]string{"repositories": emulator.RepoWeb + ", " + emulator.RepoApp}
	for k, v := range settings {
		all[k] = v
	}
	c, err := github.New(connectors.Config{
		System: core.System{Name: "github-acme", Kind: "github", BaseURL: a.url, Auth: auth, Webhook: map[string]string{"secret": secret}, Settings: all},
		HTTP:   &http.Client{Transport: smallPages{a.doc.Transport(a.t, nil)}, Timeout: 2 * time.Second},
		Now:    a.now,
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return c.(*github.Connector)
}

// call calls the vendor's API as Ada, and decodes the answer into out.
func (a *account) call(method, path string, in, out any) {
	a.t.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		a.t.Fatal(err)
	}
	req, err := http.NewRequest(method, a.url+path, bytes.NewReader(b))
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+emulator.TokenAda)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		a.t.Fatalf("a person's %s %s: %d %s %v", method, path, resp.StatusCode, body, err)
	}
	if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			a.t.Fatal(err)
		}
	}
}

// number is the number of an issue by its id.
func number(id string) string { return id[strings.IndexByte(id, '-')+1:] }

func issuePath(repo, id string, more ...string) string {
	return "/repos/" + repo + "/issues/" + strings.Join(append([]string{number(id)}, more...), "/")
}

func markdown(text string) core.Value {
	md, _ := richtext.Convert(richtext.Plain, richtext.Markdown, text)
	return core.Text("markdown", md)
}

func plainOf(v core.Value) string { return richtext.PlainText(richtext.Markdown, v.Source()) }

func issues(repo string) connectors.ItemType {
	return connectors.ItemType{Type: "issue", Scope: map[string]string{"repository": repo}}
}

func (a *account) edit(repo, id string, fields map[string]core.Value) {
	a.t.Helper()
	in := map[string]any{}
	for name, v := range fields {
		switch v.Kind() {
		case core.KindSet:
			words := []string{}
			for _, w := range v.Items() {
				words = append(words, w.Source())
			}
			in[name] = words
		default:
			in[name] = v.Source()
		}
	}
	a.call("PATCH", issuePath(repo, id), in, nil)
}

func (a *account) fault(f harness.Fault) {
	if _, err := a.emu.Harness().AddFault(f); err != nil {
		a.t.Fatal(err)
	}
}

func (a *account) fails(f conformance.Fault) {
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
		a.fault(harness.Fault{Kind: harness.KindDrop, Method: http.MethodPost, Path: `/issues(/\d+/comments)?$`, Times: 1})
	}
}

// control uses the emulator's control API.
func (a *account) control(path string, in any) {
	a.t.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		a.t.Fatal(err)
	}
	resp, err := http.Post(a.url+"/_control/"+path, "application/json", bytes.NewReader(b))
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		text, _ := io.ReadAll(resp.Body)
		a.t.Fatalf("control %s: %d %s", path, resp.StatusCode, text)
	}
}

func (a *account) repoID(repo string) int64 {
	var r struct{ ID int64 }
	a.call("GET", "/repos/"+repo, nil, &r)
	return r.ID
}

func numberOf(a *account, id string) int {
	var n int
	if _, err := fmt.Sscan(number(id), &n); err != nil {
		a.t.Fatal(err)
	}
	return n
}

// asApp signs in as the GitHub App.
func asApp() map[string]string {
	return map[string]string{"method": "app", "app_id": fmt.Sprint(emulator.AppID), "private_key": emulator.AppKey}
}

// smallPages asks for two results at once in a search, as the vendor may give fewer than asked.
type smallPages struct{ next http.RoundTripper }

func (s smallPages) RoundTrip(r *http.Request) (*http.Response, error) {
	if q := r.URL.Query(); r.URL.Path == "/search/issues" && !strings.Contains(q.Get("q"), `"`) {
		r = r.Clone(r.Context())
		q.Set("per_page", "2")
		r.URL.RawQuery = q.Encode()
	}
	return s.next.RoundTrip(r)
}

func instance(t *testing.T, a *account, c *github.Connector) conformance.Instance {
	t.Helper()
	repo := emulator.RepoWeb // private: comments are for the team
	repoID := a.repoID(repo)
	person := func(id int, login, email string) core.Value { return core.Person(fmt.Sprint(id), email, login) }
	var ms struct{ Number int }
	a.call("POST", "/repos/"+repo+"/milestones", map[string]string{"title": "March"}, &ms)
	var other struct{ Number int }
	a.call("POST", "/repos/"+repo+"/milestones", map[string]string{"title": "April"}, &other)
	return conformance.Instance{
		Connector: c, Type: issues(repo),
		Draft: func(n int) core.Draft {
			return core.Draft{Type: "issue", Scope: map[string]string{"repository": repo}, Fields: map[string]core.Value{
				"title": core.String(fmt.Sprintf("printer %d on fire", n)), "body": markdown("It began at noon.\nNow it smokes."),
				"labels": core.Strings("fresh"), "type": core.Option("", "Bug"), "milestone": core.Option("", "March"),
			}}
		},
		Samples: map[string][2]core.Value{
			"title":     {core.String("one"), core.String("two")},
			"body":      {markdown("one\ntwo"), markdown("three")},
			"status":    {core.Option("not_planned", "not_planned"), core.Option("completed", "completed")},
			"labels":    {core.Strings("red", "green"), core.Strings("green", "blue")},
			"assignee":  {person(emulator.UserAda, "ada", ""), person(emulator.UserGrace, "grace", "")},
			"milestone": {core.Option(fmt.Sprint(ms.Number), "March"), core.Option(fmt.Sprint(other.Number), "April")},
			"type":      {core.Option(fmt.Sprint(emulator.TypeTask), "Task"), core.Option(fmt.Sprint(emulator.TypeFeature), "Feature")},
		},
		Search: conformance.Search{
			Query: func(word string) string { return word + " in:title" }, Wrong: strings.Repeat("a OR ", 8) + "b", PageOf: 2,
			Fields: []string{"title", "labels"}, Refused: "body", Elsewhere: map[string]string{"repository": emulator.RepoApp},
		},
		Title: "title", Cleared: "milestone", Body: markdown, Plain: plainOf,
		Attributes: []string{"milestone.state"},
		Known:      person(emulator.UserTriage, "triage-desk", "triage@acme.example"),
		Person: conformance.Person{
			Create: func(t *testing.T, d core.Draft) string {
				var made struct{ Number int }
				a.call("POST", "/repos/"+repo+"/issues", map[string]any{"title": d.Fields["title"].Source()}, &made)
				return fmt.Sprintf("%d-%d", repoID, made.Number)
			},
			Edit: func(t *testing.T, id string, fields map[string]core.Value) { a.edit(repo, id, fields) },
			Comment: func(t *testing.T, id, text string, _ core.Audience) {
				a.call("POST", issuePath(repo, id, "comments"), map[string]string{"body": text}, nil)
			},
			Delete: func(t *testing.T, id string) {
				a.control("delete", map[string]any{"repo": repo, "number": numberOf(a, id)})
			},
		},
		Settle: func(*testing.T) { a.pass(2 * time.Minute) },
		Tick:   func(*testing.T) { a.pass(2 * time.Second) },
		Fault:  func(_ *testing.T, f conformance.Fault) { a.fails(f) },
		ID:     func(n string) string { return fmt.Sprintf("%d-%s", repoID, n) },
		WebhookBody: func(id string) []byte {
			return fmt.Appendf(nil, `{"action":"edited","issue":{"id":1,"number":%s,"title":"x","state":"open"},"repository":{"id":%d,"full_name":%q},"sender":{"id":1}}`, number(id), repoID, repo)
		},
		SignedCall: func(body []byte) connectors.WebhookCall { return signed(body, "issues", a.now()) },
		Secrets:    []string{emulator.TokenSync, secret, "a secret of the admin"},
	}
}

func signed(body []byte, event string, at time.Time) connectors.WebhookCall {
	h := http.Header{}
	h.Set("X-Hub-Signature-256", "sha256="+emulator.Sign(secret, body))
	h.Set("X-GitHub-Event", event)
	h.Set("X-GitHub-Delivery", "delivery-1")
	h.Set("Content-Type", "application/json")
	return connectors.WebhookCall{Method: http.MethodPost, Path: "/hooks/github-acme", Header: h, Body: body, Now: at}
}

var capabilities = []string{
	"Commenter", "CommentEditor", "CommentDeleter", "CommentFinder", "Finder", "Searcher", "FieldFinder",
	"UserResolver", "NameResolver", "Identifier", "Starter", "WebhookParser", "WebhookRegistrar",
}

func TestConformance(t *testing.T) {
	doc := contract.Load(t, "github") // its own: what is recorded is what the suite calls
	f := conformance.Run(t, conformance.Suite{Name: "github", Capabilities: capabilities, New: func(t *testing.T) conformance.Instance {
		a := newAccount(t, doc, emulator.Options{})
		return instance(t, a, a.connector(asApp(), nil))
	}})
	if !t.Failed() {
		conformance.Record(t, f, *update)
		doc.Record(t, "github", *update)
	}
}

func TestConformanceWithAToken(t *testing.T) {
	doc := document(t)
	conformance.Run(t, conformance.Suite{Name: "github", Capabilities: capabilities, New: func(t *testing.T) conformance.Instance {
		a := newAccount(t, doc, emulator.Options{})
		return instance(t, a, a.conn)
	}, Skips: map[string]string{"Webhook/RegistersOnce": "webhooks are managed by a repository's admins, which this account is not"}})
}
