package store_test

import (
	"fmt"
	"testing"
	"time"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

func TestWhatWaitsAndWhatIsParkedIsCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		_, _, err := s.PutSystem(ctx, core.SystemVersion{Name: "left", Source: []byte("system: left"), FileName: "f"})
		ok(t, err)
		at := time.Now().UTC().Truncate(time.Second)
		for i, status := range []core.PairStatus{core.PairInSync, core.PairProblem, core.PairPaused, core.PairUnlinked, core.PairInSync} {
			p := core.Pair{ID: fmt.Sprintf("pair:c:a:%d", i), Connection: "c", Status: core.PairInSync}
			p.Sides[0] = core.PairSide{Name: "a", Ref: core.Ref{System: "left", ID: fmt.Sprint(i)}}
			p.Sides[1] = core.PairSide{Name: "b", Ref: core.Ref{System: "right", ID: fmt.Sprint(i)}}
			_, _, err := s.ClaimPair(ctx, p)
			ok(t, err)
			p.Status = status
			p.Parked = map[string]core.Parked{"x": {Problem: core.Problem{Class: core.ProblemConflict}}}
			if i == 1 {
				p.Parked["y"] = core.Parked{Problem: core.Problem{Class: core.ProblemInvalid}}
			}
			if i == 4 {
				p.Parked = nil
			}
			ok(t, s.SavePair(ctx, p))
			if i < 4 {
				d, _, err := s.RecordDelivery(ctx, core.Delivery{System: "left", ID: fmt.Sprint(i)})
				ok(t, err)
				ok(t, s.HandedOver(ctx, d.Seq, map[string]time.Time{p.ID: at.Add(time.Duration(i) * time.Minute)}))
			}
		}
		same := core.Pair{ID: "pair:d:a:1", Connection: "d", Status: core.PairInSync}
		same.Sides[0] = core.PairSide{Name: "a", Ref: core.Ref{System: "both", ID: "1"}}
		same.Sides[1] = core.PairSide{Name: "b", Ref: core.Ref{System: "both", ID: "2"}}
		_, _, err = s.ClaimPair(ctx, same)
		ok(t, err)
		d, _, err := s.RecordDelivery(ctx, core.Delivery{System: "both", ID: "1"})
		ok(t, err)
		ok(t, s.HandedOver(ctx, d.Seq, map[string]time.Time{same.ID: at}))
		waiting, err := s.WaitingBySystem(ctx)
		ok(t, err)
		for _, system := range []string{"left", "right"} {
			if w := waiting[system]; w.Pairs != 2 || !w.Oldest.Equal(at) {
				t.Errorf("%s: %+v, want 2 pairs since %v", system, w, at)
			}
		}
		if w := waiting["both"]; w.Pairs != 1 {
			t.Errorf("a pair of which both items are in one system counts as %d", w.Pairs)
		}
		parked, err := s.CountParked(ctx)
		ok(t, err)
		if c := parked["c"]; c["conflict"] != 3 || c["invalid"] != 1 || len(c) != 2 {
			t.Errorf("parked: %v", parked)
		}
	})
}
