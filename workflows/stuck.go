package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Names of the stuck-work sweeper.
const (
	StuckWorkflow = "Stuck"
	StuckActivity = "StuckPass"
	StuckSchedule = "stuck" // id of the schedule, and of the workflows it starts
)

// StuckEvery is how often the sweeper looks for pairs whose work has stopped.
const StuckEvery = time.Minute

// Stuck is one pass of the stuck-work sweeper. A pass that fails is not tried again: the next one is due soon.
func (w Workflows) Stuck(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    10 * time.Minute,
		ScheduleToStartTimeout: StuckEvery,
		HeartbeatTimeout:       30 * time.Second,
		RetryPolicy:            &temporal.RetryPolicy{MaximumAttempts: 1},
		Summary:                "find pairs whose work has stopped, and start them again",
		Priority:               temporal.Priority{PriorityKey: PriorityReplay},
	})
	return workflow.ExecuteActivity(ctx, StuckActivity).Get(ctx, nil)
}
