package core

import "time"

// TrialRequest says what a test run looks at. One of Items, Sample, Failing and Recorded is given.
type TrialRequest struct {
	Connection string   `json:"connection"`
	Items      []string `json:"items,omitempty"`    // ids or keys, of either side; side=ID where both sides have such an item
	Sample     int      `json:"sample,omitempty"`   // so many items of each side, those changed last
	Failing    bool     `json:"failing,omitempty"`  // pairs that have something parked
	Recorded   bool     `json:"recorded,omitempty"` // what was stored of pairs: no system is called
	// Newest takes, with Recorded, the newest that is stored of both items instead of what the last plan was made from.
	Newest bool `json:"newest,omitempty"`
	// All also shows items for which nothing would be done, or for which both versions decide the same.
	All bool `json:"all,omitempty"`
	// Whole reads every item with its comments and files, however many there are.
	Whole bool `json:"whole,omitempty"`
	// Limit is, with Failing and Recorded, how many pairs are looked at most; 0 is TrialPairs.
	Limit int `json:"limit,omitempty"`
}

// TrialPairs is how many pairs a test run over the store's pairs looks at when nothing is said.
const TrialPairs = 1000

// TrialEvent is one line of what a test run tells while it goes on. One field is set.
type TrialEvent struct {
	Begun    *TrialBegun    `json:"begun,omitempty"`
	Progress *TrialProgress `json:"progress,omitempty"`
	Said     string         `json:"said,omitempty"` // why it waits, in plain words
	Item     *TrialItem     `json:"item,omitempty"`
	Done     *TrialSummary  `json:"done,omitempty"` // the last, when it came to its end
}

// TrialBegun says what is tried.
type TrialBegun struct {
	Connection string    `json:"connection"`
	Sides      [2]string `json:"sides"`   // their names
	Systems    [2]string `json:"systems"` // by side
	Version    string    `json:"version"` // what is tried, in words: version 4, draft.yaml
	Against    string    `json:"against,omitempty"`
	At         time.Time `json:"at"`       // UTC
	Recorded   bool      `json:"recorded"` // made from what was stored, without a call
	Total      int       `json:"total"`    // items or pairs that are looked at
	Of         int       `json:"of,omitempty"`
}

// TrialProgress is how far a test run is.
type TrialProgress struct {
	Done    int `json:"done"`
	Total   int `json:"total"`
	Differ  int `json:"differ"`
	Parked  int `json:"parked"`
	Written int `json:"written"` // items for which something would be written
}

// TrialOutcome is what would become of an item.
type TrialOutcome string

// The outcomes, those that need a person first.
const (
	TrialFailed  TrialOutcome = "failed"  // it could not be read or planned
	TrialParked  TrialOutcome = "parked"  // something waits for a person
	TrialCreates TrialOutcome = "creates" // a new twin
	TrialMatches TrialOutcome = "matches" // paired with an item that is there
	TrialWrites  TrialOutcome = "writes"
	TrialNothing TrialOutcome = "nothing" // nothing would be written
	TrialRefused TrialOutcome = "refused" // it does not enter the sync
	TrialGone    TrialOutcome = "gone"    // an item of the pair is not there
	TrialUnknown TrialOutcome = "unknown" // what was recorded of it is no longer kept
)

// TrialItem is what a test run found about one item or pair. It holds content.
type TrialItem struct {
	Pair    string       `json:"pair,omitempty"` // "" for an item that is in none
	Status  PairStatus   `json:"status,omitempty"`
	Sides   [2]TrialSide `json:"sides"`
	Outcome TrialOutcome `json:"outcome"`
	Text    string       `json:"text,omitempty"`    // why, where a word does not say it
	Creates string       `json:"creates,omitempty"` // the side that gets a new twin
	Fields  []TrialField `json:"fields,omitempty"`  // rules for which there is something to tell
	Entries []TrialEntry `json:"entries,omitempty"`
	// NotRead names what was not looked at, to save calls.
	NotRead string `json:"not_read,omitempty"`
	// Differs tells, of a comparison, that the two would not do the same. Before is then what the other one would do, or did.
	Differs bool       `json:"differs,omitempty"`
	Before  *TrialItem `json:"before,omitempty"`
	At      time.Time  `json:"at,omitzero"` // of what was recorded
}

// TrialSide is one item as it is now.
type TrialSide struct {
	Name string `json:"name"`
	Ref  Ref    `json:"ref"`
	// There tells that the item exists. Title is a short text that people know it by.
	There bool   `json:"there"`
	Title string `json:"title,omitempty"`
}

// TrialField is what would be done about one rule.
type TrialField struct {
	Rule     string    `json:"rule"`
	Fields   [2]string `json:"fields"`
	Now      [2]Value  `json:"now"` // what both sides show
	Action   Action    `json:"action"`
	To       string    `json:"to,omitempty"` // the side that is written
	New      Value     `json:"new"`          // what is written there
	Add      Value     `json:"add"`          // of sets, with To
	Remove   Value     `json:"remove"`
	Reason   string    `json:"reason"`
	Conflict bool      `json:"conflict,omitempty"`
	Winner   string    `json:"winner,omitempty"` // side name
	Loser    Value     `json:"loser"`            // what does not win, and is kept in the ledger
	Posted   bool      `json:"posted,omitempty"` // and as an internal comment where it stood
	Losses   []string  `json:"losses,omitempty"` // what the conversion cannot carry, or the target would lose, in words
	Problem  *Problem  `json:"problem,omitempty"`
	// Unlike tells that the sides do not mean the same although nothing is written now: New would be at the next edit.
	Unlike bool `json:"unlike,omitempty"`
	// Differs tells, of a comparison, that the other version decides this otherwise.
	Differs bool `json:"differs,omitempty"`
}

// TrialEntry is what would be done about a comment or file.
type TrialEntry struct {
	Kind       EntryKind   `json:"kind"`
	Action     EntryAction `json:"action"`
	To         string      `json:"to"`
	Source     string      `json:"source"`
	Author     string      `json:"author,omitempty"`
	Name       string      `json:"name,omitempty"` // of a file
	Size       int64       `json:"size,omitempty"`
	Body       Value       `json:"body"`
	Visibility string      `json:"visibility,omitempty"` // there
	Losses     []string    `json:"losses,omitempty"`
	Reason     string      `json:"reason,omitempty"`
	Problem    *Problem    `json:"problem,omitempty"`
	Differs    bool        `json:"differs,omitempty"`
}

// TrialSummary is what a test run came to.
type TrialSummary struct {
	Items     int                  `json:"items"`
	Outcomes  map[TrialOutcome]int `json:"outcomes"`
	Refusals  map[string]int       `json:"refusals,omitempty"` // why items do not enter the sync, by reason
	Differ    int                  `json:"differ"`
	Conflicts int                  `json:"conflicts"` // items with one
	Lossy     int                  `json:"lossy"`     // items of which a conversion cannot carry everything
	Unlike    int                  `json:"unlike"`    // items whose sides do not mean the same, and nothing is written now
	NotWhole  int                  `json:"not_whole"` // items of which comments and files were not read
	Reads     map[string]int       `json:"reads"`     // reads that systems were asked for, by system
	Took      time.Duration        `json:"took_ns"`
}

// Fails reports that something would be parked, or could not be found out.
func (s TrialSummary) Fails() bool { return s.Outcomes[TrialParked]+s.Outcomes[TrialFailed] > 0 }
