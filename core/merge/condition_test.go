package merge

import (
	"math/rand/v2"
	"strings"
	"testing"

	"duplex/core"
)

// conditional reports a rule with a condition.
func conditional(r *core.Rule) bool { return r.May[core.A] != nil || r.May[core.B] != nil }

// withConditions adds rules whose values flow at times only: by a switch on each side, by a status that is in step itself,
// of a set, computed, reading a field that another rule keeps in step, and one that fills an empty field.
func withConditions(s *sim) {
	direct := func(in core.ConvertInput) (core.Value, error) { return in.Value, nil }
	when := func(field, is string) func(core.Moment) (bool, error) {
		return func(m core.Moment) (bool, error) { return m.Item.Field(field).Source() == is, nil }
	}
	rule := func(id, a, b string, flow core.Flow, p core.Policy) core.Rule {
		return core.Rule{ID: id, Where: id, Fields: [2]string{a, b}, Flow: flow, Conflict: p, Convert: [2]func(core.ConvertInput) (core.Value, error){direct, direct}}
	}
	policies := []core.Policy{core.PolicyLatest, core.PolicyA, core.PolicyB, core.PolicyPark}
	gated := rule("note", "note", "note", core.FlowBoth, policies[s.draw(4)])
	owned := rule("rank", "rank", "rank", core.FlowBoth, policies[s.draw(4)])
	ticks := rule("ticks", "ticks", "ticks", core.FlowBoth, core.PolicyLatest)
	copied := rule("copy", "head", "copy", core.FlowToB, core.PolicyLatest)
	computed := rule("sum", "", "sum", core.FlowToB, core.PolicyLatest)
	once := rule("once", "once", "once", core.FlowBoth, core.PolicyLatest)
	gated.May = [2]func(core.Moment) (bool, error){when("gate", "on"), when("gate", "on")}
	owned.May = [2]func(core.Moment) (bool, error){when("stage", "off"), when("stage", "on")}
	ticks.AsSet, ticks.May = true, gated.May
	copied.May[core.B], computed.May[core.B] = gated.May[core.B], gated.May[core.B]
	computed.Convert[core.B] = func(in core.ConvertInput) (core.Value, error) {
		return core.String("sum of " + in.Item.Field("base").Source()), nil
	}
	once.When = core.WhenOnce
	s.rules = append(s.rules, gated, owned, rule("stage", "stage", "stage", core.FlowBoth, core.PolicyLatest), ticks,
		rule("head", "head", "head", core.FlowBoth, core.PolicyA), copied, computed, once)
	s.readers = map[string]bool{"copy": true}
	s.names[core.A] = append(s.names[core.A], "note", "rank", "stage", "ticks", "head", "base", "once", "gate", "gate")
	s.names[core.B] = append(s.names[core.B], "note", "rank", "stage", "ticks", "head", "copy", "sum", "once", "gate", "gate")
	start := map[string]core.Value{"note": core.String("n"), "rank": core.String("r"), "stage": core.String("on"), "ticks": core.Strings("l1"),
		"head": core.String("h"), "copy": core.String("h"), "sum": core.String("sum of b"), "base": core.String("b"),
		"once": core.String(""), "gate": core.String([]string{"on", "off"}[s.draw(2)])}
	for _, side := range core.Sides {
		for f, v := range start {
			s.now[side][f] = v
		}
	}
	for _, f := range []string{"copy", "sum"} {
		delete(s.now[core.A], f)
	}
	delete(s.now[core.B], "base")
}

// watchOnce notes that the field of a rule that writes once held something when a sync looked and did what it decided for it.
func (s *sim) watchOnce(in Input, ds []core.Decision, done Done) {
	if _, parked := s.parked["once"]; parked {
		return
	}
	for _, d := range ds {
		if d.Rule == "once" && d.Action == core.ActionWrite && !done.Wrote[d.To] {
			return
		}
	}
	for _, side := range core.Sides {
		s.filled[side] = s.filled[side] || !in.Now[side].Field("once").IsAbsent() && !in.Now[side].Field("once").IsEmpty() || !s.base[side].Field("once").IsEmpty()
	}
}

// followed holds that an edit that waited has arrived where its condition holds in the end, unless the other side was edited
// too: then the policy may keep it waiting.
func (s *sim) followed() {
	now := [2]*core.Observation{s.observe(core.A), s.observe(core.B)}
	for i := range s.rules {
		r := &s.rules[i]
		if _, parked := s.parked[r.ID]; parked || !conditional(r) || r.When == core.WhenOnce {
			continue
		}
		open, _ := open(r, &Input{Now: now})
		for _, to := range core.Sides {
			from := to.Other()
			if !open[to] {
				continue
			}
			want := s.now[from][r.Fields[from]]
			switch edited := s.unheard[to][r.Fields[to]]; {
			case r.AsSet:
				if open[from] && !core.Equal(want, s.now[to][r.Fields[to]]) {
					s.fail("%s is %v and %v where both ways are open", r.ID, want, s.now[to][r.Fields[to]])
				}
			case r.Computed(from):
				want, _ = r.Convert[to](core.ConvertInput{Item: now[from]})
				if !edited && !core.Equal(want, s.now[to][r.Fields[to]]) {
					s.fail("%s is %v and not %v", r.ID, s.now[to][r.Fields[to]], want)
				}
			case s.readers[r.ID]:
				if !edited && !core.Equal(want, s.now[to][r.Fields[to]]) {
					s.fail("%s is %v and not %v", r.ID, s.now[to][r.Fields[to]], want)
				}
			case s.unheard[from][r.Fields[from]] && !edited:
				s.fail("an edit of %s that waited never arrived on side %d", r.ID, to)
			}
		}
	}
}

// TestNoEditIsUndoneUnderConditions is the law for rules whose values flow at times only: no edit is undone in any round,
// and what waited arrives when its condition begins to hold.
func TestNoEditIsUndoneUnderConditions(t *testing.T) {
	waited := 0
	for seed := range uint64(6_000 / share) {
		s := newSim(rand.New(rand.NewPCG(seed, 2)).IntN)
		withConditions(s)
		fields := s.fields
		s.fields = func(in Input) []core.Decision {
			ds := fields(in)
			for _, d := range ds {
				if d.Held != [2]bool{} {
					waited++
				}
			}
			return ds
		}
		if f := s.play(); len(f) > 0 {
			t.Fatalf("seed %d: %s", seed, strings.Join(f, "; "))
		}
	}
	if waited < 6_000/share {
		t.Errorf("only %d changes waited", waited)
	}
}

// TestTheLawCatchesLostWaiting is the test of that test.
func TestTheLawCatchesLostWaiting(t *testing.T) {
	for _, c := range []struct {
		reason string
		breaks func(*sim)
	}{
		{"what waits is taken for agreed", func(s *sim) {
			s.advance = func(in Input, ds []core.Decision, done Done) ([2]core.Observation, map[string]core.Parked) {
				base, parked := Advance(in, ds, done)
				base[core.A].Held, base[core.B].Held = nil, nil
				return base, parked
			}
		}},
		{"a condition is not asked", func(s *sim) {
			s.fields = func(in Input) []core.Decision {
				for i := range in.Rules {
					if r := &in.Rules[i]; r.ID == "note" {
						in.Rules[i].Conflict, in.Rules[i].May = core.PolicyA, [2]func(core.Moment) (bool, error){}
					}
				}
				ds := Fields(in)
				for i := range ds {
					ds[i].Conflict = false
				}
				return ds
			}
		}},
		{"a rule that writes once writes whenever the field is empty", func(s *sim) {
			s.fields = func(in Input) []core.Decision {
				for _, side := range core.Sides {
					if in.Base[side] != nil {
						b := in.Base[side].With("once", core.String("")).WithHeld("once", core.String(""))
						in.Base[side] = &b
					}
				}
				return Fields(in)
			}
		}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			for seed := range uint64(5000) {
				s := newSim(rand.New(rand.NewPCG(seed, 2)).IntN)
				withConditions(s)
				c.breaks(s)
				if len(s.play()) > 0 {
					return
				}
			}
			t.Error("5000 cases did not notice")
		})
	}
}
