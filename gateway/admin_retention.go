package gateway

import (
	"context"
	"net/http"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"duplex/core"
	"duplex/workflows"
)

// RetentionReport is what the store holds of each table whose old rows are removed.
type RetentionReport struct {
	Tables []core.TableUse `json:"tables"`
	Bytes  int64           `json:"bytes"` // of the whole store, -1 when it cannot be told
}

// retention tells what the next run removes. It removes nothing.
func (g *Gateway) retention(r *http.Request) (any, error) {
	tables, err := g.o.Store.TableUse(r.Context(), g.o.Retention)
	if err != nil {
		return nil, err
	}
	out := RetentionReport{Tables: tables, Bytes: -1}
	if n, err := g.o.Store.Bytes(r.Context()); err == nil {
		out.Bytes = n
	}
	return out, nil
}

// runRetention starts a run at once, beside those of the schedule. One that is under way is left to it.
func (g *Gateway) runRetention(r *http.Request) (any, error) {
	if g.o.Temporal == nil {
		return nil, noEngine("retention")
	}
	ctx, cancel := context.WithTimeout(r.Context(), adminFor)
	defer cancel()
	_, err := g.o.Temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: workflows.RetentionSchedule + ":now", TaskQueue: workflows.PairsQueue,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, WorkflowExecutionTimeout: 24 * time.Hour,
		StaticSummary: "remove what the retention does not keep"}, workflows.RetentionWorkflow)
	if err != nil {
		return nil, err
	}
	g.o.Log.Info("retention started by an operator", "by", by(r))
	return Done{Text: "old rows are being removed: duplex retention shows how far it is"}, nil
}

// removedBefore tells people of a list that may be short that retention removed what is older, "" when it never did.
func (g *Gateway) removedBefore(ctx context.Context, tables ...string) (string, error) {
	var text string
	for _, table := range tables {
		before, err := g.o.Store.RetainedSince(ctx, table)
		if err != nil {
			return "", err
		}
		if !before.IsZero() {
			if text != "" {
				text += "; "
			}
			text += table + " from before " + before.Format(time.DateOnly) + " were removed by retention"
		}
	}
	return text, nil
}
