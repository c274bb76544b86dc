package store_test

import (
	"slices"
	"testing"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

func TestWhatPairsWaitFor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		var pairs []core.Pair
		for _, id := range []string{"1", "2"} {
			p := core.Pair{ID: "pair:c:a:" + id, Connection: "c", Status: core.PairInSync}
			p.Sides[0] = core.PairSide{Name: "a", Ref: core.Ref{System: "left", ID: id}}
			p.Sides[1] = core.PairSide{Name: "b", Ref: core.Ref{System: "right", ID: id}}
			_, _, err := s.ClaimPair(ctx, p)
			ok(t, err)
			pairs = append(pairs, p)
		}
		on := func(pair, item string) core.Awaited {
			return core.Awaited{Pair: pair, Side: core.B, System: "left", Item: item, Other: "right"}
		}
		by := func(item string, want ...core.Awaited) {
			t.Helper()
			got, err := s.AwaitedBy(ctx, "left", item, "right")
			ok(t, err)
			if !slices.Equal(got, want) {
				t.Errorf("item %s is awaited by %v, want %v", item, got, want)
			}
		}
		one, two := pairs[0].ID, pairs[1].ID
		ok(t, s.SaveStep(ctx, core.Step{Pair: pairs[0], Awaited: []core.Awaited{on(one, "7"), on(one, "8"), on(one, "8")}}))
		ok(t, s.PutAwaited(ctx, two, []core.Awaited{on(two, "8")}))
		by("7", on(one, "7"))
		by("8", on(one, "8"), on(two, "8"))
		ok(t, s.SaveStep(ctx, core.Step{Pair: pairs[0]}))
		by("7", on(one, "7")) // a step that says nothing of it changes nothing
		ok(t, s.DropAwaited(ctx, on(one, "7")))
		ok(t, s.DropAwaited(ctx, on(one, "7")))
		by("7")
		ok(t, s.SaveStep(ctx, core.Step{Pair: pairs[0], Awaited: []core.Awaited{}}))
		by("8", on(two, "8"))
		if of, err := s.AwaitedOf(ctx, two); err != nil || len(of) != 1 || of[0] != on(two, "8") {
			t.Errorf("the second waits for %v, %v", of, err)
		}
		if none, err := s.AwaitedBy(ctx, "left", "8", "elsewhere"); err != nil || len(none) != 0 {
			t.Errorf("a twin in another system is awaited: %v, %v", none, err)
		}
		ok(t, s.UnlinkPair(ctx, two))
		by("8")
	})
}
