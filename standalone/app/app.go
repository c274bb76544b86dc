package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	_ "duplex/connectors/all" // every kind of system
	"duplex/gateway"
	"duplex/internal/service"
	"duplex/standalone/engine"
	"duplex/store"
	"duplex/workflows"
)

const namespace = "duplex"

// Run serves until ctx ends, then stops in order. It prints the addresses to open once everything answers.
func Run(ctx context.Context, o Options, stdout io.Writer) error {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	token, err := AdminToken(o.Dir)
	if err != nil {
		return fmt.Errorf("admin token: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	if o.has(PartEngine) {
		e, err := engine.Start(ctx, engine.Options{Dir: filepath.Join(o.Dir, engineDir), FrontendPort: o.Temporal, UIPort: o.UI, Namespace: namespace,
			SearchAttributes: SearchAttributes(), Log: o.Log})
		if err != nil {
			return err
		}
		defer e.Stop()
		fmt.Fprintln(stdout, "temporal:", e.Address())
		if e.UIURL() != "" {
			fmt.Fprintln(stdout, "temporal ui:", e.UIURL())
		}
	}
	if o.has(PartGateway) || o.has(PartWorker) {
		stop, err := serve(ctx, group, o, token, stdout)
		if err != nil {
			return err
		}
		defer stop()
	}
	fmt.Fprintln(stdout, "ready")
	group.Go(func() error { <-ctx.Done(); return nil })
	return group.Wait()
}

// SearchAttributes are what the pair workflows show in lists.
func SearchAttributes() map[string]enums.IndexedValueType {
	return map[string]enums.IndexedValueType{
		workflows.AttrConnection.GetName(): enums.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttrState.GetName():      enums.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttrItem.GetName():       enums.INDEXED_VALUE_TYPE_KEYWORD_LIST,
		workflows.AttrProblem.GetName():    enums.INDEXED_VALUE_TYPE_KEYWORD,
	}
}

// OpenStore opens the store that the parts share: StoreDSN, or the SQLite file in the data directory.
func (o Options) OpenStore(ctx context.Context) (*store.Store, error) {
	key, err := sealKey(o.Dir)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, cmp.Or(o.StoreDSN, "sqlite:"+filepath.Join(o.Dir, storeFile)), store.Options{SealKey: key})
}

// serve starts the gateway and the worker in the group. stop releases what they share; call it when the group has ended.
func serve(ctx context.Context, group *errgroup.Group, o Options, token string, stdout io.Writer) (stop func(), err error) {
	st, err := o.OpenStore(ctx)
	if err != nil {
		return nil, err
	}
	temporal, err := client.NewLazyClient(client.Options{HostPort: fmt.Sprintf("127.0.0.1:%d", o.Temporal), Namespace: namespace,
		Logger: service.EngineLog(o.Log)})
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	registry := prometheus.NewRegistry()
	systems := service.NewSystems(st, o.Log, registry)
	stop = func() {
		_ = group.Wait()
		temporal.Close()
		st.Close()
	}
	if o.has(PartGateway) {
		if err := startGateway(ctx, group, o, gateway.Options{Store: st, Temporal: temporal, Systems: systems, Gates: systems.Gates, WebhookSecret: systems.WebhookSecret, Check: service.Check(systems),
			Trial:      service.Trial(st, systems, systems.Gates, time.Now),
			AdminToken: token, TemporalUI: fmt.Sprintf("http://127.0.0.1:%d", o.UI), Namespace: namespace, Log: o.Log, Registry: registry, OwnDelay: o.OwnDelay, Retention: o.Retention}, stdout); err != nil {
			temporal.Close()
			return nil, errors.Join(err, st.Close())
		}
	}
	group.Go(func() error { return systems.Gates.Run(ctx) }) // behind what may fail, for it uses the store
	if o.has(PartWorker) {
		w := service.NewWorker(service.WorkerOptions{Temporal: temporal, Store: st, Systems: systems, Log: o.Log, Tuning: o.Tuning,
			Ledger: "http://" + o.Admin + "/api/v1/plans/", Observer: service.NewMetrics(registry), Retention: o.Retention,
			Stuck: service.NewStuck(st, temporal, namespace, o.Log, registry), StuckEvery: o.StuckEvery})
		group.Go(func() error { return runWorker(ctx, w, o) })
	}
	return stop, nil
}

// runWorker waits for an engine that is still starting, as when the parts are processes of their own.
func runWorker(ctx context.Context, w *service.Worker, o Options) error {
	for {
		err := w.Run(ctx)
		if err == nil || ctx.Err() != nil {
			return nil
		}
		o.Log.Warn("the worker waits for the workflow engine", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(500 * time.Millisecond):
		}
	}
}

func startGateway(ctx context.Context, group *errgroup.Group, o Options, g gateway.Options, stdout io.Writer) error {
	webhooks, err := net.Listen("tcp", o.Webhooks)
	if err != nil {
		return fmt.Errorf("take webhooks: %w", err)
	}
	admin, err := net.Listen("tcp", o.Admin)
	if err != nil {
		return errors.Join(fmt.Errorf("serve the admin API: %w", err), webhooks.Close())
	}
	g.PublicURL = cmp.Or(o.PublicURL, "http://"+webhooks.Addr().String())
	gw, err := gateway.New(g)
	if err != nil {
		return errors.Join(err, webhooks.Close(), admin.Close())
	}
	fmt.Fprintln(stdout, "admin api:", "http://"+admin.Addr().String(), "(token in "+filepath.Join(o.Dir, tokenFile)+")")
	fmt.Fprintln(stdout, "webhooks:", g.PublicURL+"/webhooks/{system}")
	group.Go(func() error { return service.ServeGateway(ctx, gw, webhooks, admin) })
	return nil
}
