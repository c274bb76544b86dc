package zendesk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// cursorLives is how long a cursor of the vendor's is used. It expires after one hour (vendor page "Search").
const cursorLives = 50 * time.Minute

// found is a cursor of a search: where the vendor goes on, and where a new search goes on once that cursor has expired.
type found struct {
	After string    `json:"after,omitempty"`
	At    time.Time `json:"at"`             // when the page was read, UTC
	Last  string    `json:"last,omitempty"` // when the last ticket on it was created
	Down  bool      `json:"down,omitempty"` // the newest come first
}

// Search lists the tickets that a query finds, by the export of search results (vendor page "Search"): by the time of creation, in pages,
// without the limit of 1,000 results. The index lags behind by up to some minutes. A search that is taken up again later than the
// vendor keeps its place goes on from the last ticket's time of creation and lists that second again. Of a scope, brand and form are
// kept to. The export's results are tickets, so a term type:ticket is left out, which the vendor refuses there.
func (c *Connector) Search(ctx context.Context, t connectors.ItemType, query string, cursor connectors.Cursor) (connectors.Page, error) {
	if err := c.checkType(t.Type); err != nil {
		return connectors.Page{}, err
	}
	var at found
	if err := connectors.DecodeCursor(cursor, &at); err != nil {
		return connectors.Page{}, fmt.Errorf("%s: %w", c.name, err)
	}
	query = withoutType(query)
	if at.After != "" && c.now().Sub(at.At) > cursorLives {
		query += map[bool]string{false: " created>=", true: " created<="}[at.Down] + at.Last
		at.After = ""
	}
	tickets, after, err := c.searchPage(ctx, query, at.After)
	if err != nil {
		return connectors.Page{}, err
	}
	next := found{After: after, At: c.now().UTC(), Last: at.Last, Down: at.Down}
	if n := len(tickets); n > 0 {
		next.Last = tickets[n-1].CreatedAt
		if first, last := instant(tickets[0].CreatedAt), instant(next.Last); !first.Equal(last) {
			next.Down = first.After(last)
		}
	}
	page := connectors.Page{Next: connectors.EncodeCursor(next), More: after != ""}
	for _, found := range tickets {
		if found.Status != "deleted" && found.within(t.Scope) {
			page.Items = append(page.Items, connectors.Change{Ref: c.ref(found.ID), Revision: revision(found.UpdatedAt), UpdatedAt: instant(found.UpdatedAt)})
		}
	}
	return page, nil
}

// queryTerm is one term of a query: quoted texts stay whole.
var queryTerm = regexp.MustCompile(`[^\s"]*"[^"]*"|\S+`)

// withoutType leaves the term type:ticket out of a query.
func withoutType(query string) string {
	return queryTerm.ReplaceAllStringFunc(query, func(term string) string {
		if term == "type:ticket" {
			return ""
		}
		return term
	})
}

// within tells whether the ticket is of a scope's brand and form. Other keys of a scope are fields, which the caller reads.
func (t ticket) within(scope map[string]string) bool {
	is := func(id *int64, want string) bool {
		return want == "" || id != nil && strconv.FormatInt(*id, 10) == want
	}
	return is(t.BrandID, scope["brand_id"]) && is(t.FormID, scope["ticket_form_id"])
}

// searchPage reads one page of results. After is where the next one begins, "" when there is none.
func (c *Connector) searchPage(ctx context.Context, query, cursor string) (tickets []ticket, after string, err error) {
	q := url.Values{"query": {query}, "filter[type]": {"ticket"}, "page[size]": {"100"}}
	if cursor != "" {
		q.Set("page[after]", cursor)
	}
	var answer struct {
		Results []ticket
		Meta    struct {
			More  bool   `json:"has_more"`
			After string `json:"after_cursor"`
		}
	}
	if _, err := c.http.JSON(ctx, http.MethodGet, "/api/v2/search/export", nil, &answer, httpx.Query(q)); err != nil {
		return nil, "", fmt.Errorf("%s: searching tickets: %w", c.name, err)
	}
	if answer.Meta.More {
		after = answer.Meta.After
	}
	return answer.Results, after, nil
}
