package memory

import (
	"context"
	"slices"

	"duplex/connectors"
	"duplex/core"
)

// Find lists the items that carry the mark, oldest first. An item younger than Nasty.FindLag is missed.
func (c *Connector) Find(ctx context.Context, t connectors.ItemType, mark string) ([]core.Ref, error) {
	s := c.sys
	var refs []core.Ref
	err := s.call(ctx, OpFind, "", func() error {
		if err := s.checkType(t.Type); err != nil {
			return err
		}
		var found []*item
		for _, it := range s.items {
			visible := !it.deleted && !s.now().Before(it.created.Add(s.nasty.FindLag))
			if mark != "" && it.mark == mark && visible && inScope(it, t.Scope) {
				found = append(found, it)
			}
		}
		slices.SortFunc(found, func(a, b *item) int { return a.number - b.number })
		for _, it := range found {
			refs = append(refs, s.ref(it))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return refs, nil
}
