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
	"duplex/store"
	"duplex/store/storetest"
	"duplex/workflows"
)

// scheduled is the engine's list of schedules.
type scheduled struct {
	client.ScheduleClient
	all     map[string]client.ScheduleOptions
	refuses string // a schedule that can neither be made nor removed
}

var errRefused = errors.New("not now")

func (s *scheduled) Create(_ context.Context, o client.ScheduleOptions) (client.ScheduleHandle, error) {
	if o.ID == s.refuses {
		return nil, errRefused
	}
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
	if h.id == h.of.refuses {
		return errRefused
	}
	delete(h.of.all, h.id)
	return nil
}

func (h handle) Update(_ context.Context, o client.ScheduleUpdateOptions) error {
	was := h.of.all[h.id]
	u, err := o.DoUpdate(client.ScheduleUpdateInput{Description: client.ScheduleDescription{Schedule: client.Schedule{Spec: &was.Spec, Action: was.Action}}})
	if err != nil {
		return err
	}
	was.Spec, was.Action = *u.Schedule.Spec, u.Schedule.Action
	h.of.all[h.id] = was
	return nil
}

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
	return nil, errRefused
}

// without hides connections of a store whose files were removed.
type without struct {
	*store.Store
	names []string
}

func (w without) Connections(ctx context.Context) ([]core.ConnectionVersion, error) {
	all, err := w.Store.Connections(ctx)
	return slices.DeleteFunc(all, func(v core.ConnectionVersion) bool { return slices.Contains(w.names, v.Name) }), err
}

// TestSweepsFollowTheConnectionsFile: a connection that is switched off or removed is swept no more, and is swept again when it
// is switched on again; what happens to it, or to a system's file, changes nothing about another connection. A worker that
// was there all along and one that has just started come to the same.
func TestSweepsFollowTheConnectionsFile(t *testing.T) {
	st := storetest.Open(t, store.SQLite)
	put := func(name, more string) {
		t.Helper()
		_, _, err := st.PutConnection(t.Context(), core.ConnectionVersion{Name: name, FileName: name + ".yaml", Source: []byte("connection: " + name +
			"\nsides: {a: {system: one, type: t, start: true}, b: {system: two, type: t}}\nrules: [{a: x, b: y}]\n" + more)})
		if err != nil {
			t.Fatal(err)
		}
	}
	activate := func(version int) {
		t.Helper()
		if err := st.ActivateConnection(t.Context(), "desk", version); err != nil {
			t.Fatal(err)
		}
	}
	system := func(source string) {
		t.Helper()
		if _, _, err := st.PutSystem(t.Context(), core.SystemVersion{Name: "one", FileName: "one.yaml", Source: []byte(source)}); err != nil {
			t.Fatal(err)
		}
	}
	engine := &scheduled{all: map[string]client.ScheduleOptions{}}
	now := time.Now()
	worker := func() *SweepSchedules {
		return &SweepSchedules{Store: st, Client: engine, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }}
	}
	lasting := worker()
	put("other", "sweep: 1m")
	for _, step := range []struct {
		what  string
		do    func()
		every time.Duration // 0: not swept
	}{
		{"it is applied", func() { put("desk", "sweep: 30s") }, 30 * time.Second},
		{"it is switched off", func() { put("desk", "sweep: off") }, 0},
		{"it is switched on again", func() { put("desk", "sweep: 30s") }, 30 * time.Second},
		{"it is swept less often", func() { put("desk", "sweep: 5m") }, 5 * time.Minute},
		{"rolled back to the version that was off", func() { activate(2) }, 0},
		{"rolled back to the first version", func() { activate(1) }, 30 * time.Second},
		{"its file cannot be used", func() { put("desk", "no such key: 1") }, 30 * time.Second},
		{"it is mended and off", func() { put("desk", "sweep: off # mended") }, 0},
		{"it cannot be used while it is off", func() { put("desk", "no such key: 2") }, 0},
		{"it is mended", func() { put("desk", "sweep: 2m") }, 2 * time.Minute},
		{"its system's file cannot be used", func() { system("kind: no such kind") }, 2 * time.Minute},
		{"its system has no calls to give", func() { system("system: one\nkind: memory\nlimits: {requests_per_second: 0}") }, 2 * time.Minute},
		{"its file is removed", func() { lasting.Store = without{st, []string{"desk"}} }, 0},
		{"its file is there again", func() { lasting.Store = st }, 2 * time.Minute},
	} {
		step.do()
		fresh := worker()
		fresh.Store = lasting.Store
		for who, s := range map[string]*SweepSchedules{"lasting": lasting, "just started": fresh} {
			if err := s.Reconcile(t.Context()); err != nil {
				t.Fatalf("%s: the %s worker: %v", step.what, who, err)
			}
			desk, on := engine.all[workflows.SweepID("desk")]
			if on != (step.every > 0) || on && desk.Spec.Intervals[0].Every != step.every {
				t.Errorf("%s: after the %s worker looked it is scheduled %v, %+v", step.what, who, on, desk.Spec.Intervals)
			}
			if other, on := engine.all[workflows.SweepID("other")]; !on || other.Spec.Intervals[0].Every != time.Minute {
				t.Errorf("%s: after the %s worker looked the other connection is scheduled %v", step.what, who, on)
			}
		}
	}
	delete(engine.all, workflows.SweepID("desk")) // by hand
	now = now.Add(lookAgainAfter + time.Second)
	if err := lasting.Reconcile(t.Context()); err != nil || len(engine.all) != 2 {
		t.Errorf("a schedule that was removed by hand does not come back: %v, %v", engine.all, err)
	}
}

// TestOneScheduleThatCannotBeChangedHoldsUpNoOther, whether it is to be made or to be removed; it is tried again.
func TestOneScheduleThatCannotBeChangedHoldsUpNoOther(t *testing.T) {
	connection := func(name string) core.ConnectionVersion {
		return core.ConnectionVersion{Name: name, Version: 1, FileName: name + ".yaml", Source: []byte("connection: " + name +
			"\nsides: {a: {system: one, type: t, start: true}, b: {system: two, type: t}}\nrules: [{a: x, b: y}]\nsweep: 30s\n")}
	}
	for _, c := range []struct {
		reason string
		force  inForce
		there  []string // before
		want   []string // with "bad" refused
		then   []string // when it is refused no more
	}{
		{"it cannot be removed", inForce{connection("a"), connection("z")}, []string{"bad", "gone"}, []string{"a", "bad", "z"}, []string{"a", "z"}},
		{"it cannot be made", inForce{connection("a"), connection("bad"), connection("z")}, nil, []string{"a", "z"}, []string{"a", "bad", "z"}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			engine := &scheduled{all: map[string]client.ScheduleOptions{}, refuses: workflows.SweepID("bad")}
			for _, name := range c.there {
				engine.all[workflows.SweepID(name)] = client.ScheduleOptions{}
			}
			s := &SweepSchedules{Store: c.force, Client: engine, Log: slog.New(slog.DiscardHandler), Now: time.Now}
			names := func() (out []string) {
				for _, id := range slices.Sorted(maps.Keys(engine.all)) {
					out = append(out, id[len(workflows.SweepID("")):])
				}
				return out
			}
			for range 2 {
				if err := s.Reconcile(t.Context()); !errors.Is(err, errRefused) {
					t.Errorf("the refusal is not said: %v", err)
				}
				if got := names(); !slices.Equal(got, c.want) {
					t.Errorf("schedules %v, want %v", got, c.want)
				}
			}
			engine.refuses = ""
			if err := s.Reconcile(t.Context()); err != nil || !slices.Equal(names(), c.then) {
				t.Errorf("when it is refused no more: %v, %v; want %v", names(), err, c.then)
			}
		})
	}
}
