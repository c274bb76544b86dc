package mapping

import (
	"reflect"
	"strings"
	"testing"

	"duplex/core"
	"duplex/core/richtext"
)

func withStart(t *testing.T, start string) *Mapping {
	t.Helper()
	return mustCompileMapping(t, strings.Replace(example, `'"bug" in item.tags'`, start, 1), testEnv())
}

func ticket(fields map[string]core.Value) *core.Observation {
	return &core.Observation{Ref: core.Ref{System: "zendesk-acme", Type: "ticket", ID: "1"}, Fields: fields}
}

func TestStarts(t *testing.T) {
	bug := map[string]core.Value{
		"tags": core.Strings("bug", "vip"), "organization": core.Option("4", "Globex"), "Story points": num("3"), "Escalated": core.Bool(true),
		"requester": core.Person("7", "ann@globex.example", "Ann"), "description": core.Text("html", "<p>It <b>burns</b></p>"),
		"due_at": instant("2026-03-01T10:00:00Z"), "assignee": core.Empty(core.KindUser), "Regions": core.Set(core.Option("1", "north")),
	}
	for _, c := range []struct {
		reason string
		start  string
		item   map[string]core.Value
		want   bool
		why    string
		err    string
	}{
		{"a tag", `'"bug" in item.tags'`, bug, true, "", ""},
		{"no tags at all is an empty list, not an error", `'"bug" in item.tags'`, nil, false, "the start condition of support does not hold", ""},
		{"everything", "true", nil, true, "", ""},
		{"nothing from this side", "false\n", nil, false, "items of support do not start a pair", ""},
		{"an option is its name", `item.organization == "Globex"`, bug, true, "", ""},
		{"a number compares with a whole one", `item["Story points"] > 2`, bug, true, "", ""},
		{"a flag", `item.Escalated`, bug, true, "", ""},
		{"a flag that is not shown is neither", `item.Escalated`, nil, false, "", "sides.support.start: the condition is neither true nor false on this item"},
		{"a person's parts", `item.requester.email.endsWith("@globex.example")`, bug, true, "", ""},
		{"nobody has no parts, and the author learns what to write", `item.requester.email == "x"`, nil, false, "",
			"sides.support.start: the expression fails on this item: no such key; a field without a value is null, ask item.x != null first"},
		{"asked first", `item.requester != null && item.requester.email == "x"`, nil, false, "the start condition of support does not hold", ""},
		{"a cleared field is null", `item.assignee == null`, bug, true, "", ""},
		{"rich text reads as plain text", `item.description == "It burns"`, bug, true, "", ""},
		{"an instant", `item.due_at < timestamp("2026-04-01T00:00:00Z")`, bug, true, "", ""},
		{"a set of options is their names", `item.Regions.exists(r, r.startsWith("no"))`, bug, true, "", ""},
		{"sets and strings are at hand", `'sets.contains(item.tags, ["vip"]) && "A,B".lowerAscii().split(",")[1] == "b"'`, bug, true, "", ""},
		{"an endless expression ends", `'lists.range(999).all(a, lists.range(999).all(b, a + b >= 0))'`, bug, false, "", "sides.support.start: the expression takes too many steps on this item"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			start := c.start
			if !strings.HasPrefix(start, "'") && strings.ContainsAny(start, `"[,{`) {
				start = "'" + start + "'"
			}
			if c.start == "false\n" {
				start = "false"
			}
			src := strings.Replace(example, `'"bug" in item.tags'`, start, 1)
			src = strings.Replace(src, "{system: jira-acme, type: issue,", "{system: jira-acme, type: issue, start: true,", 1)
			src = strings.Replace(src, "flow: to-engineering, when: create}", "when: create}", 1)
			m := mustCompileMapping(t, src, testEnv())
			got, why, err := m.Starts(core.A, ticket(c.item))
			if c.err != "" {
				if err == nil || err.Error() != c.err {
					t.Fatalf("error = %v, want %s", err, c.err)
				}
				return
			}
			if err != nil || got != c.want || why != c.why {
				t.Errorf("starts = %v %q %v, want %v %q", got, why, err, c.want, c.why)
			}
		})
	}
}

func TestStartsKeepsToTypeScopeAndPeople(t *testing.T) {
	src := strings.Replace(example, "{system: jira-acme, type: issue,", "{system: jira-acme, type: issue, start: true,", 1)
	m := mustCompileMapping(t, strings.Replace(src, "flow: to-engineering, when: create}", "when: create}", 1), testEnv())
	in := core.Observation{Ref: core.Ref{Type: "issue"}, Fields: map[string]core.Value{
		"project": core.Option("10000", "ENG"), "issuetype": core.Option("1", "Bug"),
	}}
	own, other, moved, unread := in, in, in.With("project", core.Option("10001", "OPS")), in
	own.OwnItem = true
	other.Ref.Type = "epic"
	unread.Fields = nil
	for _, c := range []struct {
		reason string
		item   core.Observation
		why    string
	}{
		{"an item in scope", in, ""},
		{"what duplex made is never an origin", own, "the item was created by duplex itself"},
		{"another type", other, "the item is of type epic, not issue"},
		{"another project", moved, "the item is not in scope: its project is not ENG"},
		{"a scope that the system does not show was its filter already", unread, ""},
	} {
		t.Run(c.reason, func(t *testing.T) {
			ok, why, err := m.Starts(core.B, &c.item)
			if err != nil || why != c.why || ok != (c.why == "") {
				t.Errorf("starts = %v %q %v, want %q", ok, why, err, c.why)
			}
		})
	}
}

func TestFieldsAreWhatRulesAndExpressionsRead(t *testing.T) {
	m := withStart(t, `'"bug" in item.tags && item["Story points"] > 2'`)
	want := [2][]string{
		{"Story points", "assignee", "description", "organization", "priority", "status", "subject", "tags"},
		{"assignee", "components", "description", "issuetype", "labels", "priority", "project", "status", "summary"},
	}
	for _, s := range core.Sides {
		if got := m.Fields(s); !reflect.DeepEqual(got, want[s]) {
			t.Errorf("side %d reads %v, want %v", s, got, want[s])
		}
	}
	m.Fields(core.A)[0] = "changed"
	if m.Fields(core.A)[0] != "Story points" {
		t.Error("a caller can change the mapping")
	}
}

func TestComputed(t *testing.T) {
	for _, c := range []struct {
		reason string
		rule   string
		item   map[string]core.Value
		want   core.Value
		err    string
	}{
		{"a list of options", `{engineering: components, set: 'item.organization == "Globex" ? ["vip"] : []'}`,
			map[string]core.Value{"organization": core.Option("4", "Globex")}, core.Set(core.Option("a", "vip")), ""},
		{"an empty list clears", `{engineering: components, set: 'item.organization == "Globex" ? ["vip"] : []'}`, nil, core.Empty(core.KindSet), ""},
		{"an option by name", `{engineering: priority, set: 'item.Escalated == true ? "High" : "Low"'}`,
			map[string]core.Value{"Escalated": core.Bool(true)}, core.Option("b", "High"), ""},
		{"an empty text clears", `{engineering: priority, set: 'item.type == null ? "" : "Low"'}`, nil, core.Empty(core.KindOption), ""},
		{"text is built", `{engineering: summary, set: '"[" + item.type + "] " + item.subject'}`,
			map[string]core.Value{"type": core.Option("1", "incident"), "subject": core.String("Fire")}, core.String("[incident] Fire"), ""},
		{"rich text comes as its format", `{engineering: description, set: '"a < " + item.subject'}`,
			map[string]core.Value{"subject": core.String("b")}, core.Text("adf", richtext.Normal("adf", `{"version":1,"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"a < b"}]}]}`)), ""},
		{"a person goes over by address", `{engineering: assignee, set: item.requester}`,
			map[string]core.Value{"requester": core.Person("7", "ann@acme.example", "Ann")}, core.Person("", "ann@acme.example", "Ann"), ""},
		{"an instant's day", `{engineering: duedate, set: item.due_at}`,
			map[string]core.Value{"due_at": instant("2026-03-01T10:00:00Z")}, day("2026-03-01"), ""},
		{"arithmetic", `{engineering: Story Points, set: 'item["Story points"] * 2.0'}`,
			map[string]core.Value{"Story points": num("1.5")}, num("3"), ""},
		{"one value for a set is not guessed into a list", `{engineering: labels, set: item.subject}`,
			map[string]core.Value{"subject": core.String("x")}, core.Value{}, "rules[0] (set engineering.labels): the expression gives one value, and the field holds several; write a list"},
		{"a failing expression names the rule and no content", `{engineering: summary, set: 'item.subject + 1'}`,
			map[string]core.Value{"subject": core.String("secret")}, core.Value{}, "rules[0] (set engineering.summary): the expression fails on this item: no such overload; a field without a value is null, ask item.x != null first"},
		{"text that is no day", `{engineering: duedate, set: item.subject}`,
			map[string]core.Value{"subject": core.String("soon")}, core.Value{}, "rules[0] (set engineering.duedate): the result is not a date like 2006-01-02"},
		{"dividing by nothing", `{engineering: Story Points, set: '1.0 / 0.0'}`, nil, core.Value{}, "rules[0] (set engineering.Story Points): the expression gives no finite number"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			env := testEnv()
			env.Applied = c.err != "" // a type that is wrong by what the systems say now is told when the file is applied
			rule := mustCompileMapping(t, docsBase(c.rule), env).Rules[0]
			got, err := rule.Convert[core.B](core.ConvertInput{Item: ticket(c.item)})
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

func TestLossyTextIsKeptWhereItSaysTheSame(t *testing.T) {
	rule := oneRule(t, "{support: Notes, engineering: description}")
	panel := core.Text("adf", richtext.Normal("adf", `{"version":1,"type":"doc","content":[{"type":"panel","attrs":{"panelType":"info"},"content":[{"type":"paragraph","content":[{"type":"text","text":"x"}]}]}]}`))
	there, err := rule.Convert[core.A](core.ConvertInput{Value: panel})
	if err != nil {
		t.Fatal(err)
	}
	back, err := rule.Convert[core.B](core.ConvertInput{Value: there, Target: panel})
	if err != nil || back.Source() != panel.Source() {
		t.Errorf("the panel became %v (%v), though nobody changed the text", back, err)
	}
}
