package gateway

import (
	"fmt"
	"slices"
	"strings"

	"duplex/core"
	"duplex/workflows"
)

// route says where a hint goes: to the workflows of starts, or nowhere for a reason, or to be looked at again.
type route struct {
	starts []start
	reason string // why nothing is started, for people
	again  bool   // about the sync's own account, whose write may not be recorded yet
}

// start is one workflow to signal, begun from state when it does not run.
type start struct {
	state workflows.PairState
	side  core.Side
}

// routeHint decides, from what the store knows, where a hint goes. Waited tells that the hint is older than the time
// it takes to record an own write.
//
//	the item's pair        hint                              answer
//	linked                 own, revision of an own write     nowhere: an echo
//	linked                 own, otherwise, not waited        again
//	linked                 otherwise                         that pair
//	unlinked               any                               nowhere: a person ended it
//	none in a connection   own or deleted                    nowhere
//	none in a connection   a side that starts, same type     a pair it may begin
//
// A hint that names a connection is about that one only. Every connection is decided by itself: an item may be in a pair of one and begin a pair of another.
func routeHint(h core.Hint, pairs []core.Pair, active []core.Connection, waited bool) route {
	var r route
	var reasons []string
	paired := map[string]bool{}
	for _, p := range pairs { // linked ones come first
		side, ok := sideOf(p, h.Ref)
		if !ok || h.Connection != "" && h.Connection != p.Connection || (p.Status == core.PairUnlinked && paired[p.Connection]) {
			continue
		}
		paired[p.Connection] = true
		switch {
		case p.Status == core.PairUnlinked:
			reasons = append(reasons, "its pair was unlinked: link the two items by hand to keep them in step again")
		case h.Own && h.Kind != core.HintDeleted && h.Revision != "" && slices.Contains(p.Sides[side].Own, h.Revision):
			reasons = append(reasons, "echo of an own write")
		case h.Own && !waited:
			r.again = true
		default:
			r.starts = append(r.starts, start{state: workflows.FromPair(p), side: side})
		}
	}
	for _, c := range active {
		if paired[c.Name] || h.Connection != "" && h.Connection != c.Name {
			continue
		}
		for _, side := range core.Sides {
			if c.Sides[side].System != h.Ref.System {
				continue
			}
			if why := ruledOut(h, c.Sides[side]); why != "" {
				reasons = append(reasons, why)
				continue
			}
			r.starts = append(r.starts, begin(h, c, side))
		}
	}
	if len(r.starts) > 0 || r.again {
		return r
	}
	if len(reasons) == 0 {
		reasons = []string{"no connection uses this system"}
	}
	slices.Sort(reasons)
	r.reason = strings.Join(slices.Compact(reasons), "; ")
	return r
}

// ruledOut tells why an item that is in no pair cannot begin one on this side, "" when only a read can tell.
func ruledOut(h core.Hint, side core.ConnectionSide) string {
	switch {
	case h.Kind == core.HintDeleted:
		return "deleted and in no pair"
	case h.Own && h.Kind == core.HintCreated:
		return "created by the sync's own account"
	case h.Own:
		return "changed by the sync's own account and in no pair"
	case h.Ref.Type != "" && side.Type != "" && h.Ref.Type != side.Type:
		return fmt.Sprintf("a %s, and %s syncs items of type %s", h.Ref.Type, side.Name, side.Type)
	case !side.Starts:
		return fmt.Sprintf("in no pair, and %s begins none", side.Name)
	}
	return ""
}

func begin(h core.Hint, c core.Connection, side core.Side) start {
	ref := h.Ref
	ref.Type = c.Sides[side].Type
	names := [2]string{c.Sides[core.A].Name, c.Sides[core.B].Name}
	systems := [2]string{c.Sides[core.A].System, c.Sides[core.B].System}
	return start{state: workflows.FromItem(c.Name, names, systems, side, ref), side: side}
}

func sideOf(p core.Pair, ref core.Ref) (core.Side, bool) {
	for _, side := range core.Sides {
		if r := p.Sides[side].Ref; r.System == ref.System && r.ID == ref.ID {
			return side, true
		}
	}
	return core.A, false
}
