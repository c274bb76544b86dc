package service

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"

	"duplex/core"
	"duplex/store"
	"duplex/stuck"
	"duplex/workflows"
)

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

// stuckSchedule is when the sweeper passes.
func stuckSchedule(every time.Duration) client.ScheduleOptions {
	return client.ScheduleOptions{ID: workflows.StuckSchedule,
		Spec:               client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: every}}},
		Action:             &client.ScheduleWorkflowAction{ID: workflows.StuckSchedule, Workflow: workflows.StuckWorkflow, TaskQueue: workflows.PairsQueue},
		CatchupWindow:      every,
		TriggerImmediately: true,
	}
}
