package merge

import "duplex/core"

// sets merges a rule element by element: what a side added is added on the other, what it removed is removed there
// unless another of its elements still means the same.
func sets(r *core.Rule, in *Input) core.Decision {
	d := core.Decision{Action: core.ActionMerge, Reason: "elements added or removed since the base"}
	moved, held := false, [2]bool{}
	for _, to := range core.Sides {
		from := to.Other()
		if !r.Flow.Allows(to) {
			continue
		}
		now, target := in.Now[from].Field(r.Fields[from]), in.Now[to].Field(r.Fields[to])
		if now.IsAbsent() && !r.Computed(from) {
			continue
		}
		add, remove, err := delta(r, in, to)
		if err != nil {
			return park(from, invalid(err))
		}
		if len(add.Items())+len(remove.Items()) == 0 {
			continue
		}
		open, err := may(r, in, to)
		switch {
		case err != nil:
			return park(from, invalid(err))
		case !open:
			held[to] = true
			continue
		}
		moved = true
		add = core.Without(add, target)
		if !target.IsAbsent() {
			remove = intersect(remove, target)
		}
		d.Sets[to] = core.SetChange{Add: add, Remove: remove}
	}
	for _, s := range core.Sides {
		if changes(d.Sets[s]) {
			d.Held = held
			return d
		}
	}
	for _, to := range core.Sides {
		if held[to] {
			d := waits(to.Other())
			d.Held = held
			return d
		}
	}
	if moved {
		return orWaits(r, in, core.Decision{Action: core.ActionAgree, Reason: "both sides already hold the same elements"})
	}
	return orWaits(r, in, core.Decision{Action: core.ActionNone, Reason: "neither side changed"})
}

// delta is what the source side gained and lost since its base, in the target's words. Without a base everything is
// gained. What another element of the source still means is not lost, and of a rule that only adds nothing is.
func delta(r *core.Rule, in *Input, to core.Side) (add, remove core.Value, err error) {
	from := to.Other()
	now, base := several(in.Now[from].Field(r.Fields[from])), several(agreed(r.ID, r.Fields[from], in, from))
	if r.Computed(from) {
		is, err := elements(r, in, to, core.Absent())
		if err != nil || in.Base[from] == nil {
			return is, core.Set(), err
		}
		was, held := heldBy(in.Base[from], r.ID)
		if !held {
			was, err = r.Convert[to](core.ConvertInput{Item: in.Base[from]})
		}
		if r.AddOnly {
			return core.Without(is, was), core.Set(), err
		}
		return core.Without(is, was), core.Without(was, is), err
	}
	if add, err = elements(r, in, to, core.Without(now, base)); err != nil || r.AddOnly {
		return add, core.Set(), err
	}
	if remove, err = elements(r, in, to, core.Without(base, now)); err != nil {
		return add, remove, err
	}
	kept, err := elements(r, in, to, now)
	return add, core.Without(remove, kept), err
}

func elements(r *core.Rule, in *Input, to core.Side, set core.Value) (core.Value, error) {
	if !r.Computed(to.Other()) && len(set.Items()) == 0 {
		return core.Set(), nil
	}
	return r.Convert[to](core.ConvertInput{Value: set, Item: in.Now[to.Other()], Twins: in.Twins[to.Other()]})
}

// several is a value as a set: one value is the set of it.
func several(v core.Value) core.Value {
	switch {
	case v.IsAbsent(), v.Kind() == core.KindSet, v.Kind() == core.KindList:
		return v
	case v.IsEmpty():
		return core.Set()
	}
	return core.Set(v)
}

// asShown is a set as a field shows it that holds one value.
func asShown(set, now core.Value) core.Value {
	switch {
	case now.IsAbsent(), now.Kind() == core.KindSet, now.Kind() == core.KindList:
		return set
	case len(set.Items()) == 1:
		return set.Items()[0]
	}
	return core.Empty(now.Kind())
}

func intersect(a, b core.Value) core.Value {
	return core.Without(a, core.Without(a, b))
}
