package core

// ProblemNote says where problems of a pair are told to the people who work on a side's item.
type ProblemNote struct {
	Note  bool   `json:"note,omitempty"`  // as an internal note
	Field string `json:"field,omitempty"` // in this field, which no rule uses
}

// IsZero reports that nothing is told.
func (n ProblemNote) IsZero() bool { return n == ProblemNote{} }

// Told is what was written to a side's item about problems of its pair.
type Told struct {
	Pair  string
	Side  Side
	About []string // what it names, sorted, as "rule~rule:class"; empty when nothing is told now
	Note  string   // id of the note; "" for a field, and when there is none
	Notes int      // notes begun so far, for their marks
}
