package service

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"duplex/core"
	"duplex/workflows"
)

// scheduled is the engine's list of schedules.
type scheduled struct {
	client.ScheduleClient
	all map[string]client.ScheduleOptions
}

func (s *scheduled) Create(_ context.Context, o client.ScheduleOptions) (client.ScheduleHandle, error) {
	if _, ok := s.all[o.ID]; ok {
		return nil, temporal.ErrScheduleAlreadyRunning
	}
	s.all[o.ID] = o
	return nil, nil
}

func (s *scheduled) List(context.Context, client.ScheduleListOptions) (client.ScheduleListIterator, error) {
	return &listed{slices.Sorted(maps.Keys(s.all))}, nil
}

func (s *scheduled) GetHandle(_ context.Context, id string) client.ScheduleHandle {
	return handle{of: s, id: id}
}

type listed struct{ ids []string }

func (l *listed) HasNext() bool { return len(l.ids) > 0 }

func (l *listed) Next() (*client.ScheduleListEntry, error) {
	id := l.ids[0]
	l.ids = l.ids[1:]
	return &client.ScheduleListEntry{ID: id}, nil
}

type handle struct {
	client.ScheduleHandle
	of *scheduled
	id string
}

func (h handle) Delete(context.Context) error {
	delete(h.of.all, h.id)
	return nil
}

func (h handle) Update(context.Context, client.ScheduleUpdateOptions) error { return nil }

type inForce []core.ConnectionVersion

func (v inForce) Connections(context.Context) ([]core.ConnectionVersion, error) { return v, nil }

// TestSweepsAreScheduled: each connection in force has a schedule, one that is gone has none any more, and one whose file
// cannot be used keeps what it has, also after a restart.
func TestSweepsAreScheduled(t *testing.T) {
	connection := func(name, more string) core.ConnectionVersion {
		return core.ConnectionVersion{Name: name, Version: 1, FileName: name + ".yaml", Source: []byte("connection: " + name +
			"\nsides: {a: {system: one, type: t, start: true}, b: {system: two, type: t}}\nrules: [{a: x, b: y}]\n" + more)}
	}
	engine := &scheduled{all: map[string]client.ScheduleOptions{}}
	for _, name := range []string{"gone", "broken"} {
		engine.all[workflows.SweepID(name)] = client.ScheduleOptions{}
	}
	engine.all[workflows.RetentionSchedule] = client.ScheduleOptions{}
	s := &SweepSchedules{Store: inForce{connection("kept", "sweep: 30s"), connection("quiet", "sweep: off"), connection("broken", "no such key: 1")},
		Client: engine, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: time.Now}
	for range 2 {
		if err := s.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{workflows.RetentionSchedule, workflows.SweepID("broken"), workflows.SweepID("kept")}
	if got := slices.Sorted(maps.Keys(engine.all)); !slices.Equal(got, want) {
		t.Errorf("schedules %v, want %v", got, want)
	}
	if got := engine.all[workflows.SweepID("kept")].Spec.Intervals[0].Every; got != 30*time.Second {
		t.Errorf("swept every %v", got)
	}
	s.Store = inForce{}
	if err := s.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := engine.all[workflows.SweepID("kept")]; ok {
		t.Error("a connection that is gone is still swept")
	}
}

// TestScheduleThatIsThere is left as it is, and is no error.
func TestScheduleThatIsThere(t *testing.T) {
	engine := &scheduled{all: map[string]client.ScheduleOptions{}}
	for i, want := range []bool{true, false} {
		o := stuckSchedule(time.Duration(i+1) * time.Minute)
		if fresh, err := createSchedule(t.Context(), engine, o); fresh != want || err != nil {
			t.Errorf("attempt %d: made %v, %v", i+1, fresh, err)
		}
	}
	if got := engine.all[workflows.StuckSchedule].Spec.Intervals[0].Every; got != time.Minute {
		t.Errorf("it was replaced: every %v", got)
	}
	if _, err := createSchedule(t.Context(), refusing{}, retentionSchedule()); err == nil {
		t.Error("a refusal is no success")
	}
}

type refusing struct{ client.ScheduleClient }

func (refusing) Create(context.Context, client.ScheduleOptions) (client.ScheduleHandle, error) {
	return nil, errors.New("not now")
}
