package rest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"duplex/connectors"
)

// page is one part of a list.
type page struct {
	answer
	items []any
	next  string // where the list goes on; "" at its end
}

// mostPages bounds a list that is read as a whole.
const mostPages = 1000

func (c *Connector) paging(r *Request) *Paging {
	if r.Paging != nil {
		return r.Paging
	}
	if c.m.Paging != nil {
		return c.m.Paging
	}
	return &Paging{Style: "none"}
}

// page reads the part of a list that begins at token, "" for its beginning. More than limit items are not asked for; 0 is the most
// there can be.
func (c *Connector) page(ctx context.Context, r *Request, v vars, q url.Values, token string, limit int) (page, error) {
	if err := c.vouch(ctx); err != nil {
		return page{}, err
	}
	pg := c.paging(r)
	if pg.Limit > 0 && (limit <= 0 || limit > pg.Limit) {
		limit = pg.Limit
	}
	send := url.Values{}
	for k, vs := range q {
		send[k] = vs
	}
	if pg.Size != "" && limit > 0 {
		send.Set(pg.Size, strconv.Itoa(limit))
	}
	req := *r
	at := pg.First
	switch pg.Style {
	case "link":
		if token != "" {
			var err error
			if req.Path, send, err = c.link(token); err != nil {
				return page{}, err
			}
			v = vars{}
		}
	case "cursor":
		if token != "" {
			send.Set(pg.Parameter, token)
		}
	case "offset", "page":
		if token != "" {
			n, err := strconv.Atoi(token)
			if err != nil {
				return page{}, fmt.Errorf("the cursor is not one of this connector: %w", connectors.ErrUnsupported)
			}
			at = n
		}
		if token != "" || at != 0 {
			send.Set(pg.Parameter, strconv.Itoa(at))
		}
	}
	a, err := c.call(ctx, &req, http.MethodGet, v, send, r.Body.fill(v))
	if err != nil {
		return page{}, err
	}
	p := page{answer: a}
	items, ok, err := r.Items.list(a.vars())
	if err != nil {
		return p, err
	}
	if !ok {
		return p, connectors.Busy("GET "+r.Path.source, "the answer has no list where the manifest says", 0)
	}
	p.items = items
	p.next, err = c.next(pg, a, at, len(items), limit)
	return p, err
}

func (c *Connector) next(pg *Paging, a answer, at, got, limit int) (string, error) {
	switch pg.Style {
	case "link":
		return linkNext(textOf(a.header["link"])), nil
	case "cursor":
		return pg.Next.text(a.vars())
	case "offset", "page":
		if got == 0 {
			return "", nil
		}
		step, seen := 1, 0
		if pg.Style == "offset" {
			step = got
		}
		if pg.Total != nil {
			total, err := pg.Total.eval(a.vars())
			if err != nil {
				return "", err
			}
			n, ok := total.(int64)
			if !ok {
				return "", connectors.Busy("reading a list", "the answer does not tell how many there are", 0)
			}
			seen = at + got - pg.First
			if pg.Style == "page" {
				seen = (at-pg.First)*limit + got
			}
			if int64(seen) >= n {
				return "", nil
			}
			return strconv.Itoa(at + step), nil
		}
		if pg.Next != nil {
			more, err := pg.Next.eval(a.vars())
			if err != nil || more == nil || more == false || more == "" {
				return "", err
			}
			return strconv.Itoa(at + step), nil
		}
		if limit > 0 && got < limit {
			return "", nil
		}
		return strconv.Itoa(at + step), nil
	}
	return "", nil
}

var linkForm = regexp.MustCompile(`<([^>]*)>\s*((?:;[^,<]*)*)`)

// linkNext is the address with rel="next" in a Link header (RFC 8288).
func linkNext(header string) string {
	for _, m := range linkForm.FindAllStringSubmatch(header, -1) {
		for _, p := range strings.Split(m[2], ";") {
			k, v, _ := strings.Cut(strings.TrimSpace(p), "=")
			if strings.EqualFold(k, "rel") && strings.Trim(v, `"`) == "next" {
				return m[1]
			}
		}
	}
	return ""
}

// link makes an address of a link header one of the system itself: nothing is sent elsewhere.
func (c *Connector) link(token string) (Template, url.Values, error) {
	at, err := c.http.Base.Parse(token)
	if err != nil || at.Host != c.http.Base.Host || at.Scheme != c.http.Base.Scheme {
		return Template{}, nil, connectors.Busy("reading a list", "its next page is said to be on another host", 0)
	}
	path := at.EscapedPath()
	if prefix := strings.TrimRight(c.http.Base.EscapedPath(), "/"); prefix != "" {
		path = strings.TrimPrefix(path, prefix)
	}
	return Template{source: path}, at.Query(), nil
}

// all reads a list to its end.
func (c *Connector) all(ctx context.Context, r *Request, v vars) ([]any, error) {
	var out []any
	token := ""
	for range mostPages {
		p, err := c.page(ctx, r, v, query(v, r.Query), token, 0)
		if err != nil {
			return nil, err
		}
		out = append(out, p.items...)
		if p.next == "" {
			return out, nil
		}
		if p.next == token {
			return nil, connectors.Busy("reading a list", "its next page is the same page again", 0)
		}
		token = p.next
	}
	return nil, connectors.Busy("reading a list", "it does not end", 0)
}

// listed reads a list that is believed for minutes. Age is how old it may be.
func (c *Connector) listed(ctx context.Context, r *Request, v vars, fresh bool) ([]any, error) {
	path, err := r.Path.path(v)
	if err != nil {
		return nil, err
	}
	key := path + "?" + query(v, r.Query).Encode()
	age := listsLive
	if fresh {
		age = missesLive
	}
	if got, ok := c.lists.Younger(key, age); ok {
		return got, nil
	}
	got, err := c.all(ctx, r, v)
	if err == nil {
		c.lists.Put(key, got)
	}
	return got, err
}
