package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"time"

	common "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"duplex/core"
	"duplex/core/mapping"
	"duplex/workflows"
)

const (
	sweepCatchUp   = time.Minute      // a sweep missed for longer while the engine was away is not made up for: the next one lists it all
	lookAgainAfter = 10 * time.Minute // schedules are compared with the engine's own list this often
)

// SweepSchedules keeps one schedule of sweeps for each connection in force, in every worker: what one has done the others find
// done.
type SweepSchedules struct {
	Store interface {
		Connections(ctx context.Context) ([]core.ConnectionVersion, error)
	}
	Client client.ScheduleClient
	Log    *slog.Logger
	Now    func() time.Time

	kept   map[string]sweepPlan // as this process last saw to it; empty where it was only found
	listed time.Time
}

// sweepPlan is what a connection's schedule does.
type sweepPlan struct {
	version int
	every   time.Duration
	request workflows.SweepRequest
}

// Reconcile brings the engine's schedules in line with the connections. It asks the engine only about what changed, and
// every ten minutes about all.
func (s *SweepSchedules) Reconcile(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, scheduleFor)
	defer cancel()
	want, unusable, err := s.wanted(ctx)
	if err != nil {
		return err
	}
	if s.kept == nil || s.Now().Sub(s.listed) > lookAgainAfter {
		there, err := s.there(ctx)
		if err != nil {
			return err
		}
		s.kept, s.listed = there, s.Now()
	}
	var errs []error
	for name, plan := range want {
		if old, ok := s.kept[name]; ok && reflect.DeepEqual(old, plan) {
			continue
		}
		if err := s.put(ctx, plan); err != nil {
			errs = append(errs, fmt.Errorf("schedule the sweeps of %s: %w", name, err))
			continue
		}
		s.kept[name] = plan
	}
	for name := range s.kept {
		if _, ok := want[name]; ok || unusable[name] {
			continue
		}
		if err := s.remove(ctx, workflows.SweepID(name)); err != nil {
			errs = append(errs, err)
			continue
		}
		delete(s.kept, name)
	}
	return errors.Join(errs...)
}

// wanted are the plans of the connections in force that are to be swept. One whose file cannot be used keeps the schedule
// it has, also where this process does not know it.
func (s *SweepSchedules) wanted(ctx context.Context) (out map[string]sweepPlan, unusable map[string]bool, err error) {
	versions, err := s.Store.Connections(ctx)
	if err != nil {
		return nil, nil, err
	}
	out, unusable = map[string]sweepPlan{}, map[string]bool{}
	for _, v := range versions {
		if old, ok := s.kept[v.Name]; ok && old.version == v.Version {
			out[v.Name] = old
			continue
		}
		m, diags := mapping.Compile(v.FileName, v.Source, mapping.Env{Applied: true, Read: func(path string) ([]byte, error) {
			b, ok := v.Files[path]
			if !ok {
				return nil, fmt.Errorf("%s did not come with the connection", path)
			}
			return []byte(b), nil
		}})
		if diags.Err() != nil {
			unusable[v.Name] = true
			if old, ok := s.kept[v.Name]; ok && old.version > 0 {
				out[v.Name] = old
			}
			continue
		}
		if m.Connection.Sweep > 0 {
			out[v.Name] = planOf(v.Version, m.Connection)
		}
	}
	return out, unusable, nil
}

func planOf(version int, c core.Connection) sweepPlan {
	p := sweepPlan{version: version, every: c.Sweep, request: workflows.SweepRequest{Connection: c.Name}}
	for i, side := range c.Sides {
		p.request.Names[i], p.request.Systems[i] = side.Name, side.System
	}
	return p
}

// options are the schedule of a plan. A sweep that is still running lets the next one pass: there is never more than one.
func (p sweepPlan) options() client.ScheduleOptions {
	return client.ScheduleOptions{
		ID:   workflows.SweepID(p.request.Connection),
		Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: p.every}}, Jitter: min(p.every/10, time.Minute)},
		Action: &client.ScheduleWorkflowAction{ID: workflows.SweepID(p.request.Connection), Workflow: workflows.SweepWorkflow,
			Args: []any{p.request}, TaskQueue: workflows.PairsQueue, StaticSummary: "sweep of " + p.request.Connection,
			Priority: temporal.Priority{PriorityKey: workflows.PrioritySweep, FairnessKey: p.request.Connection}},
		CatchupWindow: sweepCatchUp,
		Note:          "made by duplex from the connection's file; a change by hand is undone",
	}
}

// put makes the schedule, or brings the one there is in line.
func (s *SweepSchedules) put(ctx context.Context, p sweepPlan) error {
	o := p.options()
	fresh, err := createSchedule(ctx, s.Client, o)
	if err != nil {
		return err
	}
	if fresh {
		s.Log.Info("sweeps scheduled", "connection", p.request.Connection, "every", p.every)
		return nil
	}
	return s.Client.GetHandle(ctx, o.ID).Update(ctx, client.ScheduleUpdateOptions{
		DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			now := &in.Description.Schedule
			if p.sameAs(now) {
				return nil, temporal.ErrSkipScheduleUpdate
			}
			now.Spec, now.Action = &o.Spec, o.Action
			if now.Policy != nil {
				now.Policy.CatchupWindow = o.CatchupWindow
			}
			s.Log.Info("sweeps rescheduled", "connection", p.request.Connection, "every", p.every)
			return &client.ScheduleUpdate{Schedule: now}, nil
		}})
}

// sameAs reports whether the schedule does what the plan wants, so that workers do not undo each other's updates in turn.
func (p sweepPlan) sameAs(now *client.Schedule) bool {
	if now.Spec == nil || len(now.Spec.Intervals) != 1 || now.Spec.Intervals[0].Every != p.every {
		return false
	}
	action, ok := now.Action.(*client.ScheduleWorkflowAction)
	if !ok || len(action.Args) != 1 {
		return false
	}
	var r workflows.SweepRequest
	arg, ok := action.Args[0].(*common.Payload)
	return ok && converter.GetDefaultDataConverter().FromPayload(arg, &r) == nil && reflect.DeepEqual(r, p.request)
}

// there are the engine's schedules of sweeps, by connection, with an empty plan: what they do is not known.
func (s *SweepSchedules) there(ctx context.Context) (map[string]sweepPlan, error) {
	list, err := s.Client.List(ctx, client.ScheduleListOptions{PageSize: 100})
	if err != nil {
		return nil, fmt.Errorf("list the schedules: %w", err)
	}
	there := map[string]sweepPlan{}
	for list.HasNext() {
		e, err := list.Next()
		if err != nil {
			return nil, fmt.Errorf("list the schedules: %w", err)
		}
		if name, ours := strings.CutPrefix(e.ID, workflows.SweepID("")); ours {
			there[name] = sweepPlan{}
		}
	}
	return there, nil
}

func (s *SweepSchedules) remove(ctx context.Context, id string) error {
	err := s.Client.GetHandle(ctx, id).Delete(ctx)
	var gone *serviceerror.NotFound
	if err != nil && !errors.As(err, &gone) {
		return fmt.Errorf("remove the schedule %s: %w", id, err)
	}
	s.Log.Info("sweeps no longer scheduled", "schedule", id)
	return nil
}
