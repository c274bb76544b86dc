package store_test

import (
	"errors"
	"testing"
	"time"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

func TestRunIsListedHandedOverAndAnswered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		run := core.Run{ID: "r1", Kind: core.RunBackfill, Connection: "desk", State: core.RunRunning, By: "ada",
			Params: core.RunParams{Side: "support", Since: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
		ok(t, s.PutRun(ctx, run, nil))
		if err := s.PutRun(ctx, run, nil); err == nil {
			t.Error("a run was stored twice under one id")
		}
		got, err := s.Run(ctx, "r1")
		ok(t, err)
		if got.Params.Since != run.Params.Since || got.By != "ada" || got.Listed || !got.StartedAt.IsZero() || got.CreatedAt.IsZero() {
			t.Errorf("stored as %+v", got)
		}
		item := func(id string) core.RunItem { return core.RunItem{Name: "support " + id, System: "left", Item: id} }
		ok(t, s.AddRunItems(ctx, "r1", "", "p1", false, []core.RunItem{item("1"), item("2")}))
		if err := s.AddRunItems(ctx, "r1", "", "p1", false, []core.RunItem{item("9")}); err == nil {
			t.Error("a page was stored from a position the run had left")
		}
		ok(t, s.AddRunItems(ctx, "r1", "p1", "p2", true, []core.RunItem{item("2"), item("3")}))
		ok(t, s.SetRunState(ctx, "r1", core.RunRunning, ""))

		items, err := s.WaitingRunItems(ctx, "r1", 2)
		ok(t, err)
		if len(items) != 2 || items[0].Item != "1" || items[1].Item != "2" {
			t.Fatalf("waiting are %+v, want 1 and 2 in the order listed", items)
		}
		for i := range items {
			items[i].State = core.ItemHandedOver
		}
		d := core.Delivery{System: "left", ID: "run:r1:1", Hints: []core.Hint{{Ref: core.Ref{System: "left", ID: "1"}, Run: "r1"}}}
		for range 2 { // a step that is made twice
			ok(t, s.HandOverRunItems(ctx, "r1", items, []core.Delivery{d}))
		}
		waiting, err := s.WaitingDeliveries(ctx, 10)
		ok(t, err)
		if len(waiting) != 1 || waiting[0].Hints[0].Run != "r1" {
			t.Errorf("deliveries %+v, want one", waiting)
		}
		for _, c := range []struct {
			reason string
			answer core.RunAnswer
			n      int
		}{
			{"by the item of its system", core.RunAnswer{Run: "r1", Pair: "pair:x", Refs: []core.Ref{{System: "left", ID: "1"}}, State: core.ItemDone}, 1},
			{"an answer is given once", core.RunAnswer{Run: "r1", Pair: "pair:x", State: core.ItemFailed}, 0},
			{"the same id in another system is another item", core.RunAnswer{Run: "r1", Refs: []core.Ref{{System: "right", ID: "2"}}, State: core.ItemDone}, 0},
			{"a run that is gone", core.RunAnswer{Run: "r9", Pair: "pair:x", State: core.ItemDone}, 0},
		} {
			n, kind, err := s.AnswerRunItems(ctx, c.answer)
			ok(t, err)
			if n != c.n || n > 0 && kind != core.RunBackfill {
				t.Errorf("%s: %d items of a %s answered, want %d", c.reason, n, kind, c.n)
			}
		}
		counts, err := s.CountRunItems(ctx, "r1")
		ok(t, err)
		if counts[core.ItemDone] != 1 || counts[core.ItemHandedOver] != 1 || counts[core.ItemWaiting] != 1 || counts.Total() != 3 {
			t.Errorf("counts %v", counts)
		}
		n, err := s.AnswerRest(ctx, "r1", []core.RunItemState{core.ItemWaiting, core.ItemHandedOver}, core.ItemSkipped, "stopped")
		ok(t, err)
		ok(t, s.SetRunState(ctx, "r1", core.RunStopped, "stopped by ada"))
		ok(t, s.SetRunState(ctx, "r1", core.RunRunning, ""))
		got, err = s.Run(ctx, "r1")
		ok(t, err)
		if n != 2 || got.State != core.RunStopped || got.EndedAt.IsZero() || got.Reason != "stopped by ada" {
			t.Errorf("%d items ended, run %+v; want 2, and a run that stays stopped", n, got)
		}
		all, err := s.Runs(ctx, store.RunFilter{Kind: "backfill", Connection: "desk", State: "stopped"})
		ok(t, err)
		byKind, err := s.CountRuns(ctx)
		ok(t, err)
		if len(all) != 1 || byKind[core.RunBackfill][core.RunStopped] != 1 {
			t.Errorf("listed %v, counted %v", all, byKind)
		}
		if _, err := s.Run(ctx, "none"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an unknown run gives %v", err)
		}
	})
}

// TestRunRateIsMeasuredFromItsResumption: a run that was paused over night does not seem slow.
func TestRunRateIsMeasuredFromItsResumption(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ok(t, s.PutRun(ctx, core.Run{ID: "r", Kind: core.RunReplay, State: core.RunRunning, Listed: true},
			[]core.RunItem{{Name: "a", State: core.ItemDone}, {Name: "b"}, {Name: "c"}}))
		ok(t, s.SetRunState(ctx, "r", core.RunPaused, "paused"))
		ok(t, s.SetRunState(ctx, "r", core.RunRunning, ""))
		run, err := s.Run(ctx, "r")
		ok(t, err)
		if run.RateDone != 1 || run.RateAt.Before(run.StartedAt) {
			t.Errorf("the rate is measured from %d items at %v", run.RateDone, run.RateAt)
		}
		counts, err := s.CountRunItems(ctx, "r")
		ok(t, err)
		counts[core.ItemDone]++
		counts[core.ItemWaiting]--
		if p := run.Progress(counts, run.RateAt.Add(time.Minute)); p.PerMinute != 1 || p.Left != time.Minute {
			t.Errorf("progress %+v, want 1 per minute and a minute left", p)
		}
	})
}
