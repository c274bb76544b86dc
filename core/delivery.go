package core

import "time"

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
}
