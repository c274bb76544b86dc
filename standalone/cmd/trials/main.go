// Command trials measures what duplex promises about outages, backfills, idle pairs and the like, with real processes.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"duplex/standalone/trials"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := trials.Run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
