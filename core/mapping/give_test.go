package mapping

import (
	"strings"
	"testing"

	"duplex/core"
)

func TestGive(t *testing.T) {
	priority := Field{Name: "priority", Kind: core.KindOption, Options: []core.Value{core.Option("1", "High"), core.Option("2", "Low")}}
	labels := Field{Name: "labels", Kind: core.KindSet, Of: core.KindString}
	teams := Field{Name: "teams", Kind: core.KindSet, Of: core.KindOption, Options: []core.Value{core.Option("a", "Alpha"), core.Option("b", "Beta")}}
	number, _ := core.Number("1.5")
	for _, c := range []struct {
		reason string
		text   string
		field  Field
		want   core.Value
		err    string
	}{
		{"an option by name", "High", priority, core.Option("1", "High"), ""},
		{"an option by id", "2", priority, core.Option("2", "Low"), ""},
		{"an option whatever its case", "low", priority, core.Option("2", "Low"), ""},
		{"no option: all are told, and the nearest", "Hihg", priority, core.Value{}, `"Hihg" is no option of priority; its options are: High, Low; did you mean "High"?`},
		{"nothing clears", "", priority, core.Empty(core.KindOption), ""},
		{"a required field is not cleared", "", Field{Name: "title", Kind: core.KindString, Required: true}, core.Value{}, "title cannot be empty"},
		{"a read-only field", "x", Field{Name: "created", Kind: core.KindDateTime, ReadOnly: true}, core.Value{}, "created cannot be written"},
		{"a number", "1.50", Field{Name: "n", Kind: core.KindNumber}, number, ""},
		{"no number", "many", Field{Name: "n", Kind: core.KindNumber}, core.Value{}, `"many" is not a number`},
		{"a person by address", "ada@acme.example", Field{Name: "who", Kind: core.KindUser}, core.Person("", "ada@acme.example", ""), ""},
		{"a person by a name that is no address", "Ada Lovelace", Field{Name: "who", Kind: core.KindUser}, core.Value{}, "e-mail address or id"},
		{"a set with commas", "red, blue,", labels, core.Strings("blue", "red"), ""},
		{"an empty set", "", labels, core.Set(), ""},
		{"each element is checked", "Alpha, Gamma", teams, core.Value{}, `"Gamma" is no option of teams`},
		{"text in the system's own format", "a <b>", Field{Name: "body", Kind: core.KindText, Format: "html"}, core.Text("html", "<p>a &lt;b&gt;</p>"), ""},
	} {
		v, err := Give(c.text, c.field)
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v, want %s", c.reason, err, c.err)
			}
		case err != nil || !core.Equal(v, c.want) || v.Kind() != c.want.Kind():
			t.Errorf("%s: %v (%s), %v; want %v", c.reason, v, v.Kind(), err, c.want)
		}
	}
}
