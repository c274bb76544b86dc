package gateway

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"

	"duplex/core"
	"duplex/workflows"
)

// TestHandOver: a linked pair's workflow is signalled under the pair's id, ready to be started from the row.
func TestHandOver(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	p := w.pair("1", "2")
	if got := w.send(core.B, "h1", core.Hint{Ref: core.Ref{ID: "2"}, Kind: core.HintComments, Revision: "5"}); got != 202 {
		t.Fatalf("answered %d", got)
	}
	all := w.engine.all()
	if len(all) != 1 {
		t.Fatalf("%d signals, want 1", len(all))
	}
	s, d := all[0], w.delivery("h1")
	want := workflows.Hint{Side: core.B, Kind: core.HintComments, Revision: "5", Delivery: fmt.Sprint(d.Seq)}
	if s.id != p.ID || s.hint != want {
		t.Errorf("signalled %s with %+v, want %s with %+v", s.id, s.hint, p.ID, want)
	}
	if !s.state.Entered || s.state.Sides[core.B].Ref.Key != "R-2" {
		t.Errorf("the workflow would not start from the pair's row: %+v", s.state)
	}
	o := s.options
	if o.TaskQueue != workflows.PairsQueue || o.WorkflowIDReusePolicy != enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE ||
		o.StaticSummary != "support M-1 ↔ engineering R-2" || o.Priority.PriorityKey != workflows.PriorityLive || o.Priority.FairnessKey != "desk" {
		t.Errorf("start options %+v", o)
	}
	if c, _ := o.TypedSearchAttributes.GetKeyword(workflows.AttrConnection); c != "desk" {
		t.Errorf("search attribute DuplexConnection is %q", c)
	}
}

// TestEngineAway: while Temporal is away webhooks are taken, and handed over when it is back.
func TestEngineAway(t *testing.T) {
	cases := []struct {
		name, reason string
		err          error
	}{
		{"unavailable", "the engine is restarted", serviceerror.NewUnavailable("connection refused")},
		{"over its limit", "the namespace is throttled", &serviceerror.ResourceExhausted{Message: "rps"}},
		{"too many signals", "one workflow is full", serviceerror.NewInvalidArgument("exceeded workflow execution limit for signal events")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.connect(desk)
			w.engine.fail(c.err)
			const n = 30
			for i := range n {
				if got := w.send(core.A, fmt.Sprintf("e%d", i), hint(fmt.Sprint(i))); got != 202 {
					t.Fatalf("answered %d, want 202: the row is the queue", got)
				}
			}
			if d := w.delivery("e0"); d.State != core.DeliveryWaiting || !strings.Contains(d.Reason, "waits") {
				t.Errorf("delivery is %s (%q), want waiting with a reason", d.State, d.Reason)
			}
			w.engine.fail(nil)
			w.run()
			w.eventually(c.reason, func() bool { return len(w.engine.all()) >= n })
			w.eventually("all marked", func() bool {
				counts, _, err := w.store.CountDeliveries(t.Context())
				return err == nil && counts[core.DeliveryHandedOver] == n
			})
			seen := map[string]int{}
			for _, s := range w.engine.all() {
				seen[s.id]++
			}
			if len(seen) != n {
				t.Errorf("%d workflows told, want %d", len(seen), n)
			}
		})
	}
}

// TestEngineAwayIsNotAskedByEveryCall: one failure is enough for a while, so that webhooks are answered at once.
func TestEngineAwayIsNotAskedByEveryCall(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	w.gateway.engine.base = time.Hour
	w.engine.fail(serviceerror.NewUnavailable("connection refused"))
	for i := range 20 {
		w.send(core.A, fmt.Sprintf("q%d", i), hint(fmt.Sprint(i)))
	}
	if w.engine.tries != 1 {
		t.Errorf("%d tries, want 1", w.engine.tries)
	}
	if d := w.delivery("q19"); d.Reason == "" {
		t.Error("a waiting delivery does not say what it waits for")
	}
}

// TestNoEngine: without any engine webhooks are recorded.
func TestNoEngine(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Temporal = nil })
	w.connect(desk)
	if got := w.send(core.A, "n1", hint("1")); got != 202 {
		t.Errorf("answered %d, want 202", got)
	}
	if d := w.delivery("n1"); d.State != core.DeliveryWaiting {
		t.Errorf("delivery is %s", d.State)
	}
}

// TestOwnWrites: the webhook of an own write may come before the write is recorded; it waits, and is known for an echo.
func TestOwnWrites(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	p := w.pair("1", "2")
	echo := core.Hint{Ref: core.Ref{ID: "2"}, Kind: core.HintChanged, Revision: "9", Own: true}
	w.send(core.B, "o1", echo)
	if d := w.delivery("o1"); d.State != core.DeliveryWaiting {
		t.Fatalf("delivery is %s (%s), want waiting for the write to be recorded", d.State, d.Reason)
	}
	p.Sides[core.B].Own = []string{"9"}
	if err := w.store.SavePair(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.run() // from here on, so that a slow machine has recorded the write before the wait is over
	w.eventually("the echo is recognised", func() bool { return w.delivery("o1").State == core.DeliveryIgnored })
	if n := len(w.engine.all()); n != 0 {
		t.Errorf("the echo cost %d signals", n)
	}
	echo.Revision = "10"
	w.send(core.B, "o2", echo)
	w.eventually("what no write explains is handed over", func() bool { return w.delivery("o2").State == core.DeliveryHandedOver })
}

// TestToldWhenItWasTold: of a delivery that is handed over in two goes, a pair that was told in the first and is in step since
// then waits for nothing.
func TestToldWhenItWasTold(t *testing.T) {
	var ahead atomic.Int64 // of the machine's clock: how long the delivery is held back does not depend on the machine
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	w := newWorld(t, func(o *Options) { o.OwnDelay, o.Now = time.Minute, now })
	w.connect(desk)
	later, first := w.pair("1", "2"), w.pair("3", "4")
	two, _, err := w.store.RecordDelivery(t.Context(), core.Delivery{System: "right", ID: "m1", Hints: []core.Hint{
		{Ref: core.Ref{System: "right", ID: "4"}, Kind: core.HintChanged, Revision: "8"},
		{Ref: core.Ref{System: "right", ID: "2"}, Kind: core.HintChanged, Revision: "9", Own: true}}})
	if err != nil {
		t.Fatal(err)
	}
	w.gateway.handOver(t.Context(), two)
	if d := w.delivery("m1"); d.State != core.DeliveryWaiting || len(w.engine.all()) != 1 {
		t.Fatalf("delivery is %s after %d signals, want it waiting after one", d.State, len(w.engine.all()))
	}
	first.SyncedAt = now().UTC()
	if err := w.store.SavePair(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	ahead.Store(int64(2 * time.Minute))
	w.run()
	w.eventually("the rest is handed over", func() bool { return w.delivery("m1").State == core.DeliveryHandedOver })
	waits, err := w.store.WaitingPairs(t.Context(), time.Now().Add(time.Hour), 0)
	if err != nil || len(waits) != 1 || waits[0].ID != later.ID {
		t.Errorf("%+v wait, %v; want only %s", waits, err, later.ID)
	}
}

// TestDeferredDoNotBlock: rows that are not due never keep younger ones from their turn.
func TestDeferredDoNotBlock(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	w.engine.fail(errors.New("refused for good"))
	for i := range drainPage + 5 {
		d := core.Delivery{System: "left", ID: fmt.Sprintf("b%d", i), Hints: []core.Hint{hint(fmt.Sprint(i))}}
		stored, _, err := w.store.RecordDelivery(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		w.gateway.queue.postpone(stored.Seq, progress{due: time.Now().Add(time.Hour)})
	}
	w.engine.fail(nil)
	if _, _, err := w.store.RecordDelivery(t.Context(), core.Delivery{System: "left", ID: "young", Hints: []core.Hint{hint("young")}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.gateway.drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := w.delivery("young"); d.State != core.DeliveryHandedOver {
		t.Errorf("the young delivery is %s", d.State)
	}
}
