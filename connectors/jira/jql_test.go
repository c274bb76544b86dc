package jira

import (
	"strings"
	"testing"

	"duplex/core"
)

func TestUnorderedStaysInItsParentheses(t *testing.T) {
	for _, tc := range []struct{ reason, query, want, wrong string }{
		{"no order", `labels = vip`, `labels = vip`, ""},
		{"an order is left out", `labels = vip ORDER BY created DESC`, `labels = vip`, ""},
		{"in any case and over lines", "labels = vip\n order \t By rank", `labels = vip`, ""},
		{"by a field with a quoted name", `labels = vip order by "Story Points" asc`, `labels = vip`, ""},
		{"right after a parenthesis or a text", `(labels = "vip")order by key`, `(labels = "vip")`, ""},
		{"nothing but an order", `ORDER BY created`, ``, ""},
		{"the words in a text are no order", `summary ~ "please order by fax"`, `summary ~ "please order by fax"`, ""},
		{"also after an escaped quote-mark", `summary ~ "a \" order by x" AND labels = y`, `summary ~ "a \" order by x" AND labels = y`, ""},
		{"a field whose name begins so", `reorder = 1`, `reorder = 1`, ""},
		{"parentheses in a text do not count", `summary ~ "a) OR (b"`, `summary ~ "a) OR (b"`, ""},
		{"a way out of the scope", `labels = x) OR (project = OPS`, "", "closes a parenthesis"},
		{"a way out behind a text", `summary ~ ")") OR (labels = x`, "", "closes a parenthesis"},
		{"an open parenthesis", `(labels = x`, "", "parenthesis is not closed"},
		{"an open text", `summary ~ "x`, "", "quote-mark is not closed"},
		{"a text that ends in a backslash", `summary ~ "x\"`, "", "quote-mark is not closed"},
	} {
		where, wrong := unordered(tc.query)
		if where != tc.want || (wrong == "") != (tc.wrong == "") || !strings.Contains(wrong, tc.wrong) {
			t.Errorf("%s: %q becomes %q, wrong %q", tc.reason, tc.query, where, wrong)
		}
	}
}

func TestLooksFor(t *testing.T) {
	text := field{id: "customfield_10032"}
	for _, tc := range []struct {
		reason       string
		field        field
		value        string
		clause, says string
	}{
		{"words of a text", text, "SUP-77", `cf[10032] ~ "\"SUP-77\""`, ""},
		{"quote-marks and backslashes end no phrase", text, `a "b\c"`, `cf[10032] ~ "\"a  b c \""`, ""},
		{"escapes that JQL knows", text, "a\tb\nc\x01", `cf[10032] ~ "\"a\tb\nc\u0001\""`, ""},
		{"characters that JSON would escape", text, "<a> & ü", `cf[10032] ~ "\"<a> & ü\""`, ""},
		{"only signs", text, "-*-", "", "no letter and no digit"},
		{"an address is searched as a whole", field{id: "customfield_1", exact: true}, "https://acme.example", `cf[1] = "https://acme.example"`, ""},
		{"a label", field{id: "labels", multi: true}, `a"b\c`, `labels = "a\"b\\c"`, ""},
		{"no label has a space", field{id: "labels", multi: true}, "two words", "", ""},
		{"a number", field{id: "customfield_2", shape: shapeNumber}, "5", `cf[2] = "5"`, ""},
		{"no number is a word", field{id: "customfield_2", shape: shapeNumber}, "five", "", ""},
		{"the parent", field{id: "parent", shape: shapeIssue}, "10001", `parent = "10001"`, ""},
		{"nobody looks for nothing", text, "", "", ""},
		{"rich text", field{id: "description", shape: shapeText}, "x", "", "cannot be searched"},
		{"people", field{id: "assignee", shape: shapeUser}, "x", "", "cannot be searched"},
	} {
		clause, why := tc.field.looksFor(tc.value)
		if clause != tc.clause || (why == "") != (tc.says == "") || !strings.Contains(why, tc.says) {
			t.Errorf("%s: %s, %q", tc.reason, clause, why)
		}
	}
}

func TestAnAddressIsATextSearchedAsAWhole(t *testing.T) {
	f, ok := custom(cloud, "customfield_1", "Link", schema{Type: "string", Custom: "com.atlassian.jira.plugin.system.customfieldtypes:url"})
	if !ok || !f.exact || f.kind() != core.KindString {
		t.Errorf("read as %+v, %v", f, ok)
	}
}
