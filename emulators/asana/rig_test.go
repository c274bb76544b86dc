package asana

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
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
	sharedDoc.Do(func() { sharedDoc.doc = contract.Load(t, "asana") })
	if sharedDoc.doc == nil {
		contract.VendorDir(t, "asana")
	}
	r.e, r.url, r.doc = e, srv.URL, sharedDoc.doc
	r.Client = http.Client{Transport: r.doc.Transport(t, &http.Transport{DisableKeepAlives: true})}
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

// at follows keys and list positions: at("data", "tags", 0).
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

func (a answer) text(path ...any) string { s, _ := a.at(path...).(string); return s }

func (a answer) len(path ...any) int { l, _ := a.at(path...).([]any); return len(l) }

// find is the entry of a list with that value under key.
func (a answer) find(key, value string, path ...any) map[string]any {
	list, _ := a.at(path...).([]any)
	for _, one := range list {
		if m, ok := one.(map[string]any); ok && m[key] == value {
			return m
		}
	}
	return nil
}

// as makes a call with that token; "" sends none.
func (r *rig) as(token, method, path, body string) answer {
	r.t.Helper()
	kind := ""
	if body != "" {
		kind = "application/json"
	}
	return r.send(token, method, path, kind, []byte(body))
}

func (r *rig) send(token, method, path, kind string, body []byte) answer {
	r.t.Helper()
	req, err := http.NewRequest(method, r.url+"/api/1.0"+path, bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
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
func (r *rig) must(status int, token, method, path, body string) answer {
	r.t.Helper()
	a := r.as(token, method, path, body)
	if a.status != status {
		r.t.Fatalf("%s %s answered %d, want %d: %s", method, path, a.status, status, a.raw)
	}
	return a
}

// task creates a task in Bugs by Ada and gives its path.
func (r *rig) task(fields string) string {
	r.t.Helper()
	if fields != "" {
		fields = "," + fields
	}
	a := r.must(201, TokenAda, "POST", "/tasks", `{"data":{"name":"Printer on fire","projects":["`+ProjectBugs+`"]`+fields+`}}`)
	return "/tasks/" + a.text("data", "gid")
}

// upload attaches a file; name is written as the vendor wants it, URL-encoded.
func (r *rig) upload(token, parent, name, content string) answer {
	r.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("parent", parent)
	part, _ := form.CreateFormFile("file", name)
	_, _ = part.Write([]byte(content))
	_ = form.Close()
	return r.send(token, "POST", "/attachments", form.FormDataContentType(), body.Bytes())
}

// control posts to the control API, which no vendor document describes.
func (r *rig) control(path, body string) []byte {
	r.t.Helper()
	resp, err := http.Post(r.url+"/_control/"+path, "application/json", strings.NewReader(body))
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

func gidOf(path string) string { return path[strings.LastIndex(path, "/")+1:] }

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}
