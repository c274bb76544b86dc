package activities_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"duplex/activities"
	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

// blind is a system that answers every question well and shows nothing: its account lost the right to see items, or it
// serves empty pages.
type blind struct {
	*memory.Connector
	items bool // items read by their id are not shown either
}

func (b blind) Changes(_ context.Context, _ connectors.ItemType, since connectors.Cursor, _ int) (connectors.Page, error) {
	return connectors.Page{Next: since}, nil
}

func (b blind) Get(ctx context.Context, id string, w connectors.Want) (core.Observation, error) {
	if b.items {
		return core.Observation{}, fmt.Errorf("item %s: %w", id, connectors.ErrNotFound)
	}
	return b.Connector.Get(ctx, id, w)
}

func (b blind) GetMany(ctx context.Context, ids []string, w connectors.Want) ([]core.Observation, error) {
	if b.items {
		return nil, nil
	}
	return b.Connector.GetMany(ctx, ids, w)
}

// blinded gives a desk whose system on one side is blind.
type blinded struct {
	*desk
	side  core.Side
	items bool
}

func (b blinded) Connector(ctx context.Context, name string) (connectors.Connector, error) {
	if name == b.sys[b.side].Name() {
		return blind{b.sys[b.side].Connector(), b.items}, nil
	}
	return b.desk.Connector(ctx, name)
}

// end asks each pair what becomes of it when its item on the side is gone, as its workflow does.
func (d *desk) end(gone core.Side, of ...kept) (results []activities.EndResult) {
	d.t.Helper()
	for _, k := range of {
		in := activities.EndInput{Pair: k.pair}
		in.Gone[gone] = true
		r, err := d.act.End(d.t.Context(), in)
		d.must(err)
		results = append(results, r)
	}
	return results
}

// unwritten holds the other side of what vanished to be as it was.
func (d *desk) unwritten(side core.Side, all []kept) {
	d.t.Helper()
	for _, k := range all {
		if o, there := d.sys[side].Item(k.refs[side].ID); !there || len(o.Comments) != 0 || o.Field("title").Source() != "t" {
			d.t.Errorf("an item of side %d was written to or deleted: there %v, %+v", side, there, o)
		}
	}
	if c := d.sys[side].Calls(); c[memory.OpDelete]+c[memory.OpUpdate]+c[memory.OpAddComment] != 0 {
		d.t.Errorf("calls to side %d: %v", side, c)
	}
}

const mayDelete = "\ndeletes: {support: delete, engineering: delete}\nbrakes: {deleted: 30%, least: 1, hold: 1m}\n"

// TestOneSideSuddenlyEmptyStopsTheConnection: when a sweep finds nothing left of a side nothing is handed over or carried to the
// other side, whatever the policy; and when it was only out of sight all pairs go on after the release.
func TestOneSideSuddenlyEmptyStopsTheConnection(t *testing.T) {
	for _, side := range core.Sides {
		for _, c := range []struct {
			reason string
			shape  func(core.Side, *memory.Options)
			vanish func(d *desk, all []kept)
			back   bool // everything is there again later
			kind   core.BrakeKind
		}{
			{"everything was deleted", silent, func(d *desk, all []kept) { d.delete(side, all...) }, false, core.BrakeEmpty},
			{"everything was deleted, and the feed says so", feeds["feed with deletions"], func(d *desk, all []kept) { d.delete(side, all...) }, false, core.BrakeDeleted},
			{"the account may not see the items any more", silent, func(d *desk, _ []kept) { d.act.Systems = blinded{d, side, true} }, true, core.BrakeEmpty},
		} {
			t.Run(fmt.Sprintf("side %d, %s", side, c.reason), func(t *testing.T) {
				d := newDesk(t, deskFile+mayDelete, c.shape)
				all := d.pairs(5)
				d.sweepBoth(all)
				for _, s := range d.sys {
					s.ResetCalls()
				}
				c.vanish(d, all)
				p := d.sweep(side)
				b, on, err := d.store.Brake(t.Context(), "desk")
				if d.must(err); !on || b.Kind != c.kind || p.Result != core.SweepBraked || len(d.handed()) != 0 {
					t.Fatalf("%s: on %v, %+v, %+v", c.reason, on, b, p)
				}
				d.now = d.now.Add(time.Hour)
				for _, r := range d.end(side, all...) {
					if r.Ended || r.Braked == "" {
						t.Errorf("%s: a pair of a stopped connection ends: %+v", c.reason, r)
					}
				}
				d.unwritten(side.Other(), all)
				_, err = d.store.ReleaseBrake(t.Context(), "desk", "ann", d.now)
				d.must(err)
				if c.back {
					d.act.Systems = d
					d.sweepBoth(all)
					for _, k := range all {
						row, err := d.store.Pair(t.Context(), k.pair)
						if d.must(err); row.Status != core.PairInSync || !row.Sides[side].GoneAt.IsZero() {
							t.Errorf("%s: the pair is %s, gone since %v", c.reason, row.Status, row.Sides[side].GoneAt)
						}
					}
					d.unwritten(side.Other(), all)
					return
				}
				if p := d.sweep(side); p.Result != core.SweepDone || len(d.handed()) == 0 {
					t.Errorf("%s: after the release %+v", c.reason, p)
				}
				for _, r := range d.end(side, all...) {
					if !r.Ended {
						t.Errorf("%s: after the release a pair does not end: %+v", c.reason, r)
					}
				}
			})
		}
	}
}

// TestFeedThatListsNothingIsNoLoss: while a system shows no changes and still has the items nothing stops, and what was
// missed meanwhile is found afterwards.
func TestFeedThatListsNothingIsNoLoss(t *testing.T) {
	for _, side := range core.Sides {
		for name, shape := range feeds {
			t.Run(fmt.Sprintf("side %d, %s", side, name), func(t *testing.T) {
				d := newDesk(t, deskFile+mayDelete, shape)
				all := d.pairs(5)
				d.sweepBoth(all)
				d.act.Systems = blinded{d, side, false}
				d.retitle(side, "missed", all[0])
				for range 2 {
					d.sweepBoth(all)
				}
				d.act.Systems = d
				d.sweepBoth(all)
				d.refs = all[0].refs
				d.title("missed")
			})
		}
	}
}

// TestPairsCountEachOtherWhenTheirItemsAreOutOfSight: where no sweep looks for items, the pairs that find theirs gone are counted
// together before the policy acts on the first of them.
func TestPairsCountEachOtherWhenTheirItemsAreOutOfSight(t *testing.T) {
	for _, side := range core.Sides {
		d := newDesk(t, deskFile+mayDelete)
		all := d.pairs(5)
		for _, s := range d.sys {
			s.ResetCalls()
		}
		d.act.Systems = blinded{d, side, true}
		if r := d.end(side, all...); r[0].Wait == 0 || r[1].Braked == "" || r[4].Braked == "" {
			t.Errorf("side %d: %+v; want the first to wait and the brake from the second on", side, r)
		}
		d.now = d.now.Add(time.Hour)
		for _, r := range d.end(side, all...) {
			if r.Ended || r.Braked == "" {
				t.Errorf("side %d: after the hold %+v", side, r)
			}
		}
		d.unwritten(side.Other(), all)
	}
}

// TestEmptySideBesideIgnoredDeletions: items whose deletion was ignored long ago do not hide that nothing else is left.
func TestEmptySideBesideIgnoredDeletions(t *testing.T) {
	d := newDesk(t, deskFile+"\ndeletes: {support: ignore, engineering: ignore}\nbrakes: {deleted: 100%, least: 1, hold: 0s}\n", silent)
	all := d.pairs(5)
	d.sweepBoth(all)
	d.delete(core.B, all[0])
	d.sweep(core.B)
	d.handed()
	d.end(core.B, all[0])
	d.now = d.now.Add(24 * time.Hour)
	if p := d.sweep(core.B); p.Result != core.SweepDone || p.Missing != 0 {
		t.Fatalf("an ignored deletion: %+v", p)
	}
	d.delete(core.B, all[1:]...)
	p := d.sweep(core.B)
	if b, on, err := d.store.Brake(t.Context(), "desk"); err != nil || !on || b.Saw != "all 4 items looked for in engineering were gone at once" {
		t.Errorf("%+v, %v, %v after %+v", b, on, err, p)
	}
}

// TestEmptySideBesideAcceptedDeletions: nor do those that somebody accepted and that are not acted on yet.
func TestEmptySideBesideAcceptedDeletions(t *testing.T) {
	d := newDesk(t, deskFile+"\nbrakes: {deleted: 50%, least: 1, hold: 24h}\n", silent)
	all := d.pairs(5)
	d.sweepBoth(all)
	d.delete(core.B, all[:3]...)
	d.sweep(core.B)
	_, err := d.store.ReleaseBrake(t.Context(), "desk", "ann", d.now)
	d.must(err)
	if p := d.sweep(core.B); p.Result != core.SweepDone || p.Missing != 3 {
		t.Fatalf("after the release: %+v", p)
	}
	d.handed()
	d.delete(core.B, all[3:]...)
	p := d.sweep(core.B)
	if b, on, err := d.store.Brake(t.Context(), "desk"); err != nil || !on || b.Saw != "all 2 items looked for in engineering were gone at once" {
		t.Errorf("%+v, %v, %v after %+v", b, on, err, p)
	}
}
