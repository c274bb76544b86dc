package mapping

import (
	"fmt"
	"sort"
	"strings"
)

// Diagnostic is one thing that is wrong in a file, said to its author.
type Diagnostic struct {
	File       string
	Line       int    // 1 is the first; 0 when the file as a whole is meant
	Column     int    // 1 is the first
	Path       string // rules[3].values; "" for the file as a whole
	Text       string // what is wrong and what would be right
	Suggestion string // the nearest right name; "" where there is none
	Code       string // the kind of mistake, one of the codes in code.go
}

// Error is the line an editor can jump from: file:line:column: path: text (did you mean …?).
func (d Diagnostic) Error() string {
	var b strings.Builder
	b.WriteString(d.File)
	if d.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", d.Line, d.Column)
	}
	b.WriteString(": ")
	if d.Path != "" {
		b.WriteString(d.Path + ": ")
	}
	b.WriteString(d.Text)
	if d.Suggestion != "" {
		fmt.Fprintf(&b, " (did you mean %q?)", d.Suggestion)
	}
	return b.String()
}

// Diagnostics is everything wrong in one file, by position.
type Diagnostics []Diagnostic

// Err is nil when nothing is wrong, else an error with one line per diagnostic.
func (ds Diagnostics) Err() error {
	if len(ds) == 0 {
		return nil
	}
	return ds
}

// Error is one line per diagnostic.
func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}

func (ds Diagnostics) sorted() Diagnostics {
	order := map[string]int{} // files in the order in which they were read
	for _, d := range ds {
		if _, ok := order[d.File]; !ok {
			order[d.File] = len(order)
		}
	}
	sort.SliceStable(ds, func(i, j int) bool {
		a, b := ds[i], ds[j]
		if a.File != b.File {
			return order[a.File] < order[b.File]
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		if a.Column != b.Column {
			return a.Column < b.Column
		}
		return a.Text < b.Text
	})
	var out Diagnostics
	for _, d := range ds {
		if d.Code == "" {
			d.Code = CodeOther
		}
		if len(out) == 0 || d != out[len(out)-1] {
			out = append(out, d)
		}
	}
	return out
}

// report collects the diagnostics of one file.
type report struct {
	file string
	all  Diagnostics
}

func (r *report) at(n *node, text string) { r.suggest(n, text, "") }

func (r *report) atf(n *node, format string, args ...any) {
	r.suggest(n, fmt.Sprintf(format, args...), "")
}

func (r *report) suggest(n *node, text, suggestion string) {
	r.all = append(r.all, Diagnostic{File: r.in(n), Line: n.line, Column: n.column, Path: n.path, Text: text, Suggestion: suggestion})
}

// key is a diagnostic at a key instead of its value.
func (r *report) key(e entry, text, suggestion string) {
	r.all = append(r.all, Diagnostic{File: r.in(e.value), Line: e.line, Column: e.column, Path: e.value.path, Text: text, Suggestion: suggestion})
}

// in is the file that a node was read from.
func (r *report) in(n *node) string {
	if n.file != "" {
		return n.file
	}
	return r.file
}

// code gives the last diagnostic its kind.
func (r *report) code(kind string) {
	if n := len(r.all); n > 0 {
		r.all[n-1].Code = kind
	}
}

// Nearest is the name closest to the wrong one by edit distance, "" when none is close.
func Nearest(wrong string, names []string) string {
	best, at := "", (len([]rune(wrong))+1)/3
	for _, n := range names {
		if strings.EqualFold(n, wrong) {
			return n
		}
		if rest, ok := strings.CutPrefix(strings.ToLower(wrong), strings.ToLower(n)); ok && len(n) > 2 && !strings.HasPrefix(rest, ".") { // a field is not what its attribute should be
			best, at = n, 0
			continue
		}
		if d := distance(strings.ToLower(wrong), strings.ToLower(n)); d <= at && (best == "" || d < at) {
			best, at = n, d
		}
	}
	return best
}

// distance is the number of inserted, removed, replaced or swapped letters between two words.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	var before, last, row []int
	last = make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row = make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}

// known writes names for a message: at most twelve of them.
func known(names []string) string {
	sorted := append([]string(nil), names...)
	sort.Strings(sorted)
	if len(sorted) > 12 {
		return strings.Join(sorted[:12], ", ") + fmt.Sprintf(" and %d more", len(sorted)-12)
	}
	return strings.Join(sorted, ", ")
}
