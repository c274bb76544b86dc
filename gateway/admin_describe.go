package gateway

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"duplex/connectors"
)

// Description is what a system says of a type of item: its fields and options, and nothing of any item.
type Description struct {
	System       string             `json:"system"`
	Kind         string             `json:"kind"`
	Type         string             `json:"type"`
	Scope        map[string]string  `json:"scope,omitempty"`
	TakenAt      time.Time          `json:"taken_at"` // UTC
	RichText     string             `json:"rich_text"`
	Capabilities []string           `json:"capabilities"`
	Fields       []connectors.Field `json:"fields"`
}

// Describe asks a system about a type of item; without a type about the first its kind syncs.
func Describe(ctx context.Context, system, kind string, c connectors.Connector, t connectors.ItemType, now time.Time) (Description, error) {
	if t.Type == "" {
		if k, err := connectors.Lookup(kind); err == nil && len(k.Types) > 0 {
			t.Type = k.Types[0]
		}
	}
	d, err := c.Describe(ctx, t)
	if err != nil {
		return Description{}, err
	}
	fields := d.Fields
	if fields == nil {
		fields = []connectors.Field{}
	}
	return Description{System: system, Kind: kind, Type: t.Type, Scope: t.Scope, TakenAt: now.UTC(), RichText: c.Facts().RichText,
		Capabilities: connectors.Able(c), Fields: fields}, nil
}

// describeSystem asks the system now. Fields and options depend on the scope.
func (g *Gateway) describeSystem(r *http.Request) (any, error) {
	name, kind, c, err := g.requested(r)
	if err != nil {
		return nil, err
	}
	t, err := itemType(r)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), adminFor)
	defer cancel()
	return Describe(ctx, name, kind, c, t, g.o.Now())
}

// requested is the system that a request's path names, its kind and its connector.
func (g *Gateway) requested(r *http.Request) (name, kind string, c connectors.Connector, err error) {
	if name, err = variable(r, "name"); err != nil {
		return name, "", nil, err
	}
	kinds, err := g.o.Systems.Kinds(r.Context())
	if err != nil {
		return name, "", nil, err
	}
	kind, ok := kinds[name]
	if !ok {
		return name, "", nil, refuse(classNotFound, name, fmt.Sprintf("there is no system %s here: apply its file, or name the file to ask it without a gateway", name))
	}
	c, err = g.o.Systems.Connector(r.Context(), name)
	return name, kind, c, err
}

// itemType is the type of item that a request asks about; each scope=key=value narrows it.
func itemType(r *http.Request) (connectors.ItemType, error) {
	t := connectors.ItemType{Type: r.URL.Query().Get("type")}
	for _, s := range r.URL.Query()["scope"] {
		key, value, ok := strings.Cut(s, "=")
		if !ok || key == "" {
			return t, refuse(classRequest, "scope", fmt.Sprintf("scope is written key=value, not %q", s))
		}
		if t.Scope == nil {
			t.Scope = map[string]string{}
		}
		t.Scope[key] = value
	}
	return t, nil
}
