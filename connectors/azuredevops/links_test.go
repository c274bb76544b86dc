package azuredevops_test

import (
	"fmt"
	"testing"

	"duplex/connectors"
	"duplex/core"
	emulator "duplex/emulators/azuredevops"
)

func TestLinks(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	var ids []string
	for i := range 4 {
		o, err := c.Create(t.Context(), core.Draft{Scope: bug.Scope, Fields: title(fmt.Sprint(i))})
		check(t, err)
		ids = append(ids, o.Ref.ID)
	}
	to := func(i int) core.Value { return core.Reference(ids[i], "") }
	o, err := write(t, c, ids[0], map[string]core.Value{"parent": to(1), "related": core.Set(to(2), to(3))})
	if err != nil || o.Field("parent").ID() != ids[1] || len(o.Field("related").Items()) != 2 {
		t.Fatalf("linked: %v %v, %v", o.Field("parent"), o.Field("related"), err)
	}
	if got, _ := c.Get(t.Context(), ids[1], connectors.Want{Fields: []string{"children"}}); len(got.Field("children").Items()) != 1 {
		t.Errorf("the parent's children: %v", got.Field("children"))
	}
	again, err := write(t, c, ids[0], map[string]core.Value{"parent": to(1)})
	if err != nil || again.Revision != o.Revision {
		t.Errorf("the same parent moved the revision, %v", err)
	}
	o, err = write(t, c, ids[0], map[string]core.Value{"parent": to(2), "related": core.Set(to(3))})
	if err != nil || o.Field("parent").ID() != ids[2] || len(o.Field("related").Items()) != 1 {
		t.Errorf("linked anew: %v %v, %v", o.Field("parent"), o.Field("related"), err)
	}
	o, err = c.Update(t.Context(), ids[0], core.Patch{Fields: map[string]core.Value{"parent": core.Empty(core.KindReference)},
		Sets: map[string]core.SetChange{"related": {Add: core.Set(to(1)), Remove: core.Set(to(3))}}}, o.Revision, connectors.Want{})
	if err != nil || !o.Field("parent").IsEmpty() || len(o.Field("related").Items()) != 1 || o.Field("related").Items()[0].ID() != ids[1] {
		t.Errorf("taken off: %v %v, %v", o.Field("parent"), o.Field("related"), err)
	}
	if _, err := write(t, c, ids[0], map[string]core.Value{"related": core.Set(core.Reference("x", ""))}); connectors.Class(err) != "invalid" {
		t.Errorf("no work item: %v", err)
	}
}

// TestLinksOfSeveralFieldsAreTakenOffTogether: each removal goes by a place in one list, and no other relation goes with them.
func TestLinksOfSeveralFieldsAreTakenOffTogether(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	var refs []core.Value
	for i := range 5 {
		o, err := c.Create(t.Context(), core.Draft{Scope: bug.Scope, Fields: title(fmt.Sprint(i))})
		check(t, err)
		refs = append(refs, core.Reference(o.Ref.ID, ""))
	}
	id := refs[0].ID()
	for _, step := range []map[string]core.Value{
		{"related": core.Set(refs[1])}, {"hyperlinks": core.Strings("https://acme.example/1")}, {"parent": refs[2]}, {"related": core.Set(refs[1], refs[3])},
		{"successors": core.Set(refs[4])}, {"hyperlinks": core.Strings("https://acme.example/1", "https://acme.example/2")},
	} {
		_, err := write(t, c, id, step)
		check(t, err)
	}
	o, err := write(t, c, id, map[string]core.Value{"related": core.Empty(core.KindSet), "parent": refs[1], "hyperlinks": core.Strings("https://acme.example/2")})
	check(t, err)
	want := map[string]core.Value{"related": core.Empty(core.KindSet), "parent": refs[1], "hyperlinks": core.Strings("https://acme.example/2"), "successors": core.Set(refs[4])}
	for name, v := range want {
		if got := o.Field(name); !core.Equal(got, v) {
			t.Errorf("%s is %v, want %v", name, got, v)
		}
	}
}

// TestALinkThatLeadsNowhereIsRefused: the vendor says "not found" of the other end, and the item itself is there.
func TestALinkThatLeadsNowhereIsRefused(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	nowhere := core.Reference("4711", "")
	refused := func(what, field string, err error) {
		t.Helper()
		var invalid *connectors.InvalidError
		if !asInvalid(err, &invalid) || invalid.Fields[field] == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	fields := title("x")
	fields["parent"] = nowhere
	_, err := c.Create(t.Context(), core.Draft{Scope: bug.Scope, Fields: fields})
	refused("a new item", "parent", err)
	o := a.create(c, bug.Scope, title("y"))
	_, err = c.Update(t.Context(), o.Ref.ID, core.Patch{Sets: map[string]core.SetChange{"related": {Add: core.Set(nowhere)}}}, o.Revision, connectors.Want{})
	refused("an item", "related", err)
	check(t, c.Delete(t.Context(), o.Ref.ID))
	if _, err := write(t, c, o.Ref.ID, map[string]core.Value{"related": core.Set(nowhere)}); connectors.Class(err) != "not-found" {
		t.Errorf("an item that is gone: %v", err)
	}
}
