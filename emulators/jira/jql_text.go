package jira

import (
	"slices"
	"strings"
	"unicode"
)

// textSearch is the right side of ~ : an issue is found that has every part of one of the groups. Vendor source: "Search syntax for
// text fields".
type textSearch [][]textPart

// textPart is words that stand side by side.
type textPart struct {
	words  []string
	prefix bool // the last word may go on
	not    bool
}

// parseText reads a text search. Words are joined by AND; OR, NOT, a leading minus, a trailing * and phrases in quote-marks are
// understood, and a backslash takes the meaning from the next character. The errors are the vendor's 400.
func parseText(field, text string) (textSearch, error) {
	bad := fail(400, "Unable to parse the text '%s' for field '%s'.", text, field)
	if strings.TrimSpace(text) == "" {
		return nil, fail(400, "The field '%s' does not support searching for an empty string.", field)
	}
	search, operator, negate := textSearch{nil}, "AND", false
	rest := []rune(text)
	for {
		for len(rest) > 0 && unicode.IsSpace(rest[0]) {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			break
		}
		raw, after, phrase, ok := nextTerm(rest)
		if rest = after; !ok {
			return nil, bad
		}
		if !phrase && slices.Contains([]string{"AND", "OR", "NOT"}, raw) {
			switch {
			case raw == "NOT":
				negate = true
			case operator != "":
				return nil, bad
			case raw == "OR":
				search = append(search, nil)
			}
			operator = raw
			continue
		}
		if !phrase && strings.HasPrefix(raw, "-") {
			negate, raw = true, raw[1:]
		}
		if !phrase && (strings.HasPrefix(raw, "*") || strings.HasPrefix(raw, "?")) {
			return nil, fail(400, "The text query '%s' for field '%s' is not allowed to start with character '%s'", text, field, raw[:1])
		}
		part := textPart{words: textWords(unescaped(raw)), prefix: !phrase && strings.HasSuffix(raw, "*") && !strings.HasSuffix(raw, `\*`), not: negate}
		if len(part.words) > 0 { // signs are not in the index, so nothing is asked by them
			search[len(search)-1] = append(search[len(search)-1], part)
		}
		operator, negate = "", false
	}
	if operator != "" {
		return nil, bad // it begins or ends with AND, OR or NOT
	}
	return search, nil
}

// nextTerm cuts off a phrase, without its quote-marks, or a word. Not ok is a phrase or an escape that does not end.
func nextTerm(text []rune) (raw string, rest []rune, phrase, ok bool) {
	i := 0
	if phrase = text[0] == '"'; phrase {
		i = 1
	}
	for start := i; i < len(text); i++ {
		switch r := text[i]; {
		case r == '\\':
			i++
		case phrase && r == '"':
			return string(text[start:i]), text[i+1:], true, true
		case !phrase && (unicode.IsSpace(r) || r == '"'):
			return string(text[start:i]), text[i:], false, true
		}
	}
	if phrase || i > len(text) {
		return "", nil, phrase, false
	}
	return string(text), nil, false, true
}

// unescaped is the text without the backslashes that take a meaning away.
func unescaped(raw string) string {
	var b strings.Builder
	escaped := false
	for _, r := range raw {
		if escaped = r == '\\' && !escaped; !escaped {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// textWords are the words that the index has of a text: case and signs are not in it.
func textWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '_'
	})
}

// finds tells whether a text has what is searched for. A search for nothing finds nothing.
func (s textSearch) finds(text string) bool {
	have := textWords(text)
	return slices.ContainsFunc(s, func(group []textPart) bool {
		for _, part := range group {
			if part.in(have) == part.not {
				return false
			}
		}
		return len(group) > 0
	})
}

func (p textPart) in(have []string) bool {
	for at := 0; at+len(p.words) <= len(have); at++ {
		some := have[at : at+len(p.words)]
		last := len(some) - 1
		if slices.Equal(some[:last], p.words[:last]) && (some[last] == p.words[last] || p.prefix && strings.HasPrefix(some[last], p.words[last])) {
			return true
		}
	}
	return false
}

// isText tells whether a field is text, which is searched by ~ and by nothing else.
func isText(name string) bool {
	if slices.Contains([]string{"text", "summary", "description", "environment", "comment"}, name) {
		return true
	}
	f := customField(name)
	return f != nil && (f.Kind == kindText || f.Kind == kindDoc)
}

// supported refuses an operator that the field does not have, and a text search that cannot be read. Vendor source: "JQL fields" and
// "JQL operators".
func (c *clause) supported() error {
	contains := c.cmp == "~" || c.cmp == "!~"
	empty := slices.ContainsFunc(c.values, func(v operand) bool { return v.empty })
	if strings.HasPrefix(c.field, "issue.property") || empty && !contains {
		return nil
	}
	if contains != isText(c.field) {
		return jqlError("The operator '%s' is not supported by the '%s' field.", c.cmp, c.field)
	}
	if !contains {
		return nil
	}
	_, err := parseText(c.field, c.values[0].text)
	return err
}

// text decides a clause about a field of text.
func (m matcher) text(c *clause, i *issue) (bool, error) {
	all := m.textOf(c.field, i)
	if c.values[0].empty {
		return (all == "") == (c.cmp == "is" || c.cmp == "="), nil
	}
	search, err := parseText(c.field, c.values[0].text)
	if err != nil {
		return false, err
	}
	if c.cmp == "!~" && all == "" {
		return false, nil
	}
	return search.finds(all) == (c.cmp == "~"), nil
}

func (m matcher) textOf(name string, i *issue) string {
	comments := ""
	for _, one := range i.Comments {
		comments += one.Body.plainText() + "\n"
	}
	plain := func(id string) string {
		v := i.Values[id]
		if v.Doc != nil {
			return v.Doc.plainText()
		}
		return v.Text
	}
	switch name {
	case "summary", "description", "environment":
		return plain(name)
	case "comment":
		return comments
	case "text":
		return plain("summary") + "\n" + plain("description") + "\n" + plain("environment") + "\n" + comments
	}
	return plain(customField(name).ID)
}
