package main

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const bareQueue = "bare"

// bare is the least that Temporal does for a sync: for each signal two activities on queues of their own and a local one
// between them, with the options that a pair's have, none of which does anything.
type bare struct {
	temporal client.Client
	workers  []worker.Worker
	arrived  []chan int
}

// job is as much as an activity of a pair is given and returns.
type job struct {
	Subject, Edit int
	Hash          string
}

func newBare(c client.Client) (*bare, error) {
	b := &bare{temporal: c}
	for _, queue := range []string{bareQueue, bareQueue + ":left", bareQueue + ":right"} {
		o := worker.Options{}
		if queue != bareQueue {
			o = worker.Options{DisableWorkflowWorker: true, MaxConcurrentActivityExecutionSize: 16}
		}
		w := worker.New(c, queue, o)
		if queue == bareQueue {
			w.RegisterWorkflowWithOptions(b.pair, workflow.RegisterOptions{Name: "bare"})
		}
		w.RegisterActivityWithOptions(func(_ context.Context, j job) (job, error) { return j, nil }, activity.RegisterOptions{Name: "fetch"})
		w.RegisterActivityWithOptions(func(_ context.Context, j job) (job, error) { b.arrived[j.Subject] <- j.Edit; return j, nil },
			activity.RegisterOptions{Name: "apply"})
		if err := w.Start(); err != nil {
			return nil, err
		}
		b.workers = append(b.workers, w)
	}
	return b, nil
}

func (b *bare) pair(ctx workflow.Context) error {
	call := func(queue, summary string) workflow.Context {
		return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{TaskQueue: bareQueue + ":" + queue, StartToCloseTimeout: 15 * time.Minute,
			HeartbeatTimeout: 10 * time.Second, Summary: summary, Priority: temporal.Priority{PriorityKey: 2, FairnessKey: "desk"}})
	}
	local := workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: 30 * time.Second})
	think := func(_ context.Context, j job) (job, error) { return j, nil }
	hints := workflow.GetSignalChannel(ctx, "hint")
	for {
		var j job
		hints.Receive(ctx, &j)
		if err := workflow.ExecuteActivity(call("left", "read the item"), "fetch", j).Get(ctx, &j); err != nil {
			return err
		}
		if err := workflow.ExecuteLocalActivity(local, think, j).Get(ctx, &j); err != nil {
			return err
		}
		if err := workflow.ExecuteActivity(call("right", "write to the other side"), "apply", j).Get(ctx, &j); err != nil {
			return err
		}
	}
}

func (b *bare) prepare(ctx context.Context, n int) error {
	for range n {
		b.arrived = append(b.arrived, make(chan int, 4))
	}
	for i := range n {
		if err := b.edit(ctx, i, 0); err != nil {
			return err
		}
	}
	return nil
}

func (b *bare) edit(ctx context.Context, subject, edit int) error {
	id := fmt.Sprintf("bare:%d", subject)
	j := job{Subject: subject, Edit: edit, Hash: fmt.Sprintf("%064d", edit)}
	if _, err := b.temporal.SignalWithStartWorkflow(ctx, id, "hint", j, client.StartWorkflowOptions{ID: id, TaskQueue: bareQueue}, "bare"); err != nil {
		return err
	}
	for {
		select {
		case got := <-b.arrived[subject]:
			if got == edit {
				return nil
			}
		case <-ctx.Done():
			return fmt.Errorf("edit %d of workflow %d has not arrived: %w", edit, subject, context.Cause(ctx))
		}
	}
}

func (b *bare) stop() {
	for _, w := range b.workers {
		w.Stop()
	}
}
