package store_test

import (
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

func TestIntents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		in, out := zoned()
		intent := core.Intent{Mark: "m", Pair: "p", Side: core.B, Kind: "comment", Source: "17", StartedAt: in}
		want := intent
		want.StartedAt, want.Attempts = out, 1
		begin := func(reason string) {
			t.Helper()
			got, err := s.BeginIntent(ctx, intent)
			ok(t, err)
			stored, err := s.IntentByMark(ctx, "m")
			ok(t, err)
			if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(stored, want) {
				t.Errorf("%s:\n    got %+v\n stored %+v\n   want %+v", reason, got, stored, want)
			}
		}
		open := func(reason string, n int) {
			t.Helper()
			for _, pair := range []string{"p", ""} {
				if got, err := s.OpenIntents(ctx, pair); err != nil || len(got) != n {
					t.Errorf("%s: %d open intents of pair %q, %v; want %d", reason, len(got), pair, err, n)
				}
			}
		}
		begin("the first attempt")
		open("begun", 1)
		intent.StartedAt, want.Attempts = in.Add(time.Hour), 2
		begin("the second attempt keeps the time of the first")

		ok(t, s.SettleIntent(ctx, "m", "", "", ""))
		open("refused, so it did not happen", 0)
		want.Attempts = 3
		begin("an attempt after a refusal is open again")
		open("begun after a refusal", 1)

		ok(t, s.SettleIntent(ctx, "m", "99", "ENG-1#99", "https://example/99"))
		ok(t, s.SettleIntent(ctx, "m", "99", "", ""))
		open("settled", 0)
		settled, err := s.IntentByMark(ctx, "m")
		ok(t, err)
		if settled.ResultID != "99" || settled.ResultKey != "ENG-1#99" || settled.ResultURL != "https://example/99" || settled.SettledAt.IsZero() || settled.SettledAt.Location() != time.UTC {
			t.Errorf("settled: %+v", settled)
		}
		want = settled
		want.Attempts = 4
		begin("an attempt after success returns the result")
		if err := s.SettleIntent(ctx, "m", "100", "", ""); err == nil {
			t.Error("one intent was settled with two remote objects")
		}
	})
}

// Two workers that begin the same act at once count two attempts: at most one of them is the first.
func TestBeginIntentAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const n = 10
		var seen sync.Map
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				got, err := s.BeginIntent(t.Context(), core.Intent{Mark: "m", Pair: "p", Kind: "item"})
				if err != nil {
					t.Error(err)
				}
				if _, twice := seen.LoadOrStore(got.Attempts, true); twice {
					t.Errorf("two callers were both told that theirs is attempt %d", got.Attempts)
				}
			})
		}
		wg.Wait()
		if got, err := s.IntentByMark(t.Context(), "m"); err != nil || got.Attempts != n {
			t.Errorf("%d attempts, %v; want %d", got.Attempts, err, n)
		}
	})
}

func TestDeliveries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		in, out := zoned()
		hint := func(items ...string) (hints []core.Hint) {
			for _, i := range items {
				hints = append(hints, core.Hint{Ref: core.Ref{System: "jira", ID: i}, Kind: core.HintChanged, At: out})
			}
			return hints
		}
		first, fresh, err := s.RecordDelivery(ctx, core.Delivery{System: "jira", ID: "ü-1", ReceivedAt: in, Hints: hint("10", "10", "11\x00")})
		ok(t, err)
		if !fresh || first.Seq == 0 || first.State != core.DeliveryWaiting || first.Attempts != 0 {
			t.Errorf("recorded %+v, fresh %v", first, fresh)
		}
		same(t, "ReceivedAt", first.ReceivedAt, out)
		again, fresh, err := s.RecordDelivery(ctx, core.Delivery{System: "jira", ID: "ü-1", Hints: hint("99")})
		ok(t, err)
		if fresh || !reflect.DeepEqual(again, first) {
			t.Errorf("the same call again: fresh %v,\n got %+v\nwant %+v", fresh, again, first)
		}
		second, _, err := s.RecordDelivery(ctx, core.Delivery{System: "jira", ID: "2", Hints: hint("11")})
		ok(t, err)
		third, fresh, err := s.RecordDelivery(ctx, core.Delivery{System: "zendesk", ID: "ü-1", State: core.DeliveryIgnored, Reason: "own account"})
		ok(t, err)
		if !fresh {
			t.Error("ids are unique per system only")
		}

		waiting := func(reason string, want ...int64) {
			t.Helper()
			got, err := s.WaitingDeliveries(ctx, 0)
			ok(t, err)
			if fmt.Sprint(seqs(got)) != fmt.Sprint(want) {
				t.Errorf("%s: waiting %v, want %v", reason, seqs(got), want)
			}
		}
		waiting("oldest first", first.Seq, second.Seq)
		counts, oldest, err := s.CountDeliveries(ctx)
		ok(t, err)
		if want := (map[string]int{core.DeliveryWaiting: 2, core.DeliveryIgnored: 1}); !reflect.DeepEqual(counts, want) {
			t.Errorf("counts %v, want %v", counts, want)
		}
		same(t, "the oldest waiting", oldest, out)

		ok(t, s.MarkDelivery(ctx, first.Seq, core.DeliveryWaiting, "the engine cannot be reached"))
		ok(t, s.MarkDelivery(ctx, first.Seq, core.DeliveryHandedOver, ""))
		ok(t, s.MarkDelivery(ctx, second.Seq, core.DeliveryIgnored, "out of scope"))
		waiting("none")
		if _, oldest, err := s.CountDeliveries(ctx); err != nil || !oldest.IsZero() {
			t.Errorf("nothing waits, yet the oldest is of %v, %v", oldest, err)
		}

		cases := []struct {
			reason string
			filter store.DeliveryFilter
			want   []int64
		}{
			{"everything, newest first", store.DeliveryFilter{}, []int64{third.Seq, second.Seq, first.Seq}},
			{"one system", store.DeliveryFilter{System: "jira"}, []int64{second.Seq, first.Seq}},
			{"one state", store.DeliveryFilter{State: core.DeliveryIgnored}, []int64{third.Seq, second.Seq}},
			{"an item with an id that Postgres text cannot hold", store.DeliveryFilter{Item: "11\x00"}, []int64{first.Seq}},
			{"one item", store.DeliveryFilter{Item: "10"}, []int64{first.Seq}},
			{"an item of a repeated call that was not recorded", store.DeliveryFilter{Item: "99"}, nil},
			{"the first page", store.DeliveryFilter{Limit: 2}, []int64{third.Seq, second.Seq}},
			{"the page after", store.DeliveryFilter{Limit: 2, Before: second.Seq}, []int64{first.Seq}},
		}
		for _, c := range cases {
			got, err := s.Deliveries(ctx, c.filter)
			ok(t, err)
			if fmt.Sprint(seqs(got)) != fmt.Sprint(c.want) {
				t.Errorf("%s: %v, want %v", c.reason, seqs(got), c.want)
			}
		}
		got, err := s.Deliveries(ctx, store.DeliveryFilter{Item: "10"})
		ok(t, err)
		if d := got[0]; d.Attempts != 2 || d.State != core.DeliveryHandedOver || d.Reason != "" || !reflect.DeepEqual(d.Hints, first.Hints) {
			t.Errorf("after two marks: %+v", d)
		}
		for _, m := range core.Makers {
			_, _, err := s.RecordDelivery(ctx, core.Delivery{System: "jira", ID: m.ID("x", 1), ReceivedAt: in})
			ok(t, err)
		}
		if got, err = s.Deliveries(ctx, store.DeliveryFilter{System: "jira", Calls: true}); err != nil || fmt.Sprint(seqs(got)) != fmt.Sprint([]int64{second.Seq, first.Seq}) {
			t.Errorf("webhooks only: %v %v", seqs(got), err)
		}
	})
}

// A vendor repeats a call before the first one is answered: one of the two is fresh.
func TestRecordDeliveryAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var fresh atomic.Int32
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				d, f, err := s.RecordDelivery(t.Context(), core.Delivery{System: "jira", ID: "1", Hints: []core.Hint{{Ref: core.Ref{ID: "10"}}}})
				if err != nil || d.Seq == 0 {
					t.Errorf("%+v, %v", d, err)
				}
				if f {
					fresh.Add(1)
				}
			})
		}
		wg.Wait()
		if fresh.Load() != 1 {
			t.Errorf("%d calls were fresh, want 1", fresh.Load())
		}
	})
}

func seqs(ds []core.Delivery) []int64 {
	var out []int64
	for _, d := range ds {
		out = append(out, d.Seq)
	}
	return out
}
