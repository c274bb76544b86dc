package servicenow

import (
	"context"
	"fmt"
	"slices"
	"time"

	"duplex/connectors"
)

// position is what a cursor holds. While a sweep is under way it goes on behind the last record seen, by time and id, so that records that
// change meanwhile shift nothing; Offset steps over pages whose records are all hidden. A new sweep looks back a little, since jobs of the instance
// commit late.
type position struct {
	Time   string `json:"t,omitempty"` // last update seen, UTC
	ID     string `json:"i,omitempty"` // of the last record seen at that time
	Offset int    `json:"o,omitempty"`
	Run    bool   `json:"r,omitempty"` // a sweep is under way
	Side   string `json:"s,omitempty"` // what the sweep lists now: "" records, then files, then deletions
	From   string `json:"f,omitempty"` // where files and deletions of this sweep begin
}

// overlap is how far a new sweep looks back.
const overlap = time.Minute

// CursorAt starts the feed at t.
func (c *Connector) CursorAt(t time.Time) connectors.Cursor {
	return connectors.EncodeCursor(position{Time: t.UTC().Truncate(time.Second).Format(layout)})
}

// Changes lists records by the time of their last update, then those that got a file, which does not move that time, then the deleted
// ones, as far as the account may read sys_audit_delete. The account has to be in the time zone GMT.
func (c *Connector) Changes(ctx context.Context, t connectors.ItemType, since connectors.Cursor, limit int) (connectors.Page, error) {
	page, err := c.changes(ctx, t, since, limit)
	if err != nil {
		return connectors.Page{Next: since}, fmt.Errorf("%s: reading changes: %w", c.name, err)
	}
	return page, nil
}

func (c *Connector) changes(ctx context.Context, t connectors.ItemType, since connectors.Cursor, limit int) (connectors.Page, error) {
	var pos position
	if err := connectors.DecodeCursor(since, &pos); err != nil {
		return connectors.Page{}, err
	}
	if err := c.inGMT(ctx); err != nil {
		return connectors.Page{}, err
	}
	s, err := c.schema(ctx, t.Type)
	if err != nil {
		return connectors.Page{}, err
	}
	scope, err := s.within(t.Scope)
	if err != nil {
		return connectors.Page{}, err
	}
	if limit <= 0 || limit > c.page {
		limit = c.page
	}
	if !pos.Run {
		from := pos.Time
		if from != "" {
			from = instant(from).Add(-overlap).Format(layout)
		}
		pos = position{Time: from, Run: true, From: from}
	}
	switch pos.Side {
	case "files":
		return c.changedFiles(ctx, s, scope, pos, limit)
	case "deletions":
		return c.deletions(ctx, s, pos, limit)
	}
	return c.changedRecords(ctx, s, scope, pos, limit)
}

// after is the condition of what comes behind the position, by that column and the id. With offset the position stays.
func (pos position) after(column, scope string) string {
	order := "^ORDERBY" + column + "^ORDERBYsys_id"
	switch {
	case pos.Time == "":
		return scope + "sys_idISNOTEMPTY" + order
	case pos.ID == "":
		return scope + column + ">=" + at(instant(pos.Time)) + order
	}
	now := at(instant(pos.Time))
	return scope + column + "=" + now + "^sys_id>" + pos.ID + "^NQ" + scope + column + ">" + now + order
}

// behind is the position after a page of rows. A page without any moves the offset only.
func (pos position) behind(column string, l listed, limit int) position {
	if len(l.rows) == 0 {
		pos.Offset += limit
		return pos
	}
	last := l.rows[len(l.rows)-1]
	pos.Time, pos.ID, pos.Offset = last[column].Value, last.id(), 0
	return pos
}

func (c *Connector) changedRecords(ctx context.Context, s *schema, scope string, pos position, limit int) (connectors.Page, error) {
	l, err := c.list(ctx, s.table, pos.after("sys_updated_on", scope), basics, pos.Offset, limit)
	if err != nil {
		return connectors.Page{}, err
	}
	next := pos.behind("sys_updated_on", l, limit)
	page := connectors.Page{More: true}
	for _, r := range l.rows {
		c.classes.Put(r.id(), r.table(s.table))
		page.Items = append(page.Items, connectors.Change{Ref: c.ref(s.table, r.id(), r["number"].Value), Revision: r.revision(), UpdatedAt: instant(r["sys_updated_on"].Value)})
	}
	if !l.more {
		next = position{Time: pos.Time, Side: "files", From: pos.From, Run: true}
		if n := len(l.rows); n > 0 {
			next.Time = l.rows[n-1]["sys_updated_on"].Value
		}
		if pos.From == "" { // the first sweep of all listed every record there is: no file and no deletion adds to that
			next = position{Time: firstOf(next.Time, c.now().UTC().Add(-overlap).Format(layout))}
			page.More = false
		}
	}
	page.Next = connectors.EncodeCursor(next)
	return page, nil
}

// changedFiles lists the records that got files since the sweep's beginning. Their revision is left out: it does not tell of files.
func (c *Connector) changedFiles(ctx context.Context, s *schema, scope string, pos position, limit int) (connectors.Page, error) {
	done := position{Time: pos.Time, Side: "deletions", From: pos.From, Run: true}
	at := position{Time: pos.From, Offset: pos.Offset}
	l, err := c.list(ctx, "sys_attachment", at.after("sys_created_on", "table_nameIN"+s.table+",ZZ_YY"+s.table+"^"),
		[]string{"sys_id", "table_sys_id", "sys_created_on"}, at.Offset, limit)
	switch {
	case unavailable(err):
		return connectors.Page{Next: connectors.EncodeCursor(done), More: true}, nil
	case err != nil:
		return connectors.Page{}, err
	}
	var ids []string
	for _, r := range l.rows {
		if id := r["table_sys_id"].Value; sysID(id) {
			ids = append(ids, id)
		}
	}
	page := connectors.Page{More: true}
	for chunk := range slices.Chunk(unique(ids), 50) { // only those of the scope
		found, err := c.list(ctx, s.table, scope+"sys_id"+in(chunk), basics, 0, len(chunk))
		if err != nil {
			return connectors.Page{}, err
		}
		for _, r := range found.rows {
			page.Items = append(page.Items, connectors.Change{Ref: c.ref(s.table, r.id(), r["number"].Value), UpdatedAt: instant(r["sys_updated_on"].Value)})
		}
	}
	if l.more {
		done = pos
		done.Offset += limit
	}
	page.Next = connectors.EncodeCursor(done)
	return page, nil
}

// deletions lists what was deleted since the sweep's beginning, of every scope: a deleted record tells no more of itself.
func (c *Connector) deletions(ctx context.Context, s *schema, pos position, limit int) (connectors.Page, error) {
	done := position{Time: pos.Time}
	at := position{Time: pos.From, Offset: pos.Offset}
	l, err := c.list(ctx, "sys_audit_delete", at.after("sys_created_on", "tablename="+s.table+"^"), []string{"sys_id", "documentkey", "sys_created_on"}, at.Offset, limit)
	switch {
	case unavailable(err):
		return connectors.Page{Next: connectors.EncodeCursor(done)}, nil
	case err != nil:
		return connectors.Page{}, err
	}
	var page connectors.Page
	for _, r := range l.rows {
		if id := r["documentkey"].Value; sysID(id) {
			page.Items = append(page.Items, connectors.Change{Ref: c.ref(s.table, id, ""), UpdatedAt: instant(r["sys_created_on"].Value), Deleted: true})
		}
	}
	if l.more {
		done = pos
		done.Offset += limit
		page.More = true
	}
	page.Next = connectors.EncodeCursor(done)
	return page, nil
}

// inGMT refuses to ask for times in a zone where nobody can tell how they are read.
func (c *Connector) inGMT(ctx context.Context) error {
	a, err := c.account(ctx)
	if err != nil {
		return err
	}
	switch a.timeZone {
	case "GMT", "UTC", "Etc/UTC", "Etc/GMT", "GMT0", "Zulu":
		return nil
	}
	return fmt.Errorf("the instance reads times in the account's time zone (%s): an administrator has to set the time zone of %s to GMT: %w",
		firstOf(a.timeZone, "the instance's own"), c.username, connectors.ErrDenied)
}
