package activities

import (
	"context"
	"errors"
	"slices"
	"time"

	"duplex/connectors"
	"duplex/core"
)

const (
	lookMost   = 1000 // items looked for in one pass, where many are read in one call
	lookSingle = 100  // where each is a call
	lookAtOnce = 100
)

// presence is a look for the items of a side's pairs one by one, because the system's feed does not tell deletions, or no
// longer lists an item that left the scope. Pairs take turns: a pass looks for some of them and the next goes on behind.
type presence struct {
	next    string // pair after which the next pass goes on
	looked  int
	missing []core.Tracked // not there
	hints   []core.Hint
	moved   map[bool][]string // pairs whose item is in or out of the scope, and was not
	round   scopeRound
}

func (p *presence) cursor(s *sweep) string {
	return "presence:" + s.conn.Name + ":" + s.side.Name + ":" + s.side.System
}

// look reads the next items. One that is missing, and one whose state nobody has read, become hints. Since when an item is
// missing is stored at once, so that it is counted.
func (s *sweep) look(ctx context.Context) (*presence, error) {
	p := &presence{moved: map[bool][]string{}}
	after, _, err := s.Store.Position(ctx, p.cursor(s))
	if err != nil {
		return nil, err
	}
	if p.round, err = s.scopeRound(ctx); err != nil {
		return nil, err
	}
	if p.round.anew {
		after = ""
	}
	batch, many := connectors.As[connectors.BatchGetter](s.c)
	most := lookSingle
	if many {
		most = lookMost
	}
	turn, err := s.Store.TrackedAfter(ctx, s.conn.Name, s.side.Name, after, most)
	if err != nil {
		return nil, err
	}
	if len(turn) == most {
		p.next = turn[len(turn)-1].Pair
	} else {
		p.round.ended()
	}
	if len(turn) < most && after != "" { // the end is reached: begin anew, as far as the turn allows
		first, err := s.Store.TrackedAfter(ctx, s.conn.Name, s.side.Name, "", most-len(turn))
		if err != nil {
			return nil, err
		}
		for _, t := range first {
			if t.Pair > after {
				break
			}
			turn = append(turn, t)
			p.next = t.Pair
		}
	}
	for part := range slices.Chunk(turn, lookAtOnce) {
		found, err := s.read(ctx, batch, part)
		if err != nil {
			return nil, doing("look for the items of "+s.side.System, err)
		}
		for _, t := range part {
			s.present(p, t, found)
		}
	}
	var gone []string
	for i, t := range p.missing {
		gone = append(gone, t.Pair)
		if t.GoneAt.IsZero() {
			p.missing[i].GoneAt = s.Now().UTC()
		}
	}
	s.pass.Looked, s.pass.Missing = p.looked, len(p.missing)
	return p, s.Store.MarkGone(ctx, s.side.Name, gone, s.Now().UTC())
}

// read gives what is there, by id. An item whose read fails is given as one of which nothing is known.
func (s *sweep) read(ctx context.Context, batch connectors.BatchGetter, part []core.Tracked) (map[string]*core.Observation, error) {
	want := wanted(s.m, s.at, nil, false)
	want.Comments, want.Attachments, want.Worklogs = false, false, false
	found := map[string]*core.Observation{}
	if batch != nil {
		var ids []string
		for _, t := range part {
			ids = append(ids, t.Ref.ID)
		}
		list, err := batch.GetMany(ctx, ids, want)
		for i := range list {
			found[list[i].Ref.ID] = &list[i]
		}
		return found, err
	}
	for _, t := range part {
		o, err := s.c.Get(ctx, t.Ref.ID, want)
		switch {
		case err == nil:
			found[t.Ref.ID] = &o
		case errors.Is(err, connectors.ErrNotFound):
		case stops(err):
			return nil, err
		default:
			found[t.Ref.ID] = nil
			s.Log.Warn("an item could not be looked for; the others are", "connection", s.conn.Name, "side", s.side.Name, "pair", t.Pair, "class", connectors.Class(err))
		}
	}
	return found, nil
}

// present decides about one item that was looked for.
func (s *sweep) present(p *presence, t core.Tracked, found map[string]*core.Observation) {
	h := core.Hint{Ref: t.Ref, Kind: core.HintChanged, Connection: s.conn.Name, Urgency: core.Sweep}
	o, there := found[t.Ref.ID]
	if !there && t.Gone { // the policy is to ignore it
		return
	}
	p.looked++
	switch {
	case !there:
		p.missing = append(p.missing, t)
		if h.Kind = core.HintDeleted; !s.hinted[t.Ref.ID] {
			p.hints = append(p.hints, h)
		}
		return
	case o == nil:
		return
	}
	if outside := s.m.Outside(s.at, o) != ""; outside != t.Outside {
		p.moved[outside] = append(p.moved[outside], t.Pair)
		if outside && p.round.count {
			s.outside[t.Ref.ID] = true
		}
	}
	// An item that left the scope is listed no more and stays in step: its changes are found here.
	if f := s.c.Facts(); f.Revisions && f.Precision <= time.Millisecond && !s.known(t, o.Revision) && !s.hinted[t.Ref.ID] {
		if h.Revision = o.Revision; t.Wrote(o.Revision) {
			h.Revision = ""
		} else if t.Revision != "" { // else nothing tells what was seen
			s.changed[t.Ref.ID] = true
		}
		p.hints = append(p.hints, h)
	}
}

// missingSince counts the missing items that nobody has accepted.
func (p *presence) missingSince(accepted time.Time) (n int) {
	for _, t := range p.missing {
		if t.GoneAt.After(accepted) {
			n++
		}
	}
	return n
}

// settle hands over what was found and lets the next pass go on behind it.
func (p *presence) settle(ctx context.Context, s *sweep) error {
	if p == nil {
		return nil
	}
	if err := s.handOver(ctx, "presence\x00"+s.pass.Started.Format(time.RFC3339Nano), p.hints); err != nil {
		return err
	}
	for outside, pairs := range p.moved {
		if err := s.Store.MarkOutside(ctx, s.side.Name, pairs, outside); err != nil {
			return err
		}
	}
	if err := s.Store.PutCursor(ctx, s.scopeCursor(), p.round.noted); err != nil {
		return err
	}
	return s.Store.PutCursor(ctx, p.cursor(s), p.next)
}
