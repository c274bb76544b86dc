package servicenow

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

// rig is an emulator with a clock the test moves, and a client checked against the document of the vendor's API.
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
	r := &rig{t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 500_000_000, time.UTC)}
	opts.Clock = r.clock
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(e.Handler())
	e.SetBaseURL(srv.URL)
	t.Cleanup(func() { srv.Close(); e.Close() })
	sharedDoc.Do(func() { sharedDoc.doc = contract.Load(t, "servicenow") })
	if sharedDoc.doc == nil {
		contract.VendorDir(t, "servicenow")
	}
	r.e, r.url, r.doc = e, srv.URL, sharedDoc.doc
	r.Client = http.Client{Transport: r.doc.Transport(t, &http.Transport{DisableKeepAlives: true})}
	return r
}

// unheld calls without the document: for answers that break it on purpose.
func (r *rig) unheld() { r.Client = http.Client{Transport: &http.Transport{DisableKeepAlives: true}} }

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

func (a answer) field(name string) any {
	m, _ := a.body["result"].(map[string]any)
	return m[name]
}

func (a answer) text(name string) string { s, _ := a.field(name).(string); return s }

func (a answer) list() []map[string]any {
	var out []map[string]any
	l, _ := a.body["result"].([]any)
	for _, v := range l {
		out = append(out, v.(map[string]any))
	}
	return out
}

func (a answer) column(name string) string {
	var out []string
	for _, r := range a.list() {
		out = append(out, fmt.Sprint(r[name]))
	}
	return strings.Join(out, " ")
}

func (a answer) problem() string {
	m, _ := a.body["error"].(map[string]any)
	return fmt.Sprint(m["message"], ": ", m["detail"])
}

// users are the short names that tests use.
var users = map[string]string{"sync": UserSync, "ada": UserAda, "grace": UserGrace, "linus": UserLinus, "triage": UserTriage, "carla": UserCarla}

// as makes a call as the person with that short name; "" sends no credentials.
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
		req.SetBasicAuth(users[who], "sn-password-"+who)
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

// query lists rows of a table by an encoded query.
func (r *rig) query(who, table, query string, more ...string) answer {
	r.t.Helper()
	return r.must(200, who, "GET", "/api/now/table/"+table+"?"+strings.Join(append(more, "sysparm_query="+url.QueryEscape(query)), "&"), "")
}

// control posts to the control API, which no vendor document describes.
func (r *rig) control(path, body string) {
	r.t.Helper()
	resp, err := http.Post(r.url+"/_control/"+path, "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode > 299 {
		out, _ := io.ReadAll(resp.Body)
		r.t.Fatalf("control %s answered %d: %s", path, resp.StatusCode, out)
	}
}

// incident makes an incident of Carla's and gives its path.
func (r *rig) incident(fields string) string {
	r.t.Helper()
	if fields != "" {
		fields = "," + fields
	}
	a := r.must(201, "ada", "POST", "/api/now/table/incident", fmt.Sprintf(`{"short_description":"Printer on fire","caller_id":%q%s}`, ID("sys_user", UserCarla), fields))
	return "/api/now/table/incident/" + a.text("sys_id")
}

func idOf(path string) string { return path[strings.LastIndex(path, "/")+1:] }

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}
