package core

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func number(t *testing.T, s string) Value {
	t.Helper()
	v, err := Number(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEqual(t *testing.T) {
	noon := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	berlin := time.FixedZone("+02", 7200)
	for _, c := range []struct {
		reason string
		a, b   Value
		want   bool
	}{
		{"absent is not empty", Absent(), Empty(KindString), false},
		{"absent is absent", Absent(), Absent(), true},
		{"unset is unset, whatever its kind", Empty(KindOption), String(""), true},
		{"something is not nothing", String("x"), Empty(KindString), false},
		{"the same number written twice", number(t, "1.50"), number(t, "1.5"), true},
		{"a large number keeps its digits", number(t, "12345678901234567890"), number(t, "12345678901234567891"), false},
		{"zero has no sign", number(t, "-0.0"), Int(0), true},
		{"one instant in two zones", DateTime(noon), DateTime(noon.In(berlin)), true},
		{"options by id where both have one", Option("1", "High"), Option("1", "Hoch"), true},
		{"options of one name and two ids", Option("1", "High"), Option("2", "High"), false},
		{"an option named in a mapping", Option("", "High"), Option("2", "High"), true},
		{"users by id", Person("1", "", "Ada"), Person("1", "ada@x", ""), true},
		{"users by e-mail, in any case", Person("", "Ada@x", ""), Person("7", "ada@X", "Ada"), true},
		{"users of one name and two addresses", Person("", "a@x", "Ada"), Person("", "b@x", "Ada"), false},
		{"sets have no order", Strings("a", "b"), Strings("b", "a", "b"), true},
		{"sets differ by one element", Strings("a"), Strings("a", "b"), false},
		{"lists have an order", List(String("a"), String("b")), List(String("b"), String("a")), false},
		{"texts of two formats", Text("html", "x"), Text("adf", "x"), false},
		{"a string is not a number", String("1"), Int(1), false},
	} {
		if got := Equal(c.a, c.b); got != c.want {
			t.Errorf("%s: %v and %v: %v, want %v", c.reason, c.a, c.b, got, c.want)
		}
		if Equal(c.a, c.b) != Equal(c.b, c.a) {
			t.Errorf("%s: not symmetric", c.reason)
		}
	}
}

func TestConstructorsRefuse(t *testing.T) {
	for _, s := range []string{"", "x", "1,5", "1e", "--1"} {
		if v, err := Number(s); err == nil {
			t.Errorf("%q is taken for the number %v", s, v)
		}
	}
	for _, s := range []string{"", "2026-13-01", "01.02.2026", "2026-1-1"} {
		if v, err := Date(s); err == nil {
			t.Errorf("%q is taken for the date %v", s, v)
		}
	}
}

func TestSetsNeverChangeTheirParts(t *testing.T) {
	a := Strings("x", "y")
	b := Without(Union(a, Strings("z")), Strings("x"))
	if !Equal(a, Strings("x", "y")) || !Equal(b, Strings("y", "z")) {
		t.Errorf("a is %v, b is %v", a, b)
	}
	o := Observation{Fields: map[string]Value{"f": String("1")}}
	changed := o.With("f", String("2")).With("g", String("3"))
	if o.Field("f").Source() != "1" || !o.Field("g").IsAbsent() || changed.Field("f").Source() != "2" {
		t.Errorf("With changed its receiver: %v, %v", o.Fields, changed.Fields)
	}
}

// anyValue draws values of every kind, sets within lists included.
func anyValue(depth int) *rapid.Generator[Value] {
	return rapid.Custom(func(t *rapid.T) Value {
		s := rapid.StringN(0, 12, -1)
		switch k := rapid.IntRange(0, 11).Draw(t, "kind"); k {
		case 0:
			return Absent()
		case 1:
			return String(s.Draw(t, "s"))
		case 2:
			return Int(rapid.Int64().Draw(t, "n"))
		case 3:
			return Bool(rapid.Bool().Draw(t, "b"))
		case 4:
			return DateTime(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "t"), rapid.Int64Range(0, 999999999).Draw(t, "ns")).UTC())
		case 5:
			return Option(s.Draw(t, "id"), s.Draw(t, "name"))
		case 6:
			return Person(s.Draw(t, "id"), s.Draw(t, "mail"), s.Draw(t, "name"))
		case 7:
			return Text("html", s.Draw(t, "source"))
		case 8:
			return Reference(s.Draw(t, "id"), s.Draw(t, "name"))
		case 9:
			return Empty(KindNumber)
		default:
			if depth == 0 {
				return Empty(KindSet)
			}
			items := rapid.SliceOfN(anyValue(depth-1), 0, 4).Draw(t, "items")
			if k == 10 {
				return Set(items...)
			}
			return List(items...)
		}
	})
}

// TestStorageKeepsValues: what is stored comes back as the same value and the same hash.
func TestStorageKeepsValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue(2).Draw(t, "value")
		o := Observation{Ref: Ref{System: "s", ID: "1"}, Fields: map[string]Value{"f": v}}
		b, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		var back Observation
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		got := back.Field("f")
		if !Equal(v, got) || got.IsAbsent() != v.IsAbsent() || got.IsEmpty() != v.IsEmpty() || got.Kind() != v.Kind() {
			t.Fatalf("%#v came back as %#v", v, got)
		}
		if o.Hash() != back.Hash() {
			t.Fatalf("the hash changed on the way: %s", b)
		}
	})
}

// TestHashIsStable pins the stored form: a change of it would make every stored base look foreign.
func TestHashIsStable(t *testing.T) {
	o := Observation{Ref: Ref{System: "zendesk", Type: "ticket", ID: "7", Key: "#7"}, Revision: "2026-01-02T03:04:05Z",
		UpdatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), UpdatedBy: Person("1", "a@x", "Ada"),
		Fields:   map[string]Value{"subject": String("x"), "priority": Option("high", "high"), "tags": Strings("b", "a"), "due": Empty(KindDate)},
		Comments: []Comment{{ID: "9", Author: Person("2", "", ""), Body: Text("html", "<p>hi</p>"), Visibility: Visibility{Audience: Internal}}},
		Complete: true}
	const want = "25367c558c9fe582df65d3eebc27330e2a270d27960e4b7c2daa1fcc368f2838"
	if got := o.Hash(); got != want {
		t.Errorf("the hash is %s, it was %s", got, want)
	}
}

func TestVisibility(t *testing.T) {
	public, internal, role := Visibility{Audience: Public}, Visibility{Audience: Internal}, Visibility{Audience: Restricted, Group: "r"}
	if !public.WiderThan(internal) || !internal.WiderThan(role) || role.WiderThan(public) || internal.WiderThan(internal) {
		t.Error("the order of audiences is wrong")
	}
	if (Visibility{}).WiderThan(role) || !public.WiderThan(Visibility{}) {
		t.Error("an unknown visibility is not taken for the narrowest")
	}
}
