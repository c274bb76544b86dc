package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
)

// link makes a pair of two items that exist. Both are read first; the pair's own first sync decides about their fields.
// Linking what is linked already changes nothing.
func (g *Gateway) link(r *http.Request) (any, error) {
	var req LinkRequest
	if err := read(r, &req); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), adminFor)
	defer cancel()
	m, version, err := g.inForce(ctx, req.Connection)
	if err != nil {
		return nil, err
	}
	refs, err := g.items(ctx, m, req)
	if err != nil {
		return nil, err
	}
	p, created, err := g.o.Store.LinkItems(ctx, m.Connection, version, refs)
	if err != nil {
		return nil, err
	}
	g.o.Log.Info("items linked", "pair", p.ID, "created", created, "by", by(r))
	out := Linked{Pair: shownPair(p), Created: created, Text: "they are linked already; both sides are read again"}
	if created {
		out.Text = "linked: the first sync follows"
	}
	return out, g.wake(ctx, p)
}

// items reads both items and returns their references with the ids their systems give.
func (g *Gateway) items(ctx context.Context, m *mapping.Mapping, req LinkRequest) ([2]core.Ref, error) {
	var refs [2]core.Ref
	sides := m.Connection.Sides
	for _, side := range core.Sides {
		s := sides[side]
		id := req.Items[s.Name]
		if id == "" || len(req.Items) != 2 {
			return refs, refuse(classRequest, "items", fmt.Sprintf("name one item of %s and one of %s", sides[core.A].Name, sides[core.B].Name))
		}
		c, err := g.o.Systems.Connector(ctx, s.System)
		if err != nil {
			return refs, err
		}
		o, err := c.Get(ctx, id, connectors.Want{Type: connectors.ItemType{Type: s.Type, Scope: s.Scope}, Fields: m.Fields(side)})
		if errors.Is(err, connectors.ErrNotFound) {
			return refs, refuse(classNotFound, s.Name, fmt.Sprintf("%s has no item %s that duplex's account can see", s.System, id))
		}
		if err != nil {
			return refs, err
		}
		refs[side] = o.Ref
		refs[side].System, refs[side].Type = s.System, s.Type
	}
	return refs, nil
}

// wake tells the pair's workflow to look, by way of a delivery of our own: it waits like any other while the engine is
// out of reach.
func (g *Gateway) wake(ctx context.Context, p core.Pair) error {
	ref := p.Sides[core.A].Ref
	now := g.o.Now().UTC()
	d, _, err := g.o.Store.RecordDelivery(ctx, core.Delivery{System: ref.System, ID: core.MadeByLink.ID(p.ID, now.Format(time.RFC3339Nano)),
		ReceivedAt: now, Hints: []core.Hint{{Ref: ref, Kind: core.HintChanged, At: now}}})
	if err != nil {
		return err
	}
	g.arrived(ctx, d)
	return nil
}
