package mapping

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"duplex/core"
	"duplex/schemas"
)

const docs = "../../docs/mappings.md"

// cookbook is the page of examples, of which so many are run at least.
const (
	cookbook      = "../../docs/cookbook.md"
	leastExamples = 120
)

var fence = regexp.MustCompile("(?ms)^```([a-z]*(?: [a-z]+)?)( [a-z/.]+)?\n(.*?)^```$")

func docsEnv() Env {
	env := worklogsEnv()
	read := env.Read
	env.Read = func(path string) ([]byte, error) {
		if text, ok := docsIncludes[path]; ok {
			return []byte(text), nil
		}
		return read(path)
	}
	describe := env.Describe
	env.Describe = func(system, typ string, scope map[string]string) (*Description, bool) {
		d, ok := describe(system, typ, scope)
		if system == "jira-acme" {
			d = &Description{Fields: append([]Field{{Name: "Reported", Kind: core.KindDateTime}, {Name: "Plan", Kind: core.KindString},
				{Name: "environment", Kind: core.KindText, Format: "adf"}}, d.Fields...)}
			for i, f := range d.Fields {
				if f.Name == "status" {
					d.Fields[i].Options = options("To Do", "In Progress", "In Review", "Done")
				}
			}
		}
		if system == "zendesk-acme" {
			d = &Description{Fields: append([]Field{{Name: "Jira key", Kind: core.KindString}, {Name: "Notes", Kind: core.KindText, Format: "html"},
				{Name: "problem_id", Kind: core.KindReference}, {Name: "organization.plan", Kind: core.KindOption, ReadOnly: true}}, d.Fields...)}
		}
		if ok {
			d.Fields = append(d.Fields, docsValueFields[system]...)
		}
		return d, ok
	}
	return env
}

// TestDocs compiles every block of the pages and runs its results.
func TestDocs(t *testing.T) {
	if ran := runPage(t, docs); ran < 10 {
		t.Errorf("only %d results ran", ran)
	}
}

func TestCookbook(t *testing.T) {
	ran := runPage(t, cookbook)
	if t.Logf("%d examples", ran); ran < leastExamples {
		t.Errorf("%d examples ran, want %d", ran, leastExamples)
	}
}

func runPage(t *testing.T, name string) (ran int) {
	t.Helper()
	page, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	blocks := fence.FindAllStringSubmatch(string(page), -1)
	var rule core.Rule
	var fields [2]Field
	for _, b := range blocks {
		kind, name, text := b[1], strings.TrimSpace(b[2]), b[3]
		switch kind {
		case "yaml connection":
			mustCompileMapping(t, text, docsEnv())
		case "yaml include":
			docsIncludes[name] = text
		case "moments":
			for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
				runMoment(t, line, rule)
				ran++
			}
		case "yaml system":
			if _, ds := ParseSystem("docs/mappings.md", []byte(text)); len(ds) > 0 {
				t.Error(ds)
			}
		case "yaml top":
			mustCompileMapping(t, docsBase("{support: subject, engineering: summary}")+text, docsEnv())
		case "yaml rule":
			m := mustCompileMapping(t, docsBase(text), docsEnv())
			rule = m.Rules[0]
			for _, s := range core.Sides {
				d, _ := docsEnv().Describe(m.Connection.Sides[s].System, "", nil)
				fields[s], _ = d.find(rule.Fields[s])
			}
		case "result":
			for _, line := range strings.Split(strings.Trim(text, "\n"), "\n") {
				runResult(t, line, rule, fields)
				ran++
			}
		case "":
		default:
			t.Errorf("a block of kind %q is not run", kind)
		}
	}
	return ran
}

func docsBase(rule string) string {
	feeds := "  - {support: subject, engineering: summary, flow: to-engineering}\n"
	if strings.Contains(rule, "summary") {
		feeds = ""
	}
	return "connection: docs\nsides:\n  support: {system: zendesk-acme, type: ticket, start: true}\n" +
		"  engineering: {system: jira-acme, type: issue, scope: {project: ENG, issuetype: Bug}}\nrules:\n  - " +
		strings.ReplaceAll(strings.TrimSpace(rule), "\n", "\n    ") + "\n" + feeds
}

var result = regexp.MustCompile(`^to (support|engineering): (.+?)(?: \(there: (.+)\))? => (.*)$`)

func runResult(t *testing.T, line string, rule core.Rule, fields [2]Field) {
	t.Helper()
	m := result.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("%q is no result line", line)
	}
	to := core.A
	if m[1] == "engineering" {
		to = core.B
	}
	in := core.ConvertInput{Twins: core.Twins{"35436": {ID: "10112"}, "10112": {ID: "35436"}}}
	if shown, ok := strings.CutPrefix(m[2], "item "); ok {
		in.Item = docsItem(t, shown, to.Other())
	} else {
		in.Value = docsParts(t, m[2], fields[to.Other()], rule.Parts[to.Other()])
	}
	if m[3] != "" {
		in.Target = docsParts(t, m[3], fields[to], rule.Parts[to])
	}
	got, err := rule.Convert[to](in)
	if m[4] == "error" {
		if err == nil {
			t.Errorf("%s: gives %v", line, got)
		}
		return
	}
	if m[4] == "left alone" {
		if err != nil || !got.IsAbsent() {
			t.Errorf("%s: gives %v, %v", line, got, err)
		}
		return
	}
	if want := docsParts(t, m[4], fields[to], rule.Parts[to]); err != nil || !same(got, want) {
		t.Errorf("%s: gives %v, %v", line, got, err)
	}
}

func docsValue(t *testing.T, text string, f Field) core.Value {
	t.Helper()
	if f.Kind == core.KindReference {
		return core.Reference(text, "")
	}
	if !f.isMany() {
		v, err := literal(text, f)
		if err != nil {
			t.Fatal(text, err)
		}
		return v
	}
	var items []core.Value
	for _, s := range strings.Split(text, ", ") {
		v, err := literal(s, f.element())
		if err != nil {
			t.Fatal(s, err)
		}
		items = append(items, v)
	}
	return core.Set(items...)
}

// TestDocsNameEveryKey keeps the page complete as the schemas grow.
func TestDocsNameEveryKey(t *testing.T) {
	page, err := os.ReadFile(filepath.FromSlash(docs))
	if err != nil {
		t.Fatal(err)
	}
	perKind := map[string]bool{"method": true, "email": true, "token": true, "password": true, "secret": true, "client_secret": true, "refresh_token": true}
	for _, src := range [][]byte{schemas.System, schemas.Connection} {
		var doc any
		if err := json.Unmarshal(src, &doc); err != nil {
			t.Fatal(err)
		}
		for _, k := range propertyNames(doc) {
			if !perKind[k] && !strings.Contains(string(page), "`"+k+"`") {
				t.Errorf("the page does not name the key %s", k)
			}
		}
	}
}

// TestDocsNameEveryCode: a script that reads diagnostics finds every kind of mistake on the page.
func TestDocsNameEveryCode(t *testing.T) {
	page, err := os.ReadFile(filepath.FromSlash(docs))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range Codes {
		if !strings.Contains(string(page), "`"+c+"`") {
			t.Errorf("the page does not name the code %s", c)
		}
	}
}

func propertyNames(n any) []string {
	m, ok := n.(map[string]any)
	if !ok {
		return nil
	}
	var names []string
	for key, v := range m {
		if props, ok := v.(map[string]any); ok && key == "properties" {
			names = append(names, sortedKeys(props)...)
		}
		names = append(names, propertyNames(v)...)
	}
	return names
}
