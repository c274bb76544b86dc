package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"

	"duplex/core"
)

// Names that are part of the contract with the gateway, the command line and recorded histories.
const (
	PairWorkflow  = "Pair"
	BatchWorkflow = "Batch"
	SweepWorkflow = "Sweep"
	PairsQueue    = "pairs" // workflows and planning

	HintSignal    = "hint"
	StateQuery    = "state"
	ProgressQuery = "progress"

	ResyncUpdate  = "resync"
	ResolveUpdate = "resolve"
	PauseUpdate   = "pause"
	ResumeUpdate  = "resume"
	UnlinkUpdate  = "unlink"
	StopUpdate    = "stop"
)

// SystemQueue is the task queue of every call to a system.
func SystemQueue(system string) string { return "system:" + system }

// The search attributes of a pair workflow: names, never content.
var (
	AttrConnection = temporal.NewSearchAttributeKeyKeyword("DuplexConnection")
	AttrState      = temporal.NewSearchAttributeKeyKeyword("DuplexState")
	AttrItem       = temporal.NewSearchAttributeKeyKeywordList("DuplexItem")
	AttrProblem    = temporal.NewSearchAttributeKeyKeyword("DuplexProblem")
)

// Priorities: a live edit is handed out before anything that can wait. What waits for a system whose gate is closed goes
// after the edits that people make once it is open again: they have waited already, and there may be thousands of them.
const (
	PriorityLive     = 1
	PriorityWaited   = 2
	PriorityReplay   = 3
	PrioritySweep    = 4
	PriorityBackfill = 5
)

// priority is the engine's priority of an urgency.
func priority(u core.Urgency) int {
	switch u {
	case core.Live:
		return PriorityLive
	case core.Replay:
		return PriorityReplay
	case core.Sweep:
		return PrioritySweep
	}
	return PriorityBackfill
}

// Hint is the signal "this side may have changed".
type Hint struct {
	Side     core.Side     `json:"side"`
	Kind     core.HintKind `json:"kind"`
	Revision string        `json:"revision,omitempty"`
	Own      bool          `json:"own,omitempty"` // made by the sync's own account
	Delivery string        `json:"delivery,omitempty"`
	Urgency  core.Urgency  `json:"urgency,omitempty"`
	Run      string        `json:"run,omitempty"`   // the batch run that wants to know what became of the pair
	Retry    bool          `json:"retry,omitempty"` // read both sides afresh and try everything parked again
}

// ResyncRequest asks to read both sides afresh and try everything that is parked again.
type ResyncRequest struct {
	By string `json:"by"`
}

// ResolveRequest tells of an operator's decision about something that is parked. The decision itself is in the store under
// the id Resolution; without one, the value of Side wins.
type ResolveRequest struct {
	Rule       string              `json:"rule"`
	Side       core.Side           `json:"side"`
	By         string              `json:"by"`
	Kind       core.ResolutionKind `json:"kind,omitempty"`
	Resolution string              `json:"resolution,omitempty"`
}

// OperatorRequest is a pause, resume or unlink.
type OperatorRequest struct {
	By string `json:"by"`
}

// Answer is what an update returns.
type Answer struct {
	Text string `json:"text"`
}

// Tuning are the time limits of activities. They are not part of a history's commands, so they may differ between workers.
type Tuning struct {
	Heartbeat time.Duration // after which a silent worker is taken for dead
	Debounce  time.Duration // pause between two syncs of one pair, so that a burst of hints becomes one
	// Tries is how often a call that fails in a way that passes is tried; 0 is without end, which is what production needs: a write
	// whose outcome is not known must not be given up. The SDK's test environment takes 0 for ten.
	Tries int32
}

// DefaultTuning suits production.
var DefaultTuning = Tuning{Heartbeat: 10 * time.Second, Debounce: 250 * time.Millisecond}
