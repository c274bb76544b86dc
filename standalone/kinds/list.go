package kinds

import (
	"context"

	"duplex/connectors"
	"duplex/core"
)

// List names all items of a type that a system's feed of changes shows, each once. The connector is to be the integration's: people's
// accounts may see times in a way that a feed cannot be read by.
func List(ctx context.Context, c connectors.Connector, t connectors.ItemType) ([]core.Ref, error) {
	var all []core.Ref
	seen := map[string]bool{}
	for cursor, more := connectors.Cursor(""), true; more; {
		page, err := c.Changes(ctx, t, cursor, 100)
		if err != nil {
			return nil, err
		}
		for _, change := range page.Items {
			if !change.Deleted && !seen[change.Ref.ID] {
				seen[change.Ref.ID] = true
				all = append(all, change.Ref)
			}
		}
		cursor, more = page.Next, page.More
	}
	return all, nil
}
