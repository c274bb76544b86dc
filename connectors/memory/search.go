package memory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// FindByField lists the items whose field holds the value, oldest first. An item that changed less than Nasty.FindLag ago is missed.
func (c *Connector) FindByField(ctx context.Context, t connectors.ItemType, field, value string) ([]core.Ref, error) {
	if !c.sys.hasField(field) {
		return nil, connectors.Invalid(c.sys.name, field, "there is no such field")
	}
	return c.found(ctx, t, func(it *item) bool {
		return !c.sys.now().Before(it.updated.Add(c.sys.nasty.FindLag)) && connectors.Holds(it.fields[field], value)
	})
}

func (s *System) hasField(name string) bool {
	return slices.ContainsFunc(s.fields, func(f connectors.Field) bool { return f.Name == name })
}

// pageOf is how many items a page of a search holds.
const pageOf = 100

// Search lists the items for which every FIELD=VALUE of the query holds, oldest first. The cursor is the number
// of the last item listed.
func (c *Connector) Search(ctx context.Context, t connectors.ItemType, query string, cursor connectors.Cursor) (connectors.Page, error) {
	want := map[string]string{}
	for _, term := range strings.Fields(query) {
		field, value, ok := strings.Cut(term, "=")
		if !ok {
			return connectors.Page{}, &connectors.InvalidError{Fields: map[string]string{"": "a query is FIELD=VALUE, several with spaces between"}}
		}
		want[field] = value
	}
	from := 0
	if cursor != "" {
		var err error
		if from, err = strconv.Atoi(string(cursor)); err != nil || from < 0 {
			return connectors.Page{}, fmt.Errorf("the cursor is not one of this connector: %w", connectors.ErrUnsupported)
		}
	}
	refs, err := c.found(ctx, t, func(it *item) bool {
		if it.number <= from {
			return false
		}
		for field, value := range want {
			if it.fields[field].String() != value {
				return false
			}
		}
		return true
	})
	page := connectors.Page{Next: cursor, More: len(refs) > pageOf}
	for _, ref := range refs[:min(pageOf, len(refs))] {
		page.Items = append(page.Items, connectors.Change{Ref: ref})
		page.Next = connectors.Cursor(ref.ID)
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
