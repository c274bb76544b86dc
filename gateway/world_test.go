package gateway

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/store"
	"duplex/store/storetest"
	"duplex/workflows"
)

const token = "a-long-random-token"

const desk = `connection: desk
sides:
  support:     {system: left, type: item, start: 'item.priority == "high"'}
  engineering: {system: right, type: item}
conflicts: latest
rules:
  - {support: title, engineering: title}
`

// world is a gateway between two memory systems, a real store and an engine that only remembers what it was told.
type world struct {
	t       *testing.T
	gateway *Gateway
	store   *store.Store
	engine  *fakeEngine
	sys     [2]*memory.System
	public  *httptest.Server
	admin   *httptest.Server
	now     func() time.Time
}

func newWorld(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	w := &world{t: t, store: storetest.Open(t, store.SQLite), engine: &fakeEngine{}, now: time.Now}
	w.sys[core.A] = memory.New(memory.Options{Name: "left", Secret: "left-secret"})
	w.sys[core.B] = memory.New(memory.Options{Name: "right", Secret: "right-secret"})
	o := Options{Store: w.store, Temporal: w.engine, Systems: w, AdminToken: token, PublicURL: "https://duplex.acme.example",
		TemporalUI: "http://127.0.0.1:8233", OwnDelay: 30 * time.Millisecond, Log: slog.New(slog.DiscardHandler),
		Check: func(_ context.Context, v core.ConnectionVersion) (*mapping.Mapping, mapping.Diagnostics, error) {
			m, diags := mapping.Compile(v.FileName, v.Source, mapping.Env{Read: filesOf(v),
				Systems: map[string]string{"left": "memory", "right": "memory"}})
			return m, diags, nil
		}}
	for _, f := range change {
		f(&o)
	}
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	g.engine.base = 5 * time.Millisecond
	w.gateway = g
	w.public, w.admin = httptest.NewServer(g.Webhooks()), httptest.NewServer(g.Admin())
	t.Cleanup(w.public.Close)
	t.Cleanup(w.admin.Close)
	return w
}

// Connector and Kinds make the world the gateway's Systems.
func (w *world) Connector(_ context.Context, name string) (connectors.Connector, error) {
	for _, s := range w.sys {
		if s.Name() == name {
			return s.Connector(), nil
		}
	}
	if name == "broken" {
		return nil, errors.New("its file names a secret that is not set")
	}
	return nil, connectors.ErrNotFound
}

func (w *world) Kinds(context.Context) (map[string]string, error) {
	return map[string]string{"left": "memory", "right": "memory"}, nil
}

// connect stores a connection as it is applied.
func (w *world) connect(source string) {
	w.t.Helper()
	m, diags := mapping.Compile("desk.yaml", []byte(source), mapping.Env{})
	if err := diags.Err(); err != nil {
		w.t.Fatal(err)
	}
	v := core.ConnectionVersion{Name: m.Connection.Name, FileName: "desk.yaml", Source: []byte(source)}
	if _, _, err := w.store.PutConnection(w.t.Context(), v); err != nil {
		w.t.Fatal(err)
	}
}

// pair stores a pair of items; an empty id is an item that does not exist yet.
func (w *world) pair(left, right string) core.Pair {
	w.t.Helper()
	p := core.Pair{ID: core.PairID("desk", "support", left), Connection: "desk", Status: core.PairInSync, Version: 1}
	p.Sides[core.A] = core.PairSide{Name: "support", Ref: core.Ref{System: "left", Type: "item", ID: left, Key: "M-" + left}}
	p.Sides[core.B] = core.PairSide{Name: "engineering", Ref: core.Ref{System: "right"}}
	if right != "" {
		p.Sides[core.B].Ref = core.Ref{System: "right", Type: "item", ID: right, Key: "R-" + right}
	}
	got, _, err := w.store.ClaimPair(w.t.Context(), p)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

// send posts a signed webhook as the system does and returns the status.
func (w *world) send(side core.Side, id string, h core.Hint) int {
	w.t.Helper()
	return w.post(w.sys[side].Name(), w.sys[side].Webhook(id, h, w.now()))
}

func (w *world) post(system string, call connectors.WebhookCall) int {
	w.t.Helper()
	return w.do(w.public.URL+"/webhooks/"+system, call)
}

func (w *world) do(url string, call connectors.WebhookCall) int {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), call.Method, url, bytesReader(call.Body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header = call.Header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// delivery is the delivery of that id.
func (w *world) delivery(id string) core.Delivery {
	w.t.Helper()
	all, err := w.store.Deliveries(w.t.Context(), store.DeliveryFilter{})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range all {
		if d.ID == id {
			return d
		}
	}
	w.t.Fatalf("delivery %s was not recorded", id)
	return core.Delivery{}
}

// eventually polls until ok holds.
func (w *world) eventually(what string, ok func() bool) {
	w.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			w.t.Fatalf("not within 10 s: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// run lets the gateway drain until the test ends.
func (w *world) run() {
	ctx, stop := context.WithCancel(w.t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = w.gateway.Run(ctx) }()
	w.t.Cleanup(func() { stop(); <-ended })
}

// fakeEngine remembers signals and updates. While err is set it refuses everything.
type fakeEngine struct {
	mu        sync.Mutex
	err       error
	updateErr error
	tries     int
	signals   []signalled
	updates   []updated
	started   []started
}

type started struct {
	id  string
	arg any
}

type signalled struct {
	id      string
	hint    workflows.Hint
	state   workflows.PairState
	options client.StartWorkflowOptions
}

type updated struct {
	id, name string
	arg      any
	state    any
}

func (e *fakeEngine) fail(err error) { e.mu.Lock(); e.err = err; e.mu.Unlock() }

func (e *fakeEngine) all() []signalled {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]signalled(nil), e.signals...)
}

func (e *fakeEngine) SignalWithStartWorkflow(_ context.Context, id, name string, arg any, o client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tries++
	if e.err != nil {
		return nil, e.err
	}
	if name != workflows.HintSignal || id != o.ID {
		return nil, serviceerror.NewInvalidArgument("not the signal of a pair")
	}
	e.signals = append(e.signals, signalled{id: id, hint: arg.(workflows.Hint), state: args[0].(workflows.PairState), options: o})
	return nil, nil
}

func (e *fakeEngine) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return nil, e.err
	}
	e.started = append(e.started, started{id: o.ID, arg: args[0]})
	return nil, nil
}

type operation struct {
	client.WithStartWorkflowOperation
	state any
}

func (e *fakeEngine) NewWithStartWorkflowOperation(_ client.StartWorkflowOptions, _ any, args ...any) client.WithStartWorkflowOperation {
	return &operation{state: args[0]}
}

func (e *fakeEngine) UpdateWithStartWorkflow(_ context.Context, o client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return nil, e.err
	}
	u := o.UpdateOptions
	e.updates = append(e.updates, updated{id: u.WorkflowID, name: u.UpdateName, arg: u.Args[0], state: o.StartWorkflowOperation.(*operation).state})
	return &handle{err: e.updateErr, answer: workflows.Answer{Text: u.UpdateName + " accepted"}}, nil
}

func (e *fakeEngine) CheckHealth(context.Context, *client.CheckHealthRequest) (*client.CheckHealthResponse, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return nil, e.err
}

type handle struct {
	client.WorkflowUpdateHandle
	answer workflows.Answer
	err    error
}

func (h *handle) Get(_ context.Context, into any) error {
	if h.err == nil {
		*into.(*workflows.Answer) = h.answer
	}
	return h.err
}
