package merge

import "duplex/core"

// combined shows the fields that rules combine as one, on every observation of the input.
func combined(in Input) Input {
	for i := range in.Rules {
		for _, s := range core.Sides {
			in.Base[s] = in.Rules[i].Combined(s, in.Base[s])
			in.Now[s] = in.Rules[i].Combined(s, in.Now[s])
		}
	}
	return in
}

func combinedAfter(rules []core.Rule, done Done) Done {
	for i := range rules {
		for _, s := range core.Sides {
			done.After[s] = rules[i].Combined(s, done.After[s])
		}
	}
	return done
}

// apart gives a write to combined fields the parts that change.
func apart(d *core.Decision, r *core.Rule, in *Input) {
	if d.Action != core.ActionWrite || len(r.Parts[d.To]) == 0 {
		return
	}
	d.Parts = map[string]core.Value{}
	for part, v := range r.Apart(d.To, d.Value) {
		now := in.Now[d.To].Field(part)
		if !core.Equal(v, now) && !(now.IsAbsent() && v.IsEmpty()) {
			d.Parts[part] = v
		}
	}
}

// separate takes the combined fields out of the next base again. What was agreed of each part is that of the whole; where
// another rule uses a part too, what was agreed of the whole is held for the rule that combines it.
func separate(base *[2]core.Observation, rules []core.Rule) {
	for i := range rules {
		r := &rules[i]
		for _, s := range core.Sides {
			if len(r.Parts[s]) == 0 {
				continue
			}
			whole := base[s].Field(r.Fields[s])
			base[s] = base[s].With(r.Fields[s], core.Absent())
			_, held := heldBy(&base[s], r.ID)
			switch {
			case core.Equal(r.Combined(s, &base[s]).Field(r.Fields[s]), whole):
			case !shared(rules, &core.Decision{Rule: r.ID, Fields: r.Fields}):
				for part, v := range r.Apart(s, whole) {
					base[s] = base[s].With(part, v)
				}
			case !held:
				base[s] = base[s].WithHeld(r.ID, whole)
			}
		}
	}
}
