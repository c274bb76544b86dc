package servicenow

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// History reads the audit of the record (vendor page "The sys_audit table"), always by its key: the table is very large. Its times are whole
// seconds, so that a change in the second of the create is put right after it. It needs the role audit_viewer, and a table that is
// audited: elsewhere every field of a record that was changed counts as changed with its last update.
func (c *Connector) History(ctx context.Context, id string) (map[string]time.Time, []string, error) {
	attempt := func(err error) error { return fmt.Errorf("%s: reading the history of %s: %w", c.name, id, err) }
	table, err := c.tableOf(ctx, id, "")
	if err != nil {
		return nil, nil, attempt(err)
	}
	s, err := c.schema(ctx, table)
	if err != nil {
		return nil, nil, err
	}
	r, err := c.record(ctx, table, id, basics)
	if err != nil {
		return nil, nil, attempt(err)
	}
	made, updated := instant(r["sys_created_on"].Value), instant(r["sys_updated_on"].Value)
	if r["sys_mod_count"].Value == "0" {
		return nil, nil, nil
	}
	var rows []record
	hidden := c.denied("sys_audit")
	if !hidden {
		rows, hidden, err = c.every(ctx, "sys_audit", "documentkey="+id+"^tablename="+table+"^ORDERBYsys_created_on^ORDERBYrecord_checkpoint",
			[]string{"sys_id", "fieldname", "user", "sys_created_on", "record_checkpoint", "oldvalue", "newvalue"})
		switch {
		case unavailable(err):
			c.refused.Put("sys_audit", true)
			hidden = true
		case err != nil:
			return nil, nil, attempt(err)
		}
	}
	changed, ours := map[string]time.Time{}, map[string]bool{}
	if hidden || len(rows) == 0 { // it was changed, and nobody can tell what: any field may be somebody's edit
		for _, col := range s.columns {
			if !col.readOnly {
				changed[col.name] = later(updated, made)
			}
		}
		return changed, nil, nil
	}
	for _, a := range rows {
		name := a["fieldname"].Value
		if s.has(name) && a["oldvalue"].Value != a["newvalue"].Value {
			changed[name], ours[name] = later(instant(a["sys_created_on"].Value), made), a["user"].Value == c.username
		}
	}
	maps.DeleteFunc(ours, func(_ string, own bool) bool { return !own })
	return changed, slices.Sorted(maps.Keys(ours)), nil
}

// later is t, or right after the create where the seconds are the same.
func later(t, made time.Time) time.Time {
	if t.After(made) {
		return t
	}
	return made.Add(time.Millisecond)
}

// denied tells whether the account was not let into a table of the platform's a while ago.
func (c *Connector) denied(table string) bool {
	yes, ok := c.refused.Get(table)
	return ok && yes
}
