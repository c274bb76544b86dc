package conformance

import (
	"duplex/connectors"
	"duplex/core"
)

var changesTests = []test{
	{"Changes/FromZeroListsAll", "", func(t *T) {
		ids := []string{t.made(t.draft()), t.made(t.draft()), t.made(t.draft())}
		t.settle()
		seen, _ := t.drain("", 2)
		t.wantSeen(seen, ids...)
	}},
	{"Changes/AreListedOnlyWhenThereAreAny", "", func(t *T) {
		id := t.made(t.draft())
		t.settle()
		_, cursor := t.drain("", 100)
		_, cursor = t.drain(cursor, 100) // what a feed repeats for safety it repeats here
		if cursor == "" {
			t.Fatal("there is no cursor when nothing changed")
		}
		t.personEdits(id, map[string]core.Value{t.Title: core.String("changed")})
		t.settle()
		seen, _ := t.drain(cursor, 100)
		t.wantSeen(seen, id)
	}},
	{"Changes/InTheSameTickAreAllSeen", "", func(t *T) {
		a, b := t.made(t.draft()), t.made(t.draft())
		t.settle()
		_, cursor := t.drain("", 100)
		t.personEdits(a, map[string]core.Value{t.Title: core.String("first")})
		seen, cursor := t.drain(cursor, 100)
		t.Person.Edit(t.TB, b, map[string]core.Value{t.Title: core.String("second")})
		t.settle()
		more, _ := t.drain(cursor, 100)
		for id, c := range more {
			seen[id] = c
		}
		t.wantSeen(seen, a, b)
	}},
	{"Changes/ACursorUsedTwiceLosesNothing", "", func(t *T) {
		a := t.made(t.draft())
		t.settle()
		_, cursor := t.drain("", 100)
		b := t.made(t.draft())
		t.personEdits(a, map[string]core.Value{t.Title: core.String("changed")})
		t.settle()
		first, _ := t.drain(cursor, 100)
		second, _ := t.drain(cursor, 100)
		t.wantSeen(first, a, b)
		t.wantSeen(second, a, b)
	}},
	{"Changes/PagesSurviveEditsInBetween", "", func(t *T) {
		var ids []string
		for range 5 {
			ids = append(ids, t.made(t.draft()))
			t.tick()
		}
		t.settle()
		page, err := t.Connector.Changes(t.Context(), t.Type, "", 2)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]connectors.Change{}
		for _, c := range page.Items {
			seen[c.Ref.ID] = c
		}
		t.personEdits(ids[0], map[string]core.Value{t.Title: core.String("listed already")})
		t.personEdits(ids[4], map[string]core.Value{t.Title: core.String("not listed yet")})
		t.settle()
		more, _ := t.drain(page.Next, 2)
		for id, c := range more {
			seen[id] = c
		}
		t.wantSeen(seen, ids...)
		t.wantSeen(more, ids[0], ids[4])
	}},
	{"Changes/FromATimeListsWhatChangedSince", "Starter", func(t *T) {
		t.made(t.draft())
		t.tick()
		o := t.create()
		t.settle()
		seen, _ := t.drain(t.Connector.(connectors.Starter).CursorAt(o.UpdatedAt), 100)
		t.wantSeen(seen, o.Ref.ID)
	}},
	{"Changes/ShowADeletion", "Deleter", func(t *T) {
		id := t.made(t.draft())
		t.settle()
		_, cursor := t.drain("", 100)
		t.tick()
		if err := t.Connector.(connectors.Deleter).Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		t.settle()
		seen, _ := t.drain(cursor, 100)
		if c, ok := seen[id]; !ok || !c.Deleted {
			t.Errorf("the deleted item is listed %v, as deleted %v", ok, c.Deleted)
		}
	}},
	{"Changes/CarryTheRevisionOfGet", "", func(t *T) {
		o := t.create()
		t.settle()
		seen, _ := t.drain("", 100)
		c := seen[o.Ref.ID]
		if c.Revision != o.Revision || !c.UpdatedAt.Equal(o.UpdatedAt) {
			t.Errorf("listed at %s %v, read at %s %v", c.Revision, c.UpdatedAt, o.Revision, o.UpdatedAt)
		}
		if c.Ref.System != o.Ref.System {
			t.Errorf("listed as %+v, read as %+v", c.Ref, o.Ref)
		}
	}},
}

// drain reads pages until there are no more.
func (t *T) drain(cursor connectors.Cursor, limit int) (map[string]connectors.Change, connectors.Cursor) {
	t.Helper()
	seen := map[string]connectors.Change{}
	for range 10000 {
		page, err := t.Connector.Changes(t.Context(), t.Type, cursor, limit)
		if err != nil {
			t.Fatalf("changes: %v", err)
		}
		for _, c := range page.Items {
			seen[c.Ref.ID] = c
		}
		if page.More && page.Next == cursor {
			t.Fatal("there is more, and the cursor does not move")
		}
		cursor = page.Next
		if !page.More {
			return seen, cursor
		}
	}
	t.Fatal("the feed does not end")
	return nil, ""
}

func (t *T) wantSeen(seen map[string]connectors.Change, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if _, ok := seen[id]; !ok {
			t.Errorf("the change of %s is missing from the feed", id)
		}
	}
}
