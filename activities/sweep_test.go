package activities_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"duplex/activities"
	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

// kept is one pair of a desk with several.
type kept struct {
	pair string
	refs [2]core.Ref
}

// pairs makes n pairs that are in step.
func (d *desk) pairs(n int) (all []kept) {
	d.t.Helper()
	for range n {
		d.seen, d.refs = [2]string{}, [2]core.Ref{}
		d.open(nil)
		d.sync()
		all = append(all, kept{d.pair, d.refs})
	}
	return all
}

func (d *desk) sweep(side core.Side) core.SideSweep {
	d.t.Helper()
	d.now = d.now.Add(time.Minute)
	r, err := d.act.Sweep(d.t.Context(), activities.SweepInput{Connection: "desk", Side: side})
	d.must(err)
	return r.Pass
}

// handed are the hints that wait to be handed over; they are then taken for handed over.
func (d *desk) handed() (hints []core.Hint) {
	d.t.Helper()
	waiting, err := d.store.WaitingDeliveries(d.t.Context(), 1000)
	d.must(err)
	for _, w := range waiting {
		hints = append(hints, w.Hints...)
		d.must(d.store.MarkDelivery(d.t.Context(), w.Seq, core.DeliveryHandedOver, ""))
	}
	return hints
}

func (d *desk) retitle(side core.Side, title string, of ...kept) {
	d.t.Helper()
	d.now = d.now.Add(time.Second)
	for _, k := range of {
		d.must(d.sys[side].EditAs("u-grace", k.refs[side].ID, map[string]core.Value{"title": core.String(title)}))
	}
}

// silent makes a system whose feed does not tell deletions.
func silent(_ core.Side, o *memory.Options) {
	o.Facts = &connectors.Facts{Revisions: true, Precondition: true, Precision: time.Millisecond, ReportsActor: true, ServerFilter: true, RichText: "plain", Rate: 1000}
}

// TestPain05MissedWebhooksAreFoundBySweeps: what nobody was told of is listed and handed over, and what the base already
// shows is not.
func TestPain05MissedWebhooksAreFoundBySweeps(t *testing.T) {
	d := newDesk(t, deskFile)
	all := d.pairs(3)
	for _, side := range core.Sides {
		if p := d.sweep(side); p.HandedOver != 0 || p.Listed != 3 || p.Known != 3 {
			t.Errorf("first sweep of side %d: %+v; want three listed and known", side, p)
		}
	}
	if h := d.handed(); len(h) != 0 {
		t.Fatalf("handed over %+v although the base shows all", h)
	}
	d.retitle(core.B, "lost webhook", all[1])
	p := d.sweep(core.B)
	h := d.handed()
	if p.Listed != 1 || len(h) != 1 {
		t.Fatalf("%+v handed over %+v; want the one change", p, h)
	}
	if h[0].Ref.ID != all[1].refs[core.B].ID || h[0].Ref.System != "right" || h[0].Connection != "desk" || h[0].Urgency != core.Sweep || h[0].Kind != core.HintChanged {
		t.Errorf("the hint is %+v", h[0])
	}
	if d.sweep(core.B); len(d.handed()) != 0 {
		t.Error("a change is handed over twice")
	}
	fresh, err := d.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{"title": core.String("new")}})
	d.must(err)
	gone, err := d.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{"title": core.String("brief")}})
	d.must(err)
	d.must(d.sys[core.A].DeleteAs("u-ada", gone.ID))
	_, err = d.sys[core.B].CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{"title": core.String("elsewhere")}})
	d.must(err)
	d.must(d.store.UnlinkPair(t.Context(), all[2].pair))
	d.retitle(core.A, "ended", all[2])
	d.sweep(core.A)
	d.sweep(core.B)
	if h := d.handed(); len(h) != 1 || h[0].Ref.ID != fresh.ID {
		t.Errorf("handed over %+v; want only the new item of the side that starts pairs", h)
	}
	passes, err := d.store.SideSweeps(t.Context(), "desk")
	if err != nil || len(passes) != 2 || passes[1].Result != core.SweepDone || passes[1].Succeeded.IsZero() {
		t.Errorf("recorded passes: %+v, %v", passes, err)
	}
}

// The first sweep leaves what has been there for long to a backfill.
func TestFirstSweepDoesNotGoBackToTheBeginning(t *testing.T) {
	d := newDesk(t, deskFile)
	make := func() string {
		ref, err := d.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{"title": core.String("t")}})
		d.must(err)
		return ref.ID
	}
	make()
	d.now = d.now.Add(24 * time.Hour)
	recent := make()
	d.sweep(core.A)
	if h := d.handed(); len(h) != 1 || h[0].Ref.ID != recent {
		t.Errorf("handed over %+v; want the item of the last minutes only", h)
	}
}

// dying is a store that fails once where a process may die.
type dying struct {
	activities.Store
	at string
}

var errDied = errors.New("died")

func (s *dying) PutCursor(ctx context.Context, name, cursor string) error {
	if s.at == "cursor" && strings.HasPrefix(name, "sweep:") {
		s.at = ""
		return errDied
	}
	return s.Store.PutCursor(ctx, name, cursor)
}

func (s *dying) RecordDelivery(ctx context.Context, d core.Delivery) (core.Delivery, bool, error) {
	if s.at == "delivery" {
		s.at = ""
		return core.Delivery{}, false, errDied
	}
	return s.Store.RecordDelivery(ctx, d)
}

// TestSweepDiesBetweenHandOverAndCursor: nothing is lost and nothing recorded twice.
func TestSweepDiesBetweenHandOverAndCursor(t *testing.T) {
	for _, at := range []string{"delivery", "cursor"} {
		t.Run(at, func(t *testing.T) {
			d := newDesk(t, deskFile)
			all := d.pairs(2)
			d.sweep(core.A)
			d.handed()
			d.retitle(core.A, "edited", all...)
			d.act.Store = &dying{Store: d.store, at: at}
			if _, err := d.act.Sweep(t.Context(), activities.SweepInput{Connection: "desk", Side: core.A}); err == nil {
				t.Fatal("the sweep did not die")
			}
			if p, err := d.store.SideSweeps(t.Context(), "desk"); err != nil || p[0].Result != core.SweepFailed || p[0].Succeeded.IsZero() {
				t.Errorf("the pass is recorded as %+v, %v", p, err)
			}
			d.sweep(core.A)
			waiting, err := d.store.WaitingDeliveries(t.Context(), 100)
			if err != nil || len(waiting) != 1 || len(waiting[0].Hints) != 2 {
				t.Errorf("%+v, %v; want one delivery with both hints", waiting, err)
			}
			d.handed()
			if d.sweep(core.A); len(d.handed()) != 0 {
				t.Error("the cursor did not move")
			}
		})
	}
}

// TestPain16DeletedItemsAreFoundWithoutAFeedOfDeletions: items are looked for one by one, and one that left the scope is
// not taken for deleted.
func TestPain16DeletedItemsAreFoundWithoutAFeedOfDeletions(t *testing.T) {
	d := newDesk(t, strings.Replace(deskFile, "{system: right, type: item}", "{system: right, type: item, scope: {queue: bugs}}", 1), silent)
	all := d.pairs(3)
	d.sweep(core.B)
	d.handed()
	d.must(d.sys[core.B].DeleteAs("u-grace", all[0].refs[core.B].ID))
	d.must(d.sys[core.B].MoveAs("u-grace", all[1].refs[core.B].ID, map[string]string{"queue": "elsewhere"}))
	p := d.sweep(core.B)
	if p.Looked != 3 || p.Missing != 1 {
		t.Errorf("%+v; want three looked for and one missing", p)
	}
	kinds := map[string]core.HintKind{}
	for _, h := range d.handed() {
		kinds[h.Ref.ID] = h.Kind
	}
	if len(kinds) != 2 || kinds[all[0].refs[core.B].ID] != core.HintDeleted || kinds[all[1].refs[core.B].ID] != core.HintChanged {
		t.Errorf("handed over %v; want the deletion, and the move as a change", kinds)
	}
	for i, gone := range []bool{true, false, false} {
		pair, err := d.store.Pair(t.Context(), all[i].pair)
		if d.must(err); pair.Sides[core.B].GoneAt.IsZero() == gone {
			t.Errorf("pair %d is noted as gone since %v", i, pair.Sides[core.B].GoneAt)
		}
	}
}

// single hides that many items can be read at once, and fails for one of them.
type single struct {
	connectors.Connector
	poison string
}

func (s single) Get(ctx context.Context, id string, w connectors.Want) (core.Observation, error) {
	if id == s.poison {
		return core.Observation{}, connectors.Invalid("read", "title", "cannot be shown")
	}
	return s.Connector.Get(ctx, id, w)
}

type singles struct {
	*desk
	poison string
}

func (s singles) Connector(ctx context.Context, name string) (connectors.Connector, error) {
	c, err := s.desk.Connector(ctx, name)
	return single{c, s.poison}, err
}

// TestPain03OneBadItemDoesNotStopTheFeed: an item that cannot be read is passed over, and the others are found.
func TestPain03OneBadItemDoesNotStopTheFeed(t *testing.T) {
	d := newDesk(t, deskFile, silent)
	all := d.pairs(3)
	d.act.Systems = singles{d, all[0].refs[core.B].ID}
	d.sweep(core.B)
	d.handed()
	d.must(d.sys[core.B].DeleteAs("u-grace", all[1].refs[core.B].ID))
	d.retitle(core.B, "edited", all[2])
	if p := d.sweep(core.B); p.Result != core.SweepDone || p.Missing != 1 {
		t.Errorf("%+v; want a whole pass", p)
	}
	if h := d.handed(); len(h) != 2 {
		t.Errorf("handed over %+v; want the deletion and the edit", h)
	}
}
