package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// update writes the plan's patch, guarded by the revision the plan was made on.
//
// An attempt after the first does not know whether an earlier one was carried out before its answer was lost. It reads
// the item: when it already holds what was to be written, that attempt is taken for done, with the server's own
// spelling of rich text; else the guard decides as usual.
func (w *applying) update(ctx context.Context) error {
	patch := w.plan.Update[w.to]
	if patch == nil || patch.IsEmpty() {
		return nil
	}
	intent, err := w.Store.BeginIntent(ctx, core.Intent{Mark: w.plan.ID, Pair: w.pair.ID, Side: w.to, Kind: "update", StartedAt: w.Now().UTC()})
	if err != nil {
		return err
	}
	id, started := w.pair.Sides[w.to].Ref.ID, w.Now()
	if intent.Attempts > 1 {
		o, err := w.c.Get(ctx, id, w.whole())
		if errors.Is(err, connectors.ErrNotFound) {
			w.gone = true
			return nil
		}
		if err != nil {
			return err
		}
		if w.heldBy(&o, patch) {
			w.after(o)
			w.found = w.done.After[w.to]
			w.record("update", id, "found", "an earlier attempt had written it", patch.Names(), started)
			return w.Store.SettleIntent(ctx, w.plan.ID, id, "", "")
		}
	}
	var o *core.Observation
	if err = w.sharpen(ctx, id, patch); err == nil {
		o, err = w.updateDropping(ctx, id, patch)
	}
	switch {
	case errors.Is(err, connectors.ErrStale):
		w.stale = true
		w.record("update", id, "stale", "the item changed meanwhile: nothing was written", patch.Names(), started)
		return nil
	case errors.Is(err, connectors.ErrNotFound):
		w.gone = true
		return nil
	case err != nil:
		return err
	}
	if o != nil {
		w.after(*o)
		w.record("update", id, "ok", "", patch.Names(), started)
	}
	return w.Store.SettleIntent(ctx, w.plan.ID, id, "", "")
}

// blur is for how long a change counts as just made, the difference of two clocks included.
const blur = 5 * time.Second

// sharpen looks at the item right before a write whose guard may be blind: where revisions are times in whole seconds, and the item was
// just changed, perhaps by the sync itself, an edit in the same second has left the revision as it was. It is ErrStale where a field that is
// about to be set is not what it was when the plan was made.
func (w *applying) sharpen(ctx context.Context, id string, patch *core.Patch) error {
	was := w.now[w.to]
	if f := w.c.Facts(); f.Precision <= time.Millisecond || w.Now().Sub(was.UpdatedAt) >= f.Precision+blur {
		return nil
	}
	want := w.want // the fields alone
	want.Known, want.Full = nil, true
	is, err := w.c.Get(ctx, id, want)
	if err == nil && differs(&is, was, patch) {
		err = fmt.Errorf("it was edited in the second of the last change that was seen: %w", connectors.ErrStale)
	}
	return err
}

// differs tells whether a field that is about to be set is not what it was when the plan was made.
func differs(is, was *core.Observation, p *core.Patch) bool {
	for f := range p.Fields {
		if v := is.Field(f); !v.IsAbsent() && !alike(v, was.Field(f)) {
			return true
		}
	}
	return false
}

func (w *applying) after(o core.Observation) {
	ref := w.pair.Sides[w.to].Ref
	o.Ref.System, o.Ref.Type = ref.System, ref.Type
	w.done.After[w.to] = &o
}

// updateDropping writes the patch, parking fields that the system refuses. When it refuses without naming a field, the
// rules' fields are written one by one, so that one bad value does not hold up the others. nil when nothing was left to write.
func (w *applying) updateDropping(ctx context.Context, id string, patch *core.Patch) (*core.Observation, error) {
	revision := w.now[w.to].Revision
	for !patch.IsEmpty() {
		o, err := w.c.Update(ctx, id, *patch, revision, w.want)
		var invalid *connectors.InvalidError
		switch {
		case err == nil:
			return &o, nil
		case errors.As(err, &invalid):
			if w.parkFields(invalid.Fields, func(f string) bool { return drop(patch, f) }) {
				continue
			}
		case !parks(err):
			return nil, err
		}
		if len(w.together(patch)) > 1 {
			return w.oneByOne(ctx, id, patch, revision)
		}
		w.refuseAll(patch, err)
	}
	return nil, nil
}

func (w *applying) oneByOne(ctx context.Context, id string, patch *core.Patch, revision string) (*core.Observation, error) {
	var last *core.Observation
	for _, names := range w.together(patch) {
		single := core.Patch{Fields: map[string]core.Value{}, Sets: map[string]core.SetChange{}}
		for _, f := range names {
			if v, ok := patch.Fields[f]; ok {
				single.Fields[f] = v
			} else {
				single.Sets[f] = patch.Sets[f]
			}
		}
		o, err := w.c.Update(ctx, id, single, revision, w.want)
		switch {
		case err == nil:
			last, revision = &o, o.Revision
		case parks(err):
			w.refuseAll(&single, err)
			for _, f := range names {
				drop(patch, f)
			}
		default:
			return nil, err
		}
	}
	return last, nil
}

// together are the names that the patch writes, those of one rule in one group.
func (w *applying) together(patch *core.Patch) [][]string {
	var groups [][]string
	at := map[*core.Decision]int{}
	for _, f := range patch.Names() {
		d := w.ruleOf(f)
		if i, ok := at[d]; ok && d != nil {
			groups[i] = append(groups[i], f)
			continue
		}
		at[d] = len(groups)
		groups = append(groups, []string{f})
	}
	return groups
}

// refuseAll parks every field of the patch and empties it.
func (w *applying) refuseAll(patch *core.Patch, err error) {
	for _, f := range patch.Names() {
		if d := w.ruleOf(f); d != nil {
			p := problemOf(err)
			p.Field = d.Fields[w.to]
			w.fail(d.Rule, p)
		}
		drop(patch, f)
	}
}

func drop(p *core.Patch, f string) bool {
	_, field := p.Fields[f]
	_, set := p.Sets[f]
	delete(p.Fields, f)
	delete(p.Sets, f)
	return field || set
}

// heldBy reports whether the item shows that an earlier attempt wrote the patch: all of it, or, when the item has changed
// since the plan, at least a part that it did not show then. A part that somebody has changed again since is taken out of
// the patch, keeps its base and is decided anew.
func (w *applying) heldBy(o *core.Observation, p *core.Patch) bool {
	var missing []string
	written := false
	for _, f := range p.Names() {
		switch d := w.ruleOf(f); {
		case d != nil && d.Fields[w.to] != f && o.Field(f).IsAbsent(): // it came along, and the item does not show it
		case !holds(o, p, f):
			missing = append(missing, f)
		case !holds(w.now[w.to], p, f):
			written = true
		}
	}
	if len(missing) == 0 {
		return true
	}
	if !written || o.Revision == w.now[w.to].Revision {
		return false
	}
	for _, f := range missing {
		drop(p, f)
		if d := w.ruleOf(f); d != nil {
			d.Fingerprint = "" // decided anew in the next round
			w.fail(d.Rule, core.Problem{Class: core.ProblemFailed, Field: f, Retries: "the next round of this sync",
				Text: "somebody may have changed the field right after it was written: it is compared again"})
		}
	}
	return true
}

// holds reports whether the item already shows what the patch writes to the field.
func holds(o *core.Observation, p *core.Patch, f string) bool {
	now := o.Field(f)
	if want, ok := p.Fields[f]; ok {
		return alike(now, want)
	}
	for _, e := range p.Sets[f].Add.Items() {
		if !now.Has(e) {
			return false
		}
	}
	for _, e := range p.Sets[f].Remove.Items() {
		if now.Has(e) {
			return false
		}
	}
	return true
}

// alike is equality that forgives a server's rewriting of rich text: the same words.
func alike(is, want core.Value) bool {
	if is.Kind() == core.KindText && want.Kind() == core.KindText && is.Format() == want.Format() {
		return wordsOf(is) == wordsOf(want)
	}
	return core.Equal(is, want)
}
