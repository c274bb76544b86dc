package service

import (
	"context"
	"errors"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"duplex/workflows"
)

// retentionSpec is once a day, at an hour of its own in each installation that has several.
var retentionSpec = client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: 24 * time.Hour, Offset: 3 * time.Hour}}, Jitter: time.Hour}

// scheduleRetention makes the schedule unless there is one. Any number of workers may do so at once. What an operator has
// changed about it (paused it, say) stays.
func scheduleRetention(ctx context.Context, c client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err := c.ScheduleClient().Create(ctx, client.ScheduleOptions{
		ID: workflows.RetentionSchedule, Spec: retentionSpec,
		Overlap: enums.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: 12 * time.Hour,
		Action: &client.ScheduleWorkflowAction{ID: workflows.RetentionSchedule, Workflow: workflows.RetentionWorkflow, TaskQueue: workflows.PairsQueue,
			StaticSummary: "remove what the retention does not keep"},
	})
	if errors.Is(err, temporal.ErrScheduleAlreadyRunning) || errors.As(err, new(*serviceerror.AlreadyExists)) ||
		errors.As(err, new(*serviceerror.WorkflowExecutionAlreadyStarted)) {
		return nil
	}
	return err
}
