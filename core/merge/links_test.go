package merge

import (
	"testing"

	"duplex/core"
)

// linkRule carries references to twins, as the mapping's conversion does.
func linkRule() core.Rule {
	convert := func(in core.ConvertInput) (core.Value, error) {
		switch {
		case in.Value.Kind() == core.KindSet:
			var out []core.Value
			for _, e := range in.Value.Items() {
				if twin, ok := in.Twins.Of(e); ok {
					out = append(out, core.Reference(twin.ID, ""))
				}
			}
			return core.Set(out...), nil
		case in.Value.IsEmpty() || in.Value.IsAbsent():
			return in.Value, nil
		}
		if twin, ok := in.Twins.Of(in.Value); ok {
			return core.Reference(twin.ID, ""), nil
		}
		return core.Value{}, core.ErrNoTwin
	}
	return core.Rule{ID: "p~p", Fields: [2]string{"p", "p"}, Flow: core.FlowBoth, Conflict: core.PolicyLatest, Link: true,
		Convert: [2]func(core.ConvertInput) (core.Value, error){convert, convert}}
}

func ref(id string) core.Value {
	if id == "" {
		return core.Empty(core.KindReference)
	}
	return core.Reference(id, "")
}

func refs(ids ...string) core.Value {
	var vs []core.Value
	for _, id := range ids {
		vs = append(vs, core.Reference(id, ""))
	}
	return core.Set(vs...)
}

// twinsOf makes a1 and b1 each other's twins, and so on.
func twinsOf(ns ...string) [2]core.Twins {
	out := [2]core.Twins{{}, {}}
	for _, n := range ns {
		out[core.A]["a"+n], out[core.B]["b"+n] = core.Ref{ID: "b" + n}, core.Ref{ID: "a" + n}
	}
	return out
}

// TestReferencesWaitForTwins: what has no twin is not agreed on, and everything else is carried.
func TestReferencesWaitForTwins(t *testing.T) {
	type pair = [2]core.Value
	for _, c := range []struct {
		reason          string
		base, now, next pair // next: the base when what was decided is done
		twins           [2]core.Twins
		action          core.Action
		awaited         int
	}{
		{"the named item has a twin", pair{ref(""), ref("")}, pair{ref("a1"), ref("")}, pair{ref("a1"), ref("b1")}, twinsOf("1"), core.ActionWrite, 0},
		{"it has none", pair{ref(""), ref("")}, pair{ref("a1"), ref("")}, pair{ref(""), ref("")}, twinsOf(), core.ActionWait, 1},
		{"it is named no more", pair{ref(""), ref("")}, pair{ref(""), ref("")}, pair{ref(""), ref("")}, twinsOf(), core.ActionNone, 0},
		{"both sides name the same", pair{ref(""), ref("")}, pair{ref("a1"), ref("b1")}, pair{ref("a1"), ref("b1")}, twinsOf("1"), core.ActionAgree, 0},
		{"of several one has a twin", pair{refs(), refs()}, pair{refs("a1", "a2"), refs()}, pair{refs("a1"), refs("b1")}, twinsOf("1"), core.ActionMerge, 1},
		{"none of several has one", pair{refs(), refs()}, pair{refs("a2"), refs()}, pair{refs(), refs()}, twinsOf(), core.ActionWait, 1},
		{"each side adds one", pair{refs(), refs()}, pair{refs("a1"), refs("b2")}, pair{refs("a1", "a2"), refs("b1", "b2")}, twinsOf("1", "2"), core.ActionMerge, 0},
		{"one goes, another waits", pair{refs("a1"), refs("b1")}, pair{refs("a2"), refs("b1")}, pair{refs(), refs()}, twinsOf("1"), core.ActionMerge, 1},
		{"agreed on, and its pair was ended", pair{refs("a1"), refs("b1")}, pair{refs("a1"), refs("b1")}, pair{refs("a1"), refs("b1")}, twinsOf(), core.ActionNone, 2},
	} {
		in := Input{Rules: []core.Rule{linkRule()}, Twins: c.twins}
		for _, s := range core.Sides {
			in.Base[s] = &core.Observation{Fields: map[string]core.Value{"p": c.base[s]}}
			in.Now[s] = &core.Observation{Fields: map[string]core.Value{"p": c.now[s]}}
		}
		ds := Fields(in)
		if ds[0].Action != c.action {
			t.Errorf("%s: %s (%s), want %s", c.reason, ds[0].Action, ds[0].Reason, c.action)
		}
		next, parked := Advance(in, ds, Done{Wrote: [2]bool{true, true}})
		for _, s := range core.Sides {
			if got := next[s].Field("p"); !core.Equal(got, c.next[s]) {
				t.Errorf("%s: the base of side %d is %v, want %v", c.reason, s, got, c.next[s])
			}
		}
		if len(parked) > 0 {
			t.Errorf("%s: parked %v, and nobody has to act", c.reason, parked)
		}
		if a := Awaited(in); len(a[core.A])+len(a[core.B]) != c.awaited {
			t.Errorf("%s: awaits %v, want %d", c.reason, a, c.awaited)
		}
	}
}

// TestWorklogsAreDecidedLikeEntries: what is carried, and what never is.
func TestWorklogsAreDecidedLikeEntries(t *testing.T) {
	inside := core.Visibility{Audience: core.Internal}
	mine := core.Worklog{ID: "1", Seconds: 60, Body: core.Text("plain", "x"), Visibility: inside}
	linked := func(change func(*core.Link)) []core.Link {
		l := core.Link{Kind: core.EntryWorklog, IDs: [2]string{"1", "9"}, Origin: core.A, Print: WorklogPrint(mine)}
		change(&l)
		return []core.Link{l}
	}
	all := EntryAbilities{AddWorklog: true, EditWorklog: true, DeleteWorklog: true}
	for _, c := range []struct {
		reason string
		work   func(*core.Worklog)
		links  []core.Link
		can    EntryAbilities
		want   core.EntryAction // "": nothing
	}{
		{"a person's", func(*core.Worklog) {}, nil, all, core.EntryAdd},
		{"the sync's own", func(w *core.Worklog) { w.Own = true }, nil, all, ""},
		{"one for a group", func(w *core.Worklog) { w.Visibility = core.Visibility{Audience: core.Restricted, Group: "leads"} }, nil, all, ""},
		{"one of which nobody knows who reads it", func(w *core.Worklog) { w.Visibility = core.Visibility{} }, nil, all, ""},
		{"copied, and as it was", func(*core.Worklog) {}, linked(func(*core.Link) {}), all, ""},
		{"copied, and edited since", func(w *core.Worklog) { w.Seconds = 120 }, linked(func(*core.Link) {}), all, core.EntryEdit},
		{"edited where worklogs cannot be", func(w *core.Worklog) { w.Seconds = 120 }, linked(func(*core.Link) {}), EntryAbilities{AddWorklog: true}, core.EntryPark},
		{"the copy itself is edited", func(w *core.Worklog) { w.Seconds = 120 }, linked(func(l *core.Link) { l.Origin = core.B }), all, ""},
		{"let go before", func(w *core.Worklog) { w.Seconds = 120 }, linked(func(l *core.Link) { l.Dropped = true }), all, ""},
		{"kept to a group since", func(w *core.Worklog) { w.Visibility.Audience = core.Restricted }, linked(func(*core.Link) {}), all, core.EntryDelete},
		{"kept to a group where copies cannot be deleted", func(w *core.Worklog) { w.Visibility.Audience = core.Restricted }, linked(func(*core.Link) {}), EntryAbilities{AddWorklog: true}, core.EntryPark},
		{"a system without worklogs", func(*core.Worklog) {}, nil, EntryAbilities{}, core.EntryPark},
	} {
		w := mine
		c.work(&w)
		e := Entries{Worklogs: core.WorklogPolicy{Flow: core.FlowToB, Edits: true}, Links: c.links, Can: [2]EntryAbilities{c.can, c.can},
			Now:  [2]*core.Observation{{Worklogs: []core.Worklog{w}, AllWorklogs: true}, {Worklogs: []core.Worklog{{ID: "9", Own: true}}, AllWorklogs: true}},
			Work: func(_ core.Side, w core.Worklog) core.WorklogDraft { return core.WorklogDraft{Seconds: w.Seconds} },
			Mark: func(core.EntryKind, core.Side, string) string { return "dx-m" }}
		ds := e.Decide()
		got := core.EntryAction("")
		if len(ds) > 0 {
			got = ds[0].Action
		}
		if len(ds) > 1 || got != c.want {
			t.Errorf("%s: %+v, want %q", c.reason, ds, c.want)
		}
	}
}
