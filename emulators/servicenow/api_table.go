package servicenow

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// listRecords answers a page of rows. The limit counts before ACLs, so a page can be short or empty although more follows
// (vendor page "Table API").
func (c *call) listRecords() error {
	t, err := c.tableOf(c.req.PathValue("tableName"))
	if err != nil {
		return err
	}
	all := c.rowsFor(t)
	limit, offset := c.number("sysparm_limit", 10000), c.number("sysparm_offset", 0)
	from, to := min(offset, len(all)), min(offset+limit, len(all))
	list := []any{}
	for _, r := range all[from:to] {
		if c.sees(c.classOf(t, r), r) {
			list = append(list, c.view(t, r)) // with the columns of the table that was asked for
		}
	}
	c.paging(len(all), limit, offset, to-from)
	if c.req.Header.Get(versionHeader) == "v1" && len(all) == 0 {
		return notFound()
	}
	if c.e.play.lists > 0 {
		c.e.play.lists--
		return c.answer(http.StatusOK, broken(list))
	}
	return c.answer(http.StatusOK, object{"result": list})
}

// classOf is the table a row belongs to, which may extend the one that was asked.
func (c *call) classOf(t *table, r record) *table {
	if class := c.e.table(r["sys_class_name"]); class != nil && t.tasks() {
		return class
	}
	return t
}

func (c *call) number(name string, otherwise int) int {
	n, err := strconv.Atoi(c.query(name))
	if err != nil || n < 0 {
		return otherwise
	}
	return n
}

// paging sets the total, which counts rows that the account may not see, and the links.
func (c *call) paging(total, limit, offset, rows int) {
	next := offset+limit < total
	if c.flag("sysparm_no_count") {
		next = rows == limit // the instance does not know better
	} else {
		c.w.Header().Set("X-Total-Count", strconv.Itoa(total))
	}
	if c.flag("sysparm_suppress_pagination_header") || limit == 0 {
		return
	}
	links := []string{c.link("first", 0)}
	if offset > 0 {
		links = append(links, c.link("prev", max(0, offset-limit)))
	}
	if next {
		links = append(links, c.link("next", offset+limit))
	}
	if !c.flag("sysparm_no_count") {
		links = append(links, c.link("last", max(0, (total-1)/limit*limit)))
	}
	c.w.Header().Set("Link", strings.Join(links, ","))
}

func (c *call) link(rel string, offset int) string {
	q := url.Values{}
	for name, values := range c.req.URL.Query() {
		q[name] = values
	}
	q.Set("sysparm_offset", strconv.Itoa(offset))
	return fmt.Sprintf(`<%s%s?%s>;rel="%s"`, c.e.base, c.req.URL.Path, q.Encode(), rel)
}

// broken is the answer of a list that took too long: it began as a success, and ends in an error object.
func broken(list []any) json.RawMessage {
	rows, _ := json.Marshal(list[:len(list)/2])
	return json.RawMessage(`{"result":` + strings.TrimSuffix(string(rows), "]") +
		`{"error":{"message":"Transaction cancelled: maximum execution time exceeded","detail":null},"status":"failure"}`)
}

// row finds the row that the path names, where the account sees it.
func (c *call) row() (*table, record, error) {
	t, err := c.tableOf(c.req.PathValue("tableName"))
	if err != nil {
		return nil, nil, err
	}
	class, r := c.e.find(t.name, c.req.PathValue("sys_id"))
	if r == nil || !c.sees(c.e.table(class), r) {
		return nil, nil, notFound()
	}
	return c.e.table(class), r, nil
}

func (c *call) getRecord() error {
	t, r, err := c.row()
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, object{"result": c.view(t, r)})
}

func (c *call) postRecord() error {
	t, err := c.tableOf(c.req.PathValue("tableName"))
	if err != nil {
		return err
	}
	in, err := c.input()
	if err != nil {
		return err
	}
	r, err := c.insert(t, in)
	if err != nil {
		return err
	}
	if c.e.play.creates > 0 {
		c.e.play.creates--
		return cancelled()
	}
	c.w.Header().Set("Location", c.e.base+"/api/now/table/"+t.name+"/"+r["sys_id"])
	return c.answer(http.StatusCreated, object{"result": c.view(t, r)})
}

func (c *call) changeRecord() error {
	t, r, err := c.row()
	if err != nil {
		return err
	}
	in, err := c.input()
	if err != nil {
		return err
	}
	next, err := c.update(t, r, in)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, object{"result": c.view(t, next)})
}

func (c *call) deleteRecord() error {
	t, r, err := c.row()
	if err != nil {
		return err
	}
	if !c.mayWrite("Delete", t, r) {
		return forbidden("Delete")
	}
	c.remove(t, r)
	return c.answer(http.StatusNoContent, nil)
}
