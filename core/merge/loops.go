package merge

import (
	"slices"
	"time"

	"duplex/core"
)

// LoopWrites is how often a rule may be written to each of the two sides within LoopSpan. People who answer each other do
// not come near it; two automations that undo each other pass it within minutes.
const LoopWrites = 12

// LoopSpan is the time over which writes are counted.
const LoopSpan = time.Hour

// Loops are the rules that were written at least LoopWrites times to side A and as often to side B since that moment.
// An edit that goes round comes back as an edit of the other side, so a loop always writes both ways. What is parked for it
// is looked at again at the pair's next event after LoopSpan without writes, or at once when an operator asks.
func Loops(plans []core.Plan, since time.Time) map[string]bool {
	wrote := map[string]*[2]int{}
	for i := range plans {
		if plans[i].At.Before(since) {
			continue
		}
		for _, d := range plans[i].Decisions {
			for _, to := range core.Sides {
				if !writesTo(d, to) {
					continue
				}
				if wrote[d.Rule] == nil {
					wrote[d.Rule] = &[2]int{}
				}
				wrote[d.Rule][to]++
			}
		}
	}
	loops := map[string]bool{}
	for rule, n := range wrote {
		if n[core.A] >= LoopWrites && n[core.B] >= LoopWrites {
			loops[rule] = true
		}
	}
	return loops
}

// Unloop parks what would be written by rules that go round. What an operator chose is written.
func Unloop(ds []core.Decision, loops map[string]bool) {
	for i := range ds {
		d := &ds[i]
		if !loops[d.Rule] || d.Chosen || !writesTo(*d, core.A) && !writesTo(*d, core.B) {
			continue
		}
		p := park(d.To.Other(), core.Problem{Class: core.ProblemLoop, Field: d.Fields[d.To],
			Text:    "both sides keep changing this field in answer to each other: look for an automation, on either side, that changes it whenever it is written, then resync",
			Retries: "an edit after an hour without writes of this field, or resync"})
		p.Rule, p.Where, p.Fields, p.Fingerprint = d.Rule, d.Where, d.Fields, d.Fingerprint
		*d = p
	}
}

// Writes reports whether any of the decisions writes to a side.
func Writes(ds []core.Decision) bool {
	return slices.ContainsFunc(ds, func(d core.Decision) bool { return writesTo(d, core.A) || writesTo(d, core.B) })
}

func writesTo(d core.Decision, to core.Side) bool {
	switch d.Action {
	case core.ActionWrite:
		return d.To == to
	case core.ActionMerge:
		return len(d.Sets[to].Add.Items())+len(d.Sets[to].Remove.Items()) > 0
	}
	return false
}
