package conformance

import (
	"errors"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

var describeTests = []test{
	{"Describe/CoversEveryFieldOfGet", "", func(t *T) {
		d, err := t.Connector.Describe(t.Context(), t.Type)
		if err != nil {
			t.Fatal(err)
		}
		o := t.create()
		if len(o.Fields) == 0 {
			t.Fatal("Get shows no field")
		}
		for name, v := range o.Fields {
			f, ok := d.Find(name)
			if !ok {
				t.Errorf("Get shows %q, which Describe does not", name)
			} else if v.Kind() != f.Kind {
				t.Errorf("%s is a %s in Get and a %s in Describe", name, v.Kind(), f.Kind)
			}
		}
		for i, f := range d.Fields {
			if slices.ContainsFunc(d.Fields[:i], func(g connectors.Field) bool { return g.Name == f.Name }) {
				t.Errorf("two fields are called %q", f.Name)
			}
		}
	}},
	{"Describe/KnowsWhatTheSamplesWrite", "", func(t *T) {
		d, err := t.Connector.Describe(t.Context(), t.Type)
		if err != nil {
			t.Fatal(err)
		}
		for name, vs := range t.Samples {
			f, ok := d.Find(name)
			if !ok || f.ReadOnly {
				t.Errorf("%s can be written, Describe says %+v", name, f)
				continue
			}
			for _, v := range vs {
				if f.Kind == core.KindOption && !slices.ContainsFunc(f.Options, func(o core.Value) bool { return core.Equal(o, v) }) {
					t.Errorf("%s: %q is no option of Describe", name, v)
				}
			}
		}
	}},
}

var createTests = []test{
	{"Create/RoundTrips", "", func(t *T) {
		d := t.draft()
		o := t.get(t.made(d))
		for name, v := range d.Fields {
			wantValue(t, name, o.Field(name), v)
		}
		if o.Mark != d.Mark || !o.OwnItem {
			t.Errorf("mark %q own %v, want %q and own", o.Mark, o.OwnItem, d.Mark)
		}
		if o.Ref.Key == "" || o.Ref.URL == "" || o.Ref.System == "" {
			t.Errorf("a ref without a name for people: %+v", o.Ref)
		}
		if o.CreatedAt.IsZero() || o.UpdatedAt.IsZero() || !o.Complete {
			t.Errorf("created %v updated %v complete %v", o.CreatedAt, o.UpdatedAt, o.Complete)
		}
	}},
	{"Create/IsFoundByItsMark", "Finder", func(t *T) {
		finder := t.Connector.(connectors.Finder)
		d := t.draft()
		id := t.made(d)
		t.made(t.draft())
		if t.Connector.Facts().FindLag > 0 {
			t.settle()
		}
		refs, err := finder.Find(t.Context(), t.Type, d.Mark)
		if err != nil || len(refs) != 1 || refs[0].ID != id {
			t.Errorf("found %v, %v; want only %s", refs, err, id)
		}
		if refs, err = finder.Find(t.Context(), t.Type, mark()); err != nil || len(refs) != 0 {
			t.Errorf("a mark nobody carries: %v, %v; want none and no error", refs, err)
		}
	}},
	{"Create/WhoseAnswerIsLostMakesOneItem", "Finder", func(t *T) {
		d := t.draft()
		t.fault(LostAnswer)
		if _, err := t.Connector.Create(t.Context(), d); err != nil { // a system that knows the mark may answer a repeat
			t.wantClass("a create whose answer is lost", err, "busy")
		}
		if t.Connector.Facts().FindLag > 0 {
			t.settle()
		}
		refs, err := t.Connector.(connectors.Finder).Find(t.Context(), t.Type, d.Mark)
		for _, ref := range refs {
			t.mine(ref.ID)
		}
		if err != nil || len(refs) != 1 {
			t.Errorf("found %v, %v; want the one item", refs, err)
		}
	}},
	{"Create/RefusesAnUnknownField", "", func(t *T) {
		d := t.draft()
		d.Fields["no such field"] = core.String("x")
		_, err := t.Connector.Create(t.Context(), d)
		t.wantRefused(err, "no such field")
	}},
	{"Create/APersonsItemIsNotOwn", "", func(t *T) {
		if t.Person.Create == nil {
			t.Fatal("the instance cannot play a person who creates: give it Person.Create, or skip this test with a reason")
		}
		id := t.Person.Create(t.TB, t.Draft(1))
		t.mine(id)
		o := t.get(id)
		if o.OwnItem || o.Mark != "" {
			t.Errorf("own %v mark %q", o.OwnItem, o.Mark)
		}
	}},
}

var getTests = []test{
	{"Get/OfTheUnknownIsNotFound", "", func(t *T) {
		id := t.unknown()
		_, err := t.Connector.Get(t.Context(), id, t.all())
		t.wantClass("get", err, "not-found")
		_, err = t.Connector.Update(t.Context(), id, core.Patch{Fields: map[string]core.Value{t.Title: core.String("x")}}, "", connectors.Want{Type: t.Type})
		t.wantClass("update", err, "not-found")
		if c, ok := connectors.As[connectors.Deleter](t.Connector); ok {
			t.wantClass("delete", c.Delete(t.Context(), id), "not-found")
		}
		if c, ok := connectors.As[connectors.Commenter](t.Connector); ok {
			_, err = c.AddComment(t.Context(), id, t.comment("x", core.Internal))
			t.wantClass("comment", err, "not-found")
		}
		if c, ok := connectors.As[connectors.Attacher](t.Connector); ok {
			_, err = c.Attach(t.Context(), id, core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: inside, Mark: mark()}, strings.NewReader("x"))
			t.wantClass("attach", err, "not-found")
		}
	}},
	{"Get/ShowsOnlyTheFieldsWanted", "", func(t *T) {
		id := t.made(t.draft())
		o, err := t.Connector.Get(t.Context(), id, connectors.Want{Type: t.Type, Fields: []string{t.Title}})
		if err != nil {
			t.Fatal(err)
		}
		if len(o.Fields) != 1 || o.Field(t.Title).IsEmpty() {
			t.Errorf("shows %v, want %s only", o.Fields, t.Title)
		}
	}},
	{"Get/TwiceIsTheSame", "", func(t *T) {
		id := t.made(t.draft())
		a, b := t.get(id), t.get(id)
		if a.Hash() != b.Hash() {
			t.Errorf("an item nobody touched is shown as\n%+v\nand as\n%+v", a, b)
		}
	}},
	{"Get/WithWhatIsKnownMissesNoComment", "", func(t *T) {
		id := t.made(t.draft())
		known := t.get(id)
		want := t.all()
		want.Known = &known
		t.personEdits(id, map[string]core.Value{t.Title: core.String("edited by a person")})
		same, err := t.Connector.Get(t.Context(), id, want)
		if err != nil {
			t.Fatal(err)
		}
		if len(same.Comments) != len(known.Comments) || same.Field(t.Title).Source() != "edited by a person" || !same.Complete {
			t.Errorf("after a field edit: %d comments, complete %v, title %q", len(same.Comments), same.Complete, same.Field(t.Title))
		}
		t.personComments(id, "a new one", core.Internal)
		more, err := t.Connector.Get(t.Context(), id, want)
		if err != nil {
			t.Fatal(err)
		}
		if len(more.Comments) != len(known.Comments)+1 {
			t.Errorf("after a comment: %d comments, want %d", len(more.Comments), len(known.Comments)+1)
		}
	}},
	{"Get/OfTheDeletedIsNotFound", "Deleter", func(t *T) {
		d := t.Connector.(connectors.Deleter)
		id := t.made(t.draft())
		if err := d.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		_, err := t.Connector.Get(t.Context(), id, t.all())
		t.wantClass("get", err, "not-found")
		t.wantClass("a second delete", d.Delete(t.Context(), id), "not-found")
	}},
}

// unknown is the id of an item that does not exist: that of a deleted one where there is a Deleter, since a made-up id
// may not have the right form.
func (t *T) unknown() string {
	t.Helper()
	id := t.made(t.draft())
	switch d, ok := connectors.As[connectors.Deleter](t.Connector); {
	case ok:
		if err := d.Delete(t.Context(), id); err != nil {
			t.Fatalf("delete: %v", err)
		}
		return id
	case t.Person.Delete != nil:
		t.Person.Delete(t.TB, id)
		return id
	}
	return "999999999"
}

// wantRefused checks that the system refuses exactly that field.
func (t *T) wantRefused(err error, field string) {
	t.Helper()
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		t.Errorf("came out as %v, want a refusal of %s", err, field)
		return
	}
	if _, ok := invalid.Fields[field]; !ok || len(invalid.Fields) != 1 {
		t.Errorf("refused %v, want only %s", invalid.Fields, field)
	}
	t.noSecret("a refusal", err)
}
