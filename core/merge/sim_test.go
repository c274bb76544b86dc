package merge

import (
	"fmt"
	"maps"
	"time"

	"duplex/core"
)

// sim plays one random pair of items: people edit both sides, syncs run with faults, and an oracle that knows nothing
// of bases watches that no edit is undone.
type sim struct {
	draw     func(n int) int // 0 … n-1
	fields   func(Input) []core.Decision
	advance  func(Input, []core.Decision, Done) ([2]core.Observation, map[string]core.Parked)
	rules    []core.Rule
	now      [2]map[string]core.Value
	changed  [2]map[string]time.Time
	base     [2]*core.Observation
	parked   map[string]core.Parked
	choices  map[string]Choice // of operators, not carried out yet
	told     map[Verdict]int   // what became of them
	clock    time.Time
	edits    int
	unheard  [2]map[string]bool       // edits by people that the other side does not mean yet
	agreed   [2]map[string]core.Value // what both sides meant when a sync last ended well
	wrote    [2]map[string]core.Value // what the sync has just written
	writes   int
	mix      uint64        // of what was drawn, for choices that draw nothing
	marked   int           // marks added so far
	marks    [2]core.Value // what each side has to have in the end
	failures []string
	names    [2][]string     // what people edit
	readers  map[string]bool // rules that read a field of the left side which another rule keeps in step
	filled   [2]bool         // the field of a rule that writes once has held something
}

var tableAB = map[string]string{"open": "todo", "pending": "doing", "hold": "doing", "solved": "done"}
var tableBA = map[string]string{"todo": "open", "doing": "pending", "done": "solved"}

// simRules has one rule of every shape.
func simRules() []core.Rule {
	direct := func(in core.ConvertInput) (core.Value, error) { return in.Value, nil }
	both := [2]func(core.ConvertInput) (core.Value, error){direct, direct}
	toB := func(in core.ConvertInput) (core.Value, error) {
		return core.Option("", tableAB[in.Value.Name()]), nil
	}
	toA := func(in core.ConvertInput) (core.Value, error) {
		if tableAB[in.Target.Name()] == in.Value.Name() {
			return in.Target, nil // several values mean this: the present one stays
		}
		return core.Option("", tableBA[in.Value.Name()]), nil
	}
	rule := func(id string, flow core.Flow, p core.Policy, conv [2]func(core.ConvertInput) (core.Value, error)) core.Rule {
		return core.Rule{ID: id, Where: id, Fields: [2]string{id, id}, Flow: flow, Conflict: p, Convert: conv}
	}
	set := rule("labels", core.FlowBoth, core.PolicyLatest, both)
	set.AsSet = true
	computed := rule("area", core.FlowToB, core.PolicyLatest, [2]func(core.ConvertInput) (core.Value, error){nil,
		func(in core.ConvertInput) (core.Value, error) {
			return core.String("area of " + in.Item.Field("kind").Source()), nil
		}})
	computed.Fields[core.A] = ""
	return []core.Rule{
		rule("title", core.FlowBoth, core.PolicyLatest, both),
		rule("status", core.FlowBoth, core.PolicyA, [2]func(core.ConvertInput) (core.Value, error){toA, toB}),
		rule("owner", core.FlowBoth, core.PolicyPark, both),
		rule("team", core.FlowBoth, core.PolicyB, both),
		rule("origin", core.FlowToB, core.PolicyLatest, both),
		set,
		computed,
		phaseRule(),
		marksRule(),
	}
}

func newSim(draw func(int) int) *sim {
	s := &sim{fields: Fields, advance: Advance, rules: simRules(), clock: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		parked: map[string]core.Parked{}, choices: map[string]Choice{}, told: map[Verdict]int{}, names: [2][]string{
			{"title", "status", "owner", "team", "origin", "labels", "kind"},
			{"title", "status", "owner", "team", "origin", "labels", "area"}}}
	s.draw = func(n int) int {
		d := draw(n)
		s.mix = s.mix*31 + uint64(d) + 1
		return d
	}
	for _, side := range core.Sides {
		s.marks[side] = core.Strings("m0")
		s.now[side], s.changed[side] = map[string]core.Value{}, map[string]time.Time{}
		s.unheard[side], s.agreed[side], s.wrote[side] = map[string]bool{}, map[string]core.Value{}, map[string]core.Value{}
	}
	start := map[string]core.Value{"title": core.String("t"), "status": core.Option("", "open"), "owner": core.String("o"),
		"team": core.String("m"), "origin": core.String("x"), "labels": core.Strings("l1"), "kind": core.String("k"),
		"phase": core.Option("", "a"), "marks": core.Strings("m0")}
	for f, v := range start {
		s.now[core.A][f] = v
		if f != "kind" {
			s.now[core.B][f] = v
		}
	}
	s.now[core.B]["status"], s.now[core.B]["phase"] = core.Option("", "todo"), core.Option("", "x")
	s.now[core.B]["area"] = core.String("area of k")
	return s
}

// observe is what a fetch sees of a side.
func (s *sim) observe(side core.Side) *core.Observation {
	o := core.Observation{Fields: map[string]core.Value{}, Changed: map[string]time.Time{}, UpdatedAt: s.clock, Revision: fmt.Sprint(s.edits)}
	for f, v := range s.now[side] {
		o.Fields[f] = v
		o.Changed[f] = s.changed[side][f]
	}
	return &o
}

// edit is a person changing one field of a side; never names except.
func (s *sim) edit(side core.Side, except map[string]bool) {
	f := s.names[side][s.draw(len(s.names[side]))]
	if except[f] {
		return
	}
	s.edits++
	s.clock = s.clock.Add(time.Second)
	var v core.Value
	switch f {
	case "status":
		v = core.Option("", []string{"open", "pending", "hold", "solved"}[s.draw(4)])
		if side == core.B {
			v = core.Option("", []string{"todo", "doing", "done"}[s.draw(3)])
		}
	case "labels", "ticks":
		l := core.Strings([]string{"l1", "l2", "l3"}[s.draw(3)])
		if v = core.Union(s.now[side][f], l); s.draw(2) == 0 {
			v = core.Without(s.now[side][f], l)
		}
	case "gate", "stage":
		v = core.String([]string{"on", "off"}[s.draw(2)])
	case "once":
		v = core.String([]string{"", "once"}[s.draw(2)])
	default:
		v = core.String(fmt.Sprintf("%s by %d, %d", f, side, s.draw(3))) // few values, so that both sides meet now and then
	}
	if core.Equal(s.now[side][f], v) {
		return
	}
	s.now[side][f], s.changed[side][f] = v, s.clock
	// Somebody who goes back to what both sides agreed on has, for a sync that compares states, not edited.
	s.unheard[side][f] = !core.Equal(s.agreed[side][f], v)
	s.hear()
}

// hear forgets every edit that the other side means as well.
func (s *sim) hear() {
	for i := range s.rules {
		r := &s.rules[i]
		fa, fb := r.Fields[core.A], r.Fields[core.B]
		if fa != "" && s.means(r) {
			s.unheard[core.A][fa], s.unheard[core.B][fb] = s.unheard[core.A][fa] && s.readers[r.ID], false
		}
	}
}

// means reports whether both sides mean the same by the tables, without asking the code under test.
func (s *sim) means(r *core.Rule) bool {
	return means(r, s.now[core.A][r.Fields[core.A]], s.now[core.B][r.Fields[core.B]])
}

func means(r *core.Rule, a, b core.Value) bool {
	switch r.ID {
	case "status":
		return tableAB[a.Name()] == b.Name()
	case "phase":
		return phaseAB[a.Name()] == b.Name()
	}
	return core.Equal(a, b)
}

// The faults a sync may meet.
const (
	faultNone    = iota
	faultLost    // the write never arrives
	faultCrash   // the write happens, the process dies before it knows; its next attempt finds it
	faultRace    // somebody edits another field between plan and write, unseen by the guard
	faultRefused // one field is refused, the others are written
	faults
)

// sync plans and carries out one side's writes, as the engine does: one side, then plan again. It reports whether
// it had anything to write.
func (s *sim) sync(fault int) bool {
	in := Input{Rules: s.rules, Base: s.base, Now: [2]*core.Observation{s.observe(core.A), s.observe(core.B)}, Parked: s.parked, Version: 1,
		Resolve: maps.Clone(s.choices)}
	ds := s.fields(in)
	s.watchParked(in, ds)
	for _, to := range core.Sides {
		p := Patch(ds, to)
		if p == nil {
			continue
		}
		s.writes++
		done := Done{Failed: map[string]core.Problem{}}
		switch fault {
		case faultLost:
			return true
		case faultRace:
			s.edit(to, touched(p))
		case faultRefused:
			s.refuse(ds, to, p, done)
		}
		s.apply(in, ds, to, p)
		if fault == faultCrash { // the next attempt finds the write done, whatever happened on the other side meanwhile
			s.edit(to.Other(), nil)
		}
		done.Wrote[to], done.After[to] = true, s.observe(to)
		s.settle(in, ds, done)
		return true
	}
	s.agree(in)
	s.settle(in, ds, Done{Wrote: [2]bool{true, true}})
	return false
}

func touched(p *core.Patch) map[string]bool {
	m := map[string]bool{}
	for _, f := range p.Names() {
		m[f] = true
	}
	return m
}

func (s *sim) refuse(ds []core.Decision, to core.Side, p *core.Patch, done Done) {
	for _, d := range ds {
		if d.Action == core.ActionWrite && d.To == to {
			delete(p.Fields, d.Fields[to])
			done.Failed[d.Rule] = core.Problem{Class: core.ProblemInvalid, Text: "refused"}
			return
		}
	}
}

// apply writes and lets the oracle look: an edit that nobody heard of may only fall to a decision that says so and keeps it.
func (s *sim) apply(in Input, ds []core.Decision, to core.Side, p *core.Patch) {
	for _, d := range ds {
		f := d.Fields[to]
		v, writes := p.Fields[f]
		if d.Action == core.ActionWrite && d.To == to && writes {
			if d.Rule == "once" && (s.filled[to] || !s.now[to][f].IsEmpty()) {
				s.fail("once: written over %v, filled before: %v", s.now[to][f], s.filled[to])
			}
			if was := s.now[to][f]; s.unheard[to][f] && (!d.Conflict || !core.Equal(d.Loser, was)) {
				s.fail("undone: %s of side %d was edited to %v and overwritten with %v (%s)", f, to, was, v, d.Reason)
			}
			s.now[to][f], s.changed[to][f] = v, in.Now[to.Other()].ChangedAt(d.Fields[to.Other()])
			s.unheard[to][f], s.wrote[to][f] = false, v
		}
		if c, ok := p.Sets[f]; ok && d.Action == core.ActionMerge {
			s.now[to][f] = core.Union(core.Without(s.now[to][f], c.Remove), c.Add)
			s.wrote[to][f] = s.now[to][f]
		}
	}
	s.hear()
	s.agree(in)
}

func (s *sim) settle(in Input, ds []core.Decision, done Done) {
	base, parked := s.advance(in, ds, done)
	s.base = [2]*core.Observation{&base[core.A], &base[core.B]}
	s.parked = parked
	s.settledValues(in, ds)
	s.watchOnce(in, ds, done)
	for rule, v := range Verdicts(in, ds, done) {
		s.told[v]++
		switch c := s.choices[rule]; v {
		case Waiting:
		case Halfway:
			c.Half = true
			c.Seen[c.Side] = done.After[c.Side].Field(rule)
			s.choices[rule] = c
		default:
			delete(s.choices, rule)
		}
	}
}

// operator decides about what is parked, now and then: a side wins, or a value of their own does. It draws nothing, so that
// kept seeds stay the cases they were.
func (s *sim) operator() {
	for _, rule := range []string{"owner", "title"} {
		p, parked := s.parked[rule]
		if !parked || s.edits%3 == 0 {
			continue
		}
		c := Choice{ID: fmt.Sprint("choice ", s.edits, s.writes), By: "ann", Side: core.Side(s.edits % 2)}
		for _, side := range core.Sides {
			c.Seen[side] = s.now[side][rule]
		}
		switch s.edits % 5 {
		case 0, 1:
			if p.Problem.Class != core.ProblemConflict {
				continue
			}
		case 2:
			c.Value = s.agreed[c.Side][rule] // back to what both sides once meant
		case 3:
			c.Value = s.now[c.Side.Other()][rule]
		default:
			c.Value = core.String(fmt.Sprint(rule, " by the operator ", s.edits%3))
		}
		s.choices[rule] = c
	}
}

// agree notes what both sides meant alike in the values that the sync planned on or has just written: whoever goes back
// to them has not edited, for a sync that compares states.
func (s *sim) agree(in Input) {
	for i := range s.rules {
		r := &s.rules[i]
		var v [2]core.Value
		for _, side := range core.Sides {
			f := r.Fields[side]
			var ok bool
			if v[side], ok = s.wrote[side][f]; !ok {
				v[side] = in.Now[side].Field(f)
			}
		}
		if means(r, v[core.A], v[core.B]) {
			for _, side := range core.Sides {
				if side == core.B || !s.readers[r.ID] {
					s.agreed[side][r.Fields[side]] = v[side]
				}
			}
		}
	}
	s.wrote = [2]map[string]core.Value{{}, {}}
}

// watchParked holds that a parked field whose values are as they were is not written.
func (s *sim) watchParked(in Input, ds []core.Decision) {
	for i, d := range ds {
		p, ok := s.parked[d.Rule]
		if ok && p.Fingerprint == shown(&in.Rules[i], &in) && d.Action != core.ActionParked && !d.Chosen {
			s.fail("parked %s moved: %s", d.Rule, d.Action)
		}
	}
}

func (s *sim) fail(format string, args ...any) {
	s.failures = append(s.failures, fmt.Sprintf(format, args...))
}

// play is one whole case: rounds of edits and faulty syncs, then quiet.
func (s *sim) play() []string {
	s.sync(faultNone)
	for range 2 + s.draw(8) {
		for range s.draw(4) {
			s.edit(core.Side(s.draw(2)), nil)
		}
		s.editValues()
		s.operator()
		s.sync(s.draw(faults))
		if len(s.failures) > 0 {
			return s.failures
		}
	}
	s.operator()
	for n := 0; s.sync(faultNone); n++ {
		if n > 8 {
			s.fail("not quiet after %d writes", n)
			return s.failures
		}
	}
	s.converged()
	return s.failures
}

func (s *sim) converged() {
	if len(s.choices) > 0 {
		s.fail("an operator's choice is not carried out and not given up: %+v", s.choices)
	}
	for i := range s.rules {
		r := &s.rules[i]
		if _, parked := s.parked[r.ID]; parked || r.Flow != core.FlowBoth || r.ID == "phase" || r.ID == "marks" || conditional(r) || r.When == core.WhenOnce {
			continue
		}
		if !s.means(r) {
			s.fail("not converged: %s is %v and %v", r.ID, s.now[core.A][r.ID], s.now[core.B][r.ID])
		}
	}
	s.convergedValues()
	s.followed()
	for _, f := range []string{"origin"} {
		if _, parked := s.parked[f]; !parked && s.unheard[core.A][f] && !s.unheard[core.B][f] {
			s.fail("one way: %s of the left side never arrived", f)
		}
	}
}
