package mapping

import (
	"strings"
	"testing"

	"duplex/core"
)

// TestAppliedVersionsOutliveChangesOfTheSystems: a renamed option or a removed field must not stop a whole connection.
func TestAppliedVersionsOutliveChangesOfTheSystems(t *testing.T) {
	env := testEnv()
	describe := env.Describe
	env.Describe = func(system, typ string, scope map[string]string) (*Description, bool) {
		d, ok := describe(system, typ, scope)
		if system == "jira-acme" {
			var kept []Field
			for _, f := range d.Fields {
				switch f.Name {
				case "labels": // removed
					continue
				case "priority":
					f.Options = options("Blocker", "Major")
				case "summary":
					f.ReadOnly = true
				}
				kept = append(kept, f)
			}
			d = &Description{Fields: append(kept, Field{Name: "Team", Kind: core.KindOption, Required: true})}
		}
		return d, ok
	}
	if m, ds := Compile("support.yaml", []byte(example), env); m != nil || len(ds) < 6 {
		t.Errorf("a new version compiles against systems it does not fit: %v", ds)
	}
	env.Applied = true
	m := mustCompileMapping(t, example, env)
	if len(m.Rules) != 7 {
		t.Errorf("%d rules are left of 7", len(m.Rules))
	}
	for _, want := range []string{`engineering has no field "labels"`, `has no option "Highest"`, "summary cannot be written", `a new issue needs the field "Team"`} {
		if !strings.Contains(m.Warnings.Error(), want) {
			t.Errorf("no warning about %s in\n%v", want, m.Warnings)
		}
	}
	if _, ds := Compile("support.yaml", []byte(strings.Replace(example, "conflicts: latest ", "conflicts: lates ", 1)), env); len(ds) != 1 {
		t.Errorf("what is wrong in the file itself stays wrong: %v", ds)
	}
}
