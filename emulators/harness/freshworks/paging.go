package freshworks

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Page cuts out the page the request asks for and announces a next one in the link header. size 0 lets the client choose, up to 100;
// last is the last page that may be asked for, 0 for no end.
func Page[T any](c *Call, all []T, size, last int) ([]T, error) {
	var p Problems
	read := func(name string, def, most int, text string) int {
		raw := c.Query(name)
		if raw == "" {
			return def
		}
		n, err := strconv.Atoi(raw)
		if err != nil || n < 1 {
			p.Add(name, "datatype_mismatch", "It should be a Positive Integer")
		} else if most > 0 && n > most {
			p.Add(name, "invalid_value", text)
		}
		return n
	}
	page := read("page", 1, last, fmt.Sprintf("You cannot access tickets beyond the %dth page. Please provide a smaller page number.", last))
	if size == 0 {
		size = read("per_page", 30, 100, "It should be a Positive Integer less than or equal to 100")
	} else if c.Query("per_page") != "" {
		p.Add("per_page", "invalid_field", "Unexpected/invalid field in request")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	from, to := min((page-1)*size, len(all)), min(page*size, len(all))
	if to < len(all) {
		next := url.URL{Path: c.Req.URL.Path}
		q := c.Req.URL.Query()
		q.Set("page", strconv.Itoa(page+1))
		next.RawQuery = q.Encode()
		c.W.Header().Set("Link", fmt.Sprintf(`<%s%s>; rel="next"`, c.A.base, next.String()))
	}
	return all[from:to], nil
}

// Rows answers with a page, each row shown.
func Rows[T any](c *Call, all []T, show func(T) any) ([]any, error) {
	cut, err := Page(c, all, 0, 0)
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, row := range cut {
		out = append(out, show(row))
	}
	c.status = http.StatusOK
	return out, nil
}
