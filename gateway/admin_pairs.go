package gateway

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"sort"

	"duplex/core"
	"duplex/store"
)

// toDo says, per class of problem, what the person who must act can do.
var toDo = map[core.ProblemClass]string{
	core.ProblemConflict:    "choose the side whose value wins with resolve, or make both sides mean the same",
	core.ProblemInvalid:     "correct the rule and apply the connection, or change the value; it is tried again at once",
	core.ProblemDenied:      "give duplex's account the right, or mend the credentials in the system's file, then resync",
	core.ProblemGone:        "restore the item, or unlink the pair",
	core.ProblemUnsupported: "change the rule: the target cannot do this",
	core.ProblemTooLarge:    "make the content smaller, or set a limit in the connection so that it is left out",
	core.ProblemUnknown:     "look on the target whether the write happened, then resync",
	core.ProblemBrake:       "look at what happened in the system named; if it is right, release the connection",
	core.ProblemLoop:        "look for an automation, on either side, that changes the field whenever it is written, then resync",
	core.ProblemFailed:      "read the text and the log, then resync",
}

func (g *Gateway) listPairs(r *http.Request) (any, error) {
	limit, err := number(r, "limit", 100, 1000)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	found, err := g.o.Store.Pairs(r.Context(), store.PairFilter{Connection: q.Get("connection"), Status: q.Get("status"), Text: q.Get("text"),
		Problem: q.Get("problem"), After: q.Get("after"), Limit: int(limit)})
	if err != nil {
		return nil, err
	}
	out := PairList{Pairs: make([]Pair, 0, len(found))}
	for _, p := range found {
		out.Pairs = append(out.Pairs, shownPair(p))
	}
	if len(found) == int(limit) {
		out.Next = found[len(found)-1].ID
	}
	return out, nil
}

// shownPair is a pair without any content.
func shownPair(p core.Pair) Pair {
	out := Pair{ID: p.ID, Connection: p.Connection, Version: p.Version, Status: p.Status, Problems: len(p.Parked), CreatedAt: p.CreatedAt, SyncedAt: p.SyncedAt}
	for _, s := range p.Sides {
		out.Sides = append(out.Sides, PairSide{Name: s.Name, System: s.Ref.System, Item: s.Ref.ID, Key: s.Ref.Key, URL: s.Ref.URL, Gone: s.Gone})
	}
	for _, parked := range p.Parked {
		out.Classes = append(out.Classes, string(parked.Problem.Class))
	}
	sort.Strings(out.Classes)
	out.Classes = slices.Compact(out.Classes)
	return out
}

// pairOf is the pair named in the path.
func (g *Gateway) pairOf(r *http.Request) (core.Pair, error) {
	id, err := variable(r, "id")
	if err != nil {
		return core.Pair{}, err
	}
	p, err := g.o.Store.Pair(r.Context(), id)
	return p, missing(err, "pair", id)
}

const newestPlans = 5

func (g *Gateway) showPair(r *http.Request) (any, error) {
	p, err := g.pairOf(r)
	if err != nil {
		return nil, err
	}
	out := PairDetail{Pair: shownPair(p), Parked: parkedOf(p), Workflow: g.workflowURL(p.ID)}
	if out.Waits, err = g.waitsFor(r.Context(), p); err != nil {
		return nil, err
	}
	links, err := g.o.Store.Links(r.Context(), p.ID)
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		if out.Links == nil {
			out.Links = map[string]int{}
		}
		out.Links[string(l.Kind)]++
	}
	if out.Outcomes, err = g.o.Store.Outcomes(r.Context(), p.ID, newestPlans); err != nil {
		return nil, err
	}
	if out.Decisions, err = g.decisions(r.Context(), p); err != nil {
		return nil, err
	}
	out.Plans, err = g.plans(r.Context(), p, newestPlans)
	return out, err
}

// retries is what will try a parked thing again; there is always something.
func retries(told string) string {
	if told == "" {
		return "a change on either side, a new mapping version, or resync"
	}
	return told
}

// parkedOf lists what is parked, oldest first, without the values.
func parkedOf(p core.Pair) []Parked {
	out := make([]Parked, 0, len(p.Parked))
	for rule, parked := range p.Parked {
		pr := parked.Problem
		out = append(out, Parked{Rule: rule, Class: pr.Class, Field: pr.Field, Text: pr.Text, ToDo: toDo[pr.Class],
			Pending: p.Sides[parked.Pending].Name, Since: pr.Since, Retries: retries(pr.Retries), Commands: commands(p, rule, pr.Class)})
	}
	sort.Slice(out, func(i, j int) bool {
		if !out[i].Since.Equal(out[j].Since) {
			return out[i].Since.Before(out[j].Since)
		}
		return out[i].Rule < out[j].Rule
	})
	return out
}

func (g *Gateway) workflowURL(pair string) string {
	if g.o.TemporalUI == "" {
		return ""
	}
	return g.o.TemporalUI + "/namespaces/" + url.PathEscape(g.o.Namespace) + "/workflows/" + url.PathEscape(pair)
}

func (g *Gateway) plans(ctx context.Context, p core.Pair, limit int) ([]PlanSummary, error) {
	plans, err := g.o.Store.Plans(ctx, p.ID, limit)
	out := make([]PlanSummary, 0, len(plans))
	for _, plan := range plans {
		out = append(out, summaryOf(plan, [2]string{p.Sides[core.A].Name, p.Sides[core.B].Name}))
	}
	return out, err
}

// summaryOf is a plan without values: what was decided and why.
func summaryOf(plan core.Plan, names [2]string) PlanSummary {
	out := PlanSummary{ID: plan.ID, At: plan.At, Version: plan.Version, Erased: plan.Erased, URL: "/api/v1/plans/" + url.PathEscape(plan.ID)}
	for _, d := range plan.Decisions {
		if d.Action == core.ActionNone {
			continue
		}
		s := PlanDecision{What: d.Rule, Action: string(d.Action), Reason: d.Reason}
		if d.Action == core.ActionWrite {
			s.To = names[d.To]
		}
		out.Decisions = append(out.Decisions, s)
	}
	for _, e := range plan.Entries {
		out.Decisions = append(out.Decisions, PlanDecision{What: string(e.Kind), Action: string(e.Action), To: names[e.To], Reason: e.Reason})
	}
	return out
}

func (g *Gateway) history(r *http.Request) (any, error) {
	limit, err := number(r, "limit", 50, 1000)
	if err != nil {
		return nil, err
	}
	p, err := g.pairOf(r)
	if err != nil {
		return nil, err
	}
	outcomes, err := g.o.Store.Outcomes(r.Context(), p.ID, int(limit))
	if err != nil {
		return nil, err
	}
	if outcomes == nil {
		outcomes = []core.Outcome{}
	}
	plans, err := g.plans(r.Context(), p, int(limit))
	if err != nil {
		return nil, err
	}
	removed, err := g.removedBefore(r.Context(), "outcomes", "plans")
	return History{Outcomes: outcomes, Plans: plans, Removed: removed}, err
}

// showPlan is a ledger entry with its values: the one place of the API that shows content.
func (g *Gateway) showPlan(r *http.Request) (any, error) {
	id, err := variable(r, "id")
	if err != nil {
		return nil, err
	}
	p, err := g.o.Store.Plan(r.Context(), id)
	return p, missing(err, "plan", id)
}
