package gateway

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"duplex/core"
	"duplex/workflows"
)

// engine remembers whether Temporal answers, so that webhooks are not held up by one that does not.
type engine struct {
	now  func() time.Time
	base time.Duration // the first pause

	mu       sync.Mutex
	failures int
	until    time.Time
	reason   string
}

// closed tells until when not to try, and why.
func (e *engine) closed() (until time.Time, reason string, closed bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.until, e.reason, e.now().Before(e.until)
}

func (e *engine) failed(reason string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failures++
	e.reason = reason
	e.until = e.now().Add(min(e.base<<min(e.failures-1, 5), 20*time.Second))
}

func (e *engine) answered() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failures, e.until, e.reason = 0, time.Time{}, ""
}

var errNoEngine = errors.New("no workflow engine is configured")

// away reports an error that says nothing about the one call: the engine is out of reach.
func away(err error) bool {
	var unavailable *serviceerror.Unavailable
	var deadline *serviceerror.DeadlineExceeded
	var canceled *serviceerror.Canceled
	return errors.Is(err, errNoEngine) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &unavailable) || errors.As(err, &deadline) ||
		errors.As(err, &canceled)
}

// waitReason is why a delivery waits, for people: who refused and what will be done.
func waitReason(err error) string {
	var exhausted *serviceerror.ResourceExhausted
	switch {
	case errors.Is(err, errNoEngine):
		return "waits: no workflow engine is configured"
	case away(err):
		return "waits: the workflow engine cannot be reached"
	case errors.As(err, &exhausted):
		return "waits: the workflow engine is over its limit (" + strings.ToLower(exhausted.Cause.String()) + ")"
	}
	return "waits: the workflow engine refuses it: " + err.Error()
}

// signal tells a pair's workflow of a hint and starts the workflow when it does not run.
func (g *Gateway) signal(ctx context.Context, s start, h workflows.Hint) error {
	if g.o.Temporal == nil {
		return errNoEngine
	}
	ctx, cancel := context.WithTimeout(ctx, handOverFor)
	defer cancel()
	_, err := g.o.Temporal.SignalWithStartWorkflow(ctx, s.state.ID, workflows.HintSignal, h, startOptions(s.state), workflows.PairWorkflow, s.state)
	return err
}

// startOptions are how a pair's workflow is started, whoever starts it.
func startOptions(s workflows.PairState) client.StartWorkflowOptions {
	var items []string
	for _, side := range s.Sides {
		if !side.Ref.IsZero() {
			items = append(items, side.Ref.String())
		}
	}
	return client.StartWorkflowOptions{
		ID:                       s.ID,
		TaskQueue:                workflows.PairsQueue,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		TypedSearchAttributes: temporal.NewSearchAttributes(workflows.AttrConnection.ValueSet(s.Connection),
			workflows.AttrState.ValueSet(string(s.Status)), workflows.AttrItem.ValueSet(items)),
		StaticSummary: summary(s),
		Priority:      temporal.Priority{PriorityKey: workflows.PriorityLive, FairnessKey: s.Connection},
	}
}

// summary names a pair by its items: support #12 ↔ engineering ENG-7.
func summary(s workflows.PairState) string {
	return fmt.Sprintf("%s ↔ %s", sideName(s.Sides[core.A]), sideName(s.Sides[core.B]))
}

func sideName(s workflows.SideState) string {
	switch {
	case s.Ref.IsZero():
		return s.Name + " (none yet)"
	case s.Ref.Key != "":
		return s.Name + " " + s.Ref.Key
	}
	return s.Name + " " + s.Ref.ID
}
