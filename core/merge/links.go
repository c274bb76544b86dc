package merge

import (
	"errors"

	"duplex/core"
)

// Rules with Link carry references to the twins of the items they name. A reference whose item has no twin yet is not
// agreed on: a single one holds the base of its rule, of a set only the element stays out of the base. So it counts as a change that is
// still to be carried, and is, as soon as there is a twin.

// bySet reports whether a rule is decided element by element. What a rule with references holds is told by its values, where
// the system could not be asked when the mapping was read.
func bySet(r *core.Rule, in *Input) bool {
	if r.AsSet || !r.Link {
		return r.AsSet
	}
	for _, s := range core.Sides {
		if in.Now[s].Field(r.Fields[s]).Kind() == core.KindSet {
			return true
		}
	}
	return false
}

// problem is the decision about a value that a conversion refused: the rule waits for a twin, or is parked.
func problem(pending core.Side, err error, reason string) core.Decision {
	if errors.Is(err, core.ErrNoTwin) {
		return core.Decision{Action: core.ActionWait, To: pending.Other(), Reason: reason + "; waits: the item that it names has no twin yet"}
	}
	return park(pending, invalid(err))
}

// untwinned are the elements of what a side shows of a rule that have no twin and were not agreed on.
func untwinned(r *core.Rule, in *Input, s core.Side) core.Value {
	now := in.Now[s].Field(r.Fields[s])
	if !r.Link || now.Kind() != core.KindSet || !r.Flow.Allows(s.Other()) {
		return core.Set()
	}
	var out []core.Value
	for _, e := range now.Items() {
		if _, ok := in.Twins[s].Of(e); !ok && !agreed(r.ID, r.Fields[s], in, s).Has(e) {
			out = append(out, e)
		}
	}
	return core.Set(out...)
}

// orWaits tells, in a decision that writes nothing, that elements wait for their twins.
func orWaits(r *core.Rule, in *Input, d core.Decision) core.Decision {
	for _, s := range core.Sides {
		if len(untwinned(r, in, s).Items()) > 0 {
			return core.Decision{Action: core.ActionWait, To: s.Other(), Reason: "waits: an item that it names has no twin yet"}
		}
	}
	return d
}

// holdUntwinned keeps elements that wait for their twins out of the new base.
func holdUntwinned(base *[2]core.Observation, in Input) {
	for i := range in.Rules {
		r := &in.Rules[i]
		for _, s := range core.Sides {
			wait := untwinned(r, &in, s)
			if len(wait.Items()) == 0 {
				continue
			}
			if was := base[s].Field(r.Fields[s]); was.Kind() == core.KindSet {
				base[s] = base[s].With(r.Fields[s], core.Without(was, wait))
			}
			if was, held := heldBy(&base[s], r.ID); held && was.Kind() == core.KindSet {
				base[s] = base[s].WithHeld(r.ID, core.Without(was, wait))
			}
		}
	}
}

// Awaited are the references, by side, that rules are to carry and whose items have no twin.
func Awaited(in Input) (out [2][]core.Value) {
	exist := in.Now[core.A] != nil && in.Now[core.B] != nil
	for i := range in.Rules {
		r := &in.Rules[i]
		if !r.Link || exist && r.When == core.WhenCreate {
			continue
		}
		for _, s := range core.Sides {
			if !r.Flow.Allows(s.Other()) {
				continue
			}
			for _, v := range in.Now[s].Field(r.Fields[s]).References() {
				if _, ok := in.Twins[s].Of(v); !ok {
					out[s] = append(out[s], v)
				}
			}
		}
	}
	return out
}
