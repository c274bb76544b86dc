package mapping

import (
	"strings"
	"testing"
)

// change is the example with one thing made wrong.
type change struct {
	reason   string
	old, new string // in the example; old "" appends, "*" replaces all
	want     string // every diagnostic, one a line; KEYS are those of rules
}

// of is the source with the change made; the old text must be there exactly once, so that no case tests nothing.
func (c change) of(t *testing.T, source string) string {
	t.Helper()
	switch c.old {
	case "":
		return source + c.new
	case "*":
		return c.new
	}
	if strings.Count(source, c.old) != 1 {
		t.Fatalf("%q is %d times in the example", c.old, strings.Count(source, c.old))
	}
	return strings.Replace(source, c.old, c.new, 1)
}

func TestWrongConnectionFiles(t *testing.T) {
	for _, c := range wrongConnections {
		t.Run(c.reason, func(t *testing.T) {
			m, ds := Compile("support.yaml", []byte(c.of(t, example)), testEnv())
			if m != nil {
				t.Error("compiles all the same")
			}
			if got := ds.Error(); got != strings.ReplaceAll(c.want, "KEYS", strings.Join(ruleKeys, ", ")) {
				t.Errorf("says:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

var wrongConnections = []change{
	{"an empty file", "*", "",
		`support.yaml: is empty`},
	{"a comment is no content", "*", "# nothing\n",
		`support.yaml: is empty`},
	{"broken YAML is told with its place", "*", "connection: x\nsides: {a: [}\n",
		`support.yaml:2:13: is no valid YAML or JSON: could not find '{' character corresponding to '}'`},
	{"a list is no connection", "*", "- a\n- b\n",
		`support.yaml:1:1: must be a block of keys, here is a list`},
	{"one file, one connection", "", "---\nconnection: other\n",
		`support.yaml:25:1: holds more than one document; write one file for each`},
	{"aliases hide what a file says", "sweep: 15m", "sweep: &s 15m",
		`support.yaml:23:8: sweep: anchors and aliases are not read here; write the value out`},
	{"a key twice", "sweep: 15m", "sweep: 15m\nsweep: 30m",
		`support.yaml:24:1: sweep: is written twice, first in line 23`},
	{"a key nobody knows is not dropped silently", "conflicts: latest ", "conflict: latest ",
		`support.yaml:6:1: conflict: there is no such key here (did you mean "conflicts"?)`},
	{"a connection has a name", "connection: support-escalation\n", "",
		`support.yaml:2:1: connection is missing: The connection's name; it never changes, because pairs are named after it`},
	{"a name goes into workflow ids", "connection: support-escalation", "connection: Support Escalation",
		`support.yaml:2:13: connection: "Support Escalation" must be lower-case letters, digits and hyphens, at most 63`},
	{"two sides, not three", "conflicts: latest ", "  third: {system: jira-acme, type: issue}\nconflicts: latest ",
		`support.yaml:4:3: sides: a connection has exactly two sides, here are 3`},
	{"a side's name is checked as a key", "  support:     {", "  Support:     {",
		`support.yaml:4:3: sides.Support: the name "Support" must be lower-case letters, digits and hyphens, at most 63`},
	{"a side cannot be called like a key of rules", "  support:     {", "  flow:     {",
		`support.yaml:4:3: sides.flow: a side cannot be called flow, the word has another meaning in rules`},
	{"a side needs its system", "{system: jira-acme, type: issue, scope", "{type: issue, scope",
		`support.yaml:5:16: sides.engineering: system is missing: The system's name, as its file says`},
	{"a system nobody defined", "system: jira-acme", "system: jira-acne",
		`support.yaml:5:25: sides.engineering.system: there is no system "jira-acne"; there are: jira-acme, zendesk-acme (did you mean "jira-acme"?)`},
	{"nothing would ever start", `start: '"bug" in item.tags'`, "start: false",
		`support.yaml:4:3: sides: no side has a start, so no item would ever enter the sync; add start: true or a condition to one side`},
	{"a condition that does not parse", `'"bug" in item.tags'`, `'"bug" in '`,
		`support.yaml:4:70: sides.support.start: the expression ends too early`},
	{"a condition about an unknown field", `'"bug" in item.tags'`, `'"bug" in item.tag'`,
		`support.yaml:4:70: sides.support.start: support has no field "tag" (did you mean "tags"?)`},
	{"a condition that is no condition", `'"bug" in item.tags'`, `'1 + 1'`,
		`support.yaml:4:60: sides.support.start: a start condition is true or false, this one is a whole number`},
	{"a condition about an unknown variable", `'"bug" in item.tags'`, `'"bug" in tags'`,
		`support.yaml:4:70: sides.support.start: 'tags' is not known; an expression knows item and its fields`},
	{"the item as a whole is not data", `'"bug" in item.tags'`, `'size(item) > 2'`,
		`support.yaml:4:66: sides.support.start: item can only be read field by field: item.subject or item["Story points"]`},
	{"has is answered by null", `'"bug" in item.tags'`, `'has(item.tags)'`,
		`support.yaml:4:64: sides.support.start: has is not known here; ask item.x != null`},
	{"there is no clock", `'"bug" in item.tags'`, `'item.due_at < now()'`,
		`support.yaml:4:78: sides.support.start: 'now' is not known; an expression knows item and its fields`},
	{"an element cannot hide the item", `'"bug" in item.tags'`, `'item.tags.exists(item, item == "bug")'`,
		`support.yaml:4:77: sides.support.start: item is the work item; give the element another name`},
	{"a policy that names nobody", "conflicts: latest ", "conflicts: suport ",
		`support.yaml:6:12: conflicts: "suport" does not say who wins; it is one of: latest, support, engineering, park (did you mean "support"?)`},
	{"a rule's own policy", "    conflict: support", "    conflict: newest",
		`support.yaml:13:15: rules[2].conflict: "newest" does not say who wins; it is one of: latest, support, engineering, park, merge, or {choose: an expression}`},
	{"rules cannot be empty", "*", "connection: x\nsides:\n  a: {system: zendesk-acme, type: ticket, start: true}\n  b: {system: jira-acme, type: issue}\nrules: []\n",
		`support.yaml:5:8: rules: must not be empty`},
	{"an unknown field with the nearest right one", "engineering: summary", "engineering: sumary",
		`support.yaml:8:37: rules[0].engineering: engineering has no field "sumary" (did you mean "summary"?)`},
	{"a side's name mistyped in a rule", "{support: subject,", "{suport: subject,",
		`support.yaml:8:6: rules[0].suport: is neither a side nor a key of rules; the sides are support and engineering (did you mean "support"?)`},
	{"a key mistyped in a rule", "flow: to-engineering, when: create}", "flwo: to-engineering, when: create}",
		`support.yaml:9:54: rules[1].flwo: is neither a side nor a key of rules; the sides are support and engineering (did you mean "flow"?)`},
	{"a rule with one field", "{support: subject, engineering: summary}", "{engineering: summary}",
		`support.yaml:8:5: rules[0]: names no field of support; a rule names one field per side, or has set`},
	{"a flow that names a side, not a direction", "flow: to-engineering, when", "flow: engineering, when",
		`support.yaml:9:60: rules[1].flow: "engineering" is no flow; it is one of: both, to-support, to-engineering (did you mean "to-engineering"?)`},
	{"a moment that does not exist", "when: create", "when: created",
		`support.yaml:9:82: rules[1].when: "created" is not one of: always, create, update, once (did you mean "create"?)`},
	{"a read-only field is no target", "engineering: summary}", "engineering: summary}\n  - {support: created_at, engineering: duedate}",
		`support.yaml:9:15: rules[1].support: created_at cannot be written; add flow: to-engineering`},
	{"a field that is set once only", "flow: to-engineering, when: create}", "flow: both}",
		`support.yaml:9:15: rules[1].support: description can only be set when the item is created; add flow: to-support and when: create, or a flow that does not write it`},
	{"an option of the first side mistyped", "urgent: Highest", "urgnet: Highest",
		`support.yaml:12:14: rules[2].values.urgnet: priority of support has no option "urgnet"; there are: high, low, normal, urgent (did you mean "urgent"?)`},
	{"an option of the second side mistyped", "low: Low", "low: Lwo",
		`support.yaml:12:64: rules[2].values.low: priority of engineering has no option "Lwo"; there are: High, Highest, Low, Lowest, Medium (did you mean "Low"?)`},
	{"a table value that cannot be a value of the field", "engineering: summary}", "engineering: summary}\n  - {support: type, engineering: Story Points, values: {problem: five}}",
		`support.yaml:9:66: rules[1].values.problem: "five" is not a number, and Story Points of engineering is a number`},
	{"a table is of scalars", "low: Low}", "low: [Low]}",
		`support.yaml:12:64: rules[2].values.low: must be one value, ~ to leave the other side as it is, or a table per written side, here is a list`},
	{"an empty table", "values: {open: To Do, pending: In Progress, solved: Done}", "values: {}",
		`support.yaml:14:52: rules[3].values: must not be empty`},
	{"kinds that do not meet", "engineering: summary}", "engineering: summary}\n  - {support: Escalated, engineering: duedate}",
		`support.yaml:9:5: rules[1]: Escalated of support (a bool) cannot become duedate of engineering (a date): use values or set
support.yaml:9:5: rules[1]: duedate of engineering (a date) cannot become Escalated of support (a bool): use values or set`},
	{"one value is no set", "engineering: summary}", "engineering: summary}\n  - {support: Notes, engineering: components, flow: to-engineering}",
		`support.yaml:9:5: rules[1]: Notes of support (a text) cannot become components of engineering (a set of option): make a list with set, for example set: '[item.x]'`},
	{"a reference means nothing elsewhere", "engineering: summary}", "engineering: summary}\n  - {support: type, engineering: parent, flow: to-support}",
		`support.yaml:9:5: rules[1]: parent of engineering (a reference) cannot become type of support (an option): a reference names an item of its own system; it can only go to text`},
	{"as: set on text", "engineering: labels, as: set", "engineering: labels, as: list",
		`support.yaml:16:46: rules[5].as: "list" is not one of: set, add-only, link`},
	{"as: set is for sets", "{support: subject, engineering: summary}", "{support: subject, engineering: summary, as: set}",
		`support.yaml:8:50: rules[0].as: set is for fields that hold sets, and subject is a string
support.yaml:8:50: rules[0].as: set is for fields that hold sets, and summary is a string`},
	{"users on labels", "as: set}", "as: set, users: [email]}",
		`support.yaml:16:58: rules[5].users: users is for fields that hold people, and labels of engineering is a set of string
support.yaml:16:58: rules[5].users: users is for fields that hold people, and tags of support is a set of string`},
	{"a way of matching nobody knows", "users: [email,", "users: [mail,",
		`support.yaml:15:56: rules[4].users[0]: "mail" is not one of: email, name (did you mean "email"?)`},
	{"a default for a stranger", "default: {engineering:", "default: {enginering:",
		`support.yaml:15:96: rules[4].default.enginering: there is no side "enginering"; the sides are support and engineering (did you mean "engineering"?)`},
	{"a default for a side that is not written", "flow: to-engineering, when: create}", "flow: to-engineering, when: create, default: {support: x}}",
		`support.yaml:9:109: rules[1].default.support: the rule writes nothing to support, so a default for it has no meaning`},
	{"a default that is no option", "    conflict: support", "    conflict: support\n    default: {engineering: Hihg}",
		`support.yaml:14:28: rules[2].default.engineering: priority of engineering has no option "Hihg"; there are: High, Highest, Low, Lowest, Medium (did you mean "High"?)`},
	{"one field, two writers", "as: set}", "as: set}\n  - {support: type, engineering: summary, flow: to-engineering}",
		`support.yaml:17:34: rules[6].engineering: summary of engineering is already written by rules[0]; two rules for one field would fight`},
	{"the same rule twice", "as: set}", "as: set}\n  - {support: subject, engineering: summary}",
		`support.yaml:17:5: rules[6]: says the same fields as rules[0]; one pair of fields has one rule`},
	{"set needs one field", "  - engineering: components", "  - support: tags\n    engineering: components",
		`support.yaml:17:5: rules[6]: a rule with set has exactly one field, of the side it writes; the expression reads the other side's item`},
	{"set goes one way", "    flow: to-engineering\n", "    flow: both\n",
		`support.yaml:18:11: rules[6].flow: a rule with set only goes to the side of its field, engineering (did you mean "to-engineering"?)`},
	{"set beside a table", "    flow: to-engineering\n", "    values: {a: b}\n",
		`support.yaml:18:13: rules[6].values: values has no meaning beside set; say it in the expression`},
	{"an expression's option mistyped", `["vip"] : []`, `["vpi"] : []`,
		`support.yaml:19:44: rules[6].set: components of engineering has no option "vpi"; there are: billing, login, vip (did you mean "vip"?)`},
	{"an expression's type", `? ["vip"] : []`, `? "vip" : ""`,
		`support.yaml:19:10: rules[6].set: components holds several values, so the expression must give a list, not a text`},
	{"an expression about an unknown field, by index", `item.organization ==`, `item["organisation"] ==`,
		`support.yaml:19:16: rules[6].set: support has no field "organisation" (did you mean "organization"?)`},
	{"a place inside a block", `set: 'item.organization == "Globex" ? ["vip"] : []'`, "set: |\n      item.organization == \"Globex\"\n        ? [item.nonsense] : []\n",
		`support.yaml:21:12: rules[6].set: support has no field "nonsense"`},
	{"a place after a quote within quotes", `'item.organization == "Globex" ? ["vip"] : []'`, `'item.organization == ''Globex'' ? [item.nonsense] : []'`,
		`support.yaml:19:46: rules[6].set: support has no field "nonsense"`},
	{"nothing becomes public by a slip", "private: keep", "private: publish",
		`support.yaml:20:36: comments.private: "publish" is not one of: keep, stop`},
	{"publish names a side", "private: keep", "private: keep, publish: customers",
		`support.yaml:20:51: comments.publish: there is no side "customers"; the sides are support and engineering`},
	{"publish against the flow", "comments:    {flow: both,", "comments:    {publish: engineering, flow: to-engineering,",
		`support.yaml:20:24: comments.publish: nothing flows from engineering here, so nothing of it can be published`},
	{"a header knows three words", "'{author} ({system}):'", "'{autor} ({system}):'",
		`support.yaml:20:50: comments.header: {autor} is not known in a header; there are: {author}, {system}, {time} (did you mean "{author}"?)`},
	{"a size without a unit", "25MB", "25",
		`support.yaml:21:37: attachments.max_size: "25" must be a size like 25MB`},
	{"a type of file", "max_size: 25MB", "types: [png]",
		`support.yaml:21:35: attachments.types[0]: "png" is no media type; write one like image/* or application/pdf`},
	{"a delete policy nobody knows", "engineering: unlink", "engineering: unlnk",
		`support.yaml:22:43: deletes.engineering: "unlnk" is not one of: ignore, unlink, note, close, delete (did you mean "unlink"?)`},
	{"a delete policy for a stranger", "{support: note,", "{suport: note,",
		`support.yaml:22:15: deletes.suport: there is no side "suport"; the sides are support and engineering (did you mean "support"?)`},
	{"a match by a field that is not there", "sweep: 15m", "match: {support: subjekt, engineering: key}",
		`support.yaml:23:18: match.support: zendesk-acme has no field "subjekt" (did you mean "subject"?)`},
	{"a match by a field that names nothing", "sweep: 15m", "match: {support: status, engineering: key}",
		`support.yaml:23:18: match.support: a field of kind option cannot name an item; use a field that holds plain text or a number`},
	{"a match without a field", "sweep: 15m", "match: {support: id, engineering: key}",
		`support.yaml:23:8: match: one of the two has to be a field that holds the id or key of the other side's item`},
	{"a match of a side that is not there", "sweep: 15m", "match: {suport: subject, engineering: key}",
		`support.yaml:23:9: match.suport: there is no side "suport"; the sides are support and engineering (did you mean "support"?)`},
	{"a match of one side", "sweep: 15m", "match: {support: subject}",
		`support.yaml:23:8: match: must name a field for each of the two sides`},
	{"a sweep that is no time", "sweep: 15m", "sweep: often",
		`support.yaml:23:8: sweep: "often" must be a duration like 15m, or off`},
	{"a sweep too rare", "sweep: 15m", "sweep: 48h",
		`support.yaml:23:8: sweep: must be at most 24h: a lost webhook would go unnoticed for too long`},
	{"close alone closes nothing", "{support: note,", "{support: close,",
		`support.yaml:22:24: deletes.support: close has to say which fields of support mean closed (did you mean "{close: {status: solved}}"?)`},
	{"close names fields there are", "{support: note,", "{support: {close: {statu: solved}},",
		`support.yaml:22:33: deletes.support.close.statu: support has no field "statu" (did you mean "status"?)`},
	{"close names options there are", "{support: note,", "{support: {close: {status: solvd}},",
		`support.yaml:22:41: deletes.support.close.status: status of support has no option "solvd"; there are: closed, hold, new, open, pending, solved (did you mean "solved"?)`},
	{"close sets one value, not many", "{support: note,", "{support: {close: {tags: gone}},",
		`support.yaml:22:33: deletes.support.close.tags: tags holds several values; name a field that holds one, such as the status`},
	{"a policy block is close", "{support: note,", "{support: {shut: {status: solved}},",
		`support.yaml:22:24: deletes.support: close is missing: The fields to set on the item that is left, before a note is left on it and the pair ends
support.yaml:22:25: deletes.support.shut: there is no such key here; there are: close`},
	{"a brake is a share", "sweep: 15m", "brakes: {deleted: 1.5}",
		`support.yaml:23:19: brakes.deleted: "1.5" must be a share like 10%, or off`},
	{"a share of nothing would stop at once", "sweep: 15m", "brakes: {changed: 0%}",
		`support.yaml:23:19: brakes.changed: "0%" must be a share like 10%, or off`},
	{"a brake nobody knows", "sweep: 15m", "brakes: {deletd: 10%}",
		`support.yaml:23:10: brakes.deletd: there is no such key here (did you mean "deleted"?)`},
	{"a hold that is no time", "sweep: 15m", "brakes: {hold: 5}",
		`support.yaml:23:16: brakes.hold: "5" must be a duration like 1m, or 0s`},
	{"a hold too long", "sweep: 15m", "brakes: {hold: 48h}",
		`support.yaml:23:16: brakes.hold: must be at most 24h: a deletion would look as if it were not carried`},
	{"brakes are off or set", "sweep: 15m", "brakes: none",
		`support.yaml:23:9: brakes: "none" is not known here; it can be off`},
	{"problems are told on a side", "sweep: 15m", "problems: {suport: note}",
		`support.yaml:23:12: problems.suport: there is no side "suport"; the sides are support and engineering (did you mean "support"?)`},
	{"a problem field has to exist", "sweep: 15m", "problems: {support: {field: subjekt}}",
		`support.yaml:23:29: problems.support.field: support has no field "subjekt" (did you mean "subject"?)`},
	{"a problem field that a rule syncs would tell the other side", "sweep: 15m", "problems: {support: {field: subject}}",
		`support.yaml:23:29: problems.support.field: subject is used by a rule, so the problem would be synced; name a field of its own, or write note`},
	{"a problem field has to hold text", "sweep: 15m", "problems: {support: {field: priority}}",
		`support.yaml:23:29: problems.support.field: priority does not hold text; name a text field, or write note`},
	{"problems are told in a note or a field", "sweep: 15m", "problems: {support: loud}",
		`support.yaml:23:21: problems.support: "loud" is not one of: note`},
	{"a create that Zendesk would refuse", "{system: jira-acme, type: issue,", "{system: jira-acme, start: true, type: issue,",
		`support.yaml:4:16: sides.support: a new ticket needs the field "description", and neither a rule nor the scope gives it`},
	{"a create that Jira would refuse", "  - {support: subject, engineering: summary}\n", "",
		`support.yaml:5:16: sides.engineering: a new issue needs the field "summary", and neither a rule nor the scope gives it`},
	{"everything at once, by position", "*", "connection: x\nsides:\n  a: {system: zendesk-acme, type: ticket, start: true}\n  b: {system: jira-acm, type: issue}\nrules:\n  - {a: subjct, b: summary}\n  - {a: tags, b: labels, as: bag}\n  - {a: type, c: labels}\ncomments: {flow: b}\nsweep: x\n",
		`support.yaml:4:15: sides.b.system: there is no system "jira-acm"; there are: jira-acme, zendesk-acme (did you mean "jira-acme"?)
support.yaml:6:9: rules[0].a: a has no field "subjct" (did you mean "subject"?)
support.yaml:7:30: rules[1].as: "bag" is not one of: set, add-only, link
support.yaml:8:15: rules[2].c: is neither a side nor a key of rules; the sides are a and b
support.yaml:9:18: comments.flow: "b" is no flow; it is one of: both, to-a, to-b, none (did you mean "to-b"?)
support.yaml:10:8: sweep: "x" must be a duration like 15m, or off`},
	{"JSON has places too", "*", "{\n \"connection\": \"x\",\n \"sides\": {\"a\": {\"system\": \"zendesk-acme\", \"type\": \"ticket\", \"start\": true},\n  \"b\": {\"system\": \"jira-acme\", \"type\": \"issue\", \"scope\": {\"project\": \"ENG\", \"issuetype\": \"Bug\"}}},\n \"rules\": [{\"a\": \"subject\", \"b\": \"sumary\"}]\n}\n",
		`support.yaml:5:34: rules[0].b: b has no field "sumary" (did you mean "summary"?)`},
}
