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
			r, reason := w.give(s, f)
			if r == nil {
				w.draft.Unfed = append(w.draft.Unfed, Unfed{Side: s, Field: f, Text: reason})
				continue
			}
			if w.used[s][f.Name] {
				reason += "; leave this out when you put the rule in force that names " + f.Name + " above"
			}
			r.When, r.Flow, r.Reasons = core.WhenCreate, core.FlowToA, []string{reason}
			if s == core.B {
				r.Flow = core.FlowToB
			}
			r.Fields[s] = f.Name
			w.add(*r)
		}
	}
}

// force puts a doubtful rule in force that writes a required field, where it cannot be refused for its options.
func (w *work) force(s core.Side, f Field) bool {
	for i, r := range w.draft.Rules {
		if r.Doubt == "" || r.Fields[s] != f.Name || !r.Flow.Allows(s) || r.Set+r.Value != "" {
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

// give is a rule for a required field that has no counterpart, and why this one: a constant, an expression, or a field of the
// other side that has such a value. None, with what a person has to fill in, where nothing can be guessed.
func (w *work) give(s core.Side, f Field) (r *Rule, reason string) {
	other := w.draft.Sides[s.Other()]
	needs := fmt.Sprintf("a new %s needs %s", w.draft.Sides[s].Type, f.Name)
	until := func(field string) string {
		return fmt.Sprintf("%s: filled with %s until you CHOOSE something better", needs, field)
	}
	from := func(field string) *Rule {
		r := &Rule{}
		r.Fields[s.Other()] = field
		return r
	}
	many := isMany(f)
	switch element(f).Kind {
	case core.KindString, core.KindText:
		if many {
			return &Rule{Value: "duplex", Many: true}, needs + "; CHOOSE what belongs there"
		}
		if title := titleOf(other); title != "" {
			return &Rule{Set: path(title)}, until(title)
		}
		return nil, needs + ", and " + other.Name + " has no text for it: write a rule with value or set"
	case core.KindOption:
		if names := optionNames(f); len(names) > 0 {
			return &Rule{Value: middle(names), Many: many}, needs + "; CHOOSE one of its options"
		}
		return nil, needs + ", and its options are not known: write a rule with value"
	case core.KindBool:
		if !many {
			return &Rule{Set: "false"}, needs + "; CHOOSE whether no is right"
		}
	case core.KindDate, core.KindDateTime:
		for _, g := range other.Fields {
			if (g.Kind == core.KindDate || g.Kind == core.KindDateTime) && meaning(g) == "created" && !many {
				return from(g.Name), until(g.Name)
			}
		}
		return nil, needs + ", a day or time that nothing of " + other.Name + " gives: write a rule with set"
	case core.KindUser:
		for _, want := range []string{"assignee", "requester"} {
			for _, g := range other.Fields {
				if g.Kind == core.KindUser && meaning(g) == want && !many {
					return from(g.Name), until(g.Name) + "; with a default nobody has to be found"
				}
			}
		}
		return nil, needs + ", a person: write a rule from a field of " + other.Name + " that holds people, or give it a default in the system itself"
	case core.KindNumber:
		return nil, needs + ", a number that only you know: write a rule with value"
	}
	return nil, needs + ", which " + other.Name + " knows nothing of: give it in the scope, or a default in the system itself"
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
