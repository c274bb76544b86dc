package real

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"duplex/connectors"
	_ "duplex/connectors/all"
	"duplex/core"
	"duplex/emulators/harness/tenant"
	"duplex/emulators/jira"
	"duplex/standalone/app"
	"duplex/standalone/rig"
)

// childFlag makes the test binary run as a part of the standalone, so that a test can kill it.
const childFlag = "DUPLEX_REAL_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childFlag) == "" {
		os.Setenv("REAL_JIRA_TOKEN", "sync-api-token") // of the emulator
		os.Exit(m.Run())
	}
	o, err := app.ParseFlags(os.Args[1:], os.Stderr)
	if err == nil {
		err = app.Run(context.Background(), o, io.Discard)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// world is a real Redmine and an emulated Jira with duplex between them. Nobody sends webhooks: a sweep is the only trigger.
type world struct {
	t       *testing.T
	dir     string
	flags   []string
	log     *os.File
	parts   map[string]*exec.Cmd
	kills   int
	admin   rig.Person
	jira    string
	calls   atomic.Int64      // at the real Redmine, by the people of the test
	redmine map[string]system // the connectors of sync and ada
	issues  map[string]system // at Jira, of sync and grace
}

// system is a connector with what the test asks of it.
type system interface {
	connectors.Connector
	connectors.Commenter
	connectors.Attacher
	connectors.AttachmentOpener
	connectors.Searcher
}

const connection = `
connection: trial
sides:
  tracker:     {system: redmine, type: issue, scope: {project: ` + tenant.ProjectTrial + `, tracker: Bug}, start: true}
  engineering: {system: jira, type: issue, scope: {project: ENG, issuetype: Task}, start: true}
conflicts: latest
rules:
  - {tracker: subject, engineering: summary}
  - {tracker: description, engineering: description}
  - {tracker: priority, engineering: priority, values: {Immediate: Highest, Urgent: Highest, High: High, Normal: Medium, Low: Low}, default: {tracker: Low}}
  - {tracker: status, engineering: status, values: {New: To Do, In Progress: In Progress, Resolved: Done, Closed: Done, Feedback: In Progress, Rejected: Done}, default: {tracker: In Progress}}
  - {tracker: assignee, engineering: assignee, users: [email]}
comments:    {flow: both, private: keep, header: '{author} ({system}):'}
attachments: {flow: both, max_size: 1MB, publish: engineering}
deletes:     {tracker: note, engineering: unlink}
sweep: 10s
brakes: off
`

const systems = `
system: jira
kind: jira
base_url: %s
auth: {method: token, email: sync@acme.example, token: "${env:REAL_JIRA_TOKEN}"}
settings: {index_lag: 3s}
limits: {requests_per_second: 200, concurrency: 20}
`

const redmineFile = `
system: redmine
kind: rest
base_url: ${env:REAL_REDMINE_URL}
auth: {token: "${env:REAL_REDMINE_KEY}"}
settings: {manifest: redmine.yaml, mark_field: "${env:REAL_REDMINE_MARK_FIELD}", note_field: "${env:REAL_REDMINE_NOTE_FIELD}", readers: public}
limits: {requests_per_second: 20, concurrency: 4}
`

func newWorld(t *testing.T) *world {
	t.Helper()
	found := tenant.NeedRedmine(t)
	w := &world{t: t, dir: t.TempDir(), parts: map[string]*exec.Cmd{}}
	e, err := jira.New(jira.Options{IndexLag: time.Second, Limits: jira.Limits{Get: -1, Post: -1, Put: -1, Delete: -1, IssueShort: -1, IssueLong: -1}})
	w.must(err)
	s := httptest.NewServer(e.Handler())
	t.Cleanup(func() { s.Close(); e.Close() })
	e.SetBaseURL(s.URL)
	w.jira = s.URL
	w.connect(found)
	w.clear()
	w.boot()
	return w
}

// connect makes the connectors of those who work without duplex, and of those who look at what became of it.
func (w *world) connect(found tenant.Redmine) {
	manifest, err := os.ReadFile("../../examples/manifests/redmine.yaml")
	w.must(err)
	open := func(sys core.System) system {
		kind, err := connectors.Lookup(sys.Kind)
		w.must(err)
		c, err := kind.New(connectors.Config{System: sys, HTTP: &http.Client{Transport: counting{&w.calls}}})
		w.must(err)
		return c.(system)
	}
	w.redmine, w.issues = map[string]system{}, map[string]system{}
	for _, who := range []string{"sync", "ada"} {
		w.redmine[who] = open(core.System{Name: "redmine", Kind: "rest", BaseURL: found.URL, Auth: map[string]string{"token": found.Keys[who]},
			Settings: map[string]string{"manifest": "redmine.yaml", "mark_field": found.Mark, "note_field": found.Note, "readers": "public"},
			Files:    map[string]string{"redmine.yaml": string(manifest)}})
	}
	for _, who := range []string{"sync", "grace"} {
		w.issues[who] = open(core.System{Name: "jira", Kind: "jira", BaseURL: w.jira,
			Auth: map[string]string{"method": "token", "email": who + "@acme.example", "token": who + "-api-token"}, Settings: map[string]string{"index_lag": "3s"}})
	}
}

type counting struct{ n *atomic.Int64 }

func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return http.DefaultTransport.RoundTrip(r)
}

// boot starts the three parts and gives them the files.
func (w *world) boot() {
	token, err := app.AdminToken(w.dir)
	w.must(err)
	ports, err := rig.FreePorts(3)
	w.must(err)
	w.admin = rig.Person{Base: "http://" + rig.Address(ports[0]), Secret: token}
	w.flags = []string{"-dir", w.dir, "-admin", rig.Address(ports[0]), "-webhooks", rig.Address(ports[1]), "-temporal-port", fmt.Sprint(ports[2]), "-ui-port", "-1", "-heartbeat", "2s"}
	w.log, err = os.Create(filepath.Join(w.dir, "parts.log"))
	w.must(err)
	w.t.Cleanup(func() {
		for part := range w.parts {
			w.stop(part)
		}
		b, _ := os.ReadFile(w.log.Name())
		_ = w.log.Close()
		if w.t.Failed() {
			w.t.Logf("the end of what the parts logged:\n%s", b[max(0, len(b)-6000):])
		}
	})
	for _, part := range []string{app.PartEngine, app.PartGateway, app.PartWorker} {
		w.start(part)
	}
	w.ready()
	manifest, err := os.ReadFile("../../examples/manifests/redmine.yaml")
	w.must(err)
	w.put("systems", "jira", rig.Object{"source": fmt.Sprintf(systems, w.jira)})
	w.put("systems", "redmine", rig.Object{"source": redmineFile, "files": rig.Object{"redmine.yaml": string(manifest)}})
	w.put("connections", "trial", rig.Object{"source": connection})
}

func (w *world) put(what, name string, file rig.Object) {
	w.t.Helper()
	file["file_name"] = name + ".yaml"
	w.must(w.admin.Call(w.ctx(), "PUT", "/api/v1/"+what+"/"+name, file, nil))
}

func (w *world) start(part string) {
	w.t.Helper()
	cmd := exec.Command(os.Args[0], append(w.flags, "-parts", part)...)
	cmd.Env = append(os.Environ(), childFlag+"=1")
	cmd.Stderr = w.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // nothing is left behind when the test is killed
	w.must(cmd.Start())
	w.parts[part] = cmd
}

// stop ends a part as a power cut would.
func (w *world) stop(part string) {
	_ = w.parts[part].Process.Kill()
	_ = w.parts[part].Wait() // reports the kill
}

// kill ends a part with SIGKILL and starts it again.
func (w *world) kill(part string) {
	w.t.Helper()
	w.stop(part)
	w.kills++
	w.start(part)
}

func (w *world) ready() {
	w.eventually("the gateway answers", time.Minute, func() error { return w.admin.Call(w.ctx(), "GET", "/readyz", nil, nil) })
}

func (w *world) ctx() context.Context { return context.WithoutCancel(w.t.Context()) }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// try does what a person does, again while the system is busy: a Redmine on SQLite refuses to write while something else is written.
func (w *world) try(do func() error) {
	w.t.Helper()
	w.eventually("a person's work is taken", time.Minute, func() error {
		err := do()
		if connectors.Class(err) == "busy" {
			return err
		}
		w.must(err)
		return nil
	})
}

// eventually waits until holds returns nil, and fails the test with its last error.
func (w *world) eventually(what string, patience time.Duration, holds func() error) (took time.Duration) {
	w.t.Helper()
	for began := time.Now(); ; time.Sleep(500 * time.Millisecond) { // a real system tells nothing: it is asked
		err := holds()
		if err == nil {
			return time.Since(began)
		}
		if time.Since(began) > patience {
			w.t.Fatalf("%s: %v", what, err)
		}
	}
}

var errNotYet = errors.New("not yet")
