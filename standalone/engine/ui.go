package engine

import (
	"context"
	"fmt"
	"net/http"

	"github.com/temporalio/ui-server/v2/server"
	"github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/server_options"
)

// startUI serves Temporal's web UI and returns its root URL when it answers. Its first page shows
// the namespace.
//
// The UI library ends the process when it cannot listen, so the port is one known to be free.
func startUI(ctx context.Context, port int, frontend, namespace string) (url string, stop func(), err error) {
	ui := server.NewServer(server_options.WithConfigProvider(&config.Config{
		Host:                loopback,
		Port:                port,
		TemporalGRPCAddress: frontend,
		EnableUI:            true,
		DefaultNamespace:    namespace,
		DisableNewsFetch:    true,
		HideLogs:            true,
		// The page is plain HTTP; with secure cookies some browsers would refuse its buttons.
		CORS: config.CORS{CookieInsecure: true},
	}))
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_ = ui.Start() // returns nil, or ends the process
	}()
	stop = func() {
		ui.Stop()
		<-stopped
	}
	url = "http://" + hostPort(port)
	if err := poll(ctx, func() error { return answers(ctx, url+"/healthz") }); err != nil {
		stop()
		return "", nil, fmt.Errorf("wait for the Temporal UI: %w", err)
	}
	return url, stop, nil
}

func answers(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", url, resp.Status)
	}
	return nil
}
