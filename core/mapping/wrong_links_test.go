package mapping

import (
	"testing"

	"duplex/core"
)

// linksEnv is the test world with attributes, references and sets of references.
func linksEnv() Env {
	env := testEnv()
	describe := env.Describe
	env.Describe = func(system, typ string, scope map[string]string) (*Description, bool) {
		d, ok := describe(system, typ, scope)
		if !ok {
			return d, ok
		}
		more := []Field{{Name: "requester.email", Kind: core.KindString, ReadOnly: true}, {Name: "problem_id", Kind: core.KindReference},
			{Name: "related", Kind: core.KindSet, Of: core.KindReference}}
		if system == "jira-acme" {
			more = []Field{{Name: "links.blocks", Kind: core.KindSet, Of: core.KindReference}, {Name: "Customer", Kind: core.KindString}}
		}
		return &Description{Fields: append(append([]Field(nil), d.Fields...), more...)}, true
	}
	return env
}

func TestWrongLinksAndAttributes(t *testing.T) {
	for _, c := range wrongLinks {
		t.Run(c.reason, func(t *testing.T) {
			m, ds := Compile("support.yaml", []byte(c.of(t, example)), linksEnv())
			if m != nil {
				t.Error("compiles all the same")
			}
			if got := ds.Error(); got != c.want {
				t.Errorf("says:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// ruleBefore is a line of the example before which a rule is put.
const ruleBefore = "  - {support: subject, engineering: summary}\n"

var wrongLinks = []change{
	{"an attribute is read only", ruleBefore, ruleBefore + "  - {support: requester.email, engineering: Customer}\n",
		`support.yaml:9:15: rules[1].support: requester.email cannot be written; add flow: to-engineering`},
	{"an attribute that the system does not have", ruleBefore, ruleBefore + "  - {support: requester.mail, engineering: Customer, flow: to-engineering}\n",
		`support.yaml:9:15: rules[1].support: support has no field "requester.mail" (did you mean "requester.email"?)`},
}
