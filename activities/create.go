package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/merge"
)

// create makes the twin, at most once: intent row, create with the mark, record. On any attempt after the first the mark is
// looked for first. When it cannot be told whether an earlier attempt made the item, it waits; when two items
// carry the mark, it stops and asks.
func (w *applying) create(ctx context.Context) error {
	draft := w.plan.Create[w.to]
	if w.mapping.Connection.Match[w.to] != "" {
		if done, err := w.matchedBefore(ctx, draft.Mark); done || err != nil {
			return err
		}
	}
	intent, err := w.Store.BeginIntent(ctx, core.Intent{Mark: draft.Mark, Pair: w.pair.ID, Side: w.to, Kind: "item", Source: w.plan.ID, StartedAt: w.Now().UTC()})
	if err != nil {
		return err
	}
	ref := core.Ref{ID: intent.ResultID, Key: intent.ResultKey, URL: intent.ResultURL}
	if ref.IsZero() && intent.Attempts > 1 {
		if ref, err = w.findItem(ctx, intent); err != nil {
			return err
		}
	}
	started, again, whole := w.Now(), !ref.IsZero(), false
	if again {
		if err := w.asPlannedThen(ctx, draft.Mark); err != nil {
			return err
		}
		draft = w.plan.Create[w.to]
	} else {
		var o core.Observation
		if o, whole, err = w.createDropping(ctx, draft); err != nil {
			return err
		}
		ref = o.Ref
		w.record("create", ref.ID, "ok", "", fieldNames(draft.Fields), started)
	}
	if again {
		w.record("create", ref.ID, "found", "an earlier attempt had created it", nil, started)
	}
	side := w.mapping.Connection.Sides[w.to]
	ref.System, ref.Type = side.System, side.Type
	if err := w.settleCreate(ctx, draft.Mark, ref); err != nil {
		return err
	}
	if err := w.Store.AddPairSide(ctx, w.pair.ID, w.to, ref); err != nil {
		return err
	}
	o, err := w.c.Get(ctx, ref.ID, w.whole())
	if err != nil {
		return doing("read the new item", err)
	}
	if h, ok := connectors.As[connectors.Historian](w.c); ok && (again || o.UpdatedAt.After(o.CreatedAt)) {
		if o.Changed, o.Ours, err = h.History(ctx, ref.ID); err != nil {
			return doing("read what was changed since the item was created", err)
		}
	}
	o.Ref.System, o.Ref.Type = ref.System, ref.Type
	w.found = &o
	if err := w.linkFound(ctx, ref.ID, w.shown, func(a core.Attachment) bool { return a.Own }); err != nil {
		return err
	}
	created := asCreated(o, draft)
	w.done.After[w.to] = &created
	if !whole {
		w.missing(&created, draft)
	}
	return nil
}

// matchedBefore takes a twin that is there already, found by the match rule now or by an attempt that was cut off, as long as no
// create was begun. After that only the mark tells what became of it.
func (w *applying) matchedBefore(ctx context.Context, mark string) (bool, error) {
	if _, err := w.Store.IntentByMark(ctx, mark); err == nil {
		return false, nil
	}
	p, err := w.Store.Pair(ctx, w.pair.ID)
	if err != nil {
		return false, err
	}
	if ref := p.Sides[w.to].Ref; !ref.IsZero() {
		w.stale, w.twin = true, ref
		return true, nil
	}
	return w.matched(ctx)
}

// asCreated is the item as the create left it: what people have changed since, where the system tells, is set back, so
// that it is seen as their edit and not taken for agreed.
func asCreated(o core.Observation, draft *core.Draft) core.Observation {
	for name, at := range o.Changed {
		if _, shown := o.Fields[name]; !shown || !at.After(o.CreatedAt) || slices.Contains(o.Ours, name) {
			continue // a step of the create itself, such as one on the way to a status, is nobody's edit
		}
		was, ok := draft.Fields[name]
		if !ok {
			was = core.Empty(o.Fields[name].Kind())
		}
		o = o.With(name, was)
	}
	return o
}

// asPlannedThen carries on with the plan whose attempt created the item, when that is an earlier one: what the source has
// changed since is a difference for the next round.
func (w *applying) asPlannedThen(ctx context.Context, mark string) error {
	first, err := w.Store.IntentByMark(ctx, mark)
	if err != nil {
		return err
	}
	id := first.Source
	for n := 2; ; n++ { // of several tries the last one made it: the others were looked for and not found
		try, err := w.Store.IntentByMark(ctx, fmt.Sprintf("%s/%d", mark, n))
		if err != nil {
			break
		}
		id = try.Source
	}
	if id == w.plan.ID {
		return nil
	}
	plan, err := w.Store.Plan(ctx, id)
	if err != nil {
		return err
	}
	if w.step, err = w.load(ctx, w.pair.ID, plan.Now); err != nil {
		return err
	}
	if err := w.asOf(ctx, w.step, &plan); err != nil {
		return err
	}
	w.plan = &plan
	w.done = merge.Done{Values: map[string]core.Value{}, Failed: map[string]core.Problem{}}
	return nil
}

// missing parks what an attempt that ended early, or whose answer was lost, created the item without: the system may have
// refused it. A text that looks different was rewritten by the system.
func (w *applying) missing(o *core.Observation, draft *core.Draft) {
	for name, want := range draft.Fields {
		d, shown := w.ruleOf(name), o.Field(name)
		if d == nil {
			continue
		}
		if _, refused := w.done.Failed[d.Rule]; refused || alike(shown, want) || want.Kind() == core.KindText && !shown.IsEmpty() {
			continue
		}
		if replaced(shown, want) {
			*o = o.With(name, want) // somebody's edit since then, which no default of the system is
			continue
		}
		w.fail(d.Rule, core.Problem{Class: core.ProblemFailed, Field: name, Retries: "the next event, or resync",
			Text: "an attempt that ended early created the item without this value: it is written again"})
	}
}

// replaced tells that a line of text holds other words than were written, and not those words cut off or with some around them, as a
// system may do.
func replaced(is, was core.Value) bool {
	if is.Kind() != core.KindString || was.Kind() != core.KindString || is.IsEmpty() || was.IsEmpty() {
		return false
	}
	a, b := strings.ToLower(strings.TrimRight(is.Source(), " .…")), strings.ToLower(was.Source())
	return !strings.HasPrefix(b, a) && !strings.Contains(a, b)
}

// findItem looks for an item that an earlier attempt may have created. The zero ref means that there is none for certain;
// that another create is about to be tried is then written down, because it too may lose its answer.
func (w *applying) findItem(ctx context.Context, intent core.Intent) (core.Ref, error) {
	finder, ok := connectors.As[connectors.Finder](w.c)
	if !ok {
		return core.Ref{}, fmt.Errorf("whether an earlier attempt created the item cannot be told, and %s has no way to look: look for it and link the two items by hand: %w",
			w.pair.Sides[w.to].Ref.System, connectors.ErrUnsupported)
	}
	side := w.mapping.Connection.Sides[w.to]
	refs, err := finder.Find(ctx, connectors.ItemType{Type: side.Type, Scope: side.Scope}, intent.Mark)
	if err != nil {
		return core.Ref{}, err
	}
	switch len(refs) {
	case 1:
		return refs[0], nil
	case 0:
		return core.Ref{}, w.again(ctx, intent)
	}
	return core.Ref{}, fmt.Errorf("%d items in %s carry the same mark: delete all but one, then resync: %w", len(refs), side.System, connectors.ErrUnsupported)
}

// again lets the item be created once more, or waits until an index that lags would show what the last try made.
func (w *applying) again(ctx context.Context, intent core.Intent) error {
	open, err := w.Store.OpenIntents(ctx, w.pair.ID)
	if err != nil {
		return err
	}
	last, tries := intent.StartedAt, 1
	for _, i := range open {
		if strings.HasPrefix(i.Mark, intent.Mark+"/") {
			tries++
			if i.StartedAt.After(last) {
				last = i.StartedAt
			}
		}
	}
	if lag := w.c.Facts().FindLag; lag > 0 {
		slowest := lag / 2 // how long a create may take to show its effect after it was begun, on top of the index's lag
		if left := last.Add(lag + slowest).Sub(w.Now()); left > 0 {
			return connectors.Busy("look for an item that an earlier attempt may have created",
				"its index may lag; it is looked for until the lag is over, then created", min(left, lag/8+time.Second))
		}
	}
	_, err = w.Store.BeginIntent(ctx, core.Intent{Mark: fmt.Sprintf("%s/%d", intent.Mark, tries+1), Pair: w.pair.ID, Side: w.to,
		Kind: intent.Kind, Source: w.plan.ID, StartedAt: w.Now().UTC()})
	return err
}

// settleCreate records what became of the create and of every further try: the create itself first, because the next
// attempt asks it alone whether the item is known.
func (w *applying) settleCreate(ctx context.Context, mark string, ref core.Ref) error {
	if err := w.Store.SettleIntent(ctx, mark, ref.ID, ref.Key, ref.URL); err != nil {
		return err
	}
	open, err := w.Store.OpenIntents(ctx, w.pair.ID)
	if err != nil {
		return err
	}
	for _, i := range open {
		if strings.HasPrefix(i.Mark, mark+"/") {
			if err := w.Store.SettleIntent(ctx, i.Mark, ref.ID, ref.Key, ref.URL); err != nil {
				return err
			}
		}
	}
	return nil
}

// createDropping creates the item, parking fields that the system refuses, as long as it names them. Whole tells that
// nothing was left to do when the create ended.
func (w *applying) createDropping(ctx context.Context, draft *core.Draft) (o core.Observation, whole bool, err error) {
	for {
		o, err := w.createOnce(ctx, draft)
		if err == nil {
			return o, true, nil
		}
		var invalid *connectors.InvalidError
		named := errors.As(err, &invalid)
		if !o.Ref.IsZero() { // the item exists, less what was refused or not reached after it had been made
			if named {
				w.parkFields(invalid.Fields, func(string) bool { return true })
			}
			return o, false, nil
		}
		if !named || !w.parkFields(invalid.Fields, func(f string) bool {
			_, has := draft.Fields[f]
			delete(draft.Fields, f)
			return has
		}) {
			return o, false, err
		}
	}
}

// createOnce creates the item, with the files that its texts show where the system takes them together.
func (w *applying) createOnce(ctx context.Context, draft *core.Draft) (core.Observation, error) {
	creator, ok := connectors.As[connectors.InlineCreator](w.c)
	if !ok || len(w.shown) == 0 {
		return w.c.Create(ctx, *draft)
	}
	files, _ := w.inlineFiles(w.shown)
	o, _, err := creator.CreateWith(ctx, *draft, files)
	return o, err
}

func fieldNames(fields map[string]core.Value) []string {
	names := make([]string, 0, len(fields))
	for n := range fields {
		names = append(names, n)
	}
	return names
}
