// Command testreport runs the tests of several modules, each with arguments of its own for go test, shows what failed and
// what was skipped and why, and ends with one line of counts. With -strict, tests that were skipped because Postgres or
// the vendors' documents are not there count as failed.
//
//	testreport [-strict] folder [arguments]... [-- folder [arguments]...]...
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
