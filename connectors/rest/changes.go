package rest

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// position is what a cursor holds. Times are milliseconds since the epoch.
type position struct {
	From int64  `json:"from,omitempty"` // list what changed at or after
	High int64  `json:"high,omitempty"` // the newest change of the pass under way
	Next string `json:"next,omitempty"` // where the list of the pass under way goes on
	// Of a list in no order: when the pass under way began, by the system's clock, and that it looks once more for what changed during
	// the pass before.
	Began int64            `json:"began,omitempty"`
	Again bool             `json:"again,omitempty"`
	Seen  map[string]sight `json:"seen,omitempty"` // what was listed, of items changed at or after From
}

// sight is an item as it was listed.
type sight struct {
	Revision string `json:"r"`
	At       int64  `json:"t"`
}

// mostSeen bounds what a cursor remembers; beyond it items are listed twice.
const mostSeen = 3000

// settled is how old a change must be, besides the precision of times, before it is believed that none of the same time follows.
const settled = 2 * time.Second

// since tells that the list can begin at a time.
func (ch *Changes) since() bool {
	for _, vs := range ch.Query {
		for _, s := range vs {
			if slices.Contains(holes(s), "since") {
				return true
			}
		}
	}
	return false
}

// CursorAt starts at t, or as far before it as a pass overlaps with the one before.
func (c *Connector) CursorAt(t time.Time) connectors.Cursor {
	before := time.Duration(0)
	for _, it := range c.m.Items {
		if it.Changes != nil {
			before = max(before, time.Duration(it.Changes.Overlap))
		}
	}
	return connectors.EncodeCursor(position{From: t.Add(-before).UnixMilli()})
}

// Changes lists what changed since the cursor, as the manifest's list does. A list in ascending order is read from the last change on
// rather than page by page, because items that change meanwhile move to its end and others move up. What was listed and is old enough
// that nothing of the same time can follow is not listed again.
func (c *Connector) Changes(ctx context.Context, t connectors.ItemType, since connectors.Cursor, limit int) (connectors.Page, error) {
	out := connectors.Page{Next: since}
	name, it, v, err := c.in(t)
	if err != nil {
		return out, err
	}
	var at position
	if err := connectors.DecodeCursor(since, &at); err != nil {
		return out, c.failed("reading changes", err)
	}
	ch := it.Changes
	form := cmp.Or(ch.Since, c.m.Times, "rfc3339")
	from := time.UnixMilli(at.From)
	if at.From == 0 && (form == "unix" || form == "unix-ms") || at.From > 0 {
		begin := from.Truncate(c.precision())
		if form == "date" {
			begin = begin.AddDate(0, 0, -1) // a day begins at another time in the system's zone
		}
		v["since"] = textOf(written(begin, form))
	}
	if v, err = c.scoped(ctx, it, v); err != nil {
		return out, c.failed("reading changes", err)
	}
	q := query(v, ch.Query)
	c.scopeQuery(it, v, q)
	overlap := time.Duration(ch.Overlap).Milliseconds()
	low := at.From // the next pass begins no earlier
	if ch.Order == "asc" && at.High > 0 {
		low -= overlap // the pass goes on here
	}
	seen := at.Seen
	if seen == nil {
		seen = map[string]sight{}
	}
	token, asked := at.Next, limit
	if ch.Order == "asc" && limit > 0 {
		asked = limit + len(at.Seen) // what is seen again is on the page too
	}
	for n := 0; ; n++ {
		p, err := c.page(ctx, &ch.Request, v, q, token, asked)
		if err == nil && p.next != "" && (p.next == token || n > mostPages) {
			err = connectors.Busy("reading a list", "it does not end: its next page is the same page again", 0)
		}
		if err != nil {
			return connectors.Page{Next: since}, c.failed("reading changes", err)
		}
		last, old, err := c.take(&out, p, raw{typ: name, it: it, vars: v}, from, seen)
		if err != nil {
			return connectors.Page{Next: since}, c.failed("reading changes", err)
		}
		at.High = max(at.High, last)
		if at.Began == 0 {
			at.Began = p.date.Add(-time.Second).UnixMilli()
		}
		switch {
		case p.next == "" || ch.Order == "desc" && old:
			next := passed(at, low, overlap, seen)
			out.More = at.Next != "" && !at.Again
			next.Again = out.More
			out.Next = connectors.EncodeCursor(next)
			return out, nil
		case ch.Order == "asc" && last > at.From:
			// The rest begins at the last change of this page: by time, not by page. A list may leave out what is exactly of its time. What
			// becomes visible late is for the next pass.
			if from := last - min(overlap, c.precision().Milliseconds()); from > at.From {
				next := bounded(position{From: last - overlap, High: at.High, Seen: seen})
				next.From = from
				out.Next, out.More = connectors.EncodeCursor(next), true
				return out, nil
			}
			token = p.next
		case ch.Order == "asc" || ch.Order == "desc":
			token = p.next // more of one time than a page holds, or newest first: the list is read in one go
		default:
			at.Next, at.Seen = p.next, seen
			out.Next, out.More = connectors.EncodeCursor(bounded(at)), true
			return out, nil
		}
	}
}

// take adds the items of a page that were not listed yet. last is the newest time on it, old that its last item is older than from.
func (c *Connector) take(out *connectors.Page, p page, r raw, from time.Time, seen map[string]sight) (last int64, old bool, err error) {
	for _, x := range p.items {
		r.item = x
		if is, err := r.it.is(r); err != nil || !is {
			if err != nil {
				return 0, false, err
			}
			continue
		}
		ch, err := c.change(r)
		if err != nil {
			return 0, false, err
		}
		last = max(last, ch.UpdatedAt.UnixMilli())
		if old = ch.UpdatedAt.Before(from.Truncate(c.precision())) && !ch.UpdatedAt.IsZero(); old {
			continue
		}
		mark := ch.Revision
		if ch.Deleted {
			mark += " deleted"
		}
		if got, listed := seen[ch.Ref.ID]; listed && got.Revision == mark && mark != "" {
			continue
		}
		out.Items = append(out.Items, ch)
		delete(seen, ch.Ref.ID)
		if ch.UpdatedAt.Add(c.precision() + settled).Before(p.date) {
			seen[ch.Ref.ID] = sight{mark, ch.UpdatedAt.UnixMilli()}
		}
	}
	return last, old, nil
}

// passed is the position after a pass: it begins anew a little before the newest change, and not before low.
func passed(at position, low, overlap int64, seen map[string]sight) position {
	next := position{From: at.From, Seen: seen}
	high := at.High
	if at.Next != "" {
		high = min(high, at.Began) // what was listed early in a long pass may have changed since
	}
	if high > 0 {
		next.From = max(low, high-overlap)
	}
	return bounded(next)
}

func bounded(p position) position {
	maps.DeleteFunc(p.Seen, func(_ string, s sight) bool { return s.At < p.From-1000 })
	if len(p.Seen) > mostSeen {
		p.Seen = nil
	}
	return p
}

func (c *Connector) precision() time.Duration {
	return max(time.Duration(c.m.Precision), time.Millisecond)
}

// scoped puts into the vars what the scope's fields are called in requests: an option by its id.
func (c *Connector) scoped(ctx context.Context, it *Item, v vars) (vars, error) {
	given, _ := v["scope"].(map[string]string)
	ids := map[string]string{}
	for k, s := range given {
		ids[k] = s
		f := it.Fields[k]
		if f == nil || f.Kind != "option" || f.Options == nil || s == "" {
			continue
		}
		o, why, err := c.settleOption(ctx, f, core.Option("", s), v)
		if err != nil {
			return v, err
		}
		if why != "" {
			return v, connectors.Invalid("the connection's scope", k, why)
		}
		ids[k] = textOf(c.encodeOne(f, o))
	}
	return v.with("scope_ids", ids), nil
}

// scopeQuery narrows a list to the scope.
func (c *Connector) scopeQuery(it *Item, v vars, q url.Values) {
	ids, _ := v["scope_ids"].(map[string]string)
	for k, id := range ids {
		if f := it.Fields[k]; f != nil && f.List != "" && id != "" {
			q.Set(f.List, id)
		}
	}
}
