package activities_test

import (
	"fmt"
	"strings"
	"testing"

	"duplex/connectors/memory"
	"duplex/core"
)

// scoped is a desk file whose engineering side takes open items only.
var scoped = strings.Replace(deskFile, "{system: right, type: item}", "{system: right, type: item, scope: {status: open}}", 1)

// place puts items where that status is, as their field and as what the feed filters by.
func (d *desk) place(status string, of ...kept) {
	d.t.Helper()
	for _, k := range of {
		id := k.refs[core.B].ID
		d.must(d.sys[core.B].EditAs("u-grace", id, map[string]core.Value{"status": core.Option("", status)}))
		d.must(d.sys[core.B].MoveAs("u-grace", id, map[string]string{"status": status}))
	}
}

// carry brings pairs in step, as their workflows do after a hint.
func (d *desk) carry(of ...kept) {
	d.t.Helper()
	for _, k := range of {
		d.pair, d.refs, d.seen = k.pair, k.refs, [2]string{}
		d.sync()
	}
}

// taken carries what sweeps handed over into the pairs, and returns the hints.
func (d *desk) taken(all []kept) (hints []core.Hint) {
	d.t.Helper()
	hints = d.handed()
	for _, h := range hints {
		for _, k := range all {
			if k.refs[core.A].ID == h.Ref.ID && h.Ref.System == "left" || k.refs[core.B].ID == h.Ref.ID && h.Ref.System == "right" {
				d.carry(k)
			}
		}
	}
	return hints
}

// inScope is a desk with pairs in step whose items are all open, and which sweeps of both sides have seen.
func (d *desk) inScope(n int) []kept {
	d.t.Helper()
	all := d.pairs(n)
	d.place("open", all...)
	d.carry(all...)
	for range 2 {
		d.sweepBoth(all)
	}
	return all
}

func (d *desk) sweepBoth(all []kept) (hints []core.Hint) {
	d.t.Helper()
	for _, side := range core.Sides {
		if p := d.sweep(side); p.Result != core.SweepDone {
			d.t.Errorf("the sweep of side %d ended %s: %s", side, p.Result, p.Text)
		}
		hints = append(hints, d.taken(all)...)
	}
	return hints
}

func (d *desk) applyVersion(file string) {
	d.t.Helper()
	_, changed, err := d.store.PutConnection(d.t.Context(), core.ConnectionVersion{Name: "desk", FileName: "desk.yaml", Source: []byte(file)})
	if d.must(err); !changed {
		d.t.Fatal("the new version changes nothing")
	}
}

var feeds = map[string]func(core.Side, *memory.Options){
	"feed without deletions": silent,
	"feed with deletions":    func(core.Side, *memory.Options) {},
}

// TestPain16DeletedItemsAreNotWhatAScopeNoLongerTakes: a new version of a mapping whose scope or start no longer takes the items
// of its pairs stops nothing, deletes nothing, and their edits still arrive by sweeps. What people then move out counts.
func TestPain16DeletedItemsAreNotWhatAScopeNoLongerTakes(t *testing.T) {
	const brakes = "\nbrakes: {deleted: 10%, changed: 10%, least: 1, hold: 0s}\ndeletes: {support: delete, engineering: delete}\n"
	for _, c := range []struct{ reason, was, is string }{
		{"the scope names another value", "{status: open}", "{status: done}"},
		{"the scope asks for more", "{status: open}", "{status: open, priority: high}"},
		{"the other side gets a scope", "{system: left, type: item,", "{system: left, type: item, scope: {status: open},"},
		{"the start condition holds for no item", "start: 'true'", `start: 'item.title == "never"'`},
		{"the side begins no pairs any more", ", start: 'true'", ""},
	} {
		for name, shape := range feeds {
			t.Run(c.reason+", "+name, func(t *testing.T) {
				d := newDesk(t, scoped+brakes, shape)
				all := d.inScope(5)
				next := strings.Replace(scoped, c.was, c.is, 1)
				if c.is == "" { // else nothing begins a pair
					next = strings.Replace(next, "scope: {status: open}", "scope: {status: open}, start: 'true'", 1)
				}
				d.applyVersion(next + brakes)
				for range 3 {
					if hints := d.sweepBoth(all); len(hints) != 0 {
						t.Fatalf("handed over %+v although nobody changed an item", hints)
					}
				}
				for _, side := range core.Sides {
					title := fmt.Sprintf("edited on side %d", side)
					d.retitle(side, title, all[0])
					hints := d.sweepBoth(all)
					for _, h := range hints {
						if h.Kind == core.HintDeleted {
							t.Errorf("handed over as deleted: %+v", h)
						}
					}
					d.refs = all[0].refs
					d.title(title)
				}
				for _, k := range all {
					row, err := d.store.Pair(t.Context(), k.pair)
					if d.must(err); row.Status != core.PairInSync || !row.Sides[core.A].GoneAt.IsZero() || !row.Sides[core.B].GoneAt.IsZero() {
						t.Errorf("pair %s is %s: %+v", k.pair, row.Status, row.Sides)
					}
				}
			})
		}
	}
}

// TestScopeBrakeStillHoldsAfterANewVersion: people who move many items out of the new scope do stop the connection.
func TestScopeBrakeStillHoldsAfterANewVersion(t *testing.T) {
	d := newDesk(t, scoped+brakesLine, silent)
	all := d.inScope(5)
	d.applyVersion(strings.Replace(scoped, "open", "done", 1) + brakesLine)
	d.sweepBoth(all)
	for _, k := range all { // one by one, so that it is no mass change
		d.place("done", k)
		d.sweepBoth(all)
	}
	d.place("open", all[:4]...)
	if p := d.sweep(core.B); p.Result != core.SweepBraked || !strings.HasPrefix(p.Text, "4 items of engineering left the connection's scope") {
		t.Errorf("%+v", p)
	}
}

// TestSweepStopsWhenManyItemsLeaveTheScope: the mapping is as it was, and people take more items out of its scope than the
// brakes allow. What left stays in step, after the release where it stopped the connection.
func TestSweepStopsWhenManyItemsLeaveTheScope(t *testing.T) {
	for _, c := range []struct {
		reason, brakes string
		leave          int
		on             bool
	}{
		{"four of five are more than half", "{changed: 50%, least: 1}", 4, true},
		{"three of five are more than half", "{changed: 50%, least: 1}", 3, true},
		{"two of five are not", "{changed: 50%, least: 1}", 2, false},
		{"more than half, but so few never stop it", "{changed: 50%, least: 3}", 3, false},
		{"one more than the few that never stop it", "{changed: 50%, least: 3}", 4, true},
		{"exactly the share that is allowed", "{changed: 80%, least: 1}", 4, false},
		{"the admin wants no such brake", "{changed: off, least: 1}", 5, false},
	} {
		for name, shape := range feeds {
			t.Run(c.reason+", "+name, func(t *testing.T) {
				d := newDesk(t, scoped+"\nbrakes: "+c.brakes+"\n", shape)
				all := d.inScope(5)
				d.place("done", all[:c.leave]...)
				d.retitle(core.A, "meanwhile", all[4])
				writes := d.sys[core.B].Calls()[memory.OpUpdate]
				p := d.sweep(core.B)
				b, on, err := d.store.Brake(t.Context(), "desk")
				if d.must(err); on != c.on {
					t.Fatalf("the brake is on: %v, %+v", on, p)
				}
				if c.on {
					saw := fmt.Sprintf("%d items of engineering left the connection's scope at once, of 5 pairs (allowed: 50%%)", c.leave)
					if b.Kind != core.BrakeScope || b.Saw != saw || p.Result != core.SweepBraked || len(d.handed()) != 0 {
						t.Errorf("brake %+v, pass %+v; want %s", b, p, saw)
					}
					if p := d.sweep(core.A); p.Result != core.SweepBraked || len(d.handed()) != 0 || d.sys[core.B].Calls()[memory.OpUpdate] != writes {
						t.Errorf("the other side of a stopped connection: %+v", p)
					}
					_, err := d.store.ReleaseBrake(t.Context(), "desk", "ann", d.now)
					d.must(err)
				}
				d.sweepBoth(all)
				d.refs = all[4].refs
				d.title("meanwhile")
				for range 2 { // what was accepted, or was below the limit, does not count again
					d.sweepBoth(all)
				}
				d.retitle(core.B, "outside", all[0])
				d.sweepBoth(all)
				d.refs = all[0].refs
				d.title("outside")
				if d.place("open", all[0]); d.sweep(core.B).Result != core.SweepDone {
					t.Error("one item that comes back stops the connection")
				}
			})
		}
	}
}
