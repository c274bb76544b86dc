package trials

import (
	"context"
	"fmt"
	"time"

	"duplex/core"
	"duplex/standalone/rig"
)

// gate is what the admin API says about Jira's gate.
func (s *site) gate(ctx context.Context) (core.Gate, error) {
	var gates []core.Gate
	if err := s.AdminCall(ctx, "GET", "/api/v1/gates", nil, &gates); err != nil {
		return core.Gate{}, err
	}
	for _, g := range gates {
		if g.System == rig.Jira {
			return g, nil
		}
	}
	return core.Gate{}, fmt.Errorf("no gate of %s among %d", rig.Jira, len(gates))
}

// until waits for Jira's gate, for at most the given time.
func (s *site) until(ctx context.Context, what string, most time.Duration, holds func(core.Gate) bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, most, fmt.Errorf("not within %v", most))
	defer cancel()
	for {
		g, err := s.gate(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if holds(g) {
			return nil
		}
		if err := rig.Pause(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("%s: %w; it is %q since %v: %s", what, err, g.State, g.Since, g.Reason)
		}
	}
}

// handedOver waits until no delivery waits for the engine.
func (s *site) handedOver(ctx context.Context, most time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, most, fmt.Errorf("not within %v", most))
	defer cancel()
	for {
		waiting, err := s.store.WaitingDeliveries(ctx, 1)
		if err != nil || len(waiting) == 0 {
			return err
		}
		if err := rig.Pause(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("deliveries still wait: %w", err)
		}
	}
}
