package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

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
	// Opened is when the system's gate was opened last, UTC; zero while it is closed, and when it never was.
	Opened(ctx context.Context, system string) time.Time
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

// Waited is the type of the error of work that was asked for as live and has become backlog.
const Waited = "waited"

// backlogAfter is how long work may wait at a closed gate and still count as live when it opens.
const backlogAfter = 30 * time.Second

// waited gives back work that was asked for as live and then waited at a closed gate: it has become backlog, and stands in the
// way of what people edit now. The workflow asks for it again with less urgency. No call has been made.
func (a *Activities) waited(ctx context.Context, live bool, system string) error {
	if !live || a.Gates == nil || !activity.IsActivity(ctx) {
		return nil
	}
	asked := activity.GetInfo(ctx).ScheduledTime
	if opened := a.Gates.Opened(ctx, system); opened.Sub(asked) < backlogAfter {
		return nil
	}
	return temporal.NewNonRetryableApplicationError("it waited at the closed gate of "+system+" and goes behind what is edited now", Waited, nil)
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
