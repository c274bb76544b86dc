package mapping

import (
	"errors"
	"strings"
	"testing"

	"duplex/core"
)

func TestFilesAreTheOnesTheRulesName(t *testing.T) {
	env := testEnv()
	files, ds := Files("support.yaml", []byte(example), env.Read)
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 || !strings.Contains(files["people.yaml"], "ann.lee@") {
		t.Fatalf("files = %v", files)
	}
	env.Read = func(path string) ([]byte, error) { return []byte(files[path]), nil }
	m := mustCompileMapping(t, example, env)
	got, err := m.Rules[4].Convert[core.B](core.ConvertInput{Value: core.Person("1", "ann@acme.example", "")})
	if err != nil || got.Email() != "ann.lee@acme.example" {
		t.Errorf("ann is %v, %v", got, err)
	}
	_, ds = Files("support.yaml", []byte(example), nil)
	if want := `support.yaml:15:71: rules[4].users[1].table: the file "people.yaml" cannot be read here; write its lines in place of the name`; ds.Error() != want {
		t.Errorf("says %s", ds.Error())
	}
}

// TestFilesOfIncludes: an included file travels with the connection, and so do the people tables that its rules name.
func TestFilesOfIncludes(t *testing.T) {
	shared := map[string]string{
		"shared.yaml": "rules:\n  - {support: requester, engineering: assignee, flow: to-support, users: [{table: more.yaml}]}\n",
		"more.yaml":   "- {support: bob@acme.example, engineering: bob.ray@acme.example}\n",
		"people.yaml": "- {support: ann@acme.example, engineering: ann.lee@acme.example}\n",
	}
	src := []byte(example + "include: [shared.yaml]\n")
	files, ds := Files("support.yaml", src, func(path string) ([]byte, error) { return []byte(shared[path]), nil })
	if err := ds.Err(); err != nil || len(files) != 3 {
		t.Fatalf("files = %v, %v", files, err)
	}
	env := testEnv()
	env.Read = func(path string) ([]byte, error) { return []byte(files[path]), nil }
	m := mustCompileMapping(t, string(src), env)
	last := m.Rules[len(m.Rules)-1]
	if last.Where != "shared.yaml: rules[0]" {
		t.Errorf("the included rule is at %s", last.Where)
	}
	if v, err := last.Convert[core.A](core.ConvertInput{Value: core.Person("", "bob.ray@acme.example", "")}); err != nil || v.Email() != "bob@acme.example" {
		t.Errorf("bob is %v, %v", v, err)
	}
}

func TestWrongPeopleFiles(t *testing.T) {
	for _, c := range []struct{ reason, people, want string }{
		{"a file that is not there", "", `support.yaml:15:71: rules[4].users[1].table: the file "people.yaml" cannot be read: not there`},
		{"a line for one side only", "- {support: ann@acme.example}\n", "people.yaml:1:3: [0]: a line names one person on both sides: {support: …, engineering: …}"},
		{"a name instead of an address", "- {support: Ann Lee, engineering: a@acme.example}\n", "people.yaml:1:13: [0].support: a person is named by e-mail address or id, and this is neither"},
		{"a side mistyped", "- {support: ann@acme.example, engineeering: a@acme.example}\n",
			"people.yaml:1:3: [0]: a line names one person on both sides: {support: …, engineering: …}\n" +
				`people.yaml:1:31: [0].engineeering: there is no side "engineeering"; the sides are support and engineering (did you mean "engineering"?)`},
		{"no list", "ann: a\n", "people.yaml:1:1: a people file is a list with one line per person, each with a name per side"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			env := testEnv()
			env.Read = func(string) ([]byte, error) {
				if c.people == "" {
					return nil, errors.New("not there")
				}
				return []byte(c.people), nil
			}
			_, ds := Compile("support.yaml", []byte(example), env)
			if ds.Error() != c.want {
				t.Errorf("says:\n%s\nwant:\n%s", ds.Error(), c.want)
			}
		})
	}
}

// FuzzCompile holds that no file brings the compiler down, and that it either compiles or says why not.
func FuzzCompile(f *testing.F) {
	f.Add(example)
	f.Add("{}")
	f.Add("- [")
	f.Add("a: &x [*x, *x]")
	f.Add("sides: {a: 1, b: [2]}\nrules: [1, {a: b}]\nconnection: ~")
	f.Add("connection: x\nsides: {a: {system: zendesk-acme, type: t, start: '\"'}, b: {system: jira-acme, type: t}}\nrules: [{a: tags, b: labels, set: x}]")
	env := testEnv()
	f.Fuzz(func(t *testing.T, src string) {
		m, ds := Compile("f.yaml", []byte(src), env)
		if (m == nil) == (len(ds) == 0) {
			t.Fatalf("neither or both: %v %v", m, ds)
		}
		Files("f.yaml", []byte(src), env.Read)
		if s, ds := ParseSystem("s.yaml", []byte(src)); len(ds) == 0 && s.Name == "" {
			t.Fatal("a system without a name")
		}
	})
}
