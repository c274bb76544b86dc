package trials

import (
	"testing"
	"time"

	"duplex/standalone/rig"
)

func TestCallsInsideAWindowAreCounted(t *testing.T) {
	at := func(ms int, fault string) rig.Call {
		return rig.Call{Time: time.UnixMilli(int64(ms)), Actor: rig.Account, Fault: fault}
	}
	person := rig.Call{Time: time.UnixMilli(500), Actor: "ada@acme.example"}
	cases := []struct {
		reason        string
		calls         []rig.Call
		refused, soon int
	}{
		{"nothing was refused", []rig.Call{at(0, ""), at(1, "")}, 0, 0},
		{"the next call waits for the whole window", []rig.Call{at(0, "throttle"), at(1000, "")}, 1, 0},
		{"a call inside the window", []rig.Call{at(0, "throttle"), at(999, "")}, 1, 1},
		{"a call inside two windows counts once", []rig.Call{at(0, "throttle"), at(10, "throttle"), at(500, "")}, 2, 1},
		{"what was on the wire cannot know", []rig.Call{at(0, "throttle"), at(15, "")}, 1, 0},
		{"people are not meant", []rig.Call{at(0, "throttle"), person}, 1, 0},
	}
	for _, c := range cases {
		if w := tooSoon(c.calls); w.refused != c.refused || w.soon != c.soon {
			t.Errorf("%s: %d refused and %d too soon, want %d and %d", c.reason, w.refused, w.soon, c.refused, c.soon)
		}
	}
}
