package azuredevops

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
)

// position is what a cursor holds: the vendor's token, and the time from which to start where there is none.
type position struct {
	Token string `json:"token,omitempty"`
	Start string `json:"start,omitempty"`
}

// again is how far before the newest change that was listed the feed begins anew, when the vendor does not know its token any more.
const again = time.Hour

const startForm = "2006-01-02T15:04:05.000Z"

// CursorAt starts the feed at t, less a second for how the vendor rounds.
func (c *Connector) CursorAt(t time.Time) connectors.Cursor {
	return connectors.EncodeCursor(position{Start: t.Add(-time.Second).UTC().Format(startForm)})
}

// Changes reads the feed of revisions (vendor page "Reporting Work Item Revisions"): of each item the newest one, deleted items too. The token
// of a page holds for ever, also that of the last one, so that no time is compared and nothing falls into a gap. One that the vendor refuses, as after a
// restore of the server, gives way to the time.
func (c *Connector) Changes(ctx context.Context, t connectors.ItemType, since connectors.Cursor, limit int) (connectors.Page, error) {
	page := connectors.Page{Next: since}
	if err := c.checkType(t.Type); err != nil {
		return page, err
	}
	var at position
	if err := connectors.DecodeCursor(since, &at); err != nil {
		return page, fmt.Errorf("%s: reading changes: %w", c.name, err)
	}
	if limit <= 0 || limit > 1000 {
		limit = 1000
	}
	project, typ := c.place(t.Scope)
	q := url.Values{"fields": {strings.Join([]string{refProject, refType, refChangedDate, refDeleted}, ",")}, "includeDeleted": {"true"},
		"includeLatestOnly": {"true"}, "$maxPageSize": {strconv.Itoa(limit)}}
	if typ != "" {
		q.Set("types", typ)
	}
	if at.Token != "" {
		q.Set("continuationToken", at.Token)
	} else if at.Start != "" {
		q.Set("startDateTime", at.Start)
	}
	path := "/_apis/wit/reporting/workitemrevisions"
	if project != "" {
		path = in(project, "wit/reporting/workitemrevisions")
	}
	var answer struct {
		Values []workItem
		Token  string `json:"continuationToken"`
		Next   string `json:"nextLink"`
		Last   bool   `json:"isLastBatch"`
	}
	read := func() error {
		return c.call(ctx, request{method: http.MethodGet, path: path, op: "GET reporting/workitemrevisions", query: q}, &answer)
	}
	err := read()
	if connectors.Class(err) == "invalid" && at.Token != "" {
		q.Del("continuationToken")
		if at.Start != "" {
			q.Set("startDateTime", at.Start)
		}
		err = read()
	}
	if err != nil {
		return page, fmt.Errorf("%s: reading changes: %w", c.name, elsewhere(err, "project", noProject))
	}
	newest := instant(at.Start).Add(again)
	for _, w := range answer.Values {
		if t := w.at(refChangedDate); t.After(newest) {
			newest = t
		}
		page.Items = append(page.Items, connectors.Change{Ref: c.ref(w.ID), Revision: strconv.FormatInt(w.Rev, 10), UpdatedAt: w.at(refChangedDate),
			Deleted: strings.EqualFold(w.text(refDeleted), "true")})
	}
	if answer.Token == "" && answer.Next != "" {
		if u, err := url.Parse(answer.Next); err == nil {
			answer.Token = u.Query().Get("continuationToken")
		}
	}
	if answer.Token != "" {
		next := position{Token: answer.Token}
		if from := newest.Add(-again); from.Year() > 1 { // something was listed, or the feed began at a time
			next.Start = from.UTC().Format(startForm)
		}
		page.Next = connectors.EncodeCursor(next)
	}
	page.More = !answer.Last && page.Next != since
	return page, nil
}
