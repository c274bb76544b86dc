package salesforce

import (
	"context"
	"fmt"

	"duplex/connectors"
	"duplex/core"
)

const mostMatches = 10 // records with one value that are listed; two are too many already

// FindByField finds records by a field's value in the database itself. Salesforce compares text without regard to case, so what is
// found is looked at. Long texts cannot be asked for.
func (c *Connector) FindByField(ctx context.Context, t connectors.ItemType, name, value string) ([]core.Ref, error) {
	s, err := c.schema(ctx, typeOf(t))
	if err != nil {
		return nil, err
	}
	f, ok := s.byName(name)
	if !ok {
		return nil, connectors.Invalid(c.name, name, "there is no such field, or the account may not see it")
	}
	want := literal(value)
	switch {
	case value == "":
		return nil, nil
	case f.typ == "encryptedstring" || f.kind != core.KindString && f.kind != core.KindNumber && f.kind != core.KindReference:
		return nil, connectors.Invalid(c.name, name, "records cannot be searched by a field of type "+f.typ+"; use one of text of one line, a number or a lookup")
	case f.kind == core.KindNumber:
		n, err := core.Number(value)
		if err != nil {
			return nil, nil
		}
		want = n.Source()
	case f.kind == core.KindReference:
		if !isID(value) {
			return nil, nil
		}
	}
	scope, err := c.within(ctx, s, t.Scope)
	if err != nil {
		return nil, err
	}
	var refs []core.Ref
	for last := ""; ; {
		where := append([]string{f.api + " = " + want}, scope...)
		if last != "" {
			where = append(where, "Id > "+literal(last))
		}
		list, err := c.rows(ctx, "query by field", s.selecting(s.matchColumns(f), where)+fmt.Sprintf(" ORDER BY Id LIMIT %d", searchPage))
		if err != nil {
			return nil, c.fail("looking for a record", c.forget(s, err))
		}
		for _, r := range list {
			if last = long(r.text("Id")); connectors.Holds(c.read(f, r[f.api]), value) {
				refs = append(refs, c.refOf(s, r))
			}
		}
		if len(list) == 0 || len(refs) >= mostMatches {
			return refs, nil
		}
	}
}

func (s *schema) matchColumns(f field) string {
	if f.api == s.keyAPI {
		return s.refColumns()
	}
	return s.refColumns() + ", " + f.api
}
