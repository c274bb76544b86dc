package gateway

import (
	"testing"
	"time"

	"duplex/core"
)

// TestWhatWaitsForAGateIsNotLive: what a system tells while it may not be called goes behind the edits made afterwards.
func TestWhatWaitsForAGateIsNotLive(t *testing.T) {
	h := &hand{}
	w := newWorld(t, func(o *Options) { h.s, o.Gates = o.Store, h })
	w.connect(desk)
	system := w.pair("1", "2").Sides[core.B].Ref.System
	cases := []struct {
		name   string
		closed bool
		told   core.Urgency
		want   core.Urgency
		reason string
	}{
		{"u1", false, core.Live, core.Live, "the gate is open"},
		{"u2", true, core.Live, core.Replay, "it waits for the gate"},
		{"u3", true, core.Backfill, core.Backfill, "it could wait anyway"},
		{"u4", false, core.Live, core.Live, "the gate is open again"},
	}
	for _, c := range cases {
		var err error
		if c.closed {
			_, err = h.CloseUntil(t.Context(), system, time.Now().Add(time.Hour), "upgrade", "ada")
		} else {
			_, err = h.OpenNow(t.Context(), system, "ada")
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := w.send(core.B, c.name, core.Hint{Ref: core.Ref{ID: "2"}, Kind: core.HintChanged, Revision: c.name, Urgency: c.told}); got != 202 {
			t.Fatalf("answered %d", got)
		}
		all := w.engine.all()
		if got := all[len(all)-1].hint.Urgency; got != c.want {
			t.Errorf("%s: the pair is told with urgency %d, want %d", c.reason, got, c.want)
		}
	}
}
