package service

import (
	"testing"
	"time"

	"duplex/core"
	"duplex/store/storetest"
)

// TestWaitingIsNotStuck: a brake, a closed system and a deletion that waits are good reasons to do nothing.
func TestWaitingIsNotStuck(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	pair := core.Pair{ID: "p", Connection: "c", Sides: [2]core.PairSide{{Ref: core.Ref{System: "left", ID: "1"}}, {Ref: core.Ref{System: "right", ID: "2"}}}}
	gone := pair
	gone.Sides[core.B].GoneAt = at
	s := storetest.Open(t, "sqlite")
	check := func(p core.Pair, want bool, reason string) {
		t.Helper()
		if got := waits(t.Context(), s, p, at); got != want {
			t.Errorf("%s: waits %v, want %v", reason, got, want)
		}
	}
	check(pair, false, "nothing is closed")
	check(gone, true, "an item is gone, and the policy waits")
	if _, _, err := s.ChangeGate(t.Context(), "right", func(g core.Gate) core.Gate {
		g.State, g.Since = core.GateDenied, at
		return g
	}); err != nil {
		t.Fatal(err)
	}
	check(pair, true, "one of its systems is closed")
	if _, _, err := s.ChangeGate(t.Context(), "right", func(g core.Gate) core.Gate { return g.Open("ann", time.Time{}, at) }); err != nil {
		t.Fatal(err)
	}
	check(pair, false, "the system is open again")
	if _, _, err := s.PutBrake(t.Context(), core.Brake{Connection: "c", Side: "left", Kind: core.BrakeDeleted, Saw: "40 of 100", At: at}); err != nil {
		t.Fatal(err)
	}
	check(pair, true, "the connection is braked")
	if _, err := s.ReleaseBrake(t.Context(), "c", "ann", at); err != nil {
		t.Fatal(err)
	}
	check(pair, false, "the brake is released")
}
