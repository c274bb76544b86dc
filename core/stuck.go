package core

import "time"

// StuckReason says how a pair's work has stopped.
type StuckReason string

// The reasons.
const (
	StuckMissing    StuckReason = "missing"    // the engine has no workflow of the pair
	StuckTerminated StuckReason = "terminated" // its workflow was ended from outside, or ran out of time
	StuckFailing    StuckReason = "failing"    // the workers fail again and again at its workflow
	StuckSilent     StuckReason = "silent"     // it was told of a change and did nothing
)

// StuckPair is what the stuck-work sweeper remembers of a pair.
type StuckPair struct {
	Pair    string      `json:"pair"`
	Reason  StuckReason `json:"reason"`
	FoundAt time.Time   `json:"found_at"` // UTC, when it was found first
	Acts    int         `json:"acts"`     // how often something was done about it
	ActedAt time.Time   `json:"acted_at,omitzero"`
}

// StuckReport is what one pass of the stuck-work sweeper found and did. Counts are of pairs.
type StuckReport struct {
	At        time.Time           `json:"at"`               // UTC, when the pass began
	Seconds   float64             `json:"seconds"`          // how long it took
	Engine    string              `json:"engine,omitempty"` // identity of the engine; another one has none of the workflows
	Replaced  bool                `json:"replaced,omitempty"`
	Compared  int                 `json:"compared"` // pairs compared with the engine's list, 0 when this pass had no reason to
	Waiting   int                 `json:"waiting"`  // told of a change a while ago and not in step again yet, for a good reason or not
	Restarted map[StuckReason]int `json:"restarted,omitempty"`
	Reminded  int                 `json:"reminded,omitempty"`  // told of the change once more
	HandedOn  int                 `json:"handed_on,omitempty"` // deliveries of items in no pair that another engine has to be told of again
	Stuck     int                 `json:"stuck"`               // still stuck: the next try follows after a pause
	Failed    string              `json:"failed,omitempty"`    // why the pass could not be finished
}

// PairWork is the part of a pair's row that tells whether its work goes on.
type PairWork struct {
	ID       string
	Status   PairStatus
	HintedAt time.Time // of the newest hint that no sync has answered; zero when there is none
	SyncedAt time.Time
	Held     bool // a failure of the whole pair is parked: it tries again by itself
}

// Ask is what an operator asked of a pair, as its workflow's update. It holds no content.
type Ask struct {
	Pair string
	Name string // of the update
	Rule string // "" when it is about the whole pair
	Arg  []byte // JSON
	At   time.Time
}
