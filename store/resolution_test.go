package store_test

import (
	"reflect"
	"testing"
	"time"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

// TestResolutions: the last decision about a thing is the open one, a step ends it once, and its content is sealed.
func TestResolutions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		p := claim(t, s, pairOf("c", "1", "10"))
		in, out := zoned()
		first := core.Resolution{ID: "1", Pair: p.ID, Rule: "title~title", Kind: core.ResolveValue, Side: core.B, Value: core.String("canary-given"),
			Seen: [2]core.Value{core.String("canary-seen"), core.Absent()}, By: "ann", At: in}
		ok(t, s.PutResolution(ctx, first))
		ok(t, s.PutResolution(ctx, first))
		open, err := s.OpenResolutions(ctx, p.ID)
		ok(t, err)
		want := first
		want.At, want.State = out, core.ResolutionOpen
		if len(open) != 1 || !reflect.DeepEqual(open[0], want) {
			t.Fatalf("\n got %+v\nwant %+v", open, want)
		}
		second := first
		second.ID, second.Value, second.At = "2", core.String("later"), in.Add(time.Second)
		ok(t, s.PutResolution(ctx, second))
		ok(t, s.PutResolution(ctx, core.Resolution{ID: "3", Pair: p.ID, Rule: "comment:5", Kind: core.ResolveSkip, At: in.Add(2 * time.Second)}))
		ok(t, s.PutResolution(ctx, core.Resolution{ID: "4", Pair: "another", Rule: "title~title", Kind: core.ResolveWinner}))
		if open, err = s.OpenResolutions(ctx, p.ID); err != nil || len(open) != 2 || open[0].ID != "2" || open[1].ID != "3" {
			t.Fatalf("open are %+v, %v", open, err)
		}
		half := open[0]
		half.Half, half.Seen[1] = true, core.String("written")
		ok(t, s.SaveStep(ctx, core.Step{Pair: p, Resolutions: []core.Resolution{half}}))
		if open, err = s.OpenResolutions(ctx, p.ID); err != nil || !open[0].Half || open[0].Seen[1].Source() != "written" {
			t.Fatalf("halfway it is %+v, %v", open, err)
		}
		done := half
		done.State, done.Reason, done.Plan, done.EndedAt = core.ResolutionDone, "carried out", "plan-1", in
		ok(t, s.SaveStep(ctx, core.Step{Pair: p, Resolutions: []core.Resolution{done}}))
		done.State = core.ResolutionLapsed
		ok(t, s.SaveStep(ctx, core.Step{Pair: p, Resolutions: []core.Resolution{done}}))
		all, err := s.Resolutions(ctx, p.ID, 0)
		ok(t, err)
		var states []string
		for _, r := range all {
			states = append(states, r.ID+" "+string(r.State))
		}
		if want := []string{"3 open", "2 done", "1 replaced"}; !reflect.DeepEqual(states, want) || all[1].Plan != "plan-1" || !all[1].EndedAt.Equal(out) {
			t.Errorf("the decisions are %v, want %v: %+v", states, want, all)
		}
		for _, r := range []core.Resolution{{Pair: "p", Rule: "r"}, {ID: "1", Rule: "r"}, {ID: "1", Pair: "p"}} {
			if err := s.PutResolution(ctx, r); err == nil {
				t.Errorf("a decision about nothing was stored: %+v", r)
			}
		}
	})
}
