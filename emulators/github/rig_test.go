package github

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"duplex/emulators/harness/contract"
)

// rig is an emulator with a clock the test moves, and a client checked against the vendor's document.
type rig struct {
	t   *testing.T
	e   *Emulator
	url string
	doc *contract.Doc
	http.Client

	mu  sync.Mutex
	now time.Time
}

var sharedDoc struct {
	sync.Once
	doc *contract.Doc
}

// newRig has no limits unless the options set some.
func newRig(t *testing.T, opts Options) *rig {
	t.Helper()
	r := &rig{t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	opts.Clock = r.clock
	opts.Limits = opts.Limits.over(NoLimits())
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(e.Handler())
	e.SetBaseURL(srv.URL)
	t.Cleanup(func() { srv.Close(); e.Close() })
	sharedDoc.Do(func() { sharedDoc.doc = contract.Load(t, "github") })
	if sharedDoc.doc == nil {
		contract.VendorDir(t, "github")
	}
	r.e, r.url, r.doc = e, srv.URL, sharedDoc.doc
	plain := &http.Transport{DisableKeepAlives: true}
	r.Client = http.Client{Transport: r.doc.Transport(t, plain),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if opts.Enterprise { // the document's paths have no prefix
		r.Client.Transport = plain
	}
	return r
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) pass(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

// answer is a response with its decoded body.
type answer struct {
	status int
	header http.Header
	raw    []byte
	body   any
}

// at follows keys and list positions: at("labels", 0, "name").
func (a answer) at(path ...any) any {
	v := a.body
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

func (a answer) text(path ...any) string { return fmt.Sprint(a.at(path...)) }

func (a answer) id() int64 { n, _ := a.at("id").(float64); return int64(n) }

// list gives that key of every entry of a list of objects.
func (a answer) list(key string, path ...any) []string {
	l, _ := a.at(path...).([]any)
	out := []string{}
	for _, one := range l {
		m, _ := one.(map[string]any)
		out = append(out, fmt.Sprint(m[key]))
	}
	return out
}

var tokens = map[string]string{"sync": TokenSync, "ada": TokenAda, "grace": TokenGrace, "linus": TokenLinus, "triage": TokenTriage, "guest": TokenGuest}

// as makes a call as the person with that short name, or with a token of its own; "" sends no credentials.
func (r *rig) as(who, method, path, body string, headers ...string) answer {
	r.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = r.url + path
	}
	req, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	token := tokens[who]
	if token == "" {
		token = who
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header[http.CanonicalHeaderKey(headers[i])] = []string{headers[i+1]}
	}
	resp, err := r.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, raw: raw}
	_ = json.Unmarshal(raw, &a.body)
	return a
}

// must is as, and fails where the status is another.
func (r *rig) must(status int, who, method, path, body string, headers ...string) answer {
	r.t.Helper()
	a := r.as(who, method, path, body, headers...)
	if a.status != status {
		r.t.Fatalf("%s %s as %s answered %d, want %d: %s", method, path, who, a.status, status, a.raw)
	}
	return a
}

// control posts to the control API, which no vendor document describes.
func (r *rig) control(method, path, body string) []byte {
	r.t.Helper()
	req, _ := http.NewRequest(method, r.url+"/_control/"+path, bytes.NewReader([]byte(body)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	out, _ := io.ReadAll(resp.Body)
	if resp.StatusCode > 299 {
		r.t.Fatalf("control %s answered %d: %s", path, resp.StatusCode, out)
	}
	return out
}

const appIssues = "/repos/acme/app/issues"

// issue opens an issue of acme/app and gives its path.
func (r *rig) issue(who, fields string) (string, answer) {
	r.t.Helper()
	if fields != "" {
		fields = "," + fields
	}
	a := r.must(201, who, "POST", appIssues, `{"title":"Printer on fire"`+fields+`}`)
	return appIssues + "/" + a.text("number"), a
}

// receiver collects webhook calls.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []hookCall
	status int
}

type hookCall struct {
	header http.Header
	raw    []byte
	answer
}

func newReceiver(t *testing.T) *receiver {
	rc := &receiver{status: 200}
	rc.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		raw, _ := io.ReadAll(req.Body)
		call := hookCall{header: req.Header, raw: raw}
		_ = json.Unmarshal(raw, &call.answer.body)
		rc.mu.Lock()
		rc.got = append(rc.got, call)
		status := rc.status
		rc.mu.Unlock()
		w.WriteHeader(status)
	}))
	t.Cleanup(rc.Close)
	return rc
}

func (rc *receiver) calls() []hookCall {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	return append([]hookCall{}, rc.got...)
}

// wait gives the first n calls once they are there.
func (rc *receiver) wait(t *testing.T, n int) []hookCall {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		if got := rc.calls(); len(got) >= n {
			return got
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d webhooks came", len(rc.calls()), n)
		}
	}
}

func kinds(calls []hookCall) []string {
	out := []string{}
	for _, c := range calls {
		kind := c.header.Get("X-GitHub-Event")
		if c.at("action") != nil {
			kind += "." + c.text("action")
		}
		out = append(out, kind)
	}
	return out
}
