package mapping

import "testing"

func TestWrongValues(t *testing.T) {
	for _, c := range wrongValues {
		t.Run(c.reason, func(t *testing.T) {
			m, ds := Compile("support.yaml", []byte(c.of(t, example)), testEnv())
			if m != nil {
				t.Error("compiles all the same")
			}
			if got := ds.Error(); got != c.want {
				t.Errorf("says:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

var wrongValues = []change{
	{"a table per side names sides", "values: {open: To Do, pending: In Progress, solved: Done}", "values: {enginering: {open: To Do}}",
		`support.yaml:14:53: rules[3].values.enginering: there is no side "enginering"; the sides are support and engineering (did you mean "engineering"?)`},
	{"a table per side has nothing beside the sides", "values: {open: To Do, pending: In Progress, solved: Done}", "values: {engineering: {open: To Do}, solved: Done}",
		`support.yaml:14:66: rules[3].values.engineering: is a table within a table; a table per written side has the keys support and engineering and nothing beside them`},
	{"a table towards a side checks its own direction's options", "values: {open: To Do, pending: In Progress, solved: Done}", "values: {support: {open: To Do}}",
		`support.yaml:14:63: rules[3].values.support.open: status of engineering has no option "open"; there are: Done, In Progress, To Do
support.yaml:14:69: rules[3].values.support.open: status of support has no option "To Do"; there are: closed, hold, new, open, pending, solved`},
	{"a table for a side that is not written", "{support: tags, engineering: labels, as: set}", "{support: tags, engineering: labels, as: set, flow: to-engineering, values: {support: {a: b}}}",
		`support.yaml:16:91: rules[5].values.support: the rule writes nothing to support, so a table for it has no meaning`},
	{"nothing in a set is no value", "deletes:     {support: note, engineering: unlink}", "deletes:     {support: {close: {status: ~}}}",
		`support.yaml:22:41: deletes.support.close.status: must be text or a number or true or false, here is nothing`},
	{"add-only is about sets", "{support: subject, engineering: summary}", "{support: subject, engineering: summary, as: add-only}",
		`support.yaml:8:50: rules[0].as: add-only is for fields that hold sets, and subject is a string
support.yaml:8:50: rules[0].as: add-only is for fields that hold sets, and summary is a string`},
}
