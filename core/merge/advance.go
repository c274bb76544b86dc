package merge

import (
	"slices"

	"duplex/core"
)

// Done says what became of the writes of a plan.
type Done struct {
	// Wrote[side] tells that the side's writes were carried out, less the rules in Failed. A side without writes counts
	// as carried out.
	Wrote [2]bool
	// After[side] is the item as it was right after the write; nil where nothing was written.
	After [2]*core.Observation
	// Values holds what was really written where it differs from the decision: a user found on the target, a default; absent:
	// the target keeps what it has.
	Values map[string]core.Value
	Failed map[string]core.Problem // by rule id
}

// Advance gives the next base and what is parked now. The base of a rule moves only when what was decided for it
// has been done; every other rule keeps its base, so that nothing is taken for agreed that is not.
//
// The new base of a written field is the value seen after the write when that is what was written or when the
// field is rich text, which systems rewrite; else it is what was written, so that a foreign value found there is
// seen as somebody's edit.
func Advance(in Input, ds []core.Decision, done Done) ([2]core.Observation, map[string]core.Parked) {
	in, done = combined(in), combinedAfter(in.Rules, done)
	var base [2]core.Observation
	for _, s := range core.Sides {
		base[s] = start(in, done, s)
	}
	parked := map[string]core.Parked{}
	for i := range ds {
		d := &ds[i]
		if p, failed := done.Failed[d.Rule]; failed {
			parked[d.Rule] = core.Parked{Problem: p, Fingerprint: d.Fingerprint, Pending: d.To.Other(), Version: in.Version}
			hold(&base, in, d)
			continue
		}
		switch d.Action {
		case core.ActionPark, core.ActionParked:
			version := in.Version
			if d.Action == core.ActionParked {
				version = in.Parked[d.Rule].Version
			}
			parked[d.Rule] = core.Parked{Problem: *d.Problem, Fingerprint: d.Fingerprint, Pending: d.Pending, Version: version}
			hold(&base, in, d)
		case core.ActionWait:
			if r := ruleOf(in.Rules, d.Rule); r == nil || !bySet(r, &in) {
				hold(&base, in, d)
			}
		case core.ActionKeep:
			switch r := ruleOf(in.Rules, d.Rule); {
			case d.Held == [2]bool{} && shared(in.Rules, d):
				holdAgreed(&base, in, d.Rule, d.Fields)
			case d.Held == [2]bool{}:
				holdSide(&base, in, d, d.To)
			case r != nil && bySet(r, &in) && in.Now[core.A] != nil && in.Now[core.B] != nil && r.When != core.WhenOnce:
				advanceSets(&base, in, d, done)
			default:
				holdAgreed(&base, in, d.Rule, d.Fields)
			}
		case core.ActionWrite:
			if d.Chosen && (!done.Wrote[d.To] || d.Half) { // parked until all of the operator's choice is carried out
				if p, ok := in.Parked[d.Rule]; ok {
					parked[d.Rule] = p
				}
			}
			if !done.Wrote[d.To] || d.Half || d.Follows {
				hold(&base, in, d)
				if was, ok := in.Parked[d.Rule]; ok { // what it waits to carry is known by nothing else: it is decided anew, not forgotten
					was.Fingerprint = ""
					parked[d.Rule] = was
				}
				continue
			}
			written := d.Value
			if v, ok := done.Values[d.Rule]; ok {
				written = v
			}
			if written.IsAbsent() { // the field was left as it is, and that counts as agreed on
				continue
			}
			base[d.To] = base[d.To].With(d.Fields[d.To], settled(done.After[d.To].Field(d.Fields[d.To]), written))
		case core.ActionMerge:
			advanceSets(&base, in, d, done)
		}
	}
	for _, to := range core.Sides {
		if done.Wrote[to] && in.Now[to] != nil {
			unseen(&base, in, ds, done, to)
		}
	}
	holdUntwinned(&base, in)
	separate(&base, in.Rules)
	return base, parked
}

// unseen holds, for every rule that reads what other rules have just written to a side, what it was decided on: for that
// rule the write is a change that it has not carried yet.
func unseen(base *[2]core.Observation, in Input, ds []core.Decision, done Done, to core.Side) {
	written := map[string]bool{}
	for i := range ds {
		if _, failed := done.Failed[ds[i].Rule]; !failed && writesTo(ds[i], to) {
			written[ds[i].Fields[to]] = true
			for part := range ds[i].Parts {
				written[part] = true
			}
		}
	}
	for i := range ds {
		d := &ds[i]
		r := ruleOf(in.Rules, d.Rule)
		_, held := heldBy(&base[to], d.Rule)
		if r == nil || held || r.When == core.WhenCreate || len(written) == 0 || writesTo(*d, to) || !r.Flow.Allows(to.Other()) || r.Convert[to.Other()] == nil {
			continue
		}
		if !r.Computed(to) {
			if written[d.Fields[to]] || slices.ContainsFunc(r.Parts[to], func(part string) bool { return written[part] }) {
				base[to] = base[to].WithHeld(d.Rule, in.Now[to].Field(d.Fields[to]))
			}
			continue
		}
		was, err1 := r.Convert[to.Other()](core.ConvertInput{Item: in.Now[to]})
		is, err2 := r.Convert[to.Other()](core.ConvertInput{Item: &base[to]})
		if err1 != nil || err2 != nil || !core.Equal(was, is) {
			base[to] = base[to].WithHeld(d.Rule, was)
		}
	}
}

// shared reports that another rule uses a field of the decision too.
func shared(rules []core.Rule, d *core.Decision) bool {
	own := ruleOf(rules, d.Rule)
	for i := range rules {
		if rules[i].ID == d.Rule {
			continue
		}
		for _, s := range core.Sides {
			for _, f := range fieldsOf(&rules[i], s) {
				if f == d.Fields[s] || own != nil && slices.Contains(own.Parts[s], f) {
					return true
				}
			}
		}
	}
	return false
}

// fieldsOf are the fields of a side that a rule uses by themselves or in parts.
func fieldsOf(r *core.Rule, s core.Side) []string {
	if len(r.Parts[s]) > 0 {
		return r.Parts[s]
	}
	if r.Fields[s] == "" {
		return nil
	}
	return []string{r.Fields[s]}
}

// start is the observation the new base is made from: what was planned on, or what was created.
func start(in Input, done Done, s core.Side) core.Observation {
	var o core.Observation
	switch {
	case in.Now[s] != nil:
		o = *in.Now[s]
	case done.After[s] != nil:
		o = *done.After[s]
	}
	if done.After[s] != nil {
		o.Ref, o.Revision, o.UpdatedAt = done.After[s].Ref, done.After[s].Revision, done.After[s].UpdatedAt
	}
	o.Comments, o.Attachments, o.Complete, o.Held = nil, nil, false, nil
	o.Worklogs, o.AllWorklogs = nil, false
	if in.Base[s] != nil {
		for name, v := range in.Base[s].Fields { // a field that is not shown now keeps what was agreed on
			if o.Field(name).IsAbsent() {
				o = o.With(name, v)
			}
		}
	}
	return o
}

func settled(after, written core.Value) core.Value {
	if after.IsAbsent() {
		return written
	}
	if after.Kind() == core.KindText || core.Equal(after, written) {
		return after
	}
	return written
}

// hold keeps the old base of a rule on both sides. What a computed rule gave, and the values of fields that other rules use
// too, are held for the rule alone.
func hold(base *[2]core.Observation, in Input, d *core.Decision) {
	if alone := d.Fields[core.A] != "" && d.Fields[core.B] != "" && !shared(in.Rules, d); !alone || wasHeld(d.Rule, &in) {
		holdAgreed(base, in, d.Rule, d.Fields)
		return
	}
	for _, s := range core.Sides {
		holdSide(base, in, d, s)
	}
}

// An item that was just created keeps what it shows: that is nobody's edit.
func holdSide(base *[2]core.Observation, in Input, d *core.Decision, s core.Side) {
	if d.Fields[s] != "" && in.Now[s] != nil {
		base[s] = base[s].With(d.Fields[s], agreed(d.Rule, d.Fields[s], &in, s))
	}
}

// advanceSets moves each direction's part of a set on its own: the source's change and its effect on the target. A direction
// that waits for its condition stays where it is.
func advanceSets(base *[2]core.Observation, in Input, d *core.Decision, done Done) {
	if d.Held != [2]bool{} {
		holdAgreed(base, in, d.Rule, d.Fields)
	}
	var next [2]core.Value
	for _, s := range core.Sides {
		next[s] = several(agreed(d.Rule, d.Fields[s], &in, s))
	}
	for _, to := range core.Sides {
		from := to.Other()
		if d.Held[to] || changes(d.Sets[to]) && !done.Wrote[to] {
			continue
		}
		if d.Fields[from] != "" && !in.Now[from].Field(d.Fields[from]).IsAbsent() {
			was, is := several(agreed(d.Rule, d.Fields[from], &in, from)), several(in.Now[from].Field(d.Fields[from]))
			next[from] = core.Union(core.Without(next[from], core.Without(was, is)), core.Without(is, was))
		}
		// The whole change counts, also elements that the target had gained or lost by itself already.
		if r := ruleOf(in.Rules, d.Rule); r != nil && r.Flow.Allows(to) {
			if add, remove, err := delta(r, &in, to); err == nil {
				next[to] = core.Union(core.Without(next[to], remove), add)
			}
		}
	}
	for _, s := range core.Sides {
		switch {
		case d.Fields[s] == "":
		case d.Held != [2]bool{}:
			base[s] = base[s].WithHeld(d.Rule, next[s])
		default:
			base[s] = base[s].With(d.Fields[s], asShown(next[s], in.Now[s].Field(d.Fields[s])))
		}
	}
}

func ruleOf(rules []core.Rule, id string) *core.Rule {
	for i := range rules {
		if rules[i].ID == id {
			return &rules[i]
		}
	}
	return nil
}
