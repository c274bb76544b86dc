package memory

import (
	"context"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// FindByField lists the items whose field holds the value, oldest first. An item that changed less than Nasty.FindLag ago is missed.
func (c *Connector) FindByField(ctx context.Context, t connectors.ItemType, field, value string) ([]core.Ref, error) {
	return c.found(ctx, t, func(it *item) bool {
		if c.sys.now().Before(it.updated.Add(c.sys.nasty.FindLag)) {
			return false
		}
		v := it.fields[field]
		return v.Kind() == core.KindSet && v.Has(core.String(value)) || v.Kind() != core.KindSet && !v.IsAbsent() && v.String() == value
	})
}

// Search lists the items for which every FIELD=VALUE of the query holds, oldest first.
func (c *Connector) Search(ctx context.Context, t connectors.ItemType, query string, _ connectors.Cursor) (connectors.Page, error) {
	want := map[string]string{}
	for _, term := range strings.Fields(query) {
		field, value, ok := strings.Cut(term, "=")
		if !ok {
			return connectors.Page{}, &connectors.InvalidError{Fields: map[string]string{"": "a query is FIELD=VALUE, several with spaces between"}}
		}
		want[field] = value
	}
	refs, err := c.found(ctx, t, func(it *item) bool {
		for field, value := range want {
			if it.fields[field].String() != value {
				return false
			}
		}
		return true
	})
	page := connectors.Page{}
	for _, ref := range refs {
		page.Items = append(page.Items, connectors.Change{Ref: ref})
	}
	return page, err
}

func (c *Connector) found(ctx context.Context, t connectors.ItemType, is func(*item) bool) ([]core.Ref, error) {
	s := c.sys
	var refs []core.Ref
	err := s.call(ctx, OpFind, "", func() error {
		if err := s.checkType(t.Type); err != nil {
			return err
		}
		var found []*item
		for _, it := range s.items {
			if !it.deleted && inScope(it, t.Scope) && is(it) {
				found = append(found, it)
			}
		}
		slices.SortFunc(found, func(a, b *item) int { return a.number - b.number })
		for _, it := range found {
			refs = append(refs, s.ref(it))
		}
		return nil
	})
	return refs, err
}
