package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

func TestGateChangesOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, now := t.Context(), time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
		if g, err := s.Gate(ctx, "desk"); err != nil || g.State != core.GateOpen {
			t.Fatalf("a system without a row: %+v, %v; want open", g, err)
		}
		var mu sync.Mutex
		changed := 0
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				was, is, err := s.ChangeGate(ctx, "desk", func(g core.Gate) core.Gate {
					return g.Close(core.Closing{State: core.GateThrottled, For: time.Minute, Reason: "asked for a pause"}, now)
				})
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				if was.Changed(is) {
					changed++
				}
			})
		}
		wg.Wait()
		if changed != 1 {
			t.Errorf("%d callers were told that the gate changed, want 1: an alert each would follow", changed)
		}
		g, err := s.Gate(ctx, "desk")
		if err != nil || g.State != core.GateThrottled || !g.Until.Equal(now.Add(time.Minute)) || !g.Since.Equal(now) || g.Reason != "asked for a pause" {
			t.Errorf("read back %+v, %v", g, err)
		}
		all, err := s.Gates(ctx)
		if err != nil || len(all) != 1 || all[0] != g {
			t.Errorf("the list holds %+v, %v; want the same gate", all, err)
		}
		if log, err := s.GateLog(ctx, "desk", 0); err != nil || len(log) != 1 || log[0].State != core.GateThrottled || !log[0].Until.Equal(g.Until) {
			t.Errorf("the log holds %+v, %v; want one line", log, err)
		}
	})
}

func TestOneHolderOfALease(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, now := t.Context(), time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
		if _, _, err := s.ChangeGate(ctx, "desk", func(g core.Gate) core.Gate {
			return g.Close(core.Closing{State: core.GateDown, Reason: "no answer"}, now)
		}); err != nil {
			t.Fatal(err)
		}
		later, got := now.Add(time.Hour), make(chan string, 8)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				me := fmt.Sprint("process ", i)
				_, is, err := s.ChangeGate(ctx, "desk", func(g core.Gate) core.Gate {
					if !g.ProbeDue(later) {
						return g
					}
					return g.LeaseTo(me, later.Add(30*time.Second))
				})
				if err != nil {
					t.Error(err)
				}
				if is.Holder == me {
					got <- me
				}
			})
		}
		wg.Wait()
		if len(got) != 1 {
			t.Errorf("%d processes may probe, want 1", len(got))
		}
	})
}

func TestGateLogIsBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
		for range 260 {
			for _, step := range []func(core.Gate) core.Gate{
				func(g core.Gate) core.Gate {
					return g.Close(core.Closing{State: core.GateThrottled, For: time.Second}, now)
				},
				func(g core.Gate) core.Gate { return g.Open("", time.Time{}, now) },
			} {
				if _, _, err := s.ChangeGate(t.Context(), "desk", step); err != nil {
					t.Fatal(err)
				}
			}
		}
		if log, err := s.GateLog(t.Context(), "desk", 1000); err != nil || len(log) != 500 {
			t.Errorf("%d lines are kept, %v; want 500", len(log), err)
		}
	})
}

// TestReservationsNeverOverlap: what many callers reserve at the same moment lies end to end.
func TestReservationsNeverOverlap(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const callers, each, rate = 8, 25, 1000
		begun := time.Now()
		var mu sync.Mutex
		calls, last := 0, time.Time{}
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				for range each {
					asked := time.Now()
					r, err := s.Reserve(context.Background(), "desk", 5, rate, time.Hour)
					if err != nil || r.N != 5 {
						t.Errorf("reserved %d, %v; want 5", r.N, err)
						return
					}
					mu.Lock()
					calls += r.N
					if at := asked.Add(r.Wait); at.After(last) {
						last = at
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		// The last reservation begins when everything before it is over: 995 calls at 1000 a second.
		if took := last.Sub(begun); took < 900*time.Millisecond {
			t.Errorf("%d calls were granted within %v: more than %d a second", calls, took, rate)
		}
		r, err := s.Reserve(t.Context(), "desk", 1000, rate, 0)
		if err != nil {
			t.Fatal(err)
		}
		if r.N != 0 && last.After(time.Now()) {
			t.Errorf("a caller who does not want to wait was given %+v, want nothing", r)
		}
	})
}

func TestReservationTellsTheGate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Now()
		if r, err := s.Reserve(t.Context(), "desk", 1, 10, time.Second); err != nil || r.N != 1 || r.Wait != 0 || r.Gate.State != core.GateOpen {
			t.Fatalf("the first reservation is %+v, %v; want one call at once", r, err)
		}
		if _, _, err := s.ChangeGate(t.Context(), "desk", func(g core.Gate) core.Gate {
			return g.Close(core.Closing{State: core.GateMaintenance, For: time.Hour}, now)
		}); err != nil {
			t.Fatal(err)
		}
		r, err := s.Reserve(t.Context(), "desk", 1, 10, time.Second)
		if err != nil || r.Gate.State != core.GateMaintenance {
			t.Errorf("reserved %+v, %v; want to learn that the gate is closed", r, err)
		}
		if r.Wait <= 0 || r.Wait > 100*time.Millisecond {
			t.Errorf("the second call may be made in %v, want within the 100 ms a call costs", r.Wait)
		}
	})
}
