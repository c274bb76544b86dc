package workflows_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"duplex/workflows"
)

// TestReplay replays recorded histories: a change of the workflows that running pairs could not follow fails here. The
// files in testdata/histories are histories as JSON, the way the engine exports them, one workflow run each: what
// `temporal workflow show --output json` prints, or protojson of a history. They are recorded by the end-to-end test.
func TestReplay(t *testing.T) {
	files, err := filepath.Glob("testdata/histories/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("there is no recorded history in workflows/testdata/histories: record one with the end-to-end test")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			r := worker.NewWorkflowReplayer()
			r.RegisterWorkflowWithOptions(workflows.Workflows{Tuning: workflows.DefaultTuning}.Pair, workflow.RegisterOptions{Name: workflows.PairWorkflow})
			if err := r.ReplayWorkflowHistoryFromJSONFile(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), file); err != nil {
				t.Errorf("the recorded history cannot be replayed: guard the change with workflow.GetVersion, or record anew if no pair runs the old code: %v", err)
			}
		})
	}
}
