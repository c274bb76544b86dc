package asana

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"duplex/connectors"
)

const (
	// overlap is how far a pass starts before the newest change of the pass before it. The list is consistent ("Get multiple tasks");
	// what it covers is a change that is kept a little after its time.
	overlap = 2 * time.Minute
	// mostSeen and mostWaiting bound what a cursor remembers. Tasks beyond mostSeen are listed twice; beyond mostWaiting the project is
	// read as a whole.
	mostSeen, mostWaiting = 5000, 2000
	// mostEvents is how many calls to the feed of events one page makes.
	mostEvents = 10
	// offsetLives is how long an offset is taken to be good. The vendor says only that it expires ("Pagination").
	offsetLives = 10 * time.Minute
)

// position is what a cursor holds. A pass reads the project's events, then the list of tasks that changed at or after From, page by page,
// then the tasks that events told of and the list did not. Times are milliseconds since the epoch.
type position struct {
	From    int64             `json:"f,omitempty"` // 0 is everything
	High    int64             `json:"h,omitempty"` // newest change listed so far
	Sync    string            `json:"s,omitempty"` // where the feed of events goes on
	Offset  string            `json:"o,omitempty"` // next page of the list
	Given   int64             `json:"g,omitempty"` // when the offset was given, by the own clock
	Listed  bool              `json:"l,omitempty"` // the list of this pass is at its end
	Long    bool              `json:"m,omitempty"` // this pass took several pages
	News    bool              `json:"n,omitempty"` // and listed something new
	Seen    map[string]string `json:"d,omitempty"` // tasks already listed, with their revision
	Waiting map[string]int64  `json:"w,omitempty"` // tasks that events told of, with the event's time
	Quiet   map[string]bool   `json:"q,omitempty"` // those of which something changed that moves no revision
}

func (p position) begins() bool { return p.Offset == "" && !p.Listed }

// CursorAt lists from t on. What moved between sections before the first reading is not listed for that.
func (c *Connector) CursorAt(t time.Time) connectors.Cursor {
	return connectors.EncodeCursor(position{From: max(1, t.Add(-overlap).UnixMilli()), High: max(1, t.UnixMilli())})
}

// Changes lists the tasks of the scope's project. The list by modified_at knows nothing of moves between sections and of deletions; the
// events of the project tell of those, but an event may be lost, and their place in the feed expires after a day or sooner: then
// everything is listed once. A pass that took several pages is followed by another, because the vendor's pages stand still while tasks
// change. Within a page the oldest change comes first; the vendor promises no order over pages.
func (c *Connector) Changes(ctx context.Context, t connectors.ItemType, since connectors.Cursor, limit int) (connectors.Page, error) {
	none := connectors.Page{}
	project, err := c.scope(t)
	if err != nil {
		return none, err
	}
	var at position
	if err := connectors.DecodeCursor(since, &at); err != nil {
		return none, fmt.Errorf("%s: %w", c.system, err)
	}
	if limit <= 0 || limit > pageSize {
		limit = pageSize
	}
	at.Seen, at.Waiting, at.Quiet = copied(at.Seen), copied(at.Waiting), copied(at.Quiet)
	if at.begins() {
		if err := c.listen(ctx, project, &at); err != nil {
			return none, err
		}
	}
	var items []connectors.Change
	if !at.Listed {
		if items, err = c.page(ctx, project, &at, limit); err != nil {
			return none, err
		}
	}
	if at.Listed && len(items) < limit {
		rest, err := c.await(ctx, project, &at, limit-len(items))
		if err != nil {
			return none, err
		}
		items = append(items, rest...)
	}
	slices.SortStableFunc(items, func(a, b connectors.Change) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
	more := at.turn()
	return connectors.Page{Items: items, Next: connectors.EncodeCursor(at), More: more}, nil
}

func copied[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return maps.Clone(m)
}

// turn ends a pass that is at its end, and tells whether there is more to ask for at once. It is pure.
func (p *position) turn() (more bool) {
	if !p.Listed || len(p.Waiting) > 0 {
		p.Long = true
		return true
	}
	more = p.Long && p.News
	if p.High > 0 {
		p.From = max(1, p.High-overlap.Milliseconds())
	}
	p.Listed, p.Long, p.News = false, false, false
	for gid, rev := range p.Seen {
		if revisedAt(rev) < p.From {
			delete(p.Seen, gid)
		}
	}
	if over := len(p.Seen) - mostSeen; over > 0 {
		oldest := slices.SortedFunc(maps.Keys(p.Seen), func(a, b string) int { return cmp.Compare(revisedAt(p.Seen[a]), revisedAt(p.Seen[b])) })
		for _, gid := range oldest[:over] {
			delete(p.Seen, gid)
		}
	}
	return more
}

// page reads one page of the list. An offset that is too old is refused; then the list begins anew, and nothing is lost. Where one is refused
// that is not, beginning anew would come to the same page for ever: that is an error, so that what is behind it is not left out in silence.
func (c *Connector) page(ctx context.Context, project string, at *position, limit int) ([]connectors.Change, error) {
	q := optFields(append([]string{"is_rendered_as_separator"}, memberOpts...)...)
	q.Set("project", project)
	q.Set("limit", fmt.Sprint(limit))
	if at.From > 0 {
		q.Set("modified_since", time.UnixMilli(at.From).UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	if at.Offset != "" {
		q.Set("offset", at.Offset)
	}
	tasks, next, err := call[[]task](ctx, c, http.MethodGet, "/tasks", nil, q)
	var invalid *connectors.InvalidError
	if at.Offset != "" && errors.As(err, &invalid) {
		if c.now().Sub(time.UnixMilli(at.Given)) < offsetLives {
			return nil, fmt.Errorf("the list of the project's tasks cannot be read to its end; begin from a later time: %w", err)
		}
		at.Offset = ""
		return nil, nil // turn says that there is more
	}
	if err != nil {
		return nil, err
	}
	var out []connectors.Change
	for _, t := range tasks {
		separator, _ := get[bool](t, "is_rendered_as_separator")
		if rev := revision(t); !separator && at.Seen[t.gid()] != rev {
			out = append(out, c.change(t))
			at.Seen[t.gid()], at.News = rev, true
			delete(at.Waiting, t.gid())
			delete(at.Quiet, t.gid())
		}
		at.High = max(at.High, t.at("modified_at").UnixMilli())
	}
	at.Offset, at.Given = "", 0
	if next != nil && next.Offset != "" {
		at.Offset, at.Given = next.Offset, c.now().UnixMilli()
	}
	at.Listed = at.Offset == ""
	return out, nil
}

func (c *Connector) change(t task) connectors.Change {
	return connectors.Change{Ref: c.ref(t.gid()), Revision: revision(t), UpdatedAt: t.at("modified_at")}
}

// await reads tasks that events told of and the list did not: those that moved, were deleted, or left the project, and those of which a
// comment was edited or deleted, which moves no revision: they are listed without one. Subtasks, whose events come with those of the
// project, are in it or are no items.
func (c *Connector) await(ctx context.Context, project string, at *position, most int) ([]connectors.Change, error) {
	ids := slices.SortedFunc(maps.Keys(at.Waiting), func(a, b string) int { return cmp.Compare(at.Waiting[a], at.Waiting[b]) })
	ids = ids[:min(len(ids), most)]
	found, err := c.batch(ctx, project, ids, memberOpts)
	if err != nil {
		return nil, err
	}
	var out []connectors.Change
	for _, id := range ids {
		t, there := found[id]
		switch {
		case !there:
			out = append(out, connectors.Change{Ref: c.ref(id), UpdatedAt: time.UnixMilli(at.Waiting[id]).UTC(), Deleted: true})
			delete(at.Seen, id)
		case at.Seen[id] != revision(t) && len(t.memberships()) > 0:
			out = append(out, c.change(t))
			at.Seen[id] = revision(t)
		case at.Quiet[id] && len(t.memberships()) > 0:
			quiet := c.change(t)
			quiet.Revision = ""
			out = append(out, quiet)
		}
		delete(at.Waiting, id)
		delete(at.Quiet, id)
	}
	return out, nil
}
