package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// A backlog of 20 calls waits for one system when one more comes. The settings of the engine decide
// how long that one waits.
func TestLateCallOvertakesBacklog(t *testing.T) {
	e := mustStart(t, Options{UIPort: -1})
	c := dial(t, e.Address(), "duplex")
	cases := []struct {
		name          string
		backlog, late temporal.Priority
		reason        string
	}{
		{"priority", temporal.Priority{PriorityKey: 5}, temporal.Priority{PriorityKey: 1}, "a live edit goes before a backfill"},
		{"fairness", temporal.Priority{PriorityKey: 3, FairnessKey: "busy"}, temporal.Priority{PriorityKey: 3, FairnessKey: "quiet"}, "a busy connection does not starve a quiet one"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			calls := func(ctx workflow.Context) error {
				var waiting []workflow.Future
				call := func(name string, p temporal.Priority) {
					ctx := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
						TaskQueue: "system:" + tc.name, StartToCloseTimeout: 10 * time.Second, Priority: p,
					})
					waiting = append(waiting, workflow.ExecuteActivity(ctx, "call", name))
				}
				for i := range 20 {
					call(fmt.Sprint("backlog ", i), tc.backlog)
				}
				if err := workflow.Sleep(ctx, time.Second); err != nil {
					return err
				}
				call("late", tc.late)
				for _, f := range waiting {
					if err := f.Get(ctx, nil); err != nil {
						return err
					}
				}
				return nil
			}
			w := worker.New(c, tc.name, worker.Options{})
			w.RegisterWorkflowWithOptions(calls, workflow.RegisterOptions{Name: "calls"})
			if err := w.Start(); err != nil {
				t.Fatal(err)
			}
			defer w.Stop()
			run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: tc.name, TaskQueue: tc.name}, "calls")
			if err != nil {
				t.Fatal(err)
			}
			wantPending(t, c, tc.name, 21)

			var mu sync.Mutex
			var order []string
			system := worker.New(c, "system:"+tc.name, worker.Options{MaxConcurrentActivityExecutionSize: 1})
			system.RegisterActivityWithOptions(func(_ context.Context, name string) error {
				mu.Lock()
				defer mu.Unlock()
				order = append(order, name)
				return nil
			}, activity.RegisterOptions{Name: "call"})
			if err := system.Start(); err != nil {
				t.Fatal(err)
			}
			defer system.Stop()
			if err := run.Get(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			// A few of the backlog may be on their way to a poller already.
			if at := slices.Index(order, "late"); at < 0 || at > 5 {
				t.Errorf("the late call came at place %d: %s\n%v", at, tc.reason, order)
			}
		})
	}
}

func wantPending(t *testing.T, c client.Client, id string, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := poll(ctx, func() error {
		d, err := c.DescribeWorkflowExecution(ctx, id, "")
		if err != nil {
			return err
		}
		if got := len(d.GetPendingActivities()); got != n {
			return fmt.Errorf("%d activities pending, want %d", got, n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
