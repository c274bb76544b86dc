package salesforce

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// cursor is a query that has more pages. Its rows are those of the moment it was opened.
type cursor struct {
	user  string
	st    *statement
	rows  []*record
	used  time.Time
	order int64
}

const cursorLife = 15 * time.Minute

// runQuery serves query, and queryAll with deleted rows.
func (c *call) runQuery(deleted bool) error {
	st, err := parseSOQL(c.query("q"))
	if err != nil {
		return err
	}
	rows, err := c.selectRows(st, deleted)
	if err != nil {
		return err
	}
	if st.count {
		return c.answer(http.StatusOK, row{"totalSize": len(rows), "done": true, "records": []row{}})
	}
	return c.page(st, rows, 0, "")
}

var batch = regexp.MustCompile(`batchSize=(\d+)`)

// pageSize is what the client asks for, between 200 and 2,000, and never more than the organization hands out.
func (c *call) pageSize() int {
	size := 2000
	if m := batch.FindStringSubmatch(c.req.Header.Get("Sforce-Query-Options")); m != nil {
		size, _ = strconv.Atoi(m[1])
		size = min(max(size, 200), 2000)
	}
	if c.e.limits.Rows > 0 {
		size = min(size, c.e.limits.Rows)
	}
	return size
}

func (c *call) page(st *statement, rows []*record, from int, locator string) error {
	size := c.pageSize()
	to := min(from+size, len(rows))
	out, err := c.render(st, rows[from:to])
	if err != nil {
		return err
	}
	body := row{"totalSize": len(rows), "done": to == len(rows), "records": out}
	if to < len(rows) {
		if locator == "" {
			locator = c.open(st, rows)
		}
		c.e.cursors[locator].used = c.now
		body["nextRecordsUrl"] = fmt.Sprintf("/services/data/%s/query/%s-%d", c.req.PathValue("version"), locator, to)
	}
	return c.answer(http.StatusOK, body)
}

// open keeps a query for its next pages; the user's oldest one gives way.
func (c *call) open(st *statement, rows []*record) string {
	var mine []string
	for id, cur := range c.e.cursors {
		if cur.user == c.user.ID {
			mine = append(mine, id)
		}
	}
	sort.Slice(mine, func(i, j int) bool { return c.e.cursors[mine[i]].order < c.e.cursors[mine[j]].order })
	if limit := c.e.limits.Cursors; limit > 0 && len(mine) >= limit {
		delete(c.e.cursors, mine[0])
	}
	id := c.e.st.newID("01g")
	c.e.cursors[id] = &cursor{user: c.user.ID, st: st, rows: rows, order: c.e.st.number("cursor")}
	return id
}

func (c *call) queryMore() error {
	id, at, _ := strings.Cut(c.req.PathValue("locator"), "-")
	from, err := strconv.Atoi(at)
	cur := c.e.cursors[id]
	if err != nil || cur == nil || cur.user != c.user.ID || from > len(cur.rows) || c.now.Sub(cur.used) > cursorLife {
		delete(c.e.cursors, id)
		return refuse(http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid query locator")
	}
	return c.page(cur.st, cur.rows, from, id)
}

// selectRows finds what a statement asks for, in its order.
func (c *call) selectRows(st *statement, deleted bool) ([]*record, error) {
	o := c.e.schema[lower(st.from)]
	if o == nil {
		return nil, refuse(http.StatusBadRequest, "INVALID_TYPE", "sObject type '"+st.from+"' is not supported.")
	}
	for _, path := range st.fields {
		if _, _, _, err := c.follow(o, nil, path); err != nil {
			return nil, err
		}
	}
	if err := c.prepare(o, st.where); err != nil {
		return nil, err
	}
	for _, ord := range st.order {
		_, _, f, err := c.follow(o, nil, ord.path)
		if err != nil {
			return nil, err
		}
		if !f.filterable() || f.kind == "multipicklist" {
			return nil, malformed("field '" + f.name + "' can not be sorted in a query call")
		}
	}
	if st.offset > 2000 {
		return nil, refuse(http.StatusBadRequest, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
	}
	if err := c.restricted(o, st); err != nil {
		return nil, err
	}
	table := o.name
	if o.of != "" {
		table = o.of
	}
	var rows []*record
	for _, r := range c.e.st.table(table) {
		if r.deleted() && !deleted || o.of != "" && !strings.HasPrefix(r.text("ParentId"), "500") {
			continue
		}
		ok, err := c.matches(o, r, st.where)
		if err != nil {
			return nil, err
		}
		if ok {
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, func(a, b *record) int {
		for _, ord := range st.order {
			if n := c.compareRows(o, ord, a, b); n != 0 {
				return n
			}
		}
		return 0
	})
	rows = rows[min(st.offset, len(rows)):]
	if st.limit >= 0 {
		rows = rows[:min(st.limit, len(rows))]
	}
	return rows, nil
}

func (c *call) compareRows(o *object, ord ordering, a, b *record) int {
	value := func(r *record) any {
		at, _, f, _ := c.follow(o, r, ord.path)
		if at == nil {
			return nil
		}
		return c.value(at, f)
	}
	va, vb := value(a), value(b)
	if va == nil || vb == nil {
		switch {
		case va == nil && vb == nil:
			return 0
		case (va == nil) == ord.nullsLast:
			return 1
		}
		return -1
	}
	n := 0
	switch va := va.(type) {
	case float64:
		n = cmp.Compare(va, vb.(float64))
	case bool:
		n = strings.Compare(strconv.FormatBool(va), strconv.FormatBool(vb.(bool)))
	case string:
		n = strings.Compare(lower(va), lower(vb.(string)))
	}
	if ord.desc {
		return -n
	}
	return n
}

// restricted refuses what the vendor does not let scan: links of files without the record or the document, feed items
// without their parent for everybody but administrators.
func (c *call) restricted(o *object, st *statement) error {
	switch {
	case o.name == "ContentDocumentLink" && !filters(st.where, "ContentDocumentId", "LinkedEntityId"):
		return malformed("Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or LinkedEntityId using the equals operator or multiple Id's using the IN operator.")
	case o.name == "FeedItem" && !c.admin() && !filters(st.where, "ParentId", "Id"):
		return malformed("Implementation restriction: FeedItem requires a filter by ParentId.")
	}
	return nil
}

// filters says whether every row that fulfils the condition was named by one of the fields.
func filters(cond *condition, fields ...string) bool {
	switch {
	case cond == nil:
		return false
	case cond.op == "and":
		return slices.ContainsFunc(cond.parts, func(p *condition) bool { return filters(p, fields...) })
	case cond.op == "=" || cond.op == "in":
		return slices.ContainsFunc(fields, func(f string) bool { return strings.EqualFold(f, cond.path) })
	}
	return false
}

// render shows rows with the selected fields, and children as query results of their own.
func (c *call) render(st *statement, rows []*record) ([]row, error) {
	o := c.e.schema[lower(st.from)]
	out := []row{}
	for _, r := range rows {
		one := row{"attributes": c.attributes(o, r)}
		for _, path := range st.fields {
			if err := c.project(o, r, strings.Split(path, "."), path, one); err != nil {
				return nil, err
			}
		}
		for _, sub := range st.children {
			if err := c.childRows(o, r, sub, one); err != nil {
				return nil, err
			}
		}
		out = append(out, one)
	}
	return out, nil
}

func (c *call) childRows(o *object, r *record, sub *statement, one row) error {
	for _, k := range children() {
		if k.of != o.name || !strings.EqualFold(k.name, sub.from) {
			continue
		}
		own := *sub
		own.from = k.object
		mine := &condition{op: "=", path: k.field, values: []literal{{"text", r.ID}}}
		if own.where != nil {
			mine = &condition{op: "and", parts: []*condition{mine, own.where}}
		}
		own.where = mine
		rows, err := c.selectRows(&own, false)
		if err != nil {
			return err
		}
		one[k.name] = nil
		if len(rows) > 0 {
			shown, err := c.render(&own, rows)
			if err != nil {
				return err
			}
			one[k.name] = row{"totalSize": len(rows), "done": true, "records": shown}
		}
		return nil
	}
	return refuse(http.StatusBadRequest, "INVALID_TYPE", "Didn't understand relationship '"+sub.from+"' in FROM part of query call.")
}

// project puts the field at the end of the path into out, nested as the path goes.
func (c *call) project(o *object, r *record, parts []string, path string, out row) error {
	if _, _, _, err := c.follow(o, nil, strings.Join(parts, ".")); err != nil {
		if r == nil {
			return err
		}
		// a reference to several objects: what the record at hand has counts
		if _, _, _, again := c.follow(o, r, strings.Join(parts, ".")); again != nil {
			return err
		}
	}
	if len(parts) > 1 && strings.EqualFold(parts[0], o.name) && o.related(parts[0]) == nil {
		parts = parts[1:]
	}
	if len(parts) == 1 {
		f := o.field(parts[0])
		out[f.name] = c.value(r, f)
		return nil
	}
	f := o.related(parts[0])
	to := c.e.st.live(r.text(f.name))
	if to == nil {
		out[f.relation] = nil
		return nil
	}
	target := c.e.schema[lower(to.Object)]
	nested, _ := out[f.relation].(row)
	if nested == nil {
		nested = row{"attributes": c.attributes(target, to)}
		out[f.relation] = nested
	}
	if len(parts) == 2 && target.field(parts[1]) == nil { // not every object behind the reference has the field
		nested[parts[1]] = nil
		return nil
	}
	return c.project(target, to, parts[1:], path, nested)
}
