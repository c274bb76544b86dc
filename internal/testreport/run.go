package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Run tests the modules and returns the exit status: 0 when everything held, 1 when something did not, 2 for a wrong call.
func Run(ctx context.Context, args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("testreport", flag.ContinueOnError)
	flags.SetOutput(errs)
	strict := flags.Bool("strict", false, "count tests as failed that lack Postgres or the vendors' documents")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() == 0 {
		fmt.Fprintln(errs, "testreport: name the folder of at least one module")
		return 2
	}
	r := NewReport(out)
	for rest := flags.Args(); len(rest) > 0; {
		folder, end := rest[0], slices.Index(rest, "--")
		if end < 0 {
			end = len(rest)
		}
		start := time.Now()
		fmt.Fprintf(out, "== tests of %s: go test %s\n", folder, strings.Join(rest[1:end], " "))
		if err := run(ctx, folder, rest[1:end], r, errs); err != nil {
			r.Broken(folder, err)
		}
		fmt.Fprintf(out, "== %s took %s\n", folder, time.Since(start).Round(time.Second))
		rest = rest[min(end+1, len(rest)):]
	}
	if !r.Close(*strict) {
		return 1
	}
	return 0
}

// run feeds the report. An exit status of go test is no error: the events have said why.
func run(ctx context.Context, folder string, args []string, r *Report, errs io.Writer) error {
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"test", "-json"}, args...), "./...")...)
	cmd.Dir, cmd.Stderr = folder, errs
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	failed := r.failures()
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(errs, lines.Text()) // what go says beside the events
			continue
		}
		r.Add(e)
	}
	read := lines.Err()
	err = cmd.Wait()
	var status *exec.ExitError
	if errors.As(err, &status) && status.Exited() && r.failures() > failed {
		err = nil
	}
	return errors.Join(read, err, context.Cause(ctx))
}
