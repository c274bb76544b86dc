package asana

import (
	"context"

	"duplex/connectors"
)

// Describe lists the fields of the scope's project, with its sections and the options of its custom fields.
func (c *Connector) Describe(ctx context.Context, t connectors.ItemType) (connectors.Description, error) {
	none := connectors.Description{}
	gid, err := c.scope(t)
	if err != nil {
		return none, err
	}
	all, err := c.customOf(ctx, gid, true)
	if err != nil {
		return none, err
	}
	out := connectors.Description{Type: t}
	for _, f := range append(append([]field{}, builtin...), all...) {
		if f.how == bySection {
			if f.Options, err = c.sectionsOf(ctx, gid, true); err != nil {
				return none, err
			}
		}
		out.Fields = append(out.Fields, f.Field)
	}
	return out, nil
}
