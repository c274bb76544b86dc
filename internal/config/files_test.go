package config

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/core"
)

func systemWith(name, key, value string) core.System {
	s := core.System{Name: "s", Kind: "config-test", BaseURL: "https://acme.example"}
	m := map[string]string{key: value}
	switch name {
	case "auth":
		s.Auth = m
	case "webhook":
		s.Webhook = m
	default:
		s.Settings = m
	}
	return s
}

func section(s *core.System, name string) map[string]string {
	return map[string]map[string]string{"auth": s.Auth, "webhook": s.Webhook, "settings": s.Settings}[name]
}

func init() {
	connectors.Register(connectors.Kind{Name: "config-test", Title: "Test", Types: []string{"item"}, Options: []connectors.Option{
		{Section: "auth", Name: "method", Oneof: []string{"token", "oauth"}, Default: "token", Help: "How to sign in."},
		{Section: "auth", Name: "user", Required: true, Help: "Who signs in."},
		{Section: "auth", Name: "api_key", Secret: true, Help: "The key."},
		{Section: "settings", Name: "brand", Help: "The brand."},
	}, New: func(connectors.Config) (connectors.Connector, error) { _ = http.DefaultClient; return nil, nil }})
}

func TestCheckSystem(t *testing.T) {
	for _, c := range []struct {
		reason string
		system core.System
		want   string
	}{
		{"complete", core.System{Name: "s", Kind: "config-test", Auth: map[string]string{"user": "u", "method": "oauth", "api_key": "${env:K}"}}, ""},
		{"a required option", core.System{Name: "s", Kind: "config-test"}, "system s: auth.user: is missing: Who signs in."},
		{"an option mistyped", core.System{Name: "s", Kind: "config-test", Auth: map[string]string{"user": "u", "metod": "x"}},
			`system s: auth.metod: a system of kind config-test has no such option; under auth there are: api_key, method, user (did you mean "method"?)`},
		{"a value mistyped", core.System{Name: "s", Kind: "config-test", Auth: map[string]string{"user": "u", "method": "oaut"}},
			`system s: auth.method: "oaut" is not one of: token, oauth (did you mean "oauth"?)`},
		{"a literal secret is not repeated", core.System{Name: "s", Kind: "config-test", Auth: map[string]string{"user": "u", "api_key": "hush"}},
			"system s: auth.api_key: is a secret and must be a reference: ${env:NAME} or ${file:PATH}"},
		{"a section without options", core.System{Name: "s", Kind: "config-test", Auth: map[string]string{"user": "u"}, Webhook: map[string]string{"secret": "${env:X}"}},
			"system s: webhook.secret: a system of kind config-test has no such option; under webhook there are: none"},
		{"a kind without a connector", core.System{Name: "s", Kind: "lotus"}, `system s: kind: there is no connector of kind "lotus"; there are: config-test`},
	} {
		t.Run(c.reason, func(t *testing.T) {
			if got := CheckSystem(c.system).Error(); got != c.want {
				t.Errorf("says %q, want %q", got, c.want)
			}
		})
	}
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLoadReadsFolders(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"b.yaml": "system: two\nkind: jira\nbase_url: https://two.example\n", "a.yml": "system: one\nkind: zendesk\nbase_url: https://one.example\n",
		"deep/c.json": `{"connection": "x"}`, "people.yaml": "- {a: b}\n", "notes.txt": "system: no", ".git/d.yaml": "system: hidden\n",
	})
	got, err := Load(dir, filepath.Join(dir, "b.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range got.Systems {
		names = append(names, s.System.Name)
	}
	if strings.Join(names, " ") != "one two" || len(got.Connections) != 1 || got.Connections[0].Name != "x" {
		t.Errorf("found systems %v, connections %v", names, got.Connections)
	}
}

func TestConnectionFilesReadBesideThemselvesOnly(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"secret": "s", "in/x.yaml": "connection: x\n", "in/people.yaml": "[]"})
	f := ConnectionFile{Path: filepath.Join(dir, "in", "x.yaml")}
	if b, err := f.Read("people.yaml"); err != nil || string(b) != "[]" {
		t.Errorf("people: %s, %v", b, err)
	}
	for _, name := range []string{"../secret", filepath.Join(dir, "secret"), "none.yaml"} {
		if _, err := f.Read(name); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		reason string
		files  map[string]string
		path   string
		want   string // DIR stands for the folder
	}{
		{"no such path", nil, "none", "DIR/none: there is no such file or folder"},
		{"a file of neither kind, named", map[string]string{"x.yaml": "- a\n"}, "x.yaml", "DIR/x.yaml: is neither a system (system: name) nor a connection (connection: name) nor a manifest (manifest: name)"},
		{"every wrong file at once", map[string]string{"a.yaml": "system: a\n", "b.yaml": "system: [\n"}, "",
			"DIR/a.yaml:1:1: base_url is missing: Scheme and host of the product, without a slash at the end\nDIR/a.yaml:1:1: kind is missing: The connector that speaks with it\n" +
				"DIR/b.yaml:1:9: is no valid YAML or JSON: sequence end token ']' not found"},
		{"one name, two systems", map[string]string{"a.yaml": "system: s\nkind: k\nbase_url: http://h\n", "b.yaml": "system: s\nkind: k\nbase_url: http://h\n"}, "",
			`DIR/b.yaml: system: the name "s" is already used by DIR/a.yaml`},
	} {
		t.Run(c.reason, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, c.files)
			_, err := Load(filepath.Join(dir, c.path))
			if err == nil {
				t.Fatal("nothing is wrong")
			}
			if got := strings.ReplaceAll(err.Error(), dir, "DIR"); got != c.want {
				t.Errorf("says\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}
