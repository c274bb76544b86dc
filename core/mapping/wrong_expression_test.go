package mapping

import (
	"errors"
	"strings"
	"testing"
)

// exampleWith is the example with one rule more, at line 9 from column 5 on.
func exampleWith(rule string) (old, new string) {
	return "{support: subject, engineering: summary}", "{support: subject, engineering: summary}\n  - " + rule
}

func wrongRule(reason, rule, want string) change {
	old, new := exampleWith(rule)
	return change{reason: reason, old: old, new: new, want: want}
}

// top is the example with further keys at its end, from line 24 on.
func top(reason, more, want string) change { return change{reason: reason, new: more, want: want} }

func TestWrongExpressions(t *testing.T) {
	for _, c := range wrongExpressions {
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

var wrongExpressions = []change{
	{"a text is no number", `'"bug" in item.tags'`, `'item.subject > 3'`, `support.yaml:4:74: sides.support.start: > does not take a text and a whole number`},
	{"a number is no text", `'"bug" in item.tags'`, `'item["Story points"].startsWith("a")'`, `support.yaml:4:92: sides.support.start: startsWith does not work on a number with a text`},
	{"a list is no text", `'"bug" in item.tags'`, `'item.tags == "bug"'`, `support.yaml:4:71: sides.support.start: == does not take a list of texts and a text`},
	{"a list is never null", `'"bug" in item.tags'`, `'item.tags != null'`, `support.yaml:4:71: sides.support.start: != does not take a list of texts and null; a list is never null, ask size(…) == 0`},
	{"a person is no text", `'"bug" in item.tags'`, `'item.requester == "ann"'`, `support.yaml:4:76: sides.support.start: == does not take a person and a text`},
	{"a person has three parts", `'"bug" in item.tags'`, `'item.requester.phone == "1"'`, `support.yaml:4:75: sides.support.start: phone is no part of a person; there are id, email and name`},
	{"a text has no fields", `'"bug" in item.tags'`, `'item.subject.length > 3'`, `support.yaml:4:73: sides.support.start: a text has no fields`},
	{"a time is no text", `'"bug" in item.tags'`, `'item.due_at > "2026-01-01"'`, `support.yaml:4:73: sides.support.start: > does not take a time and a text`},
	{"a function that is not there", `'"bug" in item.tags'`, `'item.subject.startWith("a")'`, `support.yaml:4:83: sides.support.start: 'startWith' is not known; an expression knows item and its fields (did you mean "startsWith"?)`},
	{"a pattern that is none", `'"bug" in item.tags'`, `'item.subject.matches("(")'`, "support.yaml:4:82: sides.support.start: is no pattern: missing closing ): `(`"},
	{"a date's pattern", `'"bug" in item.tags'`, `'dates.format(item.due_at, "DD.MM.yyyy", "UTC") == ""'`, `support.yaml:4:87: sides.support.start: bad pattern of a date: 'D' means nothing; there are yyyy MM dd HH mm ss`},
	{"a date's zone", `'"bug" in item.tags'`, `'dates.day(item.due_at, "Berlin") == ""'`, `support.yaml:4:84: sides.support.start: "Berlin" is no IANA time zone; write one like Europe/Berlin or UTC`},
	wrongRule("a computed value's type", `{engineering: Story Points, set: 'item["Story points"] + item.subject'}`, `support.yaml:9:60: rules[1].set: + does not take a number and a text`),
	wrongRule("two types in one condition", `{engineering: duedate, set: 'item.subject == "" ? item.due_at : "2026-01-01"'}`, `support.yaml:9:53: rules[1].set: both values of a condition must be of one type, here are a time and a text`),
	wrongRule("a condition that is none", `{support: Notes, engineering: duedate, flow: to-support, if: item.summary}`, `support.yaml:9:66: rules[1].if: a condition is true or false, this one is a text`),
	wrongRule("a condition about an unknown field", `{support: Notes, engineering: duedate, flow: to-support, if: 'item.sumary == ""'}`, `support.yaml:9:67: rules[1].if: engineering has no field "sumary" (did you mean "summary"?)`),
	wrongRule("a condition about the twin", `{support: Notes, engineering: duedate, flow: to-support, if: 'twin.summary == ""'}`, `support.yaml:9:67: rules[1].if: support has no field "summary"`),
	wrongRule("a condition for both ways that fits one", `{support: Story points, engineering: Story Points, if: 'item.subject == ""'}`, `support.yaml:9:61: rules[1].if: engineering has no field "subject"; if is asked both ways: for one way write flow: {engineering: …} in its place`),
	wrongRule("a condition names what it knows", `{support: Story points, engineering: Story Points, flow: to-engineering, if: 'value > 1'}`, `support.yaml:9:83: rules[1].if: 'value' is not known; an expression here knows item and its fields, twin and its fields`),
	wrongRule("a flow towards nobody", `{support: Story points, engineering: Story Points, flow: {enginering: true}}`, `support.yaml:9:63: rules[1].flow.enginering: there is no side "enginering"; the sides are support and engineering (did you mean "engineering"?)`),
	wrongRule("a flow that never is", `{support: Story points, engineering: Story Points, flow: {engineering: false}}`, `support.yaml:9:76: rules[1].flow.engineering: false would never hold; leave the side out`),
	wrongRule("a computed rule flows one way", `{engineering: Story Points, set: '1.0', flow: {support: true}}`, `support.yaml:9:51: rules[1].flow: a rule with set only goes to the side of its field, engineering (did you mean "to-engineering"?)`),
	wrongRule("a constant that is no option", `{engineering: priority, value: Hihg}`, `support.yaml:9:36: rules[1].value: priority of engineering has no option "Hihg"; there are: High, Highest, Low, Lowest, Medium (did you mean "High"?)`),
	wrongRule("a constant that is no value of the field", `{engineering: duedate, value: soon}`, `support.yaml:9:35: rules[1].value: "soon" is not a date like 2006-01-02, and duedate of engineering is a date`),
	wrongRule("a list for one value", `{engineering: duedate, value: [2026-01-01]}`, `support.yaml:9:35: rules[1].value: duedate holds one value, not a list`),
	wrongRule("a constant for two fields", `{support: type, engineering: duedate, value: x}`, `support.yaml:9:5: rules[1]: a rule with value has exactly one field, of the side it writes`),
	wrongRule("a constant beside what it would be", `{engineering: duedate, value: 2026-01-01, set: item.due_at}`, `support.yaml:9:35: rules[1].value: value has no meaning beside set; a rule has one of them`),
	wrongRule("a constant with a table", `{engineering: duedate, value: 2026-01-01, values: {a: b}}`, `support.yaml:9:55: rules[1].values: values has no meaning beside value`),
	wrongRule("an expression per side", `{support: Story points, engineering: Story Points, convert: {enginering: 'value * 2.0'}}`, `support.yaml:9:66: rules[1].convert.enginering: there is no side "enginering"; the sides are support and engineering (did you mean "engineering"?)`),
	wrongRule("an expression's type for the way", `{support: Story points, engineering: Story Points, convert: {engineering: 'value.trim()'}}`, `support.yaml:9:90: rules[1].convert.engineering: trim does not work on a number`),
	wrongRule("an expression's result", `{support: Story points, engineering: components, flow: to-engineering, convert: {engineering: 'value * 2.0'}}`, `support.yaml:9:99: rules[1].convert.engineering: components holds several values, so the expression must give a list, not a number`),
	wrongRule("an expression for a side that is not written", `{support: Story points, engineering: Story Points, flow: to-engineering, convert: {support: 'value * 2.0'}}`, `support.yaml:9:97: rules[1].convert.support: the rule writes nothing to support, so an expression for it has no meaning`),
	wrongRule("an expression beside a table", `{support: type, engineering: Story Points, values: {problem: 5}, flow: to-engineering, convert: {engineering: '1.0'}}`, `support.yaml:9:115: rules[1].convert.engineering: values says already what is written to engineering; say it in one of the two`),
	wrongRule("several fields and nothing between them", `{support: [type, Notes], engineering: duedate}`, `support.yaml:9:5: rules[1]: names several fields of one side and no join: the text that stands between their values on the other side`),
	wrongRule("something between one field", `{support: Notes, engineering: duedate, join: ' '}`, `support.yaml:9:50: rules[1].join: join is for several fields of one side and one of the other`),
	wrongRule("several fields on both sides", `{support: [type, Notes], engineering: [duedate, parent], join: ' '}`, `support.yaml:9:68: rules[1].join: join is for several fields of one side and one of the other`),
	wrongRule("several fields of nobody", `{support: [type, Notes], join: ' '}`, `support.yaml:9:5: rules[1]: names no field of engineering; join carries several fields of one side to one of the other`),
	wrongRule("one field twice", `{support: [type, type], engineering: duedate, join: ' '}`, `support.yaml:9:15: rules[1].support: names something twice`),
	wrongRule("a field that is no text", `{support: [type, requester], engineering: duedate, join: ' ', flow: to-engineering}`, `support.yaml:9:22: rules[1].support[1]: join is for texts, numbers, days and options, and requester of support is a user`),
	wrongRule("a field that is not there", `{support: [type, Nots], engineering: duedate, join: ' '}`, `support.yaml:9:22: rules[1].support[1]: support has no field "Nots" (did you mean "Notes"?)`),
	wrongRule("a table beside join", `{support: [type, Notes], engineering: duedate, join: ' ', values: {a: b}}`, `support.yaml:9:71: rules[1].values: values has no meaning beside join, which carries texts`),
	wrongRule("a part with another rule", `{support: [type, priority], engineering: duedate, join: ' '}`, `support.yaml:11:14: rules[3].support: priority of support is already written by rules[1]; two rules for one field would fight`),
	wrongRule("a part that cannot be written", `{support: [type, description], engineering: duedate, join: ' '}`, `support.yaml:9:22: rules[1].support[1]: description cannot be written; add flow: to-engineering`),
	wrongRule("a table nobody wrote", `{support: type, engineering: Story Points, values: points}`, `support.yaml:9:56: rules[1].values: there is no table "points"; write it under tables`),
	top("a function's head", "functions: {severity: p}\n", `support.yaml:24:13: functions.severity: "severity" is no head of a function; write a name and what it takes, like severity(priority)`),
	top("a function that takes something twice", "functions: {\"f(a, a)\": a}\n", `support.yaml:24:13: functions["f(a, a)"]: f takes a twice`),
	top("a function called like another", "functions: {f(a): a, \"f(b, c)\": b}\n", `support.yaml:24:22: functions["f(b, c)"]: there is a function f already, in support.yaml:24:19`),
	top("a function called like what there is", "functions: {size(a): a}\n", `support.yaml:24:13: functions["size(a)"]: size is known to every expression already; give the function another name`),
	top("a function reads no item", "functions: {f(a): 'a + item.subject'}\n", `support.yaml:24:24: functions["f(a)"]: a function knows only what it takes; let it take item's field and hand that over in the call`),
	top("a function knows what it takes", "functions: {f(a): a + b}\n", `support.yaml:24:23: functions["f(a)"]: 'b' is not known; an expression here knows a`),
	top("a function calls none that comes later", "functions: {f(a): g2(a), g2(a): a}\n", `support.yaml:24:21: functions["f(a)"]: g2 is not known yet; a function calls only those written before it`),
	top("a function does not call itself", "functions: {f2(a): f2(a)}\n", `support.yaml:24:22: functions["f2(a)"]: f2 is not known yet; a function calls only those written before it`),
	top("a function's own mistake", "functions: {f(a): 'a.trim() + 1'}\n", `support.yaml:24:29: functions["f(a)"]: + does not take a text and a whole number`),
}

func TestWrongCalls(t *testing.T) {
	for _, c := range []struct{ reason, functions, start, want string }{
		{"too little for a function", `{"both(a, b)": a && b}`, `both(item.Escalated)`, `support.yaml:4:65: sides.support.start: both takes 2 values (a, b), given is 1`},
		{"a function mistyped", `{severity(p): p == "urgent"}`, `sevrity(item.priority)`, `support.yaml:4:68: sides.support.start: 'sevrity' is not known; an expression knows item and its fields (did you mean "severity"?)`},
		{"what is given does not fit the body: both places are told", `{long(t): t.size() > 3}`, `long(item.due_at)`, `support.yaml:4:65: sides.support.start: long cannot be called with this: size does not work on a time (in its body, support.yaml:6:28)`},
		{"through two functions", `{long(t): t.size() > 3, "both(a, b)": long(a) && long(b)}`, `both(item.subject, item["Story points"])`, `support.yaml:4:65: sides.support.start: both cannot be called with this: size does not work on a number (in its body, support.yaml:6:65)`},
		{"what fits", `{long(t): t.size() > 3}`, `long(item.subject)`, ""},
		{"a field within a call", `{long(t): t.size() > 3}`, `long(item.subjekt)`, `support.yaml:4:66: sides.support.start: support has no field "subjekt" (did you mean "subject"?)`},
		{"what would become too large", `{a(x): x + x + x + x + x + x + x + x, b(x): a(a(x)), c(x): b(b(x))}`, `c(item.subject) != ""`, `support.yaml:6:71: functions["c(x)"]: the expression becomes too large when its functions are written out`},
	} {
		t.Run(c.reason, func(t *testing.T) {
			src := strings.Replace(example, "conflicts: latest ", "functions: "+c.functions+"\nconflicts: latest ", 1)
			src = strings.Replace(src, `'"bug" in item.tags'`, "'"+c.start+"'", 1)
			_, ds := Compile("support.yaml", []byte(src), testEnv())
			if got := ds.Error(); got != c.want {
				t.Errorf("says:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

func TestWrongIncludes(t *testing.T) {
	for _, c := range []struct{ reason, shared, want string }{
		{"a file that is not there", "", `support.yaml:24:11: include[0]: the file "shared/all.yaml" cannot be read: not there`},
		{"broken YAML is told with the file's own place", "rules: [}\n", `shared/all.yaml:1:8: is no valid YAML or JSON: sequence end token ']' not found`},
		{"a key that is not for shared files", "sides: {}\n", `shared/all.yaml:1:1: sides: there is no such key here; there are: functions, rules, tables`},
		{"a rule's mistake is told where it stands", "tables:\n  states: {open: To Do}\nrules:\n  - {support: status, engineering: status, values: states}\n  - {support: type, engineering: sumary}\n", `shared/all.yaml:4:5: rules[0]: says the same fields as rules[3]; one pair of fields has one rule
shared/all.yaml:5:34: rules[1].engineering: engineering has no field "sumary" (did you mean "summary"?)`},
		{"an option of a shared table", "tables:\n  states: {opne: To Do}\nrules:\n  - {support: Regions, engineering: components, values: states}\n", `shared/all.yaml:2:12: tables.states.opne: Regions of support has no option "opne"; there are: east, north, south
shared/all.yaml:2:18: tables.states.opne: components of engineering has no option "To Do"; there are: billing, login, vip`},
		{"a shared expression", "rules:\n  - engineering: Story Points\n    set: item.subjct\n", `shared/all.yaml:3:10: rules[0].set: support has no field "subjct" (did you mean "subject"?)`},
		{"a rule that is here already", "rules:\n  - {support: subject, engineering: summary}\n", `shared/all.yaml:2:5: rules[0]: says the same fields as rules[0]; one pair of fields has one rule`},
		{"a function that is here already", "functions: {f(a): a}\n", `support.yaml:25:13: functions["f(x)"]: there is a function f already, in shared/all.yaml:1:19`},
		{"no rule of ours", "rules:\n  - {support: subject, engineering: duedate, when: never}\n", `shared/all.yaml:2:52: rules[0].when: "never" is not one of: always, create, update, once`},
	} {
		t.Run(c.reason, func(t *testing.T) {
			env := testEnv()
			people := env.Read
			env.Read = func(path string) ([]byte, error) {
				switch {
				case path != "shared/all.yaml":
					return people(path)
				case c.shared == "":
					return nil, errors.New("not there")
				}
				return []byte(c.shared), nil
			}
			_, ds := Compile("support.yaml", []byte(example+"include: [shared/all.yaml]\nfunctions: {f(x): x}\n"), env)
			if got := ds.Error(); got != c.want {
				t.Errorf("says:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}
