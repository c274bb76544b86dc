package merge

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"duplex/core"
)

// Input is everything a decision may look at.
type Input struct {
	Rules   []core.Rule
	Base    [2]*core.Observation // nil before the first sync
	Now     [2]*core.Observation // nil for an item that is to be created; at most one is nil
	Origin  core.Side            // the side whose item came first
	Parked  map[string]core.Parked
	Version int               // of the connection; a newer one than a parked rule's tries it again
	Resolve map[string]Choice // operators' choices by rule
	Twins   [2]core.Twins     // Twins[s]: of the items that references on side s name
	Retry   bool              // an operator asked: try everything parked again
	// Refer[to] carries what a rich text names to side to; see core.ConvertInput.
	Refer [2]core.Refer
}

// Fields decides every rule. It never fails: what cannot be decided is parked with a problem.
func Fields(in Input) []core.Decision {
	in = combined(in)
	ds := make([]core.Decision, 0, len(in.Rules))
	for i := range in.Rules {
		d := beside(&in.Rules[i], &in, decide(&in.Rules[i], &in))
		d.Rule, d.Where, d.Fields = in.Rules[i].ID, in.Rules[i].Where, in.Rules[i].Fields
		apart(&d, &in.Rules[i], &in)
		ds = append(ds, d)
	}
	return ds
}

func decide(r *core.Rule, in *Input) core.Decision {
	for _, to := range core.Sides {
		if in.Now[to] == nil {
			return creating(r, in, to)
		}
	}
	if r.When == core.WhenCreate {
		return core.Decision{Action: core.ActionNone, Reason: "applies only when the item is created"}
	}
	if choice, ok := in.Resolve[r.ID]; ok {
		if d, ok := chosen(r, in, choice); ok {
			d.Fingerprint = shown(r, in)
			return d
		}
	}
	parked, isParked := in.Parked[r.ID]
	if isParked && parked.Version == in.Version && !in.Retry && parked.Fingerprint == shown(r, in) {
		p := parked.Problem
		return core.Decision{Action: core.ActionParked, Pending: parked.Pending, Fingerprint: parked.Fingerprint, Problem: &p,
			Reason: "parked, and nothing has changed since"}
	}
	var d core.Decision
	switch {
	case r.When == core.WhenOnce:
		d = once(r, in)
	case bySet(r, in):
		d = sets(r, in)
	default:
		d = single(r, in, isParked, parked.Pending)
	}
	switch d.Action {
	case core.ActionPark, core.ActionWrite, core.ActionMerge: // of the others nothing can be parked
		d.Fingerprint = shown(r, in)
	}
	return d
}

// shown identifies what the two sides show of the fields that a rule looks at.
func shown(r *core.Rule, in *Input) string {
	vs := []core.Value{in.Now[core.A].Field(r.Fields[core.A]), in.Now[core.B].Field(r.Fields[core.B])}
	for _, s := range core.Sides {
		for _, f := range r.Reads[s] {
			vs = append(vs, in.Now[s].Field(f))
		}
	}
	return fingerprint(vs...)
}

// creating decides a rule for an item that does not exist yet.
func creating(r *core.Rule, in *Input, to core.Side) core.Decision {
	from := to.Other()
	if !r.Flow.Allows(to) {
		return core.Decision{Action: core.ActionNone, Reason: "does not flow to the new item"}
	}
	if r.When == core.WhenUpdate {
		return core.Decision{Action: core.ActionNone, Reason: "applies only while both items exist"}
	}
	v := in.Now[from].Field(r.Fields[from])
	if v.IsAbsent() && !r.Computed(from) {
		return core.Decision{Action: core.ActionNone, Reason: "the source does not show the field"}
	}
	if open, err := may(r, in, to); err != nil {
		return park(from, invalid(err))
	} else if !open {
		return waits(from)
	}
	want, err := convert(r, in, to, core.Absent())
	if err != nil {
		return problem(from, err, "the item is created")
	}
	if want.IsEmpty() || want.IsAbsent() {
		return orWaits(r, in, core.Decision{Action: core.ActionAgree, Reason: "nothing to set on the new item"})
	}
	return core.Decision{Action: core.ActionWrite, To: to, Value: want, Fallback: r.Default[to], Reason: "the item is created"}
}

// single decides a rule whose value moves as a whole.
func single(r *core.Rule, in *Input, isParked bool, pending core.Side) core.Decision {
	var changed, known [2]bool
	for _, s := range core.Sides {
		changed[s], known[s] = sideChanged(r, in, s)
		if isParked && pending == s {
			changed[s], known[s] = true, true
		}
	}
	if !known[core.A] || !known[core.B] {
		return first(r, in)
	}
	switch {
	case !changed[core.A] && !changed[core.B]:
		return core.Decision{Action: core.ActionNone, Reason: "neither side changed"}
	case changed[core.A] && changed[core.B]:
		if d, ok := merged(r, in, "both sides changed"); ok {
			return d
		}
		// What the sync wrote to a text that is merged may hold edits of that side's own.
		if s, ok := unfinished(r, in); ok && r.Merge == nil {
			return writeIf(r, in, s, "only one side was changed by somebody: the other shows a write of the sync that did not come to its end")
		}
		return both(r, in, "both sides changed")
	}
	from := core.A
	if changed[core.B] {
		from = core.B
	}
	if !r.Flow.Allows(from.Other()) {
		return core.Decision{Action: core.ActionKeep, To: from, Reason: "changed on a side that does not flow: left alone"}
	}
	return writeIf(r, in, from.Other(), "only one side changed")
}

// unfinished finds the side whose value the sync's own account wrote last, where the other's is somebody's: a step on the way
// to a status, or a write whose answer was lost. That is no edit, and wins over none.
func unfinished(r *core.Rule, in *Input) (core.Side, bool) {
	var ours [2]bool
	for _, s := range core.Sides {
		ours[s] = r.Fields[s] != "" && slices.Contains(in.Now[s].Ours, r.Fields[s])
	}
	for _, s := range core.Sides {
		if ours[s] && !ours[s.Other()] && r.Flow.Allows(s) {
			return s, true
		}
	}
	return core.A, false
}

// sideChanged compares a side with its base. A field that is not shown now has not changed.
func sideChanged(r *core.Rule, in *Input, s core.Side) (changed, known bool) {
	if r.Computed(s) {
		if in.Base[s] == nil {
			return false, false
		}
		is, err2 := r.Convert[s.Other()](core.ConvertInput{Item: in.Now[s], Refer: in.Refer})
		if was, held := heldBy(in.Base[s], r.ID); held {
			return err2 != nil || !core.Equal(was, is), true
		}
		was, err1 := r.Convert[s.Other()](core.ConvertInput{Item: in.Base[s], Refer: in.Refer})
		return err1 != nil || err2 != nil || !core.Equal(was, is), true
	}
	now, base := in.Now[s].Field(r.Fields[s]), agreed(r.ID, r.Fields[s], in, s)
	if now.IsAbsent() {
		// Nothing is known about it now. If nothing was known before either, the other side alone decides.
		return false, true
	}
	return !core.Equal(now, base), !base.IsAbsent()
}

// first decides a rule that has no base: fill what is empty, agree on what is the same, else it is a conflict.
func first(r *core.Rule, in *Input) core.Decision {
	if same(r, in) {
		return core.Decision{Action: core.ActionAgree, Reason: "both sides already mean the same"}
	}
	for _, to := range core.Sides {
		from := to.Other()
		if r.Computed(from) {
			return writeIf(r, in, to, "first sync")
		}
		source, target := in.Now[from].Field(r.Fields[from]), in.Now[to].Field(r.Fields[to])
		fills := !source.IsAbsent() && !source.IsEmpty() && (target.IsEmpty() || target.IsAbsent())
		if fills {
			if !r.Flow.Allows(to) {
				return core.Decision{Action: core.ActionKeep, To: from, Reason: "first sync: set only on a side that does not flow"}
			}
			return writeIf(r, in, to, "first sync: the other side was empty")
		}
	}
	if in.Now[core.A].Field(r.Fields[core.A]).IsAbsent() || in.Now[core.B].Field(r.Fields[core.B]).IsAbsent() {
		return core.Decision{Action: core.ActionAgree, Reason: "first sync: nothing to carry"}
	}
	if leaves(r, in) {
		return core.Decision{Action: core.ActionAgree, Reason: "first sync: the value leaves the other side alone"}
	}
	return both(r, in, "first sync: both sides have a value")
}

// leaves reports that the value of a side means that the other side keeps what it has.
func leaves(r *core.Rule, in *Input) bool {
	for _, to := range core.Sides {
		if !r.Flow.Allows(to) {
			continue
		}
		want, err := convert(r, in, to, in.Now[to].Field(r.Fields[to]))
		if err == nil && want.IsAbsent() {
			return true
		}
	}
	return false
}

// both decides two changes since the base.
func both(r *core.Rule, in *Input, why string) core.Decision {
	if same(r, in) {
		return core.Decision{Action: core.ActionAgree, Reason: why + " to the same meaning"}
	}
	mays, err := open(r, in)
	switch {
	case err != nil:
		return park(in.Origin, invalid(err))
	case !mays[core.A] && !mays[core.B]:
		d := waits(in.Origin)
		d.Held = [2]bool{r.Flow.Allows(core.A), r.Flow.Allows(core.B)}
		return d
	}
	policy, err := policyOf(r, in)
	if err != nil {
		return park(in.Origin, invalid(err))
	}
	winner, reason, timed, ok := wins(r, in, policy, mays)
	if !ok {
		d := park(in.Origin, core.Problem{Class: core.ProblemConflict,
			Text: "both sides changed this field to different values: choose one with resolve", Retries: "resolve, or an edit that makes both sides agree"})
		d.Conflict = true
		return d
	}
	if !mays[winner.Other()] {
		return waits(winner)
	}
	d := withLoser(write(r, in, winner.Other(), why+"; "+reason), in, r, winner.Other())
	d.Timed = d.Conflict && timed
	return d
}

// wins names the side whose value wins and why; timed tells that the times of the edits decided. Where values may flow one way
// only at the moment, that way is taken, unless the policy names a side or a person is to decide.
func wins(r *core.Rule, in *Input, policy core.Policy, open [2]bool) (winner core.Side, reason string, timed, ok bool) {
	for _, s := range core.Sides {
		if !r.Flow.Allows(s) {
			return s, "the rule flows one way", false, true
		}
	}
	if s, ok := policy.Wins(); ok {
		return s, "the policy names the winner", false, true
	}
	if policy != core.PolicyLatest {
		return core.A, "", false, false
	}
	for _, s := range core.Sides {
		if !open[s] {
			return s, "the rule flows one way now", false, true
		}
	}
	ta, tb := in.Now[core.A].ChangedAt(r.Fields[core.A]), in.Now[core.B].ChangedAt(r.Fields[core.B])
	switch {
	case ta.After(tb):
		return core.A, "the later edit wins", true, true
	case tb.After(ta):
		return core.B, "the later edit wins", true, true
	}
	return in.Origin, "edited at the same time: the side that came first wins", true, true
}

// writeIf writes to a side when values may flow there now.
func writeIf(r *core.Rule, in *Input, to core.Side, reason string) core.Decision {
	open, err := may(r, in, to)
	switch {
	case err != nil:
		return park(to.Other(), invalid(err))
	case !open:
		return waits(to.Other())
	}
	return write(r, in, to, reason)
}

// write converts and writes to a side, or agrees when it already has the value.
func write(r *core.Rule, in *Input, to core.Side, reason string) core.Decision {
	target := in.Now[to].Field(r.Fields[to])
	want, err := convert(r, in, to, target)
	if err != nil {
		return problem(to.Other(), err, reason)
	}
	if want.IsAbsent() && !in.Now[to.Other()].Field(r.Fields[to.Other()]).IsAbsent() {
		return core.Decision{Action: core.ActionAgree, Reason: reason + "; its value leaves the other side alone"}
	}
	if want.IsAbsent() || core.Equal(want, target) {
		return core.Decision{Action: core.ActionAgree, Reason: reason + "; the other side already means the same"}
	}
	d := core.Decision{Action: core.ActionWrite, To: to, Value: want, Fallback: r.Default[to], Reason: reason}
	return withLosses(d, r, in)
}

// same reports whether the two sides mean the same in a direction in which the rule flows.
func same(r *core.Rule, in *Input) bool {
	for _, to := range core.Sides {
		if !r.Flow.Allows(to) || r.Convert[to] == nil {
			continue
		}
		target := in.Now[to].Field(r.Fields[to])
		if target.IsAbsent() {
			continue
		}
		want, err := convert(r, in, to, target)
		if err == nil && core.Equal(want, target) {
			return true
		}
	}
	return false
}

func convert(r *core.Rule, in *Input, to core.Side, target core.Value) (core.Value, error) {
	from := to.Other()
	if r.Convert[to] == nil {
		return core.Absent(), fmt.Errorf("%s: nothing says how to convert towards that side", r.Where)
	}
	return r.Convert[to](core.ConvertInput{Value: in.Now[from].Field(r.Fields[from]), Item: in.Now[from], Target: target, Twins: in.Twins[from], Refer: in.Refer})
}

func withLoser(d core.Decision, in *Input, r *core.Rule, loser core.Side) core.Decision {
	if d.Action == core.ActionWrite {
		d.Conflict, d.LoserOf, d.Loser = true, loser, in.Now[loser].Field(r.Fields[loser])
		d.Post = r.Loser == core.LoserComment && !d.Loser.IsEmpty() && !d.Loser.IsAbsent()
	}
	return d
}

func park(pending core.Side, p core.Problem) core.Decision {
	return core.Decision{Action: core.ActionPark, Pending: pending, Problem: &p, Reason: p.Text}
}

func invalid(err error) core.Problem {
	return core.Problem{Class: core.ProblemInvalid, Text: err.Error(), Retries: "a change of the value, or a new mapping version"}
}

func fingerprint(vs ...core.Value) string {
	b, _ := json.Marshal(vs)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}
