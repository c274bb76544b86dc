package rig

import (
	"context"
	"fmt"
	"time"
)

// Meter follows the calls at one system. Read it often enough that fewer than ten thousand calls lie between.
type Meter struct {
	control Control
	seq     int
}

// NewMeter starts behind the calls that were made so far.
func (c Control) NewMeter(ctx context.Context) (*Meter, error) {
	m := &Meter{control: c}
	_, err := m.Next(ctx)
	return m, err
}

// Next gives the calls since the last time, the oldest first.
func (m *Meter) Next(ctx context.Context) ([]Call, error) {
	calls, err := m.control.Calls(ctx, m.seq)
	if err != nil {
		return nil, err
	}
	if len(calls) > 0 {
		if first := calls[0].Seq; m.seq > 0 && first > m.seq+1 {
			return nil, fmt.Errorf("%d calls at %s were forgotten before they were read: read more often", first-m.seq-1, m.control)
		}
		m.seq = calls[len(calls)-1].Seq
	}
	return calls, nil
}

// Quiet waits until duplex has made no call for three seconds: longer than its own echoes are held back.
func (w *World) Quiet(ctx context.Context) error {
	var meters []*Meter
	for _, c := range w.Controls() {
		m, err := c.NewMeter(ctx)
		if err != nil {
			return err
		}
		meters = append(meters, m)
	}
	for since := time.Now(); time.Since(since) < 3*time.Second; {
		if err := Pause(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("the sync goes on calling: %w", err)
		}
		for _, m := range meters {
			calls, err := m.Next(ctx)
			if err != nil {
				return err
			}
			for _, c := range calls {
				if c.Own() {
					since = time.Now()
				}
			}
		}
	}
	return nil
}

// PerSecond counts calls by the second in which the system answered them, from the first second to the last.
func PerSecond(calls []Call) (counts []int) {
	if len(calls) == 0 {
		return nil
	}
	first, last := calls[0].Time.Unix(), calls[0].Time.Unix()
	for _, c := range calls {
		first, last = min(first, c.Time.Unix()), max(last, c.Time.Unix())
	}
	counts = make([]int, last-first+1)
	for _, c := range calls {
		counts[c.Time.Unix()-first]++
	}
	return counts
}
