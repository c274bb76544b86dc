package harness

import (
	"sync/atomic"
	"time"
)

// Clock tells the time. Emulators never call time.Now themselves, so that tests decide it.
type Clock func() time.Time

// Skew is a Clock that can be put ahead or behind while an emulator runs, as a vendor's clock
// may be against ours. Safe for concurrent use.
type Skew struct {
	base  Clock
	shift atomic.Int64
}

// NewSkew starts without any shift. A nil base is the machine's clock.
func NewSkew(base Clock) *Skew {
	if base == nil {
		base = time.Now
	}
	return &Skew{base: base}
}

// Now is the shifted time in UTC.
func (s *Skew) Now() time.Time { return s.base().Add(time.Duration(s.shift.Load())).UTC() }

// Set replaces the shift; negative puts the clock behind.
func (s *Skew) Set(d time.Duration) { s.shift.Store(int64(d)) }
