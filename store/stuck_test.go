package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

func linked(t *testing.T, s *store.Store, n int) core.Pair {
	t.Helper()
	p := core.Pair{ID: core.PairID("c", "l", fmt.Sprint(n)), Connection: "c", Status: core.PairInSync}
	p.Sides[0] = core.PairSide{Name: "l", Ref: core.Ref{System: "left", Type: "i", ID: fmt.Sprint(n)}}
	p.Sides[1] = core.PairSide{Name: "r", Ref: core.Ref{System: "right", Type: "i", ID: fmt.Sprint("r", n)}}
	if _, _, err := s.ClaimPair(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return p
}

func waiting(t *testing.T, s *store.Store, before time.Time) (ids []string) {
	t.Helper()
	rows, err := s.WaitingPairs(t.Context(), before, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids
}

// TestHintsWaitUntilASyncAnswers follows a pair from hint to sync, in every order the two may be recorded in.
func TestHintsWaitUntilASyncAnswers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		p := linked(t, s, 1)
		tell := func(when time.Time) {
			t.Helper()
			d, _, err := s.RecordDelivery(ctx, core.Delivery{System: "left", ID: fmt.Sprint(when.UnixNano()), Hints: []core.Hint{{Ref: p.Sides[0].Ref}}})
			if err == nil {
				err = s.HandedOver(ctx, d.Seq, map[string]time.Time{p.ID: when, "no such pair": when})
			}
			if err != nil {
				t.Fatal(err)
			}
			if waits, err := s.WaitingDeliveries(ctx, 0); err != nil || len(waits) != 0 {
				t.Errorf("deliveries %v still wait, error %v", waits, err)
			}
		}
		synced := func(when time.Time) {
			t.Helper()
			p.SyncedAt = when
			if err := s.SavePair(ctx, p); err != nil {
				t.Fatal(err)
			}
		}
		expect := func(want bool, reason string) {
			t.Helper()
			if got := len(waiting(t, s, at.Add(time.Hour))) == 1; got != want {
				t.Errorf("%s: waits %v, want %v", reason, got, want)
			}
		}
		expect(false, "nobody told it anything")
		tell(at)
		expect(true, "it was told")
		if ids := waiting(t, s, at); len(ids) != 0 {
			t.Errorf("a hint of that moment is older than it: %v", ids)
		}
		synced(at.Add(-time.Second))
		expect(true, "a sync that ended before the hint")
		synced(at.Add(time.Second))
		expect(false, "a sync that ended after the hint")
		tell(at)
		expect(false, "the hand-over is recorded after the sync it led to")
		tell(at.Add(2 * time.Second))
		tell(at.Add(time.Second))
		if w, err := s.PairWork(ctx, p.ID); err != nil || !w.HintedAt.Equal(at.Add(2*time.Second)) {
			t.Errorf("%+v, error %v: want the newest hint", w, err)
		}
		if err := s.Answered(ctx, p.ID, at.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		expect(true, "a newer hint than the one that was answered")
		if err := s.Answered(ctx, p.ID, at.Add(2*time.Second)); err != nil {
			t.Fatal(err)
		}
		expect(false, "the hint was answered")
		tell(at.Add(3 * time.Second))
		p.Parked = map[string]core.Parked{"pair": {Problem: core.Problem{Class: core.ProblemFailed}}}
		synced(at.Add(time.Second))
		if w, err := s.PairWork(ctx, p.ID); err != nil || !w.Held || w.Status != core.PairInSync {
			t.Errorf("%+v, error %v: want it held", w, err)
		}
		if err := s.UnlinkPair(ctx, p.ID); err != nil {
			t.Fatal(err)
		}
		expect(false, "it was unlinked")
		if _, err := s.PairWork(ctx, "no such pair"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a pair that is not there: %v", err)
		}
		if err := s.HandedOver(ctx, 999, nil); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a delivery that is not there: %v", err)
		}
	})
}

func TestLinkedPairsByPage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for n := range 7 {
			p := linked(t, s, n)
			if n == 3 {
				if err := s.UnlinkPair(t.Context(), p.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		var all []string
		for after := ""; ; {
			ids, err := s.LinkedPairs(t.Context(), after, 2)
			if err != nil {
				t.Fatal(err)
			}
			if all = append(all, ids...); len(ids) < 2 {
				break
			}
			after = ids[1]
		}
		want := []string{"pair:c:l:0", "pair:c:l:1", "pair:c:l:2", "pair:c:l:4", "pair:c:l:5", "pair:c:l:6"}
		if !reflect.DeepEqual(all, want) {
			t.Errorf("%v, want %v", all, want)
		}
	})
}

func TestStuckPairsAndReport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, at := t.Context(), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		p := linked(t, s, 1)
		if r, err := s.StuckReport(ctx); err != nil || !r.At.IsZero() {
			t.Errorf("before the first pass: %+v, %v", r, err)
		}
		put := core.StuckPair{Pair: p.ID, Reason: core.StuckSilent, FoundAt: at, Acts: 1, ActedAt: at}
		again := core.StuckPair{Pair: p.ID, Reason: core.StuckFailing, FoundAt: at.Add(time.Hour), Acts: 2, ActedAt: at.Add(time.Hour)}
		for _, x := range []core.StuckPair{put, again} {
			if err := s.PutStuckPair(ctx, x); err != nil {
				t.Fatal(err)
			}
		}
		again.FoundAt = at // when it was found first stays
		if got, err := s.StuckPairs(ctx); err != nil || !reflect.DeepEqual(got, map[string]core.StuckPair{p.ID: again}) {
			t.Errorf("%+v, %v; want %+v", got, err, again)
		}
		if err := s.PutStuckPair(ctx, core.StuckPair{Pair: "no such pair", FoundAt: at}); err == nil {
			t.Error("a pair that is not there was remembered")
		}
		for range 2 {
			if err := s.RemoveStuckPair(ctx, p.ID); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.StuckPairs(ctx); err != nil || len(got) != 0 {
			t.Errorf("%v, %v: want none", got, err)
		}
		for n := range 2 {
			want := core.StuckReport{At: at, Engine: "e", Compared: n, Restarted: map[core.StuckReason]int{core.StuckMissing: 3}}
			if err := s.PutStuckReport(ctx, want); err != nil {
				t.Fatal(err)
			}
			if got, err := s.StuckReport(ctx); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
		}
	})
}

// TestRequeueUnpaired: only what was handed over about an item in no pair has to be told to another engine.
func TestRequeueUnpaired(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, now := t.Context(), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		p := linked(t, s, 1)
		for _, c := range []struct {
			id, item, state string
			at              time.Time
		}{
			{"paired", p.Sides[0].Ref.ID, core.DeliveryHandedOver, now},
			{"unpaired", "7", core.DeliveryHandedOver, now},
			{"same id in the other system", p.Sides[1].Ref.ID, core.DeliveryHandedOver, now},
			{"ignored", "8", core.DeliveryIgnored, now},
			{"old", "9", core.DeliveryHandedOver, now.Add(-48 * time.Hour)},
		} {
			d := core.Delivery{System: "left", ID: c.id, ReceivedAt: c.at, State: c.state, Hints: []core.Hint{{Ref: core.Ref{System: "left", ID: c.item}}}}
			if _, _, err := s.RecordDelivery(ctx, d); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := s.RequeueUnpaired(ctx, now.Add(-time.Hour)); err != nil || n != 2 {
			t.Errorf("%d handed over again, error %v; want 2", n, err)
		}
		got, err := s.WaitingDeliveries(ctx, 0)
		if err != nil || len(got) != 2 || got[0].ID != "unpaired" || got[0].Reason == "" || got[1].ID != "same id in the other system" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestAsksAreKeptUntilTheyAreRemoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, at := context.WithoutCancel(t.Context()), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		p := linked(t, s, 1)
		put := func(name, rule, arg string, when time.Time) core.Ask {
			t.Helper()
			a := core.Ask{Pair: p.ID, Name: name, Rule: rule, Arg: []byte(arg), At: when}
			if err := s.RecordAsk(ctx, a); err != nil {
				t.Fatal(err)
			}
			return a
		}
		first := put("resolve", "title", `{"side":0}`, at)
		resync := put("resync", "", `{}`, at.Add(time.Second))
		again := put("resolve", "title", `{"side":1}`, at.Add(2*time.Second))
		if got, err := s.Asks(ctx, p.ID); err != nil || !reflect.DeepEqual(got, []core.Ask{resync, again}) {
			t.Errorf("%+v, %v", got, err)
		}
		if ids := waiting(t, s, at.Add(time.Hour)); len(ids) != 1 {
			t.Errorf("%v wait, want the pair that was asked", ids)
		}
		for _, a := range []core.Ask{first, resync} {
			if err := s.RemoveAsk(ctx, a); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Asks(ctx, p.ID); err != nil || !reflect.DeepEqual(got, []core.Ask{again}) {
			t.Errorf("%+v, %v: what was asked anew has to stay", got, err)
		}
		if err := s.RecordAsk(ctx, core.Ask{Pair: "no such pair", Name: "resync", At: at}); err == nil {
			t.Error("something was asked of a pair that is not there")
		}
		if err := s.RecordAsk(ctx, core.Ask{Pair: p.ID, At: at}); err == nil {
			t.Error("an ask without a name was recorded")
		}
	})
}

func TestToldIsReplaced(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := linked(t, s, 1)
		if got, err := s.Told(t.Context(), p.ID, core.B); err != nil || got.Notes != 0 || len(got.About) != 0 || got.Pair != p.ID || got.Side != core.B {
			t.Errorf("before anything was told: %+v, %v", got, err)
		}
		for n := range 2 {
			want := core.Told{Pair: p.ID, Side: core.B, About: []string{fmt.Sprint("title:invalid ", n)}, Note: fmt.Sprint("n", n), Notes: n + 1}
			if err := s.PutTold(t.Context(), want); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Told(t.Context(), p.ID, core.B); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
		}
		if got, err := s.Told(t.Context(), p.ID, core.A); err != nil || len(got.About) != 0 {
			t.Errorf("the other side: %+v, %v", got, err)
		}
		if err := s.PutTold(t.Context(), core.Told{Pair: "no such pair"}); err == nil {
			t.Error("something was told about a pair that is not there")
		}
	})
}
