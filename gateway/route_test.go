package gateway

import (
	"strings"
	"testing"

	"duplex/core"
)

func TestRouteHint(t *testing.T) {
	linked := core.Pair{ID: "pair:desk:support:1", Connection: "desk", Status: core.PairInSync}
	linked.Sides[core.A] = core.PairSide{Name: "support", Ref: core.Ref{System: "left", ID: "1"}, Own: []string{"6", "7"}}
	linked.Sides[core.B] = core.PairSide{Name: "engineering", Ref: core.Ref{System: "right", ID: "2"}, Own: []string{"3"}}
	ended := linked
	ended.Status = core.PairUnlinked
	conn := core.Connection{Name: "desk", Sides: [2]core.ConnectionSide{
		{Name: "support", System: "left", Type: "item", Starts: true}, {Name: "engineering", System: "right", Type: "item"}}}
	other := core.Connection{Name: "audit", Sides: [2]core.ConnectionSide{
		{Name: "desk", System: "left", Type: "item", Starts: true}, {Name: "book", System: "ledger", Type: "row"}}}
	on := func(system, id string, change ...func(*core.Hint)) core.Hint {
		h := core.Hint{Ref: core.Ref{System: system, Type: "item", ID: id}, Kind: core.HintChanged}
		for _, f := range change {
			f(&h)
		}
		return h
	}
	own := func(revision string) func(*core.Hint) {
		return func(h *core.Hint) { h.Own, h.Revision = true, revision }
	}
	kind := func(k core.HintKind) func(*core.Hint) { return func(h *core.Hint) { h.Kind = k } }

	cases := []struct {
		name   string
		reason string
		hint   core.Hint
		pairs  []core.Pair
		conns  []core.Connection
		waited bool
		starts string // ids of the workflows, comma between
		side   core.Side
		why    string // part of the reason
		again  bool
	}{
		{name: "linked", reason: "a person's change goes to the pair at once", hint: on("left", "1"), pairs: []core.Pair{linked}, starts: "pair:desk:support:1"},
		{name: "linked, other side", reason: "both items lead to one workflow", hint: on("right", "2"), pairs: []core.Pair{linked}, starts: "pair:desk:support:1", side: core.B},
		{name: "echo", reason: "the revision of an own write costs nothing", hint: on("left", "1", own("7")), pairs: []core.Pair{linked}, why: "echo"},
		{name: "revision of the other side", reason: "revisions are each side's own", hint: on("left", "1", own("3")), pairs: []core.Pair{linked}, again: true},
		{name: "own, not recorded", reason: "its write may still be on the way to the store", hint: on("left", "1", own("8")), pairs: []core.Pair{linked}, again: true},
		{name: "own, waited", reason: "a person may use the same account: never lost", hint: on("left", "1", own("8")), pairs: []core.Pair{linked}, waited: true, starts: "pair:desk:support:1"},
		{name: "a person's change with an own revision", reason: "who did it decides with the revision, not the revision alone", hint: on("left", "1", func(h *core.Hint) { h.Revision = "7" }), pairs: []core.Pair{linked}, starts: "pair:desk:support:1"},
		{name: "own delete", reason: "a delete is never an echo", hint: on("left", "1", own("7"), kind(core.HintDeleted)), pairs: []core.Pair{linked}, waited: true, starts: "pair:desk:support:1"},
		{name: "unlinked", reason: "what a person ended does not begin again by itself", hint: on("left", "1"), pairs: []core.Pair{ended}, conns: []core.Connection{conn}, why: "unlinked"},
		{name: "unlinked, other side", reason: "nor from its twin, which would get a second copy", hint: on("right", "2"), pairs: []core.Pair{ended}, conns: []core.Connection{conn}, why: "unlinked"},
		{name: "linked again", reason: "a newer pair counts", hint: on("left", "1"), pairs: []core.Pair{linked, ended}, conns: []core.Connection{conn}, starts: "pair:desk:support:1"},
		{name: "new", reason: "the first read decides whether it enters", hint: on("left", "9", kind(core.HintCreated)), conns: []core.Connection{conn}, starts: "pair:desk:support:9"},
		{name: "new, type not told", reason: "what the payload does not tell rules nothing out", hint: on("left", "9", func(h *core.Hint) { h.Ref.Type = "" }), conns: []core.Connection{conn}, starts: "pair:desk:support:9"},
		{name: "new, own", reason: "items the sync creates begin no pair", hint: on("left", "9", own(""), kind(core.HintCreated)), conns: []core.Connection{conn}, why: "own account"},
		{name: "new, deleted", reason: "there is nothing to read", hint: on("left", "9", kind(core.HintDeleted)), conns: []core.Connection{conn}, why: "deleted"},
		{name: "new, other type", reason: "the payload tells enough", hint: on("left", "9", func(h *core.Hint) { h.Ref.Type = "article" }), conns: []core.Connection{conn}, why: "article"},
		{name: "side that does not start", reason: "only sides with start or begin", hint: on("right", "9"), conns: []core.Connection{conn}, why: "engineering begins none"},
		{name: "nobody's system", reason: "a system without connection", hint: on("far", "9"), conns: []core.Connection{conn}, why: "no connection"},
		{name: "in one, new in the other", reason: "connections decide by themselves", hint: on("left", "1"), pairs: []core.Pair{linked}, conns: []core.Connection{conn, other}, starts: "pair:desk:support:1,pair:audit:desk:1"},
		{name: "begins two", reason: "one item may be in two connections", hint: on("left", "9"), conns: []core.Connection{conn, other}, starts: "pair:desk:support:9,pair:audit:desk:9"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := routeHint(c.hint, c.pairs, c.conns, c.waited)
			var ids []string
			for _, s := range r.starts {
				ids = append(ids, s.state.ID)
				if s.side != c.side {
					t.Errorf("side %d, want %d", s.side, c.side)
				}
			}
			if got := strings.Join(ids, ","); got != c.starts {
				t.Errorf("starts %q, want %q: %s", got, c.starts, c.reason)
			}
			if r.again != c.again {
				t.Errorf("again is %v: %s", r.again, c.reason)
			}
			if !strings.Contains(r.reason, c.why) || (c.why == "") != (r.reason == "") {
				t.Errorf("reason %q, want one with %q", r.reason, c.why)
			}
		})
	}
}
