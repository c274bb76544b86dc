package servicenow

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// fit gives a value as the instance stores it; ok is false where it stores nothing, which is no error. next is the row so
// far, for choices that depend on another field.
func (c *call) fit(t *table, next record, col *column, value string) (stored string, ok bool) {
	if value == "" {
		return "", col.list != "1" || col.def == ""
	}
	if col.list == "1" && c.e.st.Props["glide.rest.choice.allow_non_existing_value"] != "true" && !t.offers(col, value, next[col.dependent]) {
		return "", false
	}
	switch col.kind {
	case "integer":
		n, err := strconv.ParseInt(value, 10, 64)
		return strconv.FormatInt(n, 10), err == nil
	case "decimal":
		f, err := strconv.ParseFloat(value, 64)
		return strconv.FormatFloat(f, 'f', -1, 64), err == nil
	case "boolean":
		return strconv.FormatBool(value == "true" || value == "1"), true
	case "glide_date":
		at, err := time.Parse(time.DateOnly, value[:min(len(value), 10)])
		return at.Format(time.DateOnly), err == nil
	case "glide_date_time":
		at, err := time.Parse(stampLayout, value)
		return stamp(at), err == nil
	case "glide_list":
		return strings.Join(splitList(value), ","), true
	case "html":
		return cut(sanitise(value), col.max), true
	}
	return cut(value, col.max), true
}

// offers says whether the value is an active choice. Where choices depend on another field, that field's value counts.
func (t *table) offers(col *column, value, on string) bool {
	return slices.ContainsFunc(t.choices[col.name], func(ch choice) bool {
		return ch.value == value && !ch.inactive && (col.dependent == "" || ch.dependent == on)
	})
}

// cut shortens text to a number of characters.
func cut(s string, most int) string {
	if most <= 0 || utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}

var (
	scripts  = regexp.MustCompile(`(?is)<(script|style|iframe)\b.*?</(script|style|iframe)\s*>`)
	handlers = regexp.MustCompile(`(?i)\s+on[a-z]+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)`)
)

// sanitise takes scripts out of HTML, as the instance does before it stores it.
func sanitise(s string) string { return handlers.ReplaceAllString(scripts.ReplaceAllString(s, ""), "") }

// fromDisplay reads a value as people write it: labels, names, dates in the account's time zone and format.
func (c *call) fromDisplay(t *table, col *column, value string) string {
	switch {
	case value == "":
	case col.kind == "glide_date_time":
		if at, err := time.ParseInLocation(c.layout(), value, c.zone); err == nil {
			return stamp(at)
		}
	case col.kind == "reference":
		if ref := c.e.table(col.reference); ref != nil {
			for _, r := range c.e.rows(ref) {
				if strings.EqualFold(r[ref.displayColumn()], value) {
					return r["sys_id"]
				}
			}
		}
	case col.list != "" && col.list != "0":
		for _, ch := range t.choices[col.name] {
			if strings.EqualFold(ch.label, value) {
				return ch.value
			}
		}
	}
	return value
}
