package mapping

import (
	"strings"
	"testing"

	"duplex/core"
	"duplex/core/merge"
)

// notes is the example with a rule between two formatted texts.
func notes(rule string) string {
	return strings.Replace(example, "rules:\n", "rules:\n  - "+rule+"\n", 1)
}

func notesEnv() Env {
	env := testEnv()
	describe := env.Describe
	env.Describe = func(system, typ string, scope map[string]string) (*Description, bool) {
		d, ok := describe(system, typ, scope)
		format := map[string]string{"zendesk-acme": "html", "jira-acme": "adf"}[system]
		return &Description{Fields: append([]Field{{Name: "Notes", Kind: core.KindText, Format: format}}, d.Fields...)}, ok
	}
	return env
}

var wrongDisagreements = []change{
	{"merge is for texts", "values: {urgent: Highest, high: High, normal: Medium, low: Low}\n    conflict: support", "values: {urgent: Highest, high: High, normal: Medium, low: Low}\n    conflict: merge",
		`support.yaml:13:15: rules[2].conflict: merge is for texts, and priority of support is an option; let a side or the latest edit win`},
	{"merge writes to both sides", "flow: to-engineering, when: create}", "flow: to-engineering, when: create, conflict: merge}",
		`support.yaml:9:100: rules[1].conflict: merge writes to both sides, and the rule flows to one; leave it out: the side that flows wins`},
	{"who wins, mistyped", "conflict: support", "conflict: suport",
		`support.yaml:13:15: rules[2].conflict: "suport" does not say who wins; it is one of: latest, support, engineering, park, merge, or {choose: an expression} (did you mean "support"?)`},
	{"a choice is made by an expression", "conflict: support", "conflict: {chose: latest}",
		`support.yaml:13:15: rules[2].conflict: choose is missing: CEL expression over sides, both items by the names of their sides; it gives latest, park, merge or a side's name
support.yaml:13:16: rules[2].conflict.chose: there is no such key here (did you mean "choose"?)`},
	{"an expression that chooses nobody", "conflict: support", `conflict: {choose: 'sides.support.priority == "urgent" ? "suport" : "latest"'}`,
		`support.yaml:13:62: rules[2].conflict.choose: "suport" does not say who wins; it is one of: latest, support, engineering, park, merge (did you mean "support"?)`},
	{"a side that is not there", "conflict: support", `conflict: {choose: 'sides.suport.priority == "urgent" ? "support" : "latest"'}`,
		`support.yaml:13:30: rules[2].conflict.choose: there is no side "suport"; the sides are support and engineering (did you mean "support"?)`},
	{"a field that is not there", "conflict: support", `conflict: {choose: 'sides.support.priorty == "urgent" ? "support" : "latest"'}`,
		`support.yaml:13:38: rules[2].conflict.choose: support has no field "priorty" (did you mean "priority"?)`},
	{"item means one item, and here are two", "conflict: support", `conflict: {choose: 'item.priority == "urgent" ? "support" : "latest"'}`,
		`support.yaml:13:25: rules[2].conflict.choose: item is not known where two items are compared; read sides.support and sides.engineering`},
	{"a choice is text", "conflict: support", `conflict: {choose: 'sides.support.priority == "urgent"'}`,
		`support.yaml:13:24: rules[2].conflict.choose: the expression must give who wins as text, this one is bool`},
	{"what becomes of a loser", "conflict: support", "conflict: support\n    loser: note",
		`support.yaml:14:12: rules[2].loser: "note" is not one of: ledger, comment`},
	{"loss is about formatting", "conflict: support", "conflict: support\n    loss: park",
		`support.yaml:14:11: rules[2].loss: loss is about formatted text, and neither priority of support nor priority of engineering is`},
}

func TestWrongDisagreements(t *testing.T) {
	for _, c := range wrongDisagreements {
		t.Run(c.reason, func(t *testing.T) {
			_, ds := Compile("support.yaml", []byte(c.of(t, example)), testEnv())
			if got := ds.Error(); got != c.want {
				t.Errorf("says:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

func html(s string) core.Value { return core.Text("html", s) }

// decide runs the first rule of a file on what both sides showed and show.
func decide(t *testing.T, rule string, base, now [2]core.Value, more map[string]core.Value) core.Decision {
	t.Helper()
	m := mustCompileMapping(t, notes(rule), notesEnv())
	var in merge.Input
	in.Rules = m.Rules[:1]
	for _, s := range core.Sides {
		field := in.Rules[0].Fields[s]
		in.Base[s] = &core.Observation{Fields: map[string]core.Value{field: base[s]}}
		in.Now[s] = &core.Observation{Fields: map[string]core.Value{field: now[s]}}
		for name, v := range more {
			in.Now[s].Fields[name] = v
		}
	}
	return merge.Fields(in)[0]
}

func toADF(s string) core.Value { return toText(html(s), Field{Format: "adf"}) }

func TestTextsOfTwoFormatsAreMerged(t *testing.T) {
	base := "<p>first</p><p>second</p><ul><li>a</li><li>b</li></ul>"
	d := decide(t, "{support: Notes, engineering: Notes, conflict: merge}", [2]core.Value{html(base), toADF(base)},
		[2]core.Value{html(strings.Replace(base, "first", "<b>first</b>", 1)), toADF(strings.Replace(base, "<li>b</li>", "<li>b</li><li>c</li>", 1))}, nil)
	want := toADF("<p><b>first</b></p><p>second</p><ul><li>a</li><li>b</li><li>c</li></ul>")
	if d.Action != core.ActionWrite || d.To != core.B || !d.Follows || !same(d.Value, want) {
		t.Errorf("%s: %s", d.Reason, d.Value.Source())
	}
	d = decide(t, "{support: Notes, engineering: Notes, conflict: merge}", [2]core.Value{html(base), toADF(base)},
		[2]core.Value{html(strings.Replace(base, "first", "one", 1)), toADF(strings.Replace(base, "first", "uno", 1))}, nil)
	if d.Action != core.ActionPark {
		t.Errorf("two edits of one place are decided: %s", d.Reason)
	}
}

func TestAnExpressionChoosesWhoWins(t *testing.T) {
	rule := `{support: subject, engineering: Notes, conflict: {choose: 'sides.support.priority == "urgent" ? "support" : "engineering"'}}`
	for priority, to := range map[string]core.Side{"urgent": core.B, "low": core.A} {
		m := mustCompileMapping(t, strings.Replace(notes(rule), "  - {support: subject, engineering: summary}\n", "  - {support: type, engineering: summary}\n", 1), notesEnv())
		in := merge.Input{Rules: m.Rules[:1],
			Base: [2]*core.Observation{{Fields: map[string]core.Value{"subject": core.String("x")}}, {Fields: map[string]core.Value{"Notes": toADF("<p>x</p>")}}},
			Now: [2]*core.Observation{{Fields: map[string]core.Value{"subject": core.String("y"), "priority": core.Option("", priority)}},
				{Fields: map[string]core.Value{"Notes": toADF("<p>z</p>")}}}}
		if d := merge.Fields(in)[0]; d.Action != core.ActionWrite || d.To != to {
			t.Errorf("%s: writes to %d (%s)", priority, d.To, d.Reason)
		}
	}
}

// A panel of Jira has no like in HTML.
const panelADF = `{"version":1,"type":"doc","content":[{"type":"panel","attrs":{"panelType":"warning"},"content":[{"type":"paragraph","content":[{"type":"text","text":"mind the gap"}]}]},` +
	`{"type":"paragraph","content":[{"type":"text","text":"end"},{"type":"text","text":" "},{"type":"status","attrs":{"text":"OPEN","color":"blue"}}]}]}`

func TestPain07AnEditElsewhereDestroysNothing(t *testing.T) {
	shown := toText(core.Text("adf", panelADF), Field{Format: "plain"}).Source()
	was := core.String(shown)
	cases := []struct {
		reason, rule, old, new string
		action                 core.Action
		keeps                  []string
		loses                  bool
	}{
		{"a block that was left alone keeps its panel", "{support: subject, engineering: Notes}", "end", "the end", core.ActionWrite, []string{"panel", "the end"}, true},
		{"an edit of the panel is written and told", "{support: subject, engineering: Notes}", "mind", "beware of", core.ActionWrite, []string{"beware of", "status"}, true},
		{"or waits, where the rule says park", "{support: subject, engineering: Notes, loss: park}", "mind", "beware of", core.ActionPark, nil, false},
		{"where the rule says warn the text is written as it is", "{support: subject, engineering: Notes, loss: warn}", "mind", "beware of", core.ActionWrite, []string{"beware of"}, true},
	}
	for _, c := range cases {
		m := mustCompileMapping(t, strings.Replace(notes(c.rule), "  - {support: subject, engineering: summary}\n", "  - {support: type, engineering: summary}\n", 1), notesEnv())
		in := merge.Input{Rules: m.Rules[:1],
			Base: [2]*core.Observation{{Fields: map[string]core.Value{"subject": was}}, {Fields: map[string]core.Value{"Notes": core.Text("adf", panelADF)}}},
			Now: [2]*core.Observation{{Fields: map[string]core.Value{"subject": core.String(strings.Replace(shown, c.old, c.new, 1))}},
				{Fields: map[string]core.Value{"Notes": core.Text("adf", panelADF)}}}}
		d := merge.Fields(in)[0]
		if d.Action != c.action || c.loses != (len(d.Losses) > 0) {
			t.Errorf("%s: %s, loses %q (%s)", c.reason, d.Action, d.Losses, d.Reason)
		}
		for _, k := range c.keeps {
			if !strings.Contains(d.Value.Source(), k) {
				t.Errorf("%s: %q is gone: %s", c.reason, k, d.Value.Source())
			}
		}
	}
}
