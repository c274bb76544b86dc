package gateway

import (
	"time"

	"duplex/core"
	"duplex/core/mapping"
)

// The bodies of the admin API. Their field names are kept, because scripts read them.

// ErrorBody is the body of every answer that is no success.
type ErrorBody struct {
	Error Error `json:"error"`
}

// Error says what went wrong and who must act.
type Error struct {
	Class string `json:"class"` // see statuses
	Text  string `json:"text"`
	Where string `json:"where,omitempty"` // the system, connection, pair or field it is about
	// Diagnostics is everything wrong in a file that was to be applied.
	Diagnostics []Diagnostic `json:"diagnostics,omitempty"`
}

// Diagnostic is one thing that is wrong in a file.
type Diagnostic struct {
	File       string `json:"file"`
	Line       int    `json:"line,omitempty"` // 1 is the first; 0 when the file as a whole is meant
	Column     int    `json:"column,omitempty"`
	Path       string `json:"path,omitempty"`
	Text       string `json:"text"`
	Suggestion string `json:"suggestion,omitempty"`
	Code       string `json:"code,omitempty"` // the kind of mistake, which stays the same while texts get better
}

// Diagnostics are diagnostics in the form of the API.
func Diagnostics(ds mapping.Diagnostics) []Diagnostic {
	var out []Diagnostic
	for _, d := range ds {
		out = append(out, Diagnostic(d))
	}
	return out
}

// ApplyRequest is the body that applies a system or connection file.
type ApplyRequest struct {
	FileName string            `json:"file_name"`
	Source   string            `json:"source"`
	Files    map[string]string `json:"files,omitempty"`   // those that the file names (a connection's tables, a system's manifest), by the name it uses
	DryRun   bool              `json:"dry_run,omitempty"` // check and compare only
	Follow   bool              `json:"follow,omitempty"`  // of a connection: all its pairs follow at once, not at their next sync
	Draft    bool              `json:"draft,omitempty"`   // of a connection: store it without putting it in force
}

// Applied tells what applying came to.
type Applied struct {
	Name     string       `json:"name"`
	Version  int          `json:"version"` // the version in force; with DryRun the one there was, 0: none
	Changed  bool         `json:"changed"` // with DryRun: would change
	DryRun   bool         `json:"dry_run,omitempty"`
	Warnings []Diagnostic `json:"warnings,omitempty"`
	Webhook  string       `json:"webhook,omitempty"` // where a system sends its webhooks
	Draft    bool         `json:"draft,omitempty"`   // Version is a draft and not in force
	Run      string       `json:"run,omitempty"`     // the run that lets pairs follow a new version of a connection
}

// System is a system as its file says. Secrets are references.
type System struct {
	Name      string            `json:"name"`
	Kind      string            `json:"kind"`
	BaseURL   string            `json:"base_url"`
	Version   int               `json:"version"`
	FileName  string            `json:"file_name"`
	AppliedAt time.Time         `json:"applied_at"`
	Webhook   string            `json:"webhook,omitempty"`
	Problem   string            `json:"problem,omitempty"` // why it cannot be used
	Source    string            `json:"source,omitempty"`  // only of a single system, like Files
	Files     map[string]string `json:"files,omitempty"`
}

// Connection is one version of a connection.
type Connection struct {
	Name      string            `json:"name"`
	Version   int               `json:"version"`
	Active    bool              `json:"active"`
	FileName  string            `json:"file_name"`
	AppliedAt time.Time         `json:"applied_at"`
	AppliedBy string            `json:"applied_by,omitempty"`
	Draft     bool              `json:"draft,omitempty"`    // it was never in force
	BasedOn   int               `json:"based_on,omitempty"` // the version in force when it was stored
	Before    int               `json:"before,omitempty"`   // the version whose place it took when it was put in force last
	Sides     []ConnectionSide  `json:"sides,omitempty"`
	Pairs     map[string]int    `json:"pairs,omitempty"`   // by status; only of the active version
	Brake     *core.Brake       `json:"brake,omitempty"`   // why nothing is written now; only of the active version
	Problem   string            `json:"problem,omitempty"` // why it cannot be used
	Source    string            `json:"source,omitempty"`  // only of a single connection
	Files     map[string]string `json:"files,omitempty"`   // only of a single connection
}

// ConnectionSide is one side of a connection.
type ConnectionSide struct {
	Name   string `json:"name"`
	System string `json:"system"`
	Type   string `json:"type"`
	Starts bool   `json:"starts"`
}

// Pair is a pair in a list.
type Pair struct {
	ID         string          `json:"id"`
	Connection string          `json:"connection"`
	Version    int             `json:"version"`
	Status     core.PairStatus `json:"status"`
	Sides      []PairSide      `json:"sides"`
	Problems   int             `json:"problems"`
	Classes    []string        `json:"problem_classes,omitempty"`
	CreatedAt  time.Time       `json:"created_at"`
	SyncedAt   time.Time       `json:"synced_at,omitzero"`
}

// PairSide is one item of a pair.
type PairSide struct {
	Name   string `json:"name"`
	System string `json:"system"`
	Item   string `json:"item,omitempty"` // the system's id; "" while it does not exist
	Key    string `json:"key,omitempty"`
	URL    string `json:"url,omitempty"`
	Gone   bool   `json:"gone,omitempty"`
}

// PairDetail is one pair with what a person needs to act.
type PairDetail struct {
	Pair
	Parked   []Parked       `json:"parked"`
	Links    map[string]int `json:"links,omitempty"` // comments and attachments that are joined, by kind
	Plans    []PlanSummary  `json:"plans,omitempty"` // the newest
	Workflow string         `json:"workflow_url,omitempty"`
	Waits    []string       `json:"waits,omitempty"` // for what: systems whose gates are closed, items without a twin
	// Outcomes are the newest remote operations, Decisions the newest of operators about what was parked.
	Outcomes  []core.Outcome `json:"outcomes,omitempty"`
	Decisions []Decision     `json:"decisions,omitempty"`
}

// Parked is something that waits for a person or a change.
type Parked struct {
	Rule    string            `json:"rule"` // what resolve is told
	Class   core.ProblemClass `json:"class"`
	Field   string            `json:"field,omitempty"`
	Text    string            `json:"text"`
	ToDo    string            `json:"to_do"`
	Pending string            `json:"pending"` // the side whose change waits
	Since   time.Time         `json:"since,omitzero"`
	Retries string            `json:"retries,omitempty"`
	// Commands are what an operator can type, to copy.
	Commands []string `json:"commands,omitempty"`
}

// PlanSummary is a plan without values.
type PlanSummary struct {
	ID        string         `json:"id"`
	At        time.Time      `json:"at"`
	Version   int            `json:"version"`
	Erased    bool           `json:"erased,omitempty"`    // content was erased from it on request
	Decisions []PlanDecision `json:"decisions,omitempty"` // those that are more than "nothing changed"
	URL       string         `json:"url"`                 // the whole plan, with values, on this API
}

// PlanDecision is one decision without values.
type PlanDecision struct {
	What   string `json:"what"` // a rule, or a comment or attachment
	Action string `json:"action"`
	To     string `json:"to,omitempty"` // side name
	Reason string `json:"reason"`
}

// History is what happened to a pair, newest first.
type History struct {
	Outcomes []core.Outcome `json:"outcomes"`
	Plans    []PlanSummary  `json:"plans"`
	Removed  string         `json:"removed,omitempty"` // what retention has removed, in words
}

// The lists. Next is given as after or before for the next page; "" and 0 mean
// the end.
type (
	PairList struct {
		Pairs []Pair `json:"pairs"`
		Next  string `json:"next,omitempty"`
	}
	SystemList struct {
		Systems []System `json:"systems"`
	}
	ConnectionList struct {
		Connections []Connection `json:"connections"`
	}
	DeliveryList struct {
		Deliveries []core.Delivery `json:"deliveries"`
		Next       int64           `json:"next,omitempty"`
	}
)

// ResolveRequest decides about something that is parked: a winner, or a value in the words of a side, or leaving a comment or
// file out for good.
type ResolveRequest struct {
	Rule   string  `json:"rule"`
	Winner string  `json:"winner,omitempty"` // side name: its value wins
	Value  *string `json:"value,omitempty"`  // as a person writes it; "" clears the field
	In     string  `json:"in,omitempty"`     // side name: the value is in its words
	Skip   bool    `json:"skip,omitempty"`
}

// LinkRequest makes a pair of two items that exist.
type LinkRequest struct {
	Connection string            `json:"connection"`
	Items      map[string]string `json:"items"` // side name -> id or key
}

// Linked is the pair that a link made or found.
type Linked struct {
	Pair    Pair   `json:"pair"`
	Created bool   `json:"created"`
	Text    string `json:"text"`
}

// ActivateRequest chooses the version of a connection that is in force.
type ActivateRequest struct {
	Version int  `json:"version"`
	Follow  bool `json:"follow,omitempty"` // all pairs follow at once
}

// PublishRequest puts a draft in force.
type PublishRequest struct {
	Version int  `json:"version,omitempty"` // 0: the newest, which must be a draft
	Force   bool `json:"force,omitempty"`   // also when another version came in force since it was made
	Follow  bool `json:"follow,omitempty"`  // all pairs follow at once
}

// RollbackRequest puts the version in force that was in force before.
type RollbackRequest struct {
	Follow bool `json:"follow,omitempty"` // all pairs follow at once
}

// SweepRequest asks for a sweep now.
type SweepRequest struct {
	Side string `json:"side,omitempty"` // name of the only side to sweep; "" for both
}

// Sweep is the last sweep over one side of a connection.
type Sweep struct {
	core.SideSweep
	Every string    `json:"every"`           // as the connection's file says; off: only when somebody asks
	Next  time.Time `json:"next,omitzero"`   // about when the next one begins
	Brake string    `json:"brake,omitempty"` // why the connection is stopped
}

// SweepList is every side of every connection, also those not swept yet.
type SweepList struct {
	Sweeps []Sweep `json:"sweeps"`
}

// Done is the answer of an act, in words.
type Done struct {
	Text string `json:"text"`
}

// Status is the state of the whole.
type Status struct {
	Readiness
	Deliveries    map[string]int            `json:"deliveries"` // by state
	OldestWaiting time.Time                 `json:"oldest_waiting,omitzero"`
	Waits         string                    `json:"waits,omitempty"` // why deliveries wait, when the engine does not take them
	Pairs         map[string]map[string]int `json:"pairs"`           // by connection and status
	Systems       []System                  `json:"systems"`
	Connections   []Connection              `json:"connections"`
	Gates         []Gate                    `json:"gates"`
	// Stuck is the last pass of the stuck-work sweeper; its time is zero when there was none yet.
	Stuck core.StuckReport `json:"stuck"`
}

// RunRequest starts a batch run.
type RunRequest struct {
	Kind       core.RunKind   `json:"kind"`
	Connection string         `json:"connection"`
	Params     core.RunParams `json:"params"`
	// Lines are the pairs that a link makes, FileName where they come from.
	Lines    []RunLine `json:"lines,omitempty"`
	FileName string    `json:"file_name,omitempty"`
}

// RunLine is one pair of items to be linked.
type RunLine struct {
	Line  int               `json:"line"`  // in its file, from 1
	Items map[string]string `json:"items"` // side name -> id or key
}

// Run is a batch run with how far it is.
type Run struct {
	core.Run
	Counts      core.RunCounts `json:"counts"`
	Progress    core.Progress  `json:"progress"`
	SecondsLeft int            `json:"seconds_left,omitempty"` // an estimate; absent when there is none
	Text        string         `json:"text"`                   // the progress in a sentence
	Workflow    string         `json:"workflow_url,omitempty"`
}

// RunList is a page of runs, newest first. Next is given as before for the next page; "" means the end.
type RunList struct {
	Runs []Run  `json:"runs"`
	Next string `json:"next,omitempty"`
}

// RunItemList is a page of a run's items. Next is given as after for the next page; 0 means the end.
type RunItemList struct {
	Items []core.RunItem `json:"items"`
	Next  int64          `json:"next,omitempty"`
}
