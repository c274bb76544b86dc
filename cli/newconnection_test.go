package cli

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/core/draft"
	"duplex/core/mapping"
	"duplex/emulators/jira"
	"duplex/emulators/zendesk"
	"duplex/gateway"
)

// products writes files of an emulated Zendesk and Jira into the current folder and gives the environment they name.
func products(t *testing.T) map[string]string {
	t.Helper()
	z, err := zendesk.New(zendesk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	j, err := jira.New(jira.Options{})
	if err != nil {
		t.Fatal(err)
	}
	zs, js := httptest.NewServer(z.Handler()), httptest.NewServer(j.Handler())
	t.Cleanup(func() { zs.Close(); z.Close() })
	t.Cleanup(func() { js.Close(); j.Close() })
	z.SetBaseURL(zs.URL)
	j.SetBaseURL(js.URL)
	for name, text := range map[string]string{
		"zendesk-acme.yaml": "system: zendesk-acme\nkind: zendesk\nbase_url: " + zs.URL + "\nauth: {method: token, email: sync@acme.example, token: '${env:ZENDESK_TOKEN}'}\n",
		"jira-acme.yaml":    "system: jira-acme\nkind: jira\nbase_url: " + js.URL + "\nauth: {email: sync@acme.example, token: '${env:JIRA_TOKEN}'}\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return map[string]string{"ZENDESK_TOKEN": "zd-token-sync", "JIRA_TOKEN": "sync-api-token", "TZ": "UTC"}
}

// command runs a command and gives what it wrote.
func command(t *testing.T, env map[string]string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = Run(t.Context(), Streams{In: strings.NewReader(""), Out: &o, Err: &e}, args, func(name string) string { return env[name] })
	return code, o.String(), e.String()
}

// golden compares a text with the one in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join(root, "testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s (run with -update and read the difference); it is now:\n%s", file, got)
	}
}

// TestNewConnection drafts between the two products without a gateway, and what it drafted is valid against them.
func TestNewConnection(t *testing.T) {
	t.Chdir(t.TempDir())
	env := products(t)
	for _, c := range []struct{ golden, from, to string }{
		{"zendesk-jira.yaml", "zendesk-acme.yaml", "jira-acme.yaml"},
		{"jira-zendesk.yaml", "jira-acme.yaml", "zendesk-acme.yaml"},
	} {
		args := []string{"new", "connection", "--from", c.from, "--to", c.to, "--out", c.golden}
		for i, f := range []string{c.from, c.to} {
			if f == "jira-acme.yaml" {
				side := []string{"from", "to"}[i]
				args = append(args, "--scope-"+side, "project=ENG", "--scope-"+side, "issuetype=Bug")
			}
		}
		if code, out, errs := command(t, env, args...); code != 0 || errs != "" {
			t.Fatalf("%s: code %d\n%s%s", c.golden, code, out, errs)
		}
		text := mustRead(t, c.golden)
		inForce, left, _ := strings.Cut(text, "\n# Fields of ")
		golden(t, c.golden, inForce+"\n")
		for _, f := range []string{"external_id (External ID): text, cannot be written", "creator (Creator): person, cannot be written"} {
			if !strings.Contains(left, "# - "+f) { // the whole list grows with the emulators
				t.Errorf("%s does not list %q among the fields without a counterpart", c.golden, f)
			}
		}
		if code, out, errs := command(t, nil, "validate", c.golden); code != 0 || strings.Contains(out, "warning") || !strings.Contains(out, "zendesk-acme ticket from a moment ago") {
			t.Errorf("%s is not valid offline: code %d\n%s%s", c.golden, code, out, errs)
		}
		if code, _, errs := command(t, env, args...); code != ExitUsage || !strings.Contains(errs, "is there already") {
			t.Errorf("a file was overwritten: code %d, %s", code, errs)
		}
	}
}

// describedSystems are systems of every sort: the emulated products, the reference, and odd ones.
func describedSystems(t *testing.T) []gateway.Description {
	t.Helper()
	t.Chdir(t.TempDir())
	env := products(t)
	var all []gateway.Description
	for _, args := range [][]string{{"zendesk-acme.yaml"}, {"jira-acme.yaml", "--scope", "project=ENG", "--scope", "issuetype=Bug"}} {
		if code, out, errs := command(t, env, append([]string{"describe"}, args...)...); code != 0 {
			t.Fatal(out, errs)
		}
	}
	for _, f := range []struct{ system, typ string }{{"zendesk-acme", "ticket"}, {"jira-acme", "issue"}} {
		k, err := readKept(catalogueFolder, f.system, f.typ)
		if err != nil || len(k.Descriptions) != 1 {
			t.Fatal(f, err)
		}
		all = append(all, k.Descriptions[0])
	}
	odd := func(name string, fields ...connectors.Field) {
		all = append(all, gateway.Description{System: name, Kind: "memory", Type: "item", RichText: "plain", Capabilities: []string{"write comments"}, Fields: fields})
	}
	one := func(name string, k core.Kind, change ...func(*connectors.Field)) connectors.Field {
		f := connectors.Field{Name: name, Kind: k, OnCreate: true}
		for _, c := range change {
			c(&f)
		}
		return f
	}
	required := func(f *connectors.Field) { f.Required = true }
	readOnly := func(f *connectors.Field) { f.ReadOnly, f.OnCreate = true, false }
	options := func(names ...string) func(*connectors.Field) {
		return func(f *connectors.Field) {
			for i, n := range names {
				f.Options = append(f.Options, core.Option(fmt.Sprint(i), n))
			}
		}
	}
	of := func(k core.Kind) func(*connectors.Field) { return func(f *connectors.Field) { f.Of = k } }
	odd("reference", memory.DefaultFields()...)
	odd("unknown-options", one("title", core.KindString), one("status", core.KindOption), one("priority", core.KindOption), one("labels", core.KindSet, of(core.KindOption)))
	odd("read-only", one("title", core.KindString, readOnly), one("status", core.KindOption, readOnly, options("open", "done")), one("labels", core.KindSet, of(core.KindString), readOnly))
	odd("demanding", one("name", core.KindString, required), one("Root cause", core.KindText, required), one("Severity", core.KindOption, required, options("S1", "S2")),
		one("Cost", core.KindNumber, required), one("Responsible", core.KindUser, required), one("Found on", core.KindDate, required), one("billable", core.KindBool, required),
		one("areas", core.KindSet, of(core.KindOption), required, options("ui", "api")), one("blind", core.KindOption, required), one("epic", core.KindReference, required),
		one("sealed", core.KindString, required, readOnly), one("state", core.KindOption, required, options("Neu", "In Arbeit", "Fertig")), one("keywords", core.KindSet, of(core.KindString), required))
	odd("пример", one("Тема", core.KindString, required), one("Описание", core.KindText), one("優先度", core.KindOption, options("高", "中", "低")), one("Größe: \"XL\"", core.KindNumber),
		one("it's #1", core.KindString), one(" spaced ", core.KindString), one("42", core.KindString, required), one("- dash", core.KindString))
	odd("flow", one("flow", core.KindString), one("values", core.KindString), one("on", core.KindBool), one("null", core.KindString, required), one("in", core.KindString, required),
		one("type", core.KindOption, options("yes", "no", "~", "1.0", "Yes")), one("status", core.KindOption, options("", "open", "open", "Done")))
	odd("empty")
	all[len(all)-3].System = "examples-ru"
	return all
}

// TestPain17DraftsCompile drafts between every two described systems, both ways round: what a draft has in force is right,
// with both sides starting, and a required field that nothing can give is said in words.
func TestPain17DraftsCompile(t *testing.T) {
	all := describedSystems(t)
	for i, from := range all {
		for j, to := range all {
			if i == j {
				to.System += "-2"
			}
			said := [2]gateway.Description{from, to}
			d := draft.New(draftSide(from), draftSide(to))
			text := connectionYAML("drafted", d, "")
			again := connectionYAML("drafted", draft.New(draftSide(from), draftSide(to)), "")
			if !bytes.Equal(text, again) {
				t.Fatalf("%s and %s: two drafts differ", from.System, to.System)
			}
			d.Starts[core.B] = "true"
			text = connectionYAML("drafted", d, "")
			_, ds := mapping.Compile("drafted.yaml", text, draftEnv(said))
			unfed := map[string]bool{}
			for _, u := range d.Unfed {
				unfed[u.Field.Name] = true
				if !strings.Contains(u.Text, "needs "+u.Field.Name) || !strings.Contains(string(text), "FILL IN: ") {
					t.Errorf("%s and %s: what to fill in for %s is not said: %s", from.System, to.System, u.Field.Name, u.Text)
				}
			}
			inForce := 0
			for _, r := range d.Rules {
				if r.Doubt == "" {
					inForce++
				}
				if len(r.Reasons) == 0 {
					t.Errorf("%s and %s: rule %v has no reason", from.System, to.System, r.Fields)
				}
			}
			for _, w := range ds {
				named := w.Code == mapping.CodeNotFed
				if named {
					named = false
					for f := range unfed {
						named = named || strings.Contains(w.Text, fmt.Sprintf("%q", f))
					}
				}
				if !named && (inForce > 0 || w.Path != "rules") {
					t.Errorf("%s and %s: %v\n%s", from.System, to.System, w, text)
				}
			}
		}
	}
}
