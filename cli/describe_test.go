package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

// TestDescribe: a system is asked once, what it said is kept, and validate goes by it without asking anybody.
func TestDescribe(t *testing.T) {
	d := newDesk(t)
	var components []core.Value
	for _, c := range []string{"api", "app", "billing", "cloud", "docs", "edge", "forms", "graph", "help", "ingest", "jobs", "kiosk", "login", "mail"} {
		components = append(components, core.Option(c, c))
	}
	for i, name := range []string{"left", "right"} {
		d.sys[i] = memory.New(memory.Options{Name: name, Fields: []connectors.Field{
			{Name: "title", Label: "Title", Kind: core.KindString, Required: true, OnCreate: true, MaxLen: 255},
			{Name: "priority", Label: "How urgent", Kind: core.KindOption, OnCreate: true, Options: []core.Value{core.Option("1", "low"), core.Option("2", "high")}},
			{Name: "components", Kind: core.KindSet, Of: core.KindOption, OnCreate: true, Options: components},
			{Name: "estimate", Label: "estimate", Kind: core.KindNumber, OnCreate: true},
			{Name: "opened", Kind: core.KindDateTime, ReadOnly: true, OnCreate: true},
			{Name: "created", Kind: core.KindDateTime, ReadOnly: true},
		}})
	}
	d.run("apply", "testdata/files/left.yaml", "testdata/files/right.yaml")
	t.Chdir("testdata/files")
	d.run("describe", "left", "--type", "item")
	d.run("describe", "left", "--all")
	d.run("describe", "right", "--type", "item", "--scope", "project=ENG")
	d.run("describe", "nobody")
	d.run("describe", "left", "--type", "tem")
	d.run("describe", "left", "--scope", "project")
	d.run("describe")
	d.run("describe", "--refresh")
	d.server.Close() // nobody is asked from here on
	wrong := strings.Replace(mustRead(t, "desk.yaml"), `"high"`, `"hihg"`, 1) + "  - {support: estimat, engineering: estimate}\n"
	if err := os.WriteFile("desk.yaml", []byte(wrong), 0o600); err != nil {
		t.Fatal(err)
	}
	d.run("validate", "desk.yaml")
	d.run("validate", "--no-cache", "desk.yaml")
	file := filepath.Join(catalogueFolder, "left.item.json")
	k, err := readKept(catalogueFolder, "left", "item")
	if err != nil {
		t.Fatal(err)
	}
	k.Descriptions[0].TakenAt = time.Now().Add(-75 * time.Hour)
	old, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range [][]byte{old, []byte(`{"descriptions": [`)} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		d.run("validate", "desk.yaml")
	}
	d.golden()
}

// TestDescribeByFile: without a gateway a system is asked by its file. What is kept holds no secret and no item.
func TestDescribeByFile(t *testing.T) {
	t.Chdir(t.TempDir())
	env := products(t)
	if code, _, errs := command(t, map[string]string{"TZ": "UTC"}, "describe", "jira-acme.yaml"); code != ExitUnreachable || !strings.Contains(errs, "JIRA_TOKEN") {
		t.Errorf("without the secret: code %d, %s", code, errs)
	}
	code, out, errs := command(t, env, "describe", "jira-acme.yaml", "--scope", "project=ENG", "--scope", "issuetype=Bug", "--all")
	if code != 0 {
		t.Fatal(out, errs)
	}
	for _, want := range []string{"jira", "adf", "write comments", "summary", "at most 255 letters", "always, required", "all options of priority:", "Highest"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not shown:\n%s", want, out)
		}
	}
	files, err := filepath.Glob(filepath.Join(catalogueFolder, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("kept: %v, %v", files, err)
	}
	b := mustRead(t, files[0])
	for _, secret := range []string{env["JIRA_TOKEN"], "sync@acme.example", "Checkout", "http://"} {
		if strings.Contains(b, secret) {
			t.Errorf("%s holds %q", files[0], secret)
		}
	}
	// The same through JSON: nothing of a field is lost on the way.
	k, err := readKept(catalogueFolder, "jira-acme", "issue")
	if err != nil {
		t.Fatal(err)
	}
	again, err := json.MarshalIndent(k, "", " ")
	if err != nil || string(again)+"\n" != b {
		t.Errorf("what is read is not what was written: %v", err)
	}
}

// TestDescribeBothSides: a connection file says what is to be described, whatever else is wrong with it.
func TestDescribeBothSides(t *testing.T) {
	t.Chdir(t.TempDir())
	env := products(t)
	if err := os.MkdirAll("sub", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"zendesk-acme.yaml", "jira-acme.yaml"} {
		if err := os.Rename(f, filepath.Join("sub", f)); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join("sub", "c.yaml")
	if err := os.WriteFile(file, []byte("connection: c\nsides:\n  a: {system: zendesk-acme, type: ticket, start: true}\n"+
		"  b: {system: jira-acme, type: issue, scope: {project: ENG, issuetype: Bug}}\nrules:\n  - {a: subject, b: sumary}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := command(t, env, "describe", file); code != 0 || !strings.Contains(out, "zendesk-acme") || !strings.Contains(out, "issuetype=Bug, project=ENG") {
		t.Fatal(code, out, errs)
	}
	if _, err := os.Stat(filepath.Join("sub", catalogueFolder, "jira-acme.issue.json")); err != nil {
		t.Error(err)
	}
	code, out, _ := command(t, nil, "validate", file)
	if code != ExitWrong || !strings.Contains(out, `did you mean "summary"?`) || strings.Contains(out, "not checked") {
		t.Errorf("what was described is not used: %d\n%s", code, out)
	}
	if code, _, errs := command(t, env, "describe", file, "--type", "x"); code != ExitUsage || !strings.Contains(errs, "says the types") {
		t.Errorf("%d %s", code, errs)
	}
}

// TestColours: only on a terminal, and never when somebody asked for none.
func TestColours(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("a.yaml", []byte("connection: a\nsides: {a: {system: l, type: t, start: true}, b: {system: r, type: t}}\nrules:\n  - {a: \x41, c: x}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reason   string
		terminal bool
		env      map[string]string
		want     bool
	}{
		{"a terminal", true, nil, true},
		{"a pipe", false, nil, false},
		{"NO_COLOR", true, map[string]string{"NO_COLOR": "1"}, false},
		{"a terminal without colours", true, map[string]string{"TERM": "dumb"}, false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			var out bytes.Buffer
			code := Run(t.Context(), Streams{In: strings.NewReader(""), Out: &out, Err: &bytes.Buffer{}, Terminal: c.terminal}, []string{"validate", "a.yaml"},
				func(name string) string { return c.env[name] })
			if code != ExitWrong || strings.Contains(out.String(), "\x1b[") != c.want {
				t.Errorf("code %d:\n%q", code, out.String())
			}
		})
	}
}
