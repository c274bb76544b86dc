package cli

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"duplex/core/mapping"
	"duplex/gateway"
	"duplex/schemas"
)

// TestPain17EveryMistakeIsToldAtOnce: a file with a dozen mistakes, its table of people and its systems, without asking anybody.
func TestPain17EveryMistakeIsToldAtOnce(t *testing.T) {
	d := newDesk(t)
	d.run("apply", "testdata/files/left.yaml", "testdata/files/right.yaml")
	for _, system := range []string{"left", "right"} {
		d.run("describe", system, "--type", "item")
	}
	d.said.Reset()
	d.server.Close()
	d.run("validate", "testdata/mistakes")
	var told verdict
	code, out, _ := command(t, d.env, "--json", "validate", "testdata/mistakes")
	if err := json.Unmarshal([]byte(out), &told); err != nil || code != ExitWrong || told.Valid {
		t.Fatal(code, err, out)
	}
	files := map[string]bool{}
	for i, f := range told.Diagnostics {
		files[f.File] = true
		if f.Severity != severityError || f.Code == "" || f.Line < 1 || f.Column < 1 || f.EndColumn <= f.Column || f.Source == "" {
			t.Errorf("%+v lacks something", f)
		}
		if i > 0 && told.Diagnostics[i-1].File == f.File && told.Diagnostics[i-1].Line > f.Line {
			t.Errorf("%v comes too late", f)
		}
	}
	if len(files) < 3 || len(told.Diagnostics) < 12 {
		t.Errorf("%d mistakes in %d files", len(told.Diagnostics), len(files))
	}
	d.golden()
}

func TestCaret(t *testing.T) {
	long := "  - {support: " + strings.Repeat("x", 90) + ", engineering: " + strings.Repeat("y", 90) + ", flow: sideways, values: {" + strings.Repeat("a: b, ", 30) + "c: d}}"
	for _, c := range []struct {
		reason, source, at, want string
	}{
		{"below the word", "conflicts: lastest", "lastest", "conflicts: lastest\n           ^^^^^^^"},
		{"tabs do not move it", "\tkey:\tvalue", "value", " key: value\n      ^^^^^"},
		{"wide letters take two columns", "優先度: 高い # x", "高い", "優先度: 高い # x\n        ^^^^"},
		{"a long line is cut around it", long, "sideways", "…" + long[162:][:mostSource] + "…\n" + strings.Repeat(" ", 56) + "^^^^^^^^"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			before, _, ok := strings.Cut(c.source, c.at)
			if !ok {
				t.Fatal("not there")
			}
			column := len([]rune(before)) + 1
			line, below := quoted(finding{Diagnostic: gateway.Diagnostic{Column: column}, EndColumn: column + mapping.Extent(c.source, column), Source: c.source})
			if got := line + "\n" + below.before + below.caret; got != c.want {
				t.Errorf("shows\n%s\nwant\n%s", got, c.want)
			}
		})
	}
	for _, column := range []int{1, 5, 99} { // whatever a diagnostic says, it is shown
		quoted(finding{Diagnostic: gateway.Diagnostic{Column: column}, EndColumn: column + 1, Source: "abc"})
	}
}

// TestLinesAreShown whatever the style of a connection file, also where it is broken.
func TestLinesAreShown(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"block.yaml":  "# system: x\nconnection: block\nsides:\n  a:\n    system: left\n    type: item\n    start: true\n  b:\n    system: right\n    type: item\nrules:\n  - a: title\n    b: title\n    flow: sideways\n",
		"json.json":   "{\n \"connection\": \"json\",\n \"sides\": {\"a\": {\n\"system\": \"l\", \"type\": \"t\", \"start\": true}, \"b\": {\"system\": \"r\", \"type\": \"t\"}},\n \"rules\": [{\"a\": \"x\", \"b\": \"x\", \"flow\": \"sideways\"}]\n}\n",
		"broken.yaml": "connection: broken\nsides:\n  a:\n    system: left\nrules: [\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, out, _ := command(t, nil, "validate", ".")
	if strings.Count(out, " | ") != 6 || strings.Count(out, "^^^^^^^^") != 2 {
		t.Errorf("not every line is shown:\n%s", out)
	}
}

// TestSchema: every schema is printed as it is, and a wrong name is answered with the right one.
func TestSchema(t *testing.T) {
	for _, name := range []string{"connection", "system", "include"} {
		code, out, errs := command(t, nil, "schema", name)
		if want, err := schemas.Files.ReadFile(name + schemaEnding); code != 0 || err != nil || out != string(want) {
			t.Errorf("%s: %d %v %s", name, code, err, errs)
		}
	}
	if code, _, errs := command(t, nil, "schema", "conection"); code != ExitUsage || !strings.Contains(errs, "did you mean connection?") {
		t.Errorf("%d %s", code, errs)
	}
}

// TestSecretsAreNotShown: the line of a mistake may hold a secret beside it.
func TestSecretsAreNotShown(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"a.yaml": "system: a\nkind: jira\nbase_url: https://a.example\nauth: {email: a@b.example, token: hush, tokn: hush}\n",
		"b.yaml": "system: b\nkind: jira\nbase_url: https://b.example\nauth:\n  token: hush\n  email: [1]\npassword: hush\n",
		"c.yaml": "system: c\nkind: jira\nauth: {token: hush\n",
		"d.json": `{"system": "d", "kind": "jira", "base_url": "https://me:hush@d.example", "auth": {"token": "hush"}}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"validate", "."}, {"--json", "validate", "."}, {"validate", "a.yaml", "b.yaml", "d.json"}, {"apply", "."}} {
		code, out, errs := command(t, nil, args...)
		if code != ExitWrong || strings.Contains(out+errs, "hush") {
			t.Errorf("%v: code %d\n%s%s", args, code, out, errs)
		}
	}
}
