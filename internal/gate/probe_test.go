package gate_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/worker"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/gate"
	"duplex/store"
	"duplex/store/storetest"
)

// TestDownIsProbedByOne: failures in a row close the gate; one process of the fleet probes, nobody else calls, and a
// success opens it for all.
func TestDownIsProbedByOne(t *testing.T) {
	var sick, probes, at atomic.Int64
	sick.Store(1)
	v := newVendor(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		if sick.Load() == 1 {
			w.WriteHeader(502)
		}
	})
	identify := func(context.Context, string) error {
		probes.Add(1)
		if at.Add(1) > 1 {
			return fmt.Errorf("two at once: %w", connectors.ErrUnsupported)
		}
		defer at.Add(-1)
		time.Sleep(50 * time.Millisecond) // long enough for a second one to show
		if sick.Load() == 1 {
			return &connectors.BusyError{Text: "status 502"}
		}
		return nil
	}
	dsn := storetest.Empty(t, store.SQLite)
	ps := []*process{newProcess(t, dsn, systemAt(v.URL, 0), identify), newProcess(t, dsn, systemAt(v.URL, 0), identify)}
	ctx := gate.Patient(t.Context())
	for i := range 4 {
		if status, err := ps[0].call(ctx, "GET", v.URL, ""); status != 502 || err != nil {
			t.Fatalf("call %d: %d, %v", i, status, err)
		}
	}
	if g, _ := ps[0].store.Gate(ctx, "desk"); g.State != core.GateOpen {
		t.Fatalf("after four failures the gate is %s, want open", g.State)
	}
	_, _ = ps[0].call(ctx, "GET", v.URL, "")
	g, _ := ps[0].store.Gate(ctx, "desk")
	if g.State != core.GateDown || !strings.Contains(g.Reason, "502") {
		t.Fatalf("after five failures the gate is %+v, want down", g)
	}
	if _, err := ps[1].Probe(ctx, "desk"); connectors.Class(err) != "busy" {
		t.Errorf("an operator's probe: %v, want what the system answered", err)
	}
	calls := len(v.calls())
	if _, err := ps[0].call(t.Context(), "GET", v.URL, ""); connectors.Class(err) != "busy" || len(v.calls()) != calls {
		t.Errorf("a call while down: %v, %d calls; want busy and none", err, len(v.calls())-calls)
	}
	sick.Store(0)
	before := probes.Load()
	eventually(t, 20*time.Second, "the gate opens by itself", func() bool {
		g, err := ps[1].store.Gate(ctx, "desk")
		return err == nil && g.State == core.GateOpen
	})
	if n := probes.Load() - before; n != 1 {
		t.Errorf("%d probes for one due probe and two processes, want 1", n)
	}
	for _, p := range ps {
		eventually(t, 3*time.Second, "calls go through", func() bool { status, err := p.call(ctx, "GET", v.URL, ""); return status == 200 && err == nil })
	}
}

// TestDeniedIsToldFromRefused: a refusal of one item leaves the gate open and costs at most one question per half minute;
// a refusal of the account closes it, once for everybody.
func TestDeniedIsToldFromRefused(t *testing.T) {
	var revoked atomic.Bool
	var asked atomic.Int64
	identify := func(context.Context, string) error {
		asked.Add(1)
		if revoked.Load() {
			return fmt.Errorf("who am I: %w", connectors.ErrDenied)
		}
		return nil
	}
	v := newVendor(t, nil)
	p := newProcess(t, storetest.Empty(t, store.SQLite), systemAt(v.URL, 0), identify)
	for range 5 {
		if wait, why := p.Denied(t.Context(), "desk", false); wait != 0 {
			t.Fatalf("the account is fine, and yet: wait %v, %s", wait, why)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("the account was asked about %d times, want once", asked.Load())
	}
	if wait, why := p.Denied(t.Context(), "desk", true); wait <= 0 || asked.Load() > 2 {
		t.Errorf("credentials that were refused and are fine by now: wait %v, %q, asked %d times; want a short wait, because it was not about the item", wait, why, asked.Load())
	}
	revoked.Store(true)
	if _, err := p.Probe(t.Context(), "desk"); connectors.Class(err) != "denied" {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if wait, why := p.Denied(t.Context(), "desk", false); wait <= 0 || !strings.Contains(why, "denied") {
				t.Errorf("the account is refused: wait %v, %q", wait, why)
			}
		})
	}
	wg.Wait()
	if p.alerts.Load() != 1 {
		t.Errorf("%d alerts, want one", p.alerts.Load())
	}
	revoked.Store(false)
	p.Use(systemAt(v.URL, 0), 2, 0) // the file was applied anew, with a new credential
	eventually(t, 4*time.Second, "the gate opens at once", func() bool {
		g, err := p.store.Gate(t.Context(), "desk")
		return err == nil && g.State == core.GateOpen
	})
}

// TestWindowsCloseAndOpen: a recurring window closes the gate at its start and opens it at its end, and an operator may
// open it inside.
func TestWindowsCloseAndOpen(t *testing.T) {
	var clock atomic.Int64
	clock.Store(time.Date(2030, 1, 5, 21, 59, 59, 0, time.UTC).UnixNano())
	now := func() time.Time { return time.Unix(0, clock.Load()).UTC() }
	s := storetest.Open(t, store.SQLite)
	k := gate.New(gate.Options{Store: s, Now: now})
	k.Use(core.System{Name: "desk", BaseURL: "http://desk.test", Maintenance: []core.Window{{Days: []string{"sat"}, From: "22:00", To: "02:00", Zone: "UTC", Comments: "upgrade"}}}, 1, 0)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = k.Run(ctx) }()
	defer func() { cancel(); <-done }()
	is := func(state core.GateState) func() bool {
		return func() bool { g, err := s.Gate(ctx, "desk"); return err == nil && g.State == state }
	}
	if wait, _ := k.Closed(ctx, "desk"); wait != 0 {
		t.Fatalf("closed for %v before the window", wait)
	}
	clock.Add(int64(time.Second))
	eventually(t, 3*time.Second, "the window closes the gate", is(core.GateMaintenance))
	g, _ := s.Gate(ctx, "desk")
	if !g.Until.Equal(time.Date(2030, 1, 6, 2, 0, 0, 0, time.UTC)) || !strings.Contains(g.Reason, "upgrade") {
		t.Errorf("closed until %v because %q", g.Until, g.Reason)
	}
	if _, err := k.OpenNow(ctx, "desk", "ada"); err != nil {
		t.Fatal(err)
	}
	clock.Add(int64(time.Minute))
	k.Use(core.System{Name: "other", BaseURL: "http://other.test", Maintenance: []core.Window{{From: "22:00", To: "02:00", Zone: "UTC"}}}, 1, 0)
	eventually(t, 3*time.Second, "windows are looked at again", func() bool { g, err := s.Gate(ctx, "other"); return err == nil && g.State == core.GateMaintenance })
	if !is(core.GateOpen)() {
		t.Error("the window closed what an operator had opened inside it")
	}
	clock.Store(time.Date(2030, 1, 6, 2, 0, 0, 0, time.UTC).UnixNano())
	eventually(t, 3*time.Second, "the other gate opens at the end", func() bool { g, err := s.Gate(ctx, "other"); return err == nil && g.State == core.GateOpen })
	clock.Store(time.Date(2030, 1, 12, 22, 0, 0, 0, time.UTC).UnixNano())
	eventually(t, 3*time.Second, "the next window closes it as usual", is(core.GateMaintenance))
}

// TestNoSlotsWhileClosed: a worker is given no task of a system whose gate is closed.
func TestNoSlotsWhileClosed(t *testing.T) {
	v := newVendor(t, nil)
	dsn := storetest.Empty(t, store.SQLite)
	p, other := newProcess(t, dsn, systemAt(v.URL, 0), nil), newProcess(t, dsn, systemAt(v.URL, 0), nil)
	slots := p.Slots("desk")
	var got []*worker.SlotPermit
	for range 8 {
		permit := slots.TryReserveSlot(nil)
		if permit == nil {
			t.Fatalf("%d slots, want the 8 of the system's concurrency", len(got))
		}
		got = append(got, permit)
	}
	if slots.TryReserveSlot(nil) != nil {
		t.Fatal("a ninth slot")
	}
	if _, err := other.CloseUntil(t.Context(), "desk", time.Time{}, "", "ada"); err != nil {
		t.Fatal(err)
	}
	for range got {
		slots.ReleaseSlot(nil)
	}
	eventually(t, 2*time.Second, "no slot is given, though another process closed the gate", func() bool {
		if slots.TryReserveSlot(nil) != nil {
			slots.ReleaseSlot(nil)
			return false
		}
		return true
	})
	given := make(chan error, 1)
	go func() {
		_, err := slots.ReserveSlot(t.Context(), nil)
		given <- err
	}()
	select {
	case <-given:
		t.Fatal("a slot was given while the gate is closed")
	case <-time.After(700 * time.Millisecond): // what is shown is that nothing happens
	}
	if _, err := other.OpenNow(t.Context(), "desk", "ada"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-given:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(3 * time.Second):
		t.Error("no slot was given after the gate opened")
	}
}
