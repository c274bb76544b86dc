package jira

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
)

// testClock is a clock tests move by hand.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// site is one emulator behind a listener on 127.0.0.1.
type site struct {
	t     *testing.T
	e     *Emulator
	url   string
	clock *testClock
	http  *http.Client
}

func newSite(t *testing.T, opts Options) *site {
	t.Helper()
	s := &site{t: t, clock: &testClock{now: time.Date(2026, 5, 4, 10, 30, 15, 123e6, time.UTC)}}
	opts.Clock = s.clock.Now
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(e.Handler())
	e.SetBaseURL(srv.URL)
	t.Cleanup(func() { srv.Close(); e.Close() })
	s.e, s.url = e, srv.URL
	// No kept connections: Go repeats a GET by itself when a kept one breaks.
	s.http = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return s
}

// answer is what came back.
type answer struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	raw    []byte
}

// as makes calls with a person's API token, by the first name in the address.
func (s *site) as(name string) caller {
	return caller{s, func(r *http.Request) { r.SetBasicAuth(name+"@acme.example", name+"-api-token") }}
}

type caller struct {
	*site
	sign func(*http.Request)
}

// do sends a JSON body (nil: none, a string: as it is).
func (c caller) do(method, path string, body any) answer {
	c.t.Helper()
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	default:
		raw, _ = json.Marshal(b)
	}
	req, err := http.NewRequest(method, c.url+path, bytes.NewReader(raw))
	if err != nil {
		c.t.Fatal(err)
	}
	if raw != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return c.send(req)
}

func (c caller) send(req *http.Request) answer {
	c.t.Helper()
	c.sign(req)
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	return answer{c.t, req.Method + " " + req.URL.Path, resp.StatusCode, resp.Header, raw}
}

// want stops the test unless the answer has that status.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s answered %d, want %d: %s %s", a.what, a.status, status, a.raw, a.header.Get("X-Emulator-Reason"))
	}
	return a
}

// at reads a value of the JSON answer by a path such as "fields.status.name" or "values.0.id".
func (a answer) at(path string) any {
	a.t.Helper()
	var v any
	if err := json.Unmarshal(a.raw, &v); err != nil {
		a.t.Fatalf("%s: not JSON: %s", a.what, a.raw)
	}
	for _, part := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			var n int
			if _, err := fmt.Sscan(part, &n); err != nil || n >= len(x) {
				return nil
			}
			v = x[n]
		default:
			return nil
		}
	}
	return v
}

func (a answer) text(path string) string { s, _ := a.at(path).(string); return s }

func (a answer) is(path string, want any) {
	a.t.Helper()
	if got := a.at(path); fmt.Sprint(got) != fmt.Sprint(want) {
		a.t.Errorf("%s: %s is %v, want %v", a.what, path, got, want)
	}
}

// doc is a document of one paragraph.
func doc(text string) object {
	return object{"type": "doc", "version": 1, "content": []object{{"type": "paragraph", "content": []object{{"type": "text", "text": text}}}}}
}

// newIssue creates a bug in ENG with more fields and answers its id.
func (c caller) newIssue(summary string, more object) string {
	c.t.Helper()
	in := object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}, "summary": summary}
	for k, v := range more {
		in[k] = v
	}
	return c.do("POST", "/rest/api/3/issue", object{"fields": in}).want(201).text("id")
}

func (c caller) issue(id string) answer {
	c.t.Helper()
	return c.do("GET", "/rest/api/3/issue/"+id, nil).want(200)
}

// eventually polls until the condition holds.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for !cond() {
		if time.Now().After(deadline) {
			t.Fatalf("did not happen in time: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}
