package activities_test

import (
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

// strangers are people of the left system of whom the right one knows: one by address, one by name only, one not at all, and
// one whose name two people there have.
var strangers = map[string]core.Value{
	"ada":   core.Person("u-ada", "ada@acme.example", "Ada Lovelace"),
	"grace": core.Person("u-grace", "grace@elsewhere.example", "Grace Hopper"),
	"nora":  core.Person("u-nora", "nora@elsewhere.example", "Nora New"),
	"kim":   core.Person("u-kim", "kim@elsewhere.example", "Kim Twice"),
}

func newDeskOfStrangers(t *testing.T, rule string) *desk {
	file := strings.Replace(deskFile, "  - {support: assignee, engineering: assignee, users: [email]}\n", "  - "+rule+"\n", 1)
	return newDesk(t, file, func(side core.Side, o *memory.Options) {
		o.Fields = append(memory.DefaultFields(), connectors.Field{Name: "assigned to", Kind: core.KindString, OnCreate: true})
		if side == core.A {
			o.Users = append([]core.Value{core.Person("u-linus", "linus@acme.example", "Linus Pauling")},
				strangers["ada"], strangers["grace"], strangers["nora"], strangers["kim"])
			return
		}
		o.Users = append(memory.DefaultUsers(), core.Person("u-k1", "", "Kim Twice"), core.Person("u-k2", "", "Kim Twice"))
	})
}

// TestPain10UserNotFoundKeepsAssignee: whoever is not found on the other side never empties a field there. By the rule's choice
// the field waits, the person who is there stays, or the name goes into a field of its own.
func TestPain10UserNotFoundKeepsAssignee(t *testing.T) {
	const rule = "{support: assignee, engineering: assignee"
	for _, c := range []struct {
		reason, rule, person string
		want                 string // on the right, where Linus was
		name                 string // in the field for names
		parked               bool
	}{
		{"by address", rule + "}", "ada", "Ada Lovelace", "", false},
		{"nobody has the address: it waits", rule + "}", "nora", "Linus Pauling", "", true},
		{"a name is not looked for unless the rule says so", rule + "}", "grace", "Linus Pauling", "", true},
		{"by name", rule + ", users: [email, name]}", "grace", "Grace Hopper", "", false},
		{"by name alone", rule + ", users: [name]}", "grace", "Grace Hopper", "", false},
		{"a name that two have is nobody's", rule + ", users: [email, name]}", "kim", "Linus Pauling", "", true},
		{"keep", rule + ", unknown: keep}", "nora", "Linus Pauling", "", false},
		{"keep on this side", rule + ", unknown: {engineering: keep, support: park}}", "nora", "Linus Pauling", "", false},
		{"park on this side", rule + ", unknown: {engineering: park, support: keep}}", "nora", "Linus Pauling", "", true},
		{"a default that leaves alone", rule + ", default: {engineering: ~}}", "nora", "Linus Pauling", "", false},
		{"a default comes before keep", rule + ", default: {engineering: triage@acme.example}, unknown: keep}", "nora", "Triage Desk", "", false},
		{"the name goes into a field", rule + ", unknown: {engineering: {field: assigned to}}}", "nora", "Linus Pauling", "Nora New", false},
		{"not in the table: the name goes into a field", rule + ", users: [{table: [{support: linus@acme.example, engineering: linus@acme.example}, {support: ada@acme.example, engineering: ada@acme.example}]}], unknown: {engineering: {field: assigned to}}}",
			"nora", "Linus Pauling", "Nora New", false},
		{"not in the table: keep", rule + ", users: [{table: [{support: linus@acme.example, engineering: linus@acme.example}, {support: ada@acme.example, engineering: ada@acme.example}]}], unknown: keep}", "nora", "Linus Pauling", "", false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDeskOfStrangers(t, c.rule)
			d.open(map[string]core.Value{"assignee": core.Person("u-linus", "", "")})
			d.sync()
			d.edit(core.A, map[string]core.Value{"assignee": strangers[c.person]})
			d.sync()
			assigned := func(want, name string) {
				t.Helper()
				o := d.item(core.B)
				if got := o.Field("assignee").Name(); got != want || o.Field("assigned to").Source() != name {
					t.Fatalf("assigned to %q with %q in the field, want %q with %q", got, o.Field("assigned to").Source(), want, name)
				}
			}
			assigned(c.want, c.name)
			if p, parked := d.row().Parked["assignee~assignee"]; parked != c.parked {
				t.Fatalf("parked %v: %+v", parked, p)
			}
			d.edit(core.A, map[string]core.Value{"title": core.String("again")})
			d.sync()
			assigned(c.want, c.name)
			if a := d.item(core.A); a.Field("assignee").ID() != strangers[c.person].ID() {
				t.Fatalf("the edit was undone at home: %v", a.Field("assignee"))
			}
			d.edit(core.A, map[string]core.Value{"assignee": strangers["ada"]})
			d.sync()
			if assigned("Ada Lovelace", ""); len(d.row().Parked) > 0 {
				t.Errorf("still parked: %+v", d.row().Parked)
			}
		})
	}
}

// TestANameGivesWayToAPerson: the name that stands for an unknown person goes when somebody is assigned by hand, or nobody is.
func TestANameGivesWayToAPerson(t *testing.T) {
	const rule = "{support: assignee, engineering: assignee, unknown: {engineering: {field: assigned to}}}"
	for _, c := range []struct {
		reason string
		act    func(d *desk)
		a, b   string
	}{
		{"assigned by hand there", func(d *desk) {
			d.edit(core.B, map[string]core.Value{"assignee": core.Person("u-linus", "linus@acme.example", "Linus Pauling")})
		}, "Linus Pauling", "Linus Pauling"},
		{"unassigned here", func(d *desk) {
			d.edit(core.A, map[string]core.Value{"assignee": core.Empty(core.KindUser)})
		}, "", ""},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDeskOfStrangers(t, rule)
			d.open(map[string]core.Value{"assignee": strangers["nora"]})
			d.sync()
			if o := d.item(core.B); o.Field("assigned to").Source() != "Nora New" || !o.Field("assignee").IsEmpty() {
				t.Fatalf("a new item is assigned to %v with %v", o.Field("assignee"), o.Field("assigned to"))
			}
			c.act(d)
			d.sync()
			a, b := d.item(core.A), d.item(core.B)
			if a.Field("assignee").Name() != c.a || b.Field("assignee").Name() != c.b || !b.Field("assigned to").IsEmpty() {
				t.Errorf("%v here, %v there, with %v in the field", a.Field("assignee"), b.Field("assignee"), b.Field("assigned to"))
			}
		})
	}
}
