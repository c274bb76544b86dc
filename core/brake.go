package core

import (
	"fmt"
	"time"
)

// Brakes say when a connection stops by itself because too much happened at once. A share is part of the connection's
// linked pairs, from 0 to 1; a share of 0 is never reached: that brake is off.
type Brakes struct {
	Changed float64       // items of one side that changed between two sweeps
	Deleted float64       // items of one side that were deleted or went out of sight within an hour
	Least   int           // so few never stop the connection, whatever their share
	Hold    time.Duration // how long a deletion waits before it is acted on, so that many are seen as many
}

// DefaultBrakes are those of a connection file that says nothing.
var DefaultBrakes = Brakes{Changed: 0.5, Deleted: 0.1, Least: 20, Hold: time.Minute}

// DeletionWindow is how far back deletions are counted together.
const DeletionWindow = time.Hour

// BrakeKind says what put a brake on.
type BrakeKind string

// The kinds of brakes.
const (
	BrakeChanged BrakeKind = "changed" // too many items of a side changed
	BrakeDeleted BrakeKind = "deleted" // too many items of a side were deleted or went out of sight
	BrakeEmpty   BrakeKind = "empty"   // everything looked at on a side was gone at once
	BrakeScope   BrakeKind = "scope"   // too many items of a side left the connection's scope
)

// Brake is a stopped connection: nothing is written to either side until a person releases it.
type Brake struct {
	ID         int64     `json:"id"`
	Connection string    `json:"connection"`
	Side       string    `json:"side"` // name of the side on which it was seen
	Kind       BrakeKind `json:"kind"`
	Saw        string    `json:"saw"` // what was seen, with counts, for people
	At         time.Time `json:"at"`  // UTC
	ReleasedAt time.Time `json:"released_at,omitzero"`
	ReleasedBy string    `json:"released_by,omitempty"`
}

// Waits is what a pair says that waits for the release.
func (b Brake) Waits() string {
	return fmt.Sprintf("nothing is written: the connection was stopped because %s. If that is right, `duplex release %s` goes on", b.Saw, b.Connection)
}

// Tally is what a sweep, or the end of a pair, counted on one side.
type Tally struct {
	Side    string
	Pairs   int // linked pairs of the connection, and those whose deletion was acted on within the window
	Changed int // items that changed
	Deleted int // items that were deleted or went out of sight within the window and are not accepted
	Outside int // items that left the scope since they were last looked at
	Looked  int // items looked for in this pass
	Missing int // of those, the ones that were not there
}

// Judge tells whether the tally puts a brake on, with the kind and what was seen.
func (b Brakes) Judge(t Tally) (kind BrakeKind, saw string, on bool) {
	switch {
	case b.Deleted > 0 && t.Looked > 0 && t.Missing == t.Looked && t.Missing >= max(b.Least, 1):
		return BrakeEmpty, fmt.Sprintf("all %d items looked for in %s were gone at once", t.Missing, t.Side), true
	case b.over(t.Deleted, t.Pairs, b.Deleted):
		return BrakeDeleted, fmt.Sprintf("%d items of %s were deleted or went out of sight within an hour, of %d pairs (allowed: %s)",
			t.Deleted, t.Side, t.Pairs, percent(b.Deleted)), true
	case b.over(t.Outside, t.Pairs, b.Changed):
		return BrakeScope, fmt.Sprintf("%d items of %s left the connection's scope at once, of %d pairs (allowed: %s)",
			t.Outside, t.Side, t.Pairs, percent(b.Changed)), true
	case b.over(t.Changed, t.Pairs, b.Changed):
		return BrakeChanged, fmt.Sprintf("%d items of %s changed since the last sweep, of %d pairs (allowed: %s)",
			t.Changed, t.Side, t.Pairs, percent(b.Changed)), true
	}
	return "", "", false
}

func (b Brakes) over(n, of int, share float64) bool {
	return share > 0 && n > b.Least && float64(n) > share*float64(of)
}

func percent(share float64) string { return fmt.Sprintf("%.4g%%", share*100) }
