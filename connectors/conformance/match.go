package conformance

import (
	"errors"
	"slices"
	"strings"

	"duplex/connectors"
)

// tricky are values that mean something in one or another query language, or that an index takes apart.
var tricky = []string{
	`say "when"`, `back\slash`, `ends with a backslash\`, `"`, `a AND b OR c`, `NOT this`, `one:two`, `star*`, `*star`, `what?`,
	`-minus`, `plus+minus-`, `(half open`, `[1 TO 9]`, `{curly}`, `~wave~2`, `a/b/c`, `it's`, `<b>bold</b> & more`, `50%`, `$5 ^2`,
	`Grüße, 世界`, `naïve Ωmega`, `tab	inside`, `trailing space `, ` leading space`, `two  spaces`, `a|b`, `#7`, `@ada`, `x=y!=z`, `\u0041`,
	`https://acme.example/a?b=c&d=e#f`, `order by created`, `custom_field_1:x`,
}

// oneWord are those of the tricky values that a set of words can hold.
var oneWord = []string{`back\slash`, `one:two`, `star*`, `-minus`, `plus+minus-`, `a/b/c`, `x=y`, `naïve`, `a|b`}

var matchTests = []test{
	{"Match/FindsTheItemThatHoldsTheValue", "FieldFinder", func(t *T) {
		t.eachField(func(field string) {
			value := word()
			id := t.holding(field, value)
			t.holding(field, value+"more")
			t.settle()
			t.wantMatch(field, value, id)
		})
	}},
	{"Match/ThatFindsNothingIsNoError", "FieldFinder", func(t *T) {
		t.eachField(func(field string) { t.wantMatch(field, word()) })
	}},
	{"Match/TakesValuesAsTheyAre", "FieldFinder", func(t *T) {
		t.eachField(func(field string) {
			values := tricky
			if t.kindred(field, "x").Kind() != t.kindred(t.Title, "x").Kind() {
				values = oneWord
			}
			stored, held := map[string][]string{}, []string{}
			for _, v := range values {
				if one := word()[:12]; 'A' <= v[0] && v[0] <= 'z' && v[0] != '\\' && v[0] != '[' {
					v = one + v
				} else { // the sign stays in front
					v += one
				}
				id := t.holding(field, v)
				o := t.get(id)
				got := o.Field(field) // what the system makes of it: it may cut spaces off
				if items := got.Items(); len(items) == 1 {
					got = items[0]
				}
				stored[got.Source()] = append(stored[got.Source()], id)
				held = append(held, got.Source())
			}
			t.settle()
			for _, v := range held {
				t.wantMatch(field, v, stored[v]...)
			}
		})
	}},
	{"Match/OfSignsAloneIsExactOrRefused", "FieldFinder", func(t *T) {
		id := t.holding(t.Title, `*:"\`)
		t.settle()
		refs, err := t.find(t.Type, t.Title, `*:"\`)
		if err != nil {
			t.wantRefused(err, t.Title)
		} else if !slices.Contains(t.holders(refs, t.Title, `*:"\`), id) {
			t.Errorf("it is neither found nor refused: %v", refs)
		}
	}},
	{"Match/ListsEveryItemThatHoldsTheValue", "FieldFinder", func(t *T) {
		t.eachField(func(field string) {
			value := word()
			a, b := t.holding(field, value), t.holding(field, value)
			t.settle()
			t.wantMatch(field, value, a, b)
		})
	}},
	{"Match/IsNotHiddenByThoseThatHoldMore", "FieldFinder", func(t *T) {
		value := word()
		for range 12 {
			t.titled(value + " and more")
			t.tick()
		}
		id := t.titled(value)
		t.settle()
		t.wantMatch(t.Title, value, id)
	}},
	{"Match/FindsTheSameCase", "FieldFinder", func(t *T) {
		value := word()
		small, large := t.titled(value), t.titled(strings.ToUpper(value))
		t.settle()
		t.wantMatch(t.Title, value, small)
		t.wantMatch(t.Title, strings.ToUpper(value), large)
	}},
	{"Match/KeepsToTheScope", "FieldFinder", func(t *T) {
		t.eachField(func(field string) {
			value := word()
			id := t.holding(field, value)
			t.settle()
			if refs, err := t.find(t.elsewhere(), field, value); err != nil || len(refs) != 0 {
				t.Errorf("%s: an item of another scope is listed: %v, %v", field, refs, err)
			}
			t.wantMatch(field, value, id)
		})
	}},
	{"Match/LeavesOutTheDeleted", "FieldFinder", func(t *T) {
		t.eachField(func(field string) {
			value := word()
			id := t.holding(field, value)
			t.settle()
			t.remove(id)
			t.settle()
			if refs, err := t.find(t.Type, field, value); err != nil || len(refs) != 0 {
				t.Errorf("%s: a deleted item is listed: %v, %v", field, refs, err)
			}
		})
	}},
	{"Match/ByAnUnknownFieldIsRefused", "FieldFinder", func(t *T) {
		_, err := t.find(t.Type, "no such field", "x")
		t.wantRefused(err, "no such field")
		t.wantReason("an unknown field", err)
	}},
	{"Match/ByAFieldThatCannotBeSearchedIsRefused", "FieldFinder", func(t *T) {
		if t.Search.Refused == "" {
			t.Skip("the system searches every field") // so none is left to be refused
		}
		_, err := t.find(t.Type, t.Search.Refused, "x")
		t.wantRefused(err, t.Search.Refused)
		t.wantReason("a field that cannot be searched", err)
	}},
}

// eachField runs a check for every field that can be searched.
func (t *T) eachField(check func(field string)) {
	t.Helper()
	if !slices.Contains(t.Search.Fields, t.Title) {
		t.Fatal("the instance does not say which fields can be searched: give it Search.Fields with the title, or skip this test with a reason")
	}
	for _, f := range t.Search.Fields {
		check(f)
	}
}

func (t *T) find(in connectors.ItemType, field, value string) (ids []string, err error) {
	refs, err := t.Connector.(connectors.FieldFinder).FindByField(t.Context(), in, field, value)
	for _, ref := range refs {
		if ref.System == "" {
			t.Errorf("a ref without a system: %+v", ref)
		}
		ids = append(ids, ref.ID)
	}
	return ids, err
}

// holders reads each of the items, as every caller does, and keeps those that hold the value.
func (t *T) holders(ids []string, field, value string) (out []string) {
	t.Helper()
	for _, id := range ids {
		o := t.get(id)
		if connectors.Holds(o.Field(field), value) {
			out = append(out, id)
		}
	}
	return out
}

// wantMatch checks that of the items found exactly those hold the value.
func (t *T) wantMatch(field, value string, want ...string) {
	t.Helper()
	ids, err := t.find(t.Type, field, value)
	if err != nil {
		t.Errorf("%s %q: %v", field, value, err)
		return
	}
	got := map[string]bool{}
	for _, id := range t.holders(ids, field, value) {
		got[id] = true
	}
	if len(got) != len(want) {
		t.Errorf("%s %q: found %v, that is %d that hold it, want %v", field, value, ids, len(got), want)
		return
	}
	t.compareIDs(got, want)
}

// wantReason checks that the system refuses and says why, which is final: nobody tries it again.
func (t *T) wantReason(what string, err error) {
	t.Helper()
	t.wantClass(what, err, "invalid")
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		return
	}
	for _, why := range invalid.Fields {
		if strings.TrimSpace(why) != "" {
			return
		}
	}
	t.Errorf("%s: the refusal says nothing: %v", what, err)
}
