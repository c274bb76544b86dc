package e2e

import (
	"bytes"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"duplex/core"
	"duplex/standalone/rig"
	"duplex/workflows"
)

var record = flag.Bool("record", false, "keep the histories in workflows/testdata/histories, where later versions are held to them")

// TestHistoriesReplay takes a pair through a create, edits, a conflict, a comment, a file, a failure and a worker's death,
// and replays what the engine kept of it with the same code. With -record the histories are kept for later versions.
func TestHistoriesReplay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	ctx := w.ctx()
	s, back := w.paired(1, false), w.paired(2, true)
	w.must(s.ada.EditTicket(ctx, s.ticket, object{"subject": "an edit"}))
	w.eventually("an edit", func() error { return s.issueSays("an edit") })
	w.must(s.comment(ctx))
	w.eventually("a comment", func() error { return s.remarksContain(s.token + " remark") })
	w.must(back.attach(ctx))
	w.settle()

	w.deliver("pause")
	w.must(s.ada.EditTicket(ctx, s.ticket, object{"subject": "said here", "priority": "urgent"}))
	w.must(s.grace.EditIssue(ctx, s.issue, object{"summary": "said there", "priority": object{"name": "Low"}}))
	w.deliver("normal")
	w.eventually("a conflict", func() error { return s.ticketSays("said there") })
	w.settle()

	_, err := w.jira.Break(ctx, rig.Fault{Kind: "status", Status: 403, Path: "/rest/api/3/issue/" + s.issue, Method: "PUT", Times: 1})
	w.must(err)
	w.must(s.ada.EditTicket(ctx, s.ticket, object{"subject": "not allowed"}))
	w.eventually("a failure", func() error {
		p, err := w.store.Pair(ctx, s.id())
		if err == nil && p.Status != core.PairProblem {
			err = fmt.Errorf("the pair is %s, want %s", p.Status, core.PairProblem)
		}
		return err
	})
	w.killWorker()
	w.must(s.ada.EditTicket(ctx, s.ticket, object{"subject": "allowed again"}))
	w.startWorker()
	w.eventually("an edit after the failure", func() error { return s.issueSays("allowed again") })
	alone, err := w.ada.NewTicket(ctx, object{"subject": "just asking", "comment": object{"body": "hello", "public": true}})
	w.must(err)
	refused := core.PairID("from-tickets", "support", alone)
	w.eventually("an item that is not in the sync", func() error {
		d, err := w.temporal.DescribeWorkflowExecution(ctx, refused, "")
		if err == nil && d.GetWorkflowExecutionInfo().GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_COMPLETED {
			err = fmt.Errorf("its workflow is %s", d.GetWorkflowExecutionInfo().GetStatus())
		}
		return err
	})
	w.settle()
	for _, h := range []struct{ file, id string }{{"pair-from-a-ticket", s.id()}, {"pair-from-an-issue", back.id()}, {"not-in-the-sync", refused}} {
		w.replay(h.file, h.id)
	}
}

func (s *subject) remarksContain(words string) error {
	all, err := s.grace.IssueComments(s.ctx(), s.issue)
	if err != nil {
		return err
	}
	for _, r := range all {
		if strings.Contains(rig.Plain(rig.At(r, "body")), words) {
			return nil
		}
	}
	return fmt.Errorf("no comment of %v says %q", all, words)
}

func (w *world) replay(file, id string) {
	w.t.Helper()
	b, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(w.history(id))
	w.must(err)
	h, err := client.HistoryFromJSON(bytes.NewReader(b), client.HistoryJSONOptions{})
	w.must(err)
	r := worker.NewWorkflowReplayer()
	r.RegisterWorkflowWithOptions(workflows.Workflows{Tuning: workflows.DefaultTuning}.Pair, workflow.RegisterOptions{Name: workflows.PairWorkflow})
	if err := r.ReplayWorkflowHistory(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), h); err != nil {
		w.t.Errorf("%s, %d events: %v", file, len(h.Events), err)
	}
	for _, words := range []string{"it does not work", " remark", "allowed again", "content of"} {
		if strings.Contains(h.String(), words) {
			w.t.Errorf("%s holds content of an item: %q", file, words)
		}
	}
	w.t.Logf("%s: %d events replayed", file, len(h.Events))
	if *record {
		dir := filepath.Join("..", "..", "workflows", "testdata", "histories")
		w.must(os.MkdirAll(dir, 0o755))
		w.must(os.WriteFile(filepath.Join(dir, file+".json"), append(b, '\n'), 0o644))
	}
}
