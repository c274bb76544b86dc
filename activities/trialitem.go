package activities

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"duplex/core"
	"duplex/core/mapping"
	"duplex/core/merge"
)

// item plans a target under what is tried, and compares that with the other version or with what was done then.
func (t *Trial) item(ctx context.Context, g *target) (core.TrialItem, error) {
	switch {
	case g.err != nil:
		return core.TrialItem{}, g.err
	case t.request.Recorded && !t.request.Newest:
		return t.thenAndNow(ctx, g)
	case t.request.Recorded:
		if ok, err := t.recall(ctx, g); err != nil || !ok {
			item := t.head(g)
			item.Outcome, item.Text = core.TrialUnknown, "what was recorded of it is no longer kept"
			return item, err
		}
	}
	item, err := t.under(ctx, t.Mapping, g)
	if err != nil || t.Against == nil {
		return item, err
	}
	before, err := t.under(ctx, t.Against, g)
	if err != nil {
		return item, err
	}
	compare(&item, &before, false)
	return item, nil
}

// head is a target as it is shown, before anything is planned.
func (t *Trial) head(g *target) core.TrialItem {
	var item core.TrialItem
	for _, side := range core.Sides {
		s := t.Mapping.Connection.Sides[side]
		shown := core.TrialSide{Name: s.Name, There: g.now[side] != nil}
		if g.pair != nil {
			shown.Ref = g.pair.Sides[side].Ref
		} else if side == g.side {
			shown.Ref = g.ref
		}
		if o := g.now[side]; o != nil {
			shown.Ref, shown.Title = o.Ref, t.title(side, o)
		}
		shown.Ref.System = s.System
		item.Sides[side] = shown
		if item.NotRead == "" {
			item.NotRead = g.notRead[side]
		}
	}
	if g.pair != nil {
		item.Pair, item.Status = g.pair.ID, g.pair.Status
	}
	return item
}

// title is the first short text that a rule carries, by which people know the item.
func (t *Trial) title(side core.Side, o *core.Observation) string {
	for i := range t.Mapping.Rules {
		if v := o.Field(t.Mapping.Rules[i].Fields[side]); v.Kind() == core.KindString && !v.IsEmpty() {
			return v.Source()
		}
	}
	return ""
}

// under plans a target under a mapping. What is returned says what a sync would do now.
func (t *Trial) under(ctx context.Context, m *mapping.Mapping, g *target) (core.TrialItem, error) {
	item := t.head(g)
	pair := core.Pair{}
	if g.pair != nil {
		pair = *g.pair
		for _, side := range core.Sides {
			if g.gone[side] {
				item.Outcome = core.TrialGone
				item.Text = fmt.Sprintf("the item in %s was deleted or is out of sight", m.Connection.Sides[side].Name)
				return item, nil
			}
		}
	} else {
		refused, err := t.enters(ctx, m, g)
		if err != nil {
			return item, err
		}
		if refused != "" {
			item.Outcome, item.Text = core.TrialRefused, refused
			return item, nil
		}
		pair = begun(m, g.side, g.now[g.side], t.Now().UTC())
	}
	s, err := t.planner(m).about(ctx, pair)
	if err != nil {
		return item, err
	}
	for _, side := range core.Sides {
		s.sees(side, "", g.now[side])
	}
	if g.pair == nil && m.Connection.Match[core.A] != "" && !t.request.Recorded {
		if done, err := t.twin(ctx, s, g, &item); err != nil || done {
			return item, err
		}
	}
	return t.planned(ctx, s, item)
}

// enters tells why an item that is in no pair does not enter the sync, "" when it does.
func (t *Trial) enters(ctx context.Context, m *mapping.Mapping, g *target) (string, error) {
	o := g.now[g.side]
	if o == nil {
		return "the item is not there", nil
	}
	if o.Mark != "" {
		return "it was created by a sync and is no origin of a new pair", nil
	}
	if refused, err := admitted(m, g.side, o); refused != "" || err != nil {
		return refused, err
	}
	pairs, err := t.Store.PairsOf(ctx, o.Ref.System, o.Ref.ID)
	for _, p := range pairs {
		if p.Connection == m.Connection.Name {
			return "its pair was unlinked: link the two items by hand to keep them in step again", err
		}
	}
	return "", err
}

// twin looks for an item that is there already by the match rule. It reports true when nothing can be planned beyond that.
func (t *Trial) twin(ctx context.Context, s *step, g *target, item *core.TrialItem) (bool, error) {
	to := g.side.Other()
	var refs []core.Ref
	err := t.patiently(ctx, to, func() (err error) {
		refs, err = matching{step: s, to: to, c: t.Readers[to]}.candidates(ctx)
		return err
	})
	switch {
	case err != nil && !parks(err):
		return true, err
	case err != nil:
		item.Outcome, item.Text = core.TrialParked, err.Error()
		return true, nil
	case len(refs) > 1:
		item.Outcome = core.TrialParked
		item.Text = fmt.Sprintf("%d items in %s match, for instance %s and %s: the pair would be parked", len(refs), s.mapping.Connection.Sides[to].System, refs[0], refs[1])
		return true, nil
	case len(refs) == 0:
		return false, nil
	}
	other := target{side: to, ref: refs[0]}
	if err := t.readWhole(ctx, to, &other, nil, t.want(to)); err != nil {
		return true, err
	}
	if other.err != nil || other.now[to] == nil {
		return true, other.err
	}
	s.sees(to, "", other.now[to])
	item.Sides[to] = core.TrialSide{Name: item.Sides[to].Name, Ref: other.now[to].Ref, There: true, Title: t.title(to, other.now[to])}
	item.Text = fmt.Sprintf("paired with %s, which matches", other.now[to].Ref)
	return false, nil
}

// planned lets the planner decide and says in the item what it came to.
func (t *Trial) planned(ctx context.Context, s *step, item core.TrialItem) (core.TrialItem, error) {
	p, err := s.plan(ctx, t.planner(s.mapping))
	if err != nil {
		return item, err
	}
	if !t.request.Recorded {
		if err := t.people(ctx, s, &p); err != nil {
			return item, err
		}
	}
	if p.Create[core.A] != nil || p.Create[core.B] != nil {
		p.Entries = s.entries(t.Now()).Decide() // what follows once the item is there
	}
	showPlan(&item, s, &p, true)
	if whole, ok := s.pair.Parked[core.WholePair]; ok && p.Writes(whole.Pending.Other()) {
		item.Outcome, item.Text = core.TrialParked, whole.Problem.Text
	}
	if s.pair.Status == core.PairPaused {
		item.Text = strings.TrimPrefix(item.Text+"; the pair is paused: nothing is written until it is resumed", "; ")
	}
	return item, nil
}

// showPlan says in the item what a plan does. With rest it also tells of rules whose sides do not mean the same although nothing is done.
func showPlan(item *core.TrialItem, s *step, p *core.Plan, rest bool) {
	name := func(side core.Side) string { return s.mapping.Connection.Sides[side].Name }
	writes, parked := false, false
	for i := range p.Decisions {
		for _, f := range s.shown(&p.Decisions[i], rest) {
			item.Fields = append(item.Fields, f)
			writes = writes || f.Action == core.ActionWrite || f.Action == core.ActionMerge
			parked = parked || f.Problem != nil
		}
	}
	for _, to := range core.Sides {
		if p.Create[to] != nil {
			item.Creates = name(to)
		}
	}
	for i := range p.Entries {
		e := s.entry(&p.Entries[i])
		item.Entries = append(item.Entries, e)
		writes = writes || e.Action != core.EntryPark && e.Action != core.EntryForget && e.Action != core.EntrySkip
		parked = parked || e.Problem != nil
	}
	for _, key := range sorted(s.pair.Parked) { // entries that stay parked are not decided again
		kind, id, ok := entryOf(key)
		if ok && !slices.ContainsFunc(item.Entries, func(e core.TrialEntry) bool { return e.Kind == kind && e.Source == id }) && s.entryThere(key) {
			was := s.pair.Parked[key]
			item.Entries = append(item.Entries, core.TrialEntry{Kind: kind, Action: core.EntryPark, To: name(was.Pending.Other()), Source: id, Problem: &was.Problem, Reason: "still parked"})
			parked = true
		}
	}
	switch {
	case parked:
		item.Outcome = core.TrialParked
	case item.Creates != "":
		item.Outcome = core.TrialCreates
	case item.Text != "" && item.Pair == "": // what it is paired with
		item.Outcome = core.TrialMatches
	case writes:
		item.Outcome = core.TrialWrites
	default:
		item.Outcome = core.TrialNothing
	}
}

// shown is a decision as it is told: none when there is nothing to tell, two where a merge writes to both sides.
func (s *step) shown(d *core.Decision, rest bool) []core.TrialField {
	name := func(side core.Side) string { return s.mapping.Connection.Sides[side].Name }
	f := core.TrialField{Rule: d.Rule, Fields: d.Fields, Action: d.Action, Reason: d.Reason, Problem: d.Problem, Conflict: d.Conflict}
	for _, side := range core.Sides {
		f.Now[side] = s.now[side].Field(d.Fields[side])
	}
	if d.Conflict && d.Action == core.ActionWrite {
		f.Winner, f.Loser, f.Posted = name(d.LoserOf.Other()), d.Loser, d.Post
	}
	switch d.Action {
	case core.ActionWrite:
		f.To, f.New = name(d.To), d.Value
		if !d.Wrote.IsAbsent() {
			f.New = d.Wrote
		}
		f.Add, f.Remove = d.Sets[d.To].Add, d.Sets[d.To].Remove
		f.Losses = slices.Compact(append(losses(f.Now[d.To.Other()], f.New), d.Losses...))
		also := s.besides(d)
		if d.Kept {
			f.Action, f.New = core.ActionKeep, core.Absent()
		} else if core.Equal(f.New, f.Now[d.To]) && len(also) > 0 {
			return also
		}
		return append([]core.TrialField{f}, also...)
	case core.ActionMerge:
		var both []core.TrialField
		for _, to := range core.Sides {
			if c := d.Sets[to]; len(c.Add.Items())+len(c.Remove.Items()) > 0 {
				f.To, f.Add, f.Remove = name(to), c.Add, c.Remove
				f.New = core.Union(core.Without(f.Now[to], c.Remove), c.Add)
				both = append(both, f)
			}
		}
		return both
	case core.ActionPark, core.ActionParked:
		f.To = name(d.Pending.Other())
		return []core.TrialField{f}
	case core.ActionWait:
		f.To = name(d.To)
		return []core.TrialField{f}
	}
	if rest {
		return s.resting(d, f)
	}
	return nil
}

// besides are the further fields that a decision writes.
func (s *step) besides(d *core.Decision) []core.TrialField {
	var all []core.TrialField
	for _, name := range sorted(d.Also) {
		f := core.TrialField{Rule: d.Rule, Action: d.Action, To: s.mapping.Connection.Sides[d.To].Name, New: d.Also[name],
			Reason: "written together with " + d.Fields[d.To]}
		f.Fields[d.To], f.Now[d.To] = name, s.now[d.To].Field(name)
		all = append(all, f)
	}
	return all
}

// resting tells of a rule for which nothing is done although the sides do not mean the same.
func (s *step) resting(d *core.Decision, f core.TrialField) []core.TrialField {
	i := slices.IndexFunc(s.mapping.Rules, func(r core.Rule) bool { return r.ID == d.Rule })
	if i < 0 || d.Action == core.ActionKeep {
		return nil
	}
	r := &s.mapping.Rules[i]
	same, known, err := merge.Means(r, s.input())
	if same || !known || err != nil {
		return nil
	}
	for _, to := range []core.Side{s.pair.Origin.Other(), s.pair.Origin} {
		if !r.Flow.Allows(to) || r.Convert[to] == nil || f.Now[to].IsAbsent() {
			continue
		}
		from := to.Other()
		want, err := r.Convert[to](core.ConvertInput{Value: f.Now[from], Item: s.now[from], Target: f.Now[to]})
		if err == nil && !want.IsAbsent() && !core.Equal(want, f.Now[to]) {
			f.Unlike, f.To, f.New, f.Action = true, s.mapping.Connection.Sides[to].Name, want, core.ActionNone
			f.Reason = "neither side has changed since they last agreed: nothing is written until one does"
			return []core.TrialField{f}
		}
	}
	return nil
}

// entry is a decision about a comment or file as it is told.
func (s *step) entry(e *core.EntryDecision) core.TrialEntry {
	from := e.To.Other()
	out := core.TrialEntry{Kind: e.Kind, Action: e.Action, To: s.mapping.Connection.Sides[e.To].Name, Source: e.Source, Reason: e.Reason, Problem: e.Problem}
	if o := s.now[from]; o != nil {
		for _, c := range o.Comments {
			if e.Kind == core.EntryComment && c.ID == e.Source {
				out.Author, out.Body = c.Author.String(), c.Body
				if e.Comment != nil {
					out.Losses = losses(c.Body, e.Comment.Body)
				}
			}
		}
		for _, l := range o.Worklogs {
			if e.Kind == core.EntryWorklog && l.ID == e.Source {
				out.Author, out.Body = l.Author.String(), l.Body
				if e.Worklog != nil {
					out.Losses = losses(l.Body, e.Worklog.Body)
				}
			}
		}
		for _, a := range o.Attachments {
			if e.Kind == core.EntryAttachment && a.ID == e.Source {
				out.Name, out.Size, out.Author = a.Name, a.Size, a.Author.String()
			}
		}
	}
	switch {
	case e.Comment != nil:
		out.Body, out.Visibility = e.Comment.Body, e.Comment.Visibility.String()
	case e.Worklog != nil:
		out.Body = e.Worklog.Body
	case e.Attachment != nil:
		out.Visibility = e.Attachment.Visibility.String()
	}
	return out
}
