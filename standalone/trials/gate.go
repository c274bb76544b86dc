package trials

import (
	"context"
	"fmt"
	"time"

	"duplex/core"
	"duplex/standalone/rig"
)

// until waits for Jira's gate, for at most the given time.
func (s *site) until(ctx context.Context, what string, most time.Duration, holds func(core.Gate) bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, most, fmt.Errorf("not within %v", most))
	defer cancel()
	for {
		g, err := s.store.Gate(ctx, rig.Jira)
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

// handedOver waits until every webhook of Zendesk was sent, and no delivery waits for the engine.
func (s *site) handedOver(ctx context.Context, most time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, most, fmt.Errorf("not within %v", most))
	defer cancel()
	for {
		_, unsent, err := rig.Control(s.ZendeskURL).Deliveries(ctx)
		if err != nil {
			return err
		}
		waiting, err := s.store.WaitingDeliveries(ctx, 1)
		if err != nil || len(waiting)+unsent == 0 {
			return err
		}
		if err := rig.Pause(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("deliveries still wait: %w", err)
		}
	}
}
