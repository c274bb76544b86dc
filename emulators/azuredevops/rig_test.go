package azuredevops

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
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

func newRig(t *testing.T, opts Options) *rig {
	t.Helper()
	r := &rig{t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	opts.Clock = r.clock
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(e.Handler())
	e.SetBaseURL(srv.URL)
	t.Cleanup(func() { srv.Close(); e.Close() })
	sharedDoc.Do(func() { sharedDoc.doc = contract.Load(t, "azuredevops").With(t, "testdata/openapi-more.json") })
	if sharedDoc.doc == nil {
		contract.VendorDir(t, "azuredevops")
	}
	r.e, r.url, r.doc = e, srv.URL, sharedDoc.doc
	r.Client = http.Client{Transport: r.doc.Transport(t, &http.Transport{DisableKeepAlives: true}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
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
	body   map[string]any
}

// at follows keys and list positions: at("fields", "System.Title").
func (a answer) at(path ...any) any {
	var v any = a.body
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

func (a answer) len(path ...any) int {
	l, _ := a.at(path...).([]any)
	return len(l)
}

// documented finds the paths that the vendor's document writes with a capital letter; the service takes either.
var documented = regexp.MustCompile(`/workitems/(\d+)/(updates|revisions|comments)`)

// as makes a call as the person with that short name; "" sends no credentials. Paths are below the organization; a body
// that begins with [ is a JSON Patch. An api-version is added where there is none.
func (r *rig) as(who, method, path, body string, headers ...string) answer {
	r.t.Helper()
	if !strings.Contains(path, "api-version") && !strings.HasSuffix(path, "&") {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		version := r.e.highest()
		if strings.Contains(path, "/comments") || strings.Contains(path, "connectionData") {
			version += "-preview"
		}
		path += sep + "api-version=" + version
	}
	path = documented.ReplaceAllString(path, "/workItems/$1/$2")
	req, err := http.NewRequest(method, r.url+r.e.Root()+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	switch {
	case strings.HasPrefix(body, "["):
		req.Header.Set("Content-Type", "application/json-patch+json")
	case strings.HasPrefix(body, "{"):
		req.Header.Set("Content-Type", "application/json")
	case body != "":
		req.Header.Set("Content-Type", "application/octet-stream")
	}
	if who != "" {
		req.SetBasicAuth("", "ado-token-"+who)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
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

// op is one operation of a patch.
func op(kind, path string, value any) map[string]any {
	out := map[string]any{"op": kind, "path": path}
	if kind != "remove" {
		out["value"] = value
	}
	return out
}

func set(field string, value any) map[string]any { return op("add", "/fields/"+field, value) }

func patch(ops ...map[string]any) string {
	out, _ := json.Marshal(ops)
	return string(out)
}

// item creates an item as grace and gives its path without a project.
func (r *rig) item(project, kind string, ops ...map[string]any) string {
	r.t.Helper()
	ops = append([]map[string]any{set("System.Title", "Printer on fire")}, ops...)
	a := r.must(200, "grace", "POST", "/"+project+"/_apis/wit/workitems/$"+url.PathEscape(kind), patch(ops...))
	return fmt.Sprintf("/%s/_apis/wit/workitems/%.0f", project, a.at("id"))
}

func (r *rig) ids(query, params string) []int {
	r.t.Helper()
	body, _ := json.Marshal(map[string]string{"query": query})
	a := r.must(200, "sync", "POST", "/Fabrikam/_apis/wit/wiql?timePrecision=true"+params, string(body))
	out := []int{}
	for i := range a.len("workItems") {
		out = append(out, int(a.at("workItems", i, "id").(float64)))
	}
	return out
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}

func decoded(t *testing.T, resp *http.Response) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}
