package servicenow

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
)

// cell is one value of a record: as it is stored, and as people read it. Stored times are UTC, shown ones are in the account's zone.
type cell struct{ Value, Shown string }

// UnmarshalJSON reads a text, or an object with value and display_value: the form depends on the call and, for references, on whether they
// are empty.
func (c *cell) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &c.Value) == nil {
		c.Shown = c.Value
		return nil
	}
	var o struct {
		Value *string
		Shown *string `json:"display_value"`
	}
	if err := json.Unmarshal(b, &o); err != nil {
		return err
	}
	if o.Value != nil {
		c.Value = *o.Value
	}
	if o.Shown != nil {
		c.Shown = *o.Shown
	}
	return nil
}

// record is a row by column. A column that is missing was hidden from the account: nothing is known about it.
type record map[string]cell

func (r record) id() string { return r["sys_id"].Value }

func (r record) shows(column string) bool { _, ok := r[column]; return ok }

func (r record) table(asked string) string { return cmp.Or(r["sys_class_name"].Value, asked) }

// revision is the counter of updates with the time of the last one, as webhooks tell both.
func revision(count, updated string) string {
	if count == "" || updated == "" {
		return ""
	}
	return count + "/" + updated
}

func (r record) revision() string {
	return revision(r["sys_mod_count"].Value, r["sys_updated_on"].Value)
}

// layout is the vendor's form of a time, in UTC.
const layout = "2006-01-02 15:04:05"

func instant(s string) time.Time {
	t, _ := time.Parse(layout, s)
	return t
}

func tablePath(table, id string) string {
	p := "/api/now/table/" + table
	if id != "" {
		p += "/" + id
	}
	return p
}

// both asks for stored and shown values of those columns.
func both(columns []string) url.Values {
	q := url.Values{"sysparm_display_value": {"all"}, "sysparm_exclude_reference_link": {"true"}}
	if columns != nil {
		q.Set("sysparm_fields", strings.Join(columns, ","))
	}
	return q
}

// record reads one row. Where the id has not the form of one there is none.
func (c *Connector) record(ctx context.Context, table, id string, columns []string) (record, error) {
	if !sysID(id) {
		return nil, connectors.ErrNotFound
	}
	var r record
	if _, err := c.call(ctx, http.MethodGet, tablePath(table, id), both(columns), nil, &r); err != nil {
		return nil, err
	}
	if r.id() != id {
		return nil, connectors.Busy("reading", "the answer is not the record that was asked for", 0)
	}
	return r, nil
}

// listed is one page of a list.
type listed struct {
	rows []record
	more bool // there is more behind the page, also where the page itself is short: rows are hidden after they were counted
	all  int  // rows that the query finds, hidden ones included; -1 where not told
}

// hides is the first of the columns that no row of the page shows, "" for none. The instance leaves a condition on a column that the account may
// not read out of the query, and finds more. What is reached through references is not looked at.
func (l listed) hides(columns ...string) string {
	for _, name := range columns {
		if len(l.rows) > 0 && !strings.Contains(name, ".") && !slices.ContainsFunc(l.rows, func(r record) bool { return r.shows(name) }) {
			return name
		}
	}
	return ""
}

// list reads the page of a query that begins at offset. The vendor takes the limit before it hides rows: a short page says nothing about
// what follows, only the count and the next link do (vendor page "Table API").
func (c *Connector) list(ctx context.Context, table, query string, columns []string, offset, limit int) (listed, error) {
	q := both(columns)
	q.Set("sysparm_query", query)
	q.Set("sysparm_limit", strconv.Itoa(limit))
	if offset > 0 {
		q.Set("sysparm_offset", strconv.Itoa(offset))
	}
	var l listed
	header, err := c.call(ctx, http.MethodGet, tablePath(table, ""), q, nil, &l.rows)
	if err != nil {
		return listed{}, err
	}
	l.all = -1
	if n, err := strconv.Atoi(header.Get("X-Total-Count")); err == nil {
		l.all = n
	}
	next := strings.Contains(header.Get("Link"), `rel="next"`)
	switch {
	case l.all >= 0:
		l.more = offset+limit < l.all
	case header.Get("Link") != "":
		l.more = next
	default:
		l.more = len(l.rows) > 0
	}
	return l, nil
}

// mostRows bounds what is read of a list that should be short.
const mostRows = 50_000

// every reads a whole list, in the order of the query and then of the ids: rows that nothing puts in an order may change places between two pages.
// hidden tells that the query found rows that the account may not see.
func (c *Connector) every(ctx context.Context, table, query string, columns []string) (rows []record, hidden bool, err error) {
	for offset := 0; offset < mostRows; offset += c.page {
		l, err := c.list(ctx, table, query+"^ORDERBYsys_id", columns, offset, c.page)
		if err != nil {
			return nil, false, err
		}
		rows = append(rows, l.rows...)
		if !l.more {
			return rows, l.all > len(rows), nil
		}
	}
	return nil, false, connectors.Busy("reading "+table, fmt.Sprintf("there are more than %d rows", mostRows), 0)
}

// literal is a value in a query: a caret ends a condition, two are one.
func literal(s string) string { return strings.ReplaceAll(s, "^", "^^") }

// in joins values for the operator IN, whose values have no commas.
func in(values []string) string { return "IN" + strings.Join(values, ",") }

// unique is the list without repetitions and empty texts, sorted.
func unique(list []string) []string {
	list = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
	slices.Sort(list)
	return slices.Compact(list)
}
