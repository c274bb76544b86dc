package rest_test

import (
	"testing"

	"duplex/connectors"
	"duplex/core"
)

// TestACopyCarriesNoMark: Redmine copies custom fields along with an issue. A person's copy of an issue that duplex made is the person's, and
// is not found in place of it.
func TestACopyCarriesNoMark(t *testing.T) {
	r := emulated(t)
	i := r.instance(t)
	c, ada := i.Connector, r.connector(t, "ada", "team", nil)
	const mark = "dx-abcdefghijklmnopqrstuvwxyz"
	d := i.Draft(1)
	d.Mark = mark
	made, err := c.Create(t.Context(), d)
	if err != nil || made.Mark != mark || !made.OwnItem {
		t.Fatalf("%+v, %v", made, err)
	}
	copied, err := ada.Create(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	o, err := c.Get(t.Context(), copied.Ref.ID, connectors.Want{})
	if err != nil || o.Mark != "" || o.OwnItem {
		t.Errorf("the copy: mark %q, own %v, %v", o.Mark, o.OwnItem, err)
	}
	refs, err := c.(connectors.Finder).Find(t.Context(), i.Type, mark)
	if err != nil || len(refs) != 1 || refs[0].ID != made.Ref.ID {
		t.Errorf("found %v, %v; want %s alone", refs, err, made.Ref.ID)
	}
}

// TestAPrivateNoteIsFoundByItsMark: what a private note changes beside it stands in another entry of the history.
func TestAPrivateNoteIsFoundByItsMark(t *testing.T) {
	r := emulated(t)
	o, err := r.instance(t).Connector.Create(t.Context(), r.instance(t).Draft(1))
	if err != nil {
		t.Fatal(err)
	}
	r.privateNotes(t, o.Ref.ID)
}

// privateNotes writes notes of both kinds to an issue, and holds that each is found by its own mark and kept to its readers.
func (r redmine) privateNotes(t *testing.T, id string) {
	t.Helper()
	c := r.connector(t, "sync", "public", r.transport)
	for n, a := range []core.Audience{core.Internal, core.Public, core.Internal, core.Internal, core.Public} {
		mark := "dx-abcdefghijklmnopqrstuvwxy" + string(rune('a'+n))
		m, err := c.AddComment(t.Context(), id, core.CommentDraft{Body: markdown("note " + string(rune('a'+n))), Visibility: core.Visibility{Audience: a}, Mark: mark})
		if err != nil || m.Visibility.Audience != a {
			t.Fatalf("note %d: %+v, %v", n, m, err)
		}
		got, err := c.FindComment(t.Context(), id, mark)
		if err != nil || got.ID != m.ID || !core.Equal(got.Body, m.Body) || got.Visibility != m.Visibility {
			t.Errorf("note %d: found %+v, %v; want %+v", n, got, err, m)
		}
	}
	o, err := c.Get(t.Context(), id, connectors.Want{Comments: true, Attachments: true})
	if err != nil || len(o.Comments) != 5 {
		t.Fatalf("%d notes, %v", len(o.Comments), err)
	}
	seen := map[string]bool{}
	for _, m := range o.Comments {
		if m.Mark == "" || seen[m.Mark] {
			t.Errorf("a note with the mark %q", m.Mark)
		}
		seen[m.Mark] = true
	}
}
