package activities_test

import (
	"context"
	"strings"
	"testing"

	"duplex/activities"
	"duplex/core"
)

// matching is the desk with a rule by which items and their twins know each other.
func matching(rule string) string {
	return strings.Replace(strings.Replace(deskFile, "right, type: item}", "right, type: item, start: 'true'}", 1), "conflicts: latest", "conflicts: latest\nmatch: "+rule, 1)
}

// there makes an item on the right that was there before.
func (d *desk) there(fields map[string]core.Value) core.Ref {
	d.t.Helper()
	ref, err := d.sys[core.B].CreateAs("u-grace", core.Draft{Type: "item", Fields: fields})
	d.must(err)
	return ref
}

func TestMatchPairsInsteadOfCreating(t *testing.T) {
	label := func(l ...string) map[string]core.Value {
		return map[string]core.Value{"title": core.String("x"), "labels": core.Strings(l...)}
	}
	for _, c := range []struct {
		reason, rule string
		before       []map[string]core.Value // items on the right
		left         func(before []core.Ref) map[string]core.Value
		creates      bool
		says         string
	}{
		{"a field names the twin's id", "{support: title, engineering: id}", []map[string]core.Value{{"title": core.String("x")}},
			func(r []core.Ref) map[string]core.Value { return map[string]core.Value{"title": core.String(r[0].ID)} }, false, ""},
		{"two fields hold the same value", "{support: title, engineering: title}", []map[string]core.Value{{"title": core.String("INC-7")}, {"title": core.String("INC-8")}},
			func([]core.Ref) map[string]core.Value { return map[string]core.Value{"title": core.String("INC-7")} }, false, ""},
		{"any element of a set", "{support: labels, engineering: labels}", []map[string]core.Value{label("ref-9", "other")},
			func([]core.Ref) map[string]core.Value { return label("ref-9") }, false, ""},
		{"no match creates as usual", "{support: title, engineering: title}", []map[string]core.Value{{"title": core.String("INC-8")}},
			func([]core.Ref) map[string]core.Value { return map[string]core.Value{"title": core.String("INC-7")} }, true, ""},
		{"an id that names nothing creates as usual", "{support: title, engineering: id}", nil,
			func([]core.Ref) map[string]core.Value { return map[string]core.Value{"title": core.String("999")} }, true, ""},
		{"several matches are never guessed", "{support: title, engineering: title}", []map[string]core.Value{{"title": core.String("INC-7")}, {"title": core.String("INC-7")}},
			func([]core.Ref) map[string]core.Value { return map[string]core.Value{"title": core.String("INC-7")} }, false, "2 items in right match"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDesk(t, matching(c.rule))
			var before []core.Ref
			for _, f := range c.before {
				before = append(before, d.there(f))
			}
			d.open(c.left(before))
			r, err := d.apply(d.plan())
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("got %v, want %q", err, c.says)
				}
				if n := len(d.sys[core.B].Items()); n != len(before) {
					t.Errorf("%d items on the right", n)
				}
				return
			}
			d.must(err)
			want := len(before)
			if c.creates {
				want++
			} else if !r.Stale || r.Ref.ID != before[0].ID || d.row().Sides[core.B].Ref.ID != before[0].ID {
				t.Errorf("paired with %+v, want %s", r.Ref, before[0].ID)
			}
			if n := len(d.sys[core.B].Items()); n != want {
				t.Errorf("%d items on the right, want %d", n, want)
			}
		})
	}
}

// TestMatchIsAsSafeAsACreate: an attempt that was cut off after the match is taken up, and a match is given to one pair only.
func TestMatchIsAsSafeAsACreate(t *testing.T) {
	d := newDesk(t, matching("{support: title, engineering: title}"))
	twin := d.there(map[string]core.Value{"title": core.String("INC-7"), "priority": core.Option("", "low")})
	d.open(map[string]core.Value{"title": core.String("INC-7"), "priority": core.Option("", "high")})
	first := d.plan()
	for range 3 { // the answers were lost
		r, err := d.apply(first)
		d.must(err)
		if !r.Stale || r.Ref.ID != twin.ID {
			t.Fatalf("answered %+v", r)
		}
	}
	d.refs[core.B] = twin
	d.sync()
	right := d.item(core.B)
	if got := right.Field("priority").Name(); got != "high" && got != "low" {
		t.Errorf("priority %q", got)
	}
	if n := len(d.sys[core.B].Items()); n != 1 {
		t.Errorf("%d items on the right, want the one that was there", n)
	}
	// Another item with the same value.
	d.seen, d.refs = [2]string{}, [2]core.Ref{}
	d.open(map[string]core.Value{"title": core.String("INC-7")})
	if _, err := d.apply(d.plan()); err == nil || !strings.Contains(err.Error(), "is in pair") {
		t.Errorf("a second item was given the same twin: %v", err)
	}
}

// TestMatchOfTwoNewcomers: both items enter the sync at the same moment; one pair gives way to the other.
func TestMatchOfTwoNewcomers(t *testing.T) {
	d := newDesk(t, matching("{support: title, engineering: title}"))
	d.open(map[string]core.Value{"title": core.String("INC-7")})
	left, leftPlan := d.pair, d.plan()
	right := d.there(map[string]core.Value{"title": core.String("INC-7")})
	other := core.PairID("desk", "engineering", right.ID)
	r, err := d.act.Fetch(t.Context(), activities.FetchInput{Pair: other, Connection: "desk", Side: core.B, Ref: core.Ref{System: "right", ID: right.ID}, First: true})
	d.must(err)
	rightPlan, err := d.act.Transform(t.Context(), activities.TransformInput{Pair: other, Seen: [2]string{"", r.Hash}})
	d.must(err)
	a, err := d.act.Apply(t.Context(), activities.ApplyInput{Pair: left, Plan: leftPlan.Plan, To: core.B})
	d.must(err)
	if a.BelongsTo != other {
		t.Errorf("the left pair did not give way: %+v", a)
	}
	b, err := d.act.Apply(t.Context(), activities.ApplyInput{Pair: other, Plan: rightPlan.Plan, To: core.A})
	d.must(err)
	if !b.Stale || b.Ref.ID == "" {
		t.Errorf("the right pair did not take the item: %+v", b)
	}
	p, err := d.store.Pair(context.Background(), other)
	d.must(err)
	l, err := d.store.Pair(context.Background(), left)
	d.must(err)
	if p.Sides[core.A].Ref.IsZero() || l.Status != core.PairUnlinked || len(d.sys[core.A].Items())+len(d.sys[core.B].Items()) != 2 {
		t.Errorf("left pair %s, right pair %+v", l.Status, p.Sides)
	}
}
