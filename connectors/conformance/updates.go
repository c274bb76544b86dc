package conformance

import (
	"sort"

	"duplex/connectors"
	"duplex/core"
)

var updateTests = []test{
	{"Update/WritesEverySample", "", func(t *T) {
		o := t.create()
		for _, name := range t.sampleNames() {
			for _, v := range t.Samples[name] {
				t.tick()
				o = t.update(o.Ref.ID, map[string]core.Value{name: v}, o.Revision)
				wantValue(t, name+" after the update", o.Field(name), v)
				got := t.get(o.Ref.ID)
				wantValue(t, name+" read again", got.Field(name), v)
				if got.Revision != o.Revision {
					t.Errorf("%s: the update says revision %s, a read %s", name, o.Revision, got.Revision)
				}
			}
		}
	}},
	{"Update/LeavesOtherFieldsAlone", "", func(t *T) {
		id := t.made(t.draft())
		first := map[string]core.Value{}
		for name, v := range t.Samples {
			first[name] = v[0]
		}
		before := t.update(id, first, "")
		for name, v := range first {
			wantValue(t, "writing all samples at once: "+name, before.Field(name), v)
		}
		for _, name := range t.sampleNames() {
			t.tick()
			after := t.update(id, map[string]core.Value{name: t.Samples[name][1]}, "")
			for other, v := range t.others(before, name) {
				wantValue(t, "writing "+name+" changed "+other, after.Field(other), v)
			}
			t.tick()
			t.update(id, map[string]core.Value{name: t.Samples[name][0]}, "")
		}
	}},
	{"Update/OfAStaleRevisionIsRefused", "", func(t *T) {
		if !t.Connector.Facts().Revisions {
			t.Skip("the system has no revisions")
		}
		o := t.create()
		t.personEdits(o.Ref.ID, map[string]core.Value{t.Title: core.String("by a person")})
		_, err := t.Connector.Update(t.Context(), o.Ref.ID,
			core.Patch{Fields: map[string]core.Value{t.Title: core.String("by the sync")}}, o.Revision, connectors.Want{Type: t.Type})
		t.wantClass("an update over a person's edit", err, "stale")
		wantValue(t, t.Title, t.field(o.Ref.ID, t.Title), core.String("by a person"))
	}},
	{"Update/ThatChangesNothingKeepsTheRevision", "", func(t *T) {
		o := t.create()
		t.tick()
		after := t.update(o.Ref.ID, map[string]core.Value{t.Title: o.Field(t.Title)}, o.Revision)
		if after.Revision != o.Revision {
			t.Errorf("the revision went from %s to %s", o.Revision, after.Revision)
		}
	}},
	{"Update/TwiceIsHarmless", "", func(t *T) {
		o := t.create()
		t.tick()
		fields := map[string]core.Value{t.Title: core.String("once")}
		a := t.update(o.Ref.ID, fields, "")
		t.tick()
		b := t.update(o.Ref.ID, fields, "")
		if a.Revision != b.Revision {
			t.Errorf("the second time moved the revision from %s to %s", a.Revision, b.Revision)
		}
	}},
	{"Update/MovesTheRevision", "", func(t *T) {
		o := t.create()
		t.tick()
		after := t.update(o.Ref.ID, map[string]core.Value{t.Title: core.String("another")}, o.Revision)
		if after.Revision == o.Revision || after.UpdatedAt.Before(o.UpdatedAt) {
			t.Errorf("revision %s to %s, time %v to %v", o.Revision, after.Revision, o.UpdatedAt, after.UpdatedAt)
		}
	}},
	{"Update/TellsEmptyFromAbsent", "", func(t *T) {
		id := t.made(t.draft())
		before := t.update(id, map[string]core.Value{t.Cleared: t.Samples[t.Cleared][0]}, "")
		t.tick()
		after := t.update(id, map[string]core.Value{t.Cleared: core.Empty(before.Field(t.Cleared).Kind())}, "")
		if v := after.Field(t.Cleared); !v.IsEmpty() {
			t.Errorf("%s is %q after it was cleared (absent %v)", t.Cleared, v, v.IsAbsent())
		}
		if v := t.field(id, t.Cleared); !v.IsEmpty() {
			t.Errorf("%s is %q when read again (absent %v)", t.Cleared, v, v.IsAbsent())
		}
		_, err := t.Connector.Update(t.Context(), id, core.Patch{Fields: map[string]core.Value{t.Cleared: core.Absent()}}, "", connectors.Want{Type: t.Type})
		t.wantRefused(err, t.Cleared)
	}},
	{"Update/OfAnUnknownFieldIsRefused", "", func(t *T) {
		o := t.create()
		t.tick()
		_, err := t.Connector.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{
			"no such field": core.String("x"), t.Title: core.String("not written"),
		}}, "", connectors.Want{Type: t.Type})
		t.wantRefused(err, "no such field")
		wantValue(t, t.Title, t.field(o.Ref.ID, t.Title), o.Field(t.Title))
	}},
	{"Update/OfAnUnknownOptionIsRefused", "", func(t *T) {
		o := t.create()
		tried := false
		for name, vs := range t.Samples {
			if vs[0].Kind() == core.KindOption {
				tried = true
				t.tick()
				_, err := t.Connector.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{
					name: core.Option("", "no such option"), t.Title: core.String("not written"),
				}}, "", connectors.Want{Type: t.Type})
				t.wantRefused(err, name)
			}
		}
		if !tried {
			t.Fatal("the samples have no option field")
		}
		wantValue(t, t.Title, t.field(o.Ref.ID, t.Title), o.Field(t.Title))
	}},
	{"Update/TakesAnOptionByItsName", "", func(t *T) {
		o := t.create()
		for name, vs := range t.Samples {
			if vs[1].Kind() == core.KindOption {
				t.tick()
				after := t.update(o.Ref.ID, map[string]core.Value{name: core.Option("", vs[1].Name())}, "")
				wantValue(t, name, after.Field(name), vs[1])
			}
		}
	}},
	{"Update/TakesAUserByEMail", "", func(t *T) {
		o := t.create()
		tried := false
		for name, vs := range t.Samples {
			if vs[0].Kind() == core.KindUser {
				tried = true
				t.tick()
				after := t.update(o.Ref.ID, map[string]core.Value{name: core.Person("", t.Known.Email(), "")}, "")
				wantValue(t, name, after.Field(name), t.Known)
				t.tick()
				_, err := t.Connector.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{
					name: core.Person("", "nobody@nowhere.example", ""),
				}}, "", connectors.Want{Type: t.Type})
				t.wantRefused(err, name)
				wantValue(t, name+" after a miss", t.field(o.Ref.ID, name), t.Known)
			}
		}
		if !tried {
			t.Fatal("the samples have no user field")
		}
	}},
	{"Update/OfASetKeepsOthersElements", "", func(t *T) {
		id := t.made(t.draft())
		tried := false
		for name, vs := range t.Samples {
			if vs[0].Kind() != core.KindSet || len(vs[0].Items()) == 0 || len(core.Without(vs[1], vs[0]).Items()) == 0 {
				continue
			}
			tried = true
			t.update(id, map[string]core.Value{name: vs[0]}, "")
			t.personEdits(id, map[string]core.Value{name: core.Union(vs[0], vs[1])})
			t.tick()
			gone := core.Set(vs[0].Items()[0])
			o, err := t.Connector.Update(t.Context(), id, core.Patch{Sets: map[string]core.SetChange{
				name: {Add: core.Set(), Remove: gone},
			}}, "", connectors.Want{Type: t.Type})
			if err != nil {
				t.Fatal(err)
			}
			wantValue(t, name+" less one", o.Field(name), core.Without(core.Union(vs[0], vs[1]), gone))
			t.tick()
			o, err = t.Connector.Update(t.Context(), id, core.Patch{Sets: map[string]core.SetChange{
				name: {Add: gone, Remove: core.Set()},
			}}, "", connectors.Want{Type: t.Type})
			if err != nil {
				t.Fatal(err)
			}
			wantValue(t, name+" and one more", o.Field(name), core.Union(vs[0], vs[1]))
		}
		if !tried {
			t.Fatal("the samples have no set of which both values have elements of their own")
		}
	}},
}

func (t *T) sampleNames() []string {
	var names []string
	for name := range t.Samples {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
