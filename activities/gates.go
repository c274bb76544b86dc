package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"

	"duplex/connectors"
	"duplex/core"
)

// Gates tell whether systems may be called now.
type Gates interface {
	// Closed tells how long a system is not to be called, and why; 0 when it may be.
	Closed(ctx context.Context, system string) (time.Duration, string)
	// Denied finds out whether a refusal was about the account as a whole, and then tells how long to wait, and why. 0
	// means that only what was asked for is refused. With account the refusal was of the credentials, so it never was.
	Denied(ctx context.Context, system string, account bool) (time.Duration, string)
}

// closed is a BusyError while the gate of one of the systems is closed: the work is given back and tried again when the
// gate is expected to open. Nothing is recorded on the pair, because nothing is wrong with it.
func (a *Activities) closed(ctx context.Context, systems ...string) error {
	if a.Gates == nil {
		return nil
	}
	for _, s := range systems {
		if wait, why := a.Gates.Closed(ctx, s); wait > 0 {
			return &connectors.BusyError{After: wait, Text: why}
		}
	}
	return nil
}

// denied tells a refusal of the account from one of an item. While the account is refused, the work waits like any other
// work at a closed gate; nothing is parked.
func (a *Activities) denied(ctx context.Context, err error, systems ...string) error {
	if a.Gates == nil || !errors.Is(err, connectors.ErrDenied) {
		return err
	}
	// Credentials that are accepted by the time they are asked about were changed a moment ago: the call is made again. One
	// that goes on being refused alone is shown on its pair.
	account := errors.Is(err, connectors.ErrUnauthenticated) && !(activity.IsActivity(ctx) && activity.GetInfo(ctx).Attempt >= quietTries)
	for _, s := range systems {
		if wait, why := a.Gates.Denied(ctx, s, account); wait > 0 {
			return &connectors.BusyError{After: wait, Text: why}
		}
	}
	return err
}

// sources are the systems besides the target that carrying out a plan calls: files are read from where they come from.
func sources(p *core.Plan, to core.Side, from string) []string {
	for _, e := range p.Entries {
		if e.To == to && e.Kind == core.EntryAttachment && e.Action == core.EntryAdd {
			return []string{from}
		}
	}
	return nil
}
