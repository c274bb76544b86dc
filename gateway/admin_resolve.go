package gateway

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"

	"duplex/core"
	"duplex/core/mapping"
	"duplex/workflows"
)

// resolve takes an operator's decision about something that is parked. It is stored first, so that it is carried out by the
// next sync whatever happens; then the pair is told.
func (g *Gateway) resolve(r *http.Request) (any, error) {
	p, err := g.pairOf(r)
	if err != nil {
		return nil, err
	}
	var req ResolveRequest
	if err := read(r, &req); err != nil {
		return nil, err
	}
	if p.Status == core.PairUnlinked {
		return nil, refuse(classConflict, p.ID, "the pair was unlinked: link its items again first")
	}
	res, err := g.decided(r.Context(), p, req)
	if err != nil {
		return nil, err
	}
	res.ID, res.Pair, res.Rule, res.By, res.At = strings.ToLower(rand.Text()), p.ID, req.Rule, by(r), g.o.Now().UTC()
	if err := g.o.Store.PutResolution(r.Context(), res); err != nil {
		return nil, err
	}
	done, err := g.update(r, p, workflows.ResolveUpdate, workflows.ResolveRequest{Rule: req.Rule, Side: res.Side, By: res.By, Kind: res.Kind, Resolution: res.ID})
	if told, _ := explain(err); err != nil && told.Class == classBusy {
		return Done{Text: "the decision is recorded; it is carried out when the workflow engine answers again"}, g.wake(r.Context(), p)
	}
	return done, err
}

// decided reads and checks a decision against what is parked, the mapping, and what the systems allow.
func (g *Gateway) decided(ctx context.Context, p core.Pair, req ResolveRequest) (core.Resolution, error) {
	var res core.Resolution
	parked, ok := p.Parked[req.Rule]
	if !ok {
		text := fmt.Sprintf("nothing is parked under %q", req.Rule)
		if len(p.Parked) > 0 {
			text += "; parked are: " + strings.Join(sorted(p.Parked), ", ")
		}
		return res, refuse(classNotFound, req.Rule, text)
	}
	given := 0
	for _, yes := range []bool{req.Winner != "", req.Value != nil, req.Skip} {
		if yes {
			given++
		}
	}
	if given != 1 || (req.Value != nil) != (req.In != "") {
		return res, refuse(classRequest, "resolve", "name either the winner, or a value and the side in whose words it is, or skip")
	}
	_, entry := entryKind(req.Rule)
	switch {
	case req.Skip && !entry:
		return res, refuse(classConflict, req.Rule, "only a comment or a file can be left out; a field is resolved to a value")
	case req.Skip:
		return core.Resolution{Kind: core.ResolveSkip, Side: parked.Pending}, nil
	case entry || req.Rule == core.WholePair:
		return res, refuse(classConflict, req.Rule, fmt.Sprintf("%s has no value to choose; it is parked as %s: %s", req.Rule, parked.Problem.Class, toDo[parked.Problem.Class]))
	}
	fields, seen, v, err := g.shown(ctx, p, req.Rule)
	if err != nil {
		return res, err
	}
	for _, side := range core.Sides {
		res.Seen[side] = seen[side].Field(fields[side])
	}
	if req.Winner != "" {
		res.Kind = core.ResolveWinner
		if parked.Problem.Class != core.ProblemConflict {
			return res, refuse(classConflict, req.Rule, fmt.Sprintf("%s is no conflict but %s: %s", req.Rule, parked.Problem.Class, toDo[parked.Problem.Class]))
		}
		res.Side, err = sideCalled(p, "winner", req.Winner)
		return res, err
	}
	res.Kind = core.ResolveValue
	if res.Side, err = sideCalled(p, "in", req.In); err != nil {
		return res, err
	}
	switch parked.Problem.Class {
	case core.ProblemConflict, core.ProblemInvalid, core.ProblemTooLarge:
	default:
		return res, refuse(classConflict, req.Rule, fmt.Sprintf("another value does not mend a problem of class %s: %s", parked.Problem.Class, toDo[parked.Problem.Class]))
	}
	res.Value, err = g.given(ctx, p, req, res.Side, v, seen)
	return res, err
}

func sideCalled(p core.Pair, where, name string) (core.Side, error) {
	for _, side := range core.Sides {
		if p.Sides[side].Name == name {
			return side, nil
		}
	}
	return 0, refuse(classInvalid, where, fmt.Sprintf("%q is no side of the pair: %s or %s", name, p.Sides[core.A].Name, p.Sides[core.B].Name))
}

// shown is what both sides showed when they were read last: what the operator looks at.
func (g *Gateway) shown(ctx context.Context, p core.Pair, rule string) (fields [2]string, seen [2]*core.Observation, v core.ConnectionVersion, err error) {
	if v, err = g.o.Store.Connection(ctx, p.Connection, 0); err != nil {
		return fields, seen, v, missing(err, "connection", p.Connection)
	}
	var whole core.Rule
	if m := g.connections.compile(v).mapping; m != nil {
		for _, r := range m.Rules {
			if r.ID == rule {
				whole, fields = r, r.Fields
			}
		}
	}
	for _, side := range core.Sides {
		if hash := p.Sides[side].Seen; hash != "" {
			if o, err := g.o.Store.Observation(ctx, hash); err == nil { // one that was removed is not compared
				seen[side] = whole.Combined(side, &o)
			}
		}
	}
	return fields, seen, v, nil
}

// given checks a value before it is taken: the field takes it, the rule lets it be written there, and it can be said on the
// other side where the rule flows there.
func (g *Gateway) given(ctx context.Context, p core.Pair, req ResolveRequest, side core.Side, v core.ConnectionVersion, seen [2]*core.Observation) (core.Value, error) {
	for _, s := range p.Sides {
		if s.Ref.IsZero() {
			return core.Value{}, refuse(classConflict, s.Name, fmt.Sprintf("the item in %s does not exist yet: wait until it was created", s.Name))
		}
	}
	m, diags, err := g.o.Check(ctx, v)
	if err != nil {
		return core.Value{}, err
	}
	if m == nil {
		return core.Value{}, refuse(classConflict, p.Connection, "the connection cannot be used: "+diags.Error())
	}
	for i := range m.Rules {
		if r := &m.Rules[i]; r.ID == req.Rule {
			return giveTo(p, m, r, side, *req.Value, seen)
		}
	}
	return core.Value{}, refuse(classConflict, req.Rule, "the rule is no longer in the mapping: what is parked under it goes with the next sync")
}

func giveTo(p core.Pair, m *mapping.Mapping, r *core.Rule, side core.Side, text string, seen [2]*core.Observation) (core.Value, error) {
	name, other := p.Sides[side].Name, side.Other()
	switch {
	case r.When == core.WhenCreate:
		return core.Value{}, refuse(classConflict, r.ID, "the rule applies only when the item is created: edit the item in its system")
	case len(r.Parts[side]) > 0:
		return core.Value{}, refuse(classConflict, r.ID, fmt.Sprintf("the rule combines several fields of %s: give the value in the words of %s", name, p.Sides[other].Name))
	case r.Fields[side] == "" || !r.Flow.Allows(side):
		return core.Value{}, refuse(classConflict, r.ID, fmt.Sprintf("the rule writes nothing to %s: give the value in the words of %s", name, p.Sides[other].Name))
	}
	f, ok := m.Field(side, r.Fields[side])
	if !ok {
		return core.Value{}, refuse(classBusy, name, fmt.Sprintf("%s does not say now what %s takes: try again", p.Sides[side].Ref.System, r.Fields[side]))
	}
	v, err := mapping.Give(text, f)
	if err != nil {
		return core.Value{}, refuse(classInvalid, name+"."+r.Fields[side], err.Error())
	}
	if r.Fields[other] == "" || !r.Flow.Allows(other) || r.Convert[other] == nil {
		return v, nil
	}
	var item core.Observation
	if seen[side] != nil {
		item = *seen[side]
	}
	item = item.With(r.Fields[side], v)
	if _, err := r.Convert[other](core.ConvertInput{Value: v, Item: &item, Target: seen[other].Field(r.Fields[other])}); err != nil {
		return core.Value{}, refuse(classInvalid, name+"."+r.Fields[side], fmt.Sprintf("it cannot be said in %s: %s", p.Sides[other].Name, err))
	}
	return v, nil
}
