package redmine

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// rig is a Redmine under test: the emulator with a clock the test moves, or a real one.
type rig struct {
	t       *testing.T
	e       *Emulator // nil for a real one
	url     string
	project string
	keys    map[string]string // developer, manager, reporter

	mu  sync.Mutex
	now time.Time
}

func newRig(t *testing.T, opts Options) *rig {
	t.Helper()
	r := &rig{t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 300_000_000, time.UTC), project: "eng",
		keys: map[string]string{"developer": KeyGrace, "manager": KeyAda, "reporter": KeyLinus, "sync": KeySync, "stranger": "unknown-key"}}
	opts.Clock = r.clock
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(e.Handler())
	e.SetBaseURL(srv.URL)
	t.Cleanup(func() { srv.Close(); e.Close() })
	r.e, r.url = e, srv.URL
	return r
}

// rigs are the emulator, and a real Redmine where DUPLEX_REDMINE names one: "URL PROJECT DEVELOPER-KEY MANAGER-KEY REPORTER-KEY", with
// the custom fields 1 to 7 of this package, and roles without the right to private notes but for the manager.
func rigs(t *testing.T) map[string]*rig {
	out := map[string]*rig{"emulator": newRig(t, Options{})}
	if parts := strings.Fields(os.Getenv("DUPLEX_REDMINE")); len(parts) == 5 {
		out["real"] = &rig{t: t, url: parts[0], project: parts[1], keys: map[string]string{"developer": parts[2], "manager": parts[3], "reporter": parts[4], "stranger": "unknown-key"}}
	} else {
		t.Log("no real Redmine named in DUPLEX_REDMINE: the steps are held against the emulator only")
	}
	return out
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

type answer struct {
	status int
	header http.Header
	raw    []byte
	body   map[string]any
}

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

func (a answer) len(path ...any) int { l, _ := a.at(path...).([]any); return len(l) }

func (r *rig) as(who, method, path, body string, headers ...string) answer {
	r.t.Helper()
	req, err := http.NewRequest(method, r.url+strings.ReplaceAll(path, "PROJECT", r.project), strings.NewReader(strings.ReplaceAll(body, "PROJECT", r.project)))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if who != "" {
		req.Header.Set("X-Redmine-API-Key", r.keys[who])
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
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

func (r *rig) must(status int, who, method, path, body string, headers ...string) answer {
	r.t.Helper()
	a := r.as(who, method, path, body, headers...)
	if a.status != status {
		r.t.Fatalf("%s %s as %s answered %d, want %d: %s", method, path, who, a.status, status, a.raw)
	}
	return a
}

// issue makes one by the manager and gives its id.
func (r *rig) issue(fields string) string {
	r.t.Helper()
	if fields != "" {
		fields = "," + fields
	}
	a := r.must(201, "manager", "POST", "/issues.json", `{"issue":{"project_id":"PROJECT","subject":"Printer on fire"`+fields+`}}`)
	return fmt.Sprintf("%.0f", a.at("issue", "id"))
}

func (r *rig) upload(who, content string) string {
	r.t.Helper()
	a := r.must(201, who, "POST", "/uploads.json?filename=a.txt", content, "Content-Type", "application/octet-stream")
	return a.at("upload", "token").(string)
}
