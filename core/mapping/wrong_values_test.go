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
	{"round is about numbers", "as: set}", "as: set}\n  - {support: type, engineering: Story Points, values: {problem: 5}, flow: to-support, round: 2}\n  - {support: due_at, engineering: duedate, round: 2}",
		`support.yaml:18:52: rules[7].round: round is for numbers, and due_at is a datetime`},
	{"so many decimals", "engineering: summary}", "engineering: summary}\n  - {support: Story points, engineering: Story Points, round: 12}",
		`support.yaml:9:63: rules[1].round: must be at most 9`},
	{"a part of a decimal", "engineering: summary}", "engineering: summary}\n  - {support: Story points, engineering: Story Points, round: 1.5}",
		`support.yaml:9:63: rules[1].round: must be a whole number, here is a number`},
	{"a zone nobody knows", "engineering: summary}", "engineering: summary}\n  - {support: due_at, engineering: duedate, zone: Berlin}",
		`support.yaml:9:51: rules[1].zone: "Berlin" is no IANA time zone; write one like Europe/Berlin or UTC`},
	{"a time of day there is not", "engineering: summary}", "engineering: summary}\n  - {support: due_at, engineering: duedate, at: 25:00}",
		`support.yaml:9:49: rules[1].at: "25:00" must be a time of day like "17:00", in quotes`},
	{"a zone is about days and times", "engineering: summary}", "engineering: summary, zone: UTC}",
		`support.yaml:8:52: rules[0].zone: zone is for a rule between a day and a time; subject of support is a string, summary of engineering is a string`},
	{"a zone beside set", "    flow: to-engineering\n", "    zone: UTC\n",
		`support.yaml:18:11: rules[6].zone: zone has no meaning beside set; say it in the expression`},
	{"a name is tried last", "users: [email,", "users: [name, email,",
		`support.yaml:15:56: rules[4].users[0]: a name is tried last, because it names nobody for sure; write it at the end`},
	{"what is done about strangers", "default: {engineering: triage@acme.example}}", "unknown: leave}",
		`support.yaml:15:95: rules[4].unknown: "leave" is not one of: park, keep`},
	{"strangers on a side that is not there", "default: {engineering: triage@acme.example}}", "unknown: {enginering: keep}}",
		`support.yaml:15:96: rules[4].unknown.enginering: there is no side "enginering"; the sides are support and engineering (did you mean "engineering"?)`},
	{"a field for names that holds none", "default: {engineering: triage@acme.example}}", "unknown: {engineering: {field: labels}}}",
		`support.yaml:15:117: rules[4].unknown.engineering.field: labels of engineering is a set of string; a name goes into a field that holds text
support.yaml:16:34: rules[5].engineering: labels of engineering is already written by rules[4].unknown.engineering.field; two rules for one field would fight`},
	{"a field for names that is not there", "default: {engineering: triage@acme.example}}", "unknown: {engineering: {field: sumary}}}",
		`support.yaml:15:117: rules[4].unknown.engineering.field: engineering has no field "sumary" (did you mean "summary"?)`},
	{"a field for names that a rule writes", "default: {engineering: triage@acme.example}}", "unknown: {engineering: {field: summary}}}",
		`support.yaml:15:117: rules[4].unknown.engineering.field: summary of engineering is already written by rules[0]; two rules for one field would fight`},
	{"a policy for strangers names a field", "default: {engineering: triage@acme.example}}", "unknown: {engineering: {name: summary}}}",
		`support.yaml:15:109: rules[4].unknown.engineering: field is missing: The text field that holds the name
support.yaml:15:110: rules[4].unknown.engineering.name: there is no such key here; there are: field`},
	{"strangers are people", "as: set}", "as: set, unknown: keep}",
		`support.yaml:16:60: rules[5].unknown: unknown is for fields that hold people`},
	{"a further field that is not there", "solved: Done}}", "solved: Done}, also: {engineering: {resolutoin: '\"x\"'}}}",
		`support.yaml:14:124: rules[3].also.engineering.resolutoin: engineering has no field "resolutoin"`},
	{"a further field's option", "solved: Done}}", "solved: Done}, also: {engineering: {components: 'value == \"Done\" ? [\"vpi\"] : []'}}}",
		`support.yaml:14:156: rules[3].also.engineering.components: components of engineering has no option "vpi"; there are: billing, login, vip (did you mean "vip"?)
support.yaml:17:18: rules[6].engineering: components of engineering is already written by rules[3].also.engineering.components; two rules for one field would fight`},
	{"a further field that a rule writes", "solved: Done}}", "solved: Done}, also: {engineering: {summary: '\"x\"'}}}",
		`support.yaml:14:124: rules[3].also.engineering.summary: summary of engineering is already written by rules[0]; two rules for one field would fight`},
	{"a rule that writes what another one writes also", "solved: Done}}", "solved: Done}, also: {engineering: {assignee: 'null'}}}",
		`support.yaml:15:38: rules[4].engineering: assignee of engineering is already written by rules[3].also.engineering.assignee; two rules for one field would fight`},
	{"the rule's own field", "solved: Done}}", "solved: Done}, also: {engineering: {status: '\"x\"'}}}",
		`support.yaml:14:124: rules[3].also.engineering.status: status is what the rule itself writes; also is for other fields`},
	{"a further field that cannot be written", "solved: Done}}", "solved: Done}, also: {support: {created_at: 'null'}}}",
		`support.yaml:14:120: rules[3].also.support.created_at: created_at cannot be written`},
	{"a further field of a side that is not written", "solved: Done}}", "solved: Done}, flow: to-support, also: {engineering: {duedate: 'null'}}}",
		`support.yaml:14:141: rules[3].also.engineering: the rule writes nothing to engineering, so there is nothing to write also`},
	{"further fields beside a set", "engineering: labels, as: set", "engineering: labels, as: set, also: {engineering: {duedate: 'null'}}",
		`support.yaml:16:57: rules[5].also: also has no meaning beside as: set, which writes element by element`},
	{"a further field's expression", "solved: Done}}", "solved: Done}, also: {engineering: {duedate: 'value +'}}}",
		`support.yaml:14:141: rules[3].also.engineering.duedate: the expression ends too early`},
}
