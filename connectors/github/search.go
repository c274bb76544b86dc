package github

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
)

// found is a position in a search. Pages are numbers in a list that moves up when an issue leaves it, as one that is closed while the open ones are
// listed, and the vendor gives a thousand results at most: so each page begins where the last result of the page before it was created, and numbers
// are used within a second, and where a query has no room for a time or OR would part it from one.
type found struct {
	Page int       `json:"page,omitempty"`
	From time.Time `json:"from,omitzero"`
}

const (
	mostResults = 1000
	mostQuery   = 256 // characters
)

// Search lists the issues of the scope's repository that a query in GitHub's own words finds, by the time of creation. The index lags behind by up to some
// minutes. A query that names other repositories finds nothing there.
func (c *Connector) Search(ctx context.Context, t connectors.ItemType, query string, cursor connectors.Cursor) (connectors.Page, error) {
	if err := c.checkType(t.Type); err != nil {
		return connectors.Page{}, err
	}
	repo, err := c.scoped(ctx, t.Scope)
	if err != nil {
		return connectors.Page{}, err
	}
	var at found
	if err := connectors.DecodeCursor(cursor, &at); err != nil {
		return connectors.Page{}, fmt.Errorf("%s: %w", c.name, err)
	}
	from := query
	if !at.From.IsZero() {
		from += createdFrom(at.From)
	}
	list, total, more, err := c.searchPage(ctx, repo, from, max(1, at.Page))
	if err != nil {
		return connectors.Page{}, err
	}
	page := connectors.Page{}
	for _, is := range list {
		if is.within(repo) {
			page.Items = append(page.Items, connectors.Change{Ref: c.ref(repo, is.Number, is.HTMLURL), Revision: is.revision(), UpdatedAt: is.UpdatedAt.UTC()})
		}
	}
	timed := !strings.Contains(query, " OR ") && len([]rune(inRepository(repo, query+createdFrom(c.now())))) <= mostQuery
	switch {
	case more && timed && len(list) > 0 && list[len(list)-1].CreatedAt.After(later(at.From, list[0].CreatedAt)):
		page.More, at = true, found{From: list[len(list)-1].CreatedAt.UTC()}
	case more:
		page.More, at.Page = true, max(1, at.Page)+1
	case total <= mostResults || len(list) == 0:
	case list[len(list)-1].CreatedAt.After(at.From):
		page.More, at = true, found{From: list[len(list)-1].CreatedAt.UTC()}
	default:
		return connectors.Page{}, connectors.Invalid(c.name, "", "more than a thousand results were created in one second: narrow the query")
	}
	page.Next = connectors.EncodeCursor(at)
	return page, nil
}

func createdFrom(t time.Time) string { return " created:>=" + t.UTC().Format(time.RFC3339) }

// inRepository is a query that is put to a repository alone.
func inRepository(repo *repository, query string) string {
	return strings.TrimSpace("repo:" + repo.FullName + " is:issue " + query)
}

// within tells whether it is an issue of the repository.
func (is issue) within(repo *repository) bool {
	return !is.pull() && strings.HasSuffix(strings.ToLower(is.RepositoryURL), "/repos/"+strings.ToLower(repo.FullName))
}

// searchPage reads a page of results, and tells how many there are and whether there is a page after it. An answer that the vendor calls incomplete is none.
func (c *Connector) searchPage(ctx context.Context, repo *repository, query string, page int) (list []issue, total int, more bool, err error) {
	q := url.Values{"q": {inRepository(repo, query)}, "sort": {"created"}, "order": {"asc"},
		"per_page": {strconv.Itoa(perPage)}, "page": {strconv.Itoa(page)}}
	if len([]rune(q.Get("q"))) > mostQuery {
		return nil, 0, false, connectors.Invalid(c.name, "", fmt.Sprintf("a query of more than %d characters, with the repository, is refused by GitHub", mostQuery))
	}
	var answer struct {
		Total      int  `json:"total_count"`
		Incomplete bool `json:"incomplete_results"`
		Items      []issue
	}
	link, err := c.read(ctx, "/search/issues", q, &answer)
	if err == nil && answer.Incomplete {
		err = connectors.Busy("GET /search/issues", "the search ran out of time and its answer is not complete", 0)
	}
	if err != nil {
		return nil, 0, false, fmt.Errorf("%s: searching issues: %w", c.name, err)
	}
	return answer.Items, answer.Total, nextLink.MatchString(link), nil
}
