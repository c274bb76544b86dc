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

// TestOneValueAmongSeveral: an option goes into a set as one of its elements; what somebody else put there stays.
func TestOneValueAmongSeveral(t *testing.T) {
	r := core.Rule{ID: "area", Fields: [2]string{"area", "labels"}, Flow: core.FlowToB, Conflict: core.PolicyLatest, AsSet: true}
	r.Convert[core.B] = func(in core.ConvertInput) (core.Value, error) {
		var out []core.Value
		for _, v := range in.Value.Items() {
			out = append(out, core.String("area-"+v.Name()))
		}
		return core.Set(out...), nil
	}
	item := func(area string, labels ...string) *core.Observation {
		o := core.Observation{Fields: map[string]core.Value{"labels": core.Strings(labels...), "area": core.Option("", area)}}
		if area == "" {
			o.Fields["area"] = core.Empty(core.KindOption)
		}
		return &o
	}
	in := Input{Rules: []core.Rule{r}, Base: [2]*core.Observation{item("web"), item("", "area-web", "hot")}, Now: [2]*core.Observation{item("app"), item("", "area-web", "hot", "new")}}
	for _, c := range []struct{ reason, area, add, remove string }{
		{"another option", "app", "area-app", "area-web"},
		{"none any more", "", "", "area-app"},
		{"one again", "web", "area-web", ""},
	} {
		in.Now[core.A] = item(c.area)
		d := Fields(in)[0]
		add, remove := core.Strings(), core.Strings()
		if c.add != "" {
			add = core.Strings(c.add)
		}
		if c.remove != "" {
			remove = core.Strings(c.remove)
		}
		if !core.Equal(d.Sets[core.B].Add, add) || !core.Equal(d.Sets[core.B].Remove, remove) {
			t.Fatalf("%s: %v", c.reason, d.Sets[core.B])
		}
		after := *in.Now[core.B]
		after = after.With("labels", core.Union(core.Without(after.Field("labels"), remove), add))
		base, _ := Advance(in, []core.Decision{d}, Done{Wrote: [2]bool{true, true}, After: [2]*core.Observation{nil, &after}})
		in.Base, in.Now[core.B] = [2]*core.Observation{&base[core.A], &base[core.B]}, &after
		if d := Fields(in)[0]; d.Action != core.ActionNone || !core.Equal(base[core.A].Field("area"), in.Now[core.A].Field("area")) {
			t.Fatalf("%s: not quiet: %+v, base %v", c.reason, d, base[core.A].Field("area"))
		}
	}
}
