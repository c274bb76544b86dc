package jira

import (
	"fmt"
	"strings"
	"unicode"
)

// quote writes a JQL string. JQL knows fewer escapes than JSON: the quote-marks, the backslash, a few white space characters and
// \uXXXX ("Search syntax for text fields").
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsControl(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// phrase writes a text as the JQL string that finds its words in their order. Quote-marks and backslashes have a meaning in a phrase too,
// and like every other sign they are not in the index: a space does as well.
func phrase(text string) string {
	return quote(`"` + strings.NewReplacer(`"`, " ", `\`, " ").Replace(text) + `"`)
}

// hasWord tells whether an index of words can find the text at all.
func hasWord(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// unordered is a query without its ORDER BY. What is wrong is said when the query would not stay within parentheses put around it: it
// closes one that it did not open, or leaves a text or a parenthesis open.
func unordered(jql string) (where, wrong string) {
	depth, quoted, before := 0, rune(0), ' '
	skip := false
	for i, r := range jql {
		switch {
		case skip:
			skip = false
		case quoted != 0 && r == '\\':
			skip = true
		case quoted != 0:
			if r == quoted {
				quoted = 0
			}
		case r == '"' || r == '\'':
			quoted = r
		case r == '(':
			depth++
		case r == ')':
			if depth--; depth < 0 {
				return "", "it closes a parenthesis that it does not open"
			}
		case depth == 0 && (unicode.IsSpace(before) || strings.ContainsRune(`)"'`, before)) && beginsOrder(jql[i:]):
			return strings.TrimSpace(jql[:i]), ""
		}
		before = r
	}
	switch {
	case quoted != 0:
		return "", "a quote-mark is not closed"
	case depth > 0:
		return "", "a parenthesis is not closed"
	}
	return strings.TrimSpace(jql), ""
}

// beginsOrder tells whether a text begins with the words ORDER BY.
func beginsOrder(text string) bool {
	words := strings.FieldsFunc(text[:min(len(text), 200)], unicode.IsSpace)
	return len(words) > 1 && strings.EqualFold(words[0], "order") && strings.EqualFold(words[1], "by")
}
