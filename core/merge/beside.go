package merge

import "duplex/core"

// beside completes a decision by what goes along with its write: further fields of the target, and what is to be done about a
// person whom the target does not know.
func beside(r *core.Rule, in *Input, d core.Decision) core.Decision {
	if d.Action == core.ActionNone || d.Action == core.ActionAgree {
		d = nameless(r, in, d)
	}
	if d.Action != core.ActionWrite {
		return d
	}
	d.ByName, d.Unknown = r.ByName, r.Unknown[d.To]
	if v, shows := nameShown(r, in, d.To); shows && d.Value.IsEmpty() {
		d.Also = map[string]core.Value{d.Unknown.Field: core.Empty(v.Kind())}
	}
	if r.Also[d.To] == nil {
		return d
	}
	fields, err := r.Also[d.To](core.AlsoInput{Value: d.Value, Item: in.Now[d.To.Other()]})
	if err != nil {
		p := park(d.To.Other(), invalid(err))
		if in.Now[d.To] != nil {
			p.Fingerprint = shown(r, in)
		}
		return p
	}
	for name, v := range fields {
		if v.IsAbsent() {
			continue
		}
		if d.Also == nil {
			d.Also = map[string]core.Value{}
		}
		d.Also[name] = v
	}
	return d
}

// nameless takes away the name of a person who was not known, once both sides mean the same person, or nobody.
func nameless(r *core.Rule, in *Input, d core.Decision) core.Decision {
	for _, to := range core.Sides {
		v, shows := nameShown(r, in, to)
		if !shows || in.Now[to.Other()] == nil || !same(r, in) {
			continue
		}
		return core.Decision{Action: core.ActionWrite, To: to, Value: in.Now[to].Field(r.Fields[to]), Fingerprint: shown(r, in),
			Also: map[string]core.Value{r.Unknown[to].Field: core.Empty(v.Kind())}, Reason: "both sides mean the same person: the name written instead is taken away"}
	}
	return d
}

// nameShown is the name of an unknown person that an item shows.
func nameShown(r *core.Rule, in *Input, to core.Side) (core.Value, bool) {
	if r.Unknown[to].Field == "" || in.Now[to] == nil {
		return core.Value{}, false
	}
	v := in.Now[to].Field(r.Unknown[to].Field)
	return v, !v.IsAbsent() && !v.IsEmpty()
}
