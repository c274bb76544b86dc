package merge

import (
	"testing"

	"duplex/core"
)

// TestAValueThatLeavesTheOtherSideAlone: nothing is written for it, nothing is a difference, and it counts as agreed on.
func TestAValueThatLeavesTheOtherSideAlone(t *testing.T) {
	item := func(phase string) *core.Observation {
		return &core.Observation{Fields: map[string]core.Value{"phase": core.Option("", phase)}}
	}
	in := Input{Rules: []core.Rule{phaseRule()}, Base: [2]*core.Observation{item("a"), item("x")}, Now: [2]*core.Observation{item("wait"), item("x")}}
	ds := Fields(in)
	if ds[0].Action != core.ActionAgree || ds[0].Reason != "only one side changed; its value leaves the other side alone" {
		t.Fatalf("a value that leaves the other side alone: %+v", ds[0])
	}
	base, _ := Advance(in, ds, Done{Wrote: [2]bool{true, true}})
	if base[core.A].Field("phase").Name() != "wait" || base[core.B].Field("phase").Name() != "x" {
		t.Errorf("the base is %v and %v: it was not agreed on", base[core.A].Field("phase"), base[core.B].Field("phase"))
	}
	if same, known, err := Means(&in.Rules[0], in); !same || !known || err != nil {
		t.Errorf("verify takes it for a difference: %v %v %v", same, known, err)
	}
	in.Base, in.Now = [2]*core.Observation{&base[core.A], &base[core.B]}, [2]*core.Observation{item("wait"), item("y")}
	if d := Fields(in)[0]; d.Action != core.ActionWrite || d.To != core.A || d.Value.Name() != "b" {
		t.Errorf("a later edit of the side that was left alone: %+v; want it carried back", d)
	}
	in.Base, in.Now = [2]*core.Observation{}, [2]*core.Observation{item("wait"), item("y")}
	if d := Fields(in)[0]; d.Action != core.ActionAgree {
		t.Errorf("two items that are linked: %+v; nobody has edited anything", d)
	}
}

// TestWhatOnlyAddsIsNoDifference: an element that is missing may have been removed there, and then it stays so.
func TestWhatOnlyAddsIsNoDifference(t *testing.T) {
	item := func(marks ...string) *core.Observation {
		return &core.Observation{Fields: map[string]core.Value{"marks": core.Strings(marks...)}}
	}
	in := Input{Rules: []core.Rule{marksRule()}, Base: [2]*core.Observation{item("one", "two"), item("one", "two")},
		Now: [2]*core.Observation{item("two", "three"), item("one", "two")}}
	d := Fields(in)[0]
	if add := d.Sets[core.B].Add; !core.Equal(add, core.Strings("three")) || len(d.Sets[core.B].Remove.Items()) > 0 || changes(d.Sets[core.A]) {
		t.Errorf("changes %+v; want three added to side B and nothing removed", d.Sets)
	}
	if _, known, _ := Means(&in.Rules[0], in); known {
		t.Error("verify takes an element that was removed on one side for a difference")
	}
}
