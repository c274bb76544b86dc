package merge

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/core"
)

// Texts of these tests have places, written a|b|c; two edits touch when they change the same place.
func mergePlaces(_ core.Side, was, one, other core.Value) (core.Value, bool) {
	w, a, b := places(was), places(one), places(other)
	for i := range w {
		switch {
		case a[i] == w[i] || a[i] == b[i]:
			a[i] = b[i]
		case b[i] != w[i]:
			return core.Value{}, false
		}
	}
	return core.String(strings.Join(a, "|")), true
}

func places(v core.Value) []string { return strings.Split(v.Source(), "|") }

func mergeRule() core.Rule {
	direct := func(in core.ConvertInput) (core.Value, error) { return in.Value, nil }
	return core.Rule{ID: "text", Where: "rules[0]", Fields: [2]string{"text", "text"}, Flow: core.FlowBoth, Conflict: core.PolicyMerge,
		Convert: [2]func(core.ConvertInput) (core.Value, error){direct, direct}, Merge: mergePlaces}
}

func of(text string) *core.Observation {
	return &core.Observation{Fields: map[string]core.Value{"text": core.String(text)}}
}

func TestConflictsOfTexts(t *testing.T) {
	cases := []struct {
		reason     string
		base, a, b string
		change     func(*core.Rule)
		action     core.Action
		to         core.Side
		value      string
		follows    bool
	}{
		{"the edits do not touch: the merged text goes to one side, the other follows", "1|2|3", "x|2|3", "1|2|y", nil, core.ActionWrite, core.B, "x|2|y", true},
		{"the second half: one side has both edits, the other gets it", "1|2|3", "x|2|3", "x|2|y", nil, core.ActionWrite, core.A, "x|2|y", false},
		{"both made the same edit", "1|2|3", "x|2|3", "x|2|3", nil, core.ActionAgree, 0, "", false},
		{"the edits touch: it is parked", "1|2|3", "x|2|3", "y|2|3", nil, core.ActionPark, 0, "", false},
		{"an expression chooses the merge", "1|2", "x|2", "1|y", func(r *core.Rule) {
			r.Conflict, r.Choose = core.PolicyChoose, func([2]*core.Observation) (core.Policy, error) { return core.PolicyMerge, nil }
		}, core.ActionWrite, core.B, "x|y", true},
		{"an expression chooses a side", "1|2", "x|2", "z|y", func(r *core.Rule) {
			r.Conflict, r.Choose = core.PolicyChoose, func(now [2]*core.Observation) (core.Policy, error) {
				if now[core.B].Field("text").Source() == "z|y" {
					return core.PolicyB, nil
				}
				return core.PolicyA, nil
			}
		}, core.ActionWrite, core.A, "z|y", false},
		{"an expression that fails parks", "1|2", "x|2", "z|y", func(r *core.Rule) {
			r.Conflict, r.Choose = core.PolicyChoose, func([2]*core.Observation) (core.Policy, error) { return "", errors.New("no result") }
		}, core.ActionPark, 0, "", false},
	}
	for _, c := range cases {
		r := mergeRule()
		if c.change != nil {
			c.change(&r)
		}
		d := Fields(Input{Rules: []core.Rule{r}, Base: [2]*core.Observation{of(c.base), of(c.base)}, Now: [2]*core.Observation{of(c.a), of(c.b)}})[0]
		if d.Action != c.action || d.Action == core.ActionWrite && (d.To != c.to || d.Value.Source() != c.value || d.Follows != c.follows) {
			t.Errorf("%s: decides %s to %d %q follows %v (%s)", c.reason, d.Action, d.To, d.Value.Source(), d.Follows, d.Reason)
		}
	}
}

func TestLossesAreToldOrParked(t *testing.T) {
	r := mergeRule()
	r.Lost[core.B] = func(in core.ConvertInput, v core.Value) []string {
		if in.Target.Source() == "panel" {
			return []string{"a panel becomes text"}
		}
		return nil
	}
	in := func(b string, loss core.LossPolicy) Input {
		r.Loss = loss
		return Input{Rules: []core.Rule{r}, Base: [2]*core.Observation{of("a"), of(b)}, Now: [2]*core.Observation{of("x"), of(b)}}
	}
	if d := Fields(in("panel", core.LossKeep))[0]; d.Action != core.ActionWrite || len(d.Losses) != 1 {
		t.Errorf("what is lost is told with the write: %+v", d)
	}
	if d := Fields(in("panel", core.LossPark))[0]; d.Action != core.ActionPark || d.Pending != core.A || !strings.Contains(d.Problem.Text, "a panel becomes text") {
		t.Errorf("a loss is parked where the rule says so: %+v", d)
	}
	chosen := in("panel", core.LossPark)
	chosen.Resolve = map[string]Choice{"text": {ID: "1", Side: core.A}}
	if d := Fields(chosen)[0]; d.Action != core.ActionWrite || d.To != core.B || len(d.Losses) != 1 {
		t.Errorf("an operator who chose is asked again: %+v", d)
	}
	if d := Fields(in("plain", core.LossPark))[0]; d.Action != core.ActionWrite {
		t.Errorf("nothing is lost, nothing parks: %+v", d)
	}
}

func TestLosersArePostedWhereTheRuleSaysSo(t *testing.T) {
	for _, loser := range []core.LoserPolicy{core.LoserLedger, core.LoserComment} {
		r := mergeRule()
		r.Conflict, r.Loser = core.PolicyA, loser
		d := Fields(Input{Rules: []core.Rule{r}, Base: [2]*core.Observation{of("1"), of("1")}, Now: [2]*core.Observation{of("2"), of("3")}})[0]
		if !d.Conflict || d.Post != (loser == core.LoserComment) || d.LoserOf != core.B || d.Loser.Source() != "3" {
			t.Errorf("%q: %+v", loser, d)
		}
	}
}

// TestMergedEditsAreNeverUndone plays people who edit places of one text on both sides, with writes that are lost, that crash
// after they happened and that race with edits. No place that somebody edited is set back, and when all is quiet both
// sides show the same, or the rule is parked and both show what people wrote.
func TestMergedEditsAreNeverUndone(t *testing.T) {
	for seed := range uint64(30_000 / share) {
		m := &mergeSim{rand: rand.New(rand.NewPCG(seed, 7)), now: [2][]string{{"1", "2", "3"}, {"1", "2", "3"}}, heard: map[string]bool{"1": true, "2": true, "3": true},
			clock: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), ours: [2]bool{}}
		if err := m.play(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

type mergeSim struct {
	rand   *rand.Rand
	now    [2][]string
	ours   [2]bool
	heard  map[string]bool // words that both sides have shown
	base   [2]*core.Observation
	parked map[string]core.Parked
	clock  time.Time
	words  int
}

func (m *mergeSim) edit(s core.Side) {
	m.words++
	m.clock = m.clock.Add(time.Second)
	m.now[s][m.rand.IntN(3)] = fmt.Sprintf("w%d", m.words)
	m.ours[s] = false
}

func (m *mergeSim) observe(s core.Side) *core.Observation {
	o := of(strings.Join(m.now[s], "|"))
	o.UpdatedAt = m.clock
	if m.ours[s] && m.rand.IntN(2) == 0 { // some systems tell
		o.Ours = []string{"text"}
	}
	return o
}

func (m *mergeSim) sync() (wrote bool, err error) {
	in := Input{Rules: []core.Rule{mergeRule()}, Base: m.base, Now: [2]*core.Observation{m.observe(core.A), m.observe(core.B)}, Parked: m.parked, Version: 1}
	ds := Fields(in)
	done := Done{Wrote: [2]bool{true, true}}
	if d := ds[0]; d.Action == core.ActionWrite {
		done.Wrote = [2]bool{}
		fault := m.rand.IntN(4)
		if fault == 1 { // the write never arrives
			return true, nil
		}
		to, other := d.To, m.now[d.To.Other()]
		next := places(d.Value)
		for i, word := range next {
			if was := m.now[to][i]; was != word && !m.heard[was] {
				return true, fmt.Errorf("%s on side %d was overwritten with %s (%s)", was, to, word, d.Reason)
			}
		}
		m.now[to], m.ours[to] = next, true
		for _, word := range next {
			m.heard[word] = m.heard[word] || slices.Contains(other, word)
		}
		if fault == 2 { // the process dies before it knows, and its next attempt plans anew
			return true, nil
		}
		done.Wrote[to], done.After[to] = true, m.observe(to)
		if fault == 3 { // somebody edits between the write and the next look
			m.edit(core.Side(m.rand.IntN(2)))
		}
		wrote = true
	}
	base, parked := Advance(in, ds, done)
	m.base, m.parked = [2]*core.Observation{&base[core.A], &base[core.B]}, parked
	return wrote, nil
}

func (m *mergeSim) play() error {
	for range 3 + m.rand.IntN(6) {
		for range m.rand.IntN(4) {
			m.edit(core.Side(m.rand.IntN(2)))
		}
		if _, err := m.sync(); err != nil {
			return err
		}
	}
	for n := 0; ; n++ {
		wrote, err := m.sync()
		switch {
		case err != nil:
			return err
		case wrote && n < 60:
			continue
		case wrote:
			return errors.New("never quiet")
		case len(m.parked) == 0 && !slices.Equal(m.now[core.A], m.now[core.B]):
			return fmt.Errorf("quiet, and the sides show %v and %v", m.now[core.A], m.now[core.B])
		}
		return nil
	}
}
