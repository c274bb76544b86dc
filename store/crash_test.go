package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

// TestMain lets the test binary play the process that is killed.
func TestMain(m *testing.M) {
	if dsn := os.Getenv("STORE_TEST_WRITER"); dsn != "" {
		if err := writeForever(dsn); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// writeForever saves step after step, each with its number as the pair's version, one plan and one outcome, and says
// "saved N" after step N is stored.
func writeForever(dsn string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, dsn, store.Options{})
	if err != nil {
		return err
	}
	p, _, err := s.ClaimPair(ctx, pairOf("c", "1", "10"))
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		mark := fmt.Sprint("m", n)
		if _, err := s.BeginIntent(ctx, core.Intent{Mark: mark, Pair: p.ID, Kind: "item"}); err != nil {
			return err
		}
		p.Version = n
		err := s.SaveStep(ctx, store.Step{Pair: p, Plan: &core.Plan{ID: fmt.Sprint(n), Pair: p.ID},
			Outcomes: []core.Outcome{{Pair: p.ID, Plan: fmt.Sprint(n), Act: "update", Result: "ok", Detail: strings.Repeat("x", 5000)}}})
		if err != nil {
			return err
		}
		fmt.Println("saved", n)
	}
}

// A process is killed in the middle of its writes. Whoever opens the store next finds every step it was told of, and
// no half of one.
func TestKilledProcessLosesNothingItWasToldOf(t *testing.T) {
	for _, dialect := range storetest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			dsn := storetest.DSN(t, dialect)
			told := 0
			for round := range 3 {
				told = killAfter(t, dsn, 5+3*round)
				s := storetest.OpenAt(t, dsn, store.Options{})
				p, err := s.Pair(t.Context(), core.PairID("c", "support", "1"))
				ok(t, err)
				outcomes, err := s.Outcomes(t.Context(), p.ID, 1)
				ok(t, err)
				_, planned := s.Plan(t.Context(), fmt.Sprint(p.Version))
				if p.Version < told {
					t.Errorf("round %d: step %d was told to be saved, the store is at %d", round, told, p.Version)
				}
				if planned != nil || len(outcomes) != 1 || outcomes[0].Plan != fmt.Sprint(p.Version) {
					t.Errorf("round %d: the pair is at step %d, its plan is %v, the newest outcome %+v", round, p.Version, planned, outcomes)
				}
				for n := 1; n <= told; n++ {
					if _, err := s.IntentByMark(t.Context(), fmt.Sprint("m", n)); err != nil {
						t.Errorf("round %d: an intent begun before a saved step is gone: %v", round, err)
					}
				}
			}
		})
	}
}

// killAfter runs the writer, kills it once it has told of n steps, and returns the last step it told of.
func killAfter(t *testing.T, dsn string, n int) (told int) {
	t.Helper()
	self, err := os.Executable()
	ok(t, err)
	c := exec.CommandContext(t.Context(), self)
	c.Env = append(os.Environ(), "STORE_TEST_WRITER="+dsn)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	ok(t, err)
	ok(t, c.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, err := fmt.Sscanf(lines.Text(), "saved %d", &told); err != nil {
			t.Fatalf("the writer said %q", lines.Text())
		}
		if told == n {
			ok(t, c.Process.Kill())
		}
	}
	c.Wait() // it was killed: its exit status says nothing
	if told < n {
		t.Fatalf("the writer ended by itself after step %d", told)
	}
	return told
}
