package blame

import (
	"slices"

	"duplex/core"
)

// trace is the ledger of one rule, indexed.
type trace struct {
	Input
	position [2]map[string]int // of a sighting by its hash
	writes   [2][]write        // newest first
}

// write is one write of duplex to the rule's field of a side.
type write struct {
	plan     *core.Plan
	decision *core.Decision
	outcome  *core.Outcome // nil when the ledger no longer holds it
	before   int           // position of the sighting it was made on; the number of sightings for a create
}

// most bounds how far a value is followed: two sides that hand a value back and forth end here.
const most = 40

func newTrace(in Input) *trace {
	t := &trace{Input: in}
	for _, side := range core.Sides {
		t.position[side] = map[string]int{}
		for i := len(in.Seen[side]) - 1; i >= 0; i-- {
			t.position[side][in.Seen[side][i].Hash] = i
		}
	}
	for i := range in.Plans {
		p := &in.Plans[i]
		if p.Trial {
			continue
		}
		for j := range p.Decisions {
			if d := &p.Decisions[j]; d.Rule == in.Rule {
				for _, to := range core.Sides {
					t.addWrite(p, d, to)
				}
			}
		}
	}
	return t
}

// addWrite notes a decision that was carried out on the side.
func (t *trace) addWrite(p *core.Plan, d *core.Decision, to core.Side) {
	writes := d.Action == core.ActionWrite && d.To == to
	if d.Action == core.ActionMerge {
		writes = len(d.Sets[to].Add.Items())+len(d.Sets[to].Remove.Items()) > 0
	}
	if !writes {
		return
	}
	done, ok := t.carriedOut(p, d, to)
	if !ok {
		return
	}
	before := len(t.Seen[to])
	if p.Now[to] != "" {
		var known bool
		if before, known = t.position[to][p.Now[to]]; !known {
			return // older than the sightings at hand
		}
	}
	t.writes[to] = append(t.writes[to], write{plan: p, decision: d, outcome: done, before: before})
}

// carriedOut reports whether the plan's write of the field happened. A plan of which the ledger holds no outcome at all is
// believed here and told by its value later.
func (t *trace) carriedOut(p *core.Plan, d *core.Decision, to core.Side) (*core.Outcome, bool) {
	known := false
	for i := range t.Outcomes {
		o := &t.Outcomes[i]
		if o.Plan != p.ID || o.Side != t.Names[to] || o.Act != "create" && o.Act != "update" {
			continue
		}
		known = true
		if o.Result != "ok" && o.Result != "found" {
			continue
		}
		if slices.ContainsFunc(o.Fields, func(f string) bool { return d.Writes(to, f) }) || o.Act == "create" && o.Result == "found" {
			return o, true
		}
	}
	return nil, !known
}

// value is what the sighting shows; absent beyond the last.
func (t *trace) value(side core.Side, at int) core.Value {
	if at < 0 || at >= len(t.Seen[side]) {
		return core.Absent()
	}
	return t.Seen[side][at].Item.Field(t.Fields[side])
}

// shown is the newest sighting from the position on that shows the field. Sightings by others, such as another connection
// that reads other fields, do not.
func (t *trace) shown(side core.Side, from int) (int, bool) {
	for i := from; i < len(t.Seen[side]); i++ {
		if !t.value(side, i).IsAbsent() {
			return i, true
		}
	}
	return 0, false
}

// began is the sighting in which the value of the given one first showed, and the sighting before that; prev is -1
// when there is none.
func (t *trace) began(side core.Side, at int) (first, prev int) {
	v, first := t.value(side, at), at
	for i := at + 1; i < len(t.Seen[side]); i++ {
		switch was := t.value(side, i); {
		case was.IsAbsent():
		case core.Equal(was, v):
			first = i
		default:
			return first, i
		}
	}
	return first, -1
}

// writeOf is the write that led from the sighting prev to the sighting first.
func (t *trace) writeOf(side core.Side, first, prev int) (write, bool) {
	for _, w := range t.writes[side] {
		if w.before > first && (prev < 0 || w.before <= prev) && wrote(w.decision, side, t.value(side, first)) {
			return w, true
		}
	}
	return write{}, false
}

// wrote reports whether the value is what the decision gave the side. Rich text is rewritten by systems and counts as written.
func wrote(d *core.Decision, side core.Side, v core.Value) bool {
	if d.Action == core.ActionMerge {
		for _, e := range d.Sets[side].Add.Items() {
			if !v.Has(e) {
				return false
			}
		}
		for _, e := range d.Sets[side].Remove.Items() {
			if v.Has(e) {
				return false
			}
		}
		return true
	}
	if v.Kind() == core.KindText && d.Value.Kind() == core.KindText {
		return true
	}
	return core.Equal(v, d.Value) || !d.Wrote.IsAbsent() && core.Equal(v, d.Wrote) || !d.Fallback.IsAbsent() && core.Equal(v, d.Fallback)
}

// follow tells how the value of a sighting came about, from its last writer back.
func (t *trace) follow(side core.Side, at int) []Step {
	var steps []Step
	for len(steps) < most {
		first, prev := t.began(side, at)
		w, ok := t.writeOf(side, first, prev)
		if !ok {
			return append(steps, t.origin(side, first, prev))
		}
		step := t.written(side, first, prev, w)
		steps = append(steps, step)
		if w.decision.Given {
			return steps
		}
		from := side.Other()
		source, known := t.position[from][w.plan.Now[from]]
		if t.Fields[from] == "" {
			return append(steps, Step{Kind: Computed, Side: t.Names[from], Person: core.Absent(), At: w.plan.At, Observation: w.plan.Now[from],
				Plan: w.plan.ID, Version: w.plan.Version, Reason: "the rule computes it from the whole item as it was then"})
		}
		if !known || t.value(from, source).IsAbsent() {
			return append(steps, Step{Kind: Unknown, Side: t.Names[from], Field: t.Fields[from], At: w.plan.At, Observation: w.plan.Now[from],
				Reason: "the observation it was made from is no longer in the ledger"})
		}
		side, at = from, source
	}
	return append(steps, Step{Kind: Unknown, Side: t.Names[side], Field: t.Fields[side], Reason: "the two sides have handed it back and forth: it is not followed further"})
}
