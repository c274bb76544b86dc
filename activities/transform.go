package activities

import (
	"context"
	"maps"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/merge"
)

// Transform decides what is to be done between the two observations. It calls no system (but for the descriptions that
// compiling a new mapping version needs). When nothing is to be written it moves the merge base itself.
func (a *Activities) Transform(ctx context.Context, in TransformInput) (TransformResult, error) {
	r, err := a.transform(ctx, in)
	return r, temporalError(doing("plan "+in.Pair, err))
}

func (a *Activities) transform(ctx context.Context, in TransformInput) (TransformResult, error) {
	s, err := a.load(ctx, in.Pair, in.Seen)
	if err != nil {
		return TransformResult{}, err
	}
	s.retry, s.resolve = in.Retry, in.Resolve
	p, err := s.plan(ctx, a.planner())
	if err != nil {
		return TransformResult{}, err
	}
	r := TransformResult{Version: p.Version, Summary: s.summary(&p)}
	for side, where := range s.mapping.Connection.Problems {
		if r.Tells[side] = !where.IsZero(); r.Tells[side] {
			told, err := a.Store.Told(ctx, in.Pair, core.Side(side))
			if err != nil {
				return r, err
			}
			r.Told[side] = len(told.About) > 0
		}
	}
	to, write, held := s.next(&p, a.Now())
	if r.Held = held && !write; r.Held {
		r.Summary = "waits: the system refused this a while ago, and nothing about it has changed; " + r.Summary
	}
	if write {
		if r.Braked, err = a.braked(ctx, s.row); err != nil {
			return r, err
		}
		if r.Braked != "" {
			r.Status, r.Problem, r.Problems = core.PairProblem, string(core.ProblemBrake), max(1, len(s.pair.Parked))
			return r, nil
		}
		if err := a.propose(ctx, s, &p); err != nil {
			return r, err
		}
		if r.History, err = a.untold(ctx, s, &p); err != nil {
			return r, err
		}
		r.Plan, r.Write, r.To, r.Create = p.ID, true, to, p.Create[to] != nil
		r.Waits = a.closed(ctx, s.mapping.Connection.Sides[to].System) != nil
		r.Status, r.Problem, r.Problems = worst(s.pair)
	} else if err := a.nothing(ctx, s, &p, &r); err != nil {
		return r, err
	} else {
		r.Status, r.Problem, r.Problems = worst(s.pair)
	}
	r.Again, r.Wait = tiredOf(s.pair), restOf(s.pair, a.Now())
	if r.Plan != "" && a.Ledger != "" {
		r.Ledger = a.Ledger + r.Plan
	}
	return r, nil
}

// untold finds the sides whose system knows when a field was changed, where that would decide a conflict and was not read.
func (a *Activities) untold(ctx context.Context, s *step, p *core.Plan) (sides [2]bool, err error) {
	for i := range p.Decisions {
		if !p.Decisions[i].Timed {
			continue
		}
		for _, side := range core.Sides {
			if _, told := s.now[side].Changed[p.Decisions[i].Fields[side]]; told || sides[side] {
				continue
			}
			c, err := a.Systems.Connector(ctx, s.pair.Sides[side].Ref.System)
			if err != nil {
				return sides, err
			}
			_, sides[side] = connectors.As[connectors.Historian](c)
		}
	}
	return sides, nil
}

// propose keeps a plan that is to be carried out. What both sides agree on by now is agreed whatever becomes of the writes:
// the merge base moves for that at once, or an edit made before they succeed would be taken for one that never arrived.
func (a *Activities) propose(ctx context.Context, s *step, p *core.Plan) error {
	if s.now[core.A] == nil || s.now[core.B] == nil || s.base[core.A] == nil || s.base[core.B] == nil {
		return a.Store.PutPlan(ctx, *p)
	}
	base, _ := merge.Advance(s.input(), p.Decisions, merge.Done{})
	if !contentMoved(s.base[core.A], &base[core.A]) && !contentMoved(s.base[core.B], &base[core.B]) {
		return a.Store.PutPlan(ctx, *p)
	}
	row := s.row
	for _, side := range core.Sides {
		row.Sides[side].Base = base[side].Hash()
	}
	return a.Store.SaveStep(ctx, core.Step{Pair: row, Observations: base[:], Plan: p})
}

// nothing settles a plan of which nothing is written now. A twin that waits to be created leaves no base.
func (a *Activities) nothing(ctx context.Context, s *step, p *core.Plan, r *TransformResult) error {
	for _, to := range core.Sides {
		if s.now[to] == nil && p.Create[to] == nil { // it waits to be created
			return a.waitsFor(ctx, s)
		}
	}
	done := merge.Done{Wrote: [2]bool{true, true}}
	if r.Held {
		for _, to := range core.Sides {
			if p.Create[to] != nil {
				return a.waitsFor(ctx, s)
			}
			done.Wrote[to] = !p.Writes(to)
		}
	}
	return a.settle(ctx, s, p, done, nil, &r.Plan)
}

// settle moves the merge base by what was done, keeps what is parked, and saves the step. The plan is kept when it moved
// or parked anything; its id is then left in kept.
func (a *Activities) settle(ctx context.Context, s *step, p *core.Plan, done merge.Done, outcomes []core.Outcome, kept *string) error {
	base, parked := merge.Advance(s.input(), p.Decisions, done)
	now := a.Now().UTC()
	links := s.entriesDone(p, parked, done, now)
	resolutions, records := s.answered(a, p, done)
	outcomes = append(outcomes, records...)
	for i := range p.Decisions {
		if v, ok := done.Values[p.Decisions[i].Rule]; ok && !core.Equal(v, p.Decisions[i].Value) {
			p.Decisions[i].Wrote = v
		}
	}
	refused, waits := s.pair.Parked[core.WholePair]
	to := refused.Pending.Other()
	if waits = waits && refused.Tries > 0 && !done.Wrote[to] && p.Writes(to); waits {
		parked[core.WholePair] = refused
	}
	for k, v := range parked {
		if old, ok := s.pair.Parked[k]; ok {
			v.Problem.Since = old.Problem.Since
		} else {
			v.Problem.Since = now
			if a.Observer != nil {
				a.Observer.Failed(s.pair.Connection, string(v.Problem.Class))
			}
		}
		parked[k] = v
	}
	moved := len(outcomes) > 0 || len(links) > 0 || len(resolutions) > 0
	var observations []core.Observation
	for _, side := range core.Sides {
		if s.now[side] == nil && done.After[side] == nil {
			continue
		}
		h := base[side].Hash()
		moved = moved || contentMoved(s.base[side], &base[side])
		observations = append(observations, base[side])
		s.pair.Sides[side].Base = h
		s.pair.Sides[side].Gone, s.pair.Sides[side].GoneAt = false, time.Time{} // it is there
	}
	if s.pair.Version = s.mapping.Connection.Version; !waits {
		s.pair.SyncedAt = now
	}
	moved = moved || len(parked) != len(s.pair.Parked)
	s.pair.Parked = parked
	s.pair.Status, _, _ = worst(s.pair)
	step := core.Step{Pair: s.pair, Observations: observations, Links: links, Outcomes: outcomes, Resolutions: resolutions, Awaited: s.awaited()}
	if moved {
		step.Plan = p
		if kept != nil {
			*kept = p.ID
		}
	}
	if err := a.Store.SaveStep(ctx, step); err != nil {
		return err
	}
	return a.twinned(ctx, s, step.Awaited)
}

// entriesDone carries parked entries over and gives the links that entry decisions without a remote write change.
func (s *step) entriesDone(p *core.Plan, parked map[string]core.Parked, done merge.Done, now time.Time) []core.Link {
	decided := map[string]bool{}
	var links []core.Link
	for _, e := range p.Entries {
		key := merge.ParkKey(e.Kind, e.Source)
		decided[key] = true
		problem, failed := done.Failed[key]
		switch {
		case e.Action == core.EntryPark:
			problem, failed = *e.Problem, true
		case e.Action == core.EntrySkip:
			links = append(links, s.skipped(e))
		case e.Action == core.EntryForget:
			for _, l := range s.links {
				if l.Kind == e.Kind && l.IDs[e.To.Other()] == e.Source {
					l.Dropped = true
					links = append(links, l)
				}
			}
		}
		if failed {
			k := core.Parked{Problem: problem, Fingerprint: e.Print, Pending: e.To.Other(), Version: s.mapping.Connection.Version}
			if problem.Class == core.ProblemFailed {
				k.Tried, k.Tries = now, s.pair.Parked[key].Tries+1
			}
			parked[key] = k
		}
	}
	still := s.parked(now)
	for key, old := range s.pair.Parked {
		if _, has := parked[key]; has || decided[key] || !s.entryThere(key) || s.copied(key, old) {
			continue
		}
		// What was free to be tried and was not decided needs nothing more.
		if _, waits := still[key]; waits && old.Version == s.mapping.Connection.Version && !s.retry {
			parked[key] = old
		}
	}
	return links
}

// copied reports that an entry which is parked has its copy after all: an attempt had made it before it failed.
func (s *step) copied(key string, p core.Parked) bool {
	for _, l := range s.links {
		if merge.ParkKey(l.Kind, l.IDs[l.Origin]) == key && l.Print == p.Fingerprint {
			return true
		}
	}
	return false
}

// entryThere reports whether a parked comment or file still exists on either side.
func (s *step) entryThere(key string) bool {
	for _, o := range s.now {
		if o == nil {
			continue
		}
		for _, c := range o.Comments {
			if merge.ParkKey(core.EntryComment, c.ID) == key {
				return true
			}
		}
		for _, l := range o.Worklogs {
			if merge.ParkKey(core.EntryWorklog, l.ID) == key {
				return true
			}
		}
		for _, f := range o.Attachments {
			if merge.ParkKey(core.EntryAttachment, f.ID) == key {
				return true
			}
		}
	}
	return false
}

func contentMoved(was, is *core.Observation) bool {
	if was == nil || len(was.Fields) != len(is.Fields) || !maps.EqualFunc(was.Held, is.Held, core.Equal) {
		return true
	}
	for name, v := range is.Fields {
		if !core.Equal(was.Field(name), v) {
			return true
		}
	}
	return false
}

// worst gives a pair's status, the class of its gravest problem and how many there are.
func worst(p core.Pair) (core.PairStatus, string, int) {
	for _, class := range core.ProblemClasses {
		for _, parked := range p.Parked {
			if parked.Problem.Class == class {
				return core.PairProblem, string(class), len(p.Parked)
			}
		}
	}
	if p.Sides[core.A].Ref.IsZero() || p.Sides[core.B].Ref.IsZero() {
		return core.PairPending, "", 0
	}
	return core.PairInSync, "", 0
}
