package workflows_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"duplex/activities"
	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
	"duplex/workflows"
)

const connection = "desk"

// world is two memory systems, a real store, the real activities, and the workflow of one pair on the SDK's
// time-skipping environment. What people do in the systems reaches the workflow as hints, as webhooks would.
type world struct {
	t      *testing.T
	env    *testsuite.TestWorkflowEnvironment
	store  *store.Store
	sys    [2]*memory.System
	act    *activities.Activities
	quiet  atomic.Bool // no hints: webhooks are lost, or the workflow does not run yet
	loses  func() bool // of a hint: its webhook is lost; nil: none is
	tuning workflows.Tuning
	seen   recorder                                     // what the engine is given to keep
	wraps  func(*memory.Connector) connectors.Connector // what a system is like instead; nil: as it is
}

var sideNames = [2]string{"support", "engineering"}

const mappingFile = `
connection: desk
sides:
  support:     {system: left, type: item, start: 'item.priority == "high"'}
  engineering: {system: right, type: item}
conflicts: latest
rules:
  - {support: title, engineering: title}
  - {support: description, engineering: description}
  - {support: priority, engineering: priority, conflict: support}
  - {support: assignee, engineering: assignee, users: [email], conflict: park}
  - {support: labels, engineering: labels, as: set}
comments: {flow: both, private: keep, header: '{author} ({system}):'}
attachments: {flow: both, max_size: 1MB}
deletes: {support: note, engineering: unlink}
`

func newWorld(t *testing.T, file string, shape ...func(side core.Side, o *memory.Options)) *world {
	t.Helper()
	w := &world{t: t, store: storetest.Open(t, store.SQLite), tuning: workflows.DefaultTuning}
	clock := func() time.Time { return w.env.Now() }
	for i, name := range []string{"left", "right"} {
		o := memory.Options{Name: name, Clock: clock, Nasty: memory.Nasty{Seed: 1}}
		for _, f := range shape {
			f(core.Side(i), &o)
		}
		w.sys[i] = memory.New(o)
	}
	if _, _, err := w.store.PutConnection(context.Background(), core.ConnectionVersion{Name: connection, FileName: "desk.yaml", Source: []byte(file)}); err != nil {
		t.Fatal(err)
	}
	w.act = &activities.Activities{Store: w.store, Systems: w, Now: clock, Log: slog.New(slog.DiscardHandler), Ledger: "http://duplex.test/plans/",
		Mappings: &activities.Mappings{Store: w.store, Systems: w}}
	for i := range w.sys {
		w.sys[i].OnChange(func(h core.Hint) {
			if w.quiet.Load() || w.loses != nil && w.loses() {
				return
			}
			w.hint(core.Side(i), h)
		})
	}
	w.nextRun(time.Time{})
	return w
}

// nextRun gives the world a fresh environment for another run of the workflow. The systems and the store stay.
func (w *world) nextRun(start time.Time) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(slog.New(slog.DiscardHandler))
	w.env = suite.NewTestWorkflowEnvironment()
	if !start.IsZero() {
		w.env.SetStartTime(start)
	}
	w.env.SetDataConverter(&w.seen)
	w.env.SetOnActivityCompletedListener(func(_ *activity.Info, _ converter.EncodedValue, err error) { w.seen.failure(err) })
	w.env.SetOnLocalActivityCompletedListener(func(_ *activity.Info, _ converter.EncodedValue, err error) { w.seen.failure(err) })
	w.env.RegisterActivity(w.act)
	w.env.RegisterWorkflowWithOptions(workflows.Workflows{Tuning: w.tuning}.Pair, workflow.RegisterOptions{Name: workflows.PairWorkflow})
	w.env.SetTestTimeout(time.Minute)
	w.quiet.Store(true)
	w.at(time.Millisecond, func() { w.quiet.Store(false) })
}

// hint is a webhook that has reached the pair.
func (w *world) hint(side core.Side, h core.Hint) {
	w.env.SignalWorkflow(workflows.HintSignal, workflows.Hint{Side: side, Kind: h.Kind, Revision: h.Revision, Own: h.Own})
}

// Connector and Kinds make the world the activities' Systems.
func (w *world) Connector(_ context.Context, name string) (connectors.Connector, error) {
	for _, s := range w.sys {
		if s.Name() == name && w.wraps != nil {
			return w.wraps(s.Connector()), nil
		}
		if s.Name() == name {
			return s.Connector(), nil
		}
	}
	return nil, connectors.ErrNotFound
}

func (w *world) Kinds(context.Context) (map[string]string, error) {
	return map[string]string{"left": "memory", "right": "memory"}, nil
}

// at runs f at a time after the start of the workflow.
func (w *world) at(d time.Duration, f func()) { w.env.RegisterDelayedCallback(f, d) }

// run starts the workflow for an item of the left side and ends it by unlinking at the end, so that the run is whole.
func (w *world) run(item core.Ref, end time.Duration) workflows.Answer {
	w.t.Helper()
	return w.runFrom(w.fresh(item), end)
}

// fresh is the state of a pair that the left item may begin.
func (w *world) fresh(item core.Ref) workflows.PairState {
	return workflows.FromItem(connection, sideNames, [2]string{"left", "right"}, core.A, core.Ref{System: "left", ID: item.ID})
}

func (w *world) runFrom(state workflows.PairState, end time.Duration) workflows.Answer {
	w.t.Helper()
	w.at(end, func() {
		w.env.UpdateWorkflow(workflows.UnlinkUpdate, "", &testsuite.TestUpdateCallback{OnReject: func(error) {}, OnAccept: func() {}, OnComplete: func(any, error) {}},
			workflows.OperatorRequest{By: "test"})
	})
	w.env.ExecuteWorkflow(workflows.PairWorkflow, state)
	if err := w.env.GetWorkflowError(); err != nil {
		w.t.Fatalf("workflow: %v", err)
	}
	var a workflows.Answer
	if err := w.env.GetWorkflowResult(&a); err != nil {
		w.t.Fatal(err)
	}
	return a
}

// twin is the only item of the right side.
func (w *world) twin() *core.Observation {
	w.t.Helper()
	items := w.sys[core.B].Items()
	if len(items) != 1 {
		w.t.Fatalf("%d items on the right, want one twin", len(items))
	}
	return &items[0]
}

func (w *world) left(id string) *core.Observation {
	w.t.Helper()
	o, ok := w.sys[core.A].Item(id)
	if !ok {
		w.t.Fatal("the left item is gone")
	}
	return &o
}

// ticket is an item of the left side that meets the trigger.
func (w *world) ticket() core.Ref {
	w.t.Helper()
	ref, err := w.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{
		"title": core.String("printer on fire"), "description": core.Text("plain", "it burns"), "priority": core.Option("", "high"),
		"labels": core.Strings("hot")}})
	if err != nil {
		w.t.Fatal(err)
	}
	return ref
}

var errDenied = fmt.Errorf("read: %w", connectors.ErrDenied)

func refusal(field, why string) error { return connectors.Invalid("write", field, why) }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Error(err)
	}
}

func (w *world) comment(side core.Side, user, id, text string, audience core.Audience) {
	w.t.Helper()
	_, err := w.sys[side].CommentAs(user, id, text, audience)
	w.must(err)
}

func (w *world) update(name string, arg any) {
	w.env.UpdateWorkflow(name, "", &testsuite.TestUpdateCallback{OnReject: func(err error) { w.t.Error(err) }, OnAccept: func() {},
		OnComplete: func(_ any, err error) { w.must(err) }}, arg)
}

func (w *world) pair(item string) core.Pair {
	return w.pairByID(core.PairID(connection, "support", item))
}

func (w *world) pairByID(id string) core.Pair {
	w.t.Helper()
	p, err := w.store.Pair(context.Background(), id)
	w.must(err)
	return p
}
