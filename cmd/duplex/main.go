// Command duplex is the command line for people and scripts.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"duplex/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	out, err := os.Stdout.Stat()
	terminal := err == nil && out.Mode()&os.ModeCharDevice != 0
	code := cli.Run(ctx, cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Terminal: terminal}, os.Args[1:], os.Getenv)
	stop()
	os.Exit(code)
}
