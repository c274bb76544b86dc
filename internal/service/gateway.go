package service

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"duplex/activities"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/gateway"
)

// shutdownLimit is how long requests under way may take once a process is told to end.
const shutdownLimit = 15 * time.Second

// Check compiles a connection against the systems as they are now. A version that is stored was accepted before: what the systems
// have changed since are warnings.
func Check(systems *Systems) func(context.Context, core.ConnectionVersion) (*mapping.Mapping, mapping.Diagnostics, error) {
	return func(ctx context.Context, v core.ConnectionVersion) (*mapping.Mapping, mapping.Diagnostics, error) {
		systems.Refresh()
		env, failed := activities.Environment(ctx, systems, v.Files)
		env.Applied = v.Version > 0
		m, diags := mapping.Compile(v.FileName, v.Source, env)
		if diags.Err() == nil && *failed != nil {
			return nil, diags, *failed
		}
		return m, diags, nil
	}
}

// ServeGateway serves webhooks and the admin API on their listeners and hands over waiting deliveries, until ctx ends;
// then it lets requests under way finish. It closes both listeners.
func ServeGateway(ctx context.Context, g *gateway.Gateway, webhooks, admin net.Listener) error {
	group, ctx := errgroup.WithContext(ctx)
	for name, s := range map[string]struct {
		on net.Listener
		h  http.Handler
	}{"webhooks": {webhooks, g.Webhooks()}, "admin": {admin, g.Admin()}} {
		server := &http.Server{Handler: s.h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
			WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
		group.Go(func() error {
			if err := server.Serve(s.on); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve %s on %s: %w", name, s.on.Addr(), err)
			}
			return nil
		})
		group.Go(func() error {
			<-ctx.Done()
			limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownLimit)
			defer cancel()
			return server.Shutdown(limit)
		})
	}
	group.Go(func() error { return g.Run(ctx) })
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
