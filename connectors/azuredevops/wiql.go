package azuredevops

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// A query hands out at most 20,000 items, whatever is asked for (vendor page "Work item query limits"); where it would find more, a window
// of that many ids is looked at.
const idWindow = 20_000

// literal is a text as the query language writes it.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// within narrows a query to a project and a type, "" for any, and ends with AND.
func within(project, typ string) string {
	var b strings.Builder
	if project != "" {
		b.WriteString("[" + refProject + "] = " + literal(project) + " AND ")
	}
	if typ != "" {
		b.WriteString("[" + refType + "] = " + literal(typ) + " AND ")
	}
	return b.String()
}

// foundAfter are the ids of the next items that a condition finds, in their order, and where to go on; next is 0 at the end.
func (c *Connector) foundAfter(ctx context.Context, project, where string, after int64, most int) (ids []int64, next int64, err error) {
	ids, err = c.query(ctx, project, fmt.Sprintf("%s AND [System.Id] > %d", where, after), most)
	for window := int64(idWindow); errors.Is(err, errTooMany) && window > 0; window /= 10 {
		ids, err = c.query(ctx, project, fmt.Sprintf("%s AND [System.Id] > %d AND [System.Id] <= %d", where, after, after+window), most)
		next = after + window
	}
	if err == nil && len(ids) >= most && most > 0 {
		next = ids[len(ids)-1]
	}
	return ids, next, err
}

// query runs one statement (vendor page "Wiql - Query By Wiql"). timePrecision belongs into the address: in the body it is ignored.
func (c *Connector) query(ctx context.Context, project, where string, most int) ([]int64, error) {
	path := "/_apis/wit/wiql"
	if project != "" {
		path = in(project, "wit/wiql")
	}
	var answer struct {
		Items []struct{ ID int64 } `json:"workItems"`
	}
	body := map[string]string{"query": "SELECT [System.Id] FROM WorkItems WHERE " + where + " ORDER BY [System.Id]"}
	err := c.call(ctx, request{method: http.MethodPost, path: path, op: "POST wiql", in: body, query: url.Values{"timePrecision": {"true"}, "$top": {strconv.Itoa(most)}}}, &answer)
	var ids []int64
	for _, i := range answer.Items {
		ids = append(ids, i.ID)
	}
	slices.Sort(ids)
	return ids, err
}

// mostFound is how many items one page of a query has.
const mostFound = 200

// allFound are all ids that a condition finds, up to a limit.
func (c *Connector) allFound(ctx context.Context, project, where string, limit int) ([]int64, error) {
	var all []int64
	for after := int64(0); ; {
		ids, next, err := c.foundAfter(ctx, project, where, after, mostFound)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
		if after = next; next == 0 || len(all) >= limit {
			return all, nil
		}
	}
}

// refsThat reads the items and lists those that hold.
func (c *Connector) refsThat(ctx context.Context, ids []int64, holds func(workItem) bool, fields ...string) ([]core.Ref, error) {
	var refs []core.Ref
	for chunk := range slices.Chunk(ids, mostBatch) {
		var answer struct{ Value []*workItem }
		body := map[string]any{"ids": chunk, "errorPolicy": "omit", "fields": append(c.basics(), fields...)}
		if err := c.call(ctx, request{method: http.MethodPost, path: "/_apis/wit/workitemsbatch", op: "POST workitemsbatch", in: body}, &answer); err != nil {
			return nil, fmt.Errorf("%s: reading %d work items: %w", c.name, len(chunk), elsewhere(err, "", noOrganization))
		}
		for _, w := range answer.Value {
			if w != nil && w.ID != 0 && holds(*w) {
				refs = append(refs, c.ref(w.ID))
			}
		}
	}
	return refs, nil
}

// found is a cursor of a search: the last id that was listed.
type found struct {
	After int64 `json:"after"`
}

// Search lists the items of the scope that a condition of WIQL finds, in the order of their ids. The cursor is the last id, so that it holds
// for ever. A condition cannot leave the brackets that the scope puts around it.
func (c *Connector) Search(ctx context.Context, t connectors.ItemType, query string, cursor connectors.Cursor) (connectors.Page, error) {
	none := connectors.Page{}
	if err := c.checkType(t.Type); err != nil {
		return none, err
	}
	var at found
	if err := connectors.DecodeCursor(cursor, &at); err != nil {
		return none, fmt.Errorf("%s: %w", c.name, err)
	}
	if why := unbalanced(query); why != "" {
		return none, connectors.Invalid(c.name+": searching", "", why)
	}
	project, typ := c.place(t.Scope)
	where := strings.TrimSuffix(within(project, typ), " AND ")
	if strings.TrimSpace(query) != "" {
		where = within(project, typ) + "(" + query + ")"
	}
	if where == "" {
		where = "[System.Id] > 0"
	}
	ids, next, err := c.foundAfter(ctx, project, where, at.After, c.pageSize)
	if err != nil {
		return none, fmt.Errorf("%s: searching: %w", c.name, elsewhere(err, "project", noProject))
	}
	page := connectors.Page{Next: connectors.EncodeCursor(found{next}), More: next != 0}
	for _, id := range ids {
		page.Items = append(page.Items, connectors.Change{Ref: c.ref(id)})
	}
	return page, nil
}

// unbalanced says why a condition is none: its brackets or quotes are not closed, or close more than they opened.
func unbalanced(query string) string {
	depth, quote := 0, rune(0)
	for _, r := range query {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case r == '(':
			depth++
		case r == ')':
			if depth--; depth < 0 {
				return "a bracket is closed that was not opened"
			}
		}
	}
	if quote != 0 {
		return "a text in quotes is not closed"
	}
	if depth != 0 {
		return "a bracket is not closed"
	}
	return ""
}
