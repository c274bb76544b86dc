package gate

import (
	"context"
	"sync"
	"time"

	"go.temporal.io/sdk/worker"

	"duplex/core"
)

// Slots are the slots of a system's task queue on this worker: none while its gate is closed, one while it may be tried,
// else as many as calls may be under way.
func (k *Keeper) Slots(name string) worker.SlotSupplier {
	return &slots{s: k.system(name)}
}

type slots struct {
	s      *system
	mu     sync.Mutex
	issued int
}

// ReserveSlot implements worker.SlotSupplier: it waits for a slot.
func (l *slots) ReserveSlot(ctx context.Context, _ worker.SlotReservationInfo) (*worker.SlotPermit, error) {
	for {
		permit, changed := l.try()
		if permit != nil {
			return permit, nil
		}
		t := time.NewTimer(readEvery / 2) // a gate's time passes without anybody changing it
		select {
		case <-ctx.Done():
			t.Stop()
			return nil, ctx.Err()
		case <-changed:
		case <-t.C:
		}
		t.Stop()
	}
}

// TryReserveSlot implements worker.SlotSupplier.
func (l *slots) TryReserveSlot(worker.SlotReservationInfo) *worker.SlotPermit {
	permit, _ := l.try()
	return permit
}

func (l *slots) try() (*worker.SlotPermit, <-chan struct{}) {
	l.s.mu.Lock()
	allowed, changed := l.s.limiter.allowed(), l.s.changed
	switch l.s.gate.Access(l.s.k.now()) {
	case core.AccessClosed:
		allowed = 0
	case core.AccessTrial:
		allowed = 1
	}
	l.s.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.issued >= allowed {
		return nil, changed
	}
	l.issued++
	return &worker.SlotPermit{}, changed
}

// MarkSlotUsed implements worker.SlotSupplier.
func (l *slots) MarkSlotUsed(worker.SlotMarkUsedInfo) {}

// ReleaseSlot implements worker.SlotSupplier.
func (l *slots) ReleaseSlot(worker.SlotReleaseInfo) {
	l.mu.Lock()
	l.issued--
	l.mu.Unlock()
	l.s.mu.Lock()
	l.s.signal()
	l.s.mu.Unlock()
}

// MaxSlots implements worker.SlotSupplier: the number changes, so none is told.
func (l *slots) MaxSlots() int { return 0 }
