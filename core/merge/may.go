package merge

import "duplex/core"

// may reports whether values may flow to a side now: the rule's flow, and its condition where it has one. An error is for
// the author of the mapping.
func may(r *core.Rule, in *Input, to core.Side) (bool, error) {
	if !r.Flow.Allows(to) {
		return false, nil
	}
	if r.May[to] == nil {
		return true, nil
	}
	return r.May[to](core.Moment{Item: in.Now[to.Other()], Twin: in.Now[to]})
}

// open is may for both sides.
func open(r *core.Rule, in *Input) (open [2]bool, err error) {
	for _, to := range core.Sides {
		yes, e := may(r, in, to)
		if open[to] = yes; e != nil {
			err = e
		}
	}
	return open, err
}

// waits decides that a change of side from is left alone until the rule's condition towards the other side holds.
func waits(from core.Side) core.Decision {
	d := core.Decision{Action: core.ActionKeep, To: from, Reason: "the rule's condition does not hold now: the change waits until it does"}
	d.Held[from.Other()] = true
	return d
}

// agreed is what a side showed when the rule was last agreed on: what was held since, else the side's base. Absent: never.
func agreed(rule, field string, in *Input, s core.Side) core.Value {
	if v, ok := heldBy(in.Base[s], rule); ok {
		return v
	}
	return in.Base[s].Field(field)
}

func wasHeld(rule string, in *Input) bool {
	_, a := heldBy(in.Base[core.A], rule)
	_, b := heldBy(in.Base[core.B], rule)
	return a || b
}

// holdAgreed carries what was agreed under a rule over to the next base, for that rule alone: other rules may read the same
// fields and go on. A side whose item was just created shows nobody's edit and holds nothing; the side it was created
// from then holds an empty value, so that what it shows now follows later.
func holdAgreed(base *[2]core.Observation, in Input, rule string, fields [2]string) {
	r := ruleOf(in.Rules, rule)
	for _, s := range core.Sides {
		if in.Now[s] == nil {
			continue
		}
		v := agreed(rule, fields[s], &in, s)
		_, held := heldBy(in.Base[s], rule)
		switch {
		case in.Now[s.Other()] == nil:
			v = core.Empty(core.KindString)
		case fields[s] == "" && !held:
			v = core.Absent()
			if r != nil && in.Base[s] != nil && r.Convert[s.Other()] != nil {
				if was, err := r.Convert[s.Other()](core.ConvertInput{Item: in.Base[s]}); err == nil {
					v = was
				}
			}
		}
		base[s] = base[s].WithHeld(rule, v)
	}
}

func heldBy(o *core.Observation, rule string) (core.Value, bool) {
	if o == nil {
		return core.Absent(), false
	}
	v, ok := o.Held[rule]
	return v, ok
}
