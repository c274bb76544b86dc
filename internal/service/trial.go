package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duplex/activities"
	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/gateway"
	"duplex/store"
)

// Trial carries out test runs over the store and the systems. It reads both and writes neither. gates may be nil.
func Trial(st *store.Store, systems activities.Systems, gates activities.Gates, now func() time.Time) func(context.Context, gateway.Trial, func(core.TrialEvent) error) error {
	return func(ctx context.Context, run gateway.Trial, say func(core.TrialEvent) error) error {
		t := activities.Trial{Store: st, Gates: gates, Now: now, Mapping: run.Mapping, Against: run.Against, Version: run.Version, AgainstVersion: run.AgainstVersion,
			Missing: func(err error) bool { return errors.Is(err, store.ErrNotFound) }}
		for _, m := range []*mapping.Mapping{run.Mapping, run.Against} {
			if m == nil {
				continue
			}
			for _, side := range core.Sides {
				c, err := systems.Connector(ctx, m.Connection.Sides[side].System)
				if err != nil {
					return err
				}
				if m == run.Mapping {
					t.Readers[side] = activities.ReadOnly(c)
				} else if m.Connection.Sides[side].System != run.Mapping.Connection.Sides[side].System {
					return fmt.Errorf("the two versions name different systems for %s: try the file by itself: %w", m.Connection.Sides[side].Name, connectors.ErrUnsupported)
				}
			}
		}
		return t.Run(ctx, run.Request, say)
	}
}
