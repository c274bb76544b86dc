package trials

import (
	"context"
	"fmt"
	"time"

	"duplex/standalone/rig"
)

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
