package service

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"duplex/activities"
	"duplex/core"
	"duplex/internal/gate"
	"duplex/stuck"
	"duplex/workflows"
)

// WorkerOptions say what a worker runs on.
type WorkerOptions struct {
	Temporal client.Client
	Store    activities.Store
	Systems  *Systems
	Log      *slog.Logger
	Tuning   workflows.Tuning
	Ledger   string // address at which a plan is read; its id is appended
	Observer activities.Observer
	// Retention is how long the store keeps what is not needed; the zero Retention keeps everything.
	Retention core.Retention
	Now       func() time.Time
	// Deployment turns worker versioning on: pairs stay on the version they run on and move to the current one when they
	// continue as new. Empty: off, as in the standalone.
	Deployment string
	BuildID    string
	// Stuck looks for pairs whose work has stopped, every StuckEvery (0: workflows.StuckEvery); nil: nobody does.
	Stuck      *stuck.Sweeper
	StuckEvery time.Duration
}

// Worker runs the pair workflows, and the activities of every configured system on that system's own task queue.
type Worker struct {
	o       WorkerOptions
	act     *activities.Activities
	pairs   worker.Worker
	systems map[string]*systemWorker
}

type systemWorker struct {
	worker worker.Worker
	limits core.Limits
}

// NewWorker prepares a worker; Run starts it.
func NewWorker(o WorkerOptions) *Worker {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Tuning == (workflows.Tuning{}) {
		o.Tuning = workflows.DefaultTuning
	}
	w := &Worker{o: o, systems: map[string]*systemWorker{}}
	w.act = &activities.Activities{Store: o.Store, Systems: o.Systems, Mappings: &activities.Mappings{Store: o.Store, Systems: o.Systems},
		Now: o.Now, Log: o.Log, Ledger: o.Ledger, Observer: o.Observer, Retention: o.Retention}
	if o.Systems.Gates != nil {
		w.act.Gates = o.Systems.Gates
	}
	return w
}

// Run works until ctx ends, then lets running activities finish for a while. A system that is added, changed or removed
// is noticed within a few seconds.
func (w *Worker) Run(ctx context.Context) error {
	w.pairs = worker.New(w.o.Temporal, workflows.PairsQueue, w.options())
	schedules := []client.ScheduleOptions{retentionSchedule()}
	flows := workflows.Workflows{Tuning: w.o.Tuning}
	byName := map[string]any{workflows.PairWorkflow: flows.Pair, workflows.BatchWorkflow: flows.Batch, workflows.RetentionWorkflow: flows.Retention,
		workflows.SweepWorkflow: flows.Sweep}
	w.pairs.RegisterActivity(w.act)
	if w.o.Stuck != nil {
		schedules = append(schedules, stuckSchedule(cmp.Or(w.o.StuckEvery, workflows.StuckEvery)))
		byName[workflows.StuckWorkflow] = flows.Stuck
		w.pairs.RegisterActivityWithOptions(w.o.Stuck.Pass, activity.RegisterOptions{Name: workflows.StuckActivity})
	}
	for name, flow := range byName {
		w.pairs.RegisterWorkflowWithOptions(flow, workflow.RegisterOptions{Name: name, VersioningBehavior: w.behaviour()})
	}
	if err := w.pairs.Start(); err != nil {
		return fmt.Errorf("start the worker for pairs: %w", err)
	}
	defer w.stop()
	go keepSchedules(ctx, w.o.Temporal.ScheduleClient(), w.o.Log, schedules)
	sweeps := &SweepSchedules{Store: w.o.Store, Client: w.o.Temporal.ScheduleClient(), Log: w.o.Log, Now: w.o.Now}
	tick := time.NewTicker(refreshAfter)
	defer tick.Stop()
	for {
		if err := w.reconcile(ctx); err != nil && ctx.Err() == nil {
			w.o.Log.Error("systems not read; the ones known go on", "error", err)
		}
		if err := sweeps.Reconcile(ctx); err != nil && ctx.Err() == nil {
			w.o.Log.Error("sweeps not scheduled; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// reconcile starts and stops system workers so that there is one for each system.
func (w *Worker) reconcile(ctx context.Context) error {
	limits, err := w.o.Systems.Limits(ctx)
	if err != nil {
		return err
	}
	for name, sw := range w.systems {
		if l, ok := limits[name]; !ok || l != sw.limits {
			sw.worker.Stop()
			delete(w.systems, name)
		}
	}
	for name, l := range limits {
		if w.systems[name] != nil {
			continue
		}
		o := w.options()
		o.DisableWorkflowWorker = true
		o.TaskQueueActivitiesPerSecond = l.RequestsPerSecond
		if err := w.tune(&o, name, l); err != nil {
			return err
		}
		sw := &systemWorker{worker: worker.New(w.o.Temporal, workflows.SystemQueue(name), o), limits: l}
		sw.worker.RegisterActivity(w.act)
		if err := sw.worker.Start(); err != nil {
			return fmt.Errorf("start the worker for system %s: %w", name, err)
		}
		w.systems[name] = sw
		w.o.Log.Info("system in service", "system", name)
	}
	return nil
}

// otherSlots of a system's worker are never used: it runs the system's activities only.
const otherSlots = 1

// tune makes the system's gate give out the slots of its queue.
func (w *Worker) tune(o *worker.Options, name string, l core.Limits) error {
	if w.o.Systems.Gates == nil {
		o.MaxConcurrentActivityExecutionSize = 8
		if l.Concurrency > 0 {
			o.MaxConcurrentActivityExecutionSize = l.Concurrency
		}
		return nil
	}
	other, err := worker.NewFixedSizeSlotSupplier(otherSlots)
	if err != nil {
		return err
	}
	o.Tuner, err = worker.NewCompositeTuner(worker.CompositeTunerOptions{ActivitySlotSupplier: w.o.Systems.Gates.Slots(name),
		WorkflowSlotSupplier: other, LocalActivitySlotSupplier: other, NexusSlotSupplier: other, SessionActivitySlotSupplier: other})
	return err
}

func (w *Worker) options() worker.Options {
	o := worker.Options{WorkerStopTimeout: 20 * time.Second, BackgroundActivityContext: gate.Patient(context.Background())}
	if w.o.Deployment != "" {
		o.DeploymentOptions = worker.DeploymentOptions{UseVersioning: true,
			Version:                   worker.WorkerDeploymentVersion{DeploymentName: w.o.Deployment, BuildID: w.o.BuildID},
			DefaultVersioningBehavior: workflow.VersioningBehaviorPinned}
	}
	return o
}

func (w *Worker) behaviour() workflow.VersioningBehavior {
	if w.o.Deployment == "" {
		return workflow.VersioningBehaviorUnspecified
	}
	return workflow.VersioningBehaviorPinned
}

func (w *Worker) stop() {
	for _, sw := range w.systems {
		sw.worker.Stop()
	}
	w.pairs.Stop()
}
