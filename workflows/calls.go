package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// call is one call of a system: on whose queue, in whose turn, and what the history says about it.
type call struct {
	system     string
	summary    string
	priority   int
	connection string        // connections take turns on the queue
	most       time.Duration // how long it may take; zero: 15 minutes
}

// calling is the context for a call of a system. It is tried again until it succeeds, or fails in a way that does not pass.
func calling(ctx workflow.Context, t Tuning, c call) workflow.Context {
	if c.most == 0 {
		c.most = 15 * time.Minute
	}
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:           SystemQueue(c.system),
		StartToCloseTimeout: c.most,
		HeartbeatTimeout:    t.Heartbeat,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 2 * time.Minute, MaximumAttempts: t.Tries},
		Summary:             c.summary,
		Priority:            temporal.Priority{PriorityKey: c.priority, FairnessKey: c.connection},
	})
}

// local is the context for work that calls no system: it runs on the worker that has the workflow.
func local(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout: 30 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 200 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second},
		Summary:             summary,
	})
}
