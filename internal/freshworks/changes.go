package freshworks

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"duplex/connectors"
)

// position is what a cursor holds. A run reads the list of what changed after Since from its first row to its last; the next run begins
// a little before the newest change that was seen.
type position struct {
	Since time.Time `json:"since,omitzero"`
	Done  int       `json:"done,omitempty"` // rows of the list that this run has passed
	Last  int64     `json:"last,omitempty"` // the last of them
	Max   time.Time `json:"max,omitzero"`   // the newest change seen in this run
	Begun time.Time `json:"begun,omitzero"` // when this run began, by the own clock
	// Again tells that this run follows at once on one of several pages, for what changed while that one was under way.
	Again bool `json:"again,omitempty"`
}

const (
	overlap   = 2 * time.Minute // how far a run goes back where the list is in the order of changes
	overlapBy = 5 * time.Minute // where it is not: the clocks of both may differ
	mostPages = 300             // page 301 is refused (public report)
)

// beginning is older than both products. Without updated_since a list has what was created in the last 30 days.
var beginning = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// CursorAt begins a second before t, because the vendor does not say whether updated_since includes its second.
func (c *Connector) CursorAt(t time.Time) connectors.Cursor {
	return connectors.EncodeCursor(position{Since: t.UTC().Truncate(time.Second).Add(-time.Second)})
}

// Changes lists what changed since the cursor, in the scope's workspace. Deleted items are left out: they are in no list but one of their
// own, of which the vendor does not say whether it can be read from a time on. An item is listed again for some minutes.
func (c *Connector) Changes(ctx context.Context, t connectors.ItemType, since connectors.Cursor, limit int) (connectors.Page, error) {
	page := connectors.Page{Next: since}
	it, err := c.itemType(t.Type)
	if err != nil {
		return page, err
	}
	var at position
	if err := connectors.DecodeCursor(since, &at); err != nil {
		return page, fmt.Errorf("%s: reading changes: %w", c.name, err)
	}
	if at.Since.IsZero() {
		at.Since = beginning
	}
	if at.Begun.IsZero() {
		at.Begun = c.now().UTC().Truncate(time.Second)
	}
	if limit <= 0 || limit > pageSize {
		limit = pageSize
	}
	size, number := window(at.Done, limit)
	if number > mostPages && c.p.ByUpdate {
		return page, connectors.Busy(c.name+": reading changes", "more items changed in one second than the vendor lists", 0)
	}
	list, err := rows[record](ctx, c, it.Path, it.Many, c.listQuery(it, t.Scope, at.Since), number, size)
	var invalid *connectors.InvalidError
	if errors.As(err, &invalid) && number > 1 { // nothing is left out in silence
		err = fmt.Errorf("the list is longer than %s shows, which refuses page %d of %d rows; begin from a later time: %w", c.p.Name, number, size, err)
	}
	if errors.Is(err, connectors.ErrNotFound) {
		err = c.missing(ctx, it, err)
	}
	if err != nil {
		return page, fmt.Errorf("%s: reading changes: %w", c.name, err)
	}
	seen := 0
	if at.Done > 0 {
		i := slices.IndexFunc(list, func(r record) bool { return r.id() == at.Last })
		if i < 0 { // rows were taken away or moved: what came before may hide others now
			page.Next, page.More = connectors.EncodeCursor(position{Since: at.Since, Max: at.Max, Begun: at.Begun, Again: at.Again}), true
			return page, nil
		}
		seen = i + 1
	}
	fresh := list[seen:]
	more := len(list) == size || len(fresh) > limit
	fresh = fresh[:min(len(fresh), limit)]
	for _, r := range fresh {
		changed := r.time("updated_at")
		if changed.After(at.Max) {
			at.Max = changed
		}
		if !changed.Before(at.Since) && within(r, t.Scope) {
			page.Items = append(page.Items, connectors.Change{Ref: c.ref(it, r.id()), Revision: r.revision(), UpdatedAt: changed, Deleted: r.yes("deleted")})
		}
		at.Last = r.id()
	}
	several := at.Done > 0
	at.Done = (number-1)*size + seen + len(fresh)
	next := c.after(at, fresh, more)
	if !more && several && !at.Again && !c.p.ByUpdate {
		next.Again, more = true, true
	}
	page.Next, page.More = connectors.EncodeCursor(next), more
	return page, nil
}

// after is where to go on. A list in the order of changes is begun again at the last change, so that it never gets long; the rows of that
// second come again, and where there are more of them than a page holds the run goes on within them.
func (c *Connector) after(at position, fresh []record, more bool) position {
	switch {
	case more && c.p.ByUpdate && len(fresh) > 0:
		if from := fresh[len(fresh)-1].time("updated_at").Add(-time.Second); from.After(at.Since) {
			return position{Since: from, Max: at.Max, Begun: at.Begun}
		}
		return at
	case more:
		return at
	case at.Max.IsZero():
		return position{Since: at.Since}
	case c.p.ByUpdate:
		return position{Since: at.Max.Add(-overlap)}
	}
	if at.Begun.Before(at.Max) { // what changed while the run was under way may stand before where it was
		at.Max = at.Begun
	}
	return position{Since: at.Max.Add(-overlapBy)}
}

// window is the page that begins at or before the last of done rows and has the most rows behind it, up to limit.
func window(done, limit int) (size, number int) {
	if done == 0 {
		return limit, 1
	}
	best := -1
	for s := 2; s <= min(pageSize, max(2*limit, 10)); s++ {
		if gain := min(s-(done-1)%s-1, limit); gain > best {
			best, size, number = gain, s, (done-1)/s+1
		}
	}
	return size, number
}

// listQuery asks for what changed after a time.
func (c *Connector) listQuery(it *Item, scope map[string]string, since time.Time) url.Values {
	q := url.Values{"updated_since": {since.UTC().Format(time.RFC3339)}}
	switch {
	case c.p.ByUpdate:
		q.Set("order_by", "updated_at")
		q.Set("order_type", "asc")
	case it.Tags: // problems and changes have no order to choose
		q.Set("order_type", "asc")
	}
	if c.p.Workspaces {
		q.Set("workspace_id", "0")
		if ws := scope["workspace_id"]; ws != "" {
			q.Set("workspace_id", ws)
		}
	}
	return q
}

// within tells whether a row of a list is in the scope, as far as it shows.
func within(r record, scope map[string]string) bool {
	for key, want := range scope {
		if r.shows(key) && r.text(key) != want {
			return false
		}
	}
	return true
}
