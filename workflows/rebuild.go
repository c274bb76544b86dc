package workflows

import (
	"encoding/json"

	"duplex/core"
)

// Rebuild is the state of a pair whose workflow is lost: what the row says, and what operators asked for and was not
// carried out yet. Asks are everything recorded for the pair; those that are done are left out and returned.
func Rebuild(p core.Pair, asks []core.Ask) (s PairState, done []core.Ask) {
	s = FromPair(p)
	for _, a := range asks {
		if !open(p, a) || !s.ask(a) {
			done = append(done, a)
		}
	}
	return s, done
}

// open reports an ask that may not have been carried out: a resync that no sync has followed, or a choice for a rule that has
// been parked since before it was made.
func open(p core.Pair, a core.Ask) bool {
	if a.Rule == "" {
		return a.At.After(p.SyncedAt)
	}
	parked, waits := p.Parked[a.Rule]
	return waits && !parked.Problem.Since.After(a.At)
}

// ask puts an operator's request into the state. One that cannot be read, or needs no second time, is not taken.
func (s *PairState) ask(a core.Ask) bool {
	switch a.Name {
	case ResyncUpdate:
		s.Retry, s.Urgency = true, min(s.Urgency, core.Replay)
		return true
	case ResolveUpdate:
		var r ResolveRequest
		if err := json.Unmarshal(a.Arg, &r); err != nil || r.Rule == "" {
			return false
		}
		if r.Resolution == "" { // else the next sync reads it from the store
			s.Resolve = choices(s.Resolve, map[string]core.Side{r.Rule: r.Side})
		}
		s.Urgency = min(s.Urgency, core.Replay)
		return true
	}
	return false
}
