package rest

import (
	"context"
	"slices"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// History tells when fields were changed after the item was created, and which of them the own account changed last.
func (c *Connector) History(ctx context.Context, id string) (map[string]time.Time, []string, error) {
	r, err := c.get(ctx, id, connectors.Want{Comments: true})
	if err != nil {
		return nil, nil, c.failed("reading the history of "+id, err)
	}
	self, err := c.Self(ctx)
	if err != nil {
		return nil, nil, err
	}
	if r.it.History == nil {
		return nil, nil, c.failed("reading the history of "+id, connectors.ErrUnsupported)
	}
	changed, ours, err := c.history(ctx, r, self)
	return changed, ours, c.failed("reading the history of "+id, err)
}

func (c *Connector) history(ctx context.Context, r raw, self core.Value) (changed map[string]time.Time, ours []string, err error) {
	h := r.it.History
	list, err := c.elements(ctx, r, "the history", h.Entries, h.List)
	if err != nil {
		return nil, nil, err
	}
	fields, err := c.fields(ctx, r.it, r.vars, nil)
	if err != nil {
		return nil, nil, err
	}
	ourNames := map[string]string{}
	for _, name := range sortedKeys(fields) {
		f := fields[name]
		for _, n := range append(slices.Clone(f.History), f.vendorName()) {
			if ourNames[n] == "" && n != "" {
				ourNames[n] = name
			}
		}
	}
	changed, by := map[string]time.Time{}, map[string]string{}
	for _, x := range list {
		v := vars{"entry": x, "settings": c.settings}
		at, err := h.At.eval(v)
		if err != nil {
			return nil, nil, err
		}
		who, err := h.By.eval(v)
		if err != nil {
			return nil, nil, err
		}
		person, err := c.shown(who)
		if err != nil {
			return nil, nil, err
		}
		names, _, err := h.Fields.list(v)
		if err != nil {
			return nil, nil, err
		}
		for _, n := range names {
			name := ourNames[textOf(n)]
			if t := c.instant(at); name != "" && !t.Before(changed[name]) {
				changed[name], by[name] = t, person.ID()
			}
		}
	}
	for _, name := range sortedKeys(by) {
		if by[name] == self.ID() && self.ID() != "" {
			ours = append(ours, name)
		}
	}
	return changed, ours, nil
}
