package core

import (
	"slices"
	"time"
)

// Combined shows the fields that a rule combines on a side as one list besides, under the rule's name for them. Where one of
// them is not shown nothing is known of the whole; where all are empty it is empty. The receiver and the item stay as they
// are. nil stays nil.
func (r *Rule) Combined(s Side, o *Observation) *Observation {
	if o == nil || len(r.Parts[s]) == 0 {
		return o
	}
	name, whole := r.Fields[s], Empty(KindList)
	values := make([]Value, 0, len(r.Parts[s]))
	ours := len(o.Ours) > 0
	var at time.Time
	for _, part := range r.Parts[s] {
		v := o.Field(part)
		if v.IsAbsent() {
			whole = v
			break
		}
		values = append(values, v)
		ours = ours && slices.Contains(o.Ours, part)
		if t := o.Changed[part]; t.After(at) {
			at = t
		}
	}
	if !whole.IsAbsent() && !allEmpty(values) {
		whole = List(values...)
	}
	out := o.With(name, whole)
	if !at.IsZero() {
		out.Changed = make(map[string]time.Time, len(o.Changed)+1)
		for f, t := range o.Changed {
			out.Changed[f] = t
		}
		out.Changed[name] = at
	}
	if ours && !whole.IsAbsent() {
		out.Ours = append(slices.Clone(o.Ours), name)
	}
	return &out
}

// Apart gives each of the combined fields its part of a whole.
func (r *Rule) Apart(s Side, whole Value) map[string]Value {
	out := make(map[string]Value, len(r.Parts[s]))
	for i, part := range r.Parts[s] {
		switch items := whole.Items(); {
		case whole.IsAbsent():
			out[part] = whole
		case i < len(items):
			out[part] = items[i]
		default:
			out[part] = Empty(KindString)
		}
	}
	return out
}

func allEmpty(vs []Value) bool {
	return !slices.ContainsFunc(vs, func(v Value) bool { return !v.IsEmpty() })
}
