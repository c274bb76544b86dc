package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/gateway"
	"duplex/internal/service"
	"duplex/store"
	"duplex/store/storetest"
	"duplex/workflows"
)

var update = flag.Bool("update", false, "write the golden files")

const token = "a-long-random-token"

// desk is a real gateway between two memory systems, with an engine that accepts everything.
type desk struct {
	t      *testing.T
	store  *store.Store
	sys    [2]*memory.System
	server *httptest.Server
	env    map[string]string
	said   strings.Builder // the transcript
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	work := t.TempDir() // descriptions are kept beside the files
	if err := os.CopyFS(filepath.Join(work, "testdata"), os.DirFS(filepath.Join(root, "testdata"))); err != nil {
		t.Fatal(err)
	}
	t.Chdir(work)
	d := &desk{t: t, store: storetest.Open(t, store.SQLite)}
	for i, name := range []string{"left", "right"} {
		d.sys[i] = memory.New(memory.Options{Name: name})
	}
	g, err := gateway.New(gateway.Options{Store: d.store, Temporal: engine{}, Systems: d, AdminToken: token, PublicURL: "https://duplex.acme.example", Check: d.check,
		Trial: service.Trial(d.store, d, nil, time.Now)})
	if err != nil {
		t.Fatal(err)
	}
	d.server = httptest.NewServer(g.Admin())
	t.Cleanup(d.server.Close)
	d.env = map[string]string{"DUPLEX_GATEWAY": d.server.URL, "DUPLEX_TOKEN": token, "TZ": "Europe/Vienna", "USER": "ann"}
	return d
}

// check compiles against the systems that were applied and the fields of the memory systems.
func (d *desk) check(ctx context.Context, v core.ConnectionVersion) (*mapping.Mapping, mapping.Diagnostics, error) {
	kinds := map[string]string{}
	applied, err := d.store.Systems(ctx)
	for _, s := range applied {
		kinds[s.Name] = "memory"
	}
	m, diags := mapping.Compile(v.FileName, v.Source, mapping.Env{Systems: kinds, Read: func(name string) ([]byte, error) {
		if text, ok := v.Files[name]; ok {
			return []byte(text), nil
		}
		return nil, errors.New(name + " did not come along")
	}, Describe: func(string, string, map[string]string) (*mapping.Description, bool) {
		out := &mapping.Description{}
		for _, f := range memory.DefaultFields() {
			out.Fields = append(out.Fields, mapping.Field{Name: f.Name, Kind: f.Kind, Of: f.Of, Options: f.Options, Required: f.Required, OnCreate: f.OnCreate, ReadOnly: f.ReadOnly})
		}
		return out, true
	}})
	return m, diags, err
}

func (d *desk) Connector(_ context.Context, name string) (connectors.Connector, error) {
	for _, s := range d.sys {
		if s.Name() == name {
			return s.Connector(), nil
		}
	}
	return nil, connectors.ErrNotFound
}

func (d *desk) Kinds(context.Context) (map[string]string, error) {
	return map[string]string{"left": "memory", "right": "memory"}, nil
}

// run runs a command and adds it and what it wrote to the transcript.
func (d *desk) run(args ...string) int {
	d.t.Helper()
	var out, errs bytes.Buffer
	code := Run(d.t.Context(), Streams{In: strings.NewReader(""), Out: &out, Err: &errs}, args, func(name string) string { return d.env[name] })
	fmt.Fprintf(&d.said, "$ duplex %s\n%s", strings.Join(args, " "), out.String())
	for _, line := range strings.Split(strings.TrimRight(errs.String(), "\n"), "\n") {
		if line != "" {
			fmt.Fprintf(&d.said, "! %s\n", line)
		}
	}
	if code != 0 {
		fmt.Fprintf(&d.said, "exit %d\n", code)
	}
	d.said.WriteString("\n")
	return code
}

var (
	times    = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d CES?T`)
	jsonTime = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
)

// golden compares the transcript with the one kept, less what differs from run to run.
func (d *desk) golden() {
	d.t.Helper()
	got := strings.ReplaceAll(d.said.String(), d.server.URL, "http://gateway")
	got = times.ReplaceAllString(got, "2026-03-01 09:00:00 CET")
	got = jsonTime.ReplaceAllString(got, "2026-03-01T08:00:00Z")
	file := filepath.Join(root, "testdata", strings.ToLower(d.t.Name())+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			d.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		d.t.Fatal(err)
	}
	if got != string(want) {
		d.t.Errorf("the transcript differs from %s (run with -update and read the difference); it is now:\n%s", file, got)
	}
}

func (d *desk) item(side core.Side, title string) string {
	d.t.Helper()
	ref, err := d.sys[side].CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{"title": core.String(title)}})
	if err != nil {
		d.t.Fatal(err)
	}
	return ref.ID
}

// TestApply: files are checked, compared, put in force, and rolled back.
func TestApply(t *testing.T) {
	d := newDesk(t)
	d.run("validate", "testdata/files")
	d.run("validate", "testdata/wrong")
	d.run("apply", "testdata/wrong")
	d.run("status")
	d.run("apply", "--dry-run", "testdata/files")
	d.run("connections")
	d.run("apply", "testdata/files")
	d.run("apply", "testdata/files")
	d.run("validate", "--online", "testdata/files/desk.yaml")
	d.run("status")
	if c, err := d.store.Connection(t.Context(), "desk", 0); err != nil || c.Files["people.yaml"] == "" || c.AppliedBy != "ann" {
		t.Errorf("stored as %+v, %v", c, err)
	}
	changed := t.TempDir()
	for _, name := range []string{"desk.yaml", "people.yaml"} {
		b, err := os.ReadFile(filepath.Join("testdata/files", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(changed, name), bytes.ReplaceAll(b, []byte("latest"), []byte("support")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(changed)
	d.run("apply", "--dry-run", "desk.yaml")
	d.run("apply", "desk.yaml")
	d.run("activate", "desk", "1")
	d.run("versions", "desk")
	d.run("--json", "apply", "desk.yaml")
	if err := os.WriteFile("desk.yaml", []byte(strings.Replace(mustRead(t, "desk.yaml"), "support: title", "support: titel", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	d.run("validate", "desk.yaml")
	d.run("validate", "--online", "desk.yaml")
	d.run("apply", "desk.yaml")
	d.run("--json", "apply", "desk.yaml")
	t.Chdir(root)
	d.golden()
}

var root, _ = os.Getwd()

func mustRead(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestPairs: pairs are linked, listed, shown with what is parked, and steered.
func TestPairs(t *testing.T) {
	d := newDesk(t)
	d.run("apply", "testdata/files")
	d.run("pairs")
	a, b := d.item(core.A, "one"), d.item(core.B, "eins")
	d.run("link", "desk", "support="+a, "engineering="+b)
	d.run("link", "desk", "support="+a, "engineering="+b)
	d.run("link", "desk", "support="+a, "engineering=999")
	p, err := d.store.Pair(t.Context(), core.PairID("desk", "support", a))
	if err != nil {
		t.Fatal(err)
	}
	p.Status, p.SyncedAt = core.PairProblem, time.Now()
	p.Parked = map[string]core.Parked{"title~title": {Problem: core.Problem{Class: core.ProblemConflict, Text: "title changed on both sides since they last agreed",
		Since: time.Unix(1_700_000_000, 0)}, Pending: core.B}}
	plan := core.Plan{ID: "plan-1", Pair: p.ID, Connection: "desk", Version: 1, At: time.Now(), Decisions: []core.Decision{
		{Rule: "title~title", Action: core.ActionWrite, To: core.B, Value: core.String("a\x1b[31mred\ttitle"), Reason: "changed in support"}}}
	if err := errors.Join(d.store.SavePair(t.Context(), p), d.store.PutPlan(t.Context(), plan), d.store.AddOutcome(t.Context(), core.Outcome{Pair: p.ID, Plan: "plan-1",
		Side: "engineering", Act: "update", Fields: []string{"title"}, Result: "ok", Started: time.Now(), Ended: time.Now()})); err != nil {
		t.Fatal(err)
	}
	d.run("pairs", "--problem", "conflict")
	d.run("pairs", "--problem", "denied")
	d.run("show", p.ID)
	d.run("problems")
	d.run("problems", "--class", "denied")
	d.run("history", p.ID)
	d.run("decision", "plan-1")
	d.run("plan", "plan-1") // what it was called before there were test runs
	d.run("plan", "desk")
	d.run("resolve", p.ID, "title~title", "--winner", "support")
	d.run("resolve", p.ID, "title~title", "--winner", "left")
	d.run("resolve", p.ID, "title~title")
	d.run("pause", p.ID)
	d.run("resume", p.ID)
	d.run("resync", p.ID)
	d.run("unlink", p.ID)
	d.run("--json", "pairs")
	d.run("deliveries")
	d.run("deliveries", "retry", "1")
	d.run("deliveries", "retry", "99")
	d.run("show", "M-77")
	d.run("show", "pair:none")
	d.golden()
}

// TestNames: an item's key is as good as the pair's id while it says which pair is meant.
func TestNames(t *testing.T) {
	d := newDesk(t)
	d.run("apply", "testdata/files")
	put := func(left, key, right, other string, status core.PairStatus) {
		p := core.Pair{ID: core.PairID("desk", "support", left), Connection: "desk", Status: status}
		p.Sides[core.A] = core.PairSide{Name: "support", Ref: core.Ref{System: "left", ID: left, Key: key}}
		p.Sides[core.B] = core.PairSide{Name: "engineering", Ref: core.Ref{System: "right", ID: right, Key: other}}
		if _, _, err := d.store.ClaimPair(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	put("100", "SUP-1", "200", "ENG-12", core.PairInSync)
	put("101", "SUP-12", "201", "ENG-1", core.PairInSync)
	put("102", "SUP-1", "202", "ENG-3", core.PairUnlinked)
	put("103", "DUP-1", "203", "ENG-4", core.PairInSync)
	put("104", "DUP-1", "204", "ENG-5", core.PairInSync)
	for _, c := range []struct {
		name, reason, want string
		code               int
	}{
		{"ENG-1", "a key is matched whole, not in part", "pair:desk:support:101", 0},
		{"eng-12", "people write keys in small letters", "pair:desk:support:100", 0},
		{"200", "an item's id names it too", "pair:desk:support:100", 0},
		{"SUP-1", "a linked pair comes before one that was ended", "pair:desk:support:100", 0},
		{"ENG-3", "an ended pair can be looked at", "pair:desk:support:102", 0},
		{"DUP-1", "which of two is never guessed", "several pairs", ExitUsage},
		{"ENG-", "a part of a key is no key", "no pair", ExitNotFound},
	} {
		d.said.Reset()
		if code := d.run("show", c.name); code != c.code || !strings.Contains(d.said.String(), c.want) {
			t.Errorf("show %s: exit %d, want %d and %q: %s\n%s", c.name, code, c.code, c.want, c.reason, d.said.String())
		}
	}
}

// TestExitCodes: scripts can tell who must act.
func TestExitCodes(t *testing.T) {
	d := newDesk(t)
	d.run("apply", "testdata/files")
	tokenFile := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(tokenFile, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reason string
		env    map[string]string
		args   []string
		want   int
	}{
		{"it works", nil, []string{"status"}, ExitOK},
		{"help is no error", nil, []string{"--help"}, ExitOK},
		{"nothing to do shows help", nil, nil, ExitOK},
		{"the codes are documented", nil, []string{"help", "exit-codes"}, ExitOK},
		{"version needs no gateway", map[string]string{"DUPLEX_GATEWAY": "http://127.0.0.1:1"}, []string{"version"}, ExitOK},
		{"unknown command", nil, []string{"sync-all"}, ExitUsage},
		{"unknown flag", nil, []string{"pairs", "--colour"}, ExitUsage},
		{"missing argument", nil, []string{"show"}, ExitUsage},
		{"side without item", nil, []string{"link", "desk", "support", "engineering=1"}, ExitUsage},
		{"no such path", nil, []string{"validate", "testdata/none"}, ExitUsage},
		{"no such pair", nil, []string{"show", "NOPE-1"}, ExitNotFound},
		{"no such connection", nil, []string{"link", "none", "a=1", "b=2"}, ExitNotFound},
		{"wrong side names", nil, []string{"link", "desk", "a=1", "b=2"}, ExitRefused},
		{"nobody listens", map[string]string{"DUPLEX_GATEWAY": "http://127.0.0.1:1"}, []string{"status"}, ExitUnreachable},
		{"the token is wrong", map[string]string{"DUPLEX_TOKEN": "wrong"}, []string{"status"}, ExitUnreachable},
		{"there is no token", map[string]string{"DUPLEX_TOKEN": ""}, []string{"status"}, ExitUnreachable},
		{"the token is in a file", map[string]string{"DUPLEX_TOKEN": ""}, []string{"status", "--token-file", tokenFile}, ExitOK},
		{"the environment names the file", map[string]string{"DUPLEX_TOKEN": "", "DUPLEX_TOKEN_FILE": tokenFile}, []string{"status"}, ExitOK},
		{"the file is missing", nil, []string{"status", "--token-file", tokenFile + "x"}, ExitUnreachable},
		{"the flag goes before the environment", map[string]string{"DUPLEX_GATEWAY": "http://127.0.0.1:1"}, []string{"status", "--gateway", d.server.URL + "/"}, ExitOK},
		{"something else answers", map[string]string{"DUPLEX_GATEWAY": elsewhere(t)}, []string{"status"}, ExitUnreachable},
	} {
		var out, errs bytes.Buffer
		code := Run(t.Context(), Streams{In: strings.NewReader(""), Out: &out, Err: &errs}, c.args, func(name string) string {
			if v, ok := c.env[name]; ok {
				return v
			}
			return d.env[name]
		})
		if code != c.want {
			t.Errorf("%v: exit %d, want %d: %s\n%s", c.args, code, c.want, c.reason, errs.String())
		}
		if (code == 0) != (errs.Len() == 0) || strings.Contains(errs.String(), token) || strings.Contains(errs.String(), "goroutine") {
			t.Errorf("%v wrote to the error stream: %s", c.args, errs.String())
		}
	}
}

// elsewhere is a server that is no gateway.
func elsewhere(t *testing.T) string {
	s := httptest.NewServer(nil)
	t.Cleanup(s.Close)
	return s.URL
}

func TestDefaultGateway(t *testing.T) {
	for listen, want := range map[string]string{"": "http://127.0.0.1:7080", "0.0.0.0:9000": "http://127.0.0.1:9000", "[::1]:9000": "http://[::1]:9000", ":7080": "http://127.0.0.1:7080"} {
		e := &env{getenv: func(string) string { return listen }, Streams: Streams{Out: io.Discard}}
		if got := e.defaultGateway(); got != want {
			t.Errorf("%q gives %s, want %s", listen, got, want)
		}
	}
}

// engine accepts every signal and update.
type engine struct{}

func (engine) ExecuteWorkflow(context.Context, client.StartWorkflowOptions, any, ...any) (client.WorkflowRun, error) {
	return nil, nil
}

func (engine) SignalWithStartWorkflow(context.Context, string, string, any, client.StartWorkflowOptions, any, ...any) (client.WorkflowRun, error) {
	return nil, nil
}

func (engine) NewWithStartWorkflowOperation(client.StartWorkflowOptions, any, ...any) client.WithStartWorkflowOperation {
	return nil
}

func (engine) UpdateWithStartWorkflow(_ context.Context, o client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	return accepted{name: o.UpdateOptions.UpdateName}, nil
}

func (engine) CheckHealth(context.Context, *client.CheckHealthRequest) (*client.CheckHealthResponse, error) {
	return nil, nil
}

type accepted struct {
	client.WorkflowUpdateHandle
	name string
}

func (a accepted) Get(_ context.Context, into any) error {
	*into.(*workflows.Answer) = workflows.Answer{Text: a.name + " accepted"}
	return nil
}
