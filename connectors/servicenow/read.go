package servicenow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"duplex/connectors"
	"duplex/core"
)

// basics are the columns that every read of a record asks for.
var basics = []string{"sys_id", "number", "sys_class_name", "sys_created_on", "sys_created_by", "sys_updated_on", "sys_updated_by", "sys_mod_count"}

// longest is how long a list of columns may be: addresses of more than about 2,000 characters are refused somewhere on the way. A read of
// more asks for all columns, unless some of them are reached through references.
const longest = 1500

// columns are what to ask for, so that those fields can be shown; nil for everything.
func (c *Connector) columns(s *schema, fields []string) []string {
	out := append(slices.Clone(basics), c.mark)
	for _, f := range fields {
		if s.has(f) || s.walks(f) {
			out = append(out, f)
		}
	}
	if fields == nil {
		for _, col := range s.columns {
			out = append(out, col.name)
		}
	}
	out = unique(out)
	size := 0
	for _, name := range out {
		size += len(name) + 1
	}
	if size > longest && !slices.ContainsFunc(out, s.walks) {
		return nil
	}
	return out
}

// Get reads a record, its comments where its counter moved since want.Known was read, and its files always: a new file does not move it.
func (c *Connector) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	o, err := c.get(ctx, id, want)
	if err != nil {
		return core.Observation{}, fmt.Errorf("%s: reading %s: %w", c.name, id, err)
	}
	return o, nil
}

func (c *Connector) get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	table, err := c.tableOf(ctx, id, want.Type.Type)
	if err != nil {
		return core.Observation{}, err
	}
	s, err := c.schema(ctx, table)
	if err != nil {
		return core.Observation{}, err
	}
	r, err := c.record(ctx, table, id, c.columns(s, want.Fields))
	if err != nil {
		return core.Observation{}, err
	}
	o, err := c.observe(ctx, s, r, want.Fields)
	if err != nil {
		return core.Observation{}, err
	}
	known := want.Known
	if known != nil && (known.Ref.ID != id || want.Full) {
		known = nil
	}
	hidden, without := false, false
	if want.Comments {
		if known != nil && known.Complete && known.Revision != "" && known.Revision == o.Revision {
			o.Comments = known.Comments
		} else if o.Comments, hidden, err = c.comments(ctx, id); err != nil {
			return core.Observation{}, err
		}
	}
	if want.Attachments {
		if o.Attachments, without, err = c.attachments(ctx, id, ""); err != nil {
			return core.Observation{}, err
		}
	}
	o.Complete = want.Comments && want.Attachments && !hidden && !without
	return o, nil
}

// tableOf is the table of a record: as asked for, as last seen, or as its task tells.
func (c *Connector) tableOf(ctx context.Context, id, asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	if !sysID(id) {
		return "", connectors.ErrNotFound
	}
	if t, ok := c.classes.Get(id); ok {
		return t, nil
	}
	var refused error // a table that the account may not read at all says nothing of the others
	for _, table := range unique(append([]string{"task"}, c.tables...)) {
		r, err := c.record(ctx, table, id, []string{"sys_id", "sys_class_name"})
		switch {
		case errors.Is(err, connectors.ErrNotFound):
			continue
		case errors.Is(err, connectors.ErrDenied) && !errors.Is(err, connectors.ErrUnauthenticated):
			refused = err
			continue
		case err != nil:
			return "", err
		}
		c.classes.Put(id, r.table(table))
		return r.table(table), nil
	}
	return "", cmp.Or(refused, error(connectors.ErrNotFound))
}

// GetMany reads records by the fifty. Those that are gone, or hidden, are left out.
func (c *Connector) GetMany(ctx context.Context, ids []string, want connectors.Want) ([]core.Observation, error) {
	s, err := c.schema(ctx, want.Type.Type)
	if err != nil {
		return nil, err
	}
	var out []core.Observation
	for chunk := range slices.Chunk(slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !sysID(id) }), 50) {
		l, err := c.list(ctx, s.table, "sys_id"+in(chunk), c.columns(s, want.Fields), 0, len(chunk))
		if err != nil {
			return nil, fmt.Errorf("%s: reading %d records: %w", c.name, len(chunk), err)
		}
		if err := c.learn(ctx, s, l.rows); err != nil {
			return nil, err
		}
		for _, r := range l.rows {
			o, err := c.observe(ctx, s, r, want.Fields)
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
	}
	return out, nil
}

// observe puts an observation together, looking up people who are not known.
func (c *Connector) observe(ctx context.Context, s *schema, r record, fields []string) (core.Observation, error) {
	if err := c.learn(ctx, s, []record{r}); err != nil {
		return core.Observation{}, err
	}
	c.classes.Put(r.id(), r.table(s.table))
	o := core.Observation{
		Ref: c.ref(s.table, r.id(), r["number"].Value), Revision: r.revision(),
		CreatedAt: instant(r["sys_created_on"].Value), UpdatedAt: instant(r["sys_updated_on"].Value),
		CreatedBy: c.personNamed(r["sys_created_by"].Value), UpdatedBy: c.personNamed(r["sys_updated_by"].Value),
		Mark: markOf(r[c.mark].Value), Fields: map[string]core.Value{},
	}
	o.OwnItem = o.Mark != "" && r["sys_created_by"].Value == c.username
	wanted := func(name string) bool { return fields == nil || slices.Contains(fields, name) }
	for _, col := range s.columns {
		v, shown := r[col.name]
		if !wanted(col.name) || !shown {
			continue
		}
		if value := c.read(col, v); !value.IsAbsent() {
			o.Fields[col.name] = value
		}
	}
	for _, name := range fields {
		if v, shown := r[name]; shown && s.walks(name) {
			o.Fields[name] = core.String(cmp.Or(v.Shown, v.Value))
		}
	}
	return o, nil
}
