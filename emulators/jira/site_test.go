package jira

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
)

// site is an emulator behind a listener on 127.0.0.1.
type site struct {
	*bench.Rig
	e *Emulator
}

func newSite(t *testing.T, opts Options) *site {
	t.Helper()
	clock := bench.NewClock(time.Date(2026, 5, 4, 10, 30, 15, 123e6, time.UTC))
	opts.Clock = clock.Now
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return &site{bench.New(t, e, clock), e}
}

// answer is what came back to a call.
type answer struct {
	bench.Answer
	t    *testing.T
	what string
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
	c.T.Helper()
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	default:
		raw, _ = json.Marshal(b)
	}
	req, err := http.NewRequest(method, c.URL+path, bytes.NewReader(raw))
	if err != nil {
		c.T.Fatal(err)
	}
	if raw != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return c.send(req)
}

func (c caller) send(req *http.Request) answer {
	c.T.Helper()
	c.sign(req)
	resp, err := c.Do(req)
	if err != nil {
		c.T.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	return answer{bench.Read(c.T, resp), c.T, req.Method + " " + req.URL.Path}
}

// want stops the test unless the answer has that status.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("%s answered %d, want %d: %s %s", a.what, a.Status, status, a.Raw, a.Header.Get("X-Emulator-Reason"))
	}
	return a
}

// at reads a value of the JSON answer by a path such as "fields.status.name" or "values.0.id".
func (a answer) at(path string) any {
	a.t.Helper()
	v := a.Body
	if v == nil {
		a.t.Fatalf("%s: not JSON: %s", a.what, a.Raw)
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
	c.T.Helper()
	in := object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}, "summary": summary}
	for k, v := range more {
		in[k] = v
	}
	return c.do("POST", "/rest/api/3/issue", object{"fields": in}).want(201).text("id")
}

func (c caller) issue(id string) answer {
	c.T.Helper()
	return c.do("GET", "/rest/api/3/issue/"+id, nil).want(200)
}
