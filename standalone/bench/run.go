package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"duplex/standalone/app"
	"duplex/standalone/engine"
)

type options struct {
	pairs, edits, turns, flight int
	live                        time.Duration
	profile                     string
}

// contender carries n subjects through edits. edit makes the given edit of one subject and returns when it has arrived.
type contender interface {
	prepare(ctx context.Context, n int) error
	edit(ctx context.Context, subject, edit int) error
	stop()
}

func run(ctx context.Context, o options, out io.Writer) error {
	machine(out)
	if err := throughput(ctx, o, out); err != nil {
		return fmt.Errorf("measure syncs per second: %w", err)
	}
	if err := live(ctx, o, out); err != nil {
		return fmt.Errorf("measure latency and calls: %w", err)
	}
	return ctx.Err()
}

// throughput compares pairs with bare workflows on one engine.
func throughput(ctx context.Context, o options, out io.Writer) error {
	dir, err := os.MkdirTemp("", "duplex-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	e, err := engine.Start(ctx, engine.Options{Dir: dir + "/temporal", UIPort: -1, SearchAttributes: app.SearchAttributes()})
	if err != nil {
		return err
	}
	defer e.Stop()
	c, err := client.Dial(client.Options{HostPort: e.Address(), Namespace: e.Namespace(), Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	if err != nil {
		return err
	}
	defer c.Close()
	duplex, err := newPairs(ctx, c, dir)
	if err != nil {
		return err
	}
	defer duplex.stop()
	bare, err := newBare(c)
	if err != nil {
		return err
	}
	defer bare.stop()
	var spent [2]time.Duration
	for i, x := range []contender{duplex, bare} {
		if err := x.prepare(ctx, o.pairs); err != nil {
			return err
		}
		if _, err := turn(ctx, x, o, -1); err != nil { // warm caches are the normal state
			return fmt.Errorf("warm up contender %d: %w", i, err)
		}
	}
	for t := range o.turns {
		for i, x := range []contender{duplex, bare} {
			stop, err := profile(o, i == 0 && t == 0)
			if err != nil {
				return err
			}
			d, err := turn(ctx, x, o, t)
			stop()
			if err != nil {
				return err
			}
			spent[i] += d
		}
	}
	n := float64(o.pairs * o.edits * o.turns)
	pairs, plain := n/spent[0].Seconds(), n/spent[1].Seconds()
	figure(out, "pair_syncs_per_second", pairs, "1/s")
	figure(out, "bare_temporal_per_second", plain, "1/s")
	figure(out, "pair_syncs_vs_bare_temporal", pairs/plain, "ratio")
	return nil
}

// turn makes every edit of a turn, a few at a time, and tells how long it took. One pair's edits are far apart, because
// the others come between: what is measured is the sync and not the pause between two syncs of one pair.
func turn(ctx context.Context, x contender, o options, number int) (time.Duration, error) {
	edits := o.edits
	if number < 0 {
		edits = 1
	}
	ctx, cancel := context.WithTimeoutCause(ctx, 3*time.Minute, fmt.Errorf("an edit did not arrive within 3 minutes"))
	defer cancel()
	began := time.Now()
	work, errs := make(chan [2]int), make(chan error, o.flight)
	var group sync.WaitGroup
	for range o.flight {
		group.Go(func() {
			for w := range work {
				if err := x.edit(ctx, w[0], w[1]); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	var err error
feed:
	for e := range edits {
		for s := range o.pairs {
			select {
			case work <- [2]int{s, (number+1)*o.edits + e + 1}:
			case err = <-errs:
				break feed
			}
		}
	}
	close(work)
	group.Wait()
	select {
	case err = <-errs:
	default:
	}
	return time.Since(began), err
}

func profile(o options, on bool) (stop func(), err error) {
	if !on || o.profile == "" {
		return func() {}, nil
	}
	f, err := os.Create(o.profile)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); _ = f.Close() }, nil
}

func figure(out io.Writer, name string, value float64, unit string) {
	b, _ := json.Marshal(struct { // plain values always marshal
		Figure string  `json:"figure"`
		Value  float64 `json:"value"`
		Unit   string  `json:"unit"`
	}{name, float64(int(value*1000+0.5)) / 1000, unit})
	fmt.Fprintln(out, string(b))
}

func machine(out io.Writer) {
	cpu := "unknown"
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if _, name, ok := strings.Cut(lines.Text(), "model name\t: "); ok {
				cpu = name
				break
			}
		}
	}
	b, _ := json.Marshal(map[string]any{"machine": map[string]any{"os": runtime.GOOS, "arch": runtime.GOARCH, "cores": runtime.NumCPU(), "cpu": cpu, "go": runtime.Version()}})
	fmt.Fprintln(out, string(b))
}
