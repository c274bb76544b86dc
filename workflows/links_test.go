package workflows_test

import (
	"context"
	"testing"
	"time"

	"duplex/activities"
	"duplex/core"
)

const linksFile = `
connection: desk
sides:
  support:     {system: left, type: item, start: 'item.priority == "high"'}
  engineering: {system: right, type: item}
rules:
  - {support: title, engineering: title}
  - {support: priority, engineering: priority}
  - {support: parent, engineering: parent, as: link}
`

// enters lets another left item enter the sync and get its twin, as the workflow of its own pair does. It gives the twin.
func (w *world) enters(item core.Ref) core.Ref {
	w.t.Helper()
	ctx := context.Background()
	pair := core.PairID(connection, sideNames[core.A], item.ID)
	f, err := w.act.Fetch(ctx, activities.FetchInput{Pair: pair, Connection: connection, Side: core.A, Ref: core.Ref{System: "left", ID: item.ID}, First: true})
	w.must(err)
	t, err := w.act.Transform(ctx, activities.TransformInput{Pair: pair, Seen: [2]string{f.Hash}})
	w.must(err)
	r, err := w.act.Apply(ctx, activities.ApplyInput{Pair: pair, Plan: t.Plan, To: t.To})
	w.must(err)
	if r.Ref.IsZero() {
		w.t.Fatal("the other item got no twin")
	}
	return r.Ref
}

// handOver does what the gateway does with deliveries that activities recorded: the pair's workflow hears of its item.
func (w *world) handOver(item core.Ref) (n int) {
	ds, err := w.store.WaitingDeliveries(context.Background(), 100)
	w.must(err)
	for _, d := range ds {
		for _, h := range d.Hints {
			if h.Ref.System == "left" && h.Ref.ID == item.ID {
				w.hint(core.A, h)
				n++
			}
		}
		w.must(w.store.MarkDelivery(context.Background(), d.Seq, core.DeliveryHandedOver, ""))
	}
	return n
}

// TestAChildGetsItsParentAsSoonAsThatIsPaired: the child entered the sync first. Nothing of it asks for a person meanwhile, and no
// time passes between the parent's twin and the child's.
func TestAChildGetsItsParentAsSoonAsThatIsPaired(t *testing.T) {
	w := newWorld(t, linksFile)
	parent, child := w.ticket(), w.ticket()
	w.must(w.sys[core.A].EditAs("u-ada", child.ID, fields("parent", core.Reference(parent.ID, parent.Key))))
	twinOf := func(item core.Ref) core.Observation {
		o, ok := w.sys[core.B].Item(w.pair(item.ID).Sides[core.B].Ref.ID)
		if !ok {
			t.Fatalf("item %s has no twin", item.ID)
		}
		return o
	}
	w.at(time.Minute, func() {
		o := twinOf(child)
		if v := o.Field("parent"); !v.IsEmpty() {
			t.Errorf("the twin's parent is %v before there is one", v)
		}
		if row := w.pair(child.ID); row.Status != core.PairInSync || len(row.Parked) > 0 {
			t.Errorf("while it waits the pair is %s, parked %v", row.Status, row.Parked)
		}
	})
	var made core.Ref
	w.at(2*time.Hour, func() {
		made = w.enters(parent)
		if n := w.handOver(child); n != 1 {
			t.Errorf("the child's pair was told %d times, want once", n)
		}
	})
	w.at(2*time.Hour+10*time.Second, func() {
		o := twinOf(child)
		if v := o.Field("parent"); v.ID() != made.ID {
			t.Errorf("the twin's parent is %v, want %s", v, made)
		}
		if n := w.handOver(child); n != 0 {
			t.Errorf("%d more hints after the parent was set", n)
		}
	})
	w.run(child, 3*time.Hour)
}

// TestAChildThatComesAfterItsParentHasItAtOnce: the other order needs no waiting.
func TestAChildThatComesAfterItsParentHasItAtOnce(t *testing.T) {
	w := newWorld(t, linksFile)
	parent, child := w.ticket(), w.ticket()
	made := w.enters(parent)
	w.must(w.sys[core.A].EditAs("u-ada", child.ID, fields("parent", core.Reference(parent.ID, parent.Key))))
	w.at(time.Minute, func() {
		o, _ := w.sys[core.B].Item(w.pair(child.ID).Sides[core.B].Ref.ID)
		if v := o.Field("parent"); v.ID() != made.ID {
			t.Errorf("the twin's parent is %v, want %s", v, made)
		}
		if n := w.handOver(child); n != 0 {
			t.Errorf("%d hints for a pair that waited for nothing", n)
		}
	})
	w.run(child, 2*time.Minute)
}
