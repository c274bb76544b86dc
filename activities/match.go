package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// matched pairs the item with a twin that is already there by the connection's match rule, instead of creating one. It
// reports whether that was done; nothing is written to any system. What cannot be told for certain is never guessed: it is
// an error that says what to do.
func (w *applying) matched(ctx context.Context) (bool, error) {
	rule := w.mapping.Connection.Match
	if rule[core.A] == "" {
		return false, nil
	}
	started := w.Now()
	refs, err := matching{step: w.step, to: w.to, c: w.c}.candidates(ctx)
	if err != nil || len(refs) == 0 {
		return false, doing("look for a twin by the connection's match rule", err)
	}
	side := w.mapping.Connection.Sides[w.to]
	if len(refs) > 1 {
		return false, fmt.Errorf("%d items in %s match by %s, for instance %s and %s: correct the values so that one is left, or link the right one by hand: %w",
			len(refs), side.System, rule[w.to], refs[0], refs[1], connectors.ErrUnsupported)
	}
	ref := refs[0]
	ref.System, ref.Type = side.System, side.Type
	err = w.Store.AddPairSide(ctx, w.pair.ID, w.to, ref)
	var held taken
	switch {
	case errors.As(err, &held):
		return true, w.giveWay(ctx, ref, held.HeldBy())
	case err != nil:
		return false, err
	}
	w.record("match", ref.ID, "found", "it was there already and matches by "+rule[w.to], nil, started)
	w.stale, w.twin = true, ref
	return true, nil
}

// matching looks for the twins that an item may have already. It only reads.
type matching struct {
	*step
	to core.Side
	c  interface {
		Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error)
	}
}

// candidates are the items of the target that match.
func (w matching) candidates(ctx context.Context) ([]core.Ref, error) {
	rule, from := w.mapping.Connection.Match, w.to.Other()
	item := w.now[from]
	var values []string
	switch rule[from] {
	case core.MatchID:
		values = []string{item.Ref.ID}
	case core.MatchKey:
		values = []string{item.Ref.Key}
	default:
		values = plainValues(item.Field(rule[from]))
	}
	var found []core.Ref
	seen := map[string]bool{}
	for _, v := range values {
		if v == "" {
			continue
		}
		refs, err := w.lookUp(ctx, rule[w.to], v)
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			self := ref.ID == item.Ref.ID && w.pair.Sides[core.A].Ref.System == w.pair.Sides[core.B].Ref.System
			if !seen[ref.ID] && !self {
				seen[ref.ID] = true
				found = append(found, ref)
			}
		}
	}
	return found, nil
}

// lookUp finds the target's items that a value names: by a read where it is their own id or key, which is as fresh as the system, else
// by the connector's search.
func (w matching) lookUp(ctx context.Context, field, value string) ([]core.Ref, error) {
	side := w.mapping.Connection.Sides[w.to]
	t := connectors.ItemType{Type: side.Type, Scope: side.Scope}
	if field != core.MatchID && field != core.MatchKey {
		finder, ok := connectors.As[connectors.FieldFinder](w.c)
		if !ok {
			return nil, fmt.Errorf("%s cannot be searched by the value of a field: match by id or key, or remove the match rule: %w", side.System, connectors.ErrUnsupported)
		}
		refs, err := finder.FindByField(ctx, t, field, value)
		if err != nil {
			return nil, err
		}
		return w.holding(ctx, t, refs, field, value)
	}
	o, err := w.c.Get(ctx, value, connectors.Want{Type: t, Fields: sorted(side.Scope)})
	switch {
	case gone(err), connectors.Class(err) == "invalid": // it names nothing: the twin is not there yet
		return nil, nil
	case err != nil:
		return nil, err
	}
	if outside := w.mapping.Outside(w.to, &o); outside != "" {
		return nil, fmt.Errorf("the item that %s names is not one of %s: %s; correct the value, or the scope in the connection: %w",
			w.mapping.Connection.Match[w.to.Other()], side.Name, outside, connectors.ErrUnsupported)
	}
	if is := map[string]string{core.MatchID: o.Ref.ID, core.MatchKey: o.Ref.Key}[field]; is != value && field == core.MatchID {
		return nil, nil // the system found it under another name
	}
	return []core.Ref{o.Ref}, nil
}

// holding are those of the refs that hold the value now and are in scope.
func (w matching) holding(ctx context.Context, t connectors.ItemType, refs []core.Ref, field, value string) ([]core.Ref, error) {
	var out []core.Ref
	for _, ref := range refs {
		o, err := w.c.Get(ctx, ref.ID, connectors.Want{Type: t, Fields: append(sorted(t.Scope), field)})
		if gone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if connectors.Holds(o.Field(field), value) && w.mapping.Outside(w.to, &o) == "" {
			out = append(out, o.Ref)
		}
	}
	return out, nil
}

// giveWay acts on a match that is in another pair. Where that pair is the match's own and has found no twin yet, the two items entered
// the sync at the same moment: this pair ends and its item becomes the twin of the other one.
func (w *applying) giveWay(ctx context.Context, ref core.Ref, other string) error {
	p, err := w.Store.Pair(ctx, other)
	if err != nil {
		return err
	}
	if p.Status == core.PairUnlinked || !p.Sides[w.from].Ref.IsZero() {
		return fmt.Errorf("its match %s is in pair %s already: unlink that pair, or correct the value, then resync: %w", ref, other, connectors.ErrUnsupported)
	}
	if _, err := w.Store.IntentByMark(ctx, Mark(other, "item", w.from, "")); err == nil {
		return connectors.Busy("pair the item with its match", "the match is just having another twin created: it is looked at again when that is settled", 5*time.Second)
	}
	if err := w.Store.MergePairs(ctx, w.pair.ID, other, w.from, w.pair.Sides[w.from].Ref); err != nil {
		return err
	}
	now := w.Now().UTC()
	w.belongsTo = other
	return w.Store.AddOutcome(ctx, core.Outcome{Pair: w.pair.ID, Act: "match", Target: ref.ID, Result: "found", Started: now, Ended: now,
		Detail: "both items had just entered the sync: this pair gave way to " + other})
}

// plainValues are the texts that a field's value can be looked up by.
func plainValues(v core.Value) []string {
	switch v.Kind() {
	case core.KindSet, core.KindList:
		var out []string
		for _, e := range v.Items() {
			out = append(out, plainValues(e)...)
		}
		return out
	case core.KindReference:
		return []string{v.ID()}
	case core.KindString:
		return []string{v.Source()}
	case core.KindNumber:
		return []string{v.String()}
	}
	return nil
}
