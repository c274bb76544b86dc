package draft

import (
	"fmt"

	"duplex/core"
)

// feed gives every field that a new item needs a value: by the rules there are, by a doubtful rule that is put in force, or by
// an expression. What nothing can give is told.
func (w *work) feed() {
	for _, s := range core.Sides {
		for _, f := range w.draft.Sides[s].Fields {
			if !f.Required || w.written[s][f.Name] {
				continue
			}
			if f.ReadOnly && !f.OnCreate {
				w.draft.Unfed = append(w.draft.Unfed, Unfed{s, f, fmt.Sprintf("a new %s needs %s, and it cannot be written: give it a value in the system itself",
					w.draft.Sides[s].Type, f.Name)})
				continue
			}
			if w.force(s, f) {
				continue
			}
			set, from, reason := w.give(s, f)
			if set == "" && from == "" {
				w.draft.Unfed = append(w.draft.Unfed, Unfed{Side: s, Field: f, Text: reason})
				continue
			}
			if w.used[s][f.Name] {
				reason += "; leave this out when you put the rule in force that names " + f.Name + " above"
			}
			r := Rule{Set: set, When: core.WhenCreate, Flow: core.FlowToA, Reasons: []string{reason}}
			if s == core.B {
				r.Flow = core.FlowToB
			}
			r.Fields[s], r.Fields[s.Other()] = f.Name, from
			w.add(r)
		}
	}
}

// force puts a doubtful rule in force that writes a required field, where it cannot be refused for its options.
func (w *work) force(s core.Side, f Field) bool {
	for i, r := range w.draft.Rules {
		if r.Doubt == "" || r.Fields[s] != f.Name || !r.Flow.Allows(s) || r.Set != "" {
			continue
		}
		other, _ := w.field(s.Other(), r.Fields[s.Other()])
		if element(f).Kind == core.KindOption && len(r.Table)+len(r.Tables[s]) == 0 && element(other).Kind == core.KindOption {
			return false
		}
		r.Reasons = append(r.Reasons, fmt.Sprintf("%s; in force, because a new %s needs %s", r.Doubt, w.draft.Sides[s].Type, f.Name))
		r.Doubt = ""
		w.draft.Rules[i] = r
		for _, to := range core.Sides {
			if r.Flow.Allows(to) {
				w.written[to][r.Fields[to]] = true
			}
		}
		return true
	}
	return false
}

// give is an expression for a required field that has no counterpart, or a field of the other side that always has a value, and why
// this one; neither, with what a person has to fill in.
func (w *work) give(s core.Side, f Field) (set, source, reason string) {
	other := w.draft.Sides[s.Other()]
	needs := fmt.Sprintf("a new %s needs %s", w.draft.Sides[s].Type, f.Name)
	e := element(f)
	var text string
	switch e.Kind {
	case core.KindString, core.KindText:
		if isMany(f) {
			text = `"duplex"`
			reason = "; CHOOSE what belongs there"
			break
		}
		from := titleOf(other)
		if from == "" {
			return "", "", needs + ", and " + other.Name + " has no text for it: write a rule with set, for instance set: '\"…\"'"
		}
		return path(from), "", fmt.Sprintf("%s: filled with %s until you CHOOSE something better", needs, from)
	case core.KindOption:
		names := optionNames(f)
		if len(names) == 0 {
			return "", "", needs + ", and its options are not known: write a rule with set and the option, for instance set: '\"…\"'"
		}
		text = quote(middle(names))
		reason = "; CHOOSE one of its options"
	case core.KindBool:
		text, reason = "false", "; CHOOSE whether no is right"
	case core.KindDate, core.KindDateTime:
		for _, g := range other.Fields {
			if (g.Kind == core.KindDate || g.Kind == core.KindDateTime) && meaning(g) == "created" && !isMany(f) {
				return "", g.Name, fmt.Sprintf("%s: filled with %s until you CHOOSE something better", needs, g.Name)
			}
		}
		return "", "", needs + ", a day or time that nothing of " + other.Name + " gives: write a rule with set"
	case core.KindUser:
		for _, want := range []string{"assignee", "requester"} {
			for _, g := range other.Fields {
				if g.Kind == core.KindUser && meaning(g) == want && !isMany(f) {
					return "", g.Name, fmt.Sprintf("%s: filled with %s until you CHOOSE something better; with a default nobody has to be found", needs, g.Name)
				}
			}
		}
		return "", "", needs + ", a person: write a rule from a field of " + other.Name + " that holds people, or give it a default in the system itself"
	case core.KindNumber:
		return "", "", needs + ", a number that only you know: write a rule with set, for instance set: '1.0'"
	default:
		return "", "", needs + ", which names another item of its own system: give it in the scope, or a default in the system itself"
	}
	if isMany(f) {
		text = "[" + text + "]"
	}
	return text, "", needs + reason
}

// titleOf is the field that says most about an item in one line.
func titleOf(s Side) string {
	best := ""
	for _, f := range s.Fields {
		if f.Kind != core.KindString {
			continue
		}
		if meaning(f) == "title" {
			return f.Name
		}
		if best == "" {
			best = f.Name
		}
	}
	return best
}

// quote is a text in an expression.
func quote(s string) string { return `"` + escaped(s) + `"` }
