package activities

import (
	"context"
	"slices"

	"duplex/core"
	"duplex/core/merge"
)

// twins looks up, in the store, the twins of the items that references of either side name, now or when both sides last
// agreed. Nothing is looked up for a mapping that carries no references.
func (a *planner) twins(ctx context.Context, s *step) (out [2]core.Twins, err error) {
	for i := range s.mapping.Rules {
		r := &s.mapping.Rules[i]
		if !r.Link {
			continue
		}
		for _, side := range core.Sides {
			from, to := s.mapping.Connection.Sides[side].System, s.mapping.Connection.Sides[side.Other()].System
			for _, o := range []*core.Observation{s.now[side], s.base[side]} {
				for _, v := range o.Field(r.Fields[side]).References() {
					if _, ok := out[side].Of(v); ok {
						continue
					}
					ref, ok, err := a.twinOf(ctx, s.pair.Connection, from, v.ID(), to)
					if err != nil {
						return out, err
					}
					if ok && out[side] == nil {
						out[side] = core.Twins{}
					}
					if ok {
						out[side][v.ID()] = ref
					}
				}
			}
		}
	}
	return out, nil
}

// twinOf is the item of the other system that an item is kept in step with, under any connection; under the given one where
// there are several.
func (a *planner) twinOf(ctx context.Context, connection, system, item, other string) (twin core.Ref, ok bool, err error) {
	pairs, err := a.Store.PairsOf(ctx, system, item)
	for _, p := range pairs {
		for _, side := range core.Sides {
			is, to := p.Sides[side], p.Sides[side.Other()]
			if p.Status == core.PairUnlinked || is.Ref.System != system || is.Ref.ID != item || to.Ref.System != other || to.Ref.IsZero() || to.Gone {
				continue
			}
			if !ok || p.Connection == connection {
				twin, ok = core.Ref{System: to.Ref.System, ID: to.Ref.ID, Key: to.Ref.Key}, true
			}
			if p.Connection == connection {
				return twin, true, err
			}
		}
	}
	return twin, ok, err
}

// waitsToCreate reports that an item cannot be created yet: it needs a field whose reference names an item without a twin.
func (s *step) waitsToCreate(ds []core.Decision, to core.Side) bool {
	for i := range ds {
		r := s.rule(ds[i].Rule)
		if ds[i].Action == core.ActionWait && ds[i].To == to && r != nil && r.Needed[to] {
			return true
		}
	}
	return false
}

func (s *step) rule(id string) *core.Rule {
	for i := range s.mapping.Rules {
		if s.mapping.Rules[i].ID == id {
			return &s.mapping.Rules[i]
		}
	}
	return nil
}

// waitsFor notes what a pair waits for whose twin is not created now.
func (a *Activities) waitsFor(ctx context.Context, s *step) error {
	waits := s.awaited()
	if len(waits) == 0 && !slices.ContainsFunc(s.mapping.Rules, func(r core.Rule) bool { return r.Link }) {
		return nil
	}
	if err := a.Store.PutAwaited(ctx, s.pair.ID, waits); err != nil {
		return err
	}
	return a.twinned(ctx, s, waits)
}

// awaited are the items whose twins the pair waits for from now on, each once; never nil.
func (s *step) awaited() []core.Awaited {
	out := []core.Awaited{}
	seen := map[core.Awaited]bool{}
	for side, refs := range merge.Awaited(s.input()) {
		for _, v := range refs {
			w := core.Awaited{Pair: s.pair.ID, Side: core.Side(side), System: s.mapping.Connection.Sides[side].System, Item: v.ID(),
				Other: s.mapping.Connection.Sides[core.Side(side).Other()].System}
			if !seen[w] {
				seen[w] = true
				out = append(out, w)
			}
		}
	}
	return out
}

// twinned hands over the pairs that wait for what this one has by now: its two items are each other's twins. The pair itself
// is handed over when a twin it waits for came while it was being saved, so that none is missed.
//
// It is asked after every step instead of only when a twin is added, so that an attempt that dies in between, a pair that was
// linked by hand, and one that was taken up again, all come to it.
func (a *Activities) twinned(ctx context.Context, s *step, waits []core.Awaited) error {
	for _, w := range waits {
		_, ok, err := a.planner().twinOf(ctx, s.pair.Connection, w.System, w.Item, w.Other)
		if err != nil {
			return err
		}
		if ok {
			if err := a.wake(ctx, w); err != nil {
				return err
			}
		}
	}
	if s.pair.Sides[core.A].Ref.IsZero() || s.pair.Sides[core.B].Ref.IsZero() {
		return nil
	}
	for _, side := range core.Sides {
		is, other := s.pair.Sides[side].Ref, s.pair.Sides[side.Other()].Ref
		waiting, err := a.Store.AwaitedBy(ctx, is.System, is.ID, other.System)
		if err != nil {
			return err
		}
		for _, w := range waiting {
			if err := a.wake(ctx, w); err != nil {
				return err
			}
		}
	}
	return nil
}

// wake hands over the pair that waits, as a delivery about its item: the one way into pairs. Only then it is no longer noted
// as waiting, so that one that is cut off is handed over twice rather than never.
func (a *Activities) wake(ctx context.Context, w core.Awaited) error {
	pair, err := a.Store.Pair(ctx, w.Pair)
	if err != nil {
		return err
	}
	now := a.Now().UTC()
	ref := pair.Sides[w.Side].Ref
	hint := core.Hint{Ref: core.Ref{System: ref.System, Type: ref.Type, ID: ref.ID}, Kind: core.HintChanged, Connection: pair.Connection, Urgency: core.Replay}
	d := core.Delivery{System: ref.System, ID: core.MadeByTwin.ID(w.Item, w.Pair, now.UnixNano()), ReceivedAt: now, Hints: []core.Hint{hint}}
	if _, _, err := a.Store.RecordDelivery(ctx, d); err != nil {
		return err
	}
	return a.Store.DropAwaited(ctx, w)
}
