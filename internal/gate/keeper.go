package gate

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"duplex/core"
)

// Store is what a keeper needs of the store.
type Store interface {
	Gates(ctx context.Context) ([]core.Gate, error)
	ChangeGate(ctx context.Context, system string, decide func(core.Gate) core.Gate) (was, is core.Gate, err error)
	Reserve(ctx context.Context, system string, n int, perSecond float64, longest time.Duration) (core.Reservation, error)
}

// Options are what a keeper needs. Only Store must be set.
type Options struct {
	Store Store
	// Identify asks a system who duplex's account is, with what its file says now. nil: nothing is probed.
	Identify func(ctx context.Context, system string) error
	Log      *slog.Logger
	Now      func() time.Time
	Registry prometheus.Registerer
}

// Keeper keeps the gates of one process. It is safe for use by many goroutines.
type Keeper struct {
	o       Options
	id      string // of this process, as holder of leases
	metrics *metrics

	mu      sync.Mutex
	systems map[string]*system
}

const (
	readEvery  = time.Second
	storeFor   = 5 * time.Second // how long the store may take to keep a change
	leaseFor   = 30 * time.Second
	leaseEvery = 200 * time.Millisecond
)

// New makes a keeper. Run must be running for windows to be kept and gates to be probed.
func New(o Options) *Keeper {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	return &Keeper{o: o, id: rand.Text(), metrics: newMetrics(o.Registry), systems: map[string]*system{}}
}

func (k *Keeper) now() time.Time { return k.o.Now() }

func (k *Keeper) system(name string) *system {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.systems[name]
	if s == nil {
		s = newSystem(k, name)
		k.systems[name] = s
	}
	return s
}

func (k *Keeper) all() []*system {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := make([]*system, 0, len(k.systems))
	for _, s := range k.systems {
		out = append(out, s)
	}
	return out
}

// Use takes over a version of a system's file: its address, its windows and the admin's limits. usual is the rate in force
// where the admin has set none; 0: no limit. A file that was applied anew makes a closed gate be probed at once.
func (k *Keeper) Use(sys core.System, version int, usual float64) {
	s := k.system(sys.Name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, err := url.Parse(sys.BaseURL); err == nil {
		s.host = at.Host
	}
	s.windows, s.rate = sys.Maintenance, sys.Limits.RequestsPerSecond
	if s.rate <= 0 {
		s.rate = usual
	}
	s.most = 8
	if sys.Limits.Concurrency > 0 {
		s.most = sys.Limits.Concurrency
	}
	s.limiter.resize(s.most)
	s.probeNow = s.probeNow || s.version != 0 && version != s.version
	s.version = version
	s.permits = permits{}
	k.metrics.limit.WithLabelValues(s.name).Set(s.rate)
	s.signal()
}

// Forget drops a system that is no longer configured.
func (k *Keeper) Forget(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.systems, name)
	k.metrics.forget(name)
}

// Run keeps windows, reads what other processes have done, and probes closed gates, until ctx ends.
func (k *Keeper) Run(ctx context.Context) error {
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	var probes sync.WaitGroup
	defer probes.Wait()
	for {
		k.readGates(ctx)
		for _, s := range k.all() {
			k.keepWindows(ctx, s)
			if k.shouldProbe(s) {
				probes.Go(func() { k.probeClosed(ctx, s) })
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// readGates takes over what the store holds. While it does not answer, what was last known counts.
func (k *Keeper) readGates(ctx context.Context) {
	systems := k.all()
	gens := make([]int, len(systems))
	for i, s := range systems {
		s.mu.Lock()
		gens[i] = s.gen
		s.mu.Unlock()
	}
	gates, err := k.o.Store.Gates(ctx)
	if err != nil {
		if ctx.Err() == nil {
			k.o.Log.Error("gates not read; what was known goes on", "error", err)
		}
		return
	}
	byName := map[string]core.Gate{}
	for _, g := range gates {
		byName[g.System] = g
	}
	for i, s := range systems {
		s.see(byName[s.name], gens[i])
		s.mu.Lock()
		g := s.gate
		s.mu.Unlock()
		k.metrics.show(s.name, g.State)
	}
}

// change carries out a decision: at once in this process, then in the store, so that one process of the fleet tells
// people. It does not end with the caller's context.
func (k *Keeper) change(ctx context.Context, s *system, decide func(core.Gate) core.Gate) core.Gate {
	s.mu.Lock()
	s.gate = decide(s.gate)
	s.gen++
	gen := s.gen
	s.signal()
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeFor)
	defer cancel()
	was, is, err := k.o.Store.ChangeGate(ctx, s.name, decide)
	if err != nil {
		k.o.Log.Error("a gate was changed in this process only: the store does not answer", "system", s.name, "error", err)
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.gate
	}
	s.settle(is, gen)
	if was.Changed(is) {
		k.tell(was, is)
	}
	return is
}

// tell is the one alert of a change.
func (k *Keeper) tell(was, is core.Gate) {
	k.metrics.changed(is)
	args := []any{"system", is.System, "state", string(is.State), "reason", is.Reason}
	if !is.Until.IsZero() {
		args = append(args, "until", is.Until)
	}
	if is.By != "" {
		args = append(args, "by", is.By)
	}
	switch is.State {
	case core.GateOpen:
		k.o.Log.Info("gate opened: what waited for the system goes on", append(args, "was", string(was.State))...)
	case core.GateDenied:
		k.o.Log.Error("gate closed: the system refuses duplex's account; an admin must mend the credentials or rights, then apply the system's file or run duplex gates probe", args...)
	case core.GateDown:
		k.o.Log.Error("gate closed: the system does not answer; its work waits, and it is probed until it does", args...)
	case core.GateThrottled:
		level := slog.LevelInfo
		if is.Until.Sub(is.Since) >= 30*time.Second {
			level = slog.LevelWarn
		}
		k.o.Log.Log(context.Background(), level, "gate closed: the system asked for a pause; nobody must act", args...)
	default:
		k.o.Log.Warn("gate closed: the system is in maintenance; nobody must act", args...)
	}
}
