package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

// claimed makes n linked pairs of connection "desk".
func claimed(t *testing.T, s *store.Store, n int) (pairs []core.Pair) {
	t.Helper()
	for i := range n {
		p := core.Pair{ID: fmt.Sprintf("p%03d", i), Connection: "desk", Status: core.PairInSync}
		for side, name := range []string{"support", "engineering"} {
			p.Sides[side] = core.PairSide{Name: name, Revision: "7", Own: []string{"5"}, Ref: core.Ref{System: name + "-acme", Type: "item", ID: fmt.Sprintf("%s-%03d", name, i)}}
		}
		got, created, err := s.ClaimPair(t.Context(), p)
		ok(t, err)
		if !created {
			t.Fatalf("pair %s was there", p.ID)
		}
		pairs = append(pairs, got)
	}
	return pairs
}

func TestTrackedItems(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		pairs := claimed(t, s, 3)
		pairs[0].Sides[0].Revision = "8"
		ok(t, s.SavePair(ctx, pairs[0]))
		ok(t, s.UnlinkPair(ctx, "p002"))
		var many []string
		for i := range 1000 {
			many = append(many, fmt.Sprintf("support-%03d", i))
		}
		got, err := s.Tracked(ctx, "desk", "support", many)
		ok(t, err)
		if len(got) != 3 || got[0].Revision != "8" || !got[0].Linked || got[2].Linked || got[0].Ref.System != "support-acme" {
			t.Errorf("tracked: %+v", got)
		}
		if !got[0].Seen("8") || !got[0].Wrote("5") || got[0].Seen("5") || got[0].Wrote("") || (core.Tracked{}).Seen("") {
			t.Errorf("what was seen and written is wrong for %+v", got[0])
		}
		for _, c := range []struct{ connection, side, reason string }{{"other", "support", "another connection"}, {"desk", "engineering", "another side"}} {
			if got, err := s.Tracked(ctx, c.connection, c.side, many); err != nil || len(got) != 0 {
				t.Errorf("%s: %+v, %v", c.reason, got, err)
			}
		}
		first, err := s.TrackedAfter(ctx, "desk", "support", "", 1)
		ok(t, err)
		rest, err := s.TrackedAfter(ctx, "desk", "support", first[0].Pair, 10)
		ok(t, err)
		if len(first) != 1 || len(rest) != 1 || rest[0].Pair != "p001" {
			t.Errorf("pages: %+v then %+v; an unlinked pair is not looked at", first, rest)
		}
		ok(t, s.MarkOutside(ctx, "support", []string{"p001"}, true))
		rest, err = s.TrackedAfter(ctx, "desk", "support", "p000", 10)
		ok(t, err)
		if !rest[0].Outside {
			t.Error("the mark of an item outside the scope is not kept")
		}
	})
}

func TestGoneItemsAreCountedUntilAccepted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
		pairs := claimed(t, s, 5)
		ok(t, s.MarkGone(ctx, "support", []string{"p000", "p001", "p002"}, at))
		ok(t, s.MarkGone(ctx, "support", []string{"p000"}, at.Add(time.Hour)))
		got, err := s.Pair(ctx, "p000")
		ok(t, err)
		if !got.Sides[0].GoneAt.Equal(at) || !got.Sides[1].GoneAt.IsZero() {
			t.Errorf("gone since %v and %v; the first time stays, the other side is there", got.Sides[0].GoneAt, got.Sides[1].GoneAt)
		}
		ok(t, s.UnlinkPair(ctx, "p000"))    // acted on
		pairs[1].Sides[0].GoneAt = at       // acted on by ignoring it
		pairs[1].Sides[0].Gone = true       //
		ok(t, s.SavePair(ctx, pairs[1]))    //
		pairs[3].Sides[0].GoneAt = at       // was gone …
		ok(t, s.SavePair(ctx, pairs[3]))    //
		pairs[3].Sides[0].GoneAt = stamp0() // … and is back
		ok(t, s.SavePair(ctx, pairs[3]))
		for _, c := range []struct {
			side            string
			since, accepted time.Time
			gone, pairs     int
			reason          string
		}{
			{"support", at.Add(-time.Minute), time.Time{}, 3, 5, "all within the window; the unlinked one belongs to the whole"},
			{"support", at.Add(time.Minute), time.Time{}, 1, 4, "after the window only what waits to be acted on"},
			{"support", at.Add(-time.Minute), at, 0, 4, "what was found before the release is accepted"},
			{"engineering", at.Add(-time.Minute), time.Time{}, 0, 4, "the other side lost nothing"},
		} {
			gone, n, err := s.CountGone(ctx, "desk", c.side, c.since, c.accepted)
			if err != nil || gone != c.gone || n != c.pairs {
				t.Errorf("%s: %d of %d, %v; want %d of %d", c.reason, gone, n, err, c.gone, c.pairs)
			}
		}
	})
}

func stamp0() time.Time { return time.Time{} }

func TestOneBrakeIsOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		in, out := zoned()
		if _, on, err := s.Brake(ctx, "desk"); on || err != nil {
			t.Fatalf("a brake is on: %v", err)
		}
		want := core.Brake{Connection: "desk", Side: "support", Kind: core.BrakeDeleted, Saw: "12 items were deleted", At: in}
		var fresh atomic.Int32
		var work sync.WaitGroup
		for range 8 {
			work.Go(func() {
				got, first, err := s.PutBrake(ctx, want)
				if err != nil || got.Saw != want.Saw {
					t.Errorf("put: %+v, %v", got, err)
				}
				if first {
					fresh.Add(1)
				}
			})
		}
		work.Wait()
		if fresh.Load() != 1 {
			t.Errorf("%d callers were told that they stopped the connection, want one", fresh.Load())
		}
		_, _, err := s.PutBrake(ctx, core.Brake{Connection: "other", Side: "a", Kind: core.BrakeChanged, Saw: "x", At: in})
		ok(t, err)
		got, on, err := s.Brake(ctx, "desk")
		ok(t, err)
		want.ID, want.At = got.ID, out
		if !on || !reflect.DeepEqual(got, want) {
			t.Errorf("the brake is %+v, %v; want %+v", got, on, want)
		}
		if all, err := s.BrakesOn(ctx); err != nil || len(all) != 2 || all[0].Connection != "desk" {
			t.Errorf("on: %+v, %v", all, err)
		}
		released, err := s.ReleaseBrake(ctx, "desk", "ann", in.Add(time.Hour))
		ok(t, err)
		if released.ReleasedBy != "ann" || !released.ReleasedAt.Equal(out.Add(time.Hour)) {
			t.Errorf("released %+v", released)
		}
		if _, err := s.ReleaseBrake(ctx, "desk", "ann", in); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a second release is %v, want not found", err)
		}
		last, ever, err := s.LastRelease(ctx, "desk")
		if err != nil || !ever || last.ID != got.ID {
			t.Errorf("last release %+v, %v, %v", last, ever, err)
		}
		if _, first, err := s.PutBrake(ctx, want); err != nil || !first {
			t.Errorf("a brake after a release is fresh: %v, %v", first, err)
		}
	})
}

func TestSideSweepsKeepTheLastSuccess(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		in, out := zoned()
		p := core.SideSweep{Connection: "desk", Side: "support", Started: in, Ended: in.Add(time.Second), Result: core.SweepDone, Listed: 7, HandedOver: 4, Known: 3, Looked: 2, Missing: 1}
		ok(t, s.PutSideSweep(ctx, p))
		p.Started, p.Ended, p.Result, p.Text, p.Listed = in.Add(time.Minute), in.Add(time.Minute+time.Second), core.SweepFailed, "the system did not answer", 0
		ok(t, s.PutSideSweep(ctx, p))
		ok(t, s.PutSideSweep(ctx, core.SideSweep{Connection: "other", Side: "a", Started: in, Ended: in, Result: core.SweepBraked}))
		got, err := s.SideSweeps(ctx, "desk")
		ok(t, err)
		want := p
		want.Started, want.Ended, want.Succeeded = out.Add(time.Minute), out.Add(time.Minute+time.Second), out.Add(time.Second)
		if len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("passes %+v\nwant %+v", got, want)
		}
		if all, err := s.SideSweeps(ctx, ""); err != nil || len(all) != 2 {
			t.Errorf("all passes: %+v, %v", all, err)
		}
	})
}
