package zendesk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// position is what a cursor holds: the vendor's cursor or, until it gave one, the Unix time to start from.
type position struct {
	After string `json:"after,omitempty"`
	Start int64  `json:"start,omitempty"`
}

// newest is how near to the present an export may start: the vendor refuses less than a minute, by its own clock.
const newest = 2 * time.Minute

// CursorAt starts the export at t, whole seconds.
func (c *Connector) CursorAt(t time.Time) connectors.Cursor {
	return connectors.EncodeCursor(position{Start: max(0, min(t.Unix(), c.now().Add(-newest).Unix()))})
}

// Changes reads the cursor-based incremental export (vendor page "Incremental Exports"): it shows deleted tickets, never
// the latest minute, and lists a ticket again for changes that leave its revision as it is. Items of every scope are
// listed. The account must be an administrator's.
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
	q := url.Values{"per_page": {strconv.Itoa(limit)}}
	if at.After != "" {
		q.Set("cursor", at.After)
	} else {
		q.Set("start_time", strconv.FormatInt(at.Start, 10))
	}
	var answer struct {
		Tickets []ticket
		After   *string `json:"after_cursor"`
		End     bool    `json:"end_of_stream"`
	}
	if _, err := c.http.JSON(ctx, http.MethodGet, "/api/v2/incremental/tickets/cursor", nil, &answer, httpx.Query(q)); err != nil {
		return page, fmt.Errorf("%s: reading changes: %w", c.name, err)
	}
	for _, t := range answer.Tickets {
		page.Items = append(page.Items, connectors.Change{
			Ref: c.ref(t.ID), Revision: revision(t.UpdatedAt), UpdatedAt: instant(t.UpdatedAt), Deleted: t.Status == "deleted",
		})
	}
	if answer.After != nil && *answer.After != "" {
		at.After = *answer.After
	}
	page.Next = connectors.EncodeCursor(at)
	page.More = !answer.End && page.Next != since
	return page, nil
}
