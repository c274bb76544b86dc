package azuredevops

import (
	"context"
	"net/http"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// longestWait is how long a call is held back before it is refused as busy instead.
const longestWait = 30 * time.Second

// pause keeps to what the vendor asks for with a good answer: near the limit Retry-After comes with status 200, and the next call is to wait (vendor
// page "Rate and usage limits"). Refusals carry their pause to the caller by themselves.
type pause struct {
	now  func() time.Time
	wait func(ctx context.Context, d time.Duration) error

	mu    sync.Mutex
	until time.Time
}

func newPause(now func() time.Time) *pause {
	return &pause{now: now, wait: func(ctx context.Context, d time.Duration) error {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
}

func (p *pause) note(status int, h http.Header) {
	if after := httpx.RetryAfter(h, p.now()); status < 300 && after > 0 {
		p.mu.Lock()
		defer p.mu.Unlock()
		if until := p.now().Add(after); until.After(p.until) {
			p.until = until
		}
	}
}

// keep waits as long as was asked for; a long wait is left to the caller.
func (p *pause) keep(ctx context.Context, op string) error {
	p.mu.Lock()
	left := p.until.Sub(p.now())
	p.mu.Unlock()
	switch {
	case left <= 0:
		return nil
	case left > longestWait:
		return connectors.Busy(op, "the system asked for a pause", left)
	}
	return p.wait(ctx, left)
}
