package freshworks

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"duplex/connectors"
	"duplex/core"
)

// Describe lists the fields of a type in its scope, the account's own among them.
func (c *Connector) Describe(ctx context.Context, t connectors.ItemType) (connectors.Description, error) {
	it, err := c.itemType(t.Type)
	if err != nil {
		return connectors.Description{}, err
	}
	s, err := c.schema(ctx, it, t.Scope["workspace_id"])
	if err != nil {
		return connectors.Description{}, err
	}
	groups, err := c.allGroups(ctx)
	if err != nil {
		return connectors.Description{}, err
	}
	d := connectors.Description{Type: t}
	for _, f := range s.fields {
		out := connectors.Field{Name: f.Name, Label: f.Label, Kind: f.kind(), Options: f.Options, ReadOnly: f.ReadOnly || f.Once,
			OnCreate: !f.ReadOnly, Required: f.Required && it.Defaults[f.Key] == nil}
		if f.Name != f.Key {
			out.ID = f.Key
		}
		switch f.Shape {
		case Group:
			out.Options = groups
		case Words:
			out.Of = core.KindString
		case Labels:
			out.Of = core.KindOption
		}
		if f.Key == c.mark && f.Custom {
			out.ReadOnly, out.OnCreate, out.Required = true, false, false
		}
		d.Fields = append(d.Fields, out)
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		d.Fields = append(d.Fields, connectors.Field{Name: name, Label: name, Kind: core.KindString, ReadOnly: true})
	}
	return d, nil
}

// allGroups are the groups that agents work in. They are for administrators: another account sees ids alone.
func (c *Connector) allGroups(ctx context.Context) ([]core.Value, error) {
	if g, ok := c.groups.Get(""); ok {
		return g, nil
	}
	groups, q := []core.Value{}, url.Values{}
	if c.p.Workspaces {
		q.Set("workspace_id", "0") // of all of them
	}
	err := each(ctx, c, "/api/v2/groups", "groups", q, func(r record) bool {
		groups = append(groups, core.Option(r.text("id"), r.text("name")))
		return false
	})
	if forbidden(err) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: reading the groups: %w", c.name, err)
	}
	c.groups.Put("", groups)
	return groups, nil
}
