package gateway

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"go.temporal.io/api/serviceerror"

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

// noEngine refuses an act that only the engine could carry out.
func noEngine(where string) error {
	return refuse(classBusy, where, "no workflow engine is configured, so nobody can carry it out")
}

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
	_, err := g.o.Temporal.SignalWithStartWorkflow(ctx, s.state.ID, workflows.HintSignal, h, workflows.StartOptions(s.state), workflows.PairWorkflow, s.state)
	return err
}
