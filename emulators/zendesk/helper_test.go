package zendesk

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
	sharedDoc.Do(func() { sharedDoc.doc = contract.Load(t, "zendesk").With(t, "testdata/openapi-more.json") })
	if sharedDoc.doc == nil {
		contract.VendorDir(t, "zendesk")
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

// at follows keys and list positions: at("ticket", "tags", 0).
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

// as makes a call as the person with that short name (sync, ada, …); "" sends no credentials.
func (r *rig) as(who, method, path, body string, headers ...string) answer {
	r.t.Helper()
	req, err := http.NewRequest(method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		req.SetBasicAuth(who+"@acme.example/token", "zd-token-"+who)
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

// ticket creates a ticket with a first comment by a customer and gives its path.
func (r *rig) ticket(fields string) string {
	r.t.Helper()
	if fields != "" {
		fields = "," + fields
	}
	a := r.must(201, "ada", "POST", "/api/v2/tickets",
		fmt.Sprintf(`{"ticket":{"subject":"Printer on fire","requester_id":%d,"submitter_id":%d,"comment":{"body":"It burns."}%s}}`, UserCarla, UserCarla, fields))
	return fmt.Sprintf("/api/v2/tickets/%.0f", a.at("ticket", "id"))
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}
