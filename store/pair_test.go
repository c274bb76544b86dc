package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

// pairOf is a pair of connection c that came from item a of the support side; b may be "".
func pairOf(c, a, b string) core.Pair {
	return core.Pair{ID: core.PairID(c, "support", a), Connection: c, Version: 1, Status: core.PairPending, Sides: [2]core.PairSide{
		{Name: "support", Ref: core.Ref{System: "zendesk", Type: "ticket", ID: a}},
		{Name: "engineering", Ref: core.Ref{System: "jira", ID: b}},
	}}
}

// claim makes a pair that must not exist yet.
func claim(t *testing.T, s *store.Store, p core.Pair) core.Pair {
	t.Helper()
	got, created, err := s.ClaimPair(t.Context(), p)
	ok(t, err)
	if !created {
		t.Fatalf("pair %s was there already as %s", p.ID, got.ID)
	}
	return got
}

func TestClaimPair(t *testing.T) {
	cases := []struct {
		reason  string
		there   []core.Pair
		claim   core.Pair
		want    string // id of the pair that comes back
		created bool
	}{
		{"nothing there: it is made", nil, pairOf("c0", "1", ""), "pair:c0:support:1", true},
		{"the same id again is the same pair", []core.Pair{pairOf("c1", "1", "")}, pairOf("c1", "1", ""), "pair:c1:support:1", false},
		{"the same id with another twin is still that pair", []core.Pair{pairOf("c2", "1", "10")}, pairOf("c2", "1", "11"), "pair:c2:support:1", false},
		{"the twin belongs to another pair", []core.Pair{pairOf("c3", "1", "10")}, pairOf("c3", "2", "10"), "pair:c3:support:1", false},
		{"two items that do not exist yet are not the same item", []core.Pair{pairOf("c4", "1", "")}, pairOf("c4", "2", ""), "pair:c4:support:2", true},
		{"the same item may be paired in another connection", []core.Pair{pairOf("c5", "1", "10")}, pairOf("c6", "1", "10"), "pair:c6:support:1", true},
		{"equal ids on different sides are different items", []core.Pair{pairOf("c7", "1", "2")}, pairOf("c7", "2", "1"), "pair:c7:support:2", true},
		{"ids are compared byte by byte", []core.Pair{pairOf("c8", "a", "")}, pairOf("c8", "A", ""), "pair:c8:support:A", true},
		{"ids of any script", []core.Pair{pairOf("c9", "é", "")}, pairOf("c9", "🎫 第一/?%_'", "日"), "pair:c9:support:🎫 第一/?%_'", true},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		total := 0
		for _, c := range cases {
			for _, p := range c.there {
				claim(t, s, p)
			}
			got, created, err := s.ClaimPair(t.Context(), c.claim)
			ok(t, err)
			if got.ID != c.want || created != c.created {
				t.Errorf("%s: got %q, created %v", c.reason, got.ID, created)
			}
			total += len(c.there) + btoi(c.created)
			if all, err := s.Pairs(t.Context(), store.PairFilter{}); err != nil || len(all) != total {
				t.Errorf("%s: %d pairs afterwards, %v; want %d", c.reason, len(all), err, total)
			}
			if pairs, err := s.PairsOf(t.Context(), "zendesk", c.claim.Sides[0].Ref.ID); c.created && (err != nil || len(pairs) == 0) {
				t.Errorf("%s: not found by its item: %v", c.reason, err)
			}
		}
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Many callers see the same two items first, from both sides, over several open stores: one pair comes of it, and all
// callers are told the same one.
func TestClaimPairByManyAtOnce(t *testing.T) {
	for _, dialect := range storetest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			dsn := storetest.DSN(t, dialect)
			stores := make([]*store.Store, 3)
			for i := range stores {
				stores[i] = storetest.OpenAt(t, dsn, store.Options{})
			}
			for round := range 10 {
				item, twin := fmt.Sprint("a", round), fmt.Sprint("b", round)
				var created atomic.Int32
				var winners sync.Map
				var wg sync.WaitGroup
				for i := range 12 {
					p := pairOf("c", item, twin)
					if i%2 == 1 {
						p.ID, p.Origin = core.PairID("c", "engineering", twin), core.B
					}
					wg.Go(func() {
						got, fresh, err := stores[i%len(stores)].ClaimPair(t.Context(), p)
						if err != nil {
							t.Errorf("claim: %v", err)
							return
						}
						if fresh {
							created.Add(1)
						}
						winners.Store(got.ID, true)
					})
				}
				wg.Wait()
				n := 0
				winners.Range(func(any, any) bool { n++; return true })
				if created.Load() != 1 || n != 1 {
					t.Fatalf("round %d: %d callers made a pair, %d pairs were returned; want 1 and 1", round, created.Load(), n)
				}
			}
		})
	}
}

func TestAddPairSide(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		one, two := claim(t, s, pairOf("c", "1", "")), claim(t, s, pairOf("c", "2", ""))
		ref := core.Ref{System: "jira", Type: "issue", ID: "10", Key: "ENG-10", URL: "https://jira.example/browse/ENG-10"}

		ok(t, s.AddPairSide(ctx, one.ID, core.B, ref))
		ok(t, s.AddPairSide(ctx, one.ID, core.B, ref))
		if got, err := s.Pair(ctx, one.ID); err != nil || got.Sides[1].Ref != ref {
			t.Errorf("the side is %+v, %v", got.Sides[1].Ref, err)
		}
		var taken *store.TakenError
		if err := s.AddPairSide(ctx, two.ID, core.B, ref); !errors.As(err, &taken) || taken.Pair != one.ID {
			t.Errorf("an item of another pair: %v", err)
		}
		other := ref
		other.ID = "11"
		if err := s.AddPairSide(ctx, one.ID, core.B, other); err == nil || errors.As(err, &taken) && taken.Pair != one.ID {
			t.Errorf("a second item on one side: %v", err)
		}
		if err := s.AddPairSide(ctx, two.ID, core.B, core.Ref{System: "jira"}); err == nil {
			t.Error("an item without an id was added")
		}
		if got, err := s.Pair(ctx, two.ID); err != nil || !got.Sides[1].Ref.IsZero() {
			t.Errorf("a refused side left %+v, %v", got.Sides[1].Ref, err)
		}
	})
}

func TestAddPairSideByManyAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const n = 8
		for i := range n {
			claim(t, s, pairOf("c", fmt.Sprint(i), ""))
		}
		var added, taken atomic.Int32
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				err := s.AddPairSide(t.Context(), core.PairID("c", "support", fmt.Sprint(i)), core.B, core.Ref{System: "jira", ID: "10"})
				var te *store.TakenError
				switch {
				case err == nil:
					added.Add(1)
				case errors.As(err, &te):
					taken.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if added.Load() != 1 || taken.Load() != n-1 {
			t.Errorf("%d got the item and %d were told of the other pair", added.Load(), taken.Load())
		}
	})
}

func TestSavePair(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		in, out := zoned()
		p := pairOf("c", "1", "10")
		p.CreatedAt, p.Origin = in, core.B
		p = claim(t, s, p)
		same(t, "CreatedAt", p.CreatedAt, out)
		if !p.SyncedAt.IsZero() {
			t.Errorf("a pair that never synced has SyncedAt %v", p.SyncedAt)
		}

		p.Status, p.Version, p.SyncedAt = core.PairProblem, 4, in
		p.Parked = map[string]core.Parked{
			"priority":   {Problem: core.Problem{Class: core.ProblemInvalid, Text: "no such option", Value: "P0 – \u0000 ☃", Since: out}, Fingerprint: "f", Pending: core.B, Version: 4},
			"comment:17": {Problem: core.Problem{Class: core.ProblemTooLarge, Text: "too long"}},
		}
		for i := range p.Sides {
			p.Sides[i].Base, p.Sides[i].Seen = fmt.Sprint("base", i), fmt.Sprint("seen", i)
			p.Sides[i].Own = []string{fmt.Sprint("rev", i), "é"}
			p.Sides[i].Ref.Key, p.Sides[i].Ref.URL = fmt.Sprint("KEY-", i), fmt.Sprint("https://example/", i)
		}
		p.Sides[1].Gone = true
		ok(t, s.SavePair(ctx, p))
		ok(t, s.SavePair(ctx, p))
		want := p
		want.SyncedAt = out
		got, err := s.Pair(ctx, p.ID)
		ok(t, err)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("saved and read:\n got %+v\nwant %+v", got, want)
		}

		moved := p
		moved.Parked = nil
		moved.Connection, moved.Origin = "d", core.A
		moved.Sides[1].Ref = core.Ref{System: "jira", ID: "99", Key: "ENG-99"}
		ok(t, s.SavePair(ctx, moved))
		want.Parked = nil
		if got, err := s.Pair(ctx, p.ID); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("connection, origin and items are not SavePair's to change:\n got %+v\nwant %+v, %v", got, want, err)
		}
	})
}

func TestUnlinkAndRelink(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		old := claim(t, s, pairOf("c", "1", "10"))
		ok(t, s.AddOutcome(ctx, core.Outcome{Pair: old.ID, Act: "create", Result: "ok"}))
		ok(t, s.UnlinkPair(ctx, old.ID))
		ok(t, s.UnlinkPair(ctx, old.ID))

		old.Status = core.PairInSync
		ok(t, s.SavePair(ctx, old))
		if got, err := s.Pair(ctx, old.ID); err != nil || got.Status != core.PairUnlinked {
			t.Errorf("a sync that was under way made the pair %q, %v; it stays unlinked", got.Status, err)
		}
		if got, created, err := s.ClaimPair(ctx, pairOf("c", "1", "")); err != nil || created || got.Status != core.PairUnlinked {
			t.Errorf("claiming the unlinked pair's id: created %v, status %q, %v", created, got.Status, err)
		}
		if outcomes, err := s.Outcomes(ctx, old.ID, 0); err != nil || len(outcomes) != 1 {
			t.Errorf("the ledger of an unlinked pair has %d outcomes, %v", len(outcomes), err)
		}

		next := pairOf("c", "1", "10")
		next.ID, next.Origin = core.PairID("c", "engineering", "10"), core.B
		claim(t, s, next)
		if pairs, err := s.PairsOf(ctx, "jira", "10"); err != nil || len(pairs) != 2 || pairs[0].ID != next.ID || pairs[1].ID != old.ID {
			t.Errorf("the pairs of the item are %v, %v; the linked one comes first", ids(pairs), err)
		}
		var taken *store.TakenError
		if err := s.RelinkPair(ctx, old.ID); !errors.As(err, &taken) || taken.Pair != next.ID {
			t.Errorf("relinking while an item is in another pair: %v", err)
		}
		ok(t, s.UnlinkPair(ctx, next.ID))
		ok(t, s.RelinkPair(ctx, old.ID))
		ok(t, s.RelinkPair(ctx, old.ID))
		if got, err := s.Pair(ctx, old.ID); err != nil || got.Status != core.PairInSync {
			t.Errorf("a relinked pair is %q, %v", got.Status, err)
		}
		if err := s.RelinkPair(ctx, next.ID); !errors.As(err, &taken) || taken.Pair != old.ID {
			t.Errorf("relinking the other one now: %v", err)
		}

		old.Status = core.PairUnlinked
		ok(t, s.SavePair(ctx, old))
		ok(t, s.RelinkPair(ctx, next.ID))
	})
}

func TestPairs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for i, p := range []core.Pair{pairOf("c", "1", "10"), pairOf("c", "2", ""), pairOf("d", "1", "100%"), pairOf("d", "Zeta", "")} {
			p = claim(t, s, p)
			if i == 0 {
				p.Status = core.PairProblem
				p.Sides[1].Ref.Key = "ENG-7"
				p.Parked = map[string]core.Parked{
					"a": {Problem: core.Problem{Class: core.ProblemTooLarge}}, "b": {Problem: core.Problem{Class: core.ProblemConflict}}}
				ok(t, s.SavePair(ctx, p))
			}
		}
		c1, c2, d1, dz := "pair:c:support:1", "pair:c:support:2", "pair:d:support:1", "pair:d:support:Zeta"
		cases := []struct {
			reason string
			filter store.PairFilter
			want   []string
		}{
			{"everything, by id", store.PairFilter{}, []string{c1, c2, d1, dz}},
			{"one connection", store.PairFilter{Connection: "d"}, []string{d1, dz}},
			{"one status", store.PairFilter{Status: string(core.PairProblem)}, []string{c1}},
			{"one class of problem", store.PairFilter{Problem: string(core.ProblemConflict)}, []string{c1}},
			{"a class is not found by a part of its name", store.PairFilter{Problem: "large"}, nil},
			{"a key in small letters", store.PairFilter{Text: "eng-7"}, []string{c1}},
			{"an item id in small letters", store.PairFilter{Text: "zeta"}, []string{dz}},
			{"a percent sign is a percent sign", store.PairFilter{Text: "0%"}, []string{d1}},
			{"an underscore is an underscore", store.PairFilter{Text: "_"}, nil},
			{"the first page", store.PairFilter{Limit: 2}, []string{c1, c2}},
			{"the page after", store.PairFilter{Limit: 2, After: c2}, []string{d1, dz}},
			{"filters add up", store.PairFilter{Connection: "c", Status: string(core.PairPending), Text: "pair"}, []string{c2}},
		}
		for _, c := range cases {
			got, err := s.Pairs(ctx, c.filter)
			ok(t, err)
			if strings.Join(ids(got), " ") != strings.Join(c.want, " ") {
				t.Errorf("%s: %v, want %v", c.reason, ids(got), c.want)
			}
		}
		counts, err := s.CountPairs(ctx)
		ok(t, err)
		if want := (map[string]map[string]int{"c": {"pending": 1, "problem": 1}, "d": {"pending": 2}}); !reflect.DeepEqual(counts, want) {
			t.Errorf("counts %v, want %v", counts, want)
		}
		if pairs, err := s.PairsOf(ctx, "zendesk", "1"); err != nil || len(pairs) != 2 {
			t.Errorf("an item in two connections has pairs %v, %v", ids(pairs), err)
		}
		if pairs, err := s.PairsOf(ctx, "jira", ""); err != nil || len(pairs) != 0 {
			t.Errorf("no item has pairs %v, %v", ids(pairs), err)
		}
	})
}

func ids(pairs []core.Pair) []string {
	out := make([]string, len(pairs))
	for i, p := range pairs {
		out[i] = p.ID
	}
	return out
}
