package servicenow

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// names are the columns of a scope.
func names(scope map[string]string) []string { return slices.Sorted(maps.Keys(scope)) }

// hiddenScope is the error of a scope by a column that the account may not read: what is found is of every scope.
func hiddenScope(column string) error {
	return fmt.Errorf("the account may not read column %s, which the scope names; let it read that column, or take it out of the scope: %w", column, connectors.ErrDenied)
}

// within is a scope as the beginning of a query, with the caret that joins what follows. Columns the table does not have would be left
// out of the query without a word and widen it, so they are refused.
func (s *schema) within(scope map[string]string) (string, error) {
	var sb strings.Builder
	for _, name := range names(scope) {
		if !s.has(name) && !s.walks(name) {
			return "", connectors.Invalid("the scope", name, "table "+s.table+" has no such column")
		}
		if !askable(scope[name]) {
			return "", connectors.Invalid("the scope", name, "a value that begins with javascript: would be run")
		}
		sb.WriteString(name + "=" + literal(scope[name]) + "^")
	}
	return sb.String(), nil
}

// found is a cursor of a search: the last record listed, and how far behind it hidden ones were stepped over.
type found struct {
	ID     string `json:"i,omitempty"`
	Offset int    `json:"o,omitempty"`
}

// Search lists the records that an encoded query finds, in the order of their ids, which does not change while a run is paused. A new query
// (^NQ) and groups would reach beyond the scope and are refused, as are columns that the table does not have: the instance would
// leave those out and find more.
func (c *Connector) Search(ctx context.Context, t connectors.ItemType, query string, cursor connectors.Cursor) (connectors.Page, error) {
	page, err := c.search(ctx, t, query, cursor)
	if err != nil {
		return connectors.Page{}, fmt.Errorf("%s: searching: %w", c.name, err)
	}
	return page, nil
}

func (c *Connector) search(ctx context.Context, t connectors.ItemType, query string, cursor connectors.Cursor) (connectors.Page, error) {
	var at found
	if err := connectors.DecodeCursor(cursor, &at); err != nil {
		return connectors.Page{}, err
	}
	s, err := c.schema(ctx, t.Type)
	if err != nil {
		return connectors.Page{}, err
	}
	scope, err := s.within(t.Scope)
	if err != nil {
		return connectors.Page{}, err
	}
	conditions, asks, err := s.conditions(query)
	if err != nil {
		return connectors.Page{}, err
	}
	asked := scope
	if at.ID != "" {
		asked += "sys_id>" + at.ID + "^"
	}
	l, err := c.list(ctx, s.table, asked+conditions+"^ORDERBYsys_id", slices.Concat(basics, names(t.Scope), asks), at.Offset, c.page)
	if err != nil {
		return connectors.Page{}, err
	}
	if name := l.hides(names(t.Scope)...); name != "" {
		return connectors.Page{}, hiddenScope(name)
	}
	if name := l.hides(asks...); name != "" {
		return connectors.Page{}, connectors.Invalid("the query", "", "the account may not read column "+name+": the instance would leave the condition out and find more")
	}
	page := connectors.Page{More: l.more}
	for _, r := range l.rows {
		c.classes.Put(r.id(), r.table(s.table))
		page.Items = append(page.Items, connectors.Change{Ref: c.ref(s.table, r.id(), r["number"].Value), Revision: r.revision(), UpdatedAt: instant(r["sys_updated_on"].Value)})
	}
	next := found{ID: at.ID, Offset: at.Offset + c.page}
	if n := len(l.rows); n > 0 {
		next = found{ID: l.rows[n-1].id()}
	}
	page.Next = connectors.EncodeCursor(next)
	return page, nil
}

var conditionName = regexp.MustCompile(`^(OR)?([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)`)

// conditions are those of a query, without its order, and the columns they ask for. Each begins with a column of the table.
func (s *schema) conditions(query string) (conditions string, columns []string, err error) {
	refuse := func(why string) (string, []string, error) {
		return "", nil, connectors.Invalid("the query", "", why)
	}
	const caret = "\x00"
	var out []string
	for i, part := range strings.Split(strings.ReplaceAll(strings.TrimSpace(query), "^^", caret), "^") {
		switch {
		case part == "" || part == "EQ" || strings.HasPrefix(part, "ORDERBY"):
			continue
		case strings.HasPrefix(part, "NQ"), strings.HasPrefix(part, "RLQUERY"), strings.HasPrefix(part, "ENDRLQUERY"), strings.HasPrefix(part, "GROUPBY"), strings.HasPrefix(part, "JOIN"):
			return refuse("a query for a connection has one set of conditions: ^NQ, ^RLQUERY, ^JOIN and ^GROUPBY would reach beyond its scope")
		}
		m := conditionName.FindStringSubmatch(part)
		switch {
		case m == nil:
			return refuse(fmt.Sprintf("%q is no condition of an encoded query: it has to begin with the name of a column", httpx.Short(part)))
		case m[1] == "OR" && len(out) == 0:
			return refuse("a query cannot begin with ^OR: it would widen the scope of the connection")
		case !s.has(m[2]) && !s.walks(m[2]):
			return refuse(fmt.Sprintf("table %s has no column %s: the instance would leave the condition out and find more", s.table, m[2]))
		case len(m[0]) == len(part):
			return refuse(fmt.Sprintf("condition %d has no operator", i+1))
		}
		out, columns = append(out, strings.ReplaceAll(part, caret, "^^")), append(columns, m[2])
	}
	if len(out) == 0 {
		return refuse("the query has no condition")
	}
	return strings.Join(out, "^"), unique(columns), nil
}
