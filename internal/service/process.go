package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	_ "duplex/connectors/all" // every kind of system
	"duplex/gateway"
	"duplex/internal/config"
	"duplex/store"
	"duplex/workflows"
)

// parts are what a gateway and a worker have in common.
type parts struct {
	config   config.Process
	log      *slog.Logger
	store    *store.Store
	temporal client.Client
	systems  *Systems
	registry *prometheus.Registry
}

// open reads the environment and opens the store. Temporal is reached at the first call: a process may start before it.
func open(ctx context.Context, getenv func(string) string, stderr io.Writer) (*parts, error) {
	c, err := config.FromEnv(getenv)
	if err != nil {
		return nil, err
	}
	key, err := c.SealKey(os.ReadFile)
	if err != nil {
		return nil, err
	}
	p := &parts{config: c, log: c.Logger(stderr), registry: prometheus.NewRegistry()}
	if p.store, err = store.Open(ctx, c.StoreDSN, store.Options{SealKey: key}); err != nil {
		return nil, err
	}
	p.temporal, err = client.NewLazyClient(client.Options{HostPort: c.TemporalAddress, Namespace: c.TemporalNamespace, Logger: EngineLog(p.log)})
	if err != nil {
		return nil, errors.Join(err, p.store.Close())
	}
	p.systems = NewSystems(p.store, p.log, p.registry)
	return p, nil
}

func (p *parts) close() {
	p.temporal.Close()
	p.store.Close()
}

// RunGateway is the gateway as a process: it serves until ctx ends, then lets requests under way finish.
func RunGateway(ctx context.Context, getenv func(string) string, stdout, stderr io.Writer) error {
	p, err := open(ctx, getenv, stderr)
	if err != nil {
		return err
	}
	defer p.close()
	token, err := p.config.AdminToken(os.ReadFile)
	if err != nil {
		return err
	}
	g, err := gateway.New(gateway.Options{Store: p.store, Temporal: p.temporal, Systems: p.systems, Gates: p.systems.Gates, Check: Check(p.systems), AdminToken: token,
		WebhookSecret: p.systems.WebhookSecret,
		Trial:         Trial(p.store, p.systems, p.systems.Gates, time.Now),
		PublicURL:     p.config.PublicURL, Namespace: p.config.TemporalNamespace, Log: p.log, Registry: p.registry, Retention: p.config.Retention})
	if err != nil {
		return err
	}
	webhooks, err := net.Listen("tcp", p.config.Listen)
	if err != nil {
		return fmt.Errorf("take webhooks (DUPLEX_LISTEN): %w", err)
	}
	admin, err := net.Listen("tcp", p.config.AdminListen)
	if err != nil {
		return errors.Join(fmt.Errorf("serve the admin API (DUPLEX_ADMIN_LISTEN): %w", err), webhooks.Close())
	}
	fmt.Fprintf(stdout, "gateway: webhooks on %s, admin API on %s\n", webhooks.Addr(), admin.Addr())
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return p.systems.Gates.Run(ctx) })
	group.Go(func() error { return ServeGateway(ctx, g, webhooks, admin) })
	return group.Wait()
}

// RunWorker is the worker as a process: it works until ctx ends, then lets running activities finish for a while. Beside
// its work it serves /healthz and /metrics.
func RunWorker(ctx context.Context, getenv func(string) string, stdout, stderr io.Writer) error {
	p, err := open(ctx, getenv, stderr)
	if err != nil {
		return err
	}
	defer p.close()
	ledger := ""
	if p.config.AdminURL != "" {
		ledger = p.config.AdminURL + "/api/v1/plans/"
	}
	health, err := net.Listen("tcp", p.config.WorkerListen)
	if err != nil {
		return fmt.Errorf("serve health and metrics (DUPLEX_WORKER_LISTEN): %w", err)
	}
	w := NewWorker(WorkerOptions{Temporal: p.temporal, Store: p.store, Systems: p.systems, Log: p.log, Tuning: workflows.DefaultTuning,
		Ledger: ledger, Observer: NewMetrics(p.registry), Retention: p.config.Retention, Deployment: p.config.Deployment, BuildID: p.config.BuildID,
		Stuck: NewStuck(p.store, p.temporal, p.config.TemporalNamespace, p.log, p.registry)})
	fmt.Fprintf(stdout, "worker: Temporal at %s, namespace %s; health and metrics on %s\n", p.config.TemporalAddress, p.config.TemporalNamespace, health.Addr())
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return ServeHealth(ctx, health, p.registry) })
	group.Go(func() error { return p.systems.Gates.Run(ctx) })
	group.Go(func() error { return w.Run(ctx) })
	return group.Wait()
}
