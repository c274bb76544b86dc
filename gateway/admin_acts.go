package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"go.temporal.io/sdk/client"

	"duplex/core"
	"duplex/workflows"
)

func (g *Gateway) resync(r *http.Request) (any, error) {
	return g.act(r, workflows.ResyncUpdate, workflows.ResyncRequest{By: by(r)})
}

func (g *Gateway) pause(r *http.Request) (any, error) {
	return g.act(r, workflows.PauseUpdate, workflows.OperatorRequest{By: by(r)})
}

func (g *Gateway) resume(r *http.Request) (any, error) {
	return g.act(r, workflows.ResumeUpdate, workflows.OperatorRequest{By: by(r)})
}

func (g *Gateway) unlink(r *http.Request) (any, error) {
	return g.act(r, workflows.UnlinkUpdate, workflows.OperatorRequest{By: by(r)})
}

func (g *Gateway) act(r *http.Request, update string, arg any) (any, error) {
	p, err := g.pairOf(r)
	if err != nil {
		return nil, err
	}
	return g.update(r, p, update, arg)
}

// update sends an operator's decision to the pair's workflow, which is started from the pair's row when it does not run.
func (g *Gateway) update(r *http.Request, p core.Pair, name string, arg any) (any, error) {
	switch {
	case p.Status == core.PairUnlinked:
		return nil, refuse(classConflict, p.ID, "the pair was unlinked: link its items again first")
	case g.o.Temporal == nil:
		return nil, noEngine(p.ID)
	}
	if err := g.recordAsk(r.Context(), p, name, arg); err != nil {
		return nil, err
	}
	state := workflows.FromPair(p)
	return g.updateWith(r, g.o.Temporal.NewWithStartWorkflowOperation(workflows.StartOptions(state), workflows.PairWorkflow, state), p.ID, name, arg)
}

// updateWith sends an operator's decision to a workflow, started by op when it does not run.
func (g *Gateway) updateWith(r *http.Request, op client.WithStartWorkflowOperation, id, name string, arg any) (any, error) {
	ctx, cancel := context.WithTimeout(r.Context(), adminFor)
	defer cancel()
	h, err := g.o.Temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: op,
		UpdateOptions: client.UpdateWorkflowOptions{WorkflowID: id, UpdateName: name, Args: []any{arg},
			WaitForStage: client.WorkflowUpdateStageCompleted},
	})
	var answer workflows.Answer
	if err == nil {
		err = h.Get(ctx, &answer)
	}
	if err != nil {
		if ctx.Err() != nil {
			err = errors.Join(err, context.DeadlineExceeded)
		}
		return nil, fmt.Errorf("%s of %s: %w", name, id, err)
	}
	g.o.Log.Info("operator's decision taken", "workflow", id, "act", name, "by", by(r))
	return Done{Text: answer.Text}, nil
}

// recordAsk keeps a decision that is about parked things until it is carried out, so that losing the workflow does not lose it.
// The others show in the pair's row.
func (g *Gateway) recordAsk(ctx context.Context, p core.Pair, name string, arg any) error {
	ask := core.Ask{Pair: p.ID, Name: name, At: g.o.Now().UTC()}
	switch r := arg.(type) {
	case workflows.ResyncRequest:
	case workflows.ResolveRequest:
		ask.Rule = r.Rule
	default:
		return nil
	}
	var err error
	if ask.Arg, err = json.Marshal(arg); err != nil {
		return err
	}
	return g.o.Store.RecordAsk(ctx, ask)
}
