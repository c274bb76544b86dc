package salesforce

import (
	"context"
	"strconv"
	"time"

	"duplex/connectors"
)

// overlap is how late a transaction may show its changes, by their SystemModstamp, without being told of. What is younger is listed again.
const overlap = 3 * time.Minute

// place is a position in the rows of one object, which are read in the order of SystemModstamp and Id.
type place struct {
	At     time.Time `json:"at,omitzero"`     // where the next page begins
	ID     string    `json:"id,omitempty"`    // "": with At itself; else after this row of At
	Newest time.Time `json:"newest,omitzero"` // the newest row of this pass and the row before it
	LastID string    `json:"last,omitempty"`
}

// position is what a cursor holds.
type position struct {
	Main     place     `json:"main"`
	Comments place     `json:"comments"`
	Files    place     `json:"files"`
	Deleted  time.Time `json:"deleted,omitzero"` // until when deletions were told
	Covered  time.Time `json:"covered,omitzero"` // until when every change can be seen

	AskedDeleted time.Time `json:"askedDeleted,omitzero"` // when the two were asked for last
	AskedUpdated time.Time `json:"askedUpdated,omitzero"`
}

// CursorAt lists what changed at t or later.
func (c *Connector) CursorAt(t time.Time) connectors.Cursor {
	t = t.UTC().Truncate(time.Second)
	at := place{At: t}
	return connectors.EncodeCursor(position{Main: at, Comments: at, Files: at, Deleted: t})
}

// Changes lists records by SystemModstamp, those in the recycle bin included, then the records whose comments and files changed, since those
// leave a record's SystemModstamp alone, and then what was deleted for good (Get Deleted). A transaction shows its changes late, under the
// time they were made: what is younger than three minutes, or than the oldest transaction under way (Get Updated), is listed again by
// the next call. Posts are listed only where the account may view all data. A file that is unlinked or deleted is not listed. Items of every
// scope are.
func (c *Connector) Changes(ctx context.Context, t connectors.ItemType, since connectors.Cursor, limit int) (connectors.Page, error) {
	page := connectors.Page{Next: since}
	s, err := c.schema(ctx, typeOf(t))
	if err != nil {
		return page, err
	}
	var at position
	if err := connectors.DecodeCursor(since, &at); err != nil {
		return page, c.fail("reading changes", err)
	}
	if limit <= 0 || limit > 2000 {
		limit = 2000
	}
	now := c.theirs().Truncate(time.Second)
	settled, err := c.settled(ctx, s, &at, now)
	if err != nil {
		return page, c.fail("reading changes", err)
	}
	if since == "" { // everything is listed: comments and files matter from now on
		at.Comments.At, at.Files.At, at.Deleted = settled, settled, now
	}
	rows, next, more, err := c.after(ctx, "SELECT "+s.refColumns()+", IsDeleted FROM "+s.object, at.Main, limit, settled)
	if err != nil {
		return page, c.fail("reading changes", c.forget(s, err))
	}
	for _, r := range rows {
		page.Items = append(page.Items, c.change(s, r))
	}
	at.Main = next
	if !more {
		if err := c.others(ctx, s, &at, &page, limit, settled, now); err != nil {
			return connectors.Page{Next: since}, c.fail("reading changes", err)
		}
	}
	page.More = page.More || more
	page.Next = connectors.EncodeCursor(at)
	return page, nil
}

// after reads a page of rows from a place on, oldest first, those in the recycle bin too. more tells that a page is full; else next is
// where the next pass begins: behind the last row, or where not every change could be seen yet.
func (c *Connector) after(ctx context.Context, selecting string, from place, limit int, settled time.Time) (rows []record, next place, more bool, err error) {
	where := ""
	switch {
	case from.ID != "":
		at := stamp(from.At)
		where = " WHERE (SystemModstamp > " + at + " OR (SystemModstamp = " + at + " AND Id > " + literal(from.ID) + "))"
	case !from.At.IsZero():
		where = " WHERE SystemModstamp >= " + stamp(from.At)
	}
	soql := selecting + where + " ORDER BY SystemModstamp, Id LIMIT " + strconv.Itoa(limit)
	err = c.query(ctx, "queryAll changes", true, soql, func(page []record) bool { rows = append(rows, page...); return false })
	if err != nil {
		return nil, from, false, err
	}
	next = from
	if len(rows) > 0 {
		last := rows[len(rows)-1]
		next.Newest, next.LastID = instant(last.text("SystemModstamp")), long(last.text("Id"))
	}
	if len(rows) >= limit {
		next.At, next.ID = next.Newest, next.LastID
		return rows, next, true, nil
	}
	switch {
	case next.Newest.IsZero(): // nothing there yet
	case next.Newest.Before(settled):
		next.At, next.ID = next.Newest, next.LastID
	default:
		next.At, next.ID = settled, ""
	}
	return rows, next, false, nil
}

// others adds the records whose comments or files changed, and those that are gone for good.
func (c *Connector) others(ctx context.Context, s *schema, at *position, page *connectors.Page, limit int, settled, now time.Time) error {
	kind := c.entryObject(s.object)
	rows, next, more, err := c.after(ctx, "SELECT Id, ParentId, SystemModstamp FROM "+kind, at.Comments, limit, settled)
	if class := connectors.Class(err); kind == "FeedItem" && (class == "denied" && !isUnauthenticated(err) || class == "invalid") {
		next, err = at.Comments, nil // posts of all records are for who may view all data; change events tell of them
	}
	if err != nil {
		return err
	}
	at.Comments, page.More = next, more
	for _, r := range rows {
		if err := c.touched(ctx, s, page, r.text("ParentId"), instant(r.text("SystemModstamp"))); err != nil {
			return err
		}
	}
	files, next, more, err := c.after(ctx, "SELECT Id, ContentDocumentId, SystemModstamp FROM ContentVersion", at.Files, limit, settled)
	if err != nil {
		return err
	}
	at.Files, page.More = next, page.More || more
	times := map[string]time.Time{}
	var documents []string
	for _, r := range files {
		d := long(r.text("ContentDocumentId"))
		if isID(d) && times[d].IsZero() {
			documents = append(documents, d)
		}
		times[d] = instant(r.text("SystemModstamp"))
	}
	links, err := c.inChunks(ctx, "query ContentDocumentLink", "SELECT ContentDocumentId, LinkedEntityId FROM ContentDocumentLink WHERE ContentDocumentId IN ", documents, "")
	if err != nil {
		return err
	}
	for _, l := range links {
		if err := c.touched(ctx, s, page, l.text("LinkedEntityId"), times[long(l.text("ContentDocumentId"))]); err != nil {
			return err
		}
	}
	return c.deletions(ctx, s, at, page, now)
}

// touched lists a record of which something else than its fields changed, at no revision: whoever is told reads it.
func (c *Connector) touched(ctx context.Context, s *schema, page *connectors.Page, id string, at time.Time) error {
	if !isID(id) {
		return nil
	}
	for _, ch := range page.Items {
		if ch.Ref.ID == long(id) {
			return nil // it is read anyway
		}
	}
	object, err := c.objectOf(ctx, id)
	if connectors.Class(err) == "not-found" || err == nil && object != s.object {
		return nil
	}
	page.Items = append(page.Items, connectors.Change{Ref: c.ref(s.object, long(id), ""), UpdatedAt: at})
	return err
}
