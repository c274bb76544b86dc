package activities

import (
	"fmt"
	"slices"

	"duplex/core"
	"duplex/core/merge"
)

// choices are what operators decided about the pair's rules, by rule. What stands in the store is newer than what the
// workflow remembers.
func (s *step) choices() map[string]merge.Choice {
	all := map[string]merge.Choice{}
	for rule, side := range s.resolve {
		all[rule] = merge.Choice{Side: side}
	}
	for _, r := range s.resolutions {
		if r.Kind != core.ResolveSkip {
			all[r.Rule] = merge.Choice{ID: r.ID, By: r.By, Side: r.Side, Value: r.Value, Seen: r.Seen, Half: r.Half}
		}
	}
	return all
}

// skips adds to the plan what operators decided to leave out for good. The entry decisions are made without it: nothing that
// is parked is decided again unless it has changed, and what has changed since is another thing.
func (s *step) skips(p *core.Plan) {
	for _, r := range s.resolutions {
		parked, ok := s.pair.Parked[r.Rule]
		kind, id, isEntry := entryOf(r.Rule)
		if r.Kind != core.ResolveSkip || !ok || !isEntry {
			continue
		}
		p.Entries = append(without(p.Entries, kind, id), core.EntryDecision{Kind: kind, Action: core.EntrySkip, To: parked.Pending.Other(), Source: id,
			Print: parked.Fingerprint, Reason: "left out for good, as " + who(r.By) + " decided"})
	}
}

func without(es []core.EntryDecision, kind core.EntryKind, id string) []core.EntryDecision {
	var out []core.EntryDecision
	for _, e := range es {
		if e.Kind != kind || e.Source != id {
			out = append(out, e)
		}
	}
	return out
}

// skipped is the link that keeps an entry from being carried over: a new one that joins it to nothing, or, where a copy exists
// and only an edit was parked, the copy's own, as if the edit had been written.
func (s *step) skipped(e core.EntryDecision) core.Link {
	from := e.To.Other()
	for _, l := range s.links {
		if l.Kind == e.Kind && l.IDs[from] == e.Source {
			l.Print = e.Print
			return l
		}
	}
	l := core.Link{Pair: s.pair.ID, Kind: e.Kind, Origin: from, Print: e.Print, Dropped: true}
	l.IDs[from] = e.Source
	return l
}

// answered tells what became of the operators' decisions: the rows as they are now, and a record of each that has ended.
func (s *step) answered(a *Activities, p *core.Plan, done merge.Done) (rows []core.Resolution, records []core.Outcome) {
	verdicts := merge.Verdicts(s.input(), p.Decisions, done)
	for _, r := range s.resolutions {
		if !slices.Contains(p.Resolutions, r.ID) {
			continue // it came after the plan was made
		}
		switch v, ok := verdicts[r.Rule]; {
		case r.Kind == core.ResolveSkip && skips(p, r.Rule):
			r.State, r.Reason = core.ResolutionDone, "left out for good"
		case r.Kind == core.ResolveSkip, !ok, v == merge.Lapsed:
			r.State, r.Reason = core.ResolutionLapsed, "what it was about has changed since, or is no longer there: nothing was written for it"
		case v == merge.Waiting:
			continue
		case v == merge.Halfway:
			r.Half = true
			if after := done.After[r.Side]; after != nil {
				for _, d := range p.Decisions {
					if d.Rule == r.Rule {
						r.Seen[r.Side] = after.Field(d.Fields[r.Side])
					}
				}
			}
		case v == merge.Refused:
			r.State, r.Reason = core.ResolutionRefused, "it could not be written: see what is parked"
		default:
			r.State, r.Reason = core.ResolutionDone, "carried out"
		}
		if r.State != core.ResolutionOpen {
			r.Plan, r.EndedAt = p.ID, a.Now().UTC()
			records = append(records, s.record(r))
		}
		rows = append(rows, r)
	}
	return rows, records
}

// record is the ledger's line about a decision that has ended. It holds no content.
func (s *step) record(r core.Resolution) core.Outcome {
	result := "ok"
	if r.State != core.ResolutionDone {
		result = "failed"
	}
	side := s.pair.Sides[r.Side].Name
	what := fmt.Sprintf("the value of %s wins", side)
	switch r.Kind {
	case core.ResolveValue:
		what = "a value was given in the words of " + side
	case core.ResolveSkip:
		what = "it is left out"
	}
	return core.Outcome{Pair: s.pair.ID, Plan: r.Plan, Side: side, Act: "resolve", Target: r.Rule, Result: result,
		Detail: fmt.Sprintf("%s decided: %s; %s", who(r.By), what, r.Reason), Started: r.At, Ended: r.EndedAt}
}

func skips(p *core.Plan, rule string) bool {
	for _, e := range p.Entries {
		if e.Action == core.EntrySkip && merge.ParkKey(e.Kind, e.Source) == rule {
			return true
		}
	}
	return false
}

// entryOf reads the key under which a comment or file is parked.
func entryOf(key string) (core.EntryKind, string, bool) {
	for _, kind := range []core.EntryKind{core.EntryComment, core.EntryAttachment, core.EntryWorklog} {
		prefix := merge.ParkKey(kind, "")
		if len(key) > len(prefix) && key[:len(prefix)] == prefix {
			return kind, key[len(prefix):], true
		}
	}
	return "", "", false
}

func who(by string) string {
	if by == "" {
		return "an operator"
	}
	return by
}
