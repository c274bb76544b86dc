package salesforce

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"duplex/emulators/harness/contract"
)

const data = "/services/data/v67.0"

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

func newRig(t *testing.T, opts Options) *rig {
	t.Helper()
	r := &rig{t: t, now: time.Date(2026, 3, 1, 12, 0, 30, 0, time.UTC), doc: contract.Load(t, "salesforce")}
	opts.Clock = r.clock
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(e.Handler())
	e.SetBaseURL(srv.URL)
	t.Cleanup(func() { srv.Close(); e.Close() })
	r.e, r.url = e, srv.URL
	r.doc.Except(
		contract.Exception{Contains: "the vendor's document has no such operation", Operation: "GET /services/oauth2/userinfo", Reason: "the identity page is named in the vendor's guide, not in the cut document"},
		contract.Exception{Contains: "the vendor's document has no such operation", Operation: "DELETE " + data + "/composite/sobjects", Reason: "sObject Collections deletes too (vendor guide); the document is cut"},
		contract.Exception{Contains: "the vendor's document has no such operation", Operation: "GET " + data + "/ui-api/object-info/Case/picklist-values/" + RecordTypeProduct, Reason: "the User Interface API has a document of its own"})
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
	body   any
}

// at follows keys and list positions: at("records", 0, "Id").
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

func (a answer) text(path ...any) string {
	s, _ := a.at(path...).(string)
	return s
}

func (a answer) len(path ...any) int {
	l, _ := a.at(path...).([]any)
	return len(l)
}

// as makes a call with the session of that short name (sync, ada, …); "" sends none. Paths may leave out /services/data/….
func (r *rig) as(who, method, path, body string, headers ...string) answer {
	r.t.Helper()
	if !strings.HasPrefix(path, "/services/") && !strings.HasPrefix(path, "/id/") {
		path = data + path
	}
	req, err := http.NewRequest(method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		req.Header.Set("Authorization", "Bearer 00Dxx0000000001!session."+who)
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

// refused is must for a 4xx with that error code.
func (r *rig) refused(status int, code, who, method, path, body string, headers ...string) answer {
	r.t.Helper()
	a := r.must(status, who, method, path, body, headers...)
	if a.text(0, "errorCode") != code {
		r.t.Fatalf("%s %s answered %s, want %s", method, path, a.raw, code)
	}
	return a
}

// quiet creates without assignment rules.
func (r *rig) quiet(who, object, body string) string {
	r.t.Helper()
	return r.must(201, who, "POST", "/sobjects/"+object, body, "Sforce-Auto-Assign", "FALSE").text("id")
}

func (r *rig) soql(who, q string) answer {
	r.t.Helper()
	return r.must(200, who, "GET", "/query?q="+url.QueryEscape(q), "")
}

func (r *rig) control(path, body string) {
	r.t.Helper()
	resp, err := http.Post(r.url+"/_control/"+path, "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if out, _ := io.ReadAll(resp.Body); resp.StatusCode > 299 {
		r.t.Fatalf("control %s answered %d: %s", path, resp.StatusCode, out)
	}
}

// inbox takes webhook calls; answer decides status and body.
type inbox struct {
	*httptest.Server
	mu     sync.Mutex
	bodies [][]byte
	heads  []http.Header
	answer func(n int) (int, string)
}

func newInbox(t *testing.T, reply func(n int) (int, string)) *inbox {
	in := &inbox{answer: reply}
	in.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		in.mu.Lock()
		in.bodies, in.heads = append(in.bodies, body), append(in.heads, req.Header)
		n := len(in.bodies)
		in.mu.Unlock()
		status, text := 200, ""
		if in.answer != nil {
			status, text = in.answer(n)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, text)
	}))
	t.Cleanup(in.Close)
	return in
}

// wait returns the calls once there are n of them.
func (in *inbox) wait(t *testing.T, n int) ([][]byte, []http.Header) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		in.mu.Lock()
		bodies, heads := in.bodies, in.heads
		in.mu.Unlock()
		if len(bodies) >= n {
			return bodies, heads
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d webhook calls arrived, want %d", len(bodies), n)
		}
	}
}
