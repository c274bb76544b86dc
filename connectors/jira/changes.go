package jira

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"duplex/connectors"
)

// overlap is how far a pass over the changes starts before the newest change of the pass before it, besides the time that
// one took. The search index lags behind by seconds to minutes ("Search and reconcile"), so an issue may turn up late with
// an old time, and one that turns up behind where a long pass has got to is listed by the next.
const overlap = 5 * time.Minute

// mostSeen bounds what a cursor remembers; issues beyond it are listed twice.
const mostSeen = 5000

// position is what a cursor holds. Times are milliseconds since the epoch.
type position struct {
	From  int64            `json:"from"`            // list what changed at or after
	High  int64            `json:"high"`            // newest change listed so far
	Began int64            `json:"began,omitempty"` // when the pass under way began, by the clock of this machine
	Token string           `json:"token,omitempty"` // next page of the list from From
	Seen  map[string]int64 `json:"seen,omitempty"`  // issues already listed, with their time
}

// CursorAt lists from t on, less what an index that lags may show late.
func (c *Connector) CursorAt(t time.Time) connectors.Cursor {
	return connectors.EncodeCursor(position{From: max(0, t.Add(-overlap).UnixMilli()), High: max(0, t.UnixMilli())})
}

// Changes lists the issues of the scope (project, issuetype) whose field "updated" moved. Deletions are not listed. A
// pass pages by time and asks again for the second it stopped in, so that an issue that changes meanwhile cannot push
// another one off a page, as it could with the vendor's page tokens. Those are used only when a page shows nothing new,
// which takes more issues changed in one second than a page holds.
func (c *Connector) Changes(ctx context.Context, t connectors.ItemType, since connectors.Cursor, limit int) (connectors.Page, error) {
	none := connectors.Page{}
	if err := c.checkType(t); err != nil {
		return none, err
	}
	var at position
	if err := connectors.DecodeCursor(since, &at); err != nil {
		return none, fmt.Errorf("%s: %w", c.system, err)
	}
	if limit <= 0 || limit > 100 {
		limit = 100
	}
	if at.Began == 0 {
		at.Began = c.now().UnixMilli()
	}
	found, err := c.resume(ctx, changesQuery(t.Scope, at.From), at.ask(limit), at.Token)
	if err != nil {
		return none, err
	}
	fresh, next, more := at.advance(found, limit, c.now().UnixMilli())
	page := connectors.Page{Next: connectors.EncodeCursor(next), More: more}
	for _, is := range fresh {
		u, _ := is.time("updated")
		page.Items = append(page.Items, connectors.Change{Ref: c.ref(is.ID, is.Key), Revision: revision(u), UpdatedAt: u.UTC()})
	}
	return page, nil
}

// mostAsked bounds one page.
const mostAsked = 1000

// ask is how many issues to ask for, so that a page holds limit new ones beside those already listed.
func (p position) ask(limit int) int {
	for _, at := range p.Seen {
		if at >= p.From {
			limit++
		}
	}
	return min(limit, mostAsked)
}

// advance splits a page into what is new, limit issues at most, and the position after it. It is pure; now is after the
// page was read.
func (p position) advance(found searchPage, limit int, now int64) (fresh []issue, next position, more bool) {
	next = position{From: p.From, High: p.High, Began: p.Began, Seen: maps.Clone(p.Seen)}
	if next.Seen == nil {
		next.Seen = map[string]int64{}
	}
	more = found.NextPageToken != ""
	last := p.From
	for _, is := range found.Issues {
		u, ok := is.time("updated")
		if !ok {
			continue
		}
		if p.Seen[is.ID] != u.UnixMilli() {
			if len(fresh) == limit {
				more = true
				break
			}
			fresh = append(fresh, is)
		}
		last = u.UnixMilli()
		next.Seen[is.ID] = last
		next.High = max(next.High, last)
	}
	switch second := last - last%1000; {
	case !more:
		next.From = max(0, next.High-overlap.Milliseconds()-max(0, now-p.Began))
		next.Began = 0
	case second > p.From:
		next.From = second
	case len(fresh) == 0:
		next.Token = found.NextPageToken
	}
	keep := min(next.From, next.High-overlap.Milliseconds())
	for id, at := range next.Seen {
		if at < keep || len(next.Seen) > mostSeen {
			delete(next.Seen, id)
		}
	}
	return fresh, next, more
}

// changesQuery is the JQL of a list from a time on. A bare number is milliseconds since the epoch, which a date text is
// not: that one is read in the account's time zone and by the minute ("JQL fields").
func changesQuery(scope map[string]string, from int64) string {
	parts := append(scopeQuery(scope), fmt.Sprintf("updated >= %d", from))
	return strings.Join(parts, " AND ") + " ORDER BY updated ASC, key ASC"
}
