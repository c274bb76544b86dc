package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"duplex/connectors/memory"
	"duplex/core"
	"duplex/internal/service"
	"duplex/standalone/app"
	"duplex/standalone/engine"
	"duplex/store"
	"duplex/stuck"
	"duplex/workflows"
)

// TestEngineLostRebuildsFromStore loses the engine with its whole database while the webhooks of that time are lost too.
// From the store alone every pair goes on, what people did meanwhile arrives, and nothing is doubled or undone.
func TestEngineLostRebuildsFromStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	w.killWorker()
	w.flags = append(w.flags, "-stuck-every", "1s")
	w.startWorker()
	ctx := w.ctx()
	var all []*subject
	for n := range 6 {
		all = append(all, w.newSubject(n, n%2 == 1, nil))
	}
	d := &duplicates{world: w}
	for thing := range 2 {
		w.must(each(all, func(s *subject) error { return things[thing].do(s, ctx) }))
		w.eventually(things[thing].name, func() error { return d.holds(thing, all) })
	}
	w.settle()
	paused := all[5]
	w.must(w.admin.Call(ctx, "POST", "/api/v1/pairs/"+paused.id()+"/pause", object{}, nil))
	w.eventually("a pass of the sweeper, and a pause that shows", func() error {
		r, err := w.store.StuckReport(ctx)
		if err != nil || r.Engine == "" {
			return fmt.Errorf("%+v, %w", r, err)
		}
		p, err := w.store.Pair(ctx, paused.id())
		if err == nil && p.Status != core.PairPaused {
			err = fmt.Errorf("the pair is %s", p.Status)
		}
		return err
	})
	before, err := w.store.StuckReport(ctx)
	w.must(err)

	w.killWorker()
	fresh := w.newSubject(7, false, nil) // handed over, and not looked at before the engine is lost
	w.must(fresh.report(ctx))
	w.eventually("the new item is handed over", func() error {
		if _, err := w.temporal.DescribeWorkflowExecution(ctx, fresh.id(), ""); err != nil {
			return err
		}
		waiting, err := w.store.WaitingDeliveries(ctx, 1)
		if err == nil && len(waiting) > 0 {
			err = fmt.Errorf("delivery %d waits", waiting[0].Seq)
		}
		return err
	})
	w.deliver("drop")
	for i, s := range all {
		if i%2 == 0 {
			w.must(s.ada.EditTicket(ctx, s.ticket, object{"subject": s.token + " unheard"}))
		} else {
			w.must(s.grace.EditIssue(ctx, s.issue, object{"summary": s.token + " unheard"}))
		}
	}
	w.stopEngine()
	w.must(os.RemoveAll(filepath.Join(w.dir, "temporal")))
	w.startEngine()
	began := time.Now()
	w.startWorker()

	w.eventually("what nobody told of arrives", func() error {
		for _, s := range all[:5] {
			if err := s.says(s.token + " unheard"); err != nil {
				return err
			}
		}
		return nil
	})
	w.deliver("normal")
	w.eventually("the new item arrives", func() error { return d.holds(0, []*subject{fresh}) })
	w.eventually("every pair has its workflow", func() error {
		for _, s := range append(all, fresh) {
			e, err := w.temporal.DescribeWorkflowExecution(ctx, s.id(), "")
			if err != nil {
				return err
			}
			if got := e.GetWorkflowExecutionInfo().GetStatus(); got != enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
				return fmt.Errorf("%s is %s", s.id(), got)
			}
		}
		return nil
	})
	t.Logf("%d pairs went on %v after the engine was lost", len(all), time.Since(began).Round(time.Millisecond))
	w.settle()
	if err := paused.says(paused.token + " broken"); err != nil {
		t.Errorf("losing the engine undid an operator's pause: %v", err)
	}
	w.must(w.admin.Call(ctx, "POST", "/api/v1/pairs/"+paused.id()+"/resume", object{}, nil))
	w.eventually("the paused pair goes on when it is resumed", func() error { return paused.says(paused.token + " unheard") })
	w.settle()
	if err := d.holds(1, all); err != nil {
		t.Errorf("after the engine was lost: %v", err)
	}
	after, err := w.store.StuckReport(ctx)
	w.must(err)
	if after.Engine == before.Engine {
		t.Error("the sweeper did not notice that the engine is another one")
	}
}

// says holds the subject of both items.
func (s *subject) says(words string) error {
	if s.fromIssue {
		return s.ticketSays(words)
	}
	return s.issueSays(words)
}

// desk is a store, an engine in memory and two memory systems with pairs that began on the left.
type desk struct {
	t           *testing.T
	ctx         context.Context
	engine      *engine.Engine
	temporal    client.Client
	store       *store.Store
	left, right *memory.System
	refs        []core.Ref
	mu          sync.Mutex
	restarted   map[core.StuckReason]int
}

func newDesk(t *testing.T, name string) *desk {
	d := &desk{t: t, ctx: t.Context(), restarted: map[core.StuckReason]int{}}
	var err error
	if d.engine, err = engine.Start(d.ctx, engine.Options{UIPort: -1, Namespace: "duplex", SearchAttributes: app.SearchAttributes()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.engine.Stop)
	if d.temporal, err = client.Dial(client.Options{HostPort: d.engine.Address(), Namespace: "duplex", Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.temporal.Close)
	if d.store, err = store.Open(d.ctx, "sqlite:"+filepath.Join(t.TempDir(), "duplex.db"), store.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.store.Close() })
	d.left, d.right = memory.Share(memory.New(memory.Options{Name: name + "-left"})), memory.Share(memory.New(memory.Options{Name: name + "-right"}))
	for _, s := range []*memory.System{d.left, d.right} {
		if _, _, err := d.store.PutSystem(d.ctx, core.SystemVersion{Name: s.Name(), FileName: s.Name() + ".yaml", Source: fmt.Appendf(nil, memorySystem, s.Name())}); err != nil {
			t.Fatal(err)
		}
	}
	mapping := fmt.Appendf(nil, `
connection: desk
sides:
  support:     {system: %s, type: item, start: true}
  engineering: {system: %s, type: item}
conflicts: latest
rules:
  - {support: title, engineering: title}
`, d.left.Name(), d.right.Name())
	if _, _, err := d.store.PutConnection(d.ctx, core.ConnectionVersion{Name: "desk", FileName: "desk.yaml", Source: mapping}); err != nil {
		t.Fatal(err)
	}
	return d
}

// worker runs a worker with the sweeper until the returned function is called.
func (d *desk) worker() (stop func()) {
	sweeper := service.NewStuck(d.store, d.temporal, "duplex", slog.New(slog.DiscardHandler), nil)
	sweeper.Patience = stuck.Patience{Failing: time.Second, Silent: time.Second}
	sweeper.Restarted = func(r core.StuckReason) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.restarted[r]++
	}
	w := service.NewWorker(service.WorkerOptions{Temporal: d.temporal, Store: d.store, Systems: &service.Systems{Store: d.store}, Log: slog.New(slog.DiscardHandler),
		Tuning: workflows.DefaultTuning, Stuck: sweeper, StuckEvery: time.Second})
	ctx, cancel := context.WithCancel(context.WithoutCancel(d.ctx))
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	return func() { cancel(); <-ended }
}

func (d *desk) state(n int) workflows.PairState {
	return workflows.FromItem("desk", [2]string{"support", "engineering"}, [2]string{d.left.Name(), d.right.Name()}, core.A, d.refs[n])
}

func (d *desk) signal(n int) {
	d.t.Helper()
	s := d.state(n)
	if _, err := d.temporal.SignalWithStartWorkflow(d.ctx, s.ID, workflows.HintSignal, workflows.Hint{Side: core.A, Kind: core.HintChanged},
		workflows.StartOptions(s), workflows.PairWorkflow, s); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// twins are the right items by title.
func (d *desk) twins() map[string]int {
	n := map[string]int{}
	for _, o := range d.right.Items() {
		n[o.Field("title").Source()]++
	}
	return n
}

// TestStuckPairsAreSetGoing breaks pairs in every way the sweeper knows: workflows that were terminated, workflows whose
// history a bad build of the worker has made impossible to replay, and hints that never arrived. All are back in step
// without an operator, and no other pair is touched.
func TestStuckPairsAreSetGoing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "stuck")
	stop := d.worker()
	const pairs = 8
	for n := range pairs {
		ref, err := d.left.CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{"title": core.String(fmt.Sprint("item ", n))}})
		d.must(err)
		d.refs = append(d.refs, ref)
		d.signal(n)
	}
	until(t, "all are paired", func() error {
		if got := len(d.right.Items()); got != pairs {
			return fmt.Errorf("%d items on the right", got)
		}
		ids, err := d.store.LinkedPairs(d.ctx, "", 100)
		if err == nil && len(ids) != pairs {
			err = fmt.Errorf("%d pairs", len(ids))
		}
		for _, id := range ids {
			if p, e := d.store.Pair(d.ctx, id); e != nil || p.Status != core.PairInSync {
				err = fmt.Errorf("%s is %s (%v)", id, p.Status, e)
			}
		}
		return err
	})
	stop()

	edit := func(n int) {
		d.must(d.left.EditAs("u-ada", d.refs[n].ID, map[string]core.Value{"title": core.String(fmt.Sprint("edited ", n))}))
	}
	for _, n := range []int{0, 1, 2, 3} {
		edit(n)
		d.must(d.temporal.TerminateWorkflow(d.ctx, d.state(n).ID, "", "by mistake"))
	}
	bad := worker.New(d.temporal, workflows.PairsQueue, worker.Options{})
	bad.RegisterWorkflowWithOptions(func(ctx workflow.Context, s workflows.PairState) (workflows.Answer, error) {
		if err := workflow.Sleep(ctx, time.Millisecond); err != nil { // what the good build never does here
			return workflows.Answer{}, err
		}
		return workflows.Answer{}, workflow.Sleep(ctx, 1000*time.Hour)
	}, workflow.RegisterOptions{Name: workflows.PairWorkflow})
	d.must(bad.Start())
	for _, n := range []int{2, 3} {
		d.signal(n)
		until(t, "the bad build has taken the pair", func() error {
			e, err := d.temporal.DescribeWorkflowExecution(d.ctx, d.state(n).ID, "")
			if err == nil && e.GetWorkflowExecutionInfo().GetHistoryLength() < 8 {
				err = fmt.Errorf("%d events", e.GetWorkflowExecutionInfo().GetHistoryLength())
			}
			return err
		})
	}
	bad.Stop()
	stop = d.worker()
	defer stop()
	for _, n := range []int{2, 3} {
		d.signal(n) // somebody edits: the good build has to replay what the bad one left
	}
	for _, n := range []int{4, 5} { // the store says that the workflow was told, and the signal is lost
		edit(n)
		in, _, err := d.store.RecordDelivery(d.ctx, core.Delivery{System: d.left.Name(), ID: fmt.Sprint("lost ", n), Hints: []core.Hint{{Ref: d.refs[n]}}})
		d.must(err)
		d.must(d.store.HandedOver(d.ctx, in.Seq, map[string]time.Time{d.state(n).ID: time.Now()}))
	}
	until(t, "all are in step again", func() error {
		got := d.twins()
		for n := range pairs {
			want := fmt.Sprint("edited ", n)
			if n >= 6 {
				want = fmt.Sprint("item ", n)
			}
			if got[want] != 1 {
				return fmt.Errorf("%d items say %q: %v", got[want], want, got)
			}
		}
		return nil
	})
	if n := len(d.right.Items()); n != pairs {
		t.Errorf("%d items on the right, want %d", n, pairs)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.restarted[core.StuckTerminated] < 2 || d.restarted[core.StuckFailing] != 2 || d.restarted[core.StuckMissing] != 0 || d.restarted[core.StuckSilent] != 0 {
		t.Errorf("restarted %v, want the two that were terminated, the two that fail, and no other", d.restarted)
	}
	known, err := d.store.StuckPairs(d.ctx)
	d.must(err)
	for _, n := range []int{6, 7} {
		if p, ok := known[d.state(n).ID]; ok {
			t.Errorf("a pair that was well is remembered as stuck: %+v", p)
		}
	}
}
