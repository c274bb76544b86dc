package rest

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"duplex/connectors"
	"duplex/core"
)

// Search lists what a query in the system's own words finds within the scope: the words of one parameter, or parameters themselves. The
// scope's parameters win over the query's.
func (c *Connector) Search(ctx context.Context, t connectors.ItemType, words string, cursor connectors.Cursor) (connectors.Page, error) {
	page := connectors.Page{Next: cursor}
	name, it, v, err := c.in(t)
	if err != nil {
		return page, err
	}
	if it.Search == nil {
		return page, c.failed("searching", connectors.ErrUnsupported)
	}
	var at position
	if err := connectors.DecodeCursor(cursor, &at); err != nil {
		return page, c.failed("searching", err)
	}
	if v, err = c.scoped(ctx, it, v); err != nil {
		return page, c.failed("searching", err)
	}
	v["query"] = words
	q := query(v, it.Search.Query)
	if it.Search.As == "parameters" {
		given, err := url.ParseQuery(strings.TrimPrefix(words, "?"))
		if err != nil {
			return page, c.failed("searching", connectors.Invalid("the query", "", "it is no list of parameters like a=b&c=d"))
		}
		for k, vs := range given {
			if len(q[k]) == 0 {
				q[k] = vs
			}
		}
	}
	c.scopeQuery(it, v, q)
	p, err := c.page(ctx, &it.Search.Request, v, q, at.Next, 0)
	if err != nil {
		return page, c.failed("searching", err)
	}
	for _, x := range p.items {
		r := raw{typ: name, it: it, item: x, vars: v}
		if is, err := it.is(r); err != nil || !is {
			if err != nil {
				return page, c.failed("searching", err)
			}
			continue
		}
		if in, err := c.within(ctx, r); err != nil || !in {
			if err != nil {
				return page, c.failed("searching", err)
			}
			continue
		}
		ch, err := c.change(r)
		if err != nil {
			return page, c.failed("searching", err)
		}
		if !ch.Deleted {
			page.Items = append(page.Items, ch)
		}
	}
	if page.More = p.next != ""; page.More {
		page.Next = connectors.EncodeCursor(position{Next: p.next})
	}
	return page, nil
}

// within tells that an item is of the scope, as far as it shows the scope's fields. A query in the system's own words may undo what the
// list is narrowed to.
func (c *Connector) within(ctx context.Context, r raw) (bool, error) {
	given, _ := r.vars["scope"].(map[string]string)
	ids, _ := r.vars["scope_ids"].(map[string]string)
	for k, name := range given {
		f := r.it.Fields[k]
		if f == nil || name == "" || f.Kind == "set" || f.Kind == "list" {
			continue
		}
		x, err := c.rawField(r, k, f)
		if err != nil {
			return false, err
		}
		got, err := c.read(ctx, f, x, r.vars)
		if err != nil {
			return false, err
		}
		is := func(s string) bool { return s != "" && (s == ids[k] || strings.EqualFold(s, name)) }
		if !got.IsEmpty() && !got.IsAbsent() && !is(got.ID()) && !is(got.Name()) && !is(got.Source()) {
			return false, nil
		}
	}
	return true, nil
}

// FindByField lists the items whose field holds the value: what the manifest's list finds is looked at one by one, and what holds another
// value is left out.
func (c *Connector) FindByField(ctx context.Context, t connectors.ItemType, field, value string) ([]core.Ref, error) {
	name, it, v, err := c.in(t)
	if err != nil {
		return nil, err
	}
	what := "looking for items by " + field
	fields, err := c.fields(ctx, it, v, []string{field})
	if err != nil {
		return nil, c.failed(what, err)
	}
	f := fields[field]
	switch {
	case f == nil:
		return nil, connectors.Invalid(c.name, field, "there is no such field")
	case f.Match == nil || f.Match.Path.source == "" && it.Changes == nil && it.Search == nil:
		return nil, connectors.Invalid(c.name, field, "the manifest does not say how items are found by it")
	}
	if v, err = c.scoped(ctx, it, v); err != nil {
		return nil, c.failed(what, err)
	}
	v["value"] = value
	if f.Match.By == "word" {
		if v["value"] = longest(value); v["value"] == "" {
			return nil, connectors.Invalid(c.name, field, "a value without a letter or digit cannot be looked for")
		}
	}
	var req Request
	switch {
	case it.Search != nil:
		req = it.Search.Request
	case it.Changes != nil:
		req = it.Changes.Request
	}
	q := query(v, req.Query, f.Match.Query)
	if f.Match.Path.source != "" {
		req = f.Match.Request
		q = query(v, req.Query)
	}
	c.scopeQuery(it, v, q)
	var refs []core.Ref
	for token, n := "", 0; n == 0 || token != ""; n++ {
		p, err := c.page(ctx, &req, v, q, token, 0)
		if err != nil {
			return nil, c.failed(what, c.mapped(fields, err))
		}
		for _, x := range p.items {
			r := raw{typ: name, it: it, item: x, vars: v}
			ref, err := c.holds(ctx, r, field, value)
			if err != nil {
				return nil, c.failed(what, err)
			}
			if !ref.IsZero() {
				refs = append(refs, ref)
			}
		}
		if token == p.next && token != "" || n > mostPages {
			return nil, c.failed(what, connectors.Busy("reading a list", "it does not end", 0))
		}
		token = p.next
	}
	return refs, nil
}

// holds is the item's ref when its field holds the value, else none.
func (c *Connector) holds(ctx context.Context, r raw, field, value string) (core.Ref, error) {
	is, err := r.it.is(r)
	if err != nil || !is {
		return core.Ref{}, err
	}
	gone, err := r.it.Gone.truth(r.see())
	if err != nil || gone {
		return core.Ref{}, err
	}
	got, err := c.shownFields(ctx, r, []string{field})
	if err != nil || !connectors.Holds(got[field], value) {
		return core.Ref{}, err
	}
	return c.ref(r)
}

// longest is the longest run of letters and digits.
func longest(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		return ""
	}
	return slices.MaxFunc(words, func(a, b string) int { return len(a) - len(b) })
}
