package jira_test

import (
	"errors"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
)

func ref(o core.Observation) core.Value { return core.Reference(o.Ref.ID, o.Ref.Key) }

// issue creates one of a type in ENG as the integration's account.
func (s *site) issue(t *testing.T, typ string, fields map[string]core.Value) core.Observation {
	t.Helper()
	f := map[string]core.Value{"summary": core.String("a " + typ)}
	for k, v := range fields {
		f[k] = v
	}
	o, err := s.conn.Create(t.Context(), core.Draft{Type: "issue", Scope: map[string]string{"project": "ENG", "issuetype": typ}, Fields: f})
	if err != nil {
		t.Fatal(err)
	}
	return s.read(t, o.Ref.ID)
}

func (s *site) read(t *testing.T, id string, fields ...string) core.Observation {
	t.Helper()
	o, err := s.conn.Get(t.Context(), id, connectors.Want{Fields: fields})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestLinksAreReadAndWrittenByTheirWords(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	d, err := s.conn.Describe(t.Context(), connectors.ItemType{Type: "issue", Scope: map[string]string{"project": "ENG", "issuetype": "Bug"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"links.blocks", "links.is blocked by", "links.relates to"} {
		if f, ok := d.Find(name); !ok || f.Kind != core.KindSet || f.Of != core.KindReference || f.ReadOnly || f.Required {
			t.Errorf("%s is described as %+v (%v)", name, f, ok)
		}
	}
	a, b, c := s.issue(t, "Bug", nil), s.issue(t, "Bug", nil), s.issue(t, "Bug", nil)
	write := func(id string, p core.Patch, names ...string) core.Observation {
		t.Helper()
		o, err := s.conn.Update(t.Context(), id, p, "", connectors.Want{Fields: names})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	shows := func(o core.Observation, field string, want ...core.Observation) {
		t.Helper()
		var vs []core.Value
		for _, w := range want {
			vs = append(vs, ref(w))
		}
		if got := o.Field(field); got.Kind() != core.KindSet || !core.Equal(got, core.Set(vs...)) {
			t.Errorf("%s of %s is %v, want %v", field, o.Ref, got, want)
		}
	}
	add := core.Patch{Sets: map[string]core.SetChange{"links.blocks": {Add: core.Set(ref(b), ref(c))}, "links.relates to": {Add: core.Set(ref(b))}}}
	o := write(a.Ref.ID, add, "links.blocks", "links.is blocked by", "links.relates to")
	shows(o, "links.blocks", b, c)
	shows(o, "links.is blocked by")
	shows(o, "links.relates to", b)
	shows(s.read(t, b.Ref.ID, "links.is blocked by"), "links.is blocked by", a)
	shows(s.read(t, b.Ref.ID, "links.blocks"), "links.blocks")
	shows(s.read(t, b.Ref.ID, "links.relates to"), "links.relates to", a)

	before := s.read(t, a.Ref.ID, "links.blocks")
	s.pass(2 * time.Second)
	if again := write(a.Ref.ID, add, "links.blocks"); again.Revision != before.Revision {
		t.Error("links that are there were made once more")
	}
	// From the other end, beside a field, and with one that goes.
	o = write(c.Ref.ID, core.Patch{Fields: map[string]core.Value{"summary": core.String("c")},
		Sets: map[string]core.SetChange{"links.is blocked by": {Add: core.Set(ref(b)), Remove: core.Set(ref(a))}}}, "links.is blocked by", "summary")
	shows(o, "links.is blocked by", b)
	if o.Field("summary").Source() != "c" {
		t.Errorf("summary %v", o.Field("summary"))
	}
	shows(s.read(t, a.Ref.ID, "links.blocks"), "links.blocks", b)
	shows(s.read(t, a.Ref.ID, "links.relates to"), "links.relates to", b)

	made := s.issue(t, "Bug", map[string]core.Value{"links.is blocked by": core.Set(ref(a), ref(b))})
	shows(made, "links.is blocked by", a, b)
	all, err := s.conn.Get(t.Context(), made.Ref.ID, connectors.Want{})
	if err != nil {
		t.Fatal(err)
	}
	shows(all, "links.is blocked by", a, b)
	many, err := s.conn.GetMany(t.Context(), []string{made.Ref.ID}, connectors.Want{Fields: []string{"links.is blocked by"}})
	if err != nil || len(many) != 1 {
		t.Fatalf("%v, %v", many, err)
	}
	shows(many[0], "links.is blocked by", a, b)
}

func TestALinkToNothingRefusesItsFieldAlone(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	a := s.issue(t, "Bug", nil)
	_, err := s.conn.Update(t.Context(), a.Ref.ID, core.Patch{Sets: map[string]core.SetChange{"links.blocks": {Add: core.Set(core.Reference("99999", ""))}}}, "", connectors.Want{})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || invalid.Fields["links.blocks"] == "" {
		t.Errorf("came out as %v, want a refusal of links.blocks: the issue itself is there", err)
	}
	_, err = s.conn.Update(t.Context(), a.Ref.ID, core.Patch{Fields: map[string]core.Value{"links.blocks": core.String("ENG-1")}}, "", connectors.Want{})
	if connectors.Class(err) != "invalid" {
		t.Errorf("a text instead of an issue came out as %v", err)
	}
}

func TestParentsAndTheirAttributes(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	epic := s.issue(t, "Epic", map[string]core.Value{"summary": core.String("the epic")})
	o := s.issue(t, "Bug", map[string]core.Value{"parent": ref(epic)})
	if !core.Equal(o.Field("parent"), ref(epic)) {
		t.Errorf("parent %v, want %v", o.Field("parent"), epic.Ref)
	}
	o = s.read(t, o.Ref.ID, "parent.summary", "parent.status", "parent.key")
	if o.Field("parent.summary").Source() != "the epic" || o.Field("parent.key").Source() != epic.Ref.Key || o.Field("parent.status").IsEmpty() {
		t.Errorf("of the parent it shows %v", o.Fields)
	}
	o, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"parent": core.Empty(core.KindReference)}}, "", connectors.Want{Fields: []string{"parent", "parent.summary"}})
	if err != nil || !o.Field("parent").IsEmpty() || !o.Field("parent.summary").IsEmpty() || o.Field("parent.summary").Kind() != core.KindString {
		t.Errorf("after the parent was taken away: %v, %v", o.Fields, err)
	}
}
