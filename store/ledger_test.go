package store_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

func TestObservations(t *testing.T) {
	in, _ := zoned()
	number, err := core.Number("1.50")
	ok(t, err)
	cases := []struct {
		reason string
		o      core.Observation
	}{
		{"nothing seen", core.Observation{}},
		{"every kind of value, absent and empty apart", core.Observation{
			Ref: core.Ref{System: "jira", Type: "issue", ID: "10", Key: "ENG-10"}, Revision: "7", CreatedAt: in, UpdatedAt: in,
			CreatedBy: core.Person("u1", "ada@example.com", "Ada"), Mark: "m", Complete: true,
			Fields: map[string]core.Value{"s": core.String(""), "n": number, "b": core.Bool(false), "d": core.DateTime(in),
				"o": core.Option("2", "High"), "t": core.Text("adf", `{"a":"<&>"}`), "tags": core.Strings("b", "a"),
				"none": core.Empty(core.KindOption), "list": core.List(core.Int(1), core.Int(1))},
			Changed:  map[string]time.Time{"s": in},
			Comments: []core.Comment{{ID: "1", Body: core.Text("plain", "hi"), Visibility: core.Visibility{Audience: core.Internal}, CreatedAt: in}},
		}},
		{"text of any script, and characters Postgres text cannot hold", core.Observation{
			Fields: map[string]core.Value{"日本": core.String("a\x00b \u202e🎫 '\"\\")}}},
		{"two megabytes", core.Observation{Fields: map[string]core.Value{"body": core.String(strings.Repeat("0123456789abcdé ", 125_000))}}},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, c := range cases {
			hash, err := s.PutObservation(t.Context(), "p", c.o)
			ok(t, err)
			again, err := s.PutObservation(t.Context(), "other pair", c.o)
			ok(t, err)
			got, err := s.Observation(t.Context(), hash)
			ok(t, err)
			if hash != c.o.Hash() || again != hash || got.Hash() != hash {
				t.Errorf("%s: hash %s, again %s, of what came back %s; want %s", c.reason, hash, again, got.Hash(), c.o.Hash())
			}
		}
	})
}

func TestPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		in, out := zoned()
		plan := core.Plan{ID: "1", Pair: "p", Connection: "c", Version: 3, At: in, Base: [2]string{"a", ""}, Now: [2]string{"b", ""},
			Decisions: []core.Decision{{Rule: "r", Action: core.ActionWrite, To: core.B, Value: core.String("x"), Reason: "changed"}},
			Create:    [2]*core.Draft{nil, {Type: "issue", Fields: map[string]core.Value{"summary": core.String("x")}, Mark: "m"}},
			Update:    [2]*core.Patch{{Fields: map[string]core.Value{"status": core.Option("1", "")}}, nil}}
		ok(t, s.PutPlan(ctx, plan))
		got, err := s.Plan(ctx, "1")
		ok(t, err)
		want := plan
		want.At = out
		if !reflect.DeepEqual(got, want) {
			t.Errorf("\n got %+v\nwant %+v", got, want)
		}
		for i := range 3 {
			ok(t, s.PutPlan(ctx, core.Plan{ID: fmt.Sprint(i + 2), Pair: "p", At: in}))
		}
		ok(t, s.PutPlan(ctx, core.Plan{ID: "of another pair", Pair: "q", At: in}))
		plan.Version = 4
		ok(t, s.PutPlan(ctx, plan))
		plans, err := s.Plans(ctx, "p", 3)
		ok(t, err)
		if len(plans) != 3 || plans[0].ID != "4" || plans[2].ID != "2" {
			t.Errorf("the newest three are %+v", plans)
		}
		if all, err := s.Plans(ctx, "p", 0); err != nil || len(all) != 4 || all[3].Version != 4 {
			t.Errorf("a plan put again is the same plan, as it is now: %+v, %v", all, err)
		}
		if err := s.PutPlan(ctx, core.Plan{Pair: "p"}); err == nil {
			t.Error("a plan without an id was stored")
		}
	})
}

func TestOutcomes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		in, out := zoned()
		o := core.Outcome{Pair: "p", Plan: "1", Side: "engineering", Act: "update", Target: "10", Fields: []string{"a", "日"},
			Result: "ok", Detail: "plain words", Started: in, Ended: in.Add(time.Second), Delivery: "d"}
		ok(t, s.AddOutcome(ctx, o))
		ok(t, s.AddOutcome(ctx, core.Outcome{Pair: "p", Act: "fetch", Result: "failed", Detail: "the vendor said \x00\xff"}))
		ok(t, s.AddOutcome(ctx, core.Outcome{Pair: "q", Act: "pause", Result: "ok"}))
		got, err := s.Outcomes(ctx, "p", 0)
		ok(t, err)
		if len(got) != 2 || got[0].Act != "fetch" || got[0].ID <= got[1].ID || !got[0].Started.IsZero() || got[0].Fields != nil {
			t.Fatalf("the outcomes are %+v", got)
		}
		o.ID, o.Started, o.Ended = got[1].ID, out, out.Add(time.Second)
		if !reflect.DeepEqual(got[1], o) {
			t.Errorf("\n got %+v\nwant %+v", got[1], o)
		}
		if want := "the vendor said \uFFFD\uFFFD"; got[0].Detail != want {
			t.Errorf("words that cannot be stored became %q, want %q", got[0].Detail, want)
		}
		if all, err := s.Outcomes(ctx, "", 2); err != nil || len(all) != 2 || all[0].Pair != "q" {
			t.Errorf("the newest two of all pairs are %+v, %v", all, err)
		}
	})
}

func TestLinks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := core.Link{Pair: "p", Kind: core.EntryComment, IDs: [2]string{"1", "x1"}, Origin: core.A, Print: "f"}
		b := core.Link{Pair: "p", Kind: core.EntryComment, IDs: [2]string{"1", "x1"}, Origin: core.B}
		file := core.Link{Pair: "p", Kind: core.EntryAttachment, IDs: [2]string{"1", ""}, Origin: core.A, Dropped: true}
		for _, l := range []core.Link{a, b, file, {Pair: "q", Kind: core.EntryComment, IDs: [2]string{"1", "2"}}} {
			ok(t, s.PutLink(ctx, l))
		}
		a.IDs[1], a.Print, a.Dropped = "x2", "g", true
		a.Withdrawn, a.Was, a.Copies = true, core.Visibility{Audience: core.Restricted, Group: "leads"}, []string{"y", "z"}
		a.Seen, a.Sum = core.Visibility{Audience: core.Internal}, "abc"
		ok(t, s.PutLink(ctx, a))
		check := func(reason string, want ...core.Link) {
			t.Helper()
			got, err := s.Links(ctx, "p")
			ok(t, err)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s:\n got %+v\nwant %+v", reason, got, want)
			}
		}
		check("kind, origin and the origin's id tell links apart; the same again replaces", a, b, file)
		ok(t, s.RemoveLink(ctx, core.Link{Pair: "p", Kind: core.EntryComment, IDs: [2]string{"1", "whatever"}}))
		ok(t, s.RemoveLink(ctx, a))
		check("only the link named goes, and going twice is fine", b, file)
		for _, l := range []core.Link{{Pair: "p", IDs: [2]string{"", "1"}}, {IDs: [2]string{"1", "1"}}, {Pair: "p", Origin: 2}} {
			if err := s.PutLink(ctx, l); err == nil {
				t.Errorf("a link that cannot be found again was stored: %+v", l)
			}
		}
	})
}

func TestCursors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, want := range []string{"1", `{"after":"é"}`, ""} {
			ok(t, s.PutCursor(t.Context(), "sweep:c:support", want))
			if got, err := s.Cursor(t.Context(), "sweep:c:support"); err != nil || got != want {
				t.Errorf("cursor %q, %v; want %q", got, err, want)
			}
		}
	})
}

func TestSaveStepIsAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		p := claim(t, s, pairOf("c", "1", "10"))
		o := core.Observation{Ref: p.Sides[0].Ref, Revision: "7"}
		step := store.Step{Pair: p, Observations: []core.Observation{o}, Plan: &core.Plan{ID: "1", Pair: p.ID},
			Links:    []core.Link{{Pair: p.ID, Kind: core.EntryComment, IDs: [2]string{"1", "2"}}, {Pair: p.ID}},
			Outcomes: []core.Outcome{{Pair: p.ID, Act: "update", Result: "ok"}}}
		step.Pair.Status, step.Pair.Sides[0].Base = core.PairInSync, o.Hash()

		if err := s.SaveStep(ctx, step); err == nil {
			t.Fatal("a step with a link that is not whole was saved")
		}
		check := func(reason string, n int, status core.PairStatus) {
			t.Helper()
			pair, err := s.Pair(ctx, p.ID)
			ok(t, err)
			plans, err := s.Plans(ctx, p.ID, 0)
			ok(t, err)
			links, err := s.Links(ctx, p.ID)
			ok(t, err)
			outcomes, err := s.Outcomes(ctx, p.ID, 0)
			ok(t, err)
			_, seen := s.Observation(ctx, o.Hash())
			if pair.Status != status || len(plans) != n || len(links) != n || len(outcomes) != n || (seen == nil) != (n == 1) {
				t.Errorf("%s: status %s, %d plans, %d links, %d outcomes, observation %v", reason, pair.Status, len(plans), len(links), len(outcomes), seen)
			}
		}
		check("nothing of a step that failed is stored", 0, core.PairPending)
		step.Links = step.Links[:1]
		ok(t, s.SaveStep(ctx, step))
		check("all of a step that succeeded is stored", 1, core.PairInSync)
	})
}

// TestSightings: what fetches saw of an item is listed newest first; a merge base was seen by nobody.
func TestSightings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		p := claim(t, s, pairOf("c", "1", "10"))
		ref := p.Sides[0].Ref
		o := func(revision string) core.Observation { return core.Observation{Ref: ref, Revision: revision} }
		var want []string
		for _, r := range []string{"1", "2", "3"} {
			hash, err := s.PutObservation(ctx, p.ID, o(r))
			ok(t, err)
			want = append([]string{hash}, want...)
		}
		_, err := s.PutObservation(ctx, p.ID, core.Observation{Ref: core.Ref{System: ref.System, ID: "of another item"}})
		ok(t, err)
		ok(t, s.SaveStep(ctx, core.Step{Pair: p, Observations: []core.Observation{o("base"), o("2"), o("base, then seen")}}))
		check := func(reason string, limit int, want []string) {
			t.Helper()
			got, err := s.Sightings(ctx, ref.System, ref.ID, limit)
			ok(t, err)
			var hashes []string
			for _, g := range got {
				hashes = append(hashes, g.Hash)
				if g.Item.Hash() != g.Hash || g.StoredAt.IsZero() {
					t.Errorf("%s: %+v is not what was stored", reason, g)
				}
			}
			if !reflect.DeepEqual(hashes, want) {
				t.Errorf("%s: %v, want %v", reason, hashes, want)
			}
		}
		check("bases are not listed; a sighting that becomes a base stays one", 0, want)
		hash, err := s.PutObservation(ctx, p.ID, o("base, then seen"))
		ok(t, err)
		check("a base that is seen later is a sighting, of the moment it was stored", 1, []string{hash})
		base := o("base")
		if _, err := s.Observation(ctx, base.Hash()); err != nil {
			t.Errorf("the base itself: %v", err)
		}
	})
}
