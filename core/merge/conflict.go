package merge

import (
	"strings"

	"duplex/core"
)

// policyOf is the policy of a conflict: the rule's, or what its expression chooses for these two items.
func policyOf(r *core.Rule, in *Input) (core.Policy, error) {
	if r.Conflict != core.PolicyChoose || r.Choose == nil {
		return r.Conflict, nil
	}
	return r.Choose(in.Now)
}

// merged decides a conflict of two texts by keeping both edits, where the policy is to merge and they do not touch.
func merged(r *core.Rule, in *Input, why string) (core.Decision, bool) {
	if policy, err := policyOf(r, in); err != nil || policy != core.PolicyMerge || same(r, in) {
		return core.Decision{}, false
	}
	if ways, err := open(r, in); err != nil || !ways[core.A] || !ways[core.B] {
		return core.Decision{}, false
	}
	return joined(r, in, why)
}

// joined keeps both edits of a text. They are brought together in the words of one side, which is written first; what was
// agreed on is held until the other side, which then shows less, has followed. False where the two touch, where there was
// no agreement to begin from, or where values may not flow both ways now.
func joined(r *core.Rule, in *Input, why string) (core.Decision, bool) {
	if r.Merge == nil || in.Base[core.A] == nil || in.Base[core.B] == nil {
		return core.Decision{}, false
	}
	if mays, err := open(r, in); err != nil || !mays[core.A] || !mays[core.B] {
		return core.Decision{}, false
	}
	const to = core.B
	was, other := agreed(r.ID, r.Fields[to], in, to), in.Now[to].Field(r.Fields[to])
	if was.IsAbsent() || other.IsAbsent() {
		return core.Decision{}, false
	}
	one, err := convert(r, in, to, was)
	if err != nil {
		return core.Decision{}, false
	}
	merged, ok := r.Merge(to, was, one, other)
	if !ok {
		return core.Decision{}, false
	}
	if core.Equal(merged, other) {
		return write(r, in, to.Other(), why+"; both edits are in the text of the other side, which is carried over"), true
	}
	return core.Decision{Action: core.ActionWrite, To: to, Value: merged, Follows: true, Reason: why + "; the edits do not touch each other and are merged"}, true
}

// withLosses tells what formatting a write takes from its target, and parks it where the rule says so.
func withLosses(d core.Decision, r *core.Rule, in *Input) core.Decision {
	lost := r.Lost[d.To]
	if lost == nil {
		return d
	}
	from := d.To.Other()
	d.Losses = lost(core.ConvertInput{Value: in.Now[from].Field(r.Fields[from]), Item: in.Now[from], Target: in.Now[d.To].Field(r.Fields[d.To]), Refer: in.Refer}, d.Value)
	if len(d.Losses) == 0 || r.Loss != core.LossPark {
		return d
	}
	p := core.Problem{Class: core.ProblemConflict, Field: r.Fields[d.To],
		Text:    "writing the edit would take formatting that the other side cannot express: " + strings.Join(d.Losses, ", ") + "; choose with resolve, or say loss: keep in the rule",
		Retries: "resolve, an edit of the text, or a new mapping version"}
	return park(from, p)
}
