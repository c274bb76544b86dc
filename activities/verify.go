package activities

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"duplex/core"
	"duplex/core/merge"
)

// verifyPage is how many pairs are listed at once.
const verifyPage = 500

// listVerify lists the linked pairs of a connection: the one that was named, all of them, or a sample that is drawn by the
// run's id, so that listing again draws the same.
func listVerify(ctx context.Context, a *Activities, r *running, cursor string) (runPage, error) {
	if r.Params.Pair != "" {
		p, err := a.Store.Pair(ctx, r.Params.Pair)
		return runPage{items: []core.RunItem{pairItem(p)}, last: true}, err
	}
	if r.Params.Sample > 0 {
		return sampleOf(ctx, a, r)
	}
	pairs, err := a.Store.PairsAfter(ctx, r.Connection, "", "", cursor, verifyPage)
	out := runPage{next: cursor, last: len(pairs) < verifyPage}
	for _, p := range pairs {
		out.next = p.ID
		if p.Status != core.PairUnlinked {
			out.items = append(out.items, pairItem(p))
		}
	}
	return out, err
}

func sampleOf(ctx context.Context, a *Activities, r *running) (runPage, error) {
	type drawn struct {
		lot  string
		item core.RunItem
	}
	var sample []drawn
	for after := ""; ; {
		pairs, err := a.Store.PairsAfter(ctx, r.Connection, "", "", after, verifyPage)
		if err != nil {
			return runPage{}, err
		}
		for _, p := range pairs {
			after = p.ID
			if p.Status != core.PairUnlinked {
				sum := sha256.Sum256([]byte(r.ID + "\x00" + p.ID))
				sample = append(sample, drawn{string(sum[:]), pairItem(p)})
			}
		}
		slices.SortFunc(sample, func(x, y drawn) int { return cmp.Compare(x.lot, y.lot) })
		sample = sample[:min(len(sample), r.Params.Sample)]
		if len(pairs) < verifyPage {
			break
		}
	}
	out := runPage{last: true}
	for _, d := range sample {
		out.items = append(out.items, d.item)
	}
	return out, nil
}

// pairItem is a pair as an item of a run: both its items are read.
func pairItem(p core.Pair) core.RunItem {
	return core.RunItem{Name: p.ID, Pair: p.ID, System: p.Sides[core.A].Ref.System, Item: p.Sides[core.A].Ref.ID, Other: p.Sides[core.B].Ref.ID}
}

// actVerify compares both items as they are now under the mapping in force and tells every difference with its reason, by
// field names only. It writes to no system. With Fix a pair that differs is handed over for a sync.
func actVerify(ctx context.Context, a *Activities, r *running, it *core.RunItem, read [2]RunReading) (*core.Hint, error) {
	pair, err := a.Store.Pair(ctx, it.Pair)
	if err != nil {
		return nil, err
	}
	if pair.Status == core.PairUnlinked {
		it.State, it.Reason = core.ItemSkipped, "unlinked meanwhile"
		return nil, nil
	}
	var told []string
	var hashes [2]string
	for _, side := range core.Sides {
		name, was := pair.Sides[side].Name, read[side]
		switch hashes[side] = was.Hash; {
		case was.Problem != "":
			told = append(told, Difference("not read", name+": "+was.Problem))
		case was.Gone:
			told = append(told, Difference("item missing", "the item in "+name+" was deleted or is out of sight"))
		case was.Hash == "":
			told = append(told, Difference("item missing", "the item in "+name+" does not exist yet"))
		}
	}
	if len(told) == 0 {
		s, err := a.load(ctx, it.Pair, hashes)
		if err != nil {
			return nil, err
		}
		p, err := s.plan(ctx, a.planner())
		if err != nil {
			return nil, err
		}
		p.Trial = true
		if told = s.differences(&p); len(told) > 0 {
			it.Plan = p.ID
			if err := a.Store.PutPlan(ctx, p); err != nil {
				return nil, err
			}
		}
	}
	if it.State, it.Reason = core.ItemDone, "in step"; len(told) == 0 {
		return nil, nil
	}
	it.State, it.Reason = core.ItemFailed, strings.Join(told, "; ")
	if !r.Params.Fix {
		return nil, nil
	}
	for _, side := range core.Sides {
		if ref := pair.Sides[side].Ref; !ref.IsZero() {
			return &core.Hint{Ref: ref, Kind: core.HintComments}, nil
		}
	}
	return nil, nil
}

// Difference is one difference: its kind, by which they are counted, and what it is about. Several are joined by "; ".
func Difference(kind, what string) string { return kind + ": " + strings.ReplaceAll(what, "; ", ", ") }

// differences tells in field names and reasons how two items differ from being in step.
func (s *step) differences(p *core.Plan) []string {
	name := func(side core.Side) string { return s.pair.Sides[side].Name }
	var out []string
	for i := range p.Decisions {
		d := &p.Decisions[i]
		switch d.Action {
		case core.ActionWrite:
			out = append(out, Difference("will be written", fmt.Sprintf("%s to %s (%s)", d.Fields[d.To], name(d.To), d.Reason)))
		case core.ActionMerge:
			for _, to := range core.Sides {
				if add, gone := len(d.Sets[to].Add.Items()), len(d.Sets[to].Remove.Items()); add+gone > 0 {
					out = append(out, Difference("will be written", fmt.Sprintf("%s to %s (%d elements more, %d less)", d.Fields[to], name(to), add, gone)))
				}
			}
		case core.ActionPark, core.ActionParked:
			out = append(out, Difference("parked", fmt.Sprintf("%s, %s%s", field(*d), d.Problem.Class, since(d.Problem.Since))))
		case core.ActionKeep:
			if d.Held != [2]bool{} {
				out = append(out, Difference("left alone", fmt.Sprintf("%s in %s: %s", field(*d), name(d.To), d.Reason)))
				continue
			}
			out = append(out, Difference("does not flow", fmt.Sprintf("%s was changed in %s, from where the rule carries nothing", d.Fields[d.To], name(d.To))))
		default:
			if text := s.unlike(d); text != "" {
				out = append(out, text)
			}
		}
	}
	count := map[string]int{}
	for _, e := range p.Entries {
		if key := merge.ParkKey(e.Kind, e.Source); e.Action == core.EntryPark {
			if _, known := s.pair.Parked[key]; !known {
				out = append(out, Difference("parked", fmt.Sprintf("a %s of %s, %s", e.Kind, name(e.To.Other()), e.Problem.Class)))
			}
			continue
		}
		if e.Action != core.EntryForget && e.Action != core.EntrySkip {
			count[fmt.Sprintf("%s of a %s to %s", e.Action, e.Kind, name(e.To))]++
		}
	}
	for _, what := range sorted(count) {
		out = append(out, Difference("will be written", fmt.Sprintf("%s (%d)", what, count[what])))
	}
	for _, key := range sorted(s.pair.Parked) {
		if kind, id, ok := entryOf(key); ok {
			pr := s.pair.Parked[key].Problem
			out = append(out, Difference("parked", fmt.Sprintf("%s %s, %s%s", kind, id, pr.Class, since(pr.Since))))
		} else if key == core.WholePair {
			pr := s.pair.Parked[key].Problem
			out = append(out, Difference("parked", fmt.Sprintf("the whole pair, %s%s", pr.Class, since(pr.Since))))
		}
	}
	return out
}

// unlike tells of a rule for which nothing is to be done although the sides do not mean the same.
func (s *step) unlike(d *core.Decision) string {
	for i := range s.mapping.Rules {
		r := &s.mapping.Rules[i]
		if r.ID != d.Rule {
			continue
		}
		switch same, known, err := merge.Means(r, s.input()); {
		case same:
		case known:
			return Difference("differs", field(*d)+" is not the same on both sides and neither has changed since they last agreed: the rule was changed since, or they were linked so")
		case err != nil:
			return Difference("not comparable", field(*d)+" has a value that the rule cannot express on the other side")
		}
	}
	return ""
}

func since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " since " + t.UTC().Format("2006-01-02 15:04 UTC")
}
