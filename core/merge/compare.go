package merge

import (
	"errors"

	"duplex/core"
)

// Means reports whether the two sides mean the same under a rule as it stands, whatever they last agreed on. known is false
// where that cannot be told: an item is missing, a side does not show the field, the rule lets the two sides differ or does
// not apply at the moment, or the value has no expression on the other side, which is err.
func Means(r *core.Rule, in Input) (same, known bool, err error) {
	if r.When != core.WhenAlways && r.When != "" || in.Now[core.A] == nil || in.Now[core.B] == nil {
		return false, false, nil
	}
	for _, s := range core.Sides {
		in.Now[s] = r.Combined(s, in.Now[s])
	}
	for _, to := range core.Sides {
		from := to.Other()
		target := in.Now[to].Field(r.Fields[to])
		shown := r.Computed(from) || !in.Now[from].Field(r.Fields[from]).IsAbsent()
		if open, e := may(r, &in, to); !open || e != nil || r.Convert[to] == nil || r.Fields[to] == "" || target.IsAbsent() || !shown {
			continue
		}
		want, e := convert(r, &in, to, target)
		if errors.Is(e, core.ErrNoTwin) { // it waits, which is no difference
			return false, false, nil
		}
		if e != nil {
			err = e
			continue
		}
		if r.AddOnly && !r.Computed(from) && r.Flow == core.FlowBoth && len(core.Without(want, target).Items()) > 0 {
			return false, false, nil // what is missing may have been removed there, and then it stays so
		}
		known = true
		switch {
		case want.IsAbsent(): // the value leaves the other side alone
			return true, true, nil
		case !bySet(r, &in) && core.Equal(want, target):
			return true, true, nil
		case bySet(r, &in) && len(core.Without(want, target).Items()) > 0:
			return false, true, nil
		case bySet(r, &in):
			same = true
		}
	}
	return same, known, err
}
