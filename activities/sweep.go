package activities

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
)

const (
	sweepPage    = 100              // changes asked for at once
	sweepMost    = 50_000           // changes held in memory to be counted before any is handed over
	sweepFor     = 5 * time.Minute  // listing; what is left is for the next pass
	sweepOverlap = 10 * time.Minute // how far before its first sweep a connection looks back
	hintsAtOnce  = 100              // in one delivery
)

// Sweep is one pass over what changed on a side since the cursor. Everything is listed and counted first; where it is more
// than the connection's brakes allow nothing is handed over. Else what is news is recorded as deliveries, page by page,
// and the cursor is stored after each page: a pass that dies in between repeats hints and loses none.
func (a *Activities) Sweep(ctx context.Context, in SweepInput) (SweepResult, error) {
	defer beat(ctx)()
	m, err := a.Mappings.Active(ctx, in.Connection)
	if err != nil {
		return SweepResult{}, temporalError(doing("sweep "+in.Connection, err))
	}
	s := &sweep{Activities: a, m: m, conn: m.Connection, at: in.Side, side: m.Connection.Sides[in.Side]}
	s.pass = core.SideSweep{Connection: s.conn.Name, Side: s.side.Name, Started: a.Now().UTC(), Result: core.SweepDone}
	if err := a.closed(ctx, s.side.System); err != nil {
		return SweepResult{}, temporalError(err)
	}
	err = a.denied(ctx, s.run(ctx), s.side.System)
	if err != nil {
		s.pass.Result, s.pass.Text = core.SweepFailed, withoutContent(err)
	}
	s.pass.Ended = a.Now().UTC()
	if e := a.Store.PutSideSweep(ctx, s.pass); e != nil && err == nil {
		err = e
	}
	if a.Observer != nil {
		a.Observer.Swept(s.pass)
	}
	a.Log.Info("swept", "connection", s.conn.Name, "side", s.side.Name, "result", s.pass.Result, "listed", s.pass.Listed,
		"handed-over", s.pass.HandedOver, "known", s.pass.Known, "looked", s.pass.Looked, "missing", s.pass.Missing)
	return SweepResult{Pass: s.pass, More: s.more}, temporalError(doing("sweep "+s.conn.Name+", side "+s.side.Name, err))
}

// sweep is one pass under way.
type sweep struct {
	*Activities
	m     *mapping.Mapping
	conn  core.Connection
	at    core.Side
	side  core.ConnectionSide
	c     connectors.Connector
	pages []sweptPage
	more  bool
	pass  core.SideSweep
	// hinted, changed and outside are items, so that one that is listed twice counts once.
	hinted, changed, outside map[string]bool
}

// sweptPage is what one page of the feed makes of the pairs.
type sweptPage struct {
	since, next connectors.Cursor
	hints       []core.Hint
}

func (s *sweep) run(ctx context.Context) (err error) {
	if b, on, err := s.Store.Brake(ctx, s.conn.Name); err != nil || on {
		s.pass.Result, s.pass.Text = core.SweepBraked, b.Saw
		return err
	}
	if s.c, err = s.Systems.Connector(ctx, s.side.System); err != nil {
		return err
	}
	if err := s.wake(ctx); err != nil {
		return err
	}
	s.hinted, s.changed, s.outside = map[string]bool{}, map[string]bool{}, map[string]bool{}
	if err := s.list(ctx); err != nil {
		return err
	}
	var looked *presence
	if !s.more && s.hides() {
		if looked, err = s.look(ctx); err != nil {
			return err
		}
	}
	if saw, err := s.judge(ctx, looked); err != nil || saw != "" {
		s.pass.Result, s.pass.Text = core.SweepBraked, saw
		return err
	}
	for _, p := range s.pages {
		if err := s.handOver(ctx, string(p.since)+"\x00"+string(p.next), p.hints); err != nil {
			return err
		}
		if err := s.Store.PutCursor(ctx, s.cursor(), string(p.next)); err != nil {
			return err
		}
	}
	return looked.settle(ctx, s)
}

// cursor names the position in the side's feed. A side that moved to another system begins anew.
func (s *sweep) cursor() string {
	return "sweep:" + s.conn.Name + ":" + s.side.Name + ":" + s.side.System
}

func (s *sweep) itemType() connectors.ItemType {
	return connectors.ItemType{Type: s.side.Type, Scope: s.side.Scope}
}

// hides reports whether the feed does not tell everything that happens to the items of pairs.
func (s *sweep) hides() bool {
	f := s.c.Facts()
	return !f.ListsDeletions || f.ServerFilter && len(s.side.Scope) > 0
}

// wake hands over the pairs that a brake held and nobody has told of its release.
func (s *sweep) wake(ctx context.Context) error {
	for after := ""; ; {
		held, err := s.Store.HeldPairs(ctx, s.conn.Name, core.ProblemBrake, after, hintsAtOnce)
		if err != nil || len(held) == 0 {
			return err
		}
		var hints []core.Hint
		for _, p := range held {
			after = p.ID
			if ref := p.Sides[s.at].Ref; !ref.IsZero() {
				hints = append(hints, core.Hint{Ref: ref, Kind: core.HintChanged, Connection: s.conn.Name, Urgency: core.Replay})
			}
		}
		if err := s.handOver(ctx, "wake\x00"+s.pass.Started.Format(time.RFC3339Nano)+after, hints); err != nil {
			return err
		}
	}
}

// list walks the feed from the cursor and decides about every change. A connection that was never swept begins a little
// before now: what has been there for long is for a backfill, which somebody asks for.
func (s *sweep) list(ctx context.Context) error {
	text, found, err := s.Store.Position(ctx, s.cursor())
	if err != nil {
		return err
	}
	since, silent := connectors.Cursor(text), false
	if !found {
		starter, ok := connectors.As[connectors.Starter](s.c)
		if silent = !ok; ok {
			since = starter.CursorAt(s.Now().Add(-sweepOverlap))
			if err := s.Store.PutCursor(ctx, s.cursor(), string(since)); err != nil { // the beginning, however long the system is away
				return err
			}
		}
	}
	for began := s.Now(); ; {
		page, err := s.c.Changes(ctx, s.itemType(), since, sweepPage)
		if err != nil {
			return doing("list the changes of "+s.side.System, err)
		}
		if page.More && page.Next == since {
			return fmt.Errorf("the feed of %s says that there is more and does not move", s.side.System)
		}
		var hints []core.Hint
		if !silent {
			if hints, err = s.decide(ctx, page.Items); err != nil {
				return err
			}
			s.pass.Listed += len(page.Items)
		}
		s.pages = append(s.pages, sweptPage{since, page.Next, hints})
		since = page.Next
		if !page.More {
			return nil
		}
		if !silent && (s.pass.Listed >= sweepMost || s.Now().Sub(began) > sweepFor) {
			s.more = true
			return nil
		}
	}
}

// decide turns a page of changes into hints: what is news to the pairs, and what may begin one.
//
//	the item's pair   the feed says           hint
//	linked            deleted                 deleted; noted as gone
//	linked            a revision acted on     none, where revisions tell any two states apart
//	linked            otherwise               changed
//	unlinked          any                     none: a person, or a deletion, ended it
//	none              deleted                 none
//	none              otherwise               changed, where the side begins pairs
func (s *sweep) decide(ctx context.Context, changes []connectors.Change) ([]core.Hint, error) {
	known, err := s.tracked(ctx, changes)
	if err != nil {
		return nil, err
	}
	var hints []core.Hint
	var gone []string
	for _, c := range changes {
		h := core.Hint{Ref: c.Ref, Kind: core.HintChanged, Revision: c.Revision, At: c.UpdatedAt, Connection: s.conn.Name, Urgency: core.Sweep}
		h.Ref.System = s.side.System
		t, paired := known[c.Ref.ID]
		switch {
		case paired && !t.Linked, !paired && (c.Deleted || !s.side.Starts):
			s.pass.Known++
			continue
		case paired && c.Deleted:
			if t.Gone { // the policy is to ignore it
				s.pass.Known++
				continue
			}
			h.Kind, gone = core.HintDeleted, append(gone, t.Pair)
		case paired:
			if s.known(t, c.Revision) {
				s.pass.Known++
				continue
			}
			if t.Wrote(c.Revision) {
				h.Revision = "" // so that the pair reads, although it knows the revision
			} else if !t.Seen(c.Revision) {
				s.changed[c.Ref.ID] = true
			}
		}
		s.hinted[c.Ref.ID] = true
		hints = append(hints, h)
	}
	return hints, s.Store.MarkGone(ctx, s.side.Name, gone, s.Now().UTC())
}

// known reports whether the state at that revision needs no read. A revision of whole seconds may hold two states, and
// that of an own write which the system did not guard may cover somebody's comment.
func (s *sweep) known(t core.Tracked, revision string) bool {
	f := s.c.Facts()
	if !f.Revisions || f.Precision > time.Millisecond || !t.GoneAt.IsZero() {
		return false
	}
	return t.Seen(revision) || f.Precondition && t.Wrote(revision)
}

// tracked is what the store knows of the items, by id. A linked pair counts before an unlinked one.
func (s *sweep) tracked(ctx context.Context, changes []connectors.Change) (map[string]core.Tracked, error) {
	ids := make([]string, 0, len(changes))
	for _, c := range changes {
		ids = append(ids, c.Ref.ID)
	}
	list, err := s.Store.Tracked(ctx, s.conn.Name, s.side.Name, ids)
	out := map[string]core.Tracked{}
	for _, t := range list {
		if !out[t.Ref.ID].Linked {
			out[t.Ref.ID] = t
		}
	}
	return out, err
}

// judge puts the brake on where too much happened. What happened before the last release was looked at and accepted.
func (s *sweep) judge(ctx context.Context, looked *presence) (saw string, err error) {
	t, accepted, err := s.tally(ctx, s.conn.Name, s.side.Name)
	if err != nil {
		return "", err
	}
	t.Changed, t.Outside = len(s.changed), len(s.outside)
	released, err := s.releasedSince(ctx)
	if err != nil {
		return "", err
	}
	if released {
		t.Changed, t.Outside = 0, 0
	}
	if looked != nil {
		t.Missing = looked.missingSince(accepted)
		t.Looked = looked.looked - len(looked.missing) + t.Missing
	}
	return s.Activities.judge(ctx, s.conn, t)
}

// releasedSince reports whether somebody accepted what a sweep of this side saw, and no sweep has passed since.
func (s *sweep) releasedSince(ctx context.Context) (bool, error) {
	last, ever, err := s.Store.LastRelease(ctx, s.conn.Name)
	if err != nil || !ever || last.Side != s.side.Name || last.Kind == core.BrakeDeleted {
		return false, err
	}
	passes, err := s.Store.SideSweeps(ctx, s.conn.Name)
	for _, p := range passes {
		if p.Side == s.side.Name {
			return p.Succeeded.Before(last.ReleasedAt), err
		}
	}
	return true, err
}

// handOver records hints as deliveries, which is the one way into pairs. The ids come from what is handed over and from
// where, so that a pass which is repeated records nothing twice.
func (s *sweep) handOver(ctx context.Context, from string, hints []core.Hint) error {
	for part := range slices.Chunk(hints, hintsAtOnce) {
		body, err := json.Marshal(part)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(append([]byte(from+"\x00"), body...))
		d := core.Delivery{System: s.side.System, ID: core.MadeBySweep.ID(s.conn.Name, s.side.Name, hex.EncodeToString(sum[:12])),
			ReceivedAt: s.Now().UTC(), Hints: part}
		if _, _, err := s.Store.RecordDelivery(ctx, d); err != nil {
			return err
		}
		s.pass.HandedOver += len(part)
	}
	return nil
}

// stops tells whether an error about one item is about all: the system is away or refuses the account.
func stops(err error) bool {
	return errors.Is(err, connectors.ErrDenied) || connectors.Class(err) == "busy" || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
