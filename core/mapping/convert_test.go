package mapping

import (
	"testing"
	"time"

	"duplex/core"
)

func num(s string) core.Value {
	v, err := core.Number(s)
	if err != nil {
		panic(err)
	}
	return v
}

func day(s string) core.Value {
	v, err := core.Date(s)
	if err != nil {
		panic(err)
	}
	return v
}

func instant(s string) core.Value {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return core.DateTime(t)
}

func TestConvertBetweenKinds(t *testing.T) {
	str, text := Field{Kind: core.KindString}, Field{Kind: core.KindText, Format: "html"}
	priority := Field{Kind: core.KindOption, Options: options("High", "Low", "Twin", "Twin")}
	labels := Field{Kind: core.KindSet, Of: core.KindString}
	of := func(k core.Kind) Field { return Field{Kind: k} }
	for _, c := range []struct {
		reason string
		from   core.Value
		to     Field
		want   core.Value
		err    string
	}{
		{"what is not shown is never known", core.Absent(), str, core.Absent(), ""},
		{"somebody cleared it: cleared there, in the target's kind", core.Empty(core.KindOption), labels, core.Empty(core.KindSet), ""},
		{"string to string", core.String("Printer on fire"), str, core.String("Printer on fire"), ""},
		{"string to a closed list, by name", core.String("High"), priority, core.Option("a", "High"), ""},
		{"a name's case is the target's", core.String("high"), priority, core.Option("a", "High"), ""},
		{"an option by its id", core.String("b"), priority, core.Option("b", "Low"), ""},
		{"an option the description does not list is left to the system", core.String("Blocker"), priority, core.Option("", "Blocker"), ""},
		{"two options of one name cannot be told apart here", core.String("Twin"), priority, core.Option("", "Twin"), ""},
		{"string to number", core.String("1.50"), of(core.KindNumber), num("1.5"), ""},
		{"string to number, which it is not", core.String("many"), of(core.KindNumber), core.Value{}, "is not a number"},
		{"a fraction is no number of a field", core.String("1/3"), of(core.KindNumber), core.Value{}, "is not a number"},
		{"string to bool", core.String("Yes"), of(core.KindBool), core.Bool(true), ""},
		{"string to bool, which it is not", core.String("maybe"), of(core.KindBool), core.Value{}, "is neither true nor false"},
		{"string to date", core.String("2026-02-28"), of(core.KindDate), day("2026-02-28"), ""},
		{"string to date, which it is not", core.String("28.2."), of(core.KindDate), core.Value{}, "is not a date like 2006-01-02"},
		{"string to datetime", core.String("2026-02-28T10:00:00+01:00"), of(core.KindDateTime), instant("2026-02-28T09:00:00Z"), ""},
		{"string to datetime, without a zone", core.String("2026-02-28T10:00:00"), of(core.KindDateTime), core.Value{}, "is not a time like 2006-01-02T15:04:05Z"},
		{"string to person, by address", core.String("ann@acme.example"), of(core.KindUser), core.Person("", "ann@acme.example", ""), ""},
		{"a name finds nobody for sure", core.String("Ann Lee"), of(core.KindUser), core.Value{}, "a person is named by e-mail address or id, and this is neither"},
		{"string to rich text keeps what looks like markup", core.String("a < b"), text, core.Text("html", "<p>a &lt; b</p>"), ""},
		{"number to string", num("1.50"), str, core.String("1.5"), ""},
		{"bool to string", core.Bool(false), str, core.String("false"), ""},
		{"number to option, by name", num("3"), Field{Kind: core.KindOption, Options: options("3", "5")}, core.Option("a", "3"), ""},
		{"date to string", day("2026-02-28"), str, core.String("2026-02-28"), ""},
		{"a day has no zone: midnight in UTC", day("2026-02-28"), of(core.KindDateTime), instant("2026-02-28T00:00:00Z"), ""},
		{"the day that people saw, not the day in UTC", instant("2026-02-28T23:30:00-05:00"), of(core.KindDate), day("2026-02-28"), ""},
		{"an option's id stays at home", core.Option("77", "High"), of(core.KindOption), core.Option("", "High"), ""},
		{"an option to string, by name", core.Option("77", "High"), str, core.String("High"), ""},
		{"an option without a name", core.Option("77", ""), str, core.String("77"), ""},
		{"a person's id stays at home", core.Person("7", "ann@acme.example", "Ann"), of(core.KindUser), core.Person("", "ann@acme.example", "Ann"), ""},
		{"a person to string, by name", core.Person("7", "ann@acme.example", "Ann"), str, core.String("Ann"), ""},
		{"a reference to string", core.Reference("9", "ENG-9"), str, core.String("ENG-9"), ""},
		{"rich text to string", core.Text("html", "<p>one</p><p><b>two</b></p>"), str, core.String("one\n\ntwo"), ""},
		{"rich text to another format", core.Text("html", "<p>one <b>two</b></p>"), Field{Kind: core.KindText, Format: "markdown"}, core.Text("markdown", "one **two**"), ""},
		{"rich text in the same format is not touched", core.Text("html", "<p>x</p>\n"), text, core.Text("html", "<p>x</p>\n"), ""},
		{"rich text that shows nothing clears", core.Text("html", "<p> </p>"), Field{Kind: core.KindText, Format: "markdown"}, core.Empty(core.KindText), ""},
		{"set to set, element by element", core.Strings("High", "Low"), Field{Kind: core.KindSet, Of: core.KindOption, Options: options("High", "Low")}, core.Set(options("High", "Low")...), ""},
		{"set to list", core.Strings("b", "a"), Field{Kind: core.KindList, Of: core.KindString}, core.List(core.String("a"), core.String("b")), ""},
		{"set to string", core.Strings("b", "a"), str, core.String("a, b"), ""},
		{"an element that cannot go", core.Strings("one"), Field{Kind: core.KindSet, Of: core.KindNumber}, core.Value{}, "is not a number"},
		{"one option into a set", core.Option("1", "vip"), labels, core.Strings("vip"), ""},
		{"an unknown target gets no foreign id", core.Set(core.Option("1", "vip")), Field{}, core.Set(core.Option("", "vip")), ""},
		{"an unknown target gets a reference's name", core.Reference("9", "ENG-9"), Field{}, core.String("ENG-9"), ""},
	} {
		t.Run(c.reason, func(t *testing.T) {
			got, err := convert(c.from, c.to)
			switch {
			case c.err != "" && (err == nil || err.Error() != c.err):
				t.Fatalf("error = %v, want %s", err, c.err)
			case c.err == "" && err != nil:
				t.Fatal(err)
			case c.err == "" && (!same(got, c.want) || got.Kind() != c.want.Kind() || got.ID() != c.want.ID()):
				t.Errorf("got %s %v (id %q), want %s %v (id %q)", got.Kind(), got, got.ID(), c.want.Kind(), c.want, c.want.ID())
			}
		})
	}
}

func TestEveryPairOfKindsIsDecided(t *testing.T) {
	samples := map[core.Kind]core.Value{
		core.KindString: core.String("x"), core.KindNumber: num("1"), core.KindBool: core.Bool(true), core.KindDate: day("2026-01-02"),
		core.KindDateTime: instant("2026-01-02T03:04:05Z"), core.KindOption: core.Option("1", "x"), core.KindUser: core.Person("1", "a@acme.example", "A"),
		core.KindText: core.Text("html", "<p>x</p>"), core.KindReference: core.Reference("1", "X-1"), core.KindSet: core.Strings("x"), core.KindList: core.List(core.String("x")),
	}
	for from, v := range samples {
		for to := range samples {
			f, g := Field{Kind: from, Of: core.KindString}, Field{Kind: to, Of: core.KindString, Format: "adf"}
			ok, instead := convertible(f, g)
			if !ok && instead == "" {
				t.Errorf("%s to %s is refused without saying what to do", from, to)
			}
			if !ok || from == core.KindString {
				continue
			}
			got, err := convert(v, g)
			if from != core.KindOption && err != nil { // "x" is an option that is no number
				t.Errorf("%s to %s is allowed and fails: %v", from, to, err)
			}
			if err == nil && got.Kind() != to {
				t.Errorf("%s to %s gives a %s", from, to, got.Kind())
			}
		}
	}
}
