package mapping

import (
	"regexp"
	"strings"
	"testing"

	"duplex/core"
)

func init() {
	docsValueFields["zendesk-acme"] = append(docsValueFields["zendesk-acme"], Field{Name: "first_name", Kind: core.KindString}, Field{Name: "last_name", Kind: core.KindString})
	docsValueFields["jira-acme"] = append(docsValueFields["jira-acme"], Field{Name: "Full name", Kind: core.KindString})
}

// docsIncludes are the page's include blocks, by the name that follows the block's kind.
var docsIncludes = map[string]string{}

var moment = regexp.MustCompile(`^to (support|engineering): (.+?)(?: \(twin: (.+)\))? => (yes|no)$`)

// runMoment asks the condition of the rule above a block of moments.
func runMoment(t *testing.T, line string, rule core.Rule) {
	t.Helper()
	m := moment.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("%q is no moment", line)
	}
	to := core.A
	if m[1] == "engineering" {
		to = core.B
	}
	at := core.Moment{Item: docsItem(t, m[2], to.Other())}
	if m[3] != "" {
		at.Twin = docsItem(t, m[3], to)
	}
	if yes, err := rule.May[to](at); err != nil || yes != (m[4] == "yes") {
		t.Errorf("%s: holds %v, %v", line, yes, err)
	}
}

// docsItem reads an item of a side from field=value, field=value.
func docsItem(t *testing.T, text string, s core.Side) *core.Observation {
	t.Helper()
	d, _ := docsEnv().Describe([]string{"zendesk-acme", "jira-acme"}[s], "", nil)
	o := &core.Observation{Fields: map[string]core.Value{}}
	for _, part := range strings.Split(text, ", ") {
		name, v, _ := strings.Cut(part, "=")
		f, ok := d.find(name)
		if !ok {
			t.Fatalf("there is no field %q", name)
		}
		o.Fields[name] = docsValue(t, v, f)
	}
	return o
}

// docsParts reads a value; of combined fields, their texts between plus signs.
func docsParts(t *testing.T, text string, f Field, parts []string) core.Value {
	t.Helper()
	if len(parts) == 0 {
		return docsValue(t, text, f)
	}
	var items []core.Value
	for _, p := range strings.Split(text, " + ") {
		items = append(items, core.String(strings.TrimSuffix(p, "(empty)")))
	}
	return core.List(items...)
}
