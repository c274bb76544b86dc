package activities_test

import (
	"strings"
	"testing"

	"duplex/core"
)

// TestWhatWaitsForACondition: an item is created without what may not flow yet, nothing moves while the condition does not
// hold, and what was changed meanwhile arrives when it begins to hold, and stays agreed when it ends again.
func TestWhatWaitsForACondition(t *testing.T) {
	file := strings.Replace(deskFile, "  - {support: priority, engineering: priority}\n",
		"  - {support: priority, engineering: priority, if: 'item.status == \"open\"', flow: to-engineering}\n", 1)
	d := newDesk(t, file)
	d.open(map[string]core.Value{"priority": core.Option("", "high"), "status": core.Option("", "done")})
	d.sync()
	shows := func(reason, want string) {
		t.Helper()
		o := d.item(core.B)
		if got := o.Field("priority"); got.Name() != want {
			t.Fatalf("%s: priority is %v, want %q", reason, got, want)
		}
		if len(d.row().Parked) > 0 {
			t.Fatalf("%s: parked %+v", reason, d.row().Parked)
		}
	}
	set := func(side core.Side, fields map[string]core.Value) {
		d.edit(side, fields)
		d.sync()
	}
	shows("created without it", "")
	set(core.A, map[string]core.Value{"title": core.String("again")})
	shows("another field moves no gate", "")
	set(core.A, map[string]core.Value{"status": core.Option("", "open")})
	shows("what the item was created without follows", "high")
	set(core.A, map[string]core.Value{"status": core.Option("", "done")})
	set(core.A, map[string]core.Value{"priority": core.Option("", "low")})
	shows("a change waits", "high")
	set(core.A, map[string]core.Value{"status": core.Option("", "open")})
	shows("and arrives", "low")
}

// TestFieldsThatAreOneOnTheOtherSide: parts and whole keep each other in step through the store, and only real fields are
// written and kept.
func TestFieldsThatAreOneOnTheOtherSide(t *testing.T) {
	file := strings.Replace(deskFile, "  - {support: title, engineering: title}\n  - {support: description, engineering: description}\n",
		"  - {support: [title, estimate], engineering: title, join: ' / '}\n", 1)
	d := newDesk(t, file)
	d.open(map[string]core.Value{"title": core.String("Fire"), "estimate": core.Int(5)})
	d.sync()
	title := func() string {
		o := d.item(core.B)
		return o.Field("title").Source()
	}
	if got := title(); got != "Fire / 5" {
		t.Fatalf("the new item's title is %q", got)
	}
	d.edit(core.B, map[string]core.Value{"title": core.String("Smoke / 8")})
	d.sync()
	if a := d.item(core.A); a.Field("title").Source() != "Smoke" || a.Field("estimate").Source() != "8" {
		t.Fatalf("split into %v and %v", a.Field("title"), a.Field("estimate"))
	}
	d.edit(core.A, map[string]core.Value{"estimate": core.Empty(core.KindNumber)})
	d.sync()
	if got := title(); got != "Smoke" {
		t.Errorf("without its second part the title is %q", got)
	}
	base, err := d.store.Observation(t.Context(), d.row().Sides[core.A].Base)
	if err != nil {
		t.Fatal(err)
	}
	for name := range base.Fields {
		if strings.Contains(name, "+") {
			t.Errorf("the base holds %q, which no system has", name)
		}
	}
}
