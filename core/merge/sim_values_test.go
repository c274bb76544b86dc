package merge

import (
	"fmt"

	"duplex/core"
)

// The simulation's rules whose values may leave the other side alone, and whose sets only grow there. Their edits draw
// nothing, so that kept seeds stay the cases they were: they follow from what was drawn so far.

var phaseAB = map[string]string{"a": "x", "b": "y"} // "wait" leaves B alone, "idle" leaves A alone

func phaseRule() core.Rule {
	way := func(table map[string]string, leave string) func(core.ConvertInput) (core.Value, error) {
		return func(in core.ConvertInput) (core.Value, error) {
			if in.Value.Name() == leave {
				return core.Absent(), nil
			}
			return core.Option("", table[in.Value.Name()]), nil
		}
	}
	back := map[string]string{}
	for a, b := range phaseAB {
		back[b] = a
	}
	return core.Rule{ID: "phase", Where: "phase", Fields: [2]string{"phase", "phase"}, Flow: core.FlowBoth, Conflict: core.PolicyLatest,
		Convert: [2]func(core.ConvertInput) (core.Value, error){way(back, "idle"), way(phaseAB, "wait")}}
}

func marksRule() core.Rule {
	direct := func(in core.ConvertInput) (core.Value, error) { return in.Value, nil }
	return core.Rule{ID: "marks", Where: "marks", Fields: [2]string{"marks", "marks"}, Flow: core.FlowBoth, Conflict: core.PolicyLatest,
		AsSet: true, AddOnly: true, Convert: [2]func(core.ConvertInput) (core.Value, error){direct, direct}}
}

func leavesAlone(v core.Value) bool { return v.Name() == "wait" || v.Name() == "idle" }

// pick is a choice that follows from the draws and edits so far.
func (s *sim) pick(n int) int {
	s.mix = s.mix*1103515245 + 12345
	return int(s.mix>>16) % n
}

// editValues is people changing phases and marks, at most one of each.
func (s *sim) editValues() {
	side := core.Side(s.pick(2))
	if s.pick(2) == 0 {
		names := [2][]string{{"a", "b", "wait"}, {"x", "y", "idle"}}[side]
		v := core.Option("", names[s.pick(3)])
		if !core.Equal(s.now[side]["phase"], v) {
			s.clock = s.clock.Add(1e9)
			s.now[side]["phase"], s.changed[side]["phase"] = v, s.clock
			s.unheard[side]["phase"] = !leavesAlone(v) && !core.Equal(s.agreed[side]["phase"], v)
			s.hear()
		}
	}
	switch have := s.now[side]["marks"].Items(); {
	case s.pick(3) == 0: // each element is added once only, so that adding it again hides no removal
		s.marked++
		v := core.Strings(fmt.Sprint("m", s.marked))
		s.now[side]["marks"] = core.Union(s.now[side]["marks"], v)
		for _, each := range core.Sides {
			s.marks[each] = core.Union(s.marks[each], v)
		}
		if v.Items()[0].Source() == "m3" { // removed before anybody heard of it: nothing has to arrive
			s.now[side]["marks"] = core.Without(s.now[side]["marks"], v)
			s.marks = [2]core.Value{core.Without(s.marks[core.A], v), core.Without(s.marks[core.B], v)}
		}
	case len(have) > 0 && s.pick(3) == 0:
		v := have[s.pick(len(have))]
		if !s.now[side.Other()]["marks"].Has(v) && s.marks[side.Other()].Has(v) {
			return // it may or may not have been heard of: nothing can be said about it
		}
		s.now[side]["marks"] = core.Without(s.now[side]["marks"], core.Set(v))
		s.marks[side] = core.Without(s.marks[side], core.Set(v))
	}
}

// settledValues hears the edits that met a value which leaves the other side alone: nothing is to be carried between them, and
// whoever goes back to them has not edited.
func (s *sim) settledValues(in Input, ds []core.Decision) {
	for _, d := range ds {
		if d.Rule != "phase" || d.Action != core.ActionAgree && d.Action != core.ActionNone {
			continue
		}
		was := [2]core.Value{in.Now[core.A].Field("phase"), in.Now[core.B].Field("phase")}
		if leavesAlone(was[core.A]) || leavesAlone(was[core.B]) {
			s.agreed[core.A]["phase"], s.agreed[core.B]["phase"] = was[core.A], was[core.B]
		}
		for _, side := range core.Sides {
			v := was[side]
			if leavesAlone(v) && core.Equal(v, s.now[side]["phase"]) && core.Equal(was[side.Other()], s.now[side.Other()]["phase"]) {
				s.unheard[core.A]["phase"], s.unheard[core.B]["phase"] = false, false
			}
		}
	}
}

// convergedValues holds that phases mean the same unless one leaves the other alone, and that each side has every mark but
// those that somebody took away there.
func (s *sim) convergedValues() {
	a, b := s.now[core.A]["phase"], s.now[core.B]["phase"]
	if _, parked := s.parked["phase"]; !parked && !leavesAlone(a) && !leavesAlone(b) && phaseAB[a.Name()] != b.Name() {
		s.fail("not converged: phase is %v and %v", a, b)
	}
	for _, side := range core.Sides {
		if s.now[side]["phase"].IsEmpty() {
			s.fail("the phase of side %d was emptied", side)
		}
		if now := s.now[side]["marks"]; !core.Equal(now, s.marks[side]) {
			s.fail("marks of side %d are %v, want %v", side, now, s.marks[side])
		}
	}
}
