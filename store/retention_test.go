package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

// retainAll runs retention over a table in batches of the size, to its end.
func retainAll(t *testing.T, s *store.Store, table string, before time.Time, batch int) (removed int64) {
	t.Helper()
	var mark core.RetainMark
	for round := 0; ; round++ {
		n, next, done, err := s.Retain(t.Context(), table, before, mark, batch)
		if err != nil {
			t.Fatal(err)
		}
		if removed += n; done {
			return removed
		}
		if next == mark || round > 10_000 {
			t.Fatalf("%s: retention stands still at %v", table, next)
		}
		mark = next
	}
}

// clocked opens a store whose clock the test sets.
func clocked(t *testing.T, dialect string, now *time.Time, key []byte) *store.Store {
	return storetest.OpenAt(t, storetest.Empty(t, dialect), store.Options{Now: func() time.Time { return *now }, SealKey: key})
}

var retentionStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func seenAs(system, item, title string, at time.Time) core.Observation {
	return core.Observation{Ref: core.Ref{System: system, Type: "item", ID: item}, Revision: at.Format(time.RFC3339Nano), UpdatedAt: at,
		Fields: map[string]core.Value{"title": core.String(title)}}
}

// TestRetentionKeepsWhatPairsNeed makes many pairs with random histories, removes what is old at random cuts, and looks
// whether every linked pair still has what its next sync loads.
func TestRetentionKeepsWhatPairsNeed(t *testing.T) {
	const seed = 20260101
	t.Logf("seed %d", seed)
	for _, dialect := range storetest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			now := retentionStart
			s := clocked(t, dialect, &now, nil)
			ctx := t.Context()
			var pairs []core.Pair
			inFlight := map[string][]string{} // observations of plans that are not carried out yet, by pair
			for i := range 12 {
				p := core.Pair{ID: fmt.Sprintf("pair:c:a:%d", i), Connection: "c", Status: core.PairInSync}
				p.Sides[0] = core.PairSide{Name: "a", Ref: core.Ref{System: "left", Type: "item", ID: fmt.Sprint(i)}}
				p.Sides[1] = core.PairSide{Name: "b", Ref: core.Ref{System: "right", Type: "item", ID: fmt.Sprint(i)}}
				p, _, err := s.ClaimPair(ctx, p)
				ok(t, err)
				pairs = append(pairs, p)
			}
			for round := range 60 {
				now = now.Add(time.Duration(random.IntN(5*24)+1) * time.Hour)
				p := &pairs[random.IntN(len(pairs))]
				plan := core.Plan{ID: fmt.Sprintf("plan-%d", round), Pair: p.ID, Connection: "c", Base: [2]string{p.Sides[0].Base, p.Sides[1].Base}}
				step := core.Step{}
				for i := range p.Sides {
					o := seenAs(p.Sides[i].Ref.System, p.Sides[i].Ref.ID, fmt.Sprintf("round %d", round), now)
					hash, err := s.PutObservation(ctx, p.ID, o)
					ok(t, err)
					p.Sides[i].Seen, plan.Now[i] = hash, hash
					base := o
					base.Revision = "agreed"
					p.Sides[i].Base = base.Hash()
					step.Observations = append(step.Observations, base)
				}
				ok(t, s.PutPlan(ctx, plan))
				if random.IntN(4) == 0 { // the write waits: a closed gate, a system that is away
					inFlight[p.ID] = []string{plan.ID, plan.Now[0], plan.Now[1]}
					before, err := s.Pair(ctx, p.ID)
					ok(t, err)
					*p = before
				} else {
					p.SyncedAt = now
					p.Parked = nil
					if random.IntN(5) == 0 {
						p.Parked = map[string]core.Parked{"r": {Problem: core.Problem{Class: core.ProblemConflict}}}
					}
					step.Pair, step.Plan = *p, &plan
					step.Outcomes = []core.Outcome{{Pair: p.ID, Plan: plan.ID, Act: "update", Result: "ok", Started: now, Ended: now}}
					ok(t, s.SaveStep(ctx, step))
					delete(inFlight, p.ID)
				}
				if random.IntN(20) == 0 {
					ok(t, s.UnlinkPair(ctx, p.ID))
				}
				cut := now.Add(-time.Duration(random.IntN(10)) * 24 * time.Hour)
				for _, table := range core.RetainedTables {
					retainAll(t, s, table.Name, cut, 1+random.IntN(7))
				}
				for _, p := range pairs {
					held(t, s, p.ID, inFlight[p.ID])
				}
				if t.Failed() {
					t.Fatalf("in round %d, cut %v", round, cut)
				}
			}
			now = now.Add(400 * 24 * time.Hour)
			retainAll(t, s, "observations", now, 0)
			var rows int
			for _, u := range use(t, s, core.DefaultRetention()) {
				if u.Table == "observations" {
					rows = int(u.Rows)
				}
			}
			if most := 4*len(pairs) + 2*60; rows == 0 || rows > most {
				t.Errorf("%d observations are left, want some and at most %d", rows, most)
			}
		})
	}
}

// held looks for everything the next sync of a linked pair loads; of an unlinked one that it can be linked again.
func held(t *testing.T, s *store.Store, pair string, inFlight []string) {
	t.Helper()
	ctx := t.Context()
	p, err := s.Pair(ctx, pair)
	ok(t, err)
	if p.Status == core.PairUnlinked {
		return
	}
	for _, side := range p.Sides {
		for _, hash := range []string{side.Base, side.Seen} {
			if hash == "" {
				continue
			}
			if _, err := s.Observation(ctx, hash); err != nil {
				t.Errorf("%s: %v", pair, err)
			}
		}
	}
	plans, err := s.Plans(ctx, pair, 1000)
	ok(t, err)
	if len(plans) == 0 && !p.SyncedAt.IsZero() {
		t.Errorf("%s: not even its newest plan is left", pair)
	}
	for i, what := range inFlight {
		if i == 0 {
			_, err = s.Plan(ctx, what)
		} else {
			_, err = s.Observation(ctx, what)
		}
		if err != nil {
			t.Errorf("%s: a write that waits needs it: %v", pair, err)
		}
	}
	if len(p.Parked) > 0 && !slices.ContainsFunc(plans, func(x core.Plan) bool { return !x.At.After(p.SyncedAt) }) {
		t.Errorf("%s: the plan that parked something is gone", pair)
	}
}

func use(t *testing.T, s *store.Store, keep core.Retention) []core.TableUse {
	t.Helper()
	u, err := s.TableUse(context.Background(), keep)
	ok(t, err)
	return u
}

func TestRetentionOfDeliveriesAndOutcomes(t *testing.T) {
	for _, dialect := range storetest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			now := retentionStart
			s := clocked(t, dialect, &now, nil)
			ctx := t.Context()
			for i := range 9 {
				now = now.Add(24 * time.Hour)
				state := []string{core.DeliveryWaiting, core.DeliveryHandedOver, core.DeliveryIgnored}[i%3]
				_, _, err := s.RecordDelivery(ctx, core.Delivery{System: "left", ID: fmt.Sprint(i), State: state, ReceivedAt: now,
					Hints: []core.Hint{{Ref: core.Ref{System: "left", ID: "7"}, Kind: core.HintChanged}}})
				ok(t, err)
				ok(t, s.AddOutcome(ctx, core.Outcome{Pair: "p", Act: "update", Result: "ok"}))
			}
			if n := retainAll(t, s, "deliveries", retentionStart.Add(7*24*time.Hour), 2); n != 4 {
				t.Errorf("%d deliveries removed, want the 4 old ones that do not wait", n)
			}
			left, err := s.Deliveries(ctx, store.DeliveryFilter{Item: "7"})
			ok(t, err)
			if len(left) != 5 {
				t.Errorf("%d deliveries left, want 5", len(left))
			}
			if n := retainAll(t, s, "outcomes", retentionStart.Add(7*24*time.Hour), 2); n != 6 {
				t.Errorf("%d outcomes removed, want 6: one without a time has that of its recording", n)
			}
			for _, u := range use(t, s, core.DefaultRetention()) {
				if u.Table == "deliveries" && (u.Rows != 5 || u.Removed != 4 || u.RanAt.IsZero() || u.Old != 0) {
					t.Errorf("the use of deliveries: %+v", u)
				}
				if dialect == store.Postgres && u.Bytes <= 0 {
					t.Errorf("%s takes up %d bytes", u.Table, u.Bytes)
				}
			}
			if n, err := s.Bytes(ctx); err != nil || n <= 0 {
				t.Errorf("the store takes up %d bytes, %v", n, err)
			}
			if n := retainAll(t, s, "pairs", now, 0); n != 0 {
				t.Error("a table that is not retained lost rows")
			}
		})
	}
}

func TestWhatRetentionRemovedIsToldSo(t *testing.T) {
	for _, dialect := range storetest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			now := retentionStart
			s := clocked(t, dialect, &now, nil)
			ctx := t.Context()
			_, err := s.Plan(ctx, "old")
			if !errors.Is(err, store.ErrNotFound) || errors.As(err, new(*store.RemovedError)) {
				t.Errorf("nothing was ever removed: %v", err)
			}
			ok(t, s.PutPlan(ctx, core.Plan{ID: "old", Pair: "none"}))
			hash, err := s.PutObservation(ctx, "none", seenAs("left", "1", "t", now))
			ok(t, err)
			now = now.Add(100 * 24 * time.Hour)
			retainAll(t, s, "plans", now.Add(-time.Hour), 0)
			retainAll(t, s, "observations", now.Add(-time.Hour), 0)
			_, err = s.Plan(ctx, "old")
			var removed *store.RemovedError
			if !errors.As(err, &removed) || !errors.Is(err, store.ErrNotFound) ||
				err.Error() != `plan "old": not in the store: plans from before 2026-04-10 were removed by retention` {
				t.Errorf("a plan that retention removed: %v", err)
			}
			if _, err = s.Observation(ctx, hash); !errors.As(err, &removed) {
				t.Errorf("an observation that retention removed: %v", err)
			}
		})
	}
}

func TestRelinkAfterRetentionBeginsAnew(t *testing.T) {
	for _, dialect := range storetest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			now := retentionStart
			s := clocked(t, dialect, &now, nil)
			ctx := t.Context()
			p := core.Pair{ID: "pair:c:a:1", Connection: "c", Status: core.PairInSync}
			var step core.Step
			for i, name := range []string{"left", "right"} {
				o := seenAs(name, "1", "t", now)
				p.Sides[i] = core.PairSide{Name: name, Ref: o.Ref, Base: o.Hash(), Seen: o.Hash()}
				step.Observations = append(step.Observations, o)
			}
			_, _, err := s.ClaimPair(ctx, p)
			ok(t, err)
			p.SyncedAt = now
			step.Pair = p
			ok(t, s.SaveStep(ctx, step))
			ok(t, s.UnlinkPair(ctx, p.ID))
			ok(t, s.RelinkPair(ctx, p.ID))
			if got, err := s.Pair(ctx, p.ID); err != nil || got.Sides[0].Base == "" {
				t.Errorf("linked again at once, the merge base is lost: %+v, %v", got, err)
			}
			ok(t, s.UnlinkPair(ctx, p.ID))
			now = now.Add(100 * 24 * time.Hour)
			if n := retainAll(t, s, "observations", now.Add(-24*time.Hour), 0); n != 2 {
				t.Errorf("%d observations of an unlinked pair removed, want 2", n)
			}
			ok(t, s.RelinkPair(ctx, p.ID))
			got, err := s.Pair(ctx, p.ID)
			ok(t, err)
			for _, side := range got.Sides {
				if side.Base != "" {
					t.Errorf("%s has a merge base that is not there: its next sync fails", side.Name)
				}
			}
		})
	}
}
