// Command chaos runs duplex as processes of their own between two emulated systems, breaks everything that may break while
// people work, and judges the result; see package chaos.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"duplex/standalone/chaos"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := chaos.Run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}
