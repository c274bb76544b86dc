package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/temporal"
)

// startServer runs the four Temporal services. The returned function stops them, within stopLimit.
//
// The server's code may call Fatal on its logger where it cannot listen. Fatal ends the calling
// goroutine, so the server is built and started in one of its own and the message becomes the error.
func startServer(ctx context.Context, p ports, db *config.SQL, o Options) (stop func(), err error) {
	log := newServerLog(o.Log)
	var srv temporal.Server
	startErr := errors.New("the server gave up without saying why")
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			// Fatal ends this goroutine, and where the server does something once that shows as a panic.
			if r := recover(); r != nil && log.fatal() == nil {
				panic(r)
			}
		}()
		srv, startErr = temporal.NewServer(
			temporal.WithConfig(serverConfig(p, db)),
			temporal.ForServices(temporal.DefaultServices),
			temporal.WithStaticHosts(staticHosts(p)),
			temporal.WithDynamicConfigClient(dynamicConfig(o.DynamicConfig)),
			temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
			temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper {
				return authorization.NewNoopClaimMapper()
			}),
			temporal.WithLogger(log),
		)
		if startErr == nil {
			startErr = srv.Start()
		}
	}()
	select {
	case <-done:
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", errTimeout, ctx.Err())
	}
	if fatal := log.fatal(); fatal != nil {
		startErr = fatal
	}
	if startErr != nil {
		log.mute()
		if srv != nil {
			stopServer(srv, o.Log)
		}
		return nil, startErr
	}
	return func() {
		log.mute()
		stopServer(srv, o.Log)
	}, nil
}

func stopServer(srv temporal.Server, log *slog.Logger) {
	done := make(chan error, 1)
	go func() { done <- srv.Stop() }()
	select {
	case err := <-done:
		if err != nil && log != nil {
			log.Warn("the embedded Temporal server did not stop cleanly", "error", err)
		}
	case <-time.After(stopLimit):
		if log != nil {
			log.Warn("the embedded Temporal server is still stopping; giving up waiting", "waited", stopLimit)
		}
	}
}
