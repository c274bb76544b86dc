package rest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
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
	if pg.Size == "" || pg.Limit > 0 && (limit <= 0 || limit > pg.Limit) {
		limit = pg.Limit // a size that cannot be asked for is the system's
	}
	send := url.Values{}
	for k, vs := range q {
		send[k] = vs
	}
	if pg.Size != "" && limit > 0 {
		send.Set(pg.Size, strconv.Itoa(limit))
	}
	req := *r
	at, before := pg.First, 0 // the number of the page or of its first item, and how many items came before it
	switch pg.Style {
	case "link":
		if token != "" {
			var err error
			if req.Path, send, err = c.link(token); err != nil {
				return page{}, err
			}
		}
	case "cursor":
		if token != "" {
			send.Set(pg.Parameter, token)
		}
	case "offset", "page":
		if token != "" {
			var err error
			if at, before, err = pg.numbers(token, limit); err != nil {
				return page{}, err
			}
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
	p.next, err = c.next(pg, a, at, before, len(items), limit)
	return p, err
}

// numbers takes a token apart: the number of a page or of its first item, and how many items came before it. Pages may be smaller than was
// asked for, so that their items are counted.
func (pg *Paging) numbers(token string, limit int) (at, before int, err error) {
	number, count, counted := strings.Cut(token, "+")
	if at, err = strconv.Atoi(number); err == nil && counted {
		before, err = strconv.Atoi(count)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("the cursor is not one of this connector: %w", connectors.ErrUnsupported)
	}
	if !counted {
		before = at - pg.First
	}
	if !counted && pg.Style == "page" {
		before *= limit
	}
	return at, before, nil
}

func (c *Connector) next(pg *Paging, a answer, at, before, got, limit int) (string, error) {
	switch pg.Style {
	case "link":
		return c.withoutCredential(linkNext(textOf(a.header["link"]))), nil
	case "cursor":
		return pg.Next.text(a.vars())
	case "offset", "page":
		if got == 0 {
			return "", nil
		}
		next := strconv.Itoa(at + got)
		if pg.Style == "page" {
			next = fmt.Sprintf("%d+%d", at+1, before+got)
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
			if int64(before+got) >= n {
				return "", nil
			}
			return next, nil
		}
		if pg.Next != nil {
			more, err := pg.Next.eval(a.vars())
			if err != nil || more == nil || more == false || more == "" {
				return "", err
			}
			return next, nil
		}
		if limit > 0 && got < limit {
			return "", nil
		}
		return next, nil
	}
	return "", nil
}

var (
	linkForm = regexp.MustCompile(`<([^>]*)>((?:[^,"<]|"[^"]*")*)`)
	relForm  = regexp.MustCompile(`(?i);\s*rel\s*=\s*("[^"]*"|[^\s;,"]+)`)
)

// linkNext is the address with rel="next" in a Link header (RFC 8288).
func linkNext(header string) string {
	for _, m := range linkForm.FindAllStringSubmatch(header, -1) {
		if rel := relForm.FindStringSubmatch(m[2]); rel != nil && slices.Contains(strings.Fields(strings.ToLower(strings.Trim(rel[1], `"`))), "next") {
			return m[1]
		}
	}
	return ""
}

// withoutCredential takes a credential out of an address that the system repeats: cursors are kept.
func (c *Connector) withoutCredential(link string) string {
	at, err := url.Parse(link)
	if c.m.Auth.Method != "query" || link == "" || err != nil {
		return link
	}
	q := at.Query()
	q.Del(c.m.Auth.Parameter)
	at.RawQuery = q.Encode()
	return at.String()
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
	key := fmt.Sprint(path, "?", query(v, r.Query).Encode(), " ", r.Body.fill(v), " ", r.Items.source) // one answer may have several lists
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
