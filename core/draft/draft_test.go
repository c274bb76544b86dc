package draft

import (
	"fmt"
	"strings"
	"testing"

	"duplex/core"
	"duplex/core/mapping"
)

func options(names ...string) []core.Value {
	out := []core.Value{}
	for i, n := range names {
		out = append(out, core.Option(fmt.Sprint(i), n))
	}
	return out
}

func field(name string, k core.Kind, change ...func(*Field)) Field {
	f := Field{Field: mapping.Field{Name: name, Kind: k, OnCreate: true}}
	for _, c := range change {
		c(&f)
	}
	return f
}

func has(names ...string) func(*Field) { return func(f *Field) { f.Options = options(names...) } }
func label(s string) func(*Field)      { return func(f *Field) { f.Label = s } }
func of(k core.Kind) func(*Field)      { return func(f *Field) { f.Of = k } }
func required(f *Field)                { f.Required = true }
func readOnly(f *Field)                { f.ReadOnly, f.OnCreate = true, false }
func onlyNew(f *Field)                 { f.ReadOnly = true }

// said is a draft in short: a line for each rule, each field that is left, and each that is unfed.
func said(d Draft) string {
	var b strings.Builder
	for _, r := range d.Rules {
		fmt.Fprintf(&b, "%s~%s %s", r.Fields[0], r.Fields[1], r.Flow)
		if r.When != core.WhenAlways {
			fmt.Fprintf(&b, " when %s", r.When)
		}
		if r.AsSet {
			b.WriteString(" as set")
		}
		if r.Link {
			b.WriteString(" as link")
		}
		if r.Set != "" {
			fmt.Fprintf(&b, " set %s", r.Set)
		}
		if r.Value != "" {
			fmt.Fprintf(&b, " value %s", r.Value)
		}
		for _, t := range [][]Row{r.Table, r.Tables[0], r.Tables[1]} {
			if len(t) > 0 {
				fmt.Fprintf(&b, " %v", t)
			}
		}
		for s := range r.Fields {
			if r.Alone[s] {
				fmt.Fprintf(&b, " else %d alone", s)
			}
			if r.Default[s] != "" {
				fmt.Fprintf(&b, " else %d %s", s, r.Default[s])
			}
		}
		if r.Doubt != "" {
			b.WriteString(" in doubt")
		}
		b.WriteString("\n")
	}
	for s := range d.Left {
		for _, l := range d.Left[s] {
			fmt.Fprintf(&b, "left %d %s\n", s, l.Field.Name)
		}
	}
	for _, u := range d.Unfed {
		fmt.Fprintf(&b, "unfed %d %s\n", u.Side, u.Field.Name)
	}
	return b.String()
}

func TestNew(t *testing.T) {
	for _, c := range []struct {
		reason string
		a, b   []Field
		want   string
	}{
		{"the same name, whatever its case and hyphens", []Field{field("due-date", core.KindDate)}, []Field{field("DueDate", core.KindDate)},
			"due-date~DueDate both\n"},
		{"a label that is the other's name", []Field{field("customfield_1", core.KindString, label("Build"))}, []Field{field("build", core.KindString)},
			"customfield_1~build both\n"},
		{"words for the same thing, the usual one first", []Field{field("subject", core.KindString)}, []Field{field("name", core.KindString), field("summary", core.KindString)},
			"subject~summary both\nleft 1 name\n"},
		{"of two with the same meaning the one that holds the same", []Field{field("notes", core.KindText)}, []Field{field("body", core.KindString), field("details", core.KindText)},
			"notes~details both\nleft 1 body\n"},
		{"of two with the same meaning the one that can be written", []Field{field("priority", core.KindString)}, []Field{field("priority", core.KindString, readOnly), field("urgency", core.KindString)},
			"priority~urgency both\nleft 1 priority\n"},
		{"a label is worth less than the meaning where it holds something else", []Field{field("summary", core.KindString, label("Summary"))},
			[]Field{field("u_summary", core.KindText, label("Summary")), field("short_description", core.KindString)}, "summary~short_description both\nleft 1 u_summary\n"},
		{"a label that says nothing is not the other's name", []Field{field("SuppliedName", core.KindString, label("Name")), field("Subject", core.KindString)}, []Field{field("name", core.KindString)},
			"Subject~name both\nleft 0 SuppliedName\n"},
		{"what cannot be written flows one way", []Field{field("created", core.KindDateTime, readOnly)}, []Field{field("created", core.KindDateTime)},
			"created~created to-b\n"},
		{"what can be written on neither side is left", []Field{field("created", core.KindDateTime, readOnly)}, []Field{field("created", core.KindDateTime, readOnly)},
			"left 0 created\nleft 1 created\n"},
		{"what can only be set at the creation", []Field{field("description", core.KindText, onlyNew)}, []Field{field("description", core.KindText)},
			"description~description both when create\n"},
		{"what would be refused does not flow", []Field{field("phase", core.KindString)}, []Field{field("phase", core.KindOption, has("a", "b"))},
			"phase~phase to-a\n"},
		{"a single value would throw out the others of a set", []Field{field("area", core.KindOption, has("a"))}, []Field{field("area", core.KindSet, of(core.KindOption), has("a"))},
			"left 0 area\nleft 1 area\n"},
		{"sets are merged", []Field{field("tags", core.KindSet, of(core.KindString))}, []Field{field("labels", core.KindSet, of(core.KindString))},
			"tags~labels both as set\n"},
		{"people: who is not found changes nothing", []Field{field("assignee", core.KindUser)}, []Field{field("owner", core.KindUser)},
			"assignee~owner both else 0 alone else 1 alone\n"},
		{"who asked is a matter for a person", []Field{field("requester", core.KindUser)}, []Field{field("reporter", core.KindUser)},
			"requester~reporter both else 0 alone else 1 alone in doubt\n"},
		{"a likeness of names is a doubt", []Field{field("Customer impact", core.KindString)}, []Field{field("Impact on customer", core.KindString), field("impact", core.KindOption, has("x"))},
			"Customer impact~Impact on customer both in doubt\nleft 1 impact\n"},
		{"numbers of other names may have other units", []Field{field("estimate", core.KindNumber)}, []Field{field("Story points", core.KindNumber)},
			"estimate~Story points both in doubt\n"},
		{"what names another item names its twin", []Field{field("parent", core.KindReference)}, []Field{field("parent", core.KindReference)},
			"parent~parent both as link\n"},
		{"one item and several", []Field{field("parent", core.KindReference)}, []Field{field("parent", core.KindSet, of(core.KindReference))},
			"left 0 parent\nleft 1 parent\n"},
		{"the same options need no table", []Field{field("level", core.KindOption, has("a", "b"))}, []Field{field("level", core.KindOption, has("a", "b"))},
			"level~level both\n"},
		{"priorities by meaning, one table", []Field{field("priority", core.KindOption, has("urgent", "normal"))}, []Field{field("priority", core.KindOption, has("Blocker", "Medium"))},
			"priority~priority both [{urgent Blocker} {normal Medium}]\n"},
		{"a step that is missing has a neighbour, with a table per side", []Field{field("priority", core.KindOption, has("high", "low"))},
			[]Field{field("priority", core.KindOption, has("1 - Critical", "2 - High", "3 - Moderate", "4 - Low"))},
			"priority~priority both [{1 - Critical high} {2 - High high} {3 - Moderate low} {4 - Low low}] [{high 2 - High} {low 4 - Low}]\n"},
		{"the way back is to the usual word, which comes first", []Field{field("status", core.KindOption, has("new", "open", "solved"))}, []Field{field("state", core.KindOption, has("To Do", "Done"))},
			"status~state both [{open To Do} {new To Do} {solved Done}]\n"},
		{"an option without a meaning leaves the other side as it is", []Field{field("area", core.KindOption, has("Billing", "Mobile"))}, []Field{field("area", core.KindOption, has("billing"))},
			"area~area both [{Billing billing}] else 1 alone\n"},
		{"but a new item needs a value", []Field{field("priority", core.KindOption, has("high", "someday"))}, []Field{field("priority", core.KindOption, required, has("High", "Medium"))},
			"priority~priority both [{High high} {Medium high}] [{high High}] else 1 Medium\n"},
		{"no option like the other: by order, in doubt", []Field{field("ring", core.KindOption, has("一", "二"))}, []Field{field("ring", core.KindOption, has("x", "y"))},
			"ring~ring both [{一 x} {二 y}] in doubt\n"},
		{"options that are not known are a doubt", []Field{field("ring", core.KindOption)}, []Field{field("ring", core.KindOption, has("x"))},
			"ring~ring both in doubt\n"},
		{"a required text comes from the title", []Field{field("subject", core.KindString)}, []Field{field("summary", core.KindString, required), field("Root cause", core.KindText, required)},
			"subject~summary both\n~Root cause to-b when create set item.subject\n"},
		{"a required option is one to choose", []Field{field("x", core.KindString)}, []Field{field("Ring \"1\"", core.KindOption, required, has(`say "hi"`, "no"))},
			"~Ring \"1\" to-b when create value say \"hi\"\nleft 0 x\n"},
		{"a required number cannot be guessed", []Field{field("x", core.KindString)}, []Field{field("cost", core.KindNumber, required)},
			"left 0 x\nleft 1 cost\nunfed 1 cost\n"},
		{"a required day is that of the creation", []Field{field("created_at", core.KindDateTime, readOnly)}, []Field{field("Found on", core.KindDate, required)},
			"created_at~Found on to-b when create\n"},
		{"a required person is who works on it", []Field{field("requester", core.KindUser), field("assignee", core.KindUser)},
			[]Field{field("Reviewer", core.KindUser, required), field("owner", core.KindUser)},
			"assignee~owner both else 0 alone else 1 alone\nassignee~Reviewer to-b when create\nleft 0 requester\n"},
		{"a doubt that a new item needs is in force", []Field{field("estimate", core.KindNumber)}, []Field{field("points", core.KindNumber, required)},
			"estimate~points both\n"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := New(Side{System: "left", Kind: "l", Type: "ticket", Fields: c.a}, Side{System: "right", Kind: "r", Type: "issue", Fields: c.b})
			if got := said(d); got != c.want {
				t.Errorf("drafts\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		reason     string
		a, b       Side
		wantA, wnB string
	}{
		{"by kind", Side{Kind: "zendesk", System: "z"}, Side{Kind: "jira", System: "j"}, "zendesk", "jira"},
		{"two of a kind by system", Side{Kind: "jira", System: "jira-eu"}, Side{Kind: "jira", System: "jira-us"}, "jira-eu", "jira-us"},
		{"two types of a system", Side{Kind: "jira", System: "j", Type: "issue"}, Side{Kind: "jira", System: "j", Type: "epic"}, "j-issue", "j-epic"},
		{"a system called like a key of rules", Side{Kind: "k", System: "flow"}, Side{Kind: "k", System: "jira"}, "flow-", "jira-"},
		{"as somebody said", Side{Name: "support", Kind: "zendesk"}, Side{Kind: "jira"}, "support", "jira"},
		{"nothing else is possible", Side{Kind: "values", System: "flow", Type: "Ä"}, Side{Kind: "values", System: "set", Type: "Ö"}, "left", "right"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			a, b := names(c.a, c.b)
			if a != c.wantA || b != c.wnB {
				t.Errorf("%s and %s, want %s and %s", a, b, c.wantA, c.wnB)
			}
		})
	}
}

func TestStart(t *testing.T) {
	for _, c := range []struct {
		reason string
		fields []Field
		want   string
	}{
		{"a tag", []Field{field("subject", core.KindString), field("tags", core.KindSet, of(core.KindString))}, `"duplex-trial" in item.tags`},
		{"a word in the title", []Field{field("Summary", core.KindString)}, `item.Summary != null && item.Summary.contains("duplex-trial")`},
		{"a name that is no identifier", []Field{field("Keywords (x)", core.KindString), field("Tags", core.KindSet, of(core.KindString), label("in"))}, `"duplex-trial" in item.Tags`},
		{"nothing to mark items by", []Field{field("cost", core.KindNumber)}, "true"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			if got, why := start(Side{Fields: c.fields}); got != c.want || why == "" {
				t.Errorf("%s (%s), want %s", got, why, c.want)
			}
		})
	}
	for name, want := range map[string]string{"subject": "item.subject", "in": `item["in"]`, "Story points": `item["Story points"]`, `a"b\c`: `item["a\"b\\c"]`, "1st": `item["1st"]`} {
		if got := path(name); got != want {
			t.Errorf("%s is read as %s, want %s", name, got, want)
		}
	}
}
