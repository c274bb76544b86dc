package gateway

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"duplex/core"
	"duplex/store"
	"duplex/workflows"
)

// startRun stores a run and starts its workflow. While the engine is away the run waits, and is started when it is back.
func (g *Gateway) startRun(r *http.Request) (any, error) {
	var req RunRequest
	if err := read(r, &req); err != nil {
		return nil, err
	}
	run, items, err := g.newRun(r.Context(), req)
	if err != nil {
		return nil, err
	}
	run.By = by(r)
	return g.beginRun(r.Context(), run, items)
}

// beginRun stores a run that was checked, and starts it.
func (g *Gateway) beginRun(ctx context.Context, run core.Run, items []core.RunItem) (Run, error) {
	run.State, run.CreatedAt = core.RunRunning, g.o.Now().UTC()
	run.ID = string(run.Kind) + "-" + strings.ToLower(rand.Text()[:10])
	if err := g.o.Store.PutRun(ctx, run, items); err != nil {
		return Run{}, err
	}
	g.o.Log.Info("run started", "run", run.ID, "kind", run.Kind, "connection", run.Connection, "by", run.By)
	if err := g.launch(ctx, run); err != nil {
		g.o.Log.Warn("a run waits for the workflow engine", "run", run.ID, "error", err)
	}
	return g.shownRun(ctx, run)
}

// launch starts the workflow of a run; one that runs already is left alone.
func (g *Gateway) launch(ctx context.Context, run core.Run) error {
	if g.o.Temporal == nil {
		return errNoEngine
	}
	ctx, cancel := context.WithTimeout(ctx, handOverFor)
	defer cancel()
	_, err := g.o.Temporal.ExecuteWorkflow(ctx, runOptions(run), workflows.BatchWorkflow, batchState(run))
	return err
}

// batchState is the state of a run's workflow as its row tells it.
func batchState(run core.Run) workflows.BatchState {
	return workflows.BatchState{Run: run.ID, Connection: run.Connection, Paused: run.State == core.RunPaused, Reason: run.Reason}
}

func runOptions(run core.Run) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       workflows.RunID(run.ID),
		TaskQueue:                workflows.PairsQueue,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		TypedSearchAttributes:    temporal.NewSearchAttributes(workflows.AttrConnection.ValueSet(run.Connection)),
		StaticSummary:            fmt.Sprintf("%s of %s", run.Kind, run.Connection),
		Priority:                 temporal.Priority{PriorityKey: workflows.PriorityReplay, FairnessKey: run.Connection},
	}
}

const (
	launchEvery = 10 * time.Second
	lookAtAll   = 6 // of so many times one looks at every run that has not ended
)

// keepRuns starts the workflows of runs that have none, until ctx ends: the engine was away when they were asked for, or has lost
// them since.
func (g *Gateway) keepRuns(ctx context.Context) {
	tick := time.NewTicker(launchEvery)
	defer tick.Stop()
	for n := 1; ; n++ {
		if err := g.launchWaiting(ctx, n%lookAtAll == 0); err != nil && ctx.Err() == nil {
			g.o.Log.Warn("runs that wait are not started", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// launchWaiting starts the runs that were never started; with all, every run that has not ended, which leaves those alone whose
// workflow runs.
func (g *Gateway) launchWaiting(ctx context.Context, all bool) error {
	var errs error
	for _, state := range []core.RunState{core.RunRunning, core.RunPaused} {
		runs, err := g.o.Store.Runs(ctx, store.RunFilter{State: string(state), Limit: 1000})
		errs = errors.Join(errs, err)
		for _, run := range runs {
			if all || run.StartedAt.IsZero() {
				errs = errors.Join(errs, g.launch(ctx, run))
			}
		}
	}
	return errs
}

func (g *Gateway) listRuns(r *http.Request) (any, error) {
	limit, err := number(r, "limit", 50, 1000)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	f := store.RunFilter{Connection: q.Get("connection"), Kind: q.Get("kind"), State: q.Get("state"), Limit: int(limit)}
	if before := q.Get("before"); before != "" {
		if f.Before, err = time.Parse(time.RFC3339Nano, before); err != nil {
			return nil, refuse(classRequest, "before", "before must be a time as in created_at of the last run of the page before")
		}
	}
	runs, err := g.o.Store.Runs(r.Context(), f)
	if err != nil {
		return nil, err
	}
	out := RunList{Runs: make([]Run, 0, len(runs))}
	for _, run := range runs {
		shown, err := g.shownRun(r.Context(), run)
		if err != nil {
			return nil, err
		}
		out.Runs = append(out.Runs, shown)
	}
	if len(runs) == int(limit) {
		out.Next = runs[len(runs)-1].CreatedAt.Format(time.RFC3339Nano)
	}
	return out, nil
}

func (g *Gateway) shownRun(ctx context.Context, run core.Run) (Run, error) {
	counts, err := g.o.Store.CountRunItems(ctx, run.ID)
	if err != nil {
		return Run{}, err
	}
	p := run.Progress(counts, g.o.Now())
	out := Run{Run: run, Counts: counts, Progress: p, Text: p.String(), SecondsLeft: int(p.Left.Seconds()), Workflow: g.workflowURL(workflows.RunID(run.ID))}
	return out, nil
}

func (g *Gateway) runOf(r *http.Request) (core.Run, error) {
	id, err := variable(r, "id")
	if err != nil {
		return core.Run{}, err
	}
	run, err := g.o.Store.Run(r.Context(), id)
	return run, missing(err, "run", id)
}

func (g *Gateway) showRun(r *http.Request) (any, error) {
	run, err := g.runOf(r)
	if err != nil {
		return nil, err
	}
	return g.shownRun(r.Context(), run)
}

func (g *Gateway) listRunItems(r *http.Request) (any, error) {
	run, err := g.runOf(r)
	if err != nil {
		return nil, err
	}
	limit, err := number(r, "limit", 100, 1000)
	if err != nil {
		return nil, err
	}
	after, err := number(r, "after", 0, 1<<62)
	if err != nil {
		return nil, err
	}
	items, err := g.o.Store.RunItems(r.Context(), run.ID, store.RunItemFilter{State: r.URL.Query().Get("state"), Limit: int(limit), After: after})
	if err != nil {
		return nil, err
	}
	out := RunItemList{Items: items}
	if len(items) == int(limit) {
		out.Next = items[len(items)-1].N
	}
	return out, nil
}

func (g *Gateway) pauseRun(r *http.Request) (any, error)  { return g.actRun(r, workflows.PauseUpdate) }
func (g *Gateway) resumeRun(r *http.Request) (any, error) { return g.actRun(r, workflows.ResumeUpdate) }
func (g *Gateway) stopRun(r *http.Request) (any, error)   { return g.actRun(r, workflows.StopUpdate) }

// actRun sends an operator's decision to the run's workflow, which is started from the run's row when it does not run.
func (g *Gateway) actRun(r *http.Request, name string) (any, error) {
	run, err := g.runOf(r)
	switch {
	case err != nil:
		return nil, err
	case run.State.Ended():
		return nil, refuse(classConflict, run.ID, "the run has ended: "+string(run.State))
	case g.o.Temporal == nil:
		return nil, noEngine(run.ID)
	}
	op := g.o.Temporal.NewWithStartWorkflowOperation(runOptions(run), workflows.BatchWorkflow, batchState(run))
	return g.updateWith(r, op, workflows.RunID(run.ID), name, workflows.OperatorRequest{By: by(r)})
}
