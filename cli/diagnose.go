package cli

import (
	"fmt"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"duplex/core/mapping"
	"duplex/gateway"
)

// finding is one thing that is wrong or doubtful in a file, as validate tells it: where, what, and the line it is in.
type finding struct {
	gateway.Diagnostic
	EndColumn int    `json:"end_column,omitempty"` // behind the last letter of what is meant; 0: not known
	Severity  string `json:"severity"`             // error | warning
	Source    string `json:"source,omitempty"`     // the line; not told where it may hold a secret
}

const (
	severityError   = "error"
	severityWarning = "warning"
)

// findings puts diagnostics beside the lines they are about, by file, line and column.
func findings(lines *lines, severity string, ds []gateway.Diagnostic) []finding {
	out := make([]finding, 0, len(ds))
	for _, d := range ds {
		f := finding{Diagnostic: d, Severity: severity}
		if text, ok := lines.at(d.File, d.Line); ok {
			f.Source = text
			if d.Column > 0 {
				f.EndColumn = d.Column + mapping.ExtentOf(text, d.Column, d.Text)
			}
		}
		out = append(out, f)
	}
	return out
}

// sorted orders findings by file, line and column, and tells none twice.
func sorted(all []finding) []finding {
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
	return slices.Compact(all)
}

// lines are the lines of the files that diagnostics are about, read when they are first asked for.
type lines struct {
	files map[string][]string
	// hidden says which lines of a system file may hold a secret.
	hidden map[string]func(int) bool
}

// at is a line of a file; false where there is none or it may hold a secret.
func (l *lines) at(file string, line int) (string, bool) {
	if line < 1 {
		return "", false
	}
	if l.files == nil {
		l.files, l.hidden = map[string][]string{}, map[string]func(int) bool{}
	}
	all, ok := l.files[file]
	if !ok {
		if src, err := os.ReadFile(file); err == nil {
			all = strings.Split(strings.ReplaceAll(strings.TrimPrefix(string(src), "\ufeff"), "\r\n", "\n"), "\n")
			if mayBeSystem(all) {
				l.hidden[file] = mapping.SecretLines(src)
			}
		}
		l.files[file] = all
	}
	if line > len(all) {
		return "", false
	}
	if hidden := l.hidden[file]; hidden != nil && hidden(line) {
		return "", false
	}
	return all[line-1], true
}

// mayBeSystem tells files that may hold secrets: all but connections and what travels with them.
func mayBeSystem(all []string) bool {
	for _, s := range all {
		if word := strings.TrimLeft(s, `{"'`); strings.HasPrefix(word, "connection") && strings.Contains(word, ":") {
			return false
		}
	}
	for _, s := range all {
		s = strings.TrimLeft(s, " {\t")
		for _, key := range []string{"system:", `"system"`, "'system'", "base_url", `"base_url"`, "auth:", `"auth"`} {
			if strings.HasPrefix(s, key) {
				return true
			}
		}
	}
	return false
}

const mostSource = 110 // letters of a source line that are shown

// tell writes findings for people: the place and what is wrong, the line, and a caret below what is meant.
func (t *table) tell(all []finding) {
	for _, f := range all {
		place := clean(f.File)
		if f.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", place, f.Line, f.Column)
		}
		what := clean(f.Text)
		if f.Path != "" {
			what = clean(f.Path) + ": " + what
		}
		paint := red
		if f.Severity == severityWarning {
			paint, what = yellow, "warning: "+what
		}
		hint := ""
		if f.Suggestion != "" {
			hint = fmt.Sprintf("did you mean %q?", f.Suggestion)
		}
		if f.Source == "" || f.Column < 1 {
			if hint != "" {
				what += " (" + hint + ")"
			}
			t.paint(bold, place+":", " "+what)
			continue
		}
		t.paint(bold, place+":", " "+what)
		source, below := quoted(f)
		number := strconv.Itoa(f.Line)
		t.paint(faint, fmt.Sprintf("%6s | ", number), source)
		t.paint(faint, "       | ", below.before+t.env.coloured(paint, strings.TrimRight(below.caret+" "+hint, " ")))
	}
}

type caret struct{ before, caret string }

// quoted is a finding's line with the caret below it. A long line is cut around the caret.
func quoted(f finding) (string, caret) {
	letters := []rune(strings.TrimRight(f.Source, " \t\r"))
	from := min(f.Column-1, len(letters))
	to := min(max(f.EndColumn-1, from+1), max(len(letters), from+1))
	left, cut := 0, ""
	if len(letters) > mostSource && from > mostSource*2/3 {
		left, cut = from-mostSource/2, "…"
	}
	right := len(letters)
	end := ""
	if right-left > mostSource {
		right, end = left+mostSource, "…"
	}
	to = max(min(to, right), from+1)
	var shown, before, below strings.Builder
	shown.WriteString(cut)
	if cut != "" {
		before.WriteByte(' ')
	}
	for i, r := range letters[left:right] {
		if unicode.IsControl(r) {
			r = ' '
		}
		shown.WriteRune(r)
		switch at := left + i; {
		case at < from:
			before.WriteString(strings.Repeat(" ", columns(r)))
		case at < to:
			below.WriteString(strings.Repeat("^", columns(r)))
		}
	}
	shown.WriteString(end)
	if below.Len() == 0 {
		below.WriteByte('^')
	}
	return shown.String(), caret{before.String(), below.String()}
}

// columns is how many columns of a terminal a letter takes.
func columns(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana), r >= 0xff01 && r <= 0xff60, r >= 0x1f300 && r <= 0x1faff:
		return 2
	}
	return 1
}

// total is the count at the end: what is wrong, in how many files, and how many warnings there are.
func total(wrong, warnings []finding) string {
	files := map[string]bool{}
	for _, f := range wrong {
		files[f.File] = true
	}
	text := "1 thing is wrong"
	if len(wrong) != 1 {
		text = fmt.Sprintf("%d things are wrong", len(wrong))
	}
	if len(files) > 1 {
		text += fmt.Sprintf(" in %d files", len(files))
	}
	if len(warnings) > 0 {
		text += ", " + count(len(warnings), "warning")
	}
	return text
}
