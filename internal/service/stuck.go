package service

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"duplex/core"
	"duplex/store"
	"duplex/stuck"
	"duplex/workflows"
)

// scheduleEvery is how often a worker makes sure that the schedule exists: an engine that was lost has none.
const scheduleEvery = 15 * time.Second

// NewStuck is the stuck-work sweeper of an installation. Its metric is registered with r; nil: it is not counted.
func NewStuck(st *store.Store, c client.Client, namespace string, log *slog.Logger, r prometheus.Registerer) *stuck.Sweeper {
	s := &stuck.Sweeper{Store: st, Engine: stuck.Temporal{Client: c, Namespace: namespace}, Now: time.Now, Log: log,
		Closed: func(ctx context.Context, p core.Pair) bool { return waits(ctx, st, p, time.Now()) },
		Beat: func(ctx context.Context) {
			if activity.IsActivity(ctx) {
				activity.RecordHeartbeat(ctx)
			}
		}}
	if r != nil {
		restarted := promauto.With(r).NewCounterVec(prometheus.CounterOpts{Name: "duplex_stuck_pairs_restarted_total",
			Help: "Pairs whose work had stopped and was started again, by reason."}, []string{"reason"})
		s.Restarted = func(reason core.StuckReason) { restarted.WithLabelValues(string(reason)).Inc() }
	}
	return s
}

// waits reports that a pair has a good reason to do nothing: its connection is braked, one of its systems is closed, or an item
// is gone and the delete policy waits. A store that does not answer is one too: nothing is done in the dark.
func waits(ctx context.Context, st *store.Store, p core.Pair, now time.Time) bool {
	if _, on, err := st.Brake(ctx, p.Connection); err != nil || on {
		return true
	}
	for _, side := range p.Sides {
		if !side.GoneAt.IsZero() {
			return true
		}
		if g, err := st.Gate(ctx, side.Ref.System); err != nil || g.Access(now) == core.AccessClosed {
			return true
		}
	}
	return false
}

// registerStuck makes the worker able to run the sweeper's passes.
func registerStuck(w worker.Worker, s *stuck.Sweeper, o WorkerOptions, behaviour workflow.VersioningBehavior) {
	w.RegisterWorkflowWithOptions(workflows.Workflows{Tuning: o.Tuning}.Stuck, workflow.RegisterOptions{Name: workflows.StuckWorkflow, VersioningBehavior: behaviour})
	w.RegisterActivityWithOptions(s.Pass, activity.RegisterOptions{Name: workflows.StuckActivity})
}

// keepStuckSchedule makes sure that the sweeper's schedule exists, until ctx ends. Many workers may do so at once.
func keepStuckSchedule(ctx context.Context, c client.Client, every time.Duration, log *slog.Logger) {
	tick := time.NewTicker(scheduleEvery)
	defer tick.Stop()
	for {
		if err := ensureStuckSchedule(ctx, c, every); err != nil && ctx.Err() == nil {
			log.Warn("the schedule of the stuck-work sweeper could not be checked; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func ensureStuckSchedule(ctx context.Context, c client.Client, every time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var missing *serviceerror.NotFound
	_, err := c.ScheduleClient().GetHandle(ctx, workflows.StuckSchedule).Describe(ctx)
	if !errors.As(err, &missing) {
		return err
	}
	_, err = c.ScheduleClient().Create(ctx, client.ScheduleOptions{ID: workflows.StuckSchedule,
		Spec:               client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: every}}},
		Action:             &client.ScheduleWorkflowAction{ID: workflows.StuckSchedule, Workflow: workflows.StuckWorkflow, TaskQueue: workflows.PairsQueue},
		CatchupWindow:      every,
		TriggerImmediately: true,
	})
	var there *serviceerror.AlreadyExists
	if errors.As(err, &there) || errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		return nil
	}
	return err
}
