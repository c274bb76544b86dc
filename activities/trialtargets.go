package activities

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// target is one item or pair that a test run looks at.
type target struct {
	side    core.Side  // of an item that is in no pair
	ref     core.Ref   // of that item
	pair    *core.Pair // nil: the item is in none
	now     [2]*core.Observation
	gone    [2]bool
	notRead [2]string // what was left out of the reading, to save calls
	err     error     // it could not be read
}

// targets lists what the request is about. of is how many there are where a part is taken, else 0.
func (t *Trial) targets(ctx context.Context) (list []target, of int, err error) {
	switch {
	case t.request.Recorded, t.request.Failing:
		return t.stored(ctx)
	case len(t.request.Items) > 0:
		list, err = t.named(ctx)
	default:
		list, err = t.latest(ctx)
	}
	return list, 0, err
}

// stored takes the pairs of the store that the request is about. Of more than the limit a part is drawn, the same one each time.
func (t *Trial) stored(ctx context.Context) ([]target, int, error) {
	status := ""
	if t.request.Failing {
		status = string(core.PairProblem)
	}
	limit := cmp.Or(t.request.Limit, t.request.Sample, core.TrialPairs)
	type drawn struct {
		lot string
		target
	}
	var all []drawn
	of := 0
	for after := ""; ; {
		pairs, err := t.Store.PairsAfter(ctx, t.Mapping.Connection.Name, status, "", after, verifyPage)
		if err != nil {
			return nil, 0, err
		}
		for _, p := range pairs {
			if after = p.ID; p.Status == core.PairUnlinked || !t.asked(p) {
				continue
			}
			of++
			sum := sha256.Sum256([]byte(p.ID))
			all = append(all, drawn{string(sum[:]), target{pair: &p}})
		}
		if len(all) > 2*limit || len(pairs) < verifyPage {
			slices.SortFunc(all, func(x, y drawn) int { return cmp.Compare(x.lot, y.lot) })
			all = all[:min(len(all), limit)]
		}
		if len(pairs) < verifyPage {
			break
		}
	}
	out := make([]target, 0, len(all))
	for _, d := range all {
		out = append(out, d.target)
	}
	slices.SortFunc(out, func(x, y target) int { return cmp.Compare(x.pair.ID, y.pair.ID) })
	return out, of, nil
}

// asked reports whether a pair is among the items that were named, if any were.
func (t *Trial) asked(p core.Pair) bool {
	for _, name := range t.request.Items {
		side, id := t.sideOf(name)
		for s, x := range p.Sides {
			if (side < 0 || side == s) && id != "" && (x.Ref.ID == id || x.Ref.Key == id) || p.ID == name {
				return true
			}
		}
	}
	return len(t.request.Items) == 0
}

// sideOf reads side=ID; without a side it is -1.
func (t *Trial) sideOf(name string) (side int, id string) {
	if prefix, rest, ok := strings.Cut(name, "="); ok {
		if s, ok := t.Mapping.Side(prefix); ok {
			return int(s), rest
		}
	}
	return -1, name
}

// named finds the items that were named by id or key: each side is asked for it, unless the name says which.
func (t *Trial) named(ctx context.Context) ([]target, error) {
	var list []target
	for _, name := range t.request.Items {
		only, id := t.sideOf(name)
		found := false
		for _, side := range core.Sides {
			if only >= 0 && only != int(side) {
				continue
			}
			s := t.Mapping.Connection.Sides[side]
			var o core.Observation
			err := t.patiently(ctx, side, func() (err error) {
				o, err = t.Readers[side].Get(ctx, id, connectors.Want{Type: connectors.ItemType{Type: s.Type, Scope: s.Scope}, Fields: sorted(s.Scope)})
				return err
			})
			switch class := connectors.Class(err); {
			case class == "not-found", class == "invalid": // it names nothing here
				continue
			case err != nil:
				return nil, err
			}
			found = true
			if list, err = t.with(ctx, list, side, o.Ref); err != nil {
				return nil, err
			}
		}
		if !found {
			list = append(list, target{side: core.Side(max(only, 0)), ref: core.Ref{ID: id}, gone: [2]bool{true, true},
				err: fmt.Errorf("no item %s is to be seen on either side: %w", name, connectors.ErrNotFound)})
		}
	}
	return list, nil
}

// latest finds the items of each side that were changed last.
func (t *Trial) latest(ctx context.Context) ([]target, error) {
	var list []target
	for _, side := range core.Sides {
		refs, err := t.changedLast(ctx, side, t.request.Sample)
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			if list, err = t.with(ctx, list, side, ref); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// with adds an item: its pair, when it is in one that is not listed yet, else the item itself.
func (t *Trial) with(ctx context.Context, list []target, side core.Side, ref core.Ref) ([]target, error) {
	s := t.Mapping.Connection.Sides[side]
	ref.System, ref.Type = s.System, s.Type
	pairs, err := t.Store.PairsOf(ctx, s.System, ref.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		if p.Connection != t.Mapping.Connection.Name || p.Status == core.PairUnlinked {
			continue
		}
		if !slices.ContainsFunc(list, func(g target) bool { return g.pair != nil && g.pair.ID == p.ID }) {
			list = append(list, target{pair: &p})
		}
		return list, nil
	}
	if !slices.ContainsFunc(list, func(g target) bool { return g.pair == nil && g.side == side && g.ref.ID == ref.ID }) {
		list = append(list, target{side: side, ref: ref})
	}
	return list, nil
}

// spans are how far back the changes of a side are read, until enough items are found. The last is everything.
var spans = []time.Duration{24 * time.Hour, 14 * 24 * time.Hour, 180 * 24 * time.Hour, 0}

const (
	changesPage = 100
	mostPages   = 200 // of one reading of the feed
)

// changedLast lists up to n items of the side, the ones that were changed last first.
func (t *Trial) changedLast(ctx context.Context, side core.Side, n int) ([]core.Ref, error) {
	s := t.Mapping.Connection.Sides[side]
	for _, span := range spans {
		var cursor connectors.Cursor
		if span > 0 {
			if t.Readers[side].cursorAt == nil {
				continue
			}
			cursor = t.Readers[side].cursorAt(t.Now().Add(-span))
		}
		last := map[string]int{} // position by id
		var refs []core.Ref
		for range mostPages {
			var page connectors.Page
			err := t.patiently(ctx, side, func() (err error) {
				page, err = t.Readers[side].Changes(ctx, connectors.ItemType{Type: s.Type, Scope: s.Scope}, cursor, changesPage)
				return err
			})
			if err != nil {
				return nil, fmt.Errorf("list what changed in %s: %w", s.System, err)
			}
			for _, c := range page.Items {
				delete(last, c.Ref.ID)
				if !c.Deleted {
					last[c.Ref.ID] = len(refs)
					refs = append(refs, c.Ref)
				}
			}
			if cursor = page.Next; !page.More {
				break
			}
		}
		if len(last) < n && span > 0 {
			continue
		}
		var out []core.Ref
		for i := len(refs) - 1; i >= 0 && len(out) < n; i-- {
			if at, ok := last[refs[i].ID]; ok && at == i {
				out = append(out, refs[i])
			}
		}
		return out, nil
	}
	return nil, nil
}
