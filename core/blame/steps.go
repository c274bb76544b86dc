package blame

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"duplex/core"
)

// written is a step that duplex made.
func (t *trace) written(side core.Side, first, prev int, w write) Step {
	d := w.decision
	s := Step{Kind: Written, Side: t.Names[side], Field: t.Fields[side], Value: t.value(side, first), Was: t.value(side, prev), At: w.plan.At,
		Operator: d.By, Observation: t.Seen[side][first].Hash, Plan: w.plan.ID, Version: w.plan.Version, Reason: d.Reason}
	if w.outcome != nil && !w.outcome.Ended.IsZero() {
		s.At = w.outcome.Ended
	}
	switch {
	case d.Chosen:
		s.Kind = Resolved
	case !d.Fallback.IsAbsent() && core.Equal(s.Value, d.Fallback) && !core.Equal(s.Value, d.Value):
		s.Kind, s.Reason = Default, d.Reason+"; the person is not known on "+t.Names[side]+", so the mapping's default was written"
	}
	return s
}

// origin is where a value began: somebody's edit, the creation of the item, or the first thing the ledger holds.
func (t *trace) origin(side core.Side, first, prev int) Step {
	seen := t.Seen[side][first]
	o := &seen.Item
	s := Step{Kind: Edited, Side: t.Names[side], Field: t.Fields[side], Value: t.value(side, first), Was: t.value(side, prev),
		At: o.UpdatedAt, Observation: seen.Hash}
	if s.At.IsZero() {
		s.At = seen.StoredAt
	}
	changed, history := o.Changed[t.Fields[side]]
	if prev >= 0 {
		if history {
			s.At = changed
		} else {
			s.After = t.Seen[side][prev].Item.UpdatedAt
		}
		t.editor(&s, side, o, history)
		return s
	}
	untouched := !o.CreatedAt.IsZero() && (o.UpdatedAt.Equal(o.CreatedAt) || history && !changed.After(o.CreatedAt))
	switch {
	case first < len(t.Seen[side])-1:
		s.Kind, s.Reason = Unknown, "it was there when the field was read for the first time"
	case !t.Whole:
		s.Kind, s.Reason = Unknown, "it is older than the rows that were read"
	case t.creation(side) != nil:
		s.At, s.Plan, s.Version = o.CreatedAt, t.creation(side).ID, t.creation(side).Version
		s.Kind, s.Reason = Created, "duplex created the item, and its system or a person gave it this value at once"
	case t.wroteOnce(side):
		s.Kind, s.Reason = Unknown, "duplex has written the field; the plan is no longer in the ledger"
	case untouched:
		s.Kind, s.At, s.Person, s.Sure, s.Reason = Created, o.CreatedAt, o.CreatedBy, !o.CreatedBy.IsAbsent(), "the item was created with it"
	case history && changed.After(o.CreatedAt):
		s.At = changed
		t.editor(&s, side, o, true)
	default:
		s.Kind, s.Reason = Unknown, "it was there when duplex first read the item; the ledger begins there"
	}
	return s
}

// editor names who changed the field, as far as the system tells.
func (t *trace) editor(s *Step, side core.Side, o *core.Observation, history bool) {
	own := t.Own[side] != "" && o.UpdatedBy.ID() == t.Own[side]
	switch {
	case own:
		s.Reason = "changed in " + s.Side + "; the item's last change is duplex's own, and the system does not tell who changed this field before it"
	case o.UpdatedBy.IsAbsent():
		s.Reason = "changed in " + s.Side + "; the system does not tell by whom"
	case history && s.At.Equal(o.UpdatedAt):
		s.Person, s.Sure, s.Reason = o.UpdatedBy, true, "changed in "+s.Side
	case history:
		s.Reason = "changed in " + s.Side + "; the system tells when, and names only who changed the item later"
	default:
		s.Person, s.Reason = o.UpdatedBy, "changed in "+s.Side+"; the system tells who changed the item last, not who changed the field"
	}
}

// creation is the plan by which duplex created the side's item, nil when the ledger holds none.
func (t *trace) creation(side core.Side) *core.Plan {
	for i := range t.Plans {
		if p := &t.Plans[i]; p.Create[side] != nil && t.outcome(side, func(o *core.Outcome) bool { return o.Plan == p.ID && o.Act == "create" }) {
			return p
		}
	}
	return nil
}

// wroteOnce reports whether duplex ever wrote the side's field, whatever plan that was.
func (t *trace) wroteOnce(side core.Side) bool {
	return t.outcome(side, func(o *core.Outcome) bool {
		return slices.ContainsFunc(append([]string{t.Fields[side]}, t.Parts[side]...), func(f string) bool { return slices.Contains(o.Fields, f) })
	})
}

func (t *trace) outcome(side core.Side, is func(*core.Outcome) bool) bool {
	return slices.ContainsFunc(t.Outcomes, func(o core.Outcome) bool {
		return o.Side == t.Names[side] && (o.Result == "ok" || o.Result == "found") && is(&o)
	})
}

// lost lists edits that lost to a policy or an operator, and those that a later edit replaced before they were carried over.
func (t *trace) lost() []Lost {
	var out []Lost
	told := map[string]bool{}
	for _, to := range core.Sides {
		for _, w := range t.writes[to] {
			d := w.decision
			if !d.Conflict || d.Loser.IsAbsent() {
				continue
			}
			of := d.LoserOf
			l := Lost{Side: t.Names[of], Field: t.Fields[of], Value: d.Loser, At: w.plan.At, To: d.Value, Reason: d.Reason, Operator: d.By,
				Plan: w.plan.ID, Version: w.plan.Version, Observation: w.plan.Now[of]}
			if at, ok := t.position[of][w.plan.Now[of]]; ok && t.Fields[of] != "" {
				steps := t.follow(of, at)
				l.Person = steps[0].Person
			}
			key := fmt.Sprint(of, l.Observation, l.Value)
			if !told[key] {
				told[key] = true
				out = append(out, l)
			}
		}
	}
	for _, side := range core.Sides {
		if t.Fields[side] != "" {
			out = append(out, t.replaced(side)...)
		}
	}
	slices.SortStableFunc(out, func(a, b Lost) int { return b.At.Compare(a.At) })
	return out
}

// replaced lists edits of one side that a later edit of the same side replaced before they reached the other.
func (t *trace) replaced(side core.Side) []Lost {
	var out []Lost
	at, ok := t.shown(side, 0)
	for ok {
		first, prev := t.began(side, at)
		if prev < 0 {
			return out
		}
		now := t.origin(side, first, prev)
		if _, ours := t.writeOf(side, first, prev); !ours {
			began, before := t.began(side, prev)
			was := t.origin(side, began, before)
			_, written := t.writeOf(side, began, before)
			if was.Kind == Edited && !written && !t.carried(side, began, prev) {
				out = append(out, Lost{Side: t.Names[side], Field: t.Fields[side], Value: was.Value, Person: was.Person, At: now.At, To: now.Value,
					Reason: "a later edit in " + t.Names[side] + " replaced it before it was carried over", Observation: was.Observation})
			}
		}
		at = prev
	}
	return out
}

// carried reports whether a value that showed from the sighting first to the sighting last was written to the other side.
func (t *trace) carried(side core.Side, first, last int) bool {
	for _, w := range t.writes[side.Other()] {
		if at, ok := t.position[side][w.plan.Now[side]]; ok && at <= first && at >= last {
			return true
		}
	}
	return false
}

// sentence says where a value came from.
func sentence(s Side) string {
	if len(s.Steps) == 0 {
		return s.Field + " of " + s.Name + " was not read yet"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s", s.Value, s.Name)
	for i, step := range s.Steps {
		switch {
		case i == 0 && step.duplex():
			fmt.Fprintf(&b, " was written by duplex at %s (%s, mapping version %d)", when(step.At), step.Reason, step.Version)
			if step.Operator != "" {
				fmt.Fprintf(&b, "; the operator was %s", step.Operator)
			}
		case i == 0:
			b.WriteString(" " + step.said("was"))
		case step.duplex():
			fmt.Fprintf(&b, ", which duplex had written to %s at %s (%s)", step.Side, when(step.At), step.Reason)
		case step.Kind == Edited || step.Kind == Created:
			fmt.Fprintf(&b, ", because %s of %s %s", step.Field, step.Side, step.said("was"))
		default:
			fmt.Fprintf(&b, "; %s: %s", step.Side, step.Reason)
		}
	}
	return b.String()
}

// duplex reports a step that duplex made itself.
func (s Step) duplex() bool { return s.Kind == Written || s.Kind == Resolved || s.Kind == Default }

// said is a step of others in words.
func (s Step) said(was string) string {
	by := ""
	if !s.Person.IsAbsent() {
		by = " by " + s.Person.String()
	}
	switch s.Kind {
	case Edited:
		if s.Was.IsAbsent() {
			return fmt.Sprintf("%s set to %s%s at %s", was, s.Value, by, when(s.At))
		}
		return fmt.Sprintf("%s changed from %s to %s%s at %s", was, s.Was, s.Value, by, when(s.At))
	case Created:
		return fmt.Sprintf("%s %s from the item's creation%s at %s (%s)", was, s.Value, by, when(s.At), s.Reason)
	}
	return s.Reason
}

func when(t time.Time) string {
	if t.IsZero() {
		return "a time that is not told"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}
