package servicenow

import (
	"cmp"
	"context"

	"duplex/connectors"
)

// Check looks at the account and at what it may read of the platform's tables. Hidden rows and columns are not told by the instance, so that
// each is asked for.
func (c *Connector) Check(ctx context.Context, t connectors.ItemType) []connectors.Finding {
	var out []connectors.Finding
	a, err := c.account(ctx)
	f := connectors.Finding{What: "sign in", State: connectors.Fine, Saw: c.username}
	if err != nil {
		f.State, f.Saw = connectors.Wrong, err.Error()
		f.Mend, f.Where = "make auth.username the user name of the integration account, and let it read sys_user", "User Administration > Users"
		return append(out, f)
	}
	out = append(out, f)
	zone := connectors.Finding{What: "hold the time zone GMT", State: connectors.Fine, Saw: a.timeZone}
	_, err = c.zone(ctx)
	switch {
	case err != nil:
		zone.State = connectors.Wrong
	case a.timeZone != "GMT" && a.timeZone != "UTC":
		zone.State = connectors.Doubt
	}
	if zone.State != connectors.Fine {
		zone.Saw = cmp.Or(a.timeZone, "the instance's own time zone")
		zone.Mend, zone.Where = "set the time zone of the account to GMT: sweeps ask for times, and the instance reads them in the account's zone", "User Administration > Users > "+c.username
	}
	out = append(out, zone)
	if a.format != "" {
		out = append(out, connectors.Finding{What: "hold the default date format", State: connectors.Doubt, Saw: a.format, Mend: "empty the date format of the account", Where: "User Administration > Users > " + c.username})
	}
	out = append(out, c.checkTable(ctx, t)...)
	for _, table := range []struct{ name, what, mend string }{
		{"sys_journal_field", "read comments", "give the account the role audit_viewer, or an ACL to read sys_journal_field"},
		{"sys_audit_delete", "list deletions", "give the account the role audit_viewer, and switch on auditing of the table; without it sweeps look for the items of pairs one by one"},
		{"sys_audit", "read field history", "give the account the role audit_viewer; without it the newer of two edits is told by the record's time only"},
		{"sys_attachment", "list files", "let the account read sys_attachment; without it files are found only when their record changes"},
	} {
		f := connectors.Finding{What: table.what, State: connectors.Fine}
		if _, err := c.list(ctx, table.name, "sys_idISNOTEMPTY", []string{"sys_id"}, 0, 1); err != nil {
			f.State, f.Saw, f.Mend, f.Where = connectors.Doubt, err.Error(), table.mend, "User Administration > Users > "+c.username+" > Roles"
			if table.name == "sys_journal_field" {
				f.State = connectors.Wrong
			}
		}
		out = append(out, f)
	}
	return out
}

// checkTable looks at the table's definition and at the column of marks.
func (c *Connector) checkTable(ctx context.Context, t connectors.ItemType) []connectors.Finding {
	f := connectors.Finding{What: "read the definition of the table", State: connectors.Fine}
	s, err := c.schema(ctx, t.Type)
	if err != nil {
		f.State, f.Saw = connectors.Wrong, err.Error()
		f.Mend, f.Where = "let the account read sys_db_object, sys_dictionary and sys_choice", "System Security > Access Control (ACL)"
		return []connectors.Finding{f}
	}
	f.Saw = s.table
	mark := connectors.Finding{What: "hold marks", State: connectors.Fine, Saw: c.mark}
	if !s.holdsMark(c.mark) {
		mark.State, mark.Saw = connectors.Wrong, "no column "+c.mark+" for a text of 29 characters"
		mark.Mend, mark.Where = "let settings.mark_field name a text column of the table, or add u_duplex_mark", "System Definition > Tables > "+s.table
	} else if l, err := c.list(ctx, s.table, "sys_idISNOTEMPTY^ORDERBYDESCsys_created_on", []string{"sys_id", c.mark}, 0, 1); err == nil && l.hides(c.mark) != "" {
		mark.State, mark.Saw = connectors.Wrong, "the account may not read "+c.mark
		mark.Mend, mark.Where = "let the account read and write the column "+c.mark+", by which a record is found whose answer was lost", "System Security > Access Control (ACL)"
	}
	return []connectors.Finding{f, mark}
}
