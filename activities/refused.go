package activities

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// refused remembers what a system refused as a whole, so that the same is not sent again before it changes: a create that
// lacks a required field, a write to an item that the account may not change. Errors that pass by themselves are not kept.
func (a *Activities) refused(ctx context.Context, in ApplyInput, err error) {
	class := problemOf(err).Class
	if class == core.ProblemFailed || class == core.ProblemGone {
		return
	}
	if e := a.keepRefused(ctx, in, err); e != nil {
		a.Log.Error("what a system refused could not be remembered; it may be sent once more", "pair", in.Pair, "error", e)
	}
}

func (a *Activities) keepRefused(ctx context.Context, in ApplyInput, err error) error {
	plan, e := a.Store.Plan(ctx, in.Plan)
	if e != nil {
		return e
	}
	pair, e := a.Store.Pair(ctx, in.Pair)
	if e != nil {
		return e
	}
	var invalid *connectors.InvalidError
	var names []string
	if errors.As(err, &invalid) {
		names = slices.DeleteFunc(slices.Sorted(maps.Keys(invalid.Fields)), func(f string) bool { return f == "" })
	}
	now := a.Now().UTC()
	p := core.Parked{Problem: problemOf(err), Pending: in.To.Other(), Version: plan.Version, Tried: now, Tries: 1, Names: names}
	p.Problem.Text = withoutContent(err)
	p.Problem.Retries = retriesRefused
	p.Fingerprint = writePrint(&plan, in.To, names)
	if old, had := pair.Parked[core.WholePair]; had && old.Pending == p.Pending && old.Version == p.Version {
		p.Tries += old.Tries
	}
	return a.parkPair(ctx, pair, p)
}

const retriesRefused = "a change of what was refused, a new mapping version, resync, and by itself with growing pauses"

// writePrint identifies what a plan writes to a side: the named fields alone when the system named them.
func writePrint(p *core.Plan, to core.Side, names []string) string {
	var what any
	fields := map[string]core.Value{}
	switch {
	case p.Create[to] != nil:
		fields = p.Create[to].Fields
		what = fields
	case p.Update[to] != nil:
		fields = p.Update[to].Fields
		what = p.Update[to]
	}
	var entries []string
	for _, e := range p.Entries {
		if e.To == to {
			entries = append(entries, string(e.Action)+string(e.Kind)+e.Source+e.Print)
		}
	}
	what = []any{what, entries}
	if len(names) > 0 {
		named := map[string]core.Value{}
		for _, n := range names {
			named[n] = fields[n]
		}
		what = named
	}
	b, _ := json.Marshal(what)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// triesAtOnce is how often something that changed is sent at once before even changes wait: a system that names no field
// may refuse each of them for the same reason.
const triesAtOnce = 2

// holdsBack reports that a plan's write to a side is what the system refused a while ago, so that it is not sent now. An
// operator's word, and a new mapping version, always send it.
func (s *step) holdsBack(p *core.Plan, to core.Side, now time.Time) bool {
	parked, ok := s.pair.Parked[core.WholePair]
	if !ok || parked.Tries == 0 || parked.Pending != to.Other() || parked.Version != p.Version || s.retry || len(s.resolve) > 0 {
		return false
	}
	if !now.Before(dueAt(core.WholePair, parked)) {
		return false
	}
	changed := writePrint(p, to, parked.Names) != parked.Fingerprint
	return !changed || len(parked.Names) == 0 && parked.Tries >= triesAtOnce
}

// refusedPause is how long what was refused waits before it is sent again unchanged. Rights may come back any minute; a
// value does not become valid by waiting.
func refusedPause(p core.Parked) time.Duration {
	if p.Problem.Class == core.ProblemDenied {
		return min(time.Minute<<min(p.Tries-1, 6), time.Hour)
	}
	return time.Hour
}
