package jira

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"duplex/connectors"
)

// overlap is how far a pass over the changes starts before the newest change of the pass before it. The search index lags behind
// by seconds to minutes ("Search and reconcile"), so an issue may turn up late with an old time.
const overlap = 5 * time.Minute

// mostSeen bounds what a cursor remembers; issues beyond it are listed twice.
const mostSeen = 5000

// position is what a cursor holds. Times are milliseconds since the epoch.
type position struct {
	From  int64            `json:"from"`            // list what changed at or after
	High  int64            `json:"high"`            // newest change listed so far
	Token string           `json:"token,omitempty"` // next page of the list from From
	Seen  map[string]int64 `json:"seen,omitempty"`  // issues already listed, with their time
}

func (p position) cursor() connectors.Cursor {
	b, _ := json.Marshal(p) // always marshals
	return connectors.Cursor(base64.RawURLEncoding.EncodeToString(b))
}

func readCursor(c connectors.Cursor) (position, error) {
	var p position
	if c == "" {
		return p, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(string(c))
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		return p, fmt.Errorf("the cursor is not one of this connector: %w", connectors.ErrUnsupported)
	}
	return p, nil
}

// Changes lists the issues of the scope (project, issuetype) whose field "updated" moved. Deletions are not listed. A pass
// pages by time, so that an issue that changes meanwhile cannot push another one off a page; only issues of the same
// second are paged by token.
func (c *Connector) Changes(ctx context.Context, t connectors.ItemType, since connectors.Cursor, limit int) (connectors.Page, error) {
	if err := c.checkType(t); err != nil {
		return connectors.Page{}, err
	}
	at, err := readCursor(since)
	if err != nil {
		return connectors.Page{}, fmt.Errorf("%s: %w", c.system, err)
	}
	if limit <= 0 || limit > 100 {
		limit = 100
	}
	found, err := c.search(ctx, changesQuery(t.Scope, at.From), limit, at.Token)
	var invalid *connectors.InvalidError
	if errors.As(err, &invalid) && at.Token != "" { // tokens live seven days
		at.Token = ""
		found, err = c.search(ctx, changesQuery(t.Scope, at.From), limit, "")
	}
	if err != nil {
		return connectors.Page{}, err
	}
	page := connectors.Page{}
	next, more := at.advance(found)
	for _, is := range found.Issues {
		u, ok := is.time("updated")
		if ok && at.Seen[is.ID] != u.UnixMilli() {
			page.Items = append(page.Items, connectors.Change{Ref: c.ref(is.ID, is.Key), Revision: revision(u), UpdatedAt: u.UTC()})
		}
	}
	page.Next, page.More = next.cursor(), more
	return page, nil
}

// advance is the position after a page. It is pure.
func (p position) advance(found searchPage) (next position, more bool) {
	next = position{From: p.From, High: p.High, Seen: map[string]int64{}}
	for id, at := range p.Seen {
		next.Seen[id] = at
	}
	last := p.From
	for _, is := range found.Issues {
		if u, ok := is.time("updated"); ok {
			last = u.UnixMilli()
			next.Seen[is.ID] = last
			next.High = max(next.High, last)
		}
	}
	more = found.NextPageToken != ""
	switch second := last - last%1000; {
	case !more:
		next.From = max(0, next.High-overlap.Milliseconds())
	case second > p.From:
		next.From = second
	default:
		next.Token = found.NextPageToken
	}
	keep := min(next.From, next.High-overlap.Milliseconds())
	for id, at := range next.Seen {
		if at < keep || len(next.Seen) > mostSeen {
			delete(next.Seen, id)
		}
	}
	return next, more
}

// changesQuery is the JQL of a list from a time on. A bare number is milliseconds since the epoch, which a date text is not: that one
// is read in the account's time zone and by the minute ("JQL fields").
func changesQuery(scope map[string]string, from int64) string {
	var parts []string
	if p := scope["project"]; p != "" {
		parts = append(parts, "project = "+quote(p))
	}
	if t := scope["issuetype"]; t != "" {
		parts = append(parts, "issuetype = "+quote(t))
	}
	parts = append(parts, fmt.Sprintf("updated >= %d", from))
	return strings.Join(parts, " AND ") + " ORDER BY updated ASC, key ASC"
}
