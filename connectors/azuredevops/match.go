package azuredevops

import (
	"context"
	"fmt"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// mostCandidates is how many items with a similar value are looked at.
const mostCandidates = 5000

// FindByField finds items by a field of one line of text, by a number, or by a tag. A query does not tell capitals from small letters, so every
// item found is read.
func (c *Connector) FindByField(ctx context.Context, t connectors.ItemType, name, value string) ([]core.Ref, error) {
	if err := c.checkType(t.Type); err != nil {
		return nil, err
	}
	s, err := c.schema(ctx)
	if err != nil {
		return nil, err
	}
	f := s.byName[name]
	if f == nil {
		return nil, connectors.Invalid(c.name, name, "work items have no such field")
	}
	where, why := f.finds(value)
	if why != "" {
		return nil, connectors.Invalid(c.name, name, why)
	}
	if where == "" {
		return nil, nil
	}
	project, typ := c.place(t.Scope)
	ids, err := c.allFound(ctx, project, within(project, typ)+where, mostCandidates)
	if err != nil {
		return nil, fmt.Errorf("%s: looking for a value: %w", c.name, c.named(ctx, elsewhere(err, "project", noProject), map[string]core.Value{name: core.Absent()}))
	}
	if len(ids) >= mostCandidates {
		return nil, connectors.Invalid(c.name, name, fmt.Sprintf("%d items or more hold something like the value: use a field whose values are rarer", mostCandidates))
	}
	return c.refsThat(ctx, ids, func(w workItem) bool { return connectors.Holds(f.plain(w), value) }, f.ref)
}

// plain is a value that can be searched, whatever kind the field has on the item's type.
func (f *field) plain(w workItem) core.Value {
	s := w.text(f.ref)
	switch {
	case f.ref == refTags:
		return core.Strings(splitTags(s)...)
	case f.numeric():
		if n, err := core.Number(s); err == nil {
			return n
		}
		return core.Absent()
	}
	return core.String(s)
}

// finds is the condition that items with the value fulfil: "" when none can, why when it cannot be asked.
func (f *field) finds(value string) (where, why string) {
	switch {
	case value == "":
		return "", ""
	case f.ref == refTags:
		if strings.ContainsAny(value, ",;") {
			return "", "" // a tag holds neither
		}
		return "[" + f.ref + "] CONTAINS " + literal(value), ""
	case f.numeric():
		n, err := core.Number(value)
		if err != nil {
			return "", ""
		}
		return "[" + f.ref + "] = " + n.Source(), ""
	case f.typ == "string" || f.typ == "picklistString":
		if len([]rune(value)) > 255 {
			return "", ""
		}
		return "[" + f.ref + "] = " + literal(value), ""
	}
	return "", "a field of type " + f.typ + " cannot be searched for a value; use one of one line of text, or tags"
}
