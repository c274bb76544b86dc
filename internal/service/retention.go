package service

import (
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"duplex/workflows"
)

// retentionSchedule is once a day, at an hour of its own in each installation that has several.
func retentionSchedule() client.ScheduleOptions {
	return client.ScheduleOptions{ID: workflows.RetentionSchedule,
		Spec:    client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: 24 * time.Hour, Offset: 3 * time.Hour}}, Jitter: time.Hour},
		Overlap: enums.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: 12 * time.Hour,
		Action: &client.ScheduleWorkflowAction{ID: workflows.RetentionSchedule, Workflow: workflows.RetentionWorkflow, TaskQueue: workflows.PairsQueue,
			StaticSummary: "remove what the retention does not keep"},
	}
}
