package mapping

import (
	"errors"
	"strings"
	"testing"

	"duplex/core"
)

// oneRule compiles a file whose only interesting rule is given.
func oneRule(t *testing.T, rule string) core.Rule {
	t.Helper()
	src := "connection: x\nsides:\n  support: {system: zendesk-acme, type: ticket, start: true}\n" +
		"  engineering: {system: jira-acme, type: issue, scope: {project: ENG, issuetype: Bug}}\nrules:\n" +
		"  - " + rule + "\n"
	if !strings.Contains(rule, "summary") {
		src += "  - {support: subject, engineering: summary, flow: to-engineering}\n"
	}
	return mustCompileMapping(t, src, testEnv()).Rules[0]
}

func TestRules(t *testing.T) {
	priority := "{support: priority, engineering: priority, values: {urgent: Highest, high: High, normal: Medium, low: Low}}"
	manyToOne := "{support: status, engineering: status, values: {new: To Do, open: To Do, pending: In Progress, hold: In Progress, solved: Done, closed: Done}}"
	oneToMany := "{support: type, engineering: priority, values: {problem: Highest, incident: High}, default: {support: task, engineering: Lowest}}"
	regions := "{support: Regions, engineering: labels, as: set, values: {north: region-n, south: region-s}}"
	whole := "{support: Regions, engineering: labels, values: {north: region-n, south: region-s}}"
	people := "{support: assignee, engineering: assignee, users: [email, {table: people.yaml}], default: {engineering: triage@acme.example}}"
	byHand := "{support: assignee, engineering: assignee, users: [{table: [{support: ann@acme.example, engineering: 5f3a}]}]}"
	byHandDefault := strings.TrimSuffix(byHand, "}") + ", default: {engineering: 77}}"
	due := "{support: due_at, engineering: duedate}"
	notes := "{support: Notes, engineering: description}"
	flags := "{support: Escalated, engineering: labels, values: {'true': escalated, 'false': calm}, flow: to-engineering}"
	points := "{support: Story points, engineering: priority, values: {1: Low, 3.50: High}}"
	cleared := "{support: type, engineering: priority, values: {'': Lowest, problem: Highest}}"
	held := "{support: status, engineering: status, values: {open: To Do, pending: In Progress, hold: ~, solved: Done}, default: {engineering: ~}}"
	sided := "{support: priority, engineering: priority, values: {engineering: {urgent: Highest, high: Highest, low: Low}, support: {Highest: urgent, Low: low, Lowest: ~}}}"
	oneSided := "{support: priority, engineering: priority, values: {engineering: {urgent: Highest, low: Low}}}"
	kept := "{support: Regions, engineering: labels, as: set, values: {north: region-n, east: ~}}"
	strangers := strings.TrimSuffix(byHand, "}") + ", default: {engineering: ~}}"
	opt := func(name string) core.Value { return core.Option("", name) }
	adf := func(s string) core.Value {
		return core.Text("adf", `{"version":1,"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"`+s+`"}]}]}`)
	}
	panel := core.Text("adf", `{"version":1,"type":"doc","content":[{"type":"panel","attrs":{"panelType":"info"},"content":[{"type":"paragraph","content":[{"type":"text","text":"x"}]}]}]}`)
	for _, c := range []struct {
		reason string
		rule   string
		to     core.Side
		value  core.Value
		target core.Value
		want   core.Value
		err    string
	}{
		{"a table, forth", priority, core.B, opt("high"), core.Absent(), opt("High"), ""},
		{"a table, back", priority, core.A, opt("Medium"), opt("low"), opt("normal"), ""},
		{"a table does not name it", priority, core.A, opt("Lowest"), opt("low"), core.Value{}, `rules[0] (priority to support.priority): "Lowest" has no value in the table; add it to values, or a default`},
		{"cleared stays cleared", priority, core.B, core.Empty(core.KindOption), opt("High"), core.Empty(core.KindOption), ""},
		{"not shown is not known", priority, core.B, core.Absent(), opt("High"), core.Absent(), ""},
		{"many to one, forth", manyToOne, core.B, opt("hold"), opt("To Do"), opt("In Progress"), ""},
		{"many to one never clobbers: on hold is in progress", manyToOne, core.A, opt("In Progress"), opt("hold"), opt("hold"), ""},
		{"many to one, back to the first written", manyToOne, core.A, opt("In Progress"), opt("open"), opt("pending"), ""},
		{"many to one on a new item", manyToOne, core.A, opt("To Do"), core.Absent(), opt("new"), ""},
		{"a default where the table has nothing", oneToMany, core.A, opt("Medium"), opt("problem"), opt("task"), ""},
		{"a default that is already meant stays", oneToMany, core.B, opt("task"), opt("Low"), opt("Low"), ""},
		{"a default the other way", oneToMany, core.B, opt("question"), opt("Highest"), opt("Lowest"), ""},
		{"an empty value has its row", cleared, core.B, core.Empty(core.KindOption), opt("Highest"), opt("Lowest"), ""},
		{"and comes back as empty", cleared, core.A, opt("Lowest"), opt("problem"), core.Empty(core.KindOption), ""},
		{"an option of several levels, in a file's other way of writing", "{support: organization, engineering: summary, flow: to-engineering, values: {'Hardware::Laptop': laptop}}", core.B, opt("Hardware > Laptop"), core.Absent(), core.String("laptop"), ""},
		{"a value that leaves the other side alone", held, core.B, opt("hold"), opt("To Do"), core.Absent(), ""},
		{"it is left alone on a new item too", held, core.B, opt("hold"), core.Absent(), core.Absent(), ""},
		{"so is what the table does not name, by default", held, core.B, opt("new"), opt("To Do"), core.Absent(), ""},
		{"backwards nothing leads to it", held, core.A, opt("Done"), opt("hold"), opt("solved"), ""},
		{"a table per side, there", sided, core.B, opt("high"), opt("Low"), opt("Highest"), ""},
		{"a table per side, back", sided, core.A, opt("Highest"), opt("low"), opt("urgent"), ""},
		{"a table per side leaves alone what the other one means already", sided, core.A, opt("Highest"), opt("high"), opt("high"), ""},
		{"a table per side has its own ~", sided, core.A, opt("Lowest"), opt("high"), core.Absent(), ""},
		{"a side without a table gets values by kind", oneSided, core.A, opt("Low"), opt("high"), opt("low"), ""},
		{"an element that is left alone stays at home", kept, core.B, core.Set(opt("north"), opt("east")), core.Absent(), core.Strings("region-n"), ""},
		{"nobody in the table leaves the person there", strangers, core.B, core.Person("8", "bob@acme.example", ""), core.Person("5f3a", "", ""), core.Absent(), ""},
		{"set elements by table; one it does not name stays at home", regions, core.B, core.Set(opt("north"), opt("east")), core.Absent(), core.Strings("region-n"), ""},
		{"an element that is already there keeps its place", regions, core.A, core.Strings("region-s", "urgent"), core.Set(opt("south"), opt("east")), core.Set(opt("south")), ""},
		{"a set that is replaced as a whole must be expressible", whole, core.B, core.Set(opt("north"), opt("east")), core.Absent(), core.Value{}, `rules[0] (Regions to engineering.labels): "east" has no value in the table; add it to values, or a default`},
		{"an emptied set", regions, core.B, core.Empty(core.KindSet), core.Strings("region-n"), core.Set(), ""},
		{"a person by address, without an id", people, core.B, core.Person("7", "bob@acme.example", "Bob"), core.Absent(), core.Person("", "bob@acme.example", "Bob"), ""},
		{"a person in the table, whatever the address finds", people, core.B, core.Person("7", "Ann@acme.example", "Ann"), core.Absent(), core.Person("", "ann.lee@acme.example", ""), ""},
		{"the person that is there already", people, core.B, core.Person("7", "bob@acme.example", "Bob"), core.Person("x9", "bob@acme.example", "Bob Ray"), core.Person("x9", "bob@acme.example", "Bob Ray"), ""},
		{"nobody", people, core.B, core.Empty(core.KindUser), core.Person("x9", "", ""), core.Empty(core.KindUser), ""},
		{"a table by id", byHand, core.B, core.Person("7", "ann@acme.example", ""), core.Absent(), core.Person("5f3a", "", ""), ""},
		{"a table by id, back", byHand, core.A, core.Person("5f3a", "", "A."), core.Absent(), core.Person("", "ann@acme.example", ""), ""},
		{"the table is all there is", byHand, core.B, core.Person("8", "bob@acme.example", ""), core.Absent(), core.Value{}, "rules[0] (assignee to engineering.assignee): the person is not in the table of users; add a line, or a default"},
		{"and a default for the rest", byHandDefault, core.B, core.Person("8", "bob@acme.example", ""), core.Absent(), core.Person("77", "", ""), ""},
		{"a day from an instant", due, core.B, instant("2026-03-01T23:30:00+01:00"), core.Absent(), day("2026-03-01"), ""},
		{"the hour of the day is not undone", due, core.A, day("2026-03-01"), instant("2026-03-01T15:00:00Z"), instant("2026-03-01T15:00:00Z"), ""},
		{"another day moves the hour to midnight", due, core.A, day("2026-03-02"), instant("2026-03-01T15:00:00Z"), instant("2026-03-02T00:00:00Z"), ""},
		{"rich text goes over in the target's format", notes, core.B, core.Text("html", "<p>x</p>"), core.Absent(), adf("x"), ""},
		{"rich text that says the same is not rewritten", notes, core.B, core.Text("html", "<p>x</p>"), adf("x"), adf("x"), ""},
		{"a change of the text is written", notes, core.B, core.Text("html", "<p>y</p>"), panel, adf("y"), ""},
		{"a flag becomes a label", flags, core.B, core.Bool(true), core.Absent(), core.Strings("escalated"), ""},
		{"numbers are compared as numbers", points, core.B, num("3.5"), core.Absent(), opt("High"), ""},
		{"and written as numbers", points, core.A, opt("Low"), core.Absent(), num("1"), ""},
	} {
		t.Run(c.reason, func(t *testing.T) {
			rule := oneRule(t, c.rule)
			got, err := rule.Convert[c.to](core.ConvertInput{Value: c.value, Target: c.target})
			switch {
			case c.err != "" && (err == nil || err.Error() != c.err):
				t.Fatalf("error = %v, want %s", err, c.err)
			case c.err == "" && err != nil:
				t.Fatal(err)
			case c.err == "" && (!same(got, c.want) || got.Kind() != c.want.Kind()):
				t.Errorf("got %s %v, want %s %v", got.Kind(), got, c.want.Kind(), c.want)
			}
		})
	}
}

func TestAnErrorKeepsContentOutOfItsText(t *testing.T) {
	rule := oneRule(t, "{support: subject, engineering: priority, flow: to-engineering, values: {a: High}}")
	_, err := rule.Convert[core.B](core.ConvertInput{Value: core.String("patient Smith")})
	var ce *ConvertError
	if !errors.As(err, &ce) || strings.Contains(err.Error(), "Smith") || ce.Value() != "patient Smith" {
		t.Errorf("error = %v; the text is shown to everybody, the value is for the ledger only", err)
	}
}

func TestDefaultOfPeopleReachesTheEngine(t *testing.T) {
	rule := oneRule(t, "{support: assignee, engineering: assignee, default: {engineering: triage@acme.example}}")
	if got := rule.Default[core.B]; got.Email() != "triage@acme.example" || !rule.Default[core.A].IsAbsent() {
		t.Errorf("defaults = %v", rule.Default)
	}
}

func TestRuleIDsStay(t *testing.T) {
	m := mustCompileMapping(t, example, testEnv())
	want := []string{"subject~summary", "description~description", "priority~priority", "status~status", "assignee~assignee", "tags~labels", "set~engineering.components"}
	for i, r := range m.Rules {
		if r.ID != want[i] {
			t.Errorf("%s has the id %q, want %q: parked fields are kept under it", r.Where, r.ID, want[i])
		}
	}
}
