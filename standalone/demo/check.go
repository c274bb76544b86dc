package demo

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"duplex/examples"
	"duplex/standalone/app"
	"duplex/standalone/rig"
)

// patience is how long a change may take to arrive before the check gives up on it.
const patience = 60 * time.Second

// checker plays the scenario.
type checker struct {
	*rig.World
	procs  *rig.Processes
	out    io.Writer
	source []byte
	tables map[string]string
	id     string // of the ticket
	issueN string // id of its issue
	bugs   int    // tickets that are in the sync
	failed []string
}

// Check plays the scripted scenario with real processes and prints a line per step. It returns an error that names the steps that
// failed.
func Check(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("standalone demo-check", flag.ContinueOnError)
	set.SetOutput(stderr)
	verbose := set.Bool("v", false, "show the logs of the processes")
	if err := set.Parse(args); err != nil {
		return err
	}
	dir, remove, err := tempDir()
	if err != nil {
		return err
	}
	defer remove()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := rig.NewWorld(ctx, rig.Options{Dir: dir, Keep: true})
	if err != nil {
		return err
	}
	logs := &bytes.Buffer{}
	var sink io.Writer = logs
	if *verbose {
		sink = stderr
	}
	c := &checker{World: w, out: stdout}
	if c.procs, err = rig.NewProcesses(sink); err != nil {
		return err
	}
	defer c.procs.Stop()
	c.procs.Flags = []string{"-heartbeat", "3s"} // work of a worker that was killed is taken up sooner
	if c.source, c.tables, err = examples.SupportEscalation(); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "starting the engine, the gateway and the worker as processes of their own, and two emulated systems")
	start, stop := context.WithTimeout(ctx, 2*time.Minute)
	defer stop()
	if err := c.procs.StartAll(start, w); err != nil {
		return fmt.Errorf("%w\n%s", err, logs)
	}
	if err := c.Apply(start, connection, c.source, c.tables); err != nil {
		return fmt.Errorf("%w\n%s", err, logs)
	}
	c.play(ctx)
	if len(c.failed) > 0 {
		return fmt.Errorf("%d steps failed, the first: %s\n%s", len(c.failed), c.failed[0], tail(logs))
	}
	fmt.Fprintln(stdout, "all steps passed")
	return ctx.Err()
}

func tail(b *bytes.Buffer) []byte {
	if n := b.Len(); n > 4000 {
		return b.Bytes()[n-4000:]
	}
	return b.Bytes()
}

// step is one line of the scenario: do something, then wait until the world is as it should be.
func (c *checker) step(ctx context.Context, name string, do func() error, holds func() error) {
	if ctx.Err() != nil {
		return
	}
	began := time.Now()
	err := do()
	for err == nil && holds != nil {
		if err = holds(); err == nil || time.Since(began) > patience || ctx.Err() != nil {
			break
		}
		err = nil
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		c.failed = append(c.failed, name+": "+err.Error())
		fmt.Fprintf(c.out, "FAIL  %s: %v\n", name, err)
		return
	}
	fmt.Fprintf(c.out, "ok    %-70s %6d ms\n", name, time.Since(began).Milliseconds())
}

func (c *checker) play(ctx context.Context) {
	c.creation(ctx)
	if len(c.failed) > 0 {
		return // without a pair nothing else means anything
	}
	c.fieldsToJira(ctx)
	c.fieldsToZendesk(ctx)
	c.conflicts(ctx)
	c.conversation(ctx)
	c.echoes(ctx)
	c.kills(ctx)
	c.step(ctx, "no ticket has two issues, and no issue is without a ticket", func() error { return nil }, func() error {
		issues, err := c.JiraAda.Issues(ctx, "ENG")
		if err == nil && len(issues) != c.bugs {
			err = fmt.Errorf("%d issues for %d tickets", len(issues), c.bugs)
		}
		return err
	})
}

// together does both edits before either system tells of them and before the sync looks. Zendesk's clock has seconds: an edit in the
// second of the sync's own last write to the ticket could not be told from it, so that second passes first.
func (c *checker) together(ctx context.Context, edits ...func() error) error {
	act := func(name string) error {
		return c.AdminCall(ctx, "POST", "/api/v1/pairs/"+c.pairID()+"/"+name, rig.Object{}, nil)
	}
	if err := errors.Join(c.Deliver(ctx, "pause"), act("pause")); err != nil {
		return err
	}
	time.Sleep(zendeskSecond)
	for _, e := range edits {
		if err := e(); err != nil {
			return err
		}
	}
	return errors.Join(act("resume"), c.Deliver(ctx, "normal"))
}

// zendeskSecond is a second of Zendesk's clock, and a little.
const zendeskSecond = 1100 * time.Millisecond

func (c *checker) wantTicket(ctx context.Context, want ...any) error {
	t, err := c.Ada.Ticket(ctx, c.id)
	if err != nil {
		return err
	}
	return compare("ticket", t, want)
}

func (c *checker) wantIssue(ctx context.Context, want ...any) error {
	i, err := c.JiraAda.Issue(ctx, c.issueN)
	if err != nil {
		return err
	}
	return compare("issue", i, want)
}

// compare takes pairs of a path (one or two keys joined by a dot) and the text it should hold.
func compare(what string, got rig.Object, want []any) error {
	for i := 0; i < len(want); i += 2 {
		path := want[i].([]any)
		if is := rig.Text(got, path...); is != want[i+1].(string) {
			return fmt.Errorf("%s: %v is %q, want %q", what, path, is, want[i+1])
		}
	}
	return nil
}

func p(path ...any) []any { return path }

// killAndStart kills a part, lets f happen while it is gone, and starts it again.
func (c *checker) killAndStart(part string, f func() error) error {
	if err := c.procs.Kill(part); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	return c.procs.Start(c.World, part)
}

var allParts = []string{app.PartWorker, app.PartEngine, app.PartGateway}
