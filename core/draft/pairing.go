package draft

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"duplex/core"
)

// likeness says how alike two fields are by their names, and why. From doubtful on it is good enough for a rule.
type likeness struct {
	score  int
	reason string
}

const (
	doubtful = 50 // from here on a pair is proposed as a rule in force
	least    = 30 // from here on it is proposed in doubt
)

// vague is a label that many fields have: whose name it is, it does not say.
const vague = "name"

func alike(a, b Field) likeness {
	an, bn, al, bl := fold(a.Name), fold(b.Name), fold(a.Label), fold(b.Label)
	ma, mb := meaning(a), meaning(b)
	switch {
	case an != "" && an == bn:
		return likeness{100, "same name"}
	case a.Name == b.Name:
		return likeness{100, "same name"}
	case al != "" && al == bl:
		score := 95
		if a.Kind != b.Kind { // labels are free: one of the same meaning that holds the same may be meant
			score = 75
		}
		return likeness{score, fmt.Sprintf("same label: %s", a.Label)}
	case an != "" && an == bl && an != vague, bn != "" && al == bn && bn != vague:
		return likeness{90, fmt.Sprintf("%s is also called %s", b.Name, a.Name)}
	case ma != "" && ma == mb:
		return likeness{80 - usual(a) - usual(b), fmt.Sprintf("same meaning: %s and %s", a.Name, b.Name)}
	}
	if words := shared(a, b); words != "" {
		return likeness{40, fmt.Sprintf("both names speak of %s", words)}
	}
	return likeness{}
}

// shared are the longer words that two names have in common, when they are at least half of the words of either.
func shared(a, b Field) string {
	wa, wb := words(a), words(b)
	var both []string
	for _, w := range wa {
		for _, v := range wb {
			if w == v && len([]rune(w)) > 3 {
				both = append(both, w)
			}
		}
	}
	if len(both) == 0 || len(both)*2 < len(wa) || len(both)*2 < len(wb) {
		return ""
	}
	return strings.Join(both, " ")
}

func words(f Field) []string {
	name := f.Label
	if name == "" {
		name = f.Name
	}
	var out []string
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == ' ' || r == '-' || r == '.' || r == '(' || r == ')' }) {
		if w = fold(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// pair finds the fields that correspond, the surest first, each once.
func (w *work) pair() {
	type candidate struct {
		at    [2]int
		score int
		why   string
	}
	w.why = [2]map[string]string{{}, {}}
	a, b := w.draft.Sides[core.A].Fields, w.draft.Sides[core.B].Fields
	var all []candidate
	for i, fa := range a {
		for j, fb := range b {
			if l := alike(fa, fb); l.score >= least {
				if fa.Kind == fb.Kind { // of two that are called alike the one that also holds the same
					l.score += 3
				}
				if outdone(fa, a) || outdone(fb, b) {
					l.score -= 25
				}
				all = append(all, candidate{[2]int{i, j}, l.score, l.reason})
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].score > all[j].score })
	for _, c := range all {
		fa, fb := a[c.at[0]], b[c.at[1]]
		if w.used[core.A][fa.Name] || w.used[core.B][fb.Name] || strings.Contains(fa.Name, ".") || strings.Contains(fb.Name, ".") {
			continue
		}
		r, problem := w.rule(fa, fb)
		if problem != "" {
			for s, f := range [2]Field{fa, fb} {
				other := [2]Field{fb, fa}[s]
				if w.why[s][f.Name] == "" && c.score >= doubtful {
					w.why[s][f.Name] = fmt.Sprintf("like %s of %s, but %s", other.Name, w.draft.Sides[1-s].Name, problem)
				}
			}
			continue
		}
		r.Reasons = append([]string{c.why}, r.Reasons...)
		if c.score < doubtful && r.Doubt == "" {
			r.Doubt = "only a likeness of names"
		}
		w.add(r)
	}
}

// outdone tells that a field cannot be written while another of its side with the same meaning and kind can: a priority that is worked out
// from an urgency.
func outdone(f Field, all []Field) bool {
	m := meaning(f)
	return f.ReadOnly && m != "" && slices.ContainsFunc(all, func(o Field) bool { return !o.ReadOnly && o.Kind == f.Kind && meaning(o) == m })
}
