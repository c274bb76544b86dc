package salesforce

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// searchPage is how many records a page of results has.
const searchPage = 200

// Search takes the condition of a SOQL query, without WHERE (vendor guide "SOQL and SOSL Reference", Condition Expression):
//
//	Status != 'Closed' AND Owner.Name = 'Tier 2'
//
// It reads the database itself, by ids, so that a page can be asked for days later.
func (c *Connector) Search(ctx context.Context, t connectors.ItemType, query string, cursor connectors.Cursor) (connectors.Page, error) {
	page := connectors.Page{Next: cursor}
	s, err := c.schema(ctx, typeOf(t))
	if err != nil {
		return page, err
	}
	var at struct {
		ID string `json:"id,omitempty"`
	}
	if err := connectors.DecodeCursor(cursor, &at); err != nil {
		return page, c.fail("searching", err)
	}
	if why := wrongCondition(query); why != "" {
		return page, connectors.Invalid(c.name+": searching", "", why)
	}
	scope, err := c.within(ctx, s, t.Scope)
	if err != nil {
		return page, err
	}
	var where []string
	if q := strings.TrimSpace(query); q != "" {
		where = append(where, "("+q+")")
	}
	where = append(where, scope...)
	if at.ID != "" {
		where = append(where, "Id > "+literal(at.ID))
	}
	list, err := c.rows(ctx, "query search", s.selecting(s.refColumns(), where)+fmt.Sprintf(" ORDER BY Id LIMIT %d", searchPage))
	if err != nil {
		var invalid *connectors.InvalidError
		if errors.As(err, &invalid) {
			return page, connectors.Invalid(c.name+": searching", "", "Salesforce cannot read the query: "+cmp.Or(reasons[codeOf(err)], codeOf(err)))
		}
		return page, c.fail("searching", err)
	}
	for _, r := range list {
		page.Items = append(page.Items, c.change(s, r))
		at.ID = long(r.text("Id"))
	}
	page.Next, page.More = connectors.EncodeCursor(at), len(list) >= pageOf(list)
	return page, nil
}

// pageOf is what a full page has: an organization may give fewer rows than asked for, so only an empty page is the last.
func pageOf(list []record) int {
	if len(list) == 0 {
		return 1
	}
	return len(list)
}

func (s *schema) selecting(columns string, where []string) string {
	q := "SELECT " + columns + " FROM " + s.object
	if len(where) > 0 {
		q += " WHERE " + strings.Join(where, " AND ")
	}
	return q
}

var clause = regexp.MustCompile(`(?i)\b(SELECT|FROM|WHERE|GROUP\s+BY|ORDER\s+BY|LIMIT|OFFSET|FOR\s+(VIEW|REFERENCE|UPDATE)|ALL\s+ROWS|HAVING|USING\s+SCOPE)\b`)

// wrongCondition says why a text is no condition that can stand in brackets, "" where it can: it would reach beyond the scope.
func wrongCondition(query string) string {
	depth, quoted, plain := 0, false, strings.Builder{}
	for i := 0; i < len(query); i++ {
		switch b := query[i]; {
		case quoted && b == '\\':
			i++
		case b == '\'':
			quoted = !quoted
			plain.WriteByte(' ')
		case quoted:
		case b == '(':
			depth++
			plain.WriteByte(b)
		case b == ')':
			if depth--; depth < 0 {
				return "a bracket is closed that was not opened"
			}
			plain.WriteByte(b)
		default:
			plain.WriteByte(b)
		}
	}
	switch word := clause.FindString(plain.String()); {
	case quoted:
		return "a quoted text is not closed"
	case depth != 0:
		return "a bracket is not closed"
	case word != "":
		return "the query is a condition as it stands behind WHERE; it has no " + strings.ToUpper(word)
	}
	return ""
}

// within are the conditions of a scope.
func (c *Connector) within(ctx context.Context, s *schema, scope map[string]string) ([]string, error) {
	var out []string
	for name, want := range scope {
		f, ok := s.byName(name)
		if !ok {
			return nil, connectors.Invalid(c.name, name, "the scope names a field that is not there, or the account may not see it")
		}
		value := literal(want)
		switch f.kind {
		case core.KindOption:
			if id, err := f.value(core.Option(want, want)); err == nil {
				value = literal(id)
			} else if f.typ == "reference" {
				return nil, connectors.Invalid(c.name, name, "the account has no record type of that name; there are: "+optionNames(f.options))
			}
		case core.KindBool, core.KindNumber:
			if _, err := core.Number(want); err != nil && want != "true" && want != "false" {
				return nil, connectors.Invalid(c.name, name, "the scope's value does not fit the field")
			}
			value = want
		case core.KindUser:
			id, err := c.owner(ctx, core.Person(onlyID(want), "", want))
			if err != nil {
				return nil, connectors.Invalid(c.name, name, "the scope names nobody")
			}
			value = literal(fmt.Sprint(id))
		case core.KindString, core.KindReference:
		default:
			return nil, connectors.Invalid(c.name, name, "a field of this kind cannot be a scope")
		}
		out = append(out, f.api+" = "+value)
	}
	return out, nil
}
