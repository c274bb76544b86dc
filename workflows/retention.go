package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"duplex/activities"
	"duplex/core"
)

// RetentionWorkflow removes what the retention does not keep. RetentionSchedule is the id of its schedule.
const (
	RetentionWorkflow = "Retention"
	RetentionSchedule = "retention"
)

// Retention removes old rows, table by table. What is kept, and for how long, is a setting of the workers. A table that
// cannot be worked on is left for the next run, and the run fails at its end.
func (w Workflows) Retention(ctx workflow.Context) (Answer, error) {
	var told, failed []string
	for _, table := range core.RetainedTables {
		removed, err := w.retain(ctx, table.Name)
		if temporal.IsCanceledError(err) {
			return Answer{}, err
		}
		if err != nil {
			failed = append(failed, table.Name+": "+err.Error())
			continue
		}
		told = append(told, fmt.Sprintf("%s %d", table.Name, removed))
		workflow.SetCurrentDetails(ctx, "rows removed: "+strings.Join(told, ", "))
	}
	if len(failed) > 0 {
		return Answer{}, temporal.NewNonRetryableApplicationError("old rows were not removed of "+strings.Join(failed, "; "), "failed", nil)
	}
	return Answer{Text: "rows removed: " + strings.Join(told, ", ")}, nil
}

// retain works through one table, a few seconds in each activity, so that a restart of the worker loses little.
func (w Workflows) retain(ctx workflow.Context, table string) (removed int64, err error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 5 * time.Minute,
		HeartbeatTimeout:    max(w.Tuning.Heartbeat, 10*time.Second),
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 5 * time.Second, BackoffCoefficient: 2, MaximumInterval: 5 * time.Minute, MaximumAttempts: 20},
		Summary:             "remove old rows of " + table,
		Priority:            temporal.Priority{PriorityKey: PriorityBackfill},
	})
	in := activities.RetainInput{Table: table}
	for {
		var r activities.RetainResult
		if err := workflow.ExecuteActivity(ctx, a.Retain, in).Get(ctx, &r); err != nil {
			return removed, err
		}
		removed += r.Removed
		if r.Done {
			return removed, nil
		}
		in.Before, in.After = r.Before, r.Mark
	}
}
