package e2e

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"duplex/connectors/memory"
	"duplex/core"
	"duplex/internal/service"
	"duplex/standalone/app"
	"duplex/standalone/engine"
	"duplex/store"
	"duplex/workflows"
)

const (
	memorySystem  = "system: %s\nkind: memory\nbase_url: http://memory\n"
	memoryMapping = `
connection: desk
sides:
  support:     {system: versioned-left, type: item, start: true}
  engineering: {system: versioned-right, type: item}
conflicts: latest
rules:
  - {support: title, engineering: title}
`
)

// TestPairsMoveToANewVersionWhenTheyContinueAsNew runs two builds of a worker deployment side by side: a pair stays on the
// build it began with, and its next run, after continue-as-new, is on the current one.
func TestPairsMoveToANewVersionWhenTheyContinueAsNew(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	e, err := engine.Start(ctx, engine.Options{UIPort: -1, Namespace: "duplex", SearchAttributes: app.SearchAttributes(),
		DynamicConfig: map[string]any{"limit.historyCount.suggestContinueAsNew": 60}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Stop)
	c, err := client.Dial(client.Options{HostPort: e.Address(), Namespace: "duplex", Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	st, err := store.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "duplex.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	left := memory.Share(memory.New(memory.Options{Name: "versioned-left"}))
	right := memory.Share(memory.New(memory.Options{Name: "versioned-right"}))
	for _, name := range []string{left.Name(), right.Name()} {
		if _, _, err := st.PutSystem(ctx, core.SystemVersion{Name: name, FileName: name + ".yaml", Source: fmt.Appendf(nil, memorySystem, name)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := st.PutConnection(ctx, core.ConnectionVersion{Name: "desk", FileName: "desk.yaml", Source: []byte(memoryMapping)}); err != nil {
		t.Fatal(err)
	}
	deployment := c.WorkerDeploymentClient().GetHandle("duplex")
	begin := func(build string) {
		running, cancel := context.WithCancel(context.WithoutCancel(ctx))
		ended := make(chan error, 1)
		w := service.NewWorker(service.WorkerOptions{Temporal: c, Store: st, Systems: &service.Systems{Store: st}, Log: slog.New(slog.DiscardHandler),
			Tuning: workflows.DefaultTuning, Deployment: "duplex", BuildID: build})
		go func() { ended <- w.Run(running) }()
		t.Cleanup(func() { cancel(); <-ended })
		until(t, "build "+build+" is the current version", func() error {
			_, err := deployment.SetCurrentVersion(ctx, client.WorkerDeploymentSetCurrentVersionOptions{BuildID: build})
			return err
		})
	}

	ref, err := left.CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{"title": core.String("edit 0")}})
	if err != nil {
		t.Fatal(err)
	}
	state := workflows.FromItem("desk", [2]string{"support", "engineering"}, [2]string{left.Name(), right.Name()}, core.A, ref)
	edit := func(n int) {
		title := fmt.Sprintf("edit %d", n)
		if err := left.EditAs("u-ada", ref.ID, map[string]core.Value{"title": core.String(title)}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.SignalWithStartWorkflow(ctx, state.ID, workflows.HintSignal, workflows.Hint{Side: core.A, Kind: core.HintChanged},
			client.StartWorkflowOptions{ID: state.ID, TaskQueue: workflows.PairsQueue}, workflows.PairWorkflow, state); err != nil {
			t.Fatal(err)
		}
		until(t, title+" arrives", func() error {
			items := right.Items()
			if len(items) != 1 {
				return fmt.Errorf("%d items on the right", len(items))
			}
			if got := items[0].Field("title").Source(); got != title {
				return fmt.Errorf("the twin's title is %q", got)
			}
			return nil
		})
	}
	onBuild := func() (run, build string) {
		d, err := c.DescribeWorkflowExecution(ctx, state.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		info := d.GetWorkflowExecutionInfo()
		return info.GetExecution().GetRunId(), info.GetVersioningInfo().GetDeploymentVersion().GetBuildId()
	}

	begin("one")
	edit(1)
	firstRun, build := onBuild()
	if build != "one" {
		t.Fatalf("the pair began on build %q, want one", build)
	}
	begin("two")
	edit(2)
	if run, build := onBuild(); run == firstRun && build != "one" {
		t.Errorf("the pair left its build in the middle of a run: it is on %q", build)
	}
	moved := func(within time.Duration) bool { // a pair continues as new when it has nothing to do
		for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			if run, _ := onBuild(); run != firstRun {
				return true
			}
		}
		return false
	}
	for n := 3; ; n++ {
		edit(n)
		if moved(time.Second) {
			break
		}
		if n > 20 {
			t.Fatal("the pair never continued as new")
		}
	}
	edit(100)
	until(t, "the next run is on build two", func() error {
		if _, build := onBuild(); build != "two" {
			return fmt.Errorf("it is on %q", build)
		}
		return nil
	})
}

// until waits for something to become true.
func until(t *testing.T, what string, holds func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := holds()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", what, err)
		}
		select {
		case <-t.Context().Done():
			t.Fatal(errors.Join(t.Context().Err(), err))
		case <-time.After(50 * time.Millisecond):
		}
	}
}
