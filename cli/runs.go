package cli

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"duplex/core"
	"duplex/gateway"
)

func (e *env) runs() *cobra.Command {
	q := map[string]*string{}
	var limit int
	cmd := &cobra.Command{Use: "runs", Short: "List batch runs: backfills, replays, links and others, newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := url.Values{"limit": {fmt.Sprint(limit)}}
			for name, v := range q {
				if *v != "" {
					query.Set(name, *v)
				}
			}
			var list gateway.RunList
			if err := e.call(cmd.Context(), "GET", "/runs?"+query.Encode(), nil, &list); err != nil {
				return err
			}
			return e.print(list, func(t *table) {
				if len(list.Runs) == 0 {
					t.line("no runs")
					return
				}
				t.row("RUN", "CONNECTION", "STATE", "STARTED", "BY", "FAILED", "PROGRESS")
				for _, r := range list.Runs {
					t.row(r.ID, r.Connection, string(r.State), t.at(r.CreatedAt), r.By, fmt.Sprint(r.Counts[core.ItemFailed]), r.Text)
				}
				if list.Next != "" {
					t.line("more: --before '%s'", list.Next)
				}
			})
		}}
	for name, help := range map[string]string{"connection": "only of this connection", "kind": "only of this kind: backfill, link, replay, preview, follow, verify",
		"state": "only in this state: running, paused, stopped, done, failed", "before": "time of the last run of the page before"} {
		q[name] = cmd.Flags().String(name, "", help)
	}
	cmd.Flags().IntVar(&limit, "limit", 50, "at most so many")
	return cmd
}

func (e *env) run() *cobra.Command {
	var state string
	var limit int
	var after int64
	var wait bool
	cmd := &cobra.Command{Use: "run ID", Short: "Show a batch run: how far it is and what became of its items", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if wait {
				if _, err := e.wait(cmd.Context(), args[0]); err != nil {
					return err
				}
			}
			return e.showRun(cmd.Context(), args[0], state, limit, after)
		}}
	cmd.Flags().StringVar(&state, "state", "", "only items in this state: waiting, handed-over, done, skipped, failed")
	cmd.Flags().IntVar(&limit, "limit", 100, "at most so many items")
	cmd.Flags().Int64Var(&after, "after", 0, "number of the last item of the page before")
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until the run has ended")
	for _, act := range []struct{ name, short string }{
		{"pause", "Hand over nothing more until the run is resumed"},
		{"resume", "Go on with a paused run where it was"},
		{"stop", "End a run; items that were handed over are finished, the rest is not touched"}} {
		cmd.AddCommand(&cobra.Command{Use: act.name + " ID", Short: act.short, Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
			return e.do(cmd, "/runs"+segment(args[0])+"/"+act.name, nil)
		}})
	}
	return cmd
}

// runDetail is a run with a page of its items, as --json prints it.
type runDetail struct {
	gateway.Run
	Items []core.RunItem `json:"items"`
	Next  int64          `json:"next,omitempty"`
}

func (e *env) showRun(ctx context.Context, id, state string, limit int, after int64) error {
	var d runDetail
	if err := e.call(ctx, "GET", "/runs"+segment(id), nil, &d.Run); err != nil {
		return err
	}
	query := url.Values{"limit": {fmt.Sprint(limit)}}
	if state != "" {
		query.Set("state", state)
	}
	if after > 0 {
		query.Set("after", fmt.Sprint(after))
	}
	var items gateway.RunItemList
	if err := e.call(ctx, "GET", "/runs"+segment(id)+"/items?"+query.Encode(), nil, &items); err != nil {
		return err
	}
	d.Items, d.Next = items.Items, items.Next
	return e.print(d, func(t *table) {
		runHead(t, d.Run)
		if len(d.Items) > 0 {
			t.line("")
			t.row("N", "ITEM", "STATE", "PLAN", "WHAT")
			for _, it := range d.Items {
				t.row(fmt.Sprint(it.N), it.Name, string(it.State), it.Plan, it.Reason)
			}
		}
		if d.Next != 0 {
			t.line("more: --after %d", d.Next)
		}
	})
}

func runHead(t *table, r gateway.Run) {
	t.row("run", r.ID)
	t.row("connection", r.Connection)
	t.row("state", string(r.State))
	if r.Reason != "" {
		t.row("because", r.Reason)
	}
	t.row("progress", r.Text)
	t.row("items", fmt.Sprintf("%d done, %d skipped, %d failed, %d handed over, %d waiting", r.Counts[core.ItemDone], r.Counts[core.ItemSkipped],
		r.Counts[core.ItemFailed], r.Counts[core.ItemHandedOver], r.Counts[core.ItemWaiting]))
	t.row("started", t.at(r.CreatedAt))
	if !r.EndedAt.IsZero() {
		t.row("ended", t.at(r.EndedAt))
	}
	if r.Workflow != "" {
		t.row("workflow", r.Workflow)
	}
}

// start begins a run, and waits for its end when asked to.
func (e *env) start(ctx context.Context, req gateway.RunRequest, wait bool) error {
	var r gateway.Run
	if err := e.call(ctx, "POST", "/runs", req, &r); err != nil {
		return err
	}
	if wait {
		if !e.json {
			fmt.Fprintln(e.Err, "duplex: run "+r.ID+" began")
		}
		var err error
		if r, err = e.wait(ctx, r.ID); err != nil {
			return err
		}
	}
	return e.printRun(r)
}

func (e *env) printRun(r gateway.Run) error {
	return e.print(r, func(t *table) {
		runHead(t, r)
		if !r.State.Ended() {
			t.line("")
			t.line("follow it: duplex run %s --wait     stop it: duplex run stop %s", r.ID, r.ID)
		} else {
			t.line("")
			t.line("what became of each: duplex run %s", r.ID)
		}
	})
}

const waitEvery = time.Second

// wait shows how far a run is until it has ended or is paused. A run with failed items is no failure of the command.
func (e *env) wait(ctx context.Context, id string) (gateway.Run, error) {
	last := ""
	for {
		var r gateway.Run
		if err := e.call(ctx, "GET", "/runs"+segment(id), nil, &r); err != nil {
			return r, err
		}
		if r.State.Ended() {
			return r, nil
		}
		if r.State == core.RunPaused {
			return r, fail(ExitRefused, "run %s is paused: %s", id, r.Reason)
		}
		if r.Text != last && !e.json {
			fmt.Fprintln(e.Err, clean(r.Text))
			last = r.Text
		}
		t := time.NewTimer(waitEvery)
		select {
		case <-ctx.Done():
			t.Stop()
			return r, fail(ExitRefused, "not waited for any longer; the run goes on: duplex run %s", id)
		case <-t.C:
		}
	}
}
