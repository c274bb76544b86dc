package activities

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/core/merge"
)

// step is everything one planning looks at, loaded.
type step struct {
	pair         core.Pair
	row          core.Pair // as the store has it
	mapping      *mapping.Mapping
	links        []core.Link
	can          [2]merge.EntryAbilities
	formats      [2]string
	impersonates [2]bool // a comment can be written as another person
	now          [2]*core.Observation
	base         [2]*core.Observation
	twins        [2]core.Twins
	retry        bool
	resolve      map[string]core.Side
	// travelling are the files of each side that are about to be copied, by id, with who may read the copy.
	travelling [2]map[string]core.Visibility
	// resolutions are the operators' decisions that no sync has carried out yet.
	resolutions []core.Resolution
}

// PlanStore is what planning reads of the store. It has no method that writes.
type PlanStore interface {
	Pair(ctx context.Context, id string) (core.Pair, error)
	PairsOf(ctx context.Context, system, itemID string) ([]core.Pair, error)
	Links(ctx context.Context, pair string) ([]core.Link, error)
	OpenResolutions(ctx context.Context, pair string) ([]core.Resolution, error)
	Observation(ctx context.Context, hash string) (core.Observation, error)
	Plans(ctx context.Context, pair string, limit int) ([]core.Plan, error)
	BusySince(ctx context.Context, pair string, n int) (time.Time, error)
}

// planner is all that planning is made from. It holds nothing that could write, neither to the store nor to a system, so
// that what a test run shows and what a sync does are one thing.
type planner struct {
	Store   PlanStore
	Mapping func(ctx context.Context, connection string) (*mapping.Mapping, error)
	Look    func(ctx context.Context, system string) (merge.EntryAbilities, connectors.Facts, error)
	Now     func() time.Time
}

func (a *Activities) planner() *planner {
	return &planner{Store: a.Store, Mapping: a.Mappings.Active, Now: a.Now,
		Look: func(ctx context.Context, system string) (merge.EntryAbilities, connectors.Facts, error) {
			c, err := a.Systems.Connector(ctx, system)
			if err != nil {
				return merge.EntryAbilities{}, connectors.Facts{}, err
			}
			return abilities(c), c.Facts(), nil
		}}
}

// load reads the pair, its merge base and the named observations.
func (a *Activities) load(ctx context.Context, pairID string, seen [2]string) (*step, error) {
	return a.planner().load(ctx, pairID, seen)
}

func (a *planner) load(ctx context.Context, pairID string, seen [2]string) (*step, error) {
	pair, err := a.Store.Pair(ctx, pairID)
	if err != nil {
		return nil, err
	}
	s, err := a.about(ctx, pair)
	if err != nil {
		return nil, err
	}
	for _, side := range core.Sides {
		now, err := a.observation(ctx, seen[side])
		if err != nil {
			return nil, err
		}
		if now != nil && now.Erased {
			return nil, errErased
		}
		s.sees(side, seen[side], now)
	}
	return s, nil
}

// about gathers what a planning of the pair looks at besides the two items as they are now.
func (a *planner) about(ctx context.Context, pair core.Pair) (*step, error) {
	s := &step{pair: pair, row: pair}
	var err error
	if s.mapping, err = a.Mapping(ctx, pair.Connection); err != nil {
		return nil, err
	}
	if s.links, err = a.Store.Links(ctx, pair.ID); err != nil {
		return nil, err
	}
	if s.resolutions, err = a.Store.OpenResolutions(ctx, pair.ID); err != nil {
		return nil, err
	}
	for _, side := range core.Sides {
		can, facts, err := a.Look(ctx, pair.Sides[side].Ref.System)
		if err != nil {
			return nil, err
		}
		s.can[side], s.formats[side], s.impersonates[side] = can, facts.RichText, facts.Impersonates
		if s.base[side], err = a.observation(ctx, pair.Sides[side].Base); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// sees sets an item as it is now, nil for none, and the hash it is known by.
func (s *step) sees(side core.Side, hash string, now *core.Observation) {
	s.now[side], s.pair.Sides[side].Seen = now, hash
	if now != nil {
		s.pair.Sides[side].Ref, s.pair.Sides[side].Revision = now.Ref, now.Revision
	}
}

func (a *Activities) observation(ctx context.Context, hash string) (*core.Observation, error) {
	return a.planner().observation(ctx, hash)
}

func (a *planner) observation(ctx context.Context, hash string) (*core.Observation, error) {
	if hash == "" {
		return nil, nil
	}
	o, err := a.Store.Observation(ctx, hash)
	if err != nil {
		return nil, fmt.Errorf("observation %.12s: %w", hash, err)
	}
	return &o, nil
}

// errErased stops work on content that was erased while it was under way: a digest must never be written.
var errErased = fmt.Errorf("a person was erased from what was read: both sides are read afresh: %w", connectors.ErrStale)

func abilities(c connectors.Connector) merge.EntryAbilities {
	_, add := connectors.As[connectors.Commenter](c)
	_, edit := connectors.As[connectors.CommentEditor](c)
	_, del := connectors.As[connectors.CommentDeleter](c)
	_, narrow := connectors.As[connectors.CommentNarrower](c)
	_, redact := connectors.As[connectors.CommentRedactor](c)
	_, attach := connectors.As[connectors.Attacher](c)
	_, detach := connectors.As[connectors.AttachmentDeleter](c)
	_, work := connectors.As[connectors.Worklogger](c)
	_, rework := connectors.As[connectors.WorklogEditor](c)
	_, unwork := connectors.As[connectors.WorklogDeleter](c)
	return merge.EntryAbilities{AddWorklog: work, EditWorklog: rework, DeleteWorklog: unwork, AddComment: add, EditComment: edit, DeleteComment: del, NarrowComment: narrow, RedactComment: redact,
		Restrict: c.Facts().Restricts, Attach: attach, DeleteFile: detach}
}

// failedPause is how long a comment or file that failed for no known reason rests before it is tried again.
func failedPause(tries int) time.Duration { return min(time.Minute<<min(tries-1, 6), time.Hour) }

// tiredOf reports that something of the pair is parked that is to be tried again by itself.
func tiredOf(p core.Pair) bool {
	for key, parked := range p.Parked {
		if key != core.WholePair && parked.Tries > 0 {
			return true
		}
	}
	return false
}

// restOf is how long what is parked rests until the first of it is to be tried again by itself, whatever events come
// meanwhile; 0 when nothing is. What is due is tried within a moment.
func restOf(p core.Pair, now time.Time) (rest time.Duration) {
	for key, parked := range p.Parked {
		if parked.Tries == 0 {
			continue
		}
		left := max(dueAt(key, parked).Sub(now), time.Second)
		if rest == 0 || left < rest {
			rest = left
		}
	}
	return rest
}

// dueAt is when something that is parked and was tried is tried again by itself.
func dueAt(key string, p core.Parked) time.Time {
	if key == core.WholePair {
		return p.Tried.Add(refusedPause(p))
	}
	return p.Tried.Add(failedPause(p.Tries))
}

// parked is what stays parked if nothing has changed: all but what has waited long enough.
func (s *step) parked(now time.Time) map[string]core.Parked {
	still := maps.Clone(s.pair.Parked)
	maps.DeleteFunc(still, func(key string, p core.Parked) bool {
		return key != core.WholePair && p.Tries > 0 && !now.Before(dueAt(key, p))
	})
	return still
}

func (s *step) input() merge.Input {
	return merge.Input{Rules: s.mapping.Rules, Base: s.base, Now: s.now, Origin: s.pair.Origin, Parked: s.pair.Parked,
		Version: s.mapping.Connection.Version, Resolve: s.choices(), Retry: s.retry, Twins: s.twins,
		Refer: [2]core.Refer{s.refer(core.A, core.Visibility{}), s.refer(core.B, core.Visibility{})}}
}

// plan decides, and gathers what is to be written.
func (s *step) plan(ctx context.Context, a *planner) (core.Plan, error) {
	conn := s.mapping.Connection
	p := core.Plan{ID: strings.ToLower(rand.Text()), Pair: s.pair.ID, Connection: conn.Name, Version: conn.Version, At: a.Now().UTC()}
	for _, side := range core.Sides {
		p.Base[side], p.Now[side] = s.pair.Sides[side].Base, s.pair.Sides[side].Seen
	}
	var err error
	if s.twins, err = a.twins(ctx, s); err != nil {
		return p, err
	}
	p.Twins = s.twins
	for _, r := range s.resolutions {
		p.Resolutions = append(p.Resolutions, r.ID)
	}
	s.travels(s.entries(a.Now()).Files())
	p.Decisions = merge.Fields(s.input())
	s.arrived(p.Decisions)
	if !s.retry {
		if err := a.unloop(ctx, s.pair.ID, p.Decisions); err != nil {
			return p, err
		}
	}
	for _, to := range core.Sides {
		if s.now[to] == nil {
			side := conn.Sides[to]
			if s.waitsToCreate(p.Decisions, to) {
				return p, nil
			}
			p.Create[to] = merge.Draft(p.Decisions, to, side.Type, side.Scope, Mark(s.pair.ID, "item", to, ""))
			return p, nil // comments and files follow when the item exists
		}
		p.Update[to] = merge.Patch(p.Decisions, to)
	}
	p.Entries = s.entries(a.Now()).Decide()
	s.skips(&p)
	return p, nil
}

// entries is what decides about comments and files.
func (s *step) entries(now time.Time) merge.Entries {
	conn := s.mapping.Connection
	return merge.Entries{Comments: conn.Comments, Attachments: conn.Attachments, Worklogs: conn.Worklogs, Links: s.links, Now: s.now,
		Parked: s.parked(now), Version: conn.Version, Retry: s.retry, Can: s.can, Draft: s.draft, Work: s.work,
		Mark: func(kind core.EntryKind, to core.Side, source string) string {
			return Mark(s.pair.ID, string(kind), to, source)
		}}
}

// next is the side to write to now: the newcomer first, else the first side that has something to be written. held tells
// that something waits which the system refused a while ago.
func (s *step) next(p *core.Plan, now time.Time) (to core.Side, write, held bool) {
	for _, to := range core.Sides {
		if p.Create[to] != nil {
			held = s.holdsBack(p, to, now)
			return to, !held, held
		}
	}
	for _, to := range core.Sides {
		switch {
		case !p.Writes(to):
		case s.holdsBack(p, to, now):
			held = true
		default:
			return to, true, held
		}
	}
	return core.A, false, held
}

// summary says what a plan does in field names and reasons, for the history. It holds no content.
func (s *step) summary(p *core.Plan) string {
	var parts []string
	name := func(side core.Side) string { return s.pair.Sides[side].Name }
	for _, to := range core.Sides {
		if p.Create[to] != nil {
			parts = append(parts, "create the item in "+name(to))
		}
	}
	creating := len(parts) > 0
	for _, d := range p.Decisions {
		switch {
		case d.Action == core.ActionPark || d.Action == core.ActionParked:
			parts = append(parts, fmt.Sprintf("%s parked: %s", field(d), d.Problem.Class))
		case d.Action == core.ActionWait:
			parts = append(parts, fmt.Sprintf("%s waits: what it names has no twin yet", field(d)))
		case creating:
		case d.Action == core.ActionWrite:
			parts = append(parts, fmt.Sprintf("%s → %s (%s)", d.Fields[d.To.Other()], name(d.To), d.Reason))
		case d.Action == core.ActionMerge:
			for _, to := range core.Sides {
				if add, rem := len(d.Sets[to].Add.Items()), len(d.Sets[to].Remove.Items()); add+rem > 0 {
					parts = append(parts, fmt.Sprintf("%s → %s (+%d −%d)", d.Fields[to.Other()], name(to), add, rem))
				}
			}
		}
	}
	count := map[string]int{}
	var order []string
	for _, e := range p.Entries {
		k := fmt.Sprintf("%s %s → %s", e.Action, e.Kind, name(e.To))
		if count[k]++; count[k] == 1 {
			order = append(order, k)
		}
	}
	for _, k := range order {
		if count[k] > 1 {
			k = fmt.Sprintf("%s (%d)", k, count[k])
		}
		parts = append(parts, k)
	}
	if len(parts) == 0 {
		return "nothing to do: both sides agree"
	}
	return strings.Join(parts, "; ")
}

func field(d core.Decision) string {
	if d.Fields[0] != "" {
		return d.Fields[0]
	}
	return d.Fields[1]
}
