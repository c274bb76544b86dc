package pairs_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"duplex/activities"
	"duplex/connectors"
	"duplex/core"
	"duplex/standalone/kinds"
	"duplex/store"
	"duplex/store/storetest"
	"duplex/workflows"
)

const connection = "any-two"

// ends are the names of the sides. Items begin on the first.
var ends = [2]string{"here", "there"}

// place is one side: an emulator, the connector of the integration's account, and ada's.
type place struct {
	*kinds.Site
	duplex, ada connectors.Connector
	self        string // the integration's account
	fields      connectors.Description
}

// world is one ordered pair of kinds with a store and one pair workflow on the SDK's time-skipping environment.
type world struct {
	*testing.T
	env    *testsuite.TestWorkflowEnvironment
	store  *store.Store
	places [2]*place
	pair   string // its id, once there is one
	item   core.Ref
	twin   atomic.Value    // its id, once there is one
	heard  [2]atomic.Int64 // hints about the pair's items
	runs   atomic.Bool     // the workflow, so that it can be told something
}

// newWorld takes what the connection's file is turned into before it is used.
func newWorld(t *testing.T, profiles [2]kinds.Profile, change ...func(string) string) *world {
	t.Helper()
	w := &world{T: t, store: storetest.Open(t, store.SQLite)}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(slog.New(slog.DiscardHandler))
	w.env = suite.NewTestWorkflowEnvironment()
	began := time.Now()
	// Skipped time and real time pass, so that no two calls are made at the same moment.
	clock := func() time.Time { return w.env.Now().Add(time.Since(began)).UTC() }
	for i, p := range profiles {
		w.places[i] = w.open(p, fmt.Sprintf("%s-%s", p.Kind, ends[i]), clock)
	}
	front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.webhook(rw, r, clock()) }))
	t.Cleanup(front.Close)
	for _, p := range w.places {
		if p.Webhooks == "" {
			w.must(p.Target(front.URL + "/webhooks/" + p.Name))
		}
	}
	source := kinds.Connection(connection, [2]kinds.End{
		{Profile: profiles[0], Name: ends[0], System: w.places[0].Name, Start: "true"},
		{Profile: profiles[1], Name: ends[1], System: w.places[1].Name},
	})
	for _, f := range change {
		source = f(source)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the connection:\n%s", source)
		}
	})
	if _, _, err := w.store.PutConnection(context.Background(), core.ConnectionVersion{Name: connection, FileName: "any-two.yaml", Source: []byte(source)}); err != nil {
		t.Fatal(err)
	}
	act := &activities.Activities{Store: w.store, Systems: w, Now: clock, Log: slog.New(slog.DiscardHandler),
		Mappings: &activities.Mappings{Store: w.store, Systems: w}}
	if _, err := act.Mappings.Active(context.Background(), connection); err != nil {
		t.Fatal(err)
	}
	w.env.RegisterActivity(act)
	w.env.RegisterWorkflowWithOptions(workflows.Workflows{Tuning: workflows.DefaultTuning}.Pair, workflow.RegisterOptions{Name: workflows.PairWorkflow})
	w.env.SetTestTimeout(time.Minute)
	w.env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute}) // the machine may be busy with other tests
	return w
}

func (w *world) open(profile kinds.Profile, name string, clock func() time.Time) *place {
	w.Helper()
	site, err := kinds.Play(profile, name, kinds.Options{Clock: clock, Seed: 1})
	w.must(err)
	w.Cleanup(site.Close)
	p := &place{Site: site}
	p.duplex, err = site.Connector("sync")
	w.must(err)
	p.ada, err = site.Connector("ada")
	w.must(err)
	p.fields, err = p.ada.Describe(w.Context(), profile.Type)
	w.must(err)
	if i, ok := p.duplex.(connectors.Identifier); ok {
		me, err := i.Self(w.Context())
		w.must(err)
		p.self = me.ID()
	}
	return p
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// webhook is what the gateway does with a call, as far as one pair is concerned.
func (w *world) webhook(rw http.ResponseWriter, r *http.Request, now time.Time) {
	body, err := io.ReadAll(r.Body)
	side, p := w.named(strings.TrimPrefix(r.URL.Path, "/webhooks/"))
	if err != nil || p == nil || !w.runs.Load() {
		return
	}
	hook, err := p.duplex.(connectors.WebhookParser).ParseWebhook(connectors.WebhookCall{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Header: r.Header, Body: body, Now: now}, p.self)
	if err != nil {
		w.Errorf("%s: a webhook is not read: %v", p.Kind, err)
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	if a := hook.Answer; a != nil {
		for name, value := range a.Header {
			rw.Header().Set(name, value)
		}
		if a.ContentType != "" {
			rw.Header().Set("Content-Type", a.ContentType)
		}
		_, _ = rw.Write(a.Body)
	}
	for _, h := range hook.Hints {
		if h.Ref.ID != w.id(side) {
			continue
		}
		if !h.Own {
			w.heard[side].Add(1)
		}
		w.env.SignalWorkflow(workflows.HintSignal, workflows.Hint{Side: side, Kind: h.Kind, Revision: h.Revision, Own: h.Own})
	}
}

func (w *world) named(system string) (core.Side, *place) {
	for i, p := range w.places {
		if p.Name == system {
			return core.Side(i), p
		}
	}
	return 0, nil
}

// id is the pair's item on a side, "" while there is none.
func (w *world) id(side core.Side) string {
	if side == core.A {
		return w.item.ID
	}
	if id, ok := w.twin.Load().(string); ok {
		return id // also when the pair has ended
	}
	p, err := w.store.Pair(context.Background(), w.pair)
	if err != nil || p.Sides[side].Ref.ID == "" {
		return ""
	}
	w.twin.Store(p.Sides[side].Ref.ID)
	return p.Sides[side].Ref.ID
}

// Connector and Kinds make the world the activities' Systems.
func (w *world) Connector(_ context.Context, name string) (connectors.Connector, error) {
	if _, p := w.named(name); p != nil {
		return p.duplex, nil
	}
	return nil, connectors.ErrNotFound
}

func (w *world) Kinds(context.Context) (map[string]string, error) {
	return map[string]string{w.places[0].Name: w.places[0].Kind, w.places[1].Name: w.places[1].Kind}, nil
}

// drained waits until the emulator of a side has delivered its webhooks.
func (w *world) drained(side core.Side) error {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if w.places[side].Emulator.Webhooks().Report().Waiting == 0 {
			return nil
		}
	}
	return fmt.Errorf("%s still has webhooks to deliver", w.places[side].Kind)
}

// run plays the workflow of the pair that the first side's item begins, with steps at their times. It ends with the pair.
func (w *world) run(steps []step) {
	state := workflows.FromItem(connection, ends, [2]string{w.places[0].Name, w.places[1].Name}, core.A, core.Ref{System: w.places[0].Name, ID: w.item.ID})
	w.pair = state.ID
	w.env.RegisterDelayedCallback(func() { w.runs.Store(true) }, time.Millisecond)
	at, played := time.Duration(0), 0
	for _, s := range steps {
		at += s.after
		w.env.RegisterDelayedCallback(func() { played++; s.do() }, at)
	}
	w.env.RegisterDelayedCallback(func() {
		w.runs.Store(false)
		w.env.UpdateWorkflow(workflows.UnlinkUpdate, "", &testsuite.TestUpdateCallback{OnReject: func(error) {}, OnAccept: func() {}, OnComplete: func(any, error) {}},
			workflows.OperatorRequest{By: "test"})
	}, at+time.Hour)
	w.env.ExecuteWorkflow(workflows.PairWorkflow, state)
	w.runs.Store(false)
	if err := w.env.GetWorkflowError(); err != nil {
		w.Errorf("the workflow ended with %v", err)
	}
	if played < len(steps) {
		w.Errorf("the workflow ended after %d of %d steps", played, len(steps))
	}
}

// step is what happens some time after the step before.
type step struct {
	after time.Duration
	do    func()
}
