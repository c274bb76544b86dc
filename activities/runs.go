package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
)

// RunStore is what the activities of runs need of the store.
type RunStore interface {
	Run(ctx context.Context, id string) (core.Run, error)
	SetRunState(ctx context.Context, id string, state core.RunState, reason string) error
	AddRunItems(ctx context.Context, run, from, next string, listed bool, items []core.RunItem) error
	WaitingRunItems(ctx context.Context, run string, limit int) ([]core.RunItem, error)
	HandOverRunItems(ctx context.Context, run string, items []core.RunItem, deliveries []core.Delivery) error
	AnswerRunItems(ctx context.Context, a core.RunAnswer) (int, core.RunKind, error)
	AnswerRest(ctx context.Context, run string, from []core.RunItemState, to core.RunItemState, reason string) (int, error)
	CountRunItems(ctx context.Context, run string) (core.RunCounts, error)
	PairsAfter(ctx context.Context, connection, status, problem, after string, limit int) ([]core.Pair, error)
	LinkItems(ctx context.Context, c core.Connection, version int, refs [2]core.Ref) (core.Pair, bool, error)
}

// running is a run with what its steps look at.
type running struct {
	core.Run
	kind    runKind
	mapping *mapping.Mapping
}

func (a *Activities) running(ctx context.Context, id string) (*running, error) {
	run, err := a.Store.Run(ctx, id)
	if err != nil {
		return nil, err
	}
	kind, ok := runKinds[run.Kind]
	if !ok {
		return nil, fmt.Errorf("a run of kind %q is not known to this worker: %w", run.Kind, connectors.ErrUnsupported)
	}
	r := &running{Run: run, kind: kind}
	r.mapping, err = a.Mappings.Active(ctx, run.Connection)
	return r, err
}

// BeginRun marks a run as running and tells how its steps are made. It may be called again.
func (a *Activities) BeginRun(ctx context.Context, id string) (RunFacts, error) {
	r, err := a.running(ctx, id)
	if err != nil {
		return RunFacts{}, temporalError(err)
	}
	f := RunFacts{Kind: r.Kind, Reads: r.kind.reads, Urgency: r.kind.urgency, Ended: r.State.Ended(), Chunk: r.kind.chunk()}
	for _, side := range core.Sides {
		f.Systems[side] = r.mapping.Connection.Sides[side].System
	}
	if r.kind.calls != nil {
		f.ListOn = r.kind.calls(r)
	}
	if r.State != core.RunPaused && !f.Ended {
		err = a.Store.SetRunState(ctx, id, core.RunRunning, "")
	}
	return f, temporalError(err)
}

// listFor is how long one step of listing goes on, so that progress is seen.
const listFor = 10 * time.Second

// ListRun lists items of a run until all are known or some time has passed. Each page is stored with the position after it.
func (a *Activities) ListRun(ctx context.Context, id string) (RunProgress, error) {
	defer beat(ctx)()
	started := a.Now()
	for {
		r, err := a.running(ctx, id)
		if err != nil {
			return RunProgress{}, temporalError(err)
		}
		if r.Listed || r.kind.list == nil || a.Now().Sub(started) >= listFor {
			p, err := a.progress(ctx, r.Run)
			return p, temporalError(err)
		}
		page, err := r.kind.list(ctx, a, r, r.Cursor)
		if err == nil {
			err = a.Store.AddRunItems(ctx, id, r.Cursor, page.next, page.last, page.items)
		}
		if err != nil {
			return RunProgress{}, temporalError(doing("list the items of run "+id, err))
		}
	}
}

// ActRun acts on waiting items of a run that need no reading: in.Most at most may be handed over and unanswered at once.
func (a *Activities) ActRun(ctx context.Context, in RunStep) (RunProgress, error) {
	p, err := a.actRun(ctx, in)
	return p, temporalError(doing("run "+in.Run, err))
}

func (a *Activities) actRun(ctx context.Context, in RunStep) (RunProgress, error) {
	r, err := a.running(ctx, in.Run)
	if err != nil {
		return RunProgress{}, err
	}
	before, err := a.progress(ctx, r.Run)
	if err != nil {
		return before, err
	}
	room := min(in.Most-before.Counts[core.ItemHandedOver], r.kind.chunk())
	if room <= 0 || before.Counts[core.ItemWaiting] == 0 {
		return before, nil
	}
	items, err := a.Store.WaitingRunItems(ctx, in.Run, room)
	if err != nil {
		return before, err
	}
	if err := a.actOn(ctx, r, items, nil); err != nil {
		return before, err
	}
	return a.progress(ctx, r.Run)
}

// TakeRun gives the next items of a run that are read on both sides before something is decided about them.
func (a *Activities) TakeRun(ctx context.Context, in RunStep) ([]RunTarget, error) {
	items, err := a.Store.WaitingRunItems(ctx, in.Run, in.Most)
	targets := make([]RunTarget, 0, len(items))
	for _, it := range items {
		targets = append(targets, RunTarget{N: it.N, Pair: it.Pair, Items: [2]string{it.Item, it.Other}})
	}
	return targets, temporalError(err)
}

// ReadRun reads the targets' items of one side. What is wrong with one item is told with it; an error is of the whole system.
func (a *Activities) ReadRun(ctx context.Context, in RunReadInput) ([]RunReading, error) {
	defer beat(ctx)()
	readings, err := a.readRun(ctx, in)
	return readings, temporalError(doing("read items of run "+in.Run, err))
}

func (a *Activities) readRun(ctx context.Context, in RunReadInput) ([]RunReading, error) {
	r, err := a.running(ctx, in.Run)
	if err != nil {
		return nil, err
	}
	side := r.mapping.Connection.Sides[in.Side]
	c, err := a.Systems.Connector(ctx, side.System)
	if err != nil {
		return nil, err
	}
	want := wanted(r.mapping, in.Side, nil, true)
	if !r.kind.whole {
		want.Comments, want.Attachments, want.Worklogs = false, false, false
	}
	out := make([]RunReading, 0, len(in.Targets))
	for _, t := range in.Targets {
		reading := RunReading{N: t.N}
		if t.Items[in.Side] == "" {
			out = append(out, reading)
			continue
		}
		o, err := c.Get(ctx, t.Items[in.Side], want)
		switch class := connectors.Class(err); {
		case err == nil:
			o.Ref.System, o.Ref.Type = side.System, side.Type
			reading.Ref = o.Ref
			if r.kind.whole {
				reading.Hash, err = a.Store.PutObservation(ctx, t.Pair, o)
			}
		case class == "not-found":
			reading.Gone, err = true, nil
		case parks(err):
			reading.Problem, err = withoutContent(err), nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, reading)
	}
	return out, nil
}

// JudgeRun acts on items that were read.
func (a *Activities) JudgeRun(ctx context.Context, in RunJudgeInput) (RunProgress, error) {
	p, err := a.judgeRun(ctx, in)
	return p, temporalError(doing("run "+in.Run, err))
}

func (a *Activities) judgeRun(ctx context.Context, in RunJudgeInput) (RunProgress, error) {
	r, err := a.running(ctx, in.Run)
	if err != nil {
		return RunProgress{}, err
	}
	items, err := a.Store.WaitingRunItems(ctx, in.Run, len(in.Targets))
	if err != nil {
		return RunProgress{}, err
	}
	read := map[int64][2]RunReading{}
	for i, t := range in.Targets {
		read[t.N] = [2]RunReading{in.Read[core.A][i], in.Read[core.B][i]}
	}
	var judged []core.RunItem
	for _, it := range items {
		if _, ok := read[it.N]; ok {
			judged = append(judged, it)
		}
	}
	if err := a.actOn(ctx, r, judged, read); err != nil {
		return RunProgress{}, err
	}
	return a.progress(ctx, r.Run)
}

// actOn lets the kind decide about each item and stores what became of them, with the deliveries of those handed over.
func (a *Activities) actOn(ctx context.Context, r *running, items []core.RunItem, read map[int64][2]RunReading) error {
	hints := newHints(r)
	for i := range items {
		it := &items[i]
		h, err := r.kind.act(ctx, a, r, it, read[it.N])
		if err != nil {
			if !parks(err) {
				return err
			}
			it.State, it.Reason = core.ItemFailed, withoutContent(err)
		}
		if h != nil {
			it.State = core.ItemHandedOver
			hints.add(it.N, *h)
		}
	}
	if err := a.Store.HandOverRunItems(ctx, r.ID, items, hints.deliveries()); err != nil {
		return err
	}
	for _, it := range items {
		a.counted(r.Kind, it.State, 1)
	}
	return nil
}

func (a *Activities) counted(kind core.RunKind, state core.RunItemState, n int) {
	if a.Observer != nil && n > 0 && state != core.ItemHandedOver && state != core.ItemWaiting {
		a.Observer.RunItems(string(kind), string(state), n)
	}
}

// AnswerRuns tells runs what became of a pair that they handed over.
func (a *Activities) AnswerRuns(ctx context.Context, in RunAnswers) error {
	for _, run := range in.Runs {
		n, kind, err := a.Store.AnswerRunItems(ctx, core.RunAnswer{Run: run, Pair: in.Pair, Refs: in.Refs, State: in.State, Reason: in.Reason})
		if err != nil {
			return temporalError(err)
		}
		a.counted(kind, in.State, n)
	}
	return nil
}

// SetRun records that a run was paused or resumed.
func (a *Activities) SetRun(ctx context.Context, in RunStateInput) error {
	return temporalError(a.Store.SetRunState(ctx, in.Run, in.State, in.Reason))
}

// EndRun records the end of a run. Items whose turn never came, and items that never answered, get an answer that says so.
func (a *Activities) EndRun(ctx context.Context, in RunStateInput) (RunProgress, error) {
	p, err := a.endRun(ctx, in)
	return p, temporalError(doing("end run "+in.Run, err))
}

func (a *Activities) endRun(ctx context.Context, in RunStateInput) (RunProgress, error) {
	run, err := a.Store.Run(ctx, in.Run)
	if err != nil {
		return RunProgress{}, err
	}
	if in.State == core.RunStopped {
		n, err := a.Store.AnswerRest(ctx, run.ID, []core.RunItemState{core.ItemWaiting}, core.ItemSkipped, "the run was stopped before its turn")
		if err != nil {
			return RunProgress{}, err
		}
		a.counted(run.Kind, core.ItemSkipped, n)
	} else {
		n, err := a.Store.AnswerRest(ctx, run.ID, []core.RunItemState{core.ItemHandedOver}, core.ItemFailed, unanswered)
		if err != nil {
			return RunProgress{}, err
		}
		a.counted(run.Kind, core.ItemFailed, n)
	}
	if err := a.Store.SetRunState(ctx, run.ID, in.State, in.Reason); err != nil {
		return RunProgress{}, err
	}
	if run, err = a.Store.Run(ctx, run.ID); err != nil {
		return RunProgress{}, err
	}
	return a.progress(ctx, run)
}

const unanswered = "its pair was told and has not answered for a long time: its system may be closed, or its workflow stuck; the change itself is not lost"

func (a *Activities) progress(ctx context.Context, run core.Run) (RunProgress, error) {
	counts, err := a.Store.CountRunItems(ctx, run.ID)
	return RunProgress{Listed: run.Listed, Counts: counts, Text: run.Progress(counts, a.Now()).String()}, err
}

// gone reports a connector's not-found.
func gone(err error) bool { return errors.Is(err, connectors.ErrNotFound) }
