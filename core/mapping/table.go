package mapping

import (
	"strings"

	"duplex/core"
)

// table is a value table: texts of side A and side B that mean the same, in file order.
type table []tableRow

type tableRow [2]string

// to is the text that a value has on the other side. The first row that fits counts; letters' case counts only where
// another row fits better with it.
func (t table) to(side core.Side, v core.Value) (string, bool) {
	from := side.Other()
	for _, fits := range []func(core.Value, string) bool{matches, matchesFolded} {
		for _, row := range t {
			if fits(v, row[from]) {
				return row[side], true
			}
		}
	}
	return "", false
}

// matches reports whether a file's text names the value: an option by name or id, a number whatever way it is written, a
// user by e-mail address, id or name, everything else by its words.
func matches(v core.Value, text string) bool {
	if v.IsEmpty() || v.IsAbsent() || text == "" {
		return v.IsEmpty() && text == ""
	}
	switch v.Kind() {
	case core.KindOption, core.KindReference:
		return v.Name() == text || v.ID() == text || v.Name() == levels(text)
	case core.KindUser:
		return strings.EqualFold(v.Email(), text) || v.ID() == text || v.Name() == text
	case core.KindNumber:
		n, err := core.Number(text)
		return err == nil && core.Equal(n, v)
	}
	return wordsOf(v) == text
}

func matchesFolded(v core.Value, text string) bool {
	return matches(v, text) || (text != "" && v.Kind() != core.KindUser && strings.EqualFold(wordsOf(v), text))
}

// levels is the name of an option of several levels as systems show it; files may write "::" between them as some vendors do.
func levels(text string) string {
	if !strings.Contains(text, "::") {
		return text
	}
	parts := strings.Split(text, "::")
	for i, p := range parts {
		parts[i] = strings.TrimSpace(p)
	}
	return strings.Join(parts, " > ")
}
