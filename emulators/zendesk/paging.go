package zendesk

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// keyed is one row with its place in the order of the list.
type keyed[T any] struct {
	key string
	row T
}

func timeKey(at time.Time, id int64) string { return fmt.Sprintf("%020d.%020d", at.Unix(), id) }

func idKey(id int64) string { return fmt.Sprintf("%020d", id) }

// page cuts one page out of a list (vendor page "Pagination"): by cursor where the request has
// page[size] or page[after], else by page and per_page. It gives the rows and what goes beside them.
func page[T any](c *call, rows []keyed[T], descending bool, most int) ([]T, object, error) {
	slices.SortFunc(rows, func(a, b keyed[T]) int {
		if descending {
			a, b = b, a
		}
		return strings.Compare(a.key, b.key)
	})
	q := c.req.URL.Query()
	if q.Has("page[size]") || q.Has("page[after]") {
		return cursorPage(c, rows, descending, most, q)
	}
	return offsetPage(c, rows, most, q)
}

func cursorPage[T any](c *call, rows []keyed[T], descending bool, most int, q url.Values) ([]T, object, error) {
	size := most
	if q.Has("page[size]") {
		n, err := strconv.Atoi(q.Get("page[size]"))
		if err != nil || n < 1 {
			return nil, nil, badRequest("InvalidPaginationParameter", "page[size] must be between 1 and "+strconv.Itoa(most))
		}
		size = min(n, most)
	}
	if after := q.Get("page[after]"); after != "" {
		raw, err := base64.URLEncoding.DecodeString(after)
		if err != nil {
			return nil, nil, badRequest("InvalidPaginationParameter", "page[after] is not valid")
		}
		rows = slices.DeleteFunc(rows, func(r keyed[T]) bool {
			cmp := strings.Compare(r.key, string(raw))
			return descending && cmp >= 0 || !descending && cmp <= 0
		})
	}
	more := len(rows) > size
	rows = rows[:min(size, len(rows))]
	meta := object{"has_more": more, "after_cursor": nil, "before_cursor": nil}
	links := object{"next": nil, "prev": nil}
	if len(rows) > 0 {
		last := base64.URLEncoding.EncodeToString([]byte(rows[len(rows)-1].key))
		meta["after_cursor"] = last
		meta["before_cursor"] = base64.URLEncoding.EncodeToString([]byte(rows[0].key))
		if more {
			q.Set("page[after]", last)
			links["next"] = c.e.base + c.req.URL.Path + ".json?" + q.Encode()
		}
	}
	return values(rows), object{"meta": meta, "links": links}, nil
}

func offsetPage[T any](c *call, rows []keyed[T], most int, q url.Values) ([]T, object, error) {
	size, number := most, 1
	if n, err := strconv.Atoi(q.Get("per_page")); err == nil && n > 0 {
		size = min(n, most)
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 0 {
		number = n
	}
	if number > 100 {
		return nil, nil, badRequest("InvalidPaginationDepth", "Number of records exceeds the offset pagination limit of 10000")
	}
	from := min((number-1)*size, len(rows))
	to := min(from+size, len(rows))
	link := func(n int) string {
		q.Set("page", strconv.Itoa(n))
		return c.e.base + c.req.URL.Path + ".json?" + q.Encode()
	}
	beside := object{"count": len(rows), "next_page": nil, "previous_page": nil}
	if to < len(rows) {
		beside["next_page"] = link(number + 1)
	}
	if number > 1 {
		beside["previous_page"] = link(number - 1)
	}
	return values(rows[from:to]), beside, nil
}

func values[T any](rows []keyed[T]) []T {
	out := make([]T, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.row)
	}
	return out
}

func urlName(name string) string { return url.QueryEscape(name) }
