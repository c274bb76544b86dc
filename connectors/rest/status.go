package rest

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// mostHops bounds the way to a status.
const mostHops = 12

// move brings an item to a status: by writing the field at each hop of the manifest's graph, or by the transitions that the item has.
// Without a graph a transition that leads there directly is needed.
func (c *Connector) move(ctx context.Context, r raw, fields map[string]*Field, from, to core.Value, changed bool) error {
	s := r.it.Status
	refuse := func(why string) error { return &connectors.InvalidError{Fields: map[string]string{s.Field: why}} }
	way := []string{to.Name()}
	if s.Hops != nil {
		var ok bool
		if way, ok = s.way(from.Name(), to.Name()); !ok {
			return refuse(fmt.Sprintf("the manifest's hops have no way from %q to %q", from.Name(), to.Name()))
		}
	}
	if len(way) > mostHops {
		return refuse(fmt.Sprintf("the way from %q to %q has more than %d hops", from.Name(), to.Name(), mostHops))
	}
	for i, name := range way {
		if i > 0 || changed {
			again, err := c.get(ctx, c.whole(r), connectors.Want{Type: connectors.ItemType{Type: r.typ}})
			if err != nil {
				return err
			}
			again.vars = r.vars // with the scope
			r = again
		}
		hop, why, err := c.settleOption(ctx, fields[s.Field], core.Option("", name), r.vars)
		if err != nil {
			return err
		}
		if why != "" {
			return refuse(why)
		}
		if s.Take == nil {
			err = c.send(ctx, r, fields, map[string]core.Value{s.Field: hop})
		} else {
			err = c.transition(ctx, r, hop)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Connector) whole(r raw) string {
	id := textOf(r.vars["id"])
	if len(c.m.Items) > 1 {
		id = r.typ + ":" + id
	}
	return id
}

// transition takes the transition that leads to a status.
func (c *Connector) transition(ctx context.Context, r raw, to core.Value) error {
	s := r.it.Status
	list, err := c.all(ctx, s.List, r.vars)
	if err != nil {
		return err
	}
	var names []string
	for _, x := range list {
		v := vars{"transition": x, "settings": c.settings}
		leads, err := s.To.text(v)
		if err != nil {
			return err
		}
		names = append(names, leads)
		if leads != to.ID() && !strings.EqualFold(leads, to.Name()) {
			continue
		}
		id, err := s.ID.text(v)
		if err != nil {
			return err
		}
		v = r.vars.with("transition_id", id)
		_, err = c.call(ctx, s.Take, http.MethodPost, v, query(v, s.Take.Query), s.Take.Body.fill(v))
		return err
	}
	return &connectors.InvalidError{Fields: map[string]string{s.Field: httpx.Short(fmt.Sprintf("from here no transition leads to %q; there are: %s", to.Name(), strings.Join(names, ", ")))}}
}

// way is the shortest way from one status to another, without the first.
func (s *Status) way(from, to string) ([]string, bool) {
	came := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, next := range s.Hops[queue[0]] {
			if _, seen := came[next]; !seen {
				came[next] = queue[0]
				queue = append(queue, next)
			}
		}
	}
	if _, ok := came[to]; !ok || from == to {
		return nil, false
	}
	var way []string
	for at := to; at != from; at = came[at] {
		way = append([]string{at}, way...)
	}
	return way, true
}
