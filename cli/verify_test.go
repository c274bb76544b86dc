package cli

import (
	"context"
	"strings"
	"testing"
	"time"

	"duplex/core"
	"duplex/store"
)

// TestVerifyTellsDifferencesAndItsExitCode: differences are counted by kind and listed per pair; scripts are told by the exit code.
func TestVerifyTellsDifferencesAndItsExitCode(t *testing.T) {
	for _, c := range []struct {
		reason string
		items  []core.RunItem
		code   int
		want   []string
	}{
		{"all in step", []core.RunItem{{Name: "pair:1", State: core.ItemDone, Reason: "in step"}}, ExitOK, []string{"1 pairs compared, 0 not in step"}},
		{"some are not", []core.RunItem{
			{Name: "pair:1", State: core.ItemDone, Reason: "in step"},
			{Name: "pair:2", State: core.ItemFailed, Plan: "plan-2", Reason: "will be written: title to engineering (only one side changed); parked: priority, conflict"},
			{Name: "pair:3", State: core.ItemFailed, Reason: "parked: priority, conflict"},
		}, ExitDiffers, []string{"3 pairs compared, 2 not in step", "2            parked", "1            will be written", "values: duplex decision plan-2", "  will be written: title to engineering"}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDesk(t)
			d.run("apply", "testdata/files")
			d.said.Reset()
			ended := make(chan error, 1)
			go func() { ended <- endRun(t, d.store, c.items) }()
			code := d.run("verify", "desk")
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			if code != c.code {
				t.Errorf("exit %d, want %d", code, c.code)
			}
			for _, part := range c.want {
				if !strings.Contains(d.said.String(), part) {
					t.Errorf("%q is not in:\n%s", part, d.said.String())
				}
			}
		})
	}
}

// endRun does what a run's workflow would have done, once the run is there.
func endRun(t *testing.T, s *store.Store, items []core.RunItem) error {
	ctx := t.Context()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		runs, err := s.Runs(ctx, store.RunFilter{Kind: string(core.RunVerify)})
		if err != nil {
			return err
		}
		if len(runs) == 1 {
			if err := s.AddRunItems(ctx, runs[0].ID, runs[0].Cursor, "", true, items); err != nil {
				return err
			}
			return s.SetRunState(ctx, runs[0].ID, core.RunDone, "")
		}
	}
	return context.DeadlineExceeded
}
