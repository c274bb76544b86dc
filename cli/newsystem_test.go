package cli

import (
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/core/mapping"
	"duplex/internal/config"
)

// TestNewSystem: of every kind a draft is a right file, tells every option, and holds no secret.
func TestNewSystem(t *testing.T) {
	for _, k := range connectors.Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			code, out, errs := command(t, nil, "new", "system", "--kind", k.Name, "--out", "s.yaml")
			if code != 0 {
				t.Fatal(out, errs)
			}
			text := mustRead(t, "s.yaml")
			s, ds := mapping.ParseSystem("s.yaml", []byte(text))
			if err := ds.Err(); err != nil {
				t.Fatal(err)
			}
			for _, d := range config.CheckSystem(s) {
				if d.Code != mapping.CodeFile { // a file beside it is for its author to name
					t.Error(d)
				}
			}
			for _, o := range k.Options {
				if !strings.Contains(text, " "+o.Name+": ") {
					t.Errorf("the option %s.%s is not told", o.Section, o.Name)
				}
			}
			if code, _, errs := command(t, nil, "new", "system", "--kind", k.Name, "--out", "s.yaml"); code != ExitUsage {
				t.Errorf("the file was overwritten: %d %s", code, errs)
			}
		})
	}
	if code, _, errs := command(t, nil, "new", "system", "--kind", "jirra"); code != ExitUsage || !strings.Contains(errs, "there are: ") {
		t.Errorf("a kind nobody knows: %d %s", code, errs)
	}
}
