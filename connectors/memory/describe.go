package memory

import (
	"context"
	"slices"

	"duplex/connectors"
	"duplex/core"
)

// DefaultFields are one field of every kind.
func DefaultFields() []connectors.Field {
	option := func(names ...string) []core.Value {
		var vs []core.Value
		for _, n := range names {
			vs = append(vs, core.Option(n, n))
		}
		return vs
	}
	return []connectors.Field{
		{Name: "title", Label: "Title", Kind: core.KindString, Required: true, OnCreate: true, MaxLen: 255},
		{Name: "description", Label: "Description", Kind: core.KindText, OnCreate: true},
		{Name: "status", Label: "Status", Kind: core.KindOption, OnCreate: true, Options: option("open", "in progress", "done")},
		{Name: "priority", Label: "Priority", Kind: core.KindOption, OnCreate: true, Options: option("low", "normal", "high")},
		{Name: "assignee", Label: "Assignee", Kind: core.KindUser, OnCreate: true},
		{Name: "labels", Label: "Labels", Kind: core.KindSet, Of: core.KindString, OnCreate: true},
		{Name: "estimate", Label: "Estimate", Kind: core.KindNumber, OnCreate: true},
		{Name: "due", Label: "Due", Kind: core.KindDate, OnCreate: true},
		{Name: "starts", Label: "Starts", Kind: core.KindDateTime, OnCreate: true},
		{Name: "urgent", Label: "Urgent", Kind: core.KindBool, OnCreate: true},
		{Name: "parent", Label: "Parent", Kind: core.KindReference, OnCreate: true},
		{Name: "related", Label: "Related", Kind: core.KindSet, Of: core.KindReference, OnCreate: true},
		{Name: "created", Label: "Created", Kind: core.KindDateTime, ReadOnly: true},
	}
}

// Describe lists the fields. An item type the system does not have is ErrUnsupported.
func (c *Connector) Describe(ctx context.Context, t connectors.ItemType) (connectors.Description, error) {
	d := connectors.Description{Type: t, Fields: slices.Concat(c.sys.fields, c.sys.attributes)}
	err := c.sys.call(ctx, OpDescribe, "", func() error { return c.sys.checkType(t.Type) })
	return d, err
}
