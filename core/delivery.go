package core

import (
	"fmt"
	"strings"
	"time"
)

// Delivery is one webhook call as received, stored before it is answered. It is also the queue when the workflow
// engine cannot be reached.
type Delivery struct {
	Seq        int64     `json:"seq"`         // position in the store
	System     string    `json:"system"`      //
	ID         string    `json:"id"`          // the vendor's delivery id, unique per system; a digest of the body where there is none
	ReceivedAt time.Time `json:"received_at"` // UTC
	Hints      []Hint    `json:"hints"`
	State      string    `json:"state"`            // waiting | handed-over | ignored
	Reason     string    `json:"reason,omitempty"` // why it was ignored, or what it waits for
	Attempts   int       `json:"attempts"`
}

// Maker is what makes a delivery that is no webhook: the way into pairs for what duplex itself found or was told to do. Its id begins
// with the maker.
type Maker string

// The makers.
const (
	MadeByRun     Maker = "run"
	MadeBySweep   Maker = "sweep"
	MadeByTwin    Maker = "twin" // an item's twin is there now
	MadeByLink    Maker = "link"
	MadeByRelease Maker = "release" // of a brake
	MadeByErasure Maker = "erase"
)

// Makers are all of them.
var Makers = []Maker{MadeByRun, MadeBySweep, MadeByTwin, MadeByLink, MadeByRelease, MadeByErasure}

// ID is the id of a delivery of this maker; the same parts give the same id.
func (m Maker) ID(parts ...any) string {
	var b strings.Builder
	b.WriteString(string(m))
	for _, p := range parts {
		fmt.Fprintf(&b, ":%v", p)
	}
	return b.String()
}

// The states of a delivery.
const (
	DeliveryWaiting    = "waiting"
	DeliveryHandedOver = "handed-over"
	DeliveryIgnored    = "ignored"
)

// HintKind says what a webhook claims to have happened. It never decides a result: it may only save work.
type HintKind string

// The kinds of hints.
const (
	HintChanged  HintKind = "changed"
	HintCreated  HintKind = "created"
	HintDeleted  HintKind = "deleted"
	HintComments HintKind = "comments" // comments or attachments may have changed
)

// Hint says "this item may have changed".
type Hint struct {
	Ref      Ref       `json:"ref"` // System and ID set; Type where the payload tells
	Kind     HintKind  `json:"kind"`
	Revision string    `json:"revision,omitempty"` // the item's revision after the change, where the payload tells
	Own      bool      `json:"own,omitempty"`      // the payload names the sync's own account as the actor
	At       time.Time `json:"at,omitzero"`        // UTC, by the vendor's clock
	// Connection narrows the hint to one connection, "" means every connection that uses the system.
	Connection string `json:"connection,omitempty"`
	// Urgency says whether a person waits for it; a sweep or a backfill never goes before a live edit.
	Urgency Urgency `json:"urgency,omitempty"`
	// Run is the batch run that wants to know what became of the item, "" for none.
	Run string `json:"run,omitempty"`
	// Retry reads both sides of the pair afresh and tries everything that is parked again.
	Retry bool `json:"retry,omitempty"`
}

// Urgency orders work within a system's queue.
type Urgency int

// The urgencies, most urgent first. The zero Urgency is a live edit.
const (
	Live     Urgency = 0 // a person has just edited something
	Replay   Urgency = 1 // an operator asked
	Sweep    Urgency = 2 // found by a sweep
	Backfill Urgency = 3 // the first pass over what has been there before
)
