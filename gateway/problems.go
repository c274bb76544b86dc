package gateway

import (
	"context"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"time"

	"duplex/core"
	"duplex/store"
)

// problemExamples is how many pairs are named per group.
const problemExamples = 5

// listProblems gathers what is parked over all pairs: what has the same class, text and rule is one group. Groups are given
// oldest first, without values.
func (g *Gateway) listProblems(r *http.Request) (any, error) {
	q := r.URL.Query()
	f := store.PairFilter{Connection: q.Get("connection"), Problem: q.Get("class"), Parked: true, Limit: 1000}
	groups := map[string]*ProblemGroup{}
	out := ProblemList{Problems: []ProblemGroup{}}
	for {
		pairs, err := g.o.Store.Pairs(r.Context(), f)
		if err != nil {
			return nil, err
		}
		for _, p := range pairs {
			if p.Status == core.PairUnlinked {
				continue
			}
			out.Pairs++
			for _, k := range parkedOf(p) {
				if f.Problem == "" || string(k.Class) == f.Problem {
					gather(groups, p, k)
				}
			}
		}
		if len(pairs) < f.Limit {
			break
		}
		f.After = pairs[len(pairs)-1].ID
	}
	for _, group := range groups {
		out.Problems = append(out.Problems, *group)
	}
	sort.Slice(out.Problems, func(i, j int) bool {
		a, b := out.Problems[i], out.Problems[j]
		if !a.Since.Equal(b.Since) {
			return a.Since.Before(b.Since)
		}
		return a.Connection+a.What+a.Text < b.Connection+b.What+b.Text
	})
	return out, nil
}

// gather counts a pair in the group of something that is parked in it, once however often it is. Comments and files have an id
// of their own each, so they are gathered by kind.
func gather(groups map[string]*ProblemGroup, p core.Pair, k Parked) {
	what := k.Rule
	if kind, ok := entryKind(k.Rule); ok {
		what = string(kind)
	}
	key := strings.Join([]string{p.Connection, string(k.Class), what, k.Text}, "\x00")
	group := groups[key]
	if group == nil {
		group = &ProblemGroup{Connection: p.Connection, Class: k.Class, What: what, Text: k.Text, ToDo: k.ToDo, Retries: k.Retries, Since: k.Since}
		groups[key] = group
	}
	if group.last != p.ID {
		if group.Count++; len(group.Examples) < problemExamples {
			group.Examples = append(group.Examples, p.ID)
		}
		group.last = p.ID
	}
	if k.Since.Before(group.Since) {
		group.Since = k.Since
	}
}

// entryKind tells whether what is parked is a comment or a file, and which of the two.
func entryKind(parked string) (core.EntryKind, bool) {
	for _, kind := range []core.EntryKind{core.EntryComment, core.EntryAttachment, core.EntryWorklog} {
		if strings.HasPrefix(parked, string(kind)+":") {
			return kind, true
		}
	}
	return "", false
}

// commands are what an operator can type about something that is parked, to copy.
func commands(p core.Pair, rule string, class core.ProblemClass) []string {
	act := func(format string, args ...any) string {
		return fmt.Sprintf("duplex "+format, args...)
	}
	_, entry := entryKind(rule)
	resync := act("resync '%s'", p.ID)
	switch {
	case entry:
		return []string{resync, act("resolve '%s' '%s' --skip", p.ID, rule)}
	case rule == core.WholePair && class == core.ProblemGone:
		return []string{resync, act("unlink '%s'", p.ID)}
	case rule == core.WholePair:
		return []string{resync}
	case class == core.ProblemConflict:
		return []string{act("resolve '%s' '%s' --winner %s", p.ID, rule, p.Sides[core.A].Name), act("resolve '%s' '%s' --winner %s", p.ID, rule, p.Sides[core.B].Name),
			act("resolve '%s' '%s' --value VALUE --in %s", p.ID, rule, p.Sides[core.B].Name), act("why '%s' '%s'", p.ID, rule)}
	case class == core.ProblemInvalid || class == core.ProblemTooLarge:
		target := p.Sides[p.Parked[rule].Pending.Other()].Name
		return []string{act("resolve '%s' '%s' --value VALUE --in %s", p.ID, rule, target), resync, act("why '%s' '%s'", p.ID, rule)}
	}
	return []string{resync}
}

// decisions are what operators decided about the pair, newest first, without values.
func (g *Gateway) decisions(ctx context.Context, p core.Pair) ([]Decision, error) {
	rs, err := g.o.Store.Resolutions(ctx, p.ID, newestPlans)
	var out []Decision
	for _, r := range rs {
		out = append(out, Decision{Rule: r.Rule, Kind: r.Kind, Side: p.Sides[r.Side].Name, By: r.By, At: r.At, State: r.State, Reason: r.Reason, Plan: r.Plan})
	}
	return out, err
}

// ProblemList is what is parked over all pairs.
type ProblemList struct {
	Pairs    int            `json:"pairs"` // with something parked
	Problems []ProblemGroup `json:"problems"`
}

// ProblemGroup is one problem that many pairs may have.
type ProblemGroup struct {
	Connection string            `json:"connection"`
	Class      core.ProblemClass `json:"class"`
	What       string            `json:"what"` // a rule, comment, attachment, or pair
	Text       string            `json:"text"`
	ToDo       string            `json:"to_do"`
	Retries    string            `json:"retries,omitempty"`
	Since      time.Time         `json:"since,omitzero"` // of the oldest
	Count      int               `json:"count"`          // pairs
	Examples   []string          `json:"examples"`       // pairs, a few

	last string // the pair counted last
}

// Decision is an operator's decision about something that is or was parked, without values.
type Decision struct {
	Rule   string               `json:"rule"`
	Kind   core.ResolutionKind  `json:"kind"`
	Side   string               `json:"side"`
	By     string               `json:"by,omitempty"`
	At     time.Time            `json:"at"`
	State  core.ResolutionState `json:"state"`
	Reason string               `json:"reason,omitempty"`
	Plan   string               `json:"plan,omitempty"`
}
