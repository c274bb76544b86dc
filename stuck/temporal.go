package stuck

import (
	"context"
	"errors"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"duplex/workflows"
)

// Temporal is the engine of a Temporal client.
type Temporal struct {
	Client    client.Client
	Namespace string
}

const (
	running = `WorkflowType = 'Pair' AND ExecutionStatus = 'Running'`
	failing = running + ` AND TemporalReportedProblems IN ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')`
	callFor = 10 * time.Second
)

// Identity implements Engine: the id the engine gave the namespace when it made it.
func (t Temporal) Identity(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, callFor)
	defer cancel()
	r, err := t.Client.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: t.Namespace})
	if err != nil {
		return "", err
	}
	return r.GetNamespaceInfo().GetId(), nil
}

// Running implements Engine.
func (t Temporal) Running(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, callFor)
	defer cancel()
	r, err := t.Client.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: t.Namespace, Query: running})
	return int(r.GetCount()), err
}

// List implements Engine.
func (t Temporal) List(ctx context.Context, yield func([]string) error) error {
	return t.list(ctx, running, yield)
}

// Failing implements Engine. An engine too old to report problems gives none: those pairs are found when a hint waits.
func (t Temporal) Failing(ctx context.Context) (ids []string, err error) {
	err = t.list(ctx, failing, func(page []string) error {
		ids = append(ids, page...)
		return nil
	})
	var unknown *serviceerror.InvalidArgument
	if errors.As(err, &unknown) {
		return nil, nil
	}
	return ids, err
}

func (t Temporal) list(ctx context.Context, query string, yield func([]string) error) error {
	var token []byte
	for {
		r, err := t.page(ctx, query, token)
		if err != nil {
			return err
		}
		ids := make([]string, 0, len(r.Executions))
		for _, e := range r.Executions {
			ids = append(ids, e.GetExecution().GetWorkflowId())
		}
		if err := yield(ids); err != nil {
			return err
		}
		if token = r.GetNextPageToken(); len(token) == 0 {
			return nil
		}
	}
}

func (t Temporal) page(ctx context.Context, query string, token []byte) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callFor)
	defer cancel()
	return t.Client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Namespace: t.Namespace, Query: query, PageSize: page, NextPageToken: token})
}

// Look implements Engine.
func (t Temporal) Look(ctx context.Context, id string) (Work, error) {
	ctx, cancel := context.WithTimeout(ctx, callFor)
	defer cancel()
	r, err := t.Client.DescribeWorkflowExecution(ctx, id, "")
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return Work{}, nil
	}
	if err != nil {
		return Work{}, err
	}
	info, task := r.GetWorkflowExecutionInfo(), r.GetPendingWorkflowTask()
	w := Work{Known: true, Run: info.GetExecution().GetRunId(), Running: info.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING,
		Activities: len(r.GetPendingActivities()), Attempt: int(task.GetAttempt())}
	if !w.Running {
		w.Ended = info.GetStatus().String()
	}
	if s := task.GetOriginalScheduledTime(); s != nil {
		w.Since = s.AsTime()
	}
	return w, nil
}

// Ask implements Engine. A workflow that cannot answer within the time has not answered.
func (t Temporal) Ask(ctx context.Context, id string) (Holds, error) {
	ctx, cancel := context.WithTimeout(ctx, callFor)
	defer cancel()
	v, err := t.Client.QueryWorkflow(ctx, id, "", workflows.StateQuery)
	if err != nil {
		return Holds{}, nil
	}
	var s workflows.PairState
	if err := v.Get(&s); err != nil {
		return Holds{}, nil
	}
	return Holds{Answered: true, Dirty: s.Dirty(), Paused: s.Paused, Heard: s.Heard}, nil
}

// Hint implements Engine.
func (t Temporal) Hint(ctx context.Context, state workflows.PairState, h workflows.Hint) error {
	ctx, cancel := context.WithTimeout(ctx, callFor)
	defer cancel()
	_, err := t.Client.SignalWithStartWorkflow(ctx, state.ID, workflows.HintSignal, h, workflows.StartOptions(state), workflows.PairWorkflow, state)
	return err
}

// Terminate implements Engine.
func (t Temporal) Terminate(ctx context.Context, id, run, reason string) error {
	ctx, cancel := context.WithTimeout(ctx, callFor)
	defer cancel()
	err := t.Client.TerminateWorkflow(ctx, id, run, reason)
	var ended *serviceerror.NotFound
	if errors.As(err, &ended) {
		return nil
	}
	return err
}

var _ Engine = Temporal{}
