package zendesk

import (
	"sync"
	"time"

	"duplex/connectors"
)

// The vendor takes 30 updates of one ticket by one user in 10 minutes (vendor page "Rate limits").
const (
	updatesPerTicket = 30
	updatesWindow    = 10 * time.Minute
)

// budget counts this process's updates per ticket, so that a busy ticket waits before the vendor refuses it.
type budget struct {
	now  func() time.Time
	mu   sync.Mutex
	sent map[string][]time.Time // oldest first
}

func newBudget(now func() time.Time) *budget {
	return &budget{now: now, sent: map[string][]time.Time{}}
}

// take counts one update of the ticket, or fails with a BusyError that says when the next one is possible.
func (b *budget) take(attempt, ticket string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if len(b.sent) > 1000 {
		for id := range b.sent {
			b.forget(id, now)
		}
	}
	b.forget(ticket, now)
	sent := b.sent[ticket]
	if len(sent) >= updatesPerTicket {
		return connectors.Busy(attempt, "this ticket had 30 updates in 10 minutes, the vendor's limit", sent[0].Add(updatesWindow).Sub(now))
	}
	b.sent[ticket] = append(sent, now)
	return nil
}

func (b *budget) forget(ticket string, now time.Time) {
	sent := b.sent[ticket]
	for len(sent) > 0 && now.Sub(sent[0]) >= updatesWindow {
		sent = sent[1:]
	}
	if len(sent) == 0 {
		delete(b.sent, ticket)
		return
	}
	b.sent[ticket] = sent
}
