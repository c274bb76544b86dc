package workflows

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"duplex/activities"
	"duplex/core"
)

// maxRounds is how many writes one sync may need before it is taken for a loop.
const maxRounds = 12

// sync reads what is dirty and writes until both sides agree. ended tells that the workflow is to complete.
func (p *pair) sync(ctx workflow.Context) (ended bool, answer Answer, err error) {
	if wait := p.tuning.Debounce - workflow.Now(ctx).Sub(p.synced); !p.synced.IsZero() && wait > 0 {
		if err := workflow.NewTimerWithOptions(ctx, wait, workflow.TimerOptions{Summary: "gather hints that arrive together"}).Get(ctx, nil); err != nil {
			return false, answer, err
		}
		p.drain(ctx)
	}
	p.Syncs++
	p.until, p.history = time.Time{}, [2]bool{}
	ended, answer, err = p.round(ctx)
	p.synced, p.tellDue = workflow.Now(ctx), true
	if err == nil {
		return ended, answer, nil
	}
	if temporal.IsCanceledError(err) {
		return false, answer, err
	}
	if errors.Is(err, errHeld) {
		p.waitLonger(ctx)
		p.answerRuns(ctx, core.ItemFailed, fmt.Sprintf("%d parked, the gravest of class %s: it is tried again after a pause", p.Problems, p.Problem))
		return false, answer, nil
	}
	return false, answer, p.failed(ctx, err)
}

func (p *pair) round(ctx workflow.Context) (bool, Answer, error) {
	for range maxRounds {
		if ended, answer, err := p.fetch(ctx); ended || err != nil {
			return ended, answer, err
		}
		if !p.Entered { // a hint arrived while the item was looked at: look again
			continue
		}
		if p.deleted() {
			if err := p.confirmGone(); err != nil {
				return false, Answer{}, err
			}
			return p.gone(ctx)
		}
		again, err := p.plan(ctx)
		if err != nil {
			return false, Answer{}, err
		}
		if p.movedTo != "" {
			return p.belongs(ctx, p.movedTo, p.Origin)
		}
		if !again && p.again {
			return false, Answer{}, errHeld
		}
		if !again {
			return false, Answer{}, p.passed(ctx)
		}
		p.drain(ctx)
	}
	return false, Answer{}, temporal.NewNonRetryableApplicationError(
		fmt.Sprintf("the two sides still differ after %d writes in a row: something on a side, such as an automation, keeps changing what is written; look for it, then resync", maxRounds), "loop", nil)
}

// fetch reads the dirty sides, side by side.
func (p *pair) fetch(ctx workflow.Context) (ended bool, answer Answer, err error) {
	var futures [2]workflow.Future
	var ins [2]activities.FetchInput
	for _, s := range core.Sides {
		side := &p.Sides[s]
		if !side.Dirty || side.Ref.IsZero() {
			continue
		}
		in := activities.FetchInput{Pair: p.ID, Connection: p.Connection, Side: s, Ref: side.Ref, Seen: side.Seen, Full: side.Full, First: !p.Entered, Delivery: p.Delivery, History: p.history[s]}
		side.Dirty, side.Full = false, false
		ins[s] = in
		futures[s] = p.read(ctx, in, priority(p.Urgency))
	}
	for _, s := range core.Sides {
		if futures[s] == nil {
			continue
		}
		var r activities.FetchResult
		e := futures[s].Get(ctx, &r)
		if p.waited(e) {
			e = p.read(ctx, ins[s], PriorityWaited).Get(ctx, &r)
		}
		if e != nil {
			p.Sides[s].Dirty = true
			err = errors.Join(err, e)
			continue
		}
		if done, answer, e := p.fetched(ctx, s, r); done || e != nil {
			return done, answer, e
		}
	}
	return false, answer, err
}

// read asks for one side's item.
func (p *pair) read(ctx workflow.Context, in activities.FetchInput, rank int) workflow.Future {
	in.Live = rank == PriorityLive
	return workflow.ExecuteActivity(p.activity(ctx, in.Ref.System, "read "+p.name(in.Side), rank), a.Fetch, in)
}

// waited tells work that has become backlog while a gate was closed: it is asked for again, behind what is edited now, and so
// is all that follows from it until somebody edits again.
func (p *pair) waited(err error) bool {
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || app.Type() != activities.Waited {
		return false
	}
	p.Urgency = max(p.Urgency, core.Replay)
	return true
}

func (p *pair) fetched(ctx workflow.Context, s core.Side, r activities.FetchResult) (bool, Answer, error) {
	side := &p.Sides[s]
	p.Version = r.Version
	side.Gone = r.Gone
	if r.Gone {
		side.Missing++
		if !p.Entered {
			return p.refused(ctx, "the item is gone or out of sight")
		}
		return false, Answer{}, nil
	}
	if r.Refused != "" {
		return p.refused(ctx, r.Refused)
	}
	if r.BelongsTo != "" {
		return p.belongs(ctx, r.BelongsTo, s)
	}
	p.Entered, side.Missing, side.Deleted = true, 0, false
	side.Ref, side.Seen, side.Revision, side.Precise = r.Ref, r.Hash, r.Revision, r.Precise
	return false, Answer{}, nil
}

// refused completes the workflow: the item is in no pair. A hint that arrived meanwhile asks again first.
func (p *pair) refused(ctx workflow.Context, reason string) (bool, Answer, error) {
	p.drain(ctx)
	if p.Dirty() {
		return false, Answer{}, nil
	}
	if p.answerRuns(ctx, core.ItemSkipped, "not in the sync: "+reason); p.late(ctx) {
		return false, Answer{}, nil
	}
	return true, Answer{Text: "not in the sync: " + reason}, nil
}

// belongs passes the hint on to the pair that the item is part of, and completes.
func (p *pair) belongs(ctx workflow.Context, other string, s core.Side) (bool, Answer, error) {
	if other == p.ID {
		p.Entered = true
		p.Sides[s].Dirty = true
		return false, Answer{}, nil
	}
	p.drain(ctx)
	side := s
	err := workflow.SignalExternalWorkflow(ctx, other, "", HintSignal, Hint{Side: side, Kind: core.HintChanged, Urgency: p.Urgency, Retry: p.Retry}).Get(ctx, nil)
	if err != nil {
		workflow.GetLogger(ctx).Warn("the item's pair has no running workflow", "pair", other, "error", err)
	}
	p.answerRuns(ctx, core.ItemDone, "it is in "+other+" already, which was told")
	return true, Answer{Text: "the item belongs to " + other}, nil
}

// plan decides, and carries out what was decided, one side at a time. again asks for another round.
func (p *pair) plan(ctx workflow.Context) (again bool, err error) {
	p.ask()
	in := activities.TransformInput{Pair: p.ID, Retry: p.asked.retry, Resolve: p.asked.resolve}
	for _, s := range core.Sides {
		in.Seen[s] = p.Sides[s].Seen
	}
	var t activities.TransformResult
	if err := workflow.ExecuteLocalActivity(local(ctx, "compare both sides with what they last agreed on"), a.Transform, in).Get(ctx, &t); err != nil {
		return false, err
	}
	p.again, p.rest, p.Tells, p.Told = t.Again, t.Wait, t.Tells, t.Told
	p.Version, p.Status, p.Problem, p.Problems = t.Version, t.Status, t.Problem, t.Problems
	if t.Braked != "" {
		p.braked(ctx, t.Braked)
		return false, nil
	}
	if t.Held {
		p.note(ctx, t.Summary)
		return false, errHeld
	}
	if !t.Write {
		p.asked = asked{}
		p.note(ctx, t.Summary)
		return false, nil
	}
	if p.remember(t.History) {
		return true, nil
	}
	return p.apply(ctx, t)
}

// remember asks, once per sync, for the history of fields of the sides where it would decide a conflict.
func (p *pair) remember(sides [2]bool) (again bool) {
	for _, s := range core.Sides {
		if sides[s] && !p.history[s] {
			p.history[s], p.Sides[s].Dirty, again = true, true, true
		}
	}
	return again
}

func (p *pair) apply(ctx workflow.Context, t activities.TransformResult) (again bool, err error) {
	to := &p.Sides[t.To]
	summary := fmt.Sprintf("write to %s: %s", to.Name, t.Summary)
	if t.Ledger != "" {
		summary += " — values: " + t.Ledger
	}
	rank := priority(p.Urgency)
	if t.Waits {
		rank = max(rank, PriorityWaited)
	}
	var r activities.ApplyResult
	write := func(rank int) error {
		return workflow.ExecuteActivity(p.activity(ctx, to.Ref.System, oneLine(summary), rank), a.Apply,
			activities.ApplyInput{Pair: p.ID, Plan: t.Plan, To: t.To, Delivery: p.Delivery, System: to.Ref.System, Live: rank == PriorityLive}).Get(ctx, &r)
	}
	if err = write(rank); p.waited(err) {
		err = write(PriorityWaited)
	}
	if err != nil {
		return false, err
	}
	if r.Braked != "" {
		p.Status, p.Problem, p.Problems = r.Status, r.Problem, max(p.Problems, r.Problems)
		p.braked(ctx, r.Braked)
		return false, nil
	}
	if r.BelongsTo != "" {
		p.movedTo = r.BelongsTo
		return false, nil
	}
	if r.Stale || r.Gone {
		if to.Ref.IsZero() { // a twin that was there already
			to.Ref = r.Ref
		}
		to.Dirty = true
		return true, nil
	}
	p.Writes++
	p.again, p.rest = r.Again, r.Wait
	if from := &p.Sides[t.To.Other()]; r.Moved {
		from.Dirty, from.Full = true, true
	}
	to.Ref, to.Seen = r.Ref, r.Seen
	to.wrote(r.Revision)
	p.Status, p.Problem, p.Problems = r.Status, r.Problem, r.Problems
	p.note(ctx, t.Summary)
	if r.Settled {
		p.asked = asked{}
	}
	return !r.Settled, p.loops(ctx, t.To)
}

// ask takes what operators ask for into the sync under way.
func (p *pair) ask() {
	p.asked.retry = p.asked.retry || p.Retry
	p.asked.resolve = choices(p.asked.resolve, p.Resolve)
	p.Retry, p.Resolve = false, nil
}

// choices are two sets of operators' choices in one; the later wins. nil when there are none.
func choices(earlier, later map[string]core.Side) map[string]core.Side {
	if len(later) == 0 {
		return earlier
	}
	all := maps.Clone(later)
	for rule, side := range earlier {
		if _, again := later[rule]; !again {
			all[rule] = side
		}
	}
	return all
}

// braked leaves the pair as it is until its connection is released; a hint then asks for another look. What operators
// asked for waits as well.
func (p *pair) braked(ctx workflow.Context, text string) {
	p.Retry, p.Resolve, p.asked = p.Retry || p.asked.retry, choices(p.asked.resolve, p.Resolve), asked{}
	p.note(ctx, text)
	p.answerRuns(ctx, core.ItemFailed, text)
}

// passed clears what an earlier failure left behind.
func (p *pair) passed(ctx workflow.Context) error {
	p.Failures, p.Urgency, p.Delivery = 0, core.Backfill, ""
	p.answerSynced(ctx)
	return nil
}

// errHeld ends a sync that has nothing to write now but what is to be tried again after a pause: what a system refused a
// while ago, or an entry that failed.
var errHeld = errors.New("held back")

// waitLonger leaves that for a later look, as long as it is to rest: events in between do not lengthen the pause. The problem
// is on the pair's row already.
func (p *pair) waitLonger(ctx workflow.Context) {
	p.held = true
	if p.rest > 0 {
		p.until = workflow.Now(ctx).Add(p.rest)
	} else {
		p.Failures++
	}
	p.touch(false)
}

// failed records why a sync could not be finished, where people look, and leaves the sides dirty for the next try.
func (p *pair) failed(ctx workflow.Context, err error) error {
	p.Failures++
	p.Retry, p.Resolve, p.asked = p.Retry || p.asked.retry, choices(p.asked.resolve, p.Resolve), asked{}
	class, text := classify(err)
	p.Status, p.Problem, p.Problems = core.PairProblem, string(class), max(p.Problems, 1)
	p.note(ctx, text)
	p.held = true
	p.touch(true)
	p.answerRuns(ctx, core.ItemFailed, string(class)+": "+text)
	if !p.Entered {
		return nil
	}
	ctx2 := local(ctx, "record the problem: "+string(class))
	if e := workflow.ExecuteLocalActivity(ctx2, a.Fail, activities.FailInput{Pair: p.ID, Class: class, Text: text}).Get(ctx, nil); e != nil {
		workflow.GetLogger(ctx).Error("problem not recorded", "error", e)
	}
	return nil
}

// classify gives the problem class and the plain text of a failed activity.
func classify(err error) (core.ProblemClass, string) {
	var app *temporal.ApplicationError
	class, text := core.ProblemFailed, err.Error()
	if errors.As(err, &app) {
		text = app.Message()
		switch app.Type() {
		case "denied":
			class = core.ProblemDenied
		case "invalid":
			class = core.ProblemInvalid
		case "unsupported":
			class = core.ProblemUnsupported
		case "too-large":
			class = core.ProblemTooLarge
		case "not-found":
			class = core.ProblemGone
		case "loop":
			class = core.ProblemLoop
		}
	}
	return class, text
}

func oneLine(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if r := []rune(s); len(r) > 380 {
		s = string(r[:380]) + "…"
	}
	return s
}
