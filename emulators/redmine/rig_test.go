package redmine

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/tenant"
)

// rig is a Redmine under test: the emulator with a clock the test moves, or a real one. People are named by their roles.
type rig struct {
	*bench.Rig
	names *strings.Replacer // of what requests call PROJECT, AREA and so on
}

func newRig(t *testing.T, opts Options) *rig {
	t.Helper()
	clock := bench.NewClock(bench.Start.Add(300 * time.Millisecond))
	opts.Clock = clock.Now
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return rigOf(bench.New(t, e, clock), "eng",
		map[string]string{"developer": KeyGrace, "manager": KeyAda, "reporter": KeyLinus, "sync": KeySync, "stranger": "unknown-key"})
}

// both holds the emulator and a real Redmine to the same steps.
func both(t *testing.T, steps func(t *testing.T, r *rig)) {
	t.Run("emulator", func(t *testing.T) { steps(t, newRig(t, Options{})) })
	t.Run("real", func(t *testing.T) {
		found := tenant.NeedRedmine(t)
		steps(t, rigOf(&bench.Rig{T: t, URL: found.URL}, tenant.ProjectSteps, map[string]string{"sync": found.Keys["sync"], "manager": found.Keys["ada"],
			"developer": found.Keys["grace"], "reporter": found.Keys["linus"], "stranger": "unknown-key"}))
	})
}

// rigOf signs with those keys and finds the ids of custom fields by their names: AREA is that of the field Area.
func rigOf(b *bench.Rig, project string, keys map[string]string) *rig {
	b.T.Helper()
	b.Sign = func(req *http.Request, who string) { req.Header.Set("X-Redmine-API-Key", keys[who]) }
	names := []string{"PROJECT", project}
	for _, field := range b.Must(200, "sync", "GET", "/custom_fields.json", "").List("custom_fields") {
		names = append(names, strings.ToUpper(field.Text("name")), field.ID("id"))
	}
	return &rig{b, strings.NewReplacer(names...)}
}

func (r *rig) as(who, method, path, body string, headers ...string) bench.Answer {
	r.T.Helper()
	return r.As(who, method, r.names.Replace(path), r.names.Replace(body), headers...)
}

func (r *rig) must(status int, who, method, path, body string, headers ...string) bench.Answer {
	r.T.Helper()
	return r.Must(status, who, method, r.names.Replace(path), r.names.Replace(body), headers...)
}

// issue makes one by the manager and gives its id.
func (r *rig) issue(fields string) string {
	r.T.Helper()
	if fields != "" {
		fields = "," + fields
	}
	a := r.must(201, "manager", "POST", "/issues.json", `{"issue":{"project_id":"PROJECT","subject":"Printer on fire"`+fields+`}}`)
	return a.ID("issue", "id")
}

func (r *rig) upload(who, content string) string {
	r.T.Helper()
	a := r.must(201, who, "POST", "/uploads.json?filename=a.txt", content, "Content-Type", "application/octet-stream")
	return a.Text("upload", "token")
}
