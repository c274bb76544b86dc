package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

// TestOneOfTwoPairsGivesWay: two pairs that found each other's item give way at the same moment; exactly one of them ends.
func TestOneOfTwoPairsGivesWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for i := range 10 {
			a, b := fmt.Sprint("a", i), fmt.Sprint("b", i)
			left, right := claim(t, s, pairOf("desk", a, "")), pairOf("desk", "", b)
			right.ID, right.Origin = core.PairID("desk", "engineering", b), core.B
			right = claim(t, s, right)
			var errs [2]error
			var work sync.WaitGroup
			work.Go(func() { errs[0] = s.MergePairs(ctx, left.ID, right.ID, core.A, left.Sides[core.A].Ref) })
			work.Go(func() { errs[1] = s.MergePairs(ctx, right.ID, left.ID, core.B, right.Sides[core.B].Ref) })
			work.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Fatalf("both or none gave way: %v", errs)
			}
			winner, loser := right.ID, left.ID
			if errs[0] != nil {
				winner, loser = loser, winner
			}
			w, err := s.Pair(ctx, winner)
			ok(t, err)
			l, err := s.Pair(ctx, loser)
			ok(t, err)
			if w.Sides[core.A].Ref.ID != a || w.Sides[core.B].Ref.ID != b || l.Status != core.PairUnlinked {
				t.Fatalf("winner %+v, loser %s", w.Sides, l.Status)
			}
		}
	})
}

func TestLinkItems(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		c := core.Connection{Name: "desk", Sides: [2]core.ConnectionSide{{Name: "support", System: "left"}, {Name: "engineering", System: "right"}}}
		refs := func(a, b string) [2]core.Ref { return [2]core.Ref{{System: "left", ID: a}, {System: "right", ID: b}} }
		first, created, err := s.LinkItems(ctx, c, 1, refs("1", "2"))
		ok(t, err)
		again, twice, err := s.LinkItems(ctx, c, 1, refs("1", "2"))
		ok(t, err)
		if !created || twice || again.ID != first.ID {
			t.Errorf("linked as %s (%t), again as %s (%t)", first.ID, created, again.ID, twice)
		}
		var taken interface{ HeldBy() string }
		if _, _, err := s.LinkItems(ctx, c, 1, refs("1", "3")); !errors.As(err, &taken) || taken.HeldBy() != first.ID {
			t.Errorf("an item of another pair was linked: %v", err)
		}
		ok(t, s.UnlinkPair(ctx, first.ID))
		back, created, err := s.LinkItems(ctx, c, 1, refs("1", "2"))
		ok(t, err)
		if back.ID != first.ID || !created || back.Status == core.PairUnlinked {
			t.Errorf("what was unlinked is taken up as %s (%t, %s)", back.ID, created, back.Status)
		}
	})
}
