package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"duplex/emulators/jira"
	"duplex/emulators/zendesk"
	"duplex/standalone/app"
	"duplex/standalone/rig"
	"duplex/store"
	"duplex/workflows"
)

const (
	webhookSecret = "e2e-webhook-secret"
	patience      = 90 * time.Second // how long a change may take, kills included
	ownDelay      = 300 * time.Millisecond
	findLag       = 4 * time.Second // how long the sync looks for a new issue before it believes that there is none
	searchLag     = 3 * time.Second // how far the emulated search runs behind
	exportDelay   = 2 * time.Second // how much of the newest time the emulated export of changes hides
)

// Secrets are the same in every world, so that worlds can be side by side in one process; addresses are the worlds' own.
const systemFile = `
system: %s-acme
kind: %s
base_url: %s
auth: {method: token, email: sync@acme.example, token: "${env:E2E_%s_TOKEN}"}
webhook: {secret: "${env:E2E_WEBHOOK_SECRET}"}
limits: %s
`

// A ticket tagged bug gets an issue, and an issue labelled escalate gets a ticket: the same rules in both directions.
const connectionFile = `
connection: from-%[1]s
sides:
  support:     {system: zendesk-acme, type: ticket%[2]s}
  engineering: {system: jira-acme, type: issue, scope: {project: ENG, issuetype: %[3]s}%[4]s}
conflicts: latest
rules:
  - {support: subject, engineering: summary}
  - {support: description, engineering: description, when: create, flow: to-%[5]s}
  - {support: priority, engineering: priority, values: {urgent: Highest, high: High, normal: Medium, low: Low}, default: {support: low}, conflict: support}
  - {support: tags, engineering: labels, as: set}
comments:    {flow: both, private: keep, header: '{author} ({system}):'}
attachments: {flow: both, max_size: 1MB}
deletes:     {support: note, engineering: unlink}
sweep: 15m
`

// world is one installation under test with its two systems.
type world struct {
	t             *testing.T
	dir           string
	watch         *watch
	zendesk, jira rig.Control
	ada, grace    rig.Person // Ada at Zendesk, Grace at Jira
	admin         rig.Person
	store         *store.Store
	temporal      client.Client
	flags         []string
	base          app.Options
	worker        *exec.Cmd
	log           *os.File
	stopEngine    func()
}

type object = rig.Object

// connections are the files by name; see connectionFile.
var connections = map[string][]byte{
	"from-tickets": fmt.Appendf(nil, connectionFile, "tickets", `, start: '"bug" in item.tags'`, "Bug", "", "engineering"),
	"from-issues":  fmt.Appendf(nil, connectionFile, "issues", "", "Task", `, start: '"escalate" in item.labels'`, "support"),
}

// newWorld starts everything and applies the systems and the named connections, or all. dsn "" keeps the store in the
// data directory.
func newWorld(t *testing.T, dsn string, names ...string) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), watch: newWatch(), stopEngine: func() {}}
	w.systems()
	w.boot(dsn, map[rig.Control]string{w.zendesk: "zendesk-acme", w.jira: "jira-acme"})
	w.apply(names)
	return w
}

// boot starts duplex and waits until it answers. The systems, which run already, send their webhooks to it under these names.
func (w *world) boot(dsn string, systems map[rig.Control]string) {
	t := w.t
	t.Helper()
	token, err := app.AdminToken(w.dir)
	w.must(err)
	ports, err := rig.FreePorts(3)
	w.must(err)
	admin, webhooks, temporal := ports[0], ports[1], ports[2]
	for c, system := range systems {
		w.must(rig.Person{Base: string(c)}.Call(w.ctx(), "POST", "/_control/webhook_target", object{"url": "http://" + rig.Address(webhooks) + "/webhooks/" + system, "secret": webhookSecret}, nil))
	}
	w.admin = rig.Person{Base: "http://" + rig.Address(admin), Secret: token}
	w.base = app.Options{Dir: w.dir, StoreDSN: dsn, Webhooks: rig.Address(webhooks), Admin: rig.Address(admin), Temporal: temporal, UI: -1,
		Tuning: workflows.DefaultTuning, Log: slog.New(slog.DiscardHandler), OwnDelay: ownDelay}
	w.flags = []string{"-dir", w.dir, "-webhooks", w.base.Webhooks, "-admin", w.base.Admin, "-temporal-port", fmt.Sprint(temporal), "-ui-port", "-1",
		"-heartbeat", "2s", "-store", dsn}
	if w.log, err = os.Create(filepath.Join(w.dir, "worker.log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.showLog)
	w.startEngine()
	t.Cleanup(func() { w.stopEngine() })
	stop := w.run(app.PartGateway)
	t.Cleanup(stop)
	if w.store, err = w.base.OpenStore(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.store.Close() })
	if w.temporal, err = client.NewLazyClient(client.Options{HostPort: rig.Address(temporal), Namespace: "duplex",
		Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.temporal.Close)
	w.startWorker()
	t.Cleanup(w.killWorker)
	w.eventually("the gateway answers", func() error { return w.admin.Call(w.ctx(), "GET", "/readyz", nil, nil) })
}

func (w *world) ctx() context.Context { return context.WithoutCancel(w.t.Context()) }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// systems starts both emulators behind the watch.
func (w *world) systems() {
	z, err := zendesk.New(zendesk.Options{Limits: zendesk.NoLimits(), ExportDelay: exportDelay, WebhookRetryWait: 200 * time.Millisecond})
	w.must(err)
	j, err := jira.New(jira.Options{IndexLag: searchLag, RetryWait: 200 * time.Millisecond,
		Limits: jira.Limits{Get: -1, Post: -1, Put: -1, Delete: -1, IssueShort: -1, IssueLong: -1}})
	w.must(err)
	w.zendesk, w.jira = w.serve(z.Handler(), z.SetBaseURL, z.Close), w.serve(j.Handler(), j.SetBaseURL, j.Close)
	w.ada, w.grace = rig.Agent(string(w.zendesk), "ada"), rig.Engineer(string(w.jira), "grace")
}

func (w *world) serve(h http.Handler, base func(string), end func()) rig.Control {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	url := "http://" + l.Addr().String()
	base(url)
	srv := &http.Server{Handler: w.watch.front(h), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go func() { _ = srv.Serve(l) }() // ends by Close
	w.t.Cleanup(func() { _ = srv.Close(); end() })
	return rig.Control(url)
}

// run runs one part in this process. The returned function stops it and waits.
func (w *world) run(part string) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	o, done := w.base, make(chan error, 1)
	o.Parts = []string{part}
	go func() { done <- app.Run(ctx, o, io.Discard) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Errorf("the %s ended: %v", part, err)
		}
		done <- nil
	}
}

// startEngine runs the engine as a process without the race detector, which would make Temporal's server several times slower and
// finds nothing of duplex in it.
func (w *world) startEngine() {
	w.t.Helper()
	program, err := standalone()
	w.must(err)
	engine := w.process(exec.Command(program, append([]string{"serve"}, w.with(app.PartEngine)...)...))
	w.stopEngine = func() {
		w.stopEngine = func() {}
		if err := errors.Join(engine.Process.Signal(syscall.SIGTERM), engine.Wait()); err != nil {
			w.t.Errorf("the engine ended: %v", err)
		}
	}
}

// standalone is the program of a user, built once for all worlds.
var standalone = sync.OnceValues(func() (string, error) {
	program := filepath.Join(programs, "standalone")
	out, err := exec.Command("go", "build", "-o", program, "../cmd/standalone").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the standalone: %w\n%s", err, out)
	}
	return program, nil
})

func (w *world) startWorker() {
	w.t.Helper()
	w.worker = exec.Command(os.Args[0], w.with(app.PartWorker)...)
	w.worker.Env = append(os.Environ(), childFlag+"=1")
	w.process(w.worker)
}

// process starts a part; nothing is left behind when the test is killed.
func (w *world) process(cmd *exec.Cmd) *exec.Cmd {
	w.t.Helper()
	cmd.Stderr = w.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	w.must(cmd.Start())
	return cmd
}

// with are the flags of a process that is that part.
func (w *world) with(part string) []string {
	return append(slices.Clone(w.flags), "-parts", part)
}

// killWorker ends the worker as a power cut would.
func (w *world) killWorker() {
	if w.worker == nil {
		return
	}
	_ = w.worker.Process.Kill()
	_ = w.worker.Wait() // reports the kill
	w.worker = nil
}

func (w *world) showLog() {
	b, _ := os.ReadFile(w.log.Name())
	_ = w.log.Close()
	if w.t.Failed() {
		w.t.Logf("the end of the worker's log:\n%s", b[max(0, len(b)-4000):])
	}
}

// deliver sets how both systems deliver webhooks: normal, drop or pause.
func (w *world) deliver(mode string) {
	w.t.Helper()
	for _, c := range []rig.Control{w.zendesk, w.jira} {
		w.must(c.Webhooks(w.ctx(), mode, 0))
	}
}

// ownCalls are the calls that the sync has made at the systems so far.
func (w *world) ownCalls(systems ...rig.Control) (own []rig.Call) {
	w.t.Helper()
	for _, s := range systems {
		all, err := s.Calls(w.ctx(), 0)
		w.must(err)
		own = append(own, slices.DeleteFunc(all, func(c rig.Call) bool { return !c.Own() })...)
	}
	return own
}

// apply gives duplex the systems and the connections through the admin API.
func (w *world) apply(names []string) {
	w.t.Helper()
	w.limit("{requests_per_second: 1000, concurrency: 300}")
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(connections))
	}
	for _, name := range names {
		w.put("connections", name, connections[name])
	}
}

// limit gives duplex both systems with those limits.
func (w *world) limit(limits string) {
	w.t.Helper()
	w.put("systems", "zendesk-acme", fmt.Appendf(nil, systemFile, "zendesk", "zendesk", w.zendesk, "ZENDESK", limits))
	w.put("systems", "jira-acme", fmt.Appendf(nil, systemFile+"settings: {index_lag: %s}\n", "jira", "jira", w.jira, "JIRA", limits, findLag))
}

// put gives duplex the file of a system or a connection.
func (w *world) put(what, name string, file []byte) {
	w.t.Helper()
	w.must(w.admin.Call(w.ctx(), "PUT", "/api/v1/"+what+"/"+name, object{"file_name": name + ".yaml", "source": string(file)}, nil))
}

// eventually waits until holds returns nil, and fails the test with its last error.
func (w *world) eventually(what string, holds func() error) {
	w.t.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		err := holds()
		if err == nil {
			return
		}
		if time.Since(began) > patience {
			w.t.Fatalf("%s: %v", what, err)
		}
	}
}

// settle waits until the sync has made no call for a while that is longer than its own echoes are held back.
func (w *world) settle() {
	w.t.Helper()
	w.eventually("the sync comes to rest", func() error {
		if q := w.watch.quietFor(); q < 5*ownDelay {
			return fmt.Errorf("the last call was %v ago", q)
		}
		return nil
	})
}

// each runs f for every element, a few at a time, and joins the errors.
func each[T any](list []T, f func(T) error) error {
	errs, slots := make([]error, len(list)), make(chan struct{}, 6)
	done := make(chan struct{}, len(list))
	for i, x := range list {
		go func() {
			slots <- struct{}{}
			errs[i] = f(x)
			<-slots
			done <- struct{}{}
		}()
	}
	for range list {
		<-done
	}
	return errors.Join(errs...)
}
