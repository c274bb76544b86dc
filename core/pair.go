package core

import (
	"slices"
	"time"
)

// PairID is the workflow id of a pair: named after the item that came first.
func PairID(connection, side, itemID string) string {
	return "pair:" + connection + ":" + side + ":" + itemID
}

// PairStatus is the state of a pair as people see it.
type PairStatus string

// The states of a pair.
const (
	PairPending  PairStatus = "pending"  // the twin does not exist yet
	PairInSync   PairStatus = "in-sync"  //
	PairProblem  PairStatus = "problem"  // something is parked; the rest flows
	PairPaused   PairStatus = "paused"   // by an operator
	PairUnlinked PairStatus = "unlinked" // ended; both items stay
	PairRefused  PairStatus = "refused"  // never became a pair: out of scope
)

// Pair is two items kept in step under one connection. The store's row is the truth of its merge base.
type Pair struct {
	ID         string            `json:"id"`
	Connection string            `json:"connection"`
	Version    int               `json:"version"` // connection version of the last sync
	Status     PairStatus        `json:"status"`
	Origin     Side              `json:"origin"` // the side whose item came first
	Sides      [2]PairSide       `json:"sides"`
	Parked     map[string]Parked `json:"parked,omitempty"` // by rule id, or "comment:<id>", "attachment:<id>", WholePair
	CreatedAt  time.Time         `json:"created_at"`       // UTC
	SyncedAt   time.Time         `json:"synced_at,omitzero"`
}

// WholePair is the key under which a problem of the whole pair is parked.
const WholePair = "pair"

// PairSide is one side of a pair.
type PairSide struct {
	Name string `json:"name"` // as the connection names the side
	Ref  Ref    `json:"ref"`  // Ref.System is set even before the item exists
	Base string `json:"base"` // hash of the observation both sides last agreed on; "" before the first sync
	Seen string `json:"seen"` // hash of the newest observation
	Gone bool   `json:"gone,omitempty"`
	// Revision is that of the observation Seen names, "" where the system has none: a sweep that lists it has no news.
	Revision string `json:"revision,omitempty"`
	// GoneAt is when the item was first found gone, UTC; zero while it is there.
	GoneAt time.Time `json:"gone_at,omitzero"`
	// Own are the revisions the item had right after the newest writes of the sync, newest last: a webhook that names one
	// of them and the sync's own account is an echo.
	Own []string `json:"own,omitempty"`
}

// mostOwn is how many revisions of own writes are remembered: more than one sync makes.
const mostOwn = 8

// WithOwn adds the revision after a write of the sync's own to those that are remembered; "" adds none.
func WithOwn(own []string, revision string) []string {
	if revision == "" {
		return own
	}
	own = append(slices.Clip(own), revision)
	return own[max(0, len(own)-mostOwn):]
}

// Parked is something that waits for a person or for a change.
type Parked struct {
	Problem     Problem `json:"problem"`
	Fingerprint string  `json:"fingerprint"`
	Pending     Side    `json:"pending"` // the side whose change waits
	Version     int     `json:"version"` // connection version under which it was parked; a new one tries again
	// Tried is when it was tried last and Tries how often in a row, where trying again is paced: a whole pair, and an entry
	// that fails for no known reason. UTC.
	Tried time.Time `json:"tried,omitzero"`
	Tries int       `json:"tries,omitempty"`
	Names []string  `json:"names,omitempty"` // fields the system named when it refused a whole pair
}

// Link joins a comment or attachment to its copy.
type Link struct {
	Pair   string    `json:"pair"`
	Kind   EntryKind `json:"kind"`
	IDs    [2]string `json:"ids"`    // the entry's id on each side
	Origin Side      `json:"origin"` // where a person wrote it
	Print  string    `json:"print"`  // fingerprint of the origin's content when the copy was last written
	// Dropped tells that one end was deleted and the policy was to leave the other: it is never copied again.
	Dropped bool `json:"dropped,omitempty"`
	// Withdrawn tells that the copy was taken back, because fewer people may read the original than did. It is copied anew when it may be.
	Withdrawn bool `json:"withdrawn,omitempty"`
	// Was is who could read the original when the copy was last written, Seen who the copy was written for; zero when not known.
	Was  Visibility `json:"was,omitzero"`
	Seen Visibility `json:"seen,omitzero"`
	// Copies are further copies that edits brought where comments cannot be edited, oldest first.
	Copies []string `json:"copies,omitempty"`
	// Sum is the SHA-256 of a file's content, in hexadecimal, "" when not known.
	Sum string `json:"sum,omitempty"`
}

// All are the ids of the entry's copies on the side, the first copy first.
func (l Link) All(side Side) []string {
	var ids []string
	if l.IDs[side] != "" {
		ids = append(ids, l.IDs[side])
	}
	if side != l.Origin {
		ids = append(ids, l.Copies...)
	}
	return ids
}

// Intent is written before a remote act that cannot be undone, and settled after it.
type Intent struct {
	Mark      string    `json:"mark"` // unique; also written into the remote object where the system can hold it
	Pair      string    `json:"pair"`
	Side      Side      `json:"side"` // where it is written
	Kind      string    `json:"kind"` // item | comment | attachment
	Source    string    `json:"source,omitempty"`
	StartedAt time.Time `json:"started_at"`           // UTC, by the worker's clock
	SettledAt time.Time `json:"settled_at,omitzero"`  // zero while the outcome is not known
	ResultID  string    `json:"result_id,omitempty"`  // id of the remote object
	Attempts  int       `json:"attempts"`             // remote attempts begun
	ResultKey string    `json:"result_key,omitempty"` // human key, for items
	ResultURL string    `json:"result_url,omitempty"`
}

// Outcome is the record of one remote operation or of one sync step, kept in the ledger.
type Outcome struct {
	ID       int64     `json:"id"`
	Pair     string    `json:"pair"`
	Plan     string    `json:"plan,omitempty"`
	Side     string    `json:"side,omitempty"`   // side name written to
	Act      string    `json:"act"`              // create, update, comment.add, attachment.add, fetch, resolve, pause …
	Target   string    `json:"target,omitempty"` // id of the remote object
	Fields   []string  `json:"fields,omitempty"` // names only
	Result   string    `json:"result"`           // ok | found | stale | parked | failed
	Detail   string    `json:"detail,omitempty"` // plain words, no content, no secrets
	Started  time.Time `json:"started"`          // UTC
	Ended    time.Time `json:"ended"`            // UTC
	Delivery string    `json:"delivery,omitempty"`
}

// Step is what one step of a sync leaves behind; the store keeps all of it or nothing.
type Step struct {
	Pair         Pair
	Observations []Observation
	Plan         *Plan // nil when there is none to keep
	Links        []Link
	Outcomes     []Outcome
	Awaited      []Awaited    // what the pair waits for from now on; nil: as before, empty: nothing
	Resolutions  []Resolution // as they are now; only those that are still open in the store are changed
}
