package conformance

import (
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

var searchTests = []test{
	{"Search/FindsWhatTheQuerySays", "Searcher", func(t *T) {
		word := word()
		a, b := t.titled(word), t.titled(word)
		t.titled(word + "more")
		t.settle()
		t.wantFound(t.search(t.Type, t.query(word)), a, b)
	}},
	{"Search/TellsTheRevisionOrNone", "Searcher", func(t *T) {
		word := word()
		o := t.get(t.titled(word))
		t.settle()
		for _, c := range t.search(t.Type, t.query(word)) {
			if c.Revision != "" && c.Revision != o.Revision || c.Ref.System != o.Ref.System || c.Ref.ID != o.Ref.ID {
				t.Errorf("listed as %+v at %q, read as %+v at %q", c.Ref, c.Revision, o.Ref, o.Revision)
			}
		}
	}},
	{"Search/GoesOnPastOnePage", "Searcher", func(t *T) {
		if t.Search.PageOf < 1 {
			t.Fatal("the instance does not say what a page holds: give it Search.PageOf, or skip this test with a reason")
		}
		word := word()
		var ids []string
		for range 2*t.Search.PageOf + 1 {
			ids = append(ids, t.titled(word))
		}
		t.settle()
		page, err := t.Connector.(connectors.Searcher).Search(t.Context(), t.Type, t.query(word), "")
		if err != nil || !page.More || len(page.Items) > t.Search.PageOf {
			t.Errorf("the first page has %d of %d items, more %v, %v", len(page.Items), len(ids), page.More, err)
		}
		t.wantFound(t.search(t.Type, t.query(word)), ids...)
	}},
	{"Search/ACursorUsedTwiceLosesNothing", "Searcher", func(t *T) {
		word := word()
		var ids []string
		for range t.Search.PageOf + 1 {
			ids = append(ids, t.titled(word))
		}
		t.settle()
		s := t.Connector.(connectors.Searcher)
		first, err := s.Search(t.Context(), t.Type, t.query(word), "")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			rest, err := s.Search(t.Context(), t.Type, t.query(word), first.Next)
			if err != nil {
				t.Fatal(err)
			}
			t.wantFound(slices.Concat(first.Items, rest.Items), ids...)
		}
	}},
	{"Search/KeepsToTheScope", "Searcher", func(t *T) {
		word := word()
		id := t.titled(word)
		t.settle()
		t.wantFound(t.search(t.elsewhere(), t.query(word)))
		t.wantFound(t.search(t.Type, t.query(word)), id)
	}},
	{"Search/ThatFindsNothingIsNoError", "Searcher", func(t *T) {
		t.wantFound(t.search(t.Type, t.query(word())))
	}},
	{"Search/OfAWrongQueryIsInvalid", "Searcher", func(t *T) {
		if t.Search.Wrong == "" {
			t.Fatal("the instance knows no wrong query: give it Search.Wrong, or skip this test with a reason")
		}
		_, err := t.Connector.(connectors.Searcher).Search(t.Context(), t.Type, t.Search.Wrong, "")
		t.wantReason("a wrong query", err)
	}},
	{"Search/LeavesOutTheDeleted", "Searcher", func(t *T) {
		word := word()
		gone, left := t.titled(word), t.titled(word)
		t.settle()
		t.remove(gone)
		t.settle()
		t.wantFound(t.search(t.Type, t.query(word)), left)
	}},
}

// word is new, of small letters only, so that it is one word in every index and no other item has it.
func word() string {
	digits := strings.NewReplacer("2", "g", "3", "h", "4", "i", "5", "j", "6", "k", "7", "l")
	return "w" + digits.Replace(strings.TrimPrefix(mark(), "dx-"))
}

// titled makes an item with that title.
func (t *T) titled(title string) string {
	t.Helper()
	return t.holding(t.Title, title)
}

// holding makes an item with that one text in a field, or as the one element of it.
func (t *T) holding(field, text string) string {
	t.Helper()
	d := t.draft()
	d.Fields[field] = t.kindred(field, text)
	return t.made(d)
}

// kindred is the text as a value for the field.
func (t *T) kindred(field, text string) core.Value {
	t.Helper()
	d, err := t.Connector.Describe(t.Context(), t.Type)
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := d.Find(field); f.Kind == core.KindSet {
		return core.Strings(text)
	}
	return core.String(text)
}

func (t *T) query(word string) string {
	t.Helper()
	if t.Search.Query == nil {
		t.Fatal("the instance cannot put a query: give it Search.Query, or skip this test with a reason")
	}
	return t.Search.Query(word)
}

func (t *T) elsewhere() connectors.ItemType {
	t.Helper()
	if len(t.Search.Elsewhere) == 0 {
		t.Fatal("the instance knows no other scope: give it Search.Elsewhere, or skip this test with a reason")
	}
	return connectors.ItemType{Type: t.Type.Type, Scope: t.Search.Elsewhere}
}

// remove deletes an item by whoever can.
func (t *T) remove(id string) {
	t.Helper()
	d, ok := connectors.As[connectors.Deleter](t.Connector)
	switch {
	case ok:
		if err := d.Delete(t.Context(), id); err != nil {
			t.Fatalf("delete: %v", err)
		}
	case t.Person.Delete != nil:
		t.Person.Delete(t.TB, id)
	default:
		t.Fatal("the instance cannot delete: give it Person.Delete, or skip this test with a reason")
	}
}

// search reads pages until there are no more.
func (t *T) search(in connectors.ItemType, query string) []connectors.Change {
	t.Helper()
	var all []connectors.Change
	for cursor := connectors.Cursor(""); ; {
		page, err := t.Connector.(connectors.Searcher).Search(t.Context(), in, query, cursor)
		if err != nil {
			t.Fatalf("search: %v", err)
		}
		all = append(all, page.Items...)
		if !page.More {
			return all
		}
		if page.Next == cursor || len(all) > 10000 {
			t.Fatal("there is more, and the cursor does not move")
		}
		cursor = page.Next
	}
}

// wantFound checks that those items are listed, each of them and no other.
func (t *T) wantFound(found []connectors.Change, ids ...string) {
	t.Helper()
	got := map[string]bool{}
	for _, c := range found {
		if c.Deleted || c.Ref.System == "" {
			t.Errorf("listed as %+v", c)
		}
		got[c.Ref.ID] = true
	}
	t.compareIDs(got, ids)
}

func (t *T) compareIDs(got map[string]bool, ids []string) {
	t.Helper()
	for _, id := range ids {
		if !got[id] {
			t.Errorf("%s is missing: found %v", id, got)
		}
		delete(got, id)
	}
	for id := range got {
		t.Errorf("%s is not one of those looked for", id)
	}
}
