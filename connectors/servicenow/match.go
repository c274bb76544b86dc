package servicenow

import (
	"context"
	"fmt"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// mostMatches is how many records with one value are listed; two are too many already.
const mostMatches = 10

// FindByField finds records by a column's value, from the database. It compares without regard to case, so that each record found is
// looked at.
func (c *Connector) FindByField(ctx context.Context, t connectors.ItemType, name, value string) ([]core.Ref, error) {
	s, err := c.schema(ctx, t.Type)
	if err != nil {
		return nil, err
	}
	refuse := func(why string) ([]core.Ref, error) { return nil, connectors.Invalid(c.name, name, why) }
	col, ok := s.find(name)
	switch {
	case !ok:
		return refuse("there is no such field")
	case col.kind == core.KindText:
		return refuse("a field of rich text cannot be searched for a value; use one of a line, a number or a reference")
	case col.kind != core.KindString && col.kind != core.KindNumber && col.kind != core.KindReference:
		return refuse(fmt.Sprintf("a field of kind %s names no record; use one of a line of text, a number or a reference", col.kind))
	case value == "":
		return nil, nil
	case !askable(value):
		return refuse("the instance would run a value that begins with javascript:")
	case strings.ContainsAny(value, "\n\r\x00"):
		return refuse("a value of several lines cannot be searched for")
	}
	scope, err := s.within(t.Scope)
	if err != nil {
		return nil, err
	}
	var refs []core.Ref
	last := ""
	for offset := 0; ; {
		asked := scope + name + "=" + literal(value)
		if last != "" {
			asked += "^sys_id>" + last
		}
		l, err := c.list(ctx, s.table, asked+"^ORDERBYsys_id", []string{"sys_id", "number", name}, offset, c.page)
		if err != nil {
			return nil, fmt.Errorf("%s: looking for a record by %s: %w", c.name, name, err)
		}
		if l.hides(name) != "" {
			return refuse("the account may not read this field, so that no record can be found by it")
		}
		for _, r := range l.rows {
			if connectors.Holds(c.read(col, r[name]), value) {
				refs = append(refs, c.ref(s.table, r.id(), r["number"].Value))
			}
		}
		if !l.more || len(refs) >= mostMatches {
			return refs, nil
		}
		if n := len(l.rows); n > 0 {
			last, offset = l.rows[n-1].id(), 0
		} else {
			offset += c.page
		}
	}
}
