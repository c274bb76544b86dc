package redmine

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"duplex/emulators/harness/tenant"
)

// rig is a Redmine under test: the emulator with a clock the test moves, or a real one.
type rig struct {
	t       *testing.T
	e       *Emulator // nil for a real one
	url     string
	project string
	keys    map[string]string // by role: developer, manager, reporter
	names   *strings.Replacer // of what requests call PROJECT, AREA and so on

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
	r.learn()
	return r
}

// both holds the emulator and a real Redmine to the same steps.
func both(t *testing.T, steps func(t *testing.T, r *rig)) {
	t.Run("emulator", func(t *testing.T) { steps(t, newRig(t, Options{})) })
	t.Run("real", func(t *testing.T) {
		found := tenant.NeedRedmine(t)
		r := &rig{t: t, url: found.URL, project: tenant.ProjectSteps, keys: map[string]string{"sync": found.Keys["sync"], "manager": found.Keys["ada"],
			"developer": found.Keys["grace"], "reporter": found.Keys["linus"], "stranger": "unknown-key"}}
		r.learn()
		steps(t, r)
	})
}

// learn finds the ids of custom fields by their names: AREA is that of the field Area.
func (r *rig) learn() {
	r.t.Helper()
	r.names = strings.NewReplacer()
	a := r.must(200, "sync", "GET", "/custom_fields.json", "")
	names := []string{"PROJECT", r.project}
	for i := range a.len("custom_fields") {
		names = append(names, strings.ToUpper(a.at("custom_fields", i, "name").(string)), fmt.Sprintf("%.0f", a.at("custom_fields", i, "id")))
	}
	r.names = strings.NewReplacer(names...)
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
	req, err := http.NewRequest(method, r.url+r.names.Replace(path), strings.NewReader(r.names.Replace(body)))
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
