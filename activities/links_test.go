package activities_test

import (
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

const linksFile = `
connection: desk
sides:
  support:     {system: left, type: item, start: 'true'}
  engineering: {system: right, type: item}
rules:
  - {support: title, engineering: title}
  - {support: parent, engineering: parent, as: link}
  - {support: related, engineering: related, as: link}
`

// filed makes an item on the left that is in no pair yet.
func (d *desk) filed(title string, fields map[string]core.Value) core.Ref {
	d.t.Helper()
	f := map[string]core.Value{"title": core.String(title)}
	for k, v := range fields {
		f[k] = v
	}
	ref, err := d.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: f})
	d.must(err)
	return ref
}

// with is the desk at another pair, the one that the left item begins.
func (d *desk) with(ref core.Ref) *desk {
	d.t.Helper()
	e := *d
	e.pair, e.seen, e.refs = core.PairID("desk", "support", ref.ID), [2]string{}, [2]core.Ref{}
	if r := e.fetch(core.A, core.Ref{System: "left", ID: ref.ID}, true); r.Refused != "" || r.BelongsTo != "" {
		d.t.Fatalf("not taken: %+v", r)
	}
	return &e
}

// woken are the left items that deliveries tell of since the last look.
func (d *desk) woken() []string {
	d.t.Helper()
	ds, err := d.store.WaitingDeliveries(d.t.Context(), 100)
	d.must(err)
	var ids []string
	for _, v := range ds {
		for _, h := range v.Hints {
			ids = append(ids, h.Ref.System+":"+h.Ref.ID)
		}
		d.must(d.store.MarkDelivery(d.t.Context(), v.Seq, core.DeliveryHandedOver, ""))
	}
	return ids
}

func (d *desk) awaits() int {
	d.t.Helper()
	waits, err := d.store.AwaitedOf(d.t.Context(), d.pair)
	d.must(err)
	return len(waits)
}

// names is what an item of a side shows in a field that names items.
func (d *desk) names(side core.Side, field string) core.Value {
	d.t.Helper()
	o := d.item(side)
	return o.Field(field)
}

func refTo(refs ...core.Ref) core.Value { return core.Reference(refs[0].ID, refs[0].Key) }

func setOf(refs ...core.Ref) core.Value {
	var vs []core.Value
	for _, r := range refs {
		vs = append(vs, refTo(r))
	}
	return core.Set(vs...)
}

func (d *desk) shows(side core.Side, field string, want core.Value) {
	d.t.Helper()
	if got := d.names(side, field); !core.Equal(got, want) {
		d.t.Errorf("%s on side %d is %v, want %v", field, side, got, want)
	}
}

// calm holds that nothing of a pair asks for a person.
func (d *desk) calm() {
	d.t.Helper()
	if row := d.row(); len(row.Parked) > 0 || row.Status == core.PairProblem {
		d.t.Errorf("the pair is %s, parked %v: waiting is nobody's problem", row.Status, row.Parked)
	}
}

func TestParentsFollowWhicheverComesFirst(t *testing.T) {
	for _, parentFirst := range []bool{true, false} {
		d := newDesk(t, linksFile)
		p := d.filed("parent", nil)
		c := d.filed("child", map[string]core.Value{"parent": refTo(p)})
		var parent, child *desk
		if parentFirst {
			parent = d.with(p)
			parent.sync()
			child = d.with(c)
			child.sync()
			if woken := d.woken(); len(woken) != 0 {
				t.Errorf("nobody waited, and %v were woken", woken)
			}
		} else {
			child = d.with(c)
			child.sync()
			child.shows(core.B, "parent", core.Empty(core.KindReference))
			child.calm()
			if n := child.awaits(); n != 1 {
				t.Errorf("the child waits for %d items, want its parent", n)
			}
			parent = d.with(p)
			parent.sync()
			if woken := d.woken(); len(woken) != 1 || woken[0] != "left:"+c.ID {
				t.Errorf("woken: %v, want the child", woken)
			}
			child.sync()
		}
		child.shows(core.B, "parent", refTo(parent.refs[core.B]))
		child.calm()
		if n := child.awaits(); n != 0 {
			t.Errorf("the child still waits for %d", n)
		}
		// From now on it is a field like any other, in both directions.
		other := d.with(d.filed("another parent", nil))
		other.sync()
		child.edit(core.B, map[string]core.Value{"parent": refTo(other.refs[core.B])})
		child.sync()
		child.shows(core.A, "parent", refTo(other.refs[core.A]))
		child.edit(core.A, map[string]core.Value{"parent": core.Empty(core.KindReference)})
		child.sync()
		child.shows(core.B, "parent", core.Empty(core.KindReference))
	}
}

// TestAParentThatChangesWhileItWaits: the newest one counts, and a parent that never enters the sync costs nothing.
func TestAParentThatChangesWhileItWaits(t *testing.T) {
	d := newDesk(t, linksFile)
	never, later := d.filed("never", nil), d.filed("later", nil)
	child := d.with(d.filed("child", map[string]core.Value{"parent": refTo(never)}))
	child.sync()
	child.edit(core.A, map[string]core.Value{"title": core.String("edited")})
	child.sync()
	child.title("edited")
	child.calm()
	writes := d.sys[core.B].Calls()[memory.OpUpdate]
	for range 3 {
		child.sync()
	}
	if n := d.sys[core.B].Calls()[memory.OpUpdate]; n != writes {
		t.Errorf("%d writes while nothing can be written", n-writes)
	}
	child.edit(core.A, map[string]core.Value{"parent": refTo(later)})
	child.sync()
	parent := d.with(later)
	parent.sync()
	child.sync()
	child.shows(core.B, "parent", refTo(parent.refs[core.B]))
	child.shows(core.A, "parent", refTo(later))
}

func TestSetsOfReferencesMergeAroundWhatHasNoTwin(t *testing.T) {
	d := newDesk(t, linksFile)
	x, y := d.with(d.filed("x", nil)), d.with(d.filed("y", nil))
	x.sync()
	y.sync()
	lone := d.filed("in no pair", nil)
	item := d.with(d.filed("item", map[string]core.Value{"related": setOf(x.refs[core.A], lone)}))
	item.sync()
	item.shows(core.B, "related", setOf(x.refs[core.B]))
	item.shows(core.A, "related", setOf(x.refs[core.A], lone))
	item.calm()

	native, err := d.sys[core.B].CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{"title": core.String("native")}})
	d.must(err)
	item.edit(core.B, map[string]core.Value{"related": setOf(x.refs[core.B], y.refs[core.B], native)})
	item.sync()
	item.shows(core.A, "related", setOf(x.refs[core.A], y.refs[core.A], lone))
	item.shows(core.B, "related", setOf(x.refs[core.B], y.refs[core.B], native))

	item.edit(core.A, map[string]core.Value{"related": setOf(y.refs[core.A], lone)})
	item.sync()
	item.shows(core.B, "related", setOf(y.refs[core.B], native))

	d.woken()
	late := d.with(lone)
	late.sync()
	if woken := d.woken(); len(woken) != 1 || woken[0] != "left:"+item.refs[core.A].ID {
		t.Errorf("woken: %v, want the item that names the newcomer", woken)
	}
	item.sync()
	item.shows(core.B, "related", setOf(y.refs[core.B], native, late.refs[core.B]))
	item.calm()
}

func TestCyclesAndSelfReferencesAreHarmless(t *testing.T) {
	d := newDesk(t, linksFile)
	a, b := d.filed("a", nil), d.filed("b", nil)
	d.must(d.sys[core.A].EditAs("u-ada", a.ID, map[string]core.Value{"parent": refTo(b), "related": setOf(a, b)}))
	d.must(d.sys[core.A].EditAs("u-ada", b.ID, map[string]core.Value{"parent": refTo(a)}))
	first, second := d.with(a), d.with(b)
	first.sync()
	second.sync()
	first.sync()
	first.shows(core.B, "parent", refTo(second.refs[core.B]))
	second.shows(core.B, "parent", refTo(first.refs[core.B]))
	first.shows(core.B, "related", setOf(first.refs[core.B], second.refs[core.B]))
	d.woken()
	for range 3 {
		first.sync()
		second.sync()
	}
	if woken := d.woken(); len(woken) != 0 {
		t.Errorf("two pairs at rest wake each other: %v", woken)
	}
}

// TestAnItemThatNeedsItsParentIsCreatedAfterIt: a system that creates no item without the field is not asked before.
func TestAnItemThatNeedsItsParentIsCreatedAfterIt(t *testing.T) {
	d := newDesk(t, linksFile, func(side core.Side, o *memory.Options) {
		if side == core.B {
			o.Fields = memory.DefaultFields()
			for i := range o.Fields {
				o.Fields[i].Required = o.Fields[i].Name == "parent"
			}
		}
	})
	root, err := d.sys[core.B].CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{"title": core.String("root"), "parent": core.Reference("0", "")}})
	d.must(err)
	p := d.filed("parent", nil)
	child := d.with(d.filed("child", map[string]core.Value{"parent": refTo(p)}))
	r := child.plan()
	if r.Write || r.Status != core.PairPending || !strings.Contains(r.Summary, "waits") {
		t.Fatalf("plan %+v: want it to wait for its parent's twin", r)
	}
	parent := d.with(p)
	d.must(d.store.AddPairSide(t.Context(), parent.pair, core.B, root)) // linked to an item that is there
	parent.refs[core.B] = root
	parent.sync()
	if woken := d.woken(); len(woken) != 1 || !strings.HasSuffix(woken[0], ":"+child.refs[core.A].ID) {
		t.Fatalf("woken: %v, want the child", woken)
	}
	child.sync()
	child.shows(core.B, "parent", refTo(root))
	child.calm()
}

// TestATwinThatComesWhileThePairIsSavedIsNotMissed: between the look for twins and the note that one is waited for, the other
// pair may get its twin.
func TestATwinThatComesWhileThePairIsSavedIsNotMissed(t *testing.T) {
	d := newDesk(t, linksFile)
	p := d.filed("parent", nil)
	parent := d.with(p)
	child := d.with(d.filed("child", map[string]core.Value{"parent": refTo(p)}))
	tr := child.plan()
	parent.sync()
	if woken := d.woken(); len(woken) != 0 {
		t.Fatalf("%v woken before it was noted", woken)
	}
	_, err := child.apply(tr)
	d.must(err)
	if woken := d.woken(); len(woken) != 1 || woken[0] != "left:"+child.refs[core.A].ID {
		t.Errorf("woken: %v, want the child itself", woken)
	}
	child.sync()
	child.shows(core.B, "parent", refTo(parent.refs[core.B]))
}

// TestTwinsOfAnotherConnectionCount: what the item is kept in step under does not matter, where the two systems are the same.
func TestTwinsOfAnotherConnectionCount(t *testing.T) {
	d := newDesk(t, linksFile)
	p := d.filed("parent", nil)
	q, err := d.sys[core.B].CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{"title": core.String("q")}})
	d.must(err)
	pair := core.Pair{ID: core.PairID("other", "a", p.ID), Connection: "other", Status: core.PairInSync,
		Sides: [2]core.PairSide{{Name: "b", Ref: q}, {Name: "a", Ref: p}}}
	_, _, err = d.store.ClaimPair(t.Context(), pair)
	d.must(err)
	child := d.with(d.filed("child", map[string]core.Value{"parent": refTo(p)}))
	child.sync()
	child.shows(core.B, "parent", refTo(q))
}

// TestAWriteThatDiesDoesNotLoseAnElement: what the plan knew of twins is what it is carried out with, also when another twin has come
// meanwhile.
func TestAWriteThatDiesDoesNotLoseAnElement(t *testing.T) {
	d := newDesk(t, linksFile)
	x, lone := d.with(d.filed("x", nil)), d.filed("late", nil)
	x.sync()
	item := d.with(d.filed("item", nil))
	item.sync()
	item.edit(core.A, map[string]core.Value{"related": setOf(x.refs[core.A], lone)})
	item.fetch(core.A, item.refs[core.A], false)
	tr := item.plan()
	d.sys[core.B].FailNextWith(memory.OpUpdate, memory.AfterCommit, &connectors.BusyError{Text: "the answer is lost"})
	if _, err := item.apply(tr); err == nil {
		t.Fatal("the answer was not lost")
	}
	late := d.with(lone)
	late.sync()
	_, err := item.apply(tr)
	d.must(err)
	item.sync()
	item.shows(core.A, "related", setOf(x.refs[core.A], lone))
	item.shows(core.B, "related", setOf(x.refs[core.B], late.refs[core.B]))
}
