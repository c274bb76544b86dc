package mapping

import (
	"errors"
	"testing"

	"duplex/core"
)

// worklogsEnv is the test world in which both systems keep worklogs.
func worklogsEnv() Env {
	env := testEnv()
	traits := env.Traits
	env.Traits = func(system string) (Traits, bool) {
		t, ok := traits(system)
		t.Worklogs = true
		return t, ok
	}
	return env
}

// linksEnv is the test world with attributes, references and sets of references.
func linksEnv() Env {
	env := worklogsEnv()
	describe := env.Describe
	env.Describe = func(system, typ string, scope map[string]string) (*Description, bool) {
		d, ok := describe(system, typ, scope)
		if !ok {
			return d, ok
		}
		more := []Field{{Name: "requester.email", Kind: core.KindString, ReadOnly: true}, {Name: "problem_id", Kind: core.KindReference},
			{Name: "related", Kind: core.KindSet, Of: core.KindReference}}
		if system == "jira-acme" {
			more = []Field{{Name: "links.blocks", Kind: core.KindSet, Of: core.KindReference}, {Name: "Customer", Kind: core.KindString}}
		}
		return &Description{Fields: append(append([]Field(nil), d.Fields...), more...)}, true
	}
	return env
}

func TestWrongLinksAndAttributes(t *testing.T) {
	for _, c := range wrongLinks {
		t.Run(c.reason, func(t *testing.T) {
			m, ds := Compile("support.yaml", []byte(c.of(t, example)), linksEnv())
			if m != nil {
				t.Error("compiles all the same")
			}
			if got := ds.Error(); got != c.want {
				t.Errorf("says:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// ruleBefore is a line of the example before which a rule is put.
const ruleBefore = "  - {support: subject, engineering: summary}\n"

var wrongLinks = []change{
	{"an attribute is read only", ruleBefore, ruleBefore + "  - {support: requester.email, engineering: Customer}\n",
		`support.yaml:9:15: rules[1].support: requester.email cannot be written; add flow: to-engineering`},
	{"an attribute that the system does not have", ruleBefore, ruleBefore + "  - {support: requester.mail, engineering: Customer, flow: to-engineering}\n",
		`support.yaml:9:15: rules[1].support: support has no field "requester.mail" (did you mean "requester.email"?)`},
	{"a reference without as: link", ruleBefore, ruleBefore + "  - {support: problem_id, engineering: parent}\n",
		`support.yaml:9:5: rules[1]: parent of engineering (a reference) cannot become problem_id of support (a reference): a reference names an item of its own system; as: link carries it to the twin of that item
support.yaml:9:5: rules[1]: problem_id of support (a reference) cannot become parent of engineering (a reference): a reference names an item of its own system; as: link carries it to the twin of that item`},
	{"a link of what names no item", ruleBefore, ruleBefore + "  - {support: problem_id, engineering: Customer, as: link}\n",
		`support.yaml:9:40: rules[1].engineering: as: link is for fields that name items, and Customer of engineering is a string`},
	{"one and several", ruleBefore, ruleBefore + "  - {support: problem_id, engineering: links.blocks, as: link}\n",
		`support.yaml:9:58: rules[1].as: problem_id of support names one item, and links.blocks of engineering several: both sides name one, or both several`},
	{"several and one", ruleBefore, ruleBefore + "  - {support: related, engineering: parent, as: link}\n",
		`support.yaml:9:49: rules[1].as: parent of engineering names one item, and related of support several: both sides name one, or both several`},
	{"a table beside a link", ruleBefore, ruleBefore + "  - {support: problem_id, engineering: parent, as: link, values: {a: b}, default: {support: c}}\n",
		`support.yaml:9:66: rules[1].values: values has no meaning beside as: link, which carries a reference to the twin of the item it names
support.yaml:9:83: rules[1].default: default has no meaning beside as: link, which carries a reference to the twin of the item it names`},
	{"a computed link", ruleBefore, ruleBefore + "  - {engineering: parent, as: link, set: 'item.subject'}\n",
		`support.yaml:9:31: rules[1].as: as: link has no meaning beside set; it carries a field that names items to a field of the other side`},
	{"a set of references without as: link", ruleBefore, ruleBefore + "  - {support: related, engineering: links.blocks, as: set}\n",
		`support.yaml:9:5: rules[1]: links.blocks of engineering (a set of reference) cannot become related of support (a set of reference): a reference names an item of its own system; as: link carries it to the twin of that item
support.yaml:9:5: rules[1]: related of support (a set of reference) cannot become links.blocks of engineering (a set of reference): a reference names an item of its own system; as: link carries it to the twin of that item`},
	{"a worklog policy that nobody knows", "sweep: 15m", "worklogs: {private: keep}",
		`support.yaml:23:12: worklogs.private: there is no such key here; there are: deletes, edits, flow, header`},
	{"a header with a wrong name", "sweep: 15m", "worklogs: {header: '{autor}:', flow: to-jira}",
		`support.yaml:23:20: worklogs.header: {autor} is not known in a header; there are: {author}, {system}, {time} (did you mean "{author}"?)
support.yaml:23:38: worklogs.flow: "to-jira" is no flow; it is one of: both, to-support, to-engineering, none`},
	{"as: is mistyped", ruleBefore, ruleBefore + "  - {support: problem_id, engineering: parent, as: links}\n",
		`support.yaml:9:52: rules[1].as: "links" is not one of: set, add-only, link (did you mean "link"?)`},
}

func TestLinksConvert(t *testing.T) {
	with := change{old: ruleBefore, new: "  - {support: problem_id, engineering: parent, as: link}\n  - {support: related, engineering: links.blocks, as: link}\n" + ruleBefore}
	m := mustCompileMapping(t, with.of(t, example), linksEnv())
	one, several := m.Rules[0], m.Rules[1]
	if !one.Link || one.AsSet || !several.Link || !several.AsSet {
		t.Fatalf("link %v and %v, as sets %v and %v", one.Link, several.Link, one.AsSet, several.AsSet)
	}
	twins := core.Twins{"7": {ID: "1007", Key: "ENG-7"}, "8": {ID: "1008", Key: "ENG-8"}}
	ref := core.Reference
	for _, c := range []struct {
		reason string
		rule   core.Rule
		from   core.Value
		want   core.Value
		waits  bool
	}{
		{"the item has a twin", one, ref("7", "#7"), ref("1007", "ENG-7"), false},
		{"it has none yet", one, ref("9", "#9"), core.Value{}, true},
		{"nothing is named", one, core.Empty(core.KindReference), core.Empty(core.KindReference), false},
		{"the field is not shown", one, core.Absent(), core.Absent(), false},
		{"of several those with a twin", several, core.Set(ref("7", "#7"), ref("9", "#9"), ref("8", "#8")), core.Set(ref("1007", ""), ref("1008", "")), false},
		{"none of several has a twin", several, core.Set(ref("9", "#9")), core.Set(), false},
	} {
		got, err := c.rule.Convert[core.B](core.ConvertInput{Value: c.from, Twins: twins})
		if errors.Is(err, core.ErrNoTwin) != c.waits || !c.waits && (err != nil || !core.Equal(got, c.want)) {
			t.Errorf("%s: %v, %v; want %v, waits %v", c.reason, got, err, c.want, c.waits)
		}
	}
}

func TestWorklogsNeedSystemsThatKeepThem(t *testing.T) {
	env := linksEnv()
	env.Traits = func(system string) (Traits, bool) { return Traits{Worklogs: system == "jira-acme"}, true }
	with := change{old: "sweep: 15m", new: "worklogs: {flow: both}"}
	_, ds := Compile("support.yaml", []byte(with.of(t, example)), env)
	want := "support.yaml:23:11: worklogs: zendesk-acme keeps no time spent on items, so no worklog can go from or to support; leave worklogs out"
	if got := ds.Error(); got != want {
		t.Errorf("says:\n%s\nwant:\n%s", got, want)
	}
	with.new = "worklogs: {flow: none}"
	if _, ds := Compile("support.yaml", []byte(with.of(t, example)), env); len(ds) > 0 {
		t.Errorf("none is never wrong: %v", ds)
	}
	m := mustCompileMapping(t, change{old: "sweep: 15m", new: "worklogs: {}"}.of(t, example), linksEnv())
	if w := m.Connection.Worklogs; w.Flow != core.FlowBoth || !w.Edits || w.Deletes || w.Header != DefaultHeader {
		t.Errorf("the policy when nothing is said: %+v", w)
	}
}
