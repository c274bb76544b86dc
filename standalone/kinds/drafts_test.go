package kinds_test

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"duplex/cli"
	"duplex/standalone/kinds"
)

// TestDraftsOfAnyTwoKinds: what an admin gets from "duplex new connection" for any two kinds is complete and valid as it is, and has the
// fields that everybody would have written.
func TestDraftsOfAnyTwoKinds(t *testing.T) {
	dir := t.TempDir()
	env := map[string]string{"TZ": "UTC", "HOME": dir}
	for _, p := range kinds.All() {
		s, err := kinds.Play(p, p.Kind+"-acme", kinds.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		source, secrets, err := kinds.File(s.Account("sync"))
		if err != nil {
			t.Fatal(err)
		}
		for _, kv := range secrets {
			name, value, _ := strings.Cut(kv, "=")
			env[name] = value
		}
		files := map[string]string{p.Kind + ".yaml": source}
		maps.Copy(files, s.Account("sync").Files)
		for name, content := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	run := func(t *testing.T, args ...string) (string, int) {
		var out bytes.Buffer
		code := cli.Run(context.WithoutCancel(t.Context()), cli.Streams{In: strings.NewReader(""), Out: &out, Err: &out}, args, func(n string) string { return env[n] })
		return out.String(), code
	}
	for _, a := range kinds.All() {
		for _, b := range kinds.All() {
			if a.Kind == b.Kind {
				continue
			}
			t.Run(a.Kind+"-"+b.Kind, func(t *testing.T) {
				file := filepath.Join(dir, a.Kind+"-"+b.Kind+".connection.yaml")
				args := []string{"new", "connection", "--name", a.Kind + "-" + b.Kind, "--out", file,
					"--from", filepath.Join(dir, a.Kind+".yaml"), "--side-from", "left", "--type-from", a.Type.Type,
					"--to", filepath.Join(dir, b.Kind+".yaml"), "--side-to", "right", "--type-to", b.Type.Type}
				for side, scope := range map[string]map[string]string{"--scope-from": a.Type.Scope, "--scope-to": b.Type.Scope} {
					for k, v := range scope {
						args = append(args, side, k+"="+v)
					}
				}
				if out, code := run(t, args...); code != cli.ExitOK {
					t.Fatalf("%s", out)
				}
				if out, code := run(t, "validate", file, filepath.Join(dir, a.Kind+".yaml"), filepath.Join(dir, b.Kind+".yaml")); code != cli.ExitOK {
					t.Errorf("%s", out)
				}
				draft, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				for what, fields := range map[string][2]string{"title": {a.Title, b.Title}, "status": {a.Status.Field, b.Status.Field}, "priority": {a.Priority.Field, b.Priority.Field}} {
					if slices.Contains(fields[:], "") {
						continue
					}
					if !named(string(draft), fields) {
						t.Errorf("no rule names the %s of both, %s and %s:\n%s", what, fields[0], fields[1], draft)
					}
				}
			})
		}
	}
}

// named tells whether rules that count name both fields: mostly one rule, and two where each has a nearer one, as an urgency has.
func named(file string, fields [2]string) bool {
	var left, right bool
	for line := range strings.Lines(file) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") {
			continue
		}
		left = left || strings.Contains(line, "left: "+fields[0])
		right = right || strings.Contains(line, "right: "+fields[1])
	}
	return left && right
}
