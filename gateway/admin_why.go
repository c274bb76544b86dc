package gateway

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"duplex/core"
	"duplex/core/blame"
)

// The ledger is read in pages that grow: most questions are answered by its newest rows.
const (
	firstPage = 50
	lastPage  = 50 * 8 * 8 * 8
)

// why tells who wrote the values of one field. It shows content, as a plan does.
func (g *Gateway) why(r *http.Request) (any, error) {
	p, err := g.pairOf(r)
	if err != nil {
		return nil, err
	}
	name := r.URL.Query().Get("field")
	if name == "" {
		return nil, refuse(classRequest, "field", "name the field: a rule's id, or a field of either side")
	}
	in, err := g.asked(r.Context(), p, name)
	if err != nil {
		return nil, err
	}
	for side := range in.Own {
		if c, err := g.o.Systems.Connector(r.Context(), p.Sides[side].Ref.System); err == nil {
			in.Own[side] = g.accounts.of(r.Context(), p.Sides[side].Ref.System, c)
		}
	}
	for page := firstPage; ; page *= 8 {
		more, err := g.ledger(r.Context(), p, page, &in)
		if err != nil {
			return nil, err
		}
		in.Whole = !more
		a := blame.Explain(in)
		if a.Whole || !more || page >= lastPage {
			a.Pair = p.ID
			if parked, ok := p.Parked[in.Rule]; ok {
				a.Parked = &parked.Problem
			}
			return a, nil
		}
	}
}

// ledger reads the newest rows about the pair into in and reports whether there are older ones.
func (g *Gateway) ledger(ctx context.Context, p core.Pair, page int, in *blame.Input) (more bool, err error) {
	if in.Plans, err = g.o.Store.Plans(ctx, p.ID, page); err != nil {
		return false, err
	}
	if in.Outcomes, err = g.o.Store.Outcomes(ctx, p.ID, 4*page); err != nil {
		return false, err
	}
	more = len(in.Plans) == page || len(in.Outcomes) == 4*page
	for _, side := range core.Sides {
		ref := p.Sides[side].Ref
		if ref.IsZero() {
			continue
		}
		if in.Seen[side], err = g.o.Store.Sightings(ctx, ref.System, ref.ID, page); err != nil {
			return false, err
		}
		more = more || len(in.Seen[side]) == page
	}
	return more, nil
}

// asked finds the rule that a person names by its id or by a field of either side: among the rules in force, else among
// those that the pair's plans know.
func (g *Gateway) asked(ctx context.Context, p core.Pair, name string) (blame.Input, error) {
	in := blame.Input{Names: [2]string{p.Sides[core.A].Name, p.Sides[core.B].Name}}
	rules, parts := map[string][2]string{}, map[string][2][]string{}
	if v, err := g.o.Store.Connection(ctx, p.Connection, 0); err == nil {
		if m := g.connections.compile(v).mapping; m != nil {
			for _, r := range m.Rules {
				rules[r.ID], parts[r.ID] = r.Fields, r.Parts
			}
		}
	}
	found := named(rules, name)
	for id, p := range parts {
		if slices.Contains(p[core.A], name) || slices.Contains(p[core.B], name) {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	if len(found) == 0 {
		plans, err := g.o.Store.Plans(ctx, p.ID, firstPage)
		if err != nil {
			return in, err
		}
		for _, plan := range plans {
			for _, d := range plan.Decisions {
				rules[d.Rule] = d.Fields
			}
		}
		found = named(rules, name)
	}
	switch len(found) {
	case 0:
		return in, refuse(classNotFound, name, fmt.Sprintf("no rule is called %q and none has such a field; there are: %s", name, strings.Join(sorted(rules), ", ")))
	case 1:
		in.Rule, in.Fields, in.Parts = found[0], rules[found[0]], parts[found[0]]
		return in, nil
	}
	return in, refuse(classRequest, name, fmt.Sprintf("%q is in several rules, name one of them: %s", name, strings.Join(found, ", ")))
}

// named lists the rules with that id or, when there is none, those with a field of that name.
func named(rules map[string][2]string, name string) []string {
	if _, ok := rules[name]; ok {
		return []string{name}
	}
	var found []string
	for _, id := range sorted(rules) {
		if f := rules[id]; strings.EqualFold(f[core.A], name) || strings.EqualFold(f[core.B], name) {
			found = append(found, id)
		}
	}
	return found
}

func sorted[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
