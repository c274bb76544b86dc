package core

import (
	"slices"
	"time"
)

// Tracked is what the store knows of one item of a connection: enough to tell whether what a feed lists is news.
type Tracked struct {
	Pair     string
	Linked   bool // false: the pair was unlinked
	Ref      Ref
	Revision string    // of the newest observation that was acted on
	Own      []string  // revisions after the sync's own newest writes
	Gone     bool      // the delete policy ignored its deletion
	GoneAt   time.Time // when it was first found gone; zero while it is there
	Outside  bool      // it was out of the connection's scope when it was last looked at
}

// Seen reports whether the state at that revision has been acted on.
func (t Tracked) Seen(revision string) bool { return revision != "" && revision == t.Revision }

// Wrote reports whether the revision is one that an own write left behind.
func (t Tracked) Wrote(revision string) bool {
	return revision != "" && slices.Contains(t.Own, revision)
}

// SideSweep is the record of one sweep over one side.
type SideSweep struct {
	Connection string    `json:"connection"`
	Side       string    `json:"side"`
	Started    time.Time `json:"started"`          // UTC
	Ended      time.Time `json:"ended"`            // UTC
	Result     string    `json:"result"`           // done | braked | failed
	Text       string    `json:"text,omitempty"`   // why it was stopped or failed, for people
	Listed     int       `json:"listed"`           // changes the system listed
	HandedOver int       `json:"handed_over"`      // of those, hints given to pairs
	Known      int       `json:"known"`            // of those, what had been acted on already
	Looked     int       `json:"looked,omitempty"` // items looked for, where the system does not list deletions
	Missing    int       `json:"missing,omitempty"`
	Succeeded  time.Time `json:"succeeded,omitzero"` // UTC, end of the last pass that was done
}

// The results of a sweep over a side.
const (
	SweepDone   = "done"
	SweepBraked = "braked"
	SweepFailed = "failed"
)
