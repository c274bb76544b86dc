package activities

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
)

// Fetch reads an item with its comments and its list of files, stores what it saw and returns a reference to it. An item
// that is gone is a normal result. With First it also decides whether the item enters the sync, and claims it.
func (a *Activities) Fetch(ctx context.Context, in FetchInput) (FetchResult, error) {
	defer beat(ctx)()
	if err := a.waited(ctx, in.Live, in.Ref.System); err != nil {
		return FetchResult{}, err
	}
	err := a.closed(ctx, in.Ref.System)
	var r FetchResult
	if err == nil {
		r, err = a.fetch(ctx, in)
		err = a.denied(ctx, err, in.Ref.System)
	}
	a.stuck(ctx, in.Pair, err)
	a.Log.Debug("item read", "pair", in.Pair, "connection", in.Connection, "system", in.Ref.System, "delivery", in.Delivery, "gone", r.Gone, "class", connectors.Class(err))
	return r, temporalError(doing("fetch "+in.Ref.String(), err))
}

func (a *Activities) fetch(ctx context.Context, in FetchInput) (FetchResult, error) {
	m, err := a.Mappings.Active(ctx, in.Connection)
	if err != nil {
		return FetchResult{}, err
	}
	c, err := a.Systems.Connector(ctx, in.Ref.System)
	if err != nil {
		return FetchResult{}, err
	}
	known := a.seen(ctx, in.Seen)
	want := wanted(m, in.Side, known, in.Full)
	o, err := c.Get(ctx, in.Ref.ID, want)
	if errors.Is(err, connectors.ErrNotFound) {
		return FetchResult{Gone: true, Version: m.Connection.Version, Ref: in.Ref}, nil
	}
	if err != nil {
		return FetchResult{}, err
	}
	if h, ok := connectors.As[connectors.Historian](c); ok && in.History {
		if o.Changed, o.Ours, err = h.History(ctx, in.Ref.ID); err != nil {
			return FetchResult{}, doing("read when each field was changed", err)
		}
	}
	o.Ref.System, o.Ref.Type = in.Ref.System, m.Connection.Sides[in.Side].Type
	r := FetchResult{Revision: o.Revision, Precise: o.Revision != "" && c.Facts().Precision <= time.Millisecond && c.Facts().Revisions,
		At: o.UpdatedAt, Version: m.Connection.Version, Ref: o.Ref, Changed: changedFields(known, &o)}
	if in.First {
		if r.Refused, r.BelongsTo, err = a.enter(ctx, in, m, &o); err != nil || r.Refused != "" || r.BelongsTo != "" {
			return r, err
		}
	}
	r.Hash, err = a.Store.PutObservation(ctx, in.Pair, o)
	return r, err
}

// enter decides whether an item that is in no pair enters the sync. An item that carries a mark was created by a sync: it
// belongs to the pair whose create made it, also while that create is still under way.
func (a *Activities) enter(ctx context.Context, in FetchInput, m *mapping.Mapping, o *core.Observation) (refused, belongsTo string, err error) {
	if o.Mark != "" {
		if i, err := a.Store.IntentByMark(ctx, o.Mark); err == nil {
			if pair, err := a.Store.Pair(ctx, i.Pair); err == nil && pair.Connection == in.Connection && pair.Status != core.PairUnlinked {
				return "", i.Pair, nil
			}
		}
		return "it was created by a sync and is no origin of a new pair", "", nil
	}
	if refused, err = admitted(m, in.Side, o); refused != "" || err != nil {
		return refused, "", err
	}
	if unlinked, err := a.unlinked(ctx, in); err != nil || unlinked {
		return "its pair was unlinked: link the two items by hand to keep them in step again", "", err
	}
	pair := begun(m, in.Side, o, a.Now().UTC())
	pair.ID = in.Pair
	got, _, err := a.Store.ClaimPair(ctx, pair)
	if err != nil {
		return "", "", err
	}
	if got.ID != in.Pair {
		return "", got.ID, nil
	}
	return "", "", nil
}

// admitted tells why an item without a mark, which is in no pair, is no origin of one; "" when it is.
func admitted(m *mapping.Mapping, side core.Side, o *core.Observation) (string, error) {
	if o.OwnItem {
		return "it was created by the sync's own account and is no origin of a new pair", nil
	}
	ok, reason, err := m.Starts(side, o)
	if err != nil || ok {
		return "", err
	}
	return reason, nil
}

// begun is the pair that begins with an item of the side.
func begun(m *mapping.Mapping, from core.Side, o *core.Observation, at time.Time) core.Pair {
	conn := m.Connection
	pair := core.Pair{ID: core.PairID(conn.Name, conn.Sides[from].Name, o.Ref.ID), Connection: conn.Name, Version: conn.Version, Status: core.PairPending,
		Origin: from, CreatedAt: at}
	for _, s := range core.Sides {
		side := conn.Sides[s]
		pair.Sides[s] = core.PairSide{Name: side.Name, Ref: core.Ref{System: side.System, Type: side.Type}}
	}
	pair.Sides[from].Ref = o.Ref
	return pair
}

// unlinked reports an item whose pair of this connection was ended, and that is in no other: a person decided that, and
// the trigger does not overrule it.
func (a *Activities) unlinked(ctx context.Context, in FetchInput) (bool, error) {
	pairs, err := a.Store.PairsOf(ctx, in.Ref.System, in.Ref.ID)
	ended := false
	for _, p := range pairs {
		if p.Connection != in.Connection {
			continue
		}
		if p.Status != core.PairUnlinked {
			return false, err
		}
		ended = true
	}
	return ended, err
}

// seen is an earlier observation, nil when there is none. One that was erased is as good as none.
func (a *Activities) seen(ctx context.Context, hash string) *core.Observation {
	if hash == "" {
		return nil
	}
	o, err := a.Store.Observation(ctx, hash)
	if err != nil || o.Erased {
		return nil
	}
	return &o
}

func wanted(m *mapping.Mapping, side core.Side, known *core.Observation, full bool) connectors.Want {
	s := m.Connection.Sides[side]
	return connectors.Want{Type: connectors.ItemType{Type: s.Type, Scope: s.Scope}, Fields: m.Fields(side),
		Comments: m.Connection.Comments.Flow != "", Attachments: m.Connection.Attachments.Flow != "", Worklogs: m.Connection.Worklogs.Flow != "", Known: known, Full: full}
}

func changedFields(was, is *core.Observation) []string {
	if was == nil {
		return nil
	}
	var names []string
	for name, v := range is.Fields {
		if !core.Equal(was.Field(name), v) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	if n := len(is.Comments) - len(was.Comments); n != 0 {
		names = append(names, fmt.Sprintf("comments (%+d)", n))
	}
	if n := len(is.Attachments) - len(was.Attachments); n != 0 {
		names = append(names, fmt.Sprintf("attachments (%+d)", n))
	}
	if n := len(is.Worklogs) - len(was.Worklogs); n != 0 {
		names = append(names, fmt.Sprintf("worklogs (%+d)", n))
	}
	return names
}
