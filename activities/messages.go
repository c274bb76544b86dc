package activities

import (
	"time"

	"duplex/core"
)

// FetchInput asks for the newest observation of one side.
type FetchInput struct {
	Pair       string
	Connection string
	Side       core.Side
	Ref        core.Ref
	Seen       string // hash of the newest observation so far, "" for none
	Full       bool   // take nothing from Seen
	First      bool   // the item is in no pair yet: evaluate the trigger and claim it
	Delivery   string // the newest delivery that asked for it, "" for none: it is logged
	Live       bool   // somebody waits for it, unless it waits at the closed gate itself
	History    bool   // read when each field was changed as well
}

// FetchResult refers to the observation. It holds no content.
type FetchResult struct {
	Hash      string
	Revision  string
	Precise   bool // the revision tells any two states apart
	At        time.Time
	Version   int      // of the connection
	Changed   []string // names of fields that differ from Seen
	Gone      bool     // the item was deleted or is out of sight
	Refused   string   // First only: why the item does not enter the sync
	BelongsTo string   // First only: the pair that has the item already
	Ref       core.Ref
}

// TransformInput asks what is to be done.
type TransformInput struct {
	Pair    string
	Seen    [2]string
	Retry   bool                 // try parked things again
	Resolve map[string]core.Side // an operator's choices, by rule id
}

// TransformResult says what is to be done next. It holds no content.
type TransformResult struct {
	Plan  string        // id in the ledger; "" when there was nothing to record
	Write bool          // Apply is needed
	Again bool          // a comment or file failed for no known reason and is to be tried again after a pause
	Wait  time.Duration // how long until something that is parked is to be tried again by itself; 0: nothing is
	Tells [2]bool       // the mapping tells problems to the people of the side
	Told  [2]bool       // something is told there
	Held  bool          // something waits that the system refused a while ago; nothing else is to be written
	// History tells, per side, that the times of fields would decide a conflict and are kept by its system, but not in what was
	// read: the plan is better made again after a Fetch with History.
	History  [2]bool
	To       core.Side
	Create   bool
	Waits    bool   // the system to write to may not be called now: the write is backlog when it may be
	Summary  string // field names and reasons
	Ledger   string // where the values are
	Version  int
	Status   core.PairStatus
	Problem  string // class of the worst problem, "" for none
	Problems int
	Braked   string // why nothing is written: the connection is stopped; "" when it is not
}

// ApplyInput asks to carry out a plan's writes to one side.
type ApplyInput struct {
	Pair string
	Plan string
	To   core.Side
	// Delivery is the newest delivery that the write answers, "" for none. It is kept with the outcome.
	Delivery string
	// System is where the write goes. Live: somebody waits for it, unless it waits at the closed gate itself.
	System string
	Live   bool
}

// ApplyResult says what became of it. It holds no content.
type ApplyResult struct {
	Stale    bool          // the item changed meanwhile: fetch it again
	Gone     bool          // the item was deleted meanwhile
	Moved    bool          // something on the other side was hidden meanwhile and not copied: fetch that side again
	Again    bool          // a comment or file failed for no known reason and is to be tried again after a pause
	Wait     time.Duration // how long until something that is parked is to be tried again by itself; 0: nothing is
	Settled  bool          // both sides agree now; false: plan again
	Seen     string        // hash of the observation after the write
	Revision string
	Ref      core.Ref
	Summary  string
	Status   core.PairStatus
	Problem  string
	Problems int
	Braked   string // nothing was written, because the connection is stopped
	// BelongsTo is the pair that has the items now: this one gave way to it.
	BelongsTo string
}

// EndInput asks to end a pair, or to act on a deleted item by the policy.
type EndInput struct {
	Pair   string
	Gone   [2]bool
	Unlink bool // an operator asked
}

// EndResult says what was done.
type EndResult struct {
	Ended   bool // the pair is unlinked, the workflow completes
	Summary string
	Status  core.PairStatus
	Problem string
	Wait    time.Duration // nothing was done yet: look again after so long, the item may come back
	Braked  string        // nothing was done, because the connection is stopped
}

// SweepInput asks for one pass over one side of a connection.
type SweepInput struct {
	Connection string
	Side       core.Side
}

// SweepResult says what the pass came to.
type SweepResult struct {
	Pass core.SideSweep
	More bool // the feed was too long for one pass: go on
}

// FailInput records a problem of the whole pair.
type FailInput struct {
	Pair  string
	Class core.ProblemClass
	Text  string
	Clear bool // the problem has passed
}
