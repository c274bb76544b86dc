package merge

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"duplex/core"
)

// joinedName has two fields of side A and one of side B.
func joinedName(p core.Policy) core.Rule {
	r := core.Rule{ID: "name", Where: "name", Fields: [2]string{"first + last", "full"}, Flow: core.FlowBoth, Conflict: p}
	r.Parts[core.A] = []string{"first", "last"}
	r.Convert[core.B] = func(in core.ConvertInput) (core.Value, error) { return core.String(joinParts(in.Value)), nil }
	r.Convert[core.A] = func(in core.ConvertInput) (core.Value, error) {
		if in.Value.IsEmpty() {
			return core.Empty(core.KindList), nil
		}
		if joinParts(in.Target) == in.Value.Source() {
			return in.Target, nil
		}
		first, last, _ := strings.Cut(in.Value.Source(), " ")
		return core.List(core.String(first), core.String(last)), nil
	}
	return r
}

func joinParts(v core.Value) string {
	var words []string
	for _, it := range v.Items() {
		if !it.IsEmpty() {
			words = append(words, it.Source())
		}
	}
	return strings.Join(words, " ")
}

// nameSim plays one pair whose two fields on one side are one on the other.
type nameSim struct {
	draw    func(int) int
	rules   []core.Rule
	now     [2]map[string]core.Value
	changed [2]map[string]time.Time
	unheard [2]map[string]bool
	agreed  [2]map[string]core.Value
	base    [2]*core.Observation
	parked  map[string]core.Parked
	clock   time.Time
	wrong   string
}

func newNameSim(draw func(int) int) *nameSim {
	s := &nameSim{draw: draw, clock: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s.rules = []core.Rule{joinedName([]core.Policy{core.PolicyLatest, core.PolicyA, core.PolicyB}[draw(3)])}
	if draw(2) == 0 { // another rule reads a part
		nick := core.Rule{ID: "nick", Fields: [2]string{"first", "nick"}, Flow: core.FlowToB}
		nick.Convert[core.B] = func(in core.ConvertInput) (core.Value, error) { return in.Value, nil }
		s.rules = append(s.rules, nick)
	}
	s.now = [2]map[string]core.Value{{"first": core.String("a"), "last": core.String("b")}, {"full": core.String("a b"), "nick": core.String("a")}}
	for _, side := range core.Sides {
		s.changed[side], s.unheard[side], s.agreed[side] = map[string]time.Time{}, map[string]bool{}, map[string]core.Value{}
	}
	return s
}

func (s *nameSim) observe(side core.Side) *core.Observation {
	o := core.Observation{Fields: map[string]core.Value{}, Changed: map[string]time.Time{}, UpdatedAt: s.clock}
	for f, v := range s.now[side] {
		o.Fields[f], o.Changed[f] = v, s.changed[side][f]
	}
	return &o
}

func (s *nameSim) edit() {
	s.clock = s.clock.Add(time.Second)
	word := func() string { return []string{"", "a", "b", "c"}[s.draw(4)] }
	side, f, v := core.A, []string{"first", "last"}[s.draw(2)], word()
	if s.draw(2) == 0 {
		side, f, v = core.B, "full", strings.TrimSpace(word()+" "+word())
	}
	if v := core.String(v); !core.Equal(v, s.now[side][f]) {
		s.now[side][f], s.changed[side][f] = v, s.clock
		s.unheard[side][f] = !core.Equal(v, s.agreed[side][f])
		s.heard()
	}
}

func (s *nameSim) means(a *core.Observation, b *core.Observation) bool {
	return joinParts(s.rules[0].Combined(core.A, a).Field("first + last")) == b.Field("full").Source()
}

func (s *nameSim) heard() {
	if s.means(s.observe(core.A), s.observe(core.B)) {
		s.unheard = [2]map[string]bool{{}, {}}
	}
}

func (s *nameSim) sync(fault int) (wrote bool) {
	in := Input{Rules: s.rules, Base: s.base, Now: [2]*core.Observation{s.observe(core.A), s.observe(core.B)}, Parked: s.parked, Version: 1, Retry: fault == faultNone}
	ds := Fields(in)
	done := Done{Failed: map[string]core.Problem{}}
	for _, to := range core.Sides {
		p := Patch(ds, to)
		if p == nil {
			continue
		}
		switch wrote = true; fault {
		case faultLost:
			return true
		case faultRefused:
			if ds[0].Action != core.ActionWrite || ds[0].To != to {
				break
			}
			done.Failed["name"] = core.Problem{Class: core.ProblemInvalid}
			for f := range ds[0].Parts {
				delete(p.Fields, f)
			}
			delete(p.Fields, "full")
		case faultCrash:
			defer s.edit()
		}
		for f, v := range p.Fields {
			if was := s.now[to][f]; s.unheard[to][f] && (!ds[0].Conflict || !strings.Contains(" "+joinParts(ds[0].Loser)+ds[0].Loser.Source()+" ", was.Source())) {
				s.wrong = "undone: " + f + " was " + was.Source() + ", is " + v.Source() + ": " + ds[0].Reason
			}
			s.now[to][f], s.unheard[to][f] = v, false
		}
		done.Wrote[to], done.After[to] = true, s.observe(to)
		break
	}
	if !wrote {
		done.Wrote = [2]bool{true, true}
	}
	seen := in.Now
	for _, to := range core.Sides {
		if done.After[to] != nil {
			seen[to] = done.After[to]
		}
	}
	if s.means(seen[core.A], seen[core.B]) {
		for _, side := range core.Sides {
			for f, v := range seen[side].Fields {
				s.agreed[side][f] = v
			}
		}
	}
	s.heard()
	base, parked := Advance(in, ds, done)
	for _, side := range core.Sides {
		if _, left := base[side].Fields["first + last"]; left {
			s.wrong = "the combined field is in the base"
		}
		s.base[side] = &base[side]
	}
	s.parked = parked
	return wrote
}

// TestNoEditOfACombinedFieldIsUndone is the law for fields that are one on the other side.
func TestNoEditOfACombinedFieldIsUndone(t *testing.T) {
	for seed := range uint64(8_000 / share) {
		s := newNameSim(rand.New(rand.NewPCG(seed, 3)).IntN)
		s.sync(faultNone)
		for range 2 + s.draw(6) {
			for range s.draw(3) {
				s.edit()
			}
			s.sync(1 + s.draw(faults-1))
		}
		for n := 0; s.sync(faultNone) && n < 8; n++ {
			if n == 7 {
				s.wrong = "not quiet"
			}
		}
		if s.wrong == "" && !s.means(s.observe(core.A), s.observe(core.B)) {
			s.wrong = "not converged"
		}
		if nick := s.now[core.B]["nick"]; s.wrong == "" && len(s.rules) > 1 && !core.Equal(nick, s.now[core.A]["first"]) {
			s.wrong = "the other reader of a part did not follow"
		}
		if s.wrong != "" {
			t.Fatalf("seed %d: %s (%v, %v)", seed, s.wrong, s.now[core.A], s.now[core.B])
		}
	}
}

func TestCombined(t *testing.T) {
	r := joinedName(core.PolicyLatest)
	item := func(first, last core.Value) *core.Observation {
		return &core.Observation{Fields: map[string]core.Value{"first": first, "last": last}}
	}
	full := func(s string) *core.Observation {
		return &core.Observation{Fields: map[string]core.Value{"full": core.String(s)}}
	}
	text := core.String
	for _, c := range []struct {
		reason string
		base   [2]*core.Observation
		now    [2]*core.Observation
		to     core.Side
		want   map[string]core.Value
	}{
		{"one part changes the whole", [2]*core.Observation{item(text("Ann"), text("Lee")), full("Ann Lee")}, [2]*core.Observation{item(text("Ann"), text("Fox")), full("Ann Lee")},
			core.B, map[string]core.Value{"full": text("Ann Fox")}},
		{"of the parts only the one that differs is written", [2]*core.Observation{item(text("Ann"), text("Lee")), full("Ann Lee")}, [2]*core.Observation{item(text("Ann"), text("Lee")), full("Ann Fox")},
			core.A, map[string]core.Value{"last": text("Fox")}},
		{"fewer parts empty the others", [2]*core.Observation{item(text("Ann"), text("Lee")), full("Ann Lee")}, [2]*core.Observation{item(text("Ann"), text("Lee")), full("Ann")},
			core.A, map[string]core.Value{"last": core.Empty(core.KindString)}},
		{"emptied", [2]*core.Observation{item(text("Ann"), text("Lee")), full("Ann Lee")}, [2]*core.Observation{item(text("Ann"), text("Lee")), full("")},
			core.A, map[string]core.Value{"first": core.Empty(core.KindString), "last": core.Empty(core.KindString)}},
		{"a part that is not shown says nothing", [2]*core.Observation{item(text("Ann"), text("Lee")), full("Ann Lee")}, [2]*core.Observation{item(text("Bob"), core.Absent()), full("Ann Lee")},
			core.B, nil},
		{"another split that says the same stays", [2]*core.Observation{item(text("Ann Marie"), text("Lee")), full("Ann Lee")}, [2]*core.Observation{item(text("Ann Marie"), text("Lee")), full("Ann Marie Lee")},
			core.A, nil},
	} {
		t.Run(c.reason, func(t *testing.T) {
			ds := Fields(Input{Rules: []core.Rule{r}, Base: c.base, Now: c.now})
			p := Patch(ds, c.to)
			if len(c.want) == 0 {
				if p != nil {
					t.Errorf("writes %v", p.Fields)
				}
				return
			}
			if p == nil || len(p.Fields) != len(c.want) {
				t.Fatalf("writes %+v (%s), want %v", p, ds[0].Reason, c.want)
			}
			for f, v := range c.want {
				if !core.Equal(p.Fields[f], v) {
					t.Errorf("%s becomes %v, want %v", f, p.Fields[f], v)
				}
			}
		})
	}
	draft := Draft(Fields(Input{Rules: []core.Rule{r}, Now: [2]*core.Observation{nil, full("Ann Lee")}, Origin: core.B}), core.A, "t", nil, "m")
	if len(draft.Fields) != 2 || draft.Fields["first"].Source() != "Ann" || draft.Fields["last"].Source() != "Lee" {
		t.Errorf("a new item gets %v", draft.Fields)
	}
}
