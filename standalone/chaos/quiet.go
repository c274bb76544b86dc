package chaos

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"duplex/standalone/rig"
	"duplex/workflows"
)

// restFor is how long the sync must make no call for the whole to count as quiet: longer than echoes are held back.
const restFor = 5 * time.Second

// settle waits until nothing moves any more: no webhook and no delivery waits, no workflow has work pending, every pair is in
// step or ended, and the sync makes no call. It gives what still moved when its patience ended, "" when it is quiet.
func (s *site) settle(ctx context.Context, w *watch, out io.Writer) string {
	temporal, err := client.NewLazyClient(client.Options{HostPort: rig.Address(s.temporal), Namespace: "duplex", Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	if err != nil {
		return err.Error()
	}
	defer temporal.Close()
	why, said := "", time.Now()
	for end := time.Now().Add(s.o.Patience); time.Now().Before(end) && sleep(ctx, time.Second); {
		if why = s.moves(ctx, w, temporal); why == "" {
			return ""
		}
		if time.Since(said) > 15*time.Second {
			fmt.Fprintln(out, "chaos: waiting:", why)
			said = time.Now()
		}
	}
	return why
}

// moves tells what is not quiet, the cheapest to find out first.
func (s *site) moves(ctx context.Context, w *watch, temporal client.Client) string {
	if w != nil && w.quietFor() < restFor { // what a mixed site did is seen in its items
		q := w.quietFor()
		return fmt.Sprintf("the sync made a call %v ago", q.Round(time.Millisecond))
	}
	for _, which := range []side{support, engineering} {
		if s.ends[which].silent {
			continue
		}
		if _, waiting, err := s.of(which).Deliveries(ctx); err != nil || waiting > 0 && s.o.Webhooks {
			return fmt.Sprintf("%d webhooks of %s wait (%v)", waiting, which, err)
		}
	}
	var status struct {
		Deliveries map[string]int
		Pairs      map[string]map[string]int
	}
	if err := s.ask(ctx, "/api/v1/status", &status); err != nil {
		return "no gateway answers: " + err.Error()
	}
	if n := status.Deliveries["waiting"]; n > 0 {
		return fmt.Sprintf("%d deliveries wait", n)
	}
	for _, name := range slices.Sorted(maps.Keys(status.Pairs)) {
		for state, n := range status.Pairs[name] {
			if state != "in-sync" && state != "unlinked" && n > 0 {
				return fmt.Sprintf("%d pairs of %s are %s", n, name, state)
			}
		}
	}
	known, err := s.pairIDs(ctx)
	if err != nil {
		return "the pairs cannot be listed: " + err.Error()
	}
	return pendingWork(ctx, temporal, known)
}

// pairIDs are the ids of all pairs.
func (s *site) pairIDs(ctx context.Context) (map[string]bool, error) {
	all := map[string]bool{}
	err := s.eachPair(ctx, func(p pairRow) { all[p.ID] = true })
	return all, err
}

// pendingWork names workflows that have activities or a task pending, or that wait to look at an item for the first time.
func pendingWork(ctx context.Context, temporal client.Client, pairs map[string]bool) string {
	var busy []string
	for next := []byte(nil); ; {
		page, err := temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Namespace: "duplex", PageSize: 500, NextPageToken: next,
			Query: "WorkflowType = '" + workflows.PairWorkflow + "' AND ExecutionStatus = 'Running'"})
		if err != nil {
			return "the engine does not answer: " + err.Error()
		}
		for _, e := range page.Executions {
			if !pairs[e.Execution.WorkflowId] {
				busy = append(busy, e.Execution.WorkflowId+" (not looked at yet)")
				continue
			}
			d, err := temporal.DescribeWorkflowExecution(ctx, e.Execution.WorkflowId, e.Execution.RunId)
			if err == nil && (len(d.PendingActivities) > 0 || d.PendingWorkflowTask != nil) {
				what := e.Execution.WorkflowId
				for _, a := range d.PendingActivities {
					what += fmt.Sprintf(" (%s, attempt %d: %s)", a.ActivityType.Name, a.Attempt, a.GetLastFailure().GetMessage())
				}
				busy = append(busy, what)
			}
		}
		if next = page.NextPageToken; len(next) == 0 {
			break
		}
	}
	if len(busy) == 0 {
		return ""
	}
	return fmt.Sprintf("%d workflows have work pending: %s", len(busy), strings.Join(busy[:min(3, len(busy))], ", "))
}
