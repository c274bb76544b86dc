package zendesk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// Search lists the tickets that a query finds, by the export of search results (vendor page "Search"): oldest first, in pages, without
// the limit of 1,000 results. Items of every scope are listed. The index lags behind by up to some minutes.
func (c *Connector) Search(ctx context.Context, t connectors.ItemType, query string, cursor connectors.Cursor) (connectors.Page, error) {
	if err := c.checkType(t.Type); err != nil {
		return connectors.Page{}, err
	}
	return c.searchPage(ctx, query, 100, string(cursor))
}

func (c *Connector) searchPage(ctx context.Context, query string, size int, cursor string) (connectors.Page, error) {
	q := url.Values{"query": {query}, "filter[type]": {"ticket"}, "page[size]": {strconv.Itoa(size)}}
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
		return connectors.Page{}, fmt.Errorf("%s: searching tickets: %w", c.name, err)
	}
	page := connectors.Page{Next: connectors.Cursor(answer.Meta.After), More: answer.Meta.More && answer.Meta.After != ""}
	for _, t := range answer.Results {
		page.Items = append(page.Items, connectors.Change{Ref: c.ref(t.ID), Revision: revision(t.UpdatedAt), UpdatedAt: instant(t.UpdatedAt),
			Deleted: t.Status == "deleted"})
	}
	return page, nil
}

// FindByField finds tickets by a field's value: by the ticket list, which is up to date, where the field is external_id, else by
// search, whose index lags.
func (c *Connector) FindByField(ctx context.Context, t connectors.ItemType, name, value string) ([]core.Ref, error) {
	if name == "external_id" {
		return c.Find(ctx, t, value)
	}
	if err := c.checkType(t.Type); err != nil {
		return nil, err
	}
	s, err := c.schema(ctx)
	if err != nil {
		return nil, err
	}
	term := ""
	switch f, custom := s.named(name); {
	case custom:
		term = customPrefix + strconv.FormatInt(f.id, 10)
	case name == "subject", name == "tags":
		term = name
	default:
		return nil, connectors.Invalid(c.name, name, "tickets cannot be searched by this field")
	}
	const most = 10 // two are too many already
	page, err := c.searchPage(ctx, term+`:"`+strings.ReplaceAll(value, `"`, " ")+`"`, most, "")
	if err != nil {
		return nil, err
	}
	var refs []core.Ref
	for _, ch := range page.Items {
		if !ch.Deleted {
			refs = append(refs, ch.Ref)
		}
	}
	return refs, nil
}
