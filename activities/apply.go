package activities

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/merge"
)

// Apply carries out a plan's writes to one side: the item first, then comments, then files. Each remote write is recorded
// as it happens. A field or entry that the system refuses is parked alone; the rest is written. When the item has
// moved on since the plan was made nothing is written and the result is Stale.
func (a *Activities) Apply(ctx context.Context, in ApplyInput) (ApplyResult, error) {
	defer beat(ctx)()
	if err := a.waited(ctx, in.Live, in.System); err != nil {
		return ApplyResult{}, err
	}
	r, err := a.apply(ctx, in)
	if err != nil {
		a.refused(ctx, in, err)
	}
	a.stuck(ctx, in.Pair, err)
	return r, temporalError(doing("apply "+in.Plan, err))
}

// applying is one Apply under way.
type applying struct {
	*Activities
	*step
	plan     *core.Plan
	newest   [2]string // the observations of the plan that is asked for
	revision string    // of the newest observation of the source
	to       core.Side
	from     core.Side
	c        connectors.Connector
	source   connectors.Connector
	want     connectors.Want
	done     merge.Done
	found    *core.Observation // the whole item, where a write made it necessary to read it; newer than done.After
	touched  bool              // comments or files were written: the lists of the observation are no longer whole
	outcomes []core.Outcome
	delivery string
	stale    bool
	gone     bool
	attached []core.Attachment // files written to the target so far
	latest   *core.Observation // the source as it is now, read again for a plan that has waited
	moved    bool              // something was hidden on the source since the plan was made
	shown    []string          // files of the source that go with the texts of a new item
	// createFiles are the decisions about the files of an item that is to be created.
	createFiles []core.EntryDecision
	// What a match found: the item that is the twin from now on, or the pair this one gave way to.
	twin      core.Ref
	belongsTo string
}

func (a *Activities) apply(ctx context.Context, in ApplyInput) (ApplyResult, error) {
	plan, err := a.Store.Plan(ctx, in.Plan)
	if err != nil {
		return ApplyResult{}, err
	}
	if plan.Erased {
		return ApplyResult{}, errErased
	}
	s, err := a.load(ctx, in.Pair, plan.Now)
	if err != nil {
		return ApplyResult{}, err
	}
	if waits, err := a.braked(ctx, s.row); err != nil || waits != "" {
		return ApplyResult{Braked: waits, Status: core.PairProblem, Problem: string(core.ProblemBrake), Problems: max(1, len(s.row.Parked))}, err
	}
	if err := a.asOf(ctx, s, &plan); err != nil {
		return ApplyResult{}, err
	}
	w := &applying{Activities: a, step: s, plan: &plan, newest: plan.Now, to: in.To, from: in.To.Other(), delivery: in.Delivery,
		done: merge.Done{Values: map[string]core.Value{}, Failed: map[string]core.Problem{}}}
	if o := s.now[w.from]; o != nil {
		w.revision = o.Revision
	}
	if w.c, err = a.Systems.Connector(ctx, s.pair.Sides[in.To].Ref.System); err != nil {
		return ApplyResult{}, err
	}
	if w.source, err = a.Systems.Connector(ctx, s.pair.Sides[w.from].Ref.System); err != nil {
		return ApplyResult{}, err
	}
	calls := append([]string{s.pair.Sides[in.To].Ref.System}, sources(&plan, in.To, s.pair.Sides[w.from].Ref.System)...)
	if err := a.closed(ctx, calls...); err != nil {
		return ApplyResult{}, err
	}
	w.want = wanted(s.mapping, in.To, s.now[in.To], false)
	w.want.Comments, w.want.Attachments, w.want.Worklogs = false, false, false
	if err := w.write(ctx); err != nil {
		return ApplyResult{}, a.denied(ctx, err, calls...)
	}
	return w.finish(ctx)
}

// asOf sets the merge base back to the one the plan was made from. An earlier attempt may have moved it and died before
// that was known; the plan's decisions carry on from its own base only.
func (a *Activities) asOf(ctx context.Context, s *step, plan *core.Plan) (err error) {
	s.twins = plan.Twins // a twin that came since is a difference for the next round
	for _, side := range core.Sides {
		if plan.Base[side] == s.pair.Sides[side].Base {
			continue
		}
		if s.base[side], err = a.observation(ctx, plan.Base[side]); err != nil {
			return err
		}
	}
	return nil
}

func (w *applying) write(ctx context.Context) error {
	if err := w.resolveUsers(ctx); err != nil {
		return err
	}
	if err := w.settleFields(ctx); err != nil {
		return err
	}
	if w.plan.Create[w.to] != nil {
		return w.create(ctx)
	}
	if err := w.update(ctx); err != nil || w.stale || w.gone {
		return err
	}
	if err := w.postLosers(ctx); err != nil {
		return err
	}
	return w.entries(ctx)
}

// finish moves the base, saves everything and tells whether more is to be done.
func (w *applying) finish(ctx context.Context) (ApplyResult, error) {
	r := ApplyResult{Stale: w.stale, Gone: w.gone, Ref: w.twin, BelongsTo: w.belongsTo, Summary: w.told()}
	if w.stale || w.gone || w.belongsTo != "" {
		for _, o := range w.outcomes {
			if err := w.Store.AddOutcome(ctx, o); err != nil {
				return r, err
			}
		}
		return r, nil
	}
	w.done.Wrote[w.to] = true
	full := w.seen()
	seen, err := w.Store.PutObservation(ctx, w.pair.ID, full)
	if err != nil {
		return r, err
	}
	w.pair.Sides[w.from].Seen, w.pair.Sides[w.from].Revision = w.newest[w.from], w.revision
	side := &w.pair.Sides[w.to]
	side.Ref, side.Seen, side.Revision = full.Ref, seen, full.Revision
	if !w.c.Facts().Precondition && w.found == nil {
		side.Revision = "" // a comment that came right before the write is in this revision and has not been read
	}
	side.Own = core.WithOwn(side.Own, full.Revision)
	if err := w.settle(ctx, w.step, w.plan, w.done, w.outcomes, nil); err != nil {
		return r, err
	}
	w.observe()
	w.Log.Info("change written", "pair", w.pair.ID, "connection", w.pair.Connection, "system", side.Ref.System, "side", side.Name, "delivery", w.delivery, "plan", w.plan.ID)
	r.Seen, r.Revision, r.Ref = seen, full.Revision, full.Ref
	r.Status, r.Problem, r.Problems = worst(w.pair)
	r.Again, r.Wait = tiredOf(w.pair), restOf(w.pair, w.Now())
	r.Moved = w.moved
	r.Settled, err = w.settled(ctx, seen)
	return r, err
}

// seen is the item after the writes, as far as it is known. What the answer to a write leaves out has not changed. Where
// comments or files were written the lists lack them, and a list that is not complete is never read as deletion.
func (w *applying) seen() core.Observation {
	was, after := w.now[w.to], w.done.After[w.to]
	var full core.Observation
	switch {
	case w.found != nil:
		full = *w.found
	case after != nil:
		full = *after
	default: // only comments or files were written
		full = *was
	}
	if was != nil {
		for name, v := range was.Fields {
			if full.Field(name).IsAbsent() {
				full = full.With(name, v)
			}
		}
		if w.found == nil {
			full.Comments, full.Attachments, full.Complete = was.Comments, was.Attachments, was.Complete
			full.Worklogs, full.AllWorklogs = was.Worklogs, was.AllWorklogs
		}
	}
	if was != nil && full.People == nil {
		full.People = was.People
	}
	full.Attachments = slices.Clip(full.Attachments)
	for _, f := range w.attached {
		if attachmentOf(&full, f.ID) == nil {
			full.Attachments = append(full.Attachments, f)
		}
	}
	full.Complete, full.AllWorklogs = full.Complete && !w.touched, full.AllWorklogs && !w.touched
	return full
}

// whole is what to ask for when an item has to be read in the middle of a write: comments and files too, because the
// revision that comes with them is taken for seen.
func (w *applying) whole() connectors.Want {
	want := w.want
	want.Comments, want.Attachments = w.mapping.Connection.Comments.Flow != "", w.mapping.Connection.Attachments.Flow != ""
	want.Worklogs = w.mapping.Connection.Worklogs.Flow != ""
	want.Known, want.Full = nil, true
	return want
}

// settled plans once more from what was just saved: a foreign edit that the write uncovered, or writes to the other
// side, ask for another round.
func (w *applying) settled(ctx context.Context, seen string) (bool, error) {
	hashes := w.newest
	hashes[w.to] = seen
	again, err := w.load(ctx, w.pair.ID, hashes)
	if err != nil {
		return false, err
	}
	p, err := again.plan(ctx, w.planner())
	if err != nil {
		return false, err
	}
	_, write, held := again.next(&p, w.Now())
	return !write && !held, nil
}

func (w *applying) observe() {
	if w.Observer == nil || len(w.outcomes) == 0 || w.now[w.from] == nil {
		return
	}
	w.Observer.Synced(w.pair.Connection, w.pair.Sides[w.to].Name, w.now[w.from].UpdatedAt)
}

// record notes one remote operation. detail names no content.
func (w *applying) record(act, target, result, detail string, fields []string, started time.Time) {
	sort.Strings(fields)
	w.outcomes = append(w.outcomes, core.Outcome{Pair: w.pair.ID, Plan: w.plan.ID, Side: w.pair.Sides[w.to].Name, Act: act,
		Target: target, Fields: fields, Result: result, Detail: detail, Started: started.UTC(), Ended: w.Now().UTC(), Delivery: w.delivery})
}

// told says what was written, for the history.
func (w *applying) told() string {
	var parts []string
	for _, o := range w.outcomes {
		t := o.Act + " " + o.Result
		if len(o.Fields) > 0 {
			t += " (" + strings.Join(o.Fields, ", ") + ")"
		}
		parts = append(parts, t)
	}
	return strings.Join(parts, "; ")
}

// fail parks one rule.
func (w *applying) fail(rule string, p core.Problem) { w.done.Failed[rule] = p }

// ruleOf is the decision that writes the target field, be it beside its own.
func (w *applying) ruleOf(field string) *core.Decision {
	for i := range w.plan.Decisions {
		if d := &w.plan.Decisions[i]; d.Writes(w.to, field) {
			return d
		}
	}
	return nil
}

// parkFields parks the rules of the fields a system refused and reports whether it named any that are being written. What a rule
// writes together is left out together.
func (w *applying) parkFields(refused map[string]string, drop func(field string) bool) bool {
	named := false
	for f, why := range refused {
		d := w.ruleOf(f)
		if d == nil || !drop(f) {
			continue
		}
		named = true
		w.dropAll(d, drop)
		w.fail(d.Rule, core.Problem{Class: core.ProblemInvalid, Field: f, Retries: "a change of the value, or a new mapping version",
			Text: fmt.Sprintf("%s refused %s: %s", w.pair.Sides[w.to].Ref.System, f, strings.ReplaceAll(why, connectors.ThisSide, w.pair.Sides[w.to].Name))})
	}
	return named
}

// dropAll takes everything that a decision writes out of what is about to be written.
func (w *applying) dropAll(d *core.Decision, drop func(field string) bool) {
	drop(d.Fields[w.to])
	for f := range d.Also {
		drop(f)
	}
	for f := range d.Parts {
		drop(f)
	}
	if d.Unknown.Field != "" {
		drop(d.Unknown.Field)
	}
}
