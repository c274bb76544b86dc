package servicenow

import (
	"cmp"
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
	Fold   string `json:"d,omitempty"` // begin of the hours that the account's wall clock shows twice, while they are listed by id
}

// overlap is how far a new sweep looks back behind the last update it saw: what jobs change becomes visible later than its time says.
const overlap = 5 * time.Minute

// CursorAt starts the feed at t.
func (c *Connector) CursorAt(t time.Time) connectors.Cursor {
	return connectors.EncodeCursor(position{Time: t.UTC().Truncate(time.Second).Format(layout)})
}

// Changes lists records by the time of their last update, then those that got a file, which does not move that time, then the deleted
// ones, as far as the account may read sys_audit_delete. Times are asked for in the account's own time zone, which should be GMT: the hours
// that another zone's clock shows twice in autumn are listed by id, several times.
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
	loc, err := c.zone(ctx)
	if err != nil {
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
			from = plainly(instant(from).Add(-overlap), loc).Format(layout)
		}
		pos = position{Time: from, Run: true, From: from}
	}
	switch pos.Side {
	case "files":
		return c.changedFiles(ctx, s, scope, names(t.Scope), pos, loc, limit)
	case "deletions":
		return c.deletions(ctx, s, pos, loc, limit)
	}
	return c.changedRecords(ctx, s, scope, names(t.Scope), pos, loc, limit)
}

// after is the condition of what comes behind the position, by that column and the id.
func (pos position) after(column, scope string, loc *time.Location) string {
	order := "^ORDERBY" + column + "^ORDERBYsys_id"
	now := at(instant(pos.Time), loc)
	switch {
	case pos.Fold != "":
		_, to, _ := fold(instant(pos.Fold), loc)
		behind := ""
		if pos.ID != "" {
			behind = "^sys_id>" + pos.ID
		}
		return scope + column + ">=" + at(plainly(instant(pos.Fold), loc), loc) + "^" + column + "<" + at(to, loc) + behind + "^ORDERBYsys_id"
	case pos.Time == "":
		return scope + "sys_idISNOTEMPTY" + order
	case pos.ID == "":
		return scope + column + ">=" + now + order
	}
	return scope + column + "=" + now + "^sys_id>" + pos.ID + "^NQ" + scope + column + ">" + now + order
}

// newest is the last time that rows show, "" where none does.
func newest(rows []record, column string) string {
	for _, r := range slices.Backward(rows) {
		if at := r[column].Value; at != "" {
			return at
		}
	}
	return ""
}

// behind is the position after a page of rows. A page without any moves the offset only. Where the last row's time says nothing, since the clock
// showed it twice, all of those hours are listed by id first.
func (pos position) behind(column string, l listed, loc *time.Location, limit int) position {
	if len(l.rows) == 0 {
		pos.Offset += limit
		return pos
	}
	last := l.rows[len(l.rows)-1]
	if pos.Fold == "" && last[column].Value == "" { // rows without a time, or whose time is hidden, have no place behind which to go on
		pos.Offset += limit
		return pos
	}
	pos.ID, pos.Offset = last.id(), 0
	if pos.Fold != "" {
		return pos
	}
	pos.Time = last[column].Value
	if from, _, ok := fold(instant(pos.Time), loc); ok {
		pos.Fold, pos.ID = from.Format(layout), ""
	}
	return pos
}

func (c *Connector) changedRecords(ctx context.Context, s *schema, scope string, of []string, pos position, loc *time.Location, limit int) (connectors.Page, error) {
	l, err := c.list(ctx, s.table, pos.after("sys_updated_on", scope, loc), slices.Concat(basics, of), pos.Offset, limit)
	if err != nil {
		return connectors.Page{}, err
	}
	if name := l.hides(of...); name != "" {
		return connectors.Page{}, hiddenScope(name)
	}
	next := pos.behind("sys_updated_on", l, loc, limit)
	page := connectors.Page{More: true}
	for _, r := range l.rows {
		c.classes.Put(r.id(), r.table(s.table))
		page.Items = append(page.Items, connectors.Change{Ref: c.ref(s.table, r.id(), r["number"].Value), Revision: r.revision(), UpdatedAt: instant(r["sys_updated_on"].Value)})
	}
	if !l.more && pos.Fold != "" {
		_, to, _ := fold(instant(pos.Fold), loc)
		if until := to.Format(layout); !c.now().Before(to.Add(overlap)) { // the hours are over, and so is their list
			page.Next = connectors.EncodeCursor(position{Time: until, From: pos.From, Run: true})
			return page, nil
		}
		pos.Time, l.rows = plainly(instant(pos.Fold), loc).Format(layout), nil // they are not: the next sweep lists them again
	}
	if !l.more {
		next = position{Time: pos.Time, Side: "files", From: pos.From, Run: true}
		next.Time = cmp.Or(newest(l.rows, "sys_updated_on"), next.Time)
		if pos.From == "" { // the first sweep of all listed every record there is: no file and no deletion adds to that
			next = position{Time: cmp.Or(next.Time, c.now().UTC().Add(-overlap).Format(layout))}
			page.More = false
		}
	}
	page.Next = connectors.EncodeCursor(next)
	return page, nil
}

// changedFiles lists the records that got files since the sweep's beginning. Their revision is left out: it does not tell of files.
func (c *Connector) changedFiles(ctx context.Context, s *schema, scope string, of []string, pos position, loc *time.Location, limit int) (connectors.Page, error) {
	done := position{Time: pos.Time, Side: "deletions", From: pos.From, Run: true}
	at := position{Time: pos.From, Offset: pos.Offset}
	tables := "table_nameIN" + s.table + ",ZZ_YY" + s.table + "^"
	if s.extended { // files name the table that the record is of
		tables = ""
	}
	l, err := c.list(ctx, "sys_attachment", at.after("sys_created_on", tables, loc),
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
		found, err := c.list(ctx, s.table, scope+"sys_id"+in(chunk), slices.Concat(basics, of), 0, len(chunk))
		if err != nil {
			return connectors.Page{}, err
		}
		if name := found.hides(of...); name != "" {
			return connectors.Page{}, hiddenScope(name)
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
func (c *Connector) deletions(ctx context.Context, s *schema, pos position, loc *time.Location, limit int) (connectors.Page, error) {
	done := position{Time: pos.Time}
	at := position{Time: pos.From, Offset: pos.Offset}
	l, err := c.list(ctx, "sys_audit_delete", at.after("sys_created_on", "tablename="+s.table+"^", loc), []string{"sys_id", "documentkey", "sys_created_on"}, at.Offset, limit)
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
