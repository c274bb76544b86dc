package github

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

const (
	usualPage = 30
	mostPage  = 100
)

// page answers one page of a list. Pages are offsets into the list as it is now: what changes between two pages
// shifts the rest (vendor page "Using pagination in the REST API").
func page[T any](c *call, rows []T) error {
	some, err := paged(c, rows)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, some)
}

// paged cuts out the page that was asked for and sets the Link header.
func paged[T any](c *call, rows []T) ([]T, error) {
	size, number := usualPage, 1
	if n, err := strconv.Atoi(c.query("per_page")); err == nil && n > 0 {
		size = min(n, mostPage)
	}
	if text := c.query("page"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, invalidText("page is not a number")
		}
		number = max(n, 1)
	}
	last := max((len(rows)+size-1)/size, 1)
	var links []string
	link := func(to int, rel string) {
		q := c.req.URL.Query()
		q.Set("page", strconv.Itoa(to))
		links = append(links, fmt.Sprintf(`<%s%s?%s>; rel="%s"`, c.e.base, c.req.URL.EscapedPath(), q.Encode(), rel))
	}
	if number > 1 {
		link(number-1, "prev")
	}
	if number < last {
		link(number+1, "next")
		link(last, "last")
	}
	if number > 1 {
		link(1, "first")
	}
	if len(links) > 0 {
		c.w.Header().Set("Link", strings.Join(links, ", "))
	}
	from := min((number-1)*size, len(rows))
	return append([]T{}, rows[from:min(from+size, len(rows))]...), nil
}
