package activities

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"duplex/connectors"
	"duplex/core"
)

// read reads the items of the targets as they are now, in few calls: what lists leave out (comments, files, some texts) is
// taken from what was last seen where the item has not moved since, and read one by one where it has.
func (t *Trial) read(ctx context.Context, part []target) error {
	if t.request.Recorded {
		return nil
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, side := range core.Sides {
		g.Go(func() error { return t.readSide(ctx, side, part) })
	}
	return g.Wait()
}

// idOn is the id of the target's item on a side, "" when there is none.
func (g *target) idOn(side core.Side) string {
	switch {
	case g.err != nil:
		return ""
	case g.pair != nil:
		return g.pair.Sides[side].Ref.ID
	case g.side == side:
		return g.ref.ID
	}
	return ""
}

// want is what planning reads of a side, under both versions.
func (t *Trial) want(side core.Side) connectors.Want {
	w := wanted(t.Mapping, side, nil, false)
	if t.Against != nil {
		o := wanted(t.Against, side, nil, false)
		w.Fields = slices.Compact(slices.Sorted(slices.Values(append(w.Fields, o.Fields...))))
		w.Comments, w.Attachments = w.Comments || o.Comments, w.Attachments || o.Attachments
		w.Worklogs = w.Worklogs || o.Worklogs
	}
	return w
}

func (t *Trial) readSide(ctx context.Context, side core.Side, part []target) error {
	r, want := t.Readers[side], t.want(side)
	var one []*target // to be read alone
	var ids []string
	for i := range part {
		if id := part[i].idOn(side); id != "" {
			one, ids = append(one, &part[i]), append(ids, id)
		}
	}
	known := map[string]*core.Observation{}
	for _, g := range one {
		if known[g.idOn(side)] = g.seen(ctx, t.Store, side); len(t.request.Items) > 0 {
			want.Full = true
		}
	}
	if r.getMany != nil && len(ids) > 1 {
		var many []core.Observation
		err := t.patiently(ctx, side, func() (err error) {
			many, err = r.GetMany(ctx, ids, want)
			return err
		})
		if err != nil {
			return doing("read items of "+t.Mapping.Connection.Sides[side].System, err)
		}
		one = t.listed(side, one, many, known, want)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(trialAtOnce)
	for _, x := range one {
		g.Go(func() error { return t.readWhole(ctx, side, x, known[x.idOn(side)], want) })
	}
	return g.Wait()
}

// seen is what was last stored of the item, nil when there is nothing.
func (g *target) seen(ctx context.Context, store TrialStore, side core.Side) *core.Observation {
	if g.pair == nil || g.pair.Sides[side].Seen == "" {
		return nil
	}
	o, err := store.Observation(ctx, g.pair.Sides[side].Seen)
	if err != nil || o.Erased {
		return nil
	}
	return &o
}

// listed gives the targets what a list showed of them, and returns those that have to be read alone for the rest.
func (t *Trial) listed(side core.Side, targets []*target, many []core.Observation, known map[string]*core.Observation, want connectors.Want) (rest []*target) {
	by := map[string]*core.Observation{}
	for i := range many {
		by[many[i].Ref.ID] = &many[i]
	}
	for _, g := range targets {
		o, was := by[g.idOn(side)], known[g.idOn(side)]
		if o == nil {
			g.gone[side] = true
			continue
		}
		lacks := ""
		if was != nil && was.Revision != "" && was.Revision == o.Revision {
			o = completed(*o, was)
		} else if want.Comments || want.Attachments || want.Worklogs {
			lacks = "its comments, worklogs and files were not read"
		}
		for _, f := range want.Fields {
			// A field that is not shown although it was asked for before is one that this item does not have.
			if o.Field(f).IsAbsent() && (was == nil || was.Revision != o.Revision || !slices.Contains(t.fieldsBefore(side), f)) && lacks == "" {
				lacks = "its " + f + " was not read"
			}
		}
		g.now[side] = t.ours(side, o)
		switch {
		case lacks == "":
		case t.request.Whole || len(t.request.Items) > 0 || t.mayRead():
			rest = append(rest, g)
		default:
			g.notRead[side] = lacks
		}
	}
	return rest
}

// fieldsBefore are the fields that were asked for when the pairs were last read.
func (t *Trial) fieldsBefore(side core.Side) []string {
	if t.Against != nil {
		return t.Against.Fields(side)
	}
	return t.Mapping.Fields(side)
}

// mayRead counts the items that are read alone, up to what is done without being asked for.
func (t *Trial) mayRead() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.whole++
	return t.whole <= mostWhole
}

// completed is what a list showed, with the rest as it was last seen at the same revision.
func completed(o core.Observation, was *core.Observation) *core.Observation {
	for name, v := range was.Fields {
		if o.Field(name).IsAbsent() {
			o = o.With(name, v)
		}
	}
	o.Changed, o.Ours = was.Changed, was.Ours
	o.Comments, o.Attachments, o.Complete = was.Comments, was.Attachments, was.Complete
	o.Worklogs, o.AllWorklogs = was.Worklogs, was.AllWorklogs
	return &o
}

func (t *Trial) readWhole(ctx context.Context, side core.Side, g *target, known *core.Observation, want connectors.Want) error {
	want.Known = known
	var o core.Observation
	err := t.patiently(ctx, side, func() (err error) {
		o, err = t.Readers[side].Get(ctx, g.idOn(side), want)
		return err
	})
	switch class := connectors.Class(err); {
	case err == nil:
		g.now[side] = t.ours(side, &o)
	case ctx.Err() != nil:
		return ctx.Err()
	case class == "not-found":
		g.gone[side] = true
	case class == "busy", class == "failed":
		return doing("read an item of "+t.Mapping.Connection.Sides[side].System, err)
	default:
		t.mu.Lock() // both sides of a target may fail at once
		g.err = doing("read the item in "+t.Mapping.Connection.Sides[side].Name, err)
		t.mu.Unlock()
	}
	return nil
}

// ours names the item as the connection does.
func (t *Trial) ours(side core.Side, o *core.Observation) *core.Observation {
	s := t.Mapping.Connection.Sides[side]
	o.Ref.System, o.Ref.Type = s.System, s.Type
	return o
}
