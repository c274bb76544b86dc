package freshworks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

const (
	searchPage  = 30  // rows of a page of results, which nobody chooses
	mostQuery   = 512 // characters
	mostMatches = 10  // items with one value that are listed; two are too many already
)

// results reads one page of a search, and how many rows there are in all.
func (c *Connector) results(ctx context.Context, it *Item, scope map[string]string, query string, page int) ([]record, int, error) {
	q := url.Values{"query": {`"` + query + `"`}, "page": {strconv.Itoa(page)}}
	if ws := scope["workspace_id"]; c.p.Workspaces && ws != "" {
		q.Set("workspace_id", ws)
	}
	if len([]rune(query)) > mostQuery-2 {
		return nil, 0, connectors.Invalid("the search", "", fmt.Sprintf("a query has %d characters at most", mostQuery))
	}
	var raw map[string]json.RawMessage
	if _, err := c.http.JSON(ctx, http.MethodGet, it.Search, nil, &raw, httpx.Query(q)); err != nil {
		return nil, 0, err
	}
	var list []record
	if err := json.Unmarshal(raw[it.SearchMany], &list); err != nil {
		return nil, 0, connectors.Busy("searching", "the answer has no list of "+it.SearchMany, 0)
	}
	total, _ := strconv.Atoi(scalar(raw["total"]))
	if most := c.p.SearchPages * searchPage; most > 0 && total > most {
		return nil, 0, connectors.Invalid("the search", "", fmt.Sprintf("it finds %d items and %s shows %d at most: narrow it, such as by created_at", total, c.p.Name, most))
	}
	return list, total, nil
}

// search reads every page of a search.
func (c *Connector) search(ctx context.Context, it *Item, scope map[string]string, query string, visit func(record) (stop bool)) error {
	for page := 1; ; page++ {
		list, _, err := c.results(ctx, it, scope, query, page)
		if err != nil {
			return err
		}
		for _, r := range list {
			if visit(r) {
				return nil
			}
		}
		if len(list) < searchPage || page == c.p.SearchPages {
			return nil
		}
	}
}

// Search lists the items that a query in the vendor's language finds, such as status:2 AND priority:4; quotation marks around it may be
// left out. The index lags some minutes behind, dates are days, and where the vendor shows a part of the results only, a query with more
// is refused. Where results went away since the page before, those behind them moved up: as many pages are read again as they may have
// moved to.
func (c *Connector) Search(ctx context.Context, t connectors.ItemType, query string, cursor connectors.Cursor) (connectors.Page, error) {
	it, err := c.itemType(t.Type)
	if err != nil {
		return connectors.Page{}, err
	}
	if it.Search == "" {
		return connectors.Page{}, connectors.Invalid(c.name, "", c.p.Name+" does not search items of type "+it.Type)
	}
	at := struct {
		Page  int `json:"page"`
		Total int `json:"total,omitempty"` // results when the page before was read
	}{Page: 1}
	if err := connectors.DecodeCursor(cursor, &at); err != nil {
		return connectors.Page{}, fmt.Errorf("%s: %w", c.name, err)
	}
	list, total, err := c.results(ctx, it, t.Scope, strings.Trim(strings.TrimSpace(query), `"`), at.Page)
	if err != nil {
		return connectors.Page{}, fmt.Errorf("%s: searching: %w", c.name, err)
	}
	page := connectors.Page{More: len(list) == searchPage && at.Page != c.p.SearchPages}
	if gone := at.Total - total; gone > 0 {
		page.More = true
		at.Page = max(1, at.Page-(gone+searchPage-1)/searchPage)
	} else {
		at.Page++
	}
	at.Total = total
	page.Next = connectors.EncodeCursor(at)
	for _, r := range list {
		if !r.yes("deleted") && within(r, t.Scope) {
			page.Items = append(page.Items, connectors.Change{Ref: c.ref(it, r.id()), Revision: r.revision(), UpdatedAt: r.time("updated_at")})
		}
	}
	return page, nil
}

// FindByField finds items by a tag, or by a custom field of one line of text or of numbers, through search, whose index lags.
func (c *Connector) FindByField(ctx context.Context, t connectors.ItemType, name, value string) ([]core.Ref, error) {
	it, err := c.itemType(t.Type)
	if err != nil {
		return nil, err
	}
	s, err := c.schema(ctx, it, t.Scope["workspace_id"])
	if err != nil {
		return nil, err
	}
	f, known := s.named(name)
	term, why := it.looksFor(f, value)
	switch {
	case !known:
		why = "there is no such field"
	case it.Search == "":
		why = c.p.Name + " does not search items of type " + it.Type
	}
	if why != "" {
		return nil, connectors.Invalid(c.name, name, why)
	}
	if term == "" {
		return nil, nil
	}
	var refs []core.Ref
	err = c.search(ctx, it, t.Scope, term, func(r record) bool {
		holds := connectors.Holds(f.read(r.at(f)), value) || f.Shape == Words && c.p.AskTags // tags do not show in results: the caller reads each
		if !r.yes("deleted") && within(r, t.Scope) && holds {
			refs = append(refs, c.ref(it, r.id()))
		}
		return len(refs) >= mostMatches
	})
	if err != nil {
		return nil, fmt.Errorf("%s: looking for a value: %w", c.name, err)
	}
	return refs, nil
}

// looksFor is the search term that finds the items whose field holds the value: "" when none can, why when it cannot be asked.
func (it *Item) looksFor(f Field, value string) (term, why string) {
	key := f.Key
	switch {
	case f.Shape == Words && f.Key == "tags":
		key = "tag"
	case !f.Custom || f.Shape != Line && f.Shape != Number || f.Long:
		return "", "items cannot be searched by this field; use tags or a custom field of one line of text or of numbers"
	}
	switch {
	case value == "":
		return "", ""
	case f.Shape == Number:
		if _, err := core.Number(value); err != nil {
			return "", ""
		}
		return key + ":" + value, ""
	case strings.ContainsAny(value, `'"\`):
		return "", "the query language has no way to write a quotation mark or a backslash in a value"
	}
	return key + ":'" + value + "'", ""
}
