package activities_test

import (
	"strings"
	"testing"
	"time"

	"duplex/activities"
	"duplex/connectors/memory"
	"duplex/core"
)

const brakesLine = "\nbrakes: {deleted: 30%, changed: 50%, least: 1, hold: 1m}\n"

// TestSweepStopsTheConnectionBeforeItHandsOver: too much at once is not handed over until somebody releases it, and is
// then accepted.
func TestSweepStopsTheConnectionBeforeItHandsOver(t *testing.T) {
	for _, c := range []struct {
		name, brakes, reason string
		shape                func(core.Side, *memory.Options)
		happens              func(d *desk, all []kept)
		kind                 core.BrakeKind
		saw                  string
	}{
		{"changed", brakesLine, "four of five changed", nil,
			func(d *desk, all []kept) { d.retitle(core.B, "mass", all[:4]...) }, core.BrakeChanged, "4 items of engineering changed since the last sweep, of 5 pairs (allowed: 50%)"},
		{"deleted", brakesLine, "the feed tells of two deletions of five", nil,
			func(d *desk, all []kept) { d.delete(core.B, all[:2]...) }, core.BrakeDeleted, "2 items of engineering were deleted or went out of sight within an hour, of 5 pairs (allowed: 30%)"},
		{"missing", brakesLine, "two of five are not there", silent,
			func(d *desk, all []kept) { d.delete(core.B, all[:2]...) }, core.BrakeDeleted, "2 items of engineering"},
		{"empty", "\nbrakes: {deleted: 100%, least: 1, hold: 1m}\n", "nothing is left of a side", silent,
			func(d *desk, all []kept) { d.delete(core.B, all...) }, core.BrakeEmpty, "all 5 items looked for in engineering were gone at once"},
		{"half changed", brakesLine, "half is allowed, and more stops", nil,
			func(d *desk, all []kept) { d.retitle(core.B, "some", all[:2]...) }, "", ""},
		{"one deleted", "\nbrakes: {deleted: 10%, least: 1, hold: 1m}\n", "so few never stop it", nil,
			func(d *desk, all []kept) { d.delete(core.B, all[0]) }, "", ""},
		{"off", "\nbrakes: off\n", "the admin wants no brakes", silent,
			func(d *desk, all []kept) { d.delete(core.B, all[:4]...); d.retitle(core.B, "mass", all[4]) }, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			shape := c.shape
			if shape == nil {
				shape = func(core.Side, *memory.Options) {}
			}
			d := newDesk(t, deskFile+c.brakes, shape)
			all := d.pairs(5)
			d.sweep(core.B)
			d.handed()
			c.happens(d, all)
			p := d.sweep(core.B)
			h := d.handed()
			b, on, err := d.store.Brake(t.Context(), "desk")
			d.must(err)
			if on != (c.kind != "") {
				t.Fatalf("%s: the brake is on: %v, %+v", c.reason, on, b)
			}
			if !on {
				if p.Result != core.SweepDone || len(h) == 0 {
					t.Errorf("%s: %+v, handed over %d", c.reason, p, len(h))
				}
				return
			}
			if p.Result != core.SweepBraked || len(h) != 0 || b.Kind != c.kind || !strings.HasPrefix(b.Saw, c.saw) {
				t.Errorf("%s: %+v, handed over %+v, brake %+v; want %s", c.reason, p, h, b, c.saw)
			}
			if p := d.sweep(core.B); p.Result != core.SweepBraked || p.Listed != 0 {
				t.Errorf("a stopped connection is swept: %+v", p)
			}
			_, err = d.store.ReleaseBrake(t.Context(), "desk", "ann", d.now)
			d.must(err)
			if p := d.sweep(core.B); p.Result != core.SweepDone || p.HandedOver == 0 {
				t.Errorf("what was seen is accepted after the release: %+v", p)
			}
			if c.kind == core.BrakeChanged {
				d.handed()
				d.retitle(core.B, "again", all...)
				if p := d.sweep(core.B); p.Result != core.SweepBraked {
					t.Errorf("a new mass change after an accepted one: %+v", p)
				}
			}
		})
	}
}

func (d *desk) delete(side core.Side, of ...kept) {
	d.t.Helper()
	for _, k := range of {
		d.must(d.sys[side].DeleteAs("u-grace", k.refs[side].ID))
	}
}

// TestStoppedConnectionWritesNothing: neither a plan nor an end of a pair is carried out, and the pair says why.
func TestStoppedConnectionWritesNothing(t *testing.T) {
	d := newDesk(t, deskFile+brakesLine)
	d.pairs(1)
	d.edit(core.A, map[string]core.Value{"title": core.String("edited")})
	d.fetch(core.A, d.refs[core.A], false)
	planned := d.plan()
	if !planned.Write {
		t.Fatalf("nothing to write: %+v", planned)
	}
	_, _, err := d.store.PutBrake(t.Context(), core.Brake{Connection: "desk", Side: "support", Kind: core.BrakeDeleted, Saw: "much happened"})
	d.must(err)
	writes := d.sys[core.B].Calls()[memory.OpUpdate]
	r, err := d.apply(planned)
	d.must(err)
	again := d.plan()
	end, err := d.act.End(t.Context(), activities.EndInput{Pair: d.pair, Gone: [2]bool{true, false}})
	d.must(err)
	for what, got := range map[string]string{"apply": r.Braked, "plan": again.Braked, "end": end.Braked} {
		if !strings.Contains(got, "much happened") || !strings.Contains(got, "duplex release desk") {
			t.Errorf("%s says %q", what, got)
		}
	}
	row := d.row()
	if row.Status != core.PairProblem || row.Parked["pair"].Problem.Class != core.ProblemBrake || row.Sides[core.A].Revision == "" {
		t.Errorf("the row says %s, %+v", row.Status, row.Parked)
	}
	if again.Problem != string(core.ProblemBrake) || d.sys[core.B].Calls()[memory.OpUpdate] != writes {
		t.Errorf("plan %+v; %d writes", again, d.sys[core.B].Calls()[memory.OpUpdate]-writes)
	}
	_, err = d.store.ReleaseBrake(t.Context(), "desk", "ann", d.now)
	d.must(err)
	d.sweep(core.A)
	if h := d.handed(); len(h) == 0 || h[0].Urgency != core.Replay {
		t.Errorf("a pair that nobody told of the release is not woken: %+v", h)
	}
	d.sync()
	d.title("edited")
	if row := d.row(); row.Status != core.PairInSync || !row.Sides[core.A].GoneAt.IsZero() {
		t.Errorf("after the release the row says %s, %+v", row.Status, row)
	}
}

// TestPain16DeletedItemsPolicies carries out every delete policy, after the hold and not before.
func TestPain16DeletedItemsPolicies(t *testing.T) {
	for _, c := range []struct {
		policy, reason string
		ended          bool
		check          func(d *desk, left core.Observation, there bool) string
	}{
		{"ignore", "nothing happens to the item", false, func(_ *desk, left core.Observation, there bool) string {
			return untouched(left, there)
		}},
		{"unlink", "the item stays", true, func(_ *desk, left core.Observation, there bool) string { return untouched(left, there) }},
		{"note", "an internal note is left", true, func(_ *desk, left core.Observation, there bool) string { return noted(left, there) }},
		{"{close: {priority: low}}", "the fields are set and a note is left", true, func(_ *desk, left core.Observation, there bool) string {
			if f := left.Field("priority"); f.Name() != "low" {
				return "priority is " + f.String()
			}
			return noted(left, there)
		}},
		{"delete", "the item goes too", true, func(_ *desk, _ core.Observation, there bool) string {
			if there {
				return "it is still there"
			}
			return ""
		}},
	} {
		t.Run(c.policy, func(t *testing.T) {
			d := newDesk(t, deskFile+"\ndeletes: {support: "+c.policy+"}\nbrakes: {hold: 1m}\n")
			d.pairs(1)
			d.must(d.sys[core.B].DeleteAs("u-grace", d.refs[core.B].ID))
			in := activities.EndInput{Pair: d.pair, Gone: [2]bool{false, true}}
			first, err := d.act.End(t.Context(), in)
			d.must(err)
			left, there := d.sys[core.A].Item(d.refs[core.A].ID)
			if why := untouched(left, there); why != "" || first.Ended || first.Wait != time.Minute || first.Problem != string(core.ProblemGone) {
				t.Fatalf("before the hold has passed: %s, %+v", why, first)
			}
			d.now = d.now.Add(time.Minute)
			r, err := d.act.End(t.Context(), in)
			d.must(err)
			left, there = d.sys[core.A].Item(d.refs[core.A].ID)
			if why := c.check(d, left, there); why != "" || r.Ended != c.ended || r.Wait != 0 {
				t.Errorf("%s: %s, %+v", c.reason, why, r)
			}
			if again, err := d.act.End(t.Context(), in); err != nil || again.Ended != c.ended {
				t.Errorf("carried out twice: %+v, %v", again, err)
			}
		})
	}
}

func untouched(left core.Observation, there bool) string {
	if !there || len(left.Comments) > 0 || left.Revision != "1" {
		return "it was touched"
	}
	return ""
}

func noted(left core.Observation, there bool) string {
	if !there || len(left.Comments) != 1 || left.Comments[0].Visibility.Audience == core.Public {
		return "it has no internal note"
	}
	return ""
}
