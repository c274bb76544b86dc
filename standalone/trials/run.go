package trials

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"duplex/standalone/rig"
)

// trial is one promise and how it is measured.
type trial struct {
	name, about string
	n           int           // pairs or items where -n says nothing
	limit       time.Duration // how long it may take
	run         func(context.Context, options, *figures) error
}

// all is every trial, in the order of `trials all`.
var all = []trial{
	{"outage", "a system is down for two minutes: no call but probes, nothing grows, live edits go first afterwards", 500, 40 * time.Minute, outage},
	{"throttle", "a third of all calls are refused for a second: none is made before that second has passed", 60, 10 * time.Minute, throttle},
	{"poison", "a pair that can never be written leaves the others their latency", 40, 10 * time.Minute, poison},
	{"plan", "test runs over a thousand pairs, by sample, of a draft, and recorded: reads only, in few calls", 1000, 30 * time.Minute, plan},
	{"backfill", "ten thousand existing items, the worker killed twice; then what that many idle pairs cost", 10_000, 3 * time.Hour, backfill},
}

// options of one trial.
type options struct {
	n       int
	store   string // sqlite or postgres
	seconds int    // of the part whose length can be chosen
	rate    int    // requests per second that the admin allows
	how     string // how a system is down: drop or 503
	dir     string // data are kept here; "" keeps none
	verbose bool
	stdout  io.Writer
	stderr  io.Writer
}

// Run runs the named trial, or all. It prints a JSON line per trial to stdout and what happens meanwhile to stderr, and
// fails when a claim does not hold. It also runs as the processes that a trial starts.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if ok, err := rig.Child(ctx, args, stdout, stderr); ok {
		return err
	}
	set := flag.NewFlagSet("trials", flag.ContinueOnError)
	set.SetOutput(stderr)
	o := options{stdout: stdout, stderr: stderr}
	set.IntVar(&o.n, "n", 0, "how many pairs or items; 0 is the trial's own number")
	set.StringVar(&o.store, "store", "sqlite", "where the store is: sqlite or postgres")
	set.IntVar(&o.seconds, "seconds", 0, "how long the measured part lasts; 0 is the trial's own time")
	set.IntVar(&o.rate, "rate", 30, "requests per second that a system allows, where the trial is about that")
	set.StringVar(&o.how, "how", "drop", "how a system is down: drop (it hangs up) or 503")
	set.StringVar(&o.dir, "dir", "", "keep the data in this directory")
	set.BoolVar(&o.verbose, "v", false, "show the logs of the processes")
	set.Usage = func() { usage(stderr, set) }
	if len(args) == 0 {
		set.Usage()
		return errors.New("name a trial, or all")
	}
	if err := set.Parse(args[1:]); err != nil {
		return err
	}
	chosen := all
	if args[0] != "all" {
		i := slices.IndexFunc(all, func(t trial) bool { return t.name == args[0] })
		if i < 0 {
			set.Usage()
			return fmt.Errorf("there is no trial %q", args[0])
		}
		chosen = all[i : i+1]
	}
	var errs []error
	for _, t := range chosen {
		if err := t.measure(ctx, o); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", t.name, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

func usage(out io.Writer, set *flag.FlagSet) {
	fmt.Fprintln(out, "trials NAME [flags] measures one promise; trials all measures every one.")
	for _, t := range all {
		fmt.Fprintf(out, "  %-9s %s\n", t.name, t.about)
	}
	set.PrintDefaults()
}

func (t trial) measure(ctx context.Context, o options) error {
	if o.store != "sqlite" && o.store != "postgres" {
		return fmt.Errorf("flag -store is %q: it must be sqlite or postgres", o.store)
	}
	if o.how != "drop" && o.how != "503" {
		return fmt.Errorf("flag -how is %q: it must be drop or 503", o.how)
	}
	if o.n == 0 {
		o.n = t.n
	}
	ctx, cancel := context.WithTimeoutCause(ctx, t.limit, fmt.Errorf("it took longer than %v", t.limit))
	defer cancel()
	f := newFigures(t.name)
	f.set("n", o.n)
	f.set("store", o.store)
	err := t.run(ctx, o, f)
	if err != nil {
		f.failed = append(f.failed, err.Error())
	}
	f.print(o.stdout)
	if len(f.failed) > 0 {
		return errors.New(strings.Join(f.failed, "; "))
	}
	return nil
}
