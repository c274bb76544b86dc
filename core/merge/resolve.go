package merge

import "duplex/core"

// Choice is an operator's decision about one rule.
type Choice struct {
	ID   string
	By   string
	Side core.Side
	// Value is written to Side, and its conversion to the other side where the rule flows there; absent: Side's own value
	// wins.
	Value core.Value
	// Seen is what both sides showed when the choice was made; absent is not compared. A choice is for these values only.
	Seen [2]core.Value
	Half bool // Value was written to Side already
}

// chosen carries an operator's choice out, unless a value has changed since it was made: nobody has decided about that
// one, so the rule is decided as if there were no choice.
func chosen(r *core.Rule, in *Input, c Choice) (core.Decision, bool) {
	var d core.Decision
	if c.Value.IsAbsent() {
		to := c.Side.Other()
		as := *r
		as.Loss = core.LossKeep // whoever chooses was told what goes
		d = write(&as, in, to, "an operator chose this value")
		if !unchanged(r, in, c, to, d.Value) || !unchanged(r, in, c, c.Side, core.Absent()) {
			return d, false
		}
		d = withLoser(d, in, r, to)
	} else {
		var ok bool
		if d, ok = given(r, in, c); !ok {
			return d, false
		}
	}
	d.Chosen, d.Resolution, d.By = true, c.ID, c.By
	return d, true
}

// given writes an operator's own value: to the side in whose words it is first, then its conversion to the other.
func given(r *core.Rule, in *Input, c Choice) (core.Decision, bool) {
	const reason = "an operator gave this value"
	first, other := c.Side, c.Side.Other()
	if r.Fields[first] == "" || !r.Flow.Allows(first) {
		return core.Decision{}, false
	}
	now := in.Now[first].Field(r.Fields[first])
	source := c.Value
	if c.Half {
		source = now // as the system spells it
	}
	var want core.Value
	follows := r.Fields[other] != "" && r.Flow.Allows(other) && r.Convert[other] != nil
	if follows {
		item := in.Now[first].With(r.Fields[first], source)
		var err error
		want, err = r.Convert[other](core.ConvertInput{Value: source, Item: &item, Target: in.Now[other].Field(r.Fields[other]), Twins: in.Twins[first], Refer: in.Refer})
		if err != nil {
			d := park(first, invalid(err))
			d.Given = true
			return d, true
		}
	}
	if !unchanged(r, in, c, first, c.Value) || !unchanged(r, in, c, other, want) {
		return core.Decision{}, false
	}
	otherDone := !follows || want.IsAbsent() || core.Equal(want, in.Now[other].Field(r.Fields[other]))
	switch {
	case !c.Half && !core.Equal(now, c.Value):
		d := replace(r, in, first, c.Value, reason)
		d.Half = !otherDone
		return d, true
	case !otherDone:
		return replace(r, in, other, want, reason), true
	}
	return core.Decision{Action: core.ActionAgree, Given: true, Reason: reason + "; both sides mean it already"}, true
}

// replace writes a value over whatever a side shows, which is kept.
func replace(r *core.Rule, in *Input, to core.Side, v core.Value, reason string) core.Decision {
	now := in.Now[to].Field(r.Fields[to])
	d := core.Decision{Action: core.ActionWrite, To: to, Value: v, Reason: reason, Given: true, Conflict: true, LoserOf: to, Loser: now}
	if bySet(r, in) {
		d.Sets[to] = core.SetChange{Add: core.Without(v, now), Remove: core.Without(now, v)}
	}
	return d
}

// unchanged reports whether a side still shows what the operator saw, or shows the outcome already.
func unchanged(r *core.Rule, in *Input, c Choice, s core.Side, outcome core.Value) bool {
	now := in.Now[s].Field(r.Fields[s])
	return r.Fields[s] == "" || c.Seen[s].IsAbsent() || core.Equal(now, c.Seen[s]) || !outcome.IsAbsent() && core.Equal(now, outcome)
}

// Verdict is what became of an operator's choice in one sync.
type Verdict int

// The verdicts.
const (
	Waiting Verdict = iota // not carried out yet: its write is still to come
	Halfway                // the side in whose words the value is has it; the other side follows
	Settled                // done
	Lapsed                 // a value has changed since the choice was made, or the rule is gone
	Refused                // the value cannot be converted, or the system refuses it
)

// Verdicts tells what became of each choice, by rule.
func Verdicts(in Input, ds []core.Decision, done Done) map[string]Verdict {
	out := map[string]Verdict{}
	for rule, c := range in.Resolve {
		out[rule] = Lapsed
		for i := range ds {
			if d := &ds[i]; d.Rule == rule && d.Chosen && d.Resolution == c.ID {
				out[rule] = verdict(d, done)
			}
		}
	}
	return out
}

func verdict(d *core.Decision, done Done) Verdict {
	_, failed := done.Failed[d.Rule]
	switch {
	case failed, d.Action == core.ActionPark:
		return Refused
	case d.Action == core.ActionWait, d.Action == core.ActionWrite && !done.Wrote[d.To]:
		return Waiting
	case d.Half:
		return Halfway
	}
	return Settled
}
