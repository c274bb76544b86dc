package activities

import "duplex/core"

// RunFacts say how the steps of a run are made.
type RunFacts struct {
	Kind    core.RunKind
	ListOn  string    // the system that listing calls, "" when it calls none
	Reads   bool      // items are read on both sides before something is decided about them
	Systems [2]string // of the connection's sides
	Urgency core.Urgency
	Chunk   int // items per step
	Ended   bool
}

// RunStep asks for one step of a run.
type RunStep struct {
	Run  string
	Most int
}

// RunProgress is how far a run is.
type RunProgress struct {
	Listed bool // all items are known
	Counts core.RunCounts
	Text   string
}

// RunTarget is an item of a run that is to be read.
type RunTarget struct {
	N     int64
	Pair  string
	Items [2]string // by side; "" for none
}

// RunReadInput asks to read the targets' items of one side.
type RunReadInput struct {
	Run     string
	Side    core.Side
	Targets []RunTarget
}

// RunReading refers to what was read of one item. It holds no content.
type RunReading struct {
	N       int64
	Ref     core.Ref
	Hash    string // of the stored observation, where the kind keeps one
	Gone    bool
	Problem string // why it could not be read
}

// RunJudgeInput asks to act on items that were read: Read[side] is in the order of Targets.
type RunJudgeInput struct {
	Run     string
	Targets []RunTarget
	Read    [2][]RunReading
}

// RunAnswers tells runs what became of a pair, or of an item that entered none.
type RunAnswers struct {
	Runs   []string
	Pair   string
	Refs   []core.Ref
	State  core.RunItemState
	Reason string
}

// RunStateInput moves a run to a state.
type RunStateInput struct {
	Run    string
	State  core.RunState
	Reason string
}
