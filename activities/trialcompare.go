package activities

import (
	"context"
	"slices"

	"duplex/core"
	"duplex/core/richtext"
)

// losses says in words what of a text has no expression in the format it is written in.
func losses(from, to core.Value) []string {
	if from.Kind() != core.KindText || to.Kind() != core.KindText || from.Format() == "" || to.Format() == "" {
		return nil
	}
	lost := richtext.Losses(richtext.Format(from.Format()), richtext.Format(to.Format()), from.Source())
	return richtext.LossWords(lost)
}

// compare marks in both what the two would not do alike. With decided, only decisions count, not how sides that rest compare nor what is lost.
func compare(item, before *core.TrialItem, decided bool) {
	differs := item.Outcome != before.Outcome || item.Creates != before.Creates || item.Outcome == core.TrialRefused && item.Text != before.Text
	if decided {
		differs = item.Creates != before.Creates
	}
	for _, pair := range [2][2]*core.TrialItem{{item, before}, {before, item}} {
		for i := range pair[0].Fields {
			f := &pair[0].Fields[i]
			if decided && f.Unlike || f.Action == core.ActionWait || f.Action == core.ActionKeep {
				continue // nothing is written for it now, as by a version without the rule
			}
			f.Differs = !slices.ContainsFunc(pair[1].Fields, func(o core.TrialField) bool { return sameField(*f, o, decided) })
			differs = differs || f.Differs
		}
		for i := range pair[0].Entries {
			e := &pair[0].Entries[i]
			e.Differs = !slices.ContainsFunc(pair[1].Entries, func(o core.TrialEntry) bool { return sameEntry(*e, o, decided) })
			differs = differs || e.Differs
		}
	}
	if item.Differs = differs; differs {
		item.Before = before
	}
}

func sameField(x, y core.TrialField, decided bool) bool {
	waits := func(a core.Action) core.Action {
		if a == core.ActionParked {
			return core.ActionPark
		}
		return a
	}
	class := func(p *core.Problem) core.ProblemClass {
		if p == nil {
			return ""
		}
		return p.Class
	}
	return x.Rule == y.Rule && x.To == y.To && x.Fields == y.Fields && waits(x.Action) == waits(y.Action) && x.Unlike == y.Unlike && class(x.Problem) == class(y.Problem) &&
		core.Equal(x.New, y.New) && sameSet(x.Add, y.Add) && sameSet(x.Remove, y.Remove) && (decided || slices.Equal(x.Losses, y.Losses))
}

// sameSet also takes no set for an empty one.
func sameSet(a, b core.Value) bool {
	return len(a.Items())+len(b.Items()) == 0 || core.Equal(a, b)
}

func sameEntry(x, y core.TrialEntry, decided bool) bool {
	return x.Kind == y.Kind && x.Action == y.Action && x.To == y.To && x.Source == y.Source && x.Visibility == y.Visibility &&
		(decided || core.Equal(x.Body, y.Body))
}

// recall gives the target the newest observations that are stored of its pair; false when there are none any more.
func (t *Trial) recall(ctx context.Context, g *target) (bool, error) {
	for _, side := range core.Sides {
		hash := g.pair.Sides[side].Seen
		if hash == "" {
			continue
		}
		o, err := t.Store.Observation(ctx, hash)
		if kept, err := t.isKept(err); !kept {
			return false, err
		}
		if o.Erased {
			return false, nil
		}
		g.now[side] = &o
	}
	return g.now[core.A] != nil || g.now[core.B] != nil, nil
}

// isKept tells an observation that retention or an erasure has removed from an error.
func (t *Trial) isKept(err error) (bool, error) {
	switch {
	case err == nil:
		return true, nil
	case t.Missing != nil && t.Missing(err):
		return false, nil
	}
	return false, err
}

// thenAndNow plans once more what the pair's newest plan was made from, and compares that with what the plan did.
func (t *Trial) thenAndNow(ctx context.Context, g *target) (core.TrialItem, error) {
	unknown := func(text string) core.TrialItem {
		item := t.head(g)
		item.Outcome, item.Text = core.TrialUnknown, text
		return item
	}
	plans, err := t.Store.Plans(ctx, g.pair.ID, 1)
	if err != nil {
		return core.TrialItem{}, err
	}
	if len(plans) == 0 {
		return unknown("no plan is kept of it"), nil
	}
	then := plans[0]
	if then.Erased {
		return unknown("its plan was erased"), nil
	}
	pair := *g.pair
	for _, side := range core.Sides {
		pair.Sides[side].Base = then.Base[side]
	}
	pair.Parked = nil
	s, err := t.planner(t.Mapping).about(ctx, pair)
	if kept, err := t.isKept(err); !kept {
		return unknown("what it was planned from is no longer kept"), err
	}
	for _, side := range core.Sides {
		o, err := t.planner(t.Mapping).observation(ctx, then.Now[side])
		if kept, err := t.isKept(err); !kept || o != nil && o.Erased {
			return unknown("what it was planned from is no longer kept"), err
		}
		g.now[side] = o
		s.sees(side, then.Now[side], o)
	}
	s.links = slices.DeleteFunc(slices.Clone(s.links), func(l core.Link) bool { // what the plan added was not there then
		return slices.ContainsFunc(then.Entries, func(e core.EntryDecision) bool {
			return e.Action == core.EntryAdd && e.Kind == l.Kind && e.Source == l.IDs[l.Origin]
		})
	})
	s.resolutions = nil
	item, err := t.planned(ctx, s, t.head(g))
	if err != nil {
		return item, err
	}
	before := t.head(g)
	for i := range then.Decisions { // what was written may be the person who was found there
		then.Decisions[i].Wrote = core.Absent()
	}
	if then.Create[core.A] != nil || then.Create[core.B] != nil {
		item.Entries = nil // they follow a create, then as now
	}
	showPlan(&before, s, &then, false)
	compare(&item, &before, true)
	item.At, before.At = then.At, then.At
	return item, nil
}
