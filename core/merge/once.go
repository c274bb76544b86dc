package merge

import "duplex/core"

// once decides a rule that fills a field and then leaves it alone: it writes only where the target is empty and was never
// agreed to hold anything, so that a person who clears the field is not overruled.
func once(r *core.Rule, in *Input) core.Decision {
	for _, s := range core.Sides {
		now, was := in.Now[s].Field(r.Fields[s]), agreed(r.ID, r.Fields[s], in, s)
		if r.Flow.Allows(s) && now.IsEmpty() && !was.IsAbsent() && !was.IsEmpty() {
			d := core.Decision{Action: core.ActionKeep, To: s, Reason: "the field was cleared, and the rule writes it only once"}
			d.Held[s] = true
			return d
		}
	}
	for _, to := range core.Sides {
		from := to.Other()
		source, target := in.Now[from].Field(r.Fields[from]), in.Now[to].Field(r.Fields[to])
		nothing := !r.Computed(from) && (source.IsAbsent() || source.IsEmpty())
		if !r.Flow.Allows(to) || nothing || !target.IsEmpty() {
			continue
		}
		open, err := may(r, in, to)
		switch {
		case err != nil:
			return park(from, invalid(err))
		case !open:
			return core.Decision{Action: core.ActionNone, Reason: "the rule's condition does not hold now"}
		}
		return write(r, in, to, "the field is empty, and the rule writes it once")
	}
	return core.Decision{Action: core.ActionNone, Reason: "nothing to write, or the field has a value and the rule writes it only once"}
}
