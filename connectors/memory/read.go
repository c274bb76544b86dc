package memory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// Get reads an item.
func (c *Connector) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	var o core.Observation
	err := c.sys.call(ctx, OpGet, id, func() error {
		it, err := c.sys.find(id)
		if err != nil {
			return err
		}
		o = c.sys.observe(it, want)
		return nil
	})
	return o, err
}

// GetMany reads the fields of many items.
func (c *Connector) GetMany(ctx context.Context, ids []string, want connectors.Want) ([]core.Observation, error) {
	want.Comments, want.Attachments = false, false
	var out []core.Observation
	err := c.sys.call(ctx, OpGetMany, "", func() error {
		for _, id := range ids {
			if it, err := c.sys.find(id); err == nil {
				out = append(out, c.sys.observe(it, want))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Changes lists every changed item once, at its latest change. The cursor is a position in the feed.
func (c *Connector) Changes(ctx context.Context, t connectors.ItemType, since connectors.Cursor, limit int) (connectors.Page, error) {
	page := connectors.Page{Next: since}
	err := c.sys.call(ctx, OpChanges, "", func() error {
		if err := c.sys.checkType(t.Type); err != nil {
			return err
		}
		from := 0
		if since != "" {
			n, err := strconv.Atoi(string(since))
			if err != nil {
				return &connectors.InvalidError{Fields: map[string]string{"": "the cursor was not made by this system"}}
			}
			from = n
		}
		page = c.sys.page(t, from, limit)
		return nil
	})
	return page, err
}

// CursorAt is the position before the first change at or after t.
func (c *Connector) CursorAt(t time.Time) connectors.Cursor {
	c.sys.mu.Lock()
	defer c.sys.mu.Unlock()
	from := c.sys.seq
	for _, it := range c.sys.items {
		if !it.updated.Before(t) {
			from = min(from, it.seq-1)
		}
	}
	return connectors.Cursor(strconv.Itoa(from))
}

// page is the feed after a position. The caller holds the lock.
func (s *System) page(t connectors.ItemType, from, limit int) connectors.Page {
	var changed []*item
	for _, it := range s.items {
		if it.seq > from && inScope(it, t.Scope) && (!it.deleted || s.facts.ListsDeletions) {
			changed = append(changed, it)
		}
	}
	slices.SortFunc(changed, func(a, b *item) int { return a.seq - b.seq })
	next := s.seq
	more := limit > 0 && len(changed) > limit
	if more {
		changed = changed[:limit]
		next = changed[limit-1].seq
	}
	page := connectors.Page{Next: connectors.Cursor(strconv.Itoa(next)), More: more}
	for _, it := range changed {
		page.Items = append(page.Items, connectors.Change{
			Ref: s.ref(it), Revision: strconv.Itoa(it.revision), UpdatedAt: it.updated, Deleted: it.deleted,
		})
	}
	return page
}

// observe shows an item. A described field that holds nothing is shown empty. The caller holds the lock.
func (s *System) observe(it *item, want connectors.Want) core.Observation {
	o := core.Observation{
		Ref: s.ref(it), Revision: strconv.Itoa(it.revision), CreatedAt: it.created, UpdatedAt: it.updated,
		CreatedBy: it.by, UpdatedBy: it.updatedBy, Mark: it.mark,
		OwnItem: it.mark != "" && core.Equal(it.by, s.self),
		Fields:  map[string]core.Value{}, Changed: map[string]time.Time{},
	}
	for _, f := range s.fields {
		if want.Fields != nil && !slices.Contains(want.Fields, f.Name) {
			continue
		}
		v, ok := it.fields[f.Name]
		switch {
		case f.Name == "created" && f.ReadOnly:
			v = core.DateTime(it.created)
		case !ok:
			v = core.Empty(f.Kind)
		}
		o.Fields[f.Name] = v
		if t, ok := it.changed[f.Name]; ok {
			o.Changed[f.Name] = t
			if core.Equal(it.changedBy[f.Name], s.self) {
				o.Ours = append(o.Ours, f.Name)
			}
		}
	}
	for _, name := range want.Fields {
		if _, own := o.Fields[name]; own {
			continue
		}
		if v := s.attribute(it, name); !v.IsAbsent() {
			o.Fields[name] = v
		}
	}
	if want.Comments {
		o.Comments = slices.Clone(it.comments)
	}
	if want.Worklogs {
		o.Worklogs, o.AllWorklogs = slices.Clone(it.worklogs), true
	}
	if want.Attachments {
		for _, f := range it.files {
			o.Attachments = append(o.Attachments, f.Attachment)
		}
	}
	o.Complete, o.People = want.Comments && want.Attachments, s.mentioned(o)
	return o
}

func (s *System) checkType(typ string) error {
	if typ != "" && typ != s.typ {
		return fmt.Errorf("item type %q: %w", typ, connectors.ErrUnsupported)
	}
	return nil
}
