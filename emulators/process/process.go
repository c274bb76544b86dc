// Package process runs the emulators as one process, each on a listener of its own.
package process

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// Run serves until ctx ends, then closes the listeners and returns nil. It prints one line per
// emulator, "<name> <URL>", once that one answers. Wrong flags, a taken address or a damaged
// snapshot are errors; -help prints the flags and is none.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	if set.data != "" {
		if err := os.MkdirAll(set.data, 0o700); err != nil {
			return fmt.Errorf("make the data folder: %w", err)
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for _, k := range kinds {
		address := set.addresses[k.name]
		if address == "" {
			continue
		}
		e, err := k.start(set, set.file(k.name))
		if err != nil {
			return fmt.Errorf("start the %s emulator: %w", k.name, err)
		}
		defer e.Close()
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return fmt.Errorf("start the %s emulator: %w", k.name, err)
		}
		base := "http://" + listener.Addr().String()
		e.SetBaseURL(base)
		srv := &http.Server{Handler: e.Handler(), ReadHeaderTimeout: 10 * time.Second}
		defer srv.Close()
		go func() {
			if err := srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				cancel(fmt.Errorf("the %s emulator stopped: %w", k.name, err))
			}
		}()
		if target := set.webhooks[k.name]; target != "" {
			if err := subscribe(ctx, base, target, set.secret); err != nil {
				return fmt.Errorf("register the %s webhook: %w", k.name, err)
			}
		}
		fmt.Fprintf(stdout, "%s %s\n", k.name, base)
	}
	<-ctx.Done()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return nil
}
