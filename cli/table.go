package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// table writes aligned columns and plain lines.
type table struct {
	env *env
	w   *tabwriter.Writer
}

// print writes v as JSON with --json, else what people does.
func (e *env) print(v any, people func(*table)) error {
	if e.json {
		enc := json.NewEncoder(e.Out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			return fail(ExitRefused, "the answer cannot be written: %v", err)
		}
		return nil
	}
	t := &table{env: e, w: tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)}
	people(t)
	if err := t.w.Flush(); err != nil {
		return fail(ExitRefused, "the answer cannot be written: %v", err)
	}
	return nil
}

// row writes one line of columns. The last column is not padded.
func (t *table) row(cells ...string) {
	for i := range cells {
		cells[i] = cell(cells[i])
	}
	fmt.Fprintln(t.w, strings.TrimRight(strings.Join(cells, "\t"), "\t "))
}

// line writes text that is in no column. Columns before and after it are aligned apart.
func (t *table) line(format string, args ...any) {
	_ = t.w.Flush()
	fmt.Fprintln(t.env.Out, strings.TrimRight(clean(fmt.Sprintf(format, args...)), " "))
}

// at is a time for people, in their zone.
func (t *table) at(when time.Time) string {
	if when.IsZero() {
		return "-"
	}
	return when.In(t.env.zone).Format("2006-01-02 15:04:05 MST")
}

// cell is text that keeps to its line and column.
func cell(s string) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	if s == "" {
		return "-"
	}
	const most = 100
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// clean takes out what would command a terminal: texts come from systems where anybody may write.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || !unicode.IsControl(r) {
			return r
		}
		return ' '
	}, s)
}
