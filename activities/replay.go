package activities

import (
	"context"

	"duplex/core"
)

const pairsPage = 200

// listPairs lists the pairs a run is about, by id. Pairs that were unlinked are left out.
func listPairs(ctx context.Context, a *Activities, r *running, after string) (runPage, error) {
	p := r.Params
	if p.Pair != "" {
		pair, err := a.Store.Pair(ctx, p.Pair)
		return runPage{items: []core.RunItem{pairItem(pair)}, last: true}, err
	}
	pairs, err := a.Store.PairsAfter(ctx, r.Connection, p.Status, p.Class, after, pairsPage)
	out := runPage{next: after, last: len(pairs) < pairsPage}
	for _, pair := range pairs {
		out.next = pair.ID
		if about(pair, p) {
			out.items = append(out.items, pairItem(pair))
		}
	}
	return out, err
}

// about reports whether a run with those parameters is about the pair.
func about(pair core.Pair, p core.RunParams) bool {
	if pair.Status == core.PairUnlinked {
		return false
	}
	recent := p.Since.IsZero() || !pair.SyncedAt.Before(p.Since) || !pair.CreatedAt.Before(p.Since)
	other := p.ParkedUnless == 0
	for _, parked := range pair.Parked {
		recent = recent || !parked.Problem.Since.Before(p.Since)
		other = other || parked.Version != p.ParkedUnless
	}
	return recent && other
}

// actReplay lets the pair read both sides afresh and try everything that is parked again.
func actReplay(_ context.Context, _ *Activities, r *running, it *core.RunItem, _ [2]RunReading) (*core.Hint, error) {
	for side, id := range [2]string{it.Item, it.Other} {
		if id != "" {
			s := r.mapping.Connection.Sides[side]
			return &core.Hint{Ref: core.Ref{System: s.System, Type: s.Type, ID: id}, Kind: core.HintChanged, Retry: true}, nil
		}
	}
	it.State, it.Reason = core.ItemSkipped, "the pair has no item"
	return nil, nil
}

// actPreview plans what a replay would do from what was just read, under the active mapping. The plan is kept, with its values;
// neither the systems nor the pair are touched.
func actPreview(ctx context.Context, a *Activities, r *running, it *core.RunItem, read [2]RunReading) (*core.Hint, error) {
	var seen [2]string
	for side, x := range read {
		name := r.mapping.Connection.Sides[side].Name
		switch {
		case x.Problem != "":
			it.State, it.Reason = core.ItemFailed, "the "+name+" item cannot be read: "+x.Problem
			return nil, nil
		case x.Gone:
			it.State, it.Reason = core.ItemFailed, "the "+name+" item is gone or out of sight: the delete policy would act"
			return nil, nil
		}
		seen[side] = x.Hash
	}
	s, err := a.load(ctx, it.Pair, seen)
	if err != nil {
		return nil, err
	}
	s.retry = true
	p, err := s.plan(ctx, a.planner())
	if err != nil {
		return nil, err
	}
	p.Trial = true
	it.State, it.Reason = core.ItemDone, s.summary(&p)
	if _, writes, _ := s.next(&p, a.Now()); !writes && !parksAny(&p) {
		return nil, nil
	}
	it.Plan = p.ID
	return nil, a.Store.PutPlan(ctx, p)
}

// parksAny reports whether a plan parks anything.
func parksAny(p *core.Plan) bool {
	for _, d := range p.Decisions {
		if d.Action == core.ActionPark || d.Action == core.ActionParked {
			return true
		}
	}
	for _, e := range p.Entries {
		if e.Action == core.EntryPark {
			return true
		}
	}
	return false
}
