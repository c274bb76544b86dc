package store

import (
	"context"
	"fmt"

	"duplex/core"
)

// Step is what one step of a sync leaves behind.
type Step = core.Step

// SaveStep stores all of the step or nothing, each part as its own method does. An unknown pair is ErrNotFound.
func (s *Store) SaveStep(ctx context.Context, st Step) error {
	err := s.tx(ctx, func(q queryer) error {
		if err := s.updatePair(ctx, q, st.Pair); err != nil {
			return err
		}
		for _, o := range st.Observations {
			if _, err := s.insertObservation(ctx, q, st.Pair.ID, o, true); err != nil {
				return err
			}
		}
		if st.Plan != nil {
			if err := s.upsertPlan(ctx, q, *st.Plan); err != nil {
				return err
			}
		}
		for _, l := range st.Links {
			if err := upsertLink(ctx, q, l); err != nil {
				return err
			}
		}
		if st.Awaited != nil {
			if err := replaceAwaited(ctx, q, st.Pair.ID, st.Awaited); err != nil {
				return err
			}
		}
		for _, r := range st.Resolutions {
			if err := s.updateResolution(ctx, q, r); err != nil {
				return err
			}
		}
		for _, o := range st.Outcomes {
			if err := s.insertOutcome(ctx, q, o); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save a sync of pair %q: %w", st.Pair.ID, err)
	}
	return nil
}
