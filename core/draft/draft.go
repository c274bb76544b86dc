package draft

import (
	"fmt"
	"sort"
	"strings"

	"duplex/core"
	"duplex/core/mapping"
)

// Side is one end of the mapping to be drafted.
type Side struct {
	Name   string // "": one is chosen
	System string
	Kind   string
	Type   string
	Scope  map[string]string
	Fields []Field
	// Comments and Files say whether items of the system can be given comments and files.
	Comments, Files bool
}

// Field is a field as its system describes it.
type Field struct {
	mapping.Field
	Label string
}

// Draft is a proposal. Its rules are those in force and those that are doubtful; a file made of those in force compiles
// against the same descriptions, unless something is Unfed.
type Draft struct {
	Sides [2]Side
	// Starts are conditions under which items of a side enter the sync, "" for none: the second never starts.
	Starts      [2]string
	StartReason string
	Rules       []Rule
	Left        [2][]Left // fields without a counterpart
	Unfed       []Unfed
}

// Rule is a proposed rule.
type Rule struct {
	Fields  [2]string // "" on the side an expression reads
	Flow    core.Flow
	When    core.When
	AsSet   bool
	Link    bool   // both name other items
	Set     string // an expression for the one field
	Value   string // a constant for the one field
	Many    bool   // the constant is the one element of a list
	Table   []Row  // one table for both ways, from side A to side B
	Tables  [2][]Row
	Alone   [2]bool // what the table does not name, and who is not found, leaves that side as it is
	Default [2]string
	Reasons []string
	Doubt   string // why it is not in force; "" when it is
}

// Row is a line of a value table: from and to.
type Row struct{ From, To string }

// Left is a field that no rule names, and why.
type Left struct {
	Field  Field
	Reason string
}

// Unfed is a field that a new item needs and that nothing can give: what a person has to fill in.
type Unfed struct {
	Side  core.Side
	Field Field
	Text  string
}

// New drafts a mapping. It never fails: what it cannot tell it says.
func New(a, b Side) Draft {
	d := Draft{Sides: [2]Side{a, b}}
	d.Sides[0].Name, d.Sides[1].Name = names(a, b)
	w := &work{draft: &d, used: [2]map[string]bool{{}, {}}, written: [2]map[string]bool{{}, {}}}
	for s := range d.Sides {
		d.Sides[s].Fields = usable(d.Sides[s])
	}
	w.pair()
	w.feed()
	w.order()
	w.leave()
	d.Starts[core.A], d.StartReason = start(d.Sides[core.A])
	return d
}

// usable are the fields that a rule may name: not those the scope gives already, not the same name twice, and not
// attributes of another field.
func usable(s Side) []Field {
	var out []Field
	seen := map[string]bool{}
	for _, f := range s.Fields {
		if _, scoped := s.Scope[f.Name]; scoped || f.Name == "" || seen[f.Name] {
			continue
		}
		seen[f.Name] = true
		out = append(out, f)
	}
	return out
}

// names are the names of the sides: what they were called, else their kinds where those differ, else their systems.
func names(a, b Side) (string, string) {
	candidates := [][2]string{{a.Kind, b.Kind}, {a.System, b.System}, {a.System + "-" + a.Type, b.System + "-" + b.Type}, {"left", "right"}}
	for _, c := range candidates {
		if a.Name != "" {
			c[0] = a.Name
		}
		if b.Name != "" {
			c[1] = b.Name
		}
		if c[0] != c[1] && mapping.MaySide(c[0]) && mapping.MaySide(c[1]) {
			return c[0], c[1]
		}
	}
	return "left", "right"
}

// start proposes a trial: only items that somebody marks enter the sync.
func start(s Side) (condition, reason string) {
	const trial = "duplex-trial"
	var title *Field
	for i, f := range s.Fields {
		if f.Kind == core.KindSet && f.Of == core.KindString && meaning(f) == "labels" {
			return fmt.Sprintf("%q in %s", trial, path(f.Name)), "only items that carry " + trial + " enter the sync; widen it when the trial is over, for instance to true"
		}
		if f.Kind == core.KindString && meaning(f) == "title" && title == nil {
			title = &s.Fields[i]
		}
	}
	if title != nil {
		return fmt.Sprintf("%s != null && %s.contains(%q)", path(title.Name), path(title.Name), trial),
			"only items with " + trial + " in their " + title.Name + " enter the sync; widen it when the trial is over, for instance to true"
	}
	return "true", "EVERY item in scope enters the sync: narrow this before you apply the file"
}

// path is how an expression names a field.
func path(field string) string {
	if isIdentifier(field) {
		return "item." + field
	}
	return "item[" + quote(field) + "]"
}

// escaped is a text as it stands between quotes in an expression.
func escaped(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r < ' ':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// celWords cannot follow a dot in an expression.
var celWords = map[string]bool{"as": true, "break": true, "const": true, "continue": true, "else": true, "false": true, "for": true, "function": true,
	"if": true, "import": true, "in": true, "let": true, "loop": true, "namespace": true, "null": true, "package": true, "return": true, "true": true,
	"var": true, "void": true, "while": true}

func isIdentifier(s string) bool {
	for i, r := range s {
		if !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && r >= '0' && r <= '9') {
			return false
		}
	}
	return s != "" && !celWords[s]
}

// work is one run of New.
type work struct {
	draft   *Draft
	used    [2]map[string]bool // fields that a rule in force or in doubt names
	written [2]map[string]bool // fields that a rule in force writes when an item is created
	why     [2]map[string]string
}

// field is a field of a side by its name.
func (w *work) field(s core.Side, name string) (Field, bool) {
	for _, f := range w.draft.Sides[s].Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// add takes a rule into the draft.
func (w *work) add(r Rule) {
	for _, s := range core.Sides {
		if r.Fields[s] == "" {
			continue
		}
		w.used[s][r.Fields[s]] = true
		if r.Doubt == "" && r.Flow.Allows(s) {
			w.written[s][r.Fields[s]] = true
		}
	}
	w.draft.Rules = append(w.draft.Rules, r)
}

// order puts what people look for first first; the rest as side A lists its fields, then what is computed.
func (w *work) order() {
	rank := func(r Rule) int {
		for _, s := range core.Sides {
			f, ok := w.field(s, r.Fields[s])
			if !ok {
				continue
			}
			if r.Set+r.Value != "" || r.When == core.WhenCreate && r.Flow != core.FlowBoth && meaning(f) == "" {
				return 2000 + int(s)
			}
			if i := rankOf(meaning(f)); i >= 0 {
				return i
			}
			for i, g := range w.draft.Sides[s].Fields {
				if g.Name == f.Name {
					return 1000 + i
				}
			}
		}
		return 3000
	}
	sort.SliceStable(w.draft.Rules, func(i, j int) bool { return rank(w.draft.Rules[i]) < rank(w.draft.Rules[j]) })
}

// leave lists the fields that no rule names.
func (w *work) leave() {
	for _, s := range core.Sides {
		for _, f := range w.draft.Sides[s].Fields {
			if w.used[s][f.Name] || w.written[s][f.Name] || strings.Contains(f.Name, ".") {
				continue
			}
			w.draft.Left[s] = append(w.draft.Left[s], Left{f, w.why[s][f.Name]})
		}
	}
}
