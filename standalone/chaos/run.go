package chaos

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"duplex/standalone/rig"
	"duplex/store/storetest"
)

// Run plays one run per store and prints a line of JSON for each. It is an error when the judge found anything, or when the
// run could not be carried out. It also runs as the processes of a run; see
// rig.Child.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if ok, err := rig.Child(ctx, args, stdout, stderr); ok {
		return err
	}
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	stores := []string{o.Store}
	if o.Store == "both" {
		stores = []string{"sqlite", "postgres"}
	}
	for _, kind := range stores {
		o.Store = kind
		if err := runOne(ctx, o, stdout, stderr); err != nil {
			if errors.Is(err, storetest.ErrNoBinaries) && len(stores) > 1 {
				fmt.Fprintln(stdout, "not run on postgres:", err)
				continue
			}
			return err
		}
	}
	return nil
}

// runOne plays one run on one store. What it leaves behind is removed when nothing was found.
func runOne(ctx context.Context, o Options, stdout, stderr io.Writer) (err error) {
	dir := o.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "duplex-chaos-"); err != nil {
			return err
		}
	} else {
		dir = filepath.Join(dir, fmt.Sprintf("%s-%d", o.Store, o.Seed))
		if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil { // what an earlier run left has nothing to do with this one
			return err
		}
	}
	fmt.Fprintf(stdout, "chaos: seed %d, %v on %s, %d items, %.3g acts per second; data and logs in %s\n", o.Seed, o.Storm, o.Store, o.Items, o.Rate, dir)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := newSite(ctx, o, dir)
	if err != nil {
		return err
	}
	defer s.stop()
	if err := s.start(ctx); err != nil {
		return fmt.Errorf("%w (logs in %s)", err, dir)
	}
	v, err := play(ctx, s, dir, stdout)
	if err != nil {
		return err
	}
	v.print(stdout)
	if v.clean() {
		if o.Dir == "" {
			defer os.RemoveAll(dir)
		}
		return nil
	}
	return fmt.Errorf("seed %d on %s is not clean; data, logs and the record of what people did are kept in %s", o.Seed, o.Store, dir)
}

// play lets the storm pass and judges what is left.
func play(ctx context.Context, s *site, dir string, stdout io.Writer) (*verdict, error) {
	plan := draw(s.o)
	rec := newRecord(dir)
	defer rec.close()
	if s.o.Kinds != "" {
		return playMixed(ctx, s, plan, rec, stdout)
	}
	w := watchCalls(ctx, s)
	storm(ctx, s, plan, rec, stdout)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	ended := time.Now()
	quiet := s.settle(ctx, w, stdout)
	v := judge(ctx, s, plan, rec, w, quiet)
	v.Quiet = time.Since(ended).Round(time.Second).Seconds()
	return v, nil
}
