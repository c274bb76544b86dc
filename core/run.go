package core

import (
	"fmt"
	"strings"
	"time"
)

// Run is one batch operation: something that works through many items or pairs, shows how far it is, and can be paused,
// resumed and stopped. It holds no content.
type Run struct {
	ID         string    `json:"id"`
	Kind       RunKind   `json:"kind"`
	Connection string    `json:"connection"`
	Params     RunParams `json:"params"`
	State      RunState  `json:"state"`
	Reason     string    `json:"reason,omitempty"` // why it waits, was stopped or failed, in plain words
	By         string    `json:"by,omitempty"`     // who started it
	CreatedAt  time.Time `json:"created_at"`       // UTC
	StartedAt  time.Time `json:"started_at,omitzero"`
	EndedAt    time.Time `json:"ended_at,omitzero"`

	Cursor string `json:"-"`      // how far its items were listed; opaque
	Listed bool   `json:"listed"` // all its items are known
	// The rate is measured from RateAt, when RateDone items had been answered: since the start, or since it was resumed.
	RateAt   time.Time `json:"-"`
	RateDone int       `json:"-"`
}

// RunKind says what a run does.
type RunKind string

// The kinds of runs.
const (
	RunBackfill RunKind = "backfill" // brings items that were there before into the sync
	RunLink     RunKind = "link"     // makes pairs of items that exist on both sides
	RunReplay   RunKind = "replay"   // reads pairs afresh and tries everything parked again
	RunPreview  RunKind = "preview"  // tells what a replay would write, and writes nothing
	RunFollow   RunKind = "follow"   // lets pairs follow a new mapping version
	RunVerify   RunKind = "verify"   // compares both items of pairs as they are now, and writes nothing
)

// RunState is where a run stands.
type RunState string

// The states of a run.
const (
	RunRunning RunState = "running"
	RunPaused  RunState = "paused"  // by an operator, or because a step failed: resume goes on where it was
	RunStopped RunState = "stopped" // by an operator, for good
	RunDone    RunState = "done"    // every item has an answer
	RunFailed  RunState = "failed"  // it could not be carried out
)

// Ended reports a run that never goes on.
func (s RunState) Ended() bool { return s == RunStopped || s == RunDone || s == RunFailed }

// RunParams are what a run was asked to do. Which of them count is told by its kind.
type RunParams struct {
	Side   string    `json:"side,omitempty"`    // backfill: the side whose items are listed
	Since  time.Time `json:"since,omitzero"`    // backfill: changed since; replay: problems since
	Query  string    `json:"query,omitempty"`   // backfill: a search in the vendor's own language
	Items  []string  `json:"items,omitempty"`   // backfill: ids or keys of items
	DryRun bool      `json:"dry_run,omitempty"` // tell what would be done, and do nothing
	Pair   string    `json:"pair,omitempty"`    // replay, preview: this pair only
	Class  string    `json:"class,omitempty"`   // replay, preview: pairs with a problem of this class
	Sample int       `json:"sample,omitempty"`  // verify: so many pairs, drawn at random; 0 all
	Fix    bool      `json:"fix,omitempty"`     // verify: pairs that differ are handed over for a sync
	Status string    `json:"status,omitempty"`  // replay, preview: pairs with this status
	// ParkedUnless lets only pairs follow that have something parked under another version of the connection than this.
	ParkedUnless int `json:"parked_unless,omitempty"`
}

// RunItem is one item or pair a run works on.
type RunItem struct {
	N      int64        `json:"n"`    // position in the run
	Name   string       `json:"name"` // unique in the run, for people: support 35436, a pair's id, line 7
	System string       `json:"system,omitempty"`
	Item   string       `json:"item,omitempty"`  // id of the item, or id or key as it was given
	Other  string       `json:"other,omitempty"` // link: the item of the other side
	Pair   string       `json:"pair,omitempty"`
	State  RunItemState `json:"state"`
	Reason string       `json:"reason,omitempty"` // what became of it, in plain words, without content
	Plan   string       `json:"plan,omitempty"`   // where the values are
	At     time.Time    `json:"at,omitzero"`      // of the last change of State, UTC
	// Revision of the item when it was listed, "" where the list does not tell.
	Revision string `json:"revision,omitempty"`
}

// RunItemState is where one item of a run stands.
type RunItemState string

// The states of a run's item. The last three are answers.
const (
	ItemWaiting    RunItemState = "waiting"     // its turn has not come
	ItemHandedOver RunItemState = "handed-over" // its pair was told and has not answered
	ItemDone       RunItemState = "done"
	ItemSkipped    RunItemState = "skipped" // nothing was to be done, for the reason given
	ItemFailed     RunItemState = "failed"
)

// RunAnswer is what became of an item, as its pair or the gateway tells it. It is for every item of the run that is the pair
// or one of the items, and has no answer yet.
type RunAnswer struct {
	Run    string       `json:"run"`
	Pair   string       `json:"pair,omitempty"`
	Refs   []Ref        `json:"refs,omitempty"` // System and ID count
	State  RunItemState `json:"state"`          // an answer
	Reason string       `json:"reason,omitempty"`
	Plan   string       `json:"plan,omitempty"`
}

// RunCounts are how many items of a run are in which state.
type RunCounts map[RunItemState]int

// Total is how many items are known.
func (c RunCounts) Total() int {
	return c[ItemWaiting] + c[ItemHandedOver] + c.Answered() // a workflow calls it: no order of a map may matter
}

// Answered is how many items have an answer.
func (c RunCounts) Answered() int { return c[ItemDone] + c[ItemSkipped] + c[ItemFailed] }

// Progress tells how far a run is.
type Progress struct {
	Total     int           `json:"total"`
	Answered  int           `json:"answered"`
	Complete  bool          `json:"complete"` // Total is final
	PerMinute float64       `json:"per_minute"`
	Left      time.Duration `json:"-"` // 0: not known
}

// Progress is how far the run is at a moment.
func (r Run) Progress(c RunCounts, now time.Time) Progress {
	p := Progress{Total: c.Total(), Answered: c.Answered(), Complete: r.Listed}
	if !r.EndedAt.IsZero() {
		now = r.EndedAt
	}
	if d := now.Sub(r.RateAt); !r.RateAt.IsZero() && d > 0 && p.Answered > r.RateDone {
		p.PerMinute = float64(p.Answered-r.RateDone) / d.Minutes()
		if r.State == RunRunning && p.Complete {
			p.Left = time.Duration(float64(p.Total-p.Answered) / p.PerMinute * float64(time.Minute))
		}
	}
	return p
}

// String is the progress in a sentence: "7,300 of 10,000, 98 per minute, about 28 minutes left".
func (p Progress) String() string {
	s := grouped(p.Answered) + " of " + grouped(p.Total)
	if !p.Complete {
		s += " listed so far"
	}
	if p.PerMinute >= 1 {
		s += fmt.Sprintf(", %s per minute", grouped(int(p.PerMinute+.5)))
	}
	switch minutes := int(p.Left.Minutes() + .5); {
	case p.Left <= 0:
	case minutes < 1:
		s += ", less than a minute left"
	case minutes == 1:
		s += ", about a minute left"
	case minutes < 120:
		s += fmt.Sprintf(", about %d minutes left", minutes)
	default:
		s += fmt.Sprintf(", about %d hours left", (minutes+30)/60)
	}
	return s
}

// grouped writes 7300 as 7,300.
func grouped(n int) string {
	s := fmt.Sprint(n)
	var parts []string
	for len(s) > 3 {
		parts = append([]string{s[len(s)-3:]}, parts...)
		s = s[:len(s)-3]
	}
	return strings.Join(append([]string{s}, parts...), ",")
}
