package salesforce

import (
	"context"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// attributeKinds are the kinds that a field of a named record is shown in.
var attributeKinds = []core.Kind{core.KindString, core.KindOption, core.KindBool, core.KindNumber, core.KindDate, core.KindDateTime}

// target is the object whose fields a reference brings along, "" for none: people, contacts, accounts and custom objects. A queue that
// owns a record has no attributes.
func (f field) target() string {
	for _, object := range []string{"User", "Contact", "Account"} {
		if slices.Contains(f.refs, object) {
			return object
		}
	}
	if len(f.refs) == 1 && strings.HasSuffix(f.refs[0], "__c") {
		return f.refs[0]
	}
	return ""
}

// attributeFields describes the attributes of an object's references. What the account may not describe brings none along.
func (c *Connector) attributeFields(ctx context.Context, s *schema) ([]connectors.Field, error) {
	var out []connectors.Field
	for _, f := range s.fields {
		object := f.target()
		if object == "" || f.name == "CreatedBy" || f.name == "LastModifiedBy" {
			continue
		}
		of, err := c.schema(ctx, object)
		switch class := connectors.Class(err); {
		case class == "denied" && !isUnauthenticated(err):
			continue
		case err != nil:
			return nil, err
		}
		for _, a := range of.fields {
			if slices.Contains(attributeKinds, a.kind) && a.api != c.mark && !slices.Contains(always, a.api) && a.api != "LastModifiedDate" {
				out = append(out, connectors.Field{Name: f.name + "." + a.name, Label: f.label + ": " + a.label, Kind: a.kind, Options: a.options, ReadOnly: true})
			}
		}
	}
	return out, nil
}

// addAttributes reads the attributes that want asks for by name: one call for each named record that was not read in the last minutes.
func (c *Connector) addAttributes(ctx context.Context, s *schema, r record, want connectors.Want, fields map[string]core.Value) error {
	asked := map[string][]string{} // by reference
	for _, name := range want.Fields {
		if base, attribute, ok := strings.Cut(name, "."); ok {
			asked[base] = append(asked[base], attribute)
		}
	}
	for base, names := range asked {
		f, ok := s.byName(base)
		object := f.target()
		if !ok || object == "" {
			continue
		}
		of, err := c.schema(ctx, object)
		if err != nil {
			return err
		}
		var columns []string
		for _, name := range names {
			if a, ok := of.byName(name); ok && slices.Contains(attributeKinds, a.kind) {
				columns = append(columns, a.api)
			}
		}
		slices.Sort(columns)
		named, err := c.namedRecord(ctx, object, long(r.text(f.api)), slices.Compact(columns))
		if err != nil {
			return err
		}
		for _, name := range names {
			a, ok := of.byName(name)
			switch {
			case !ok || !slices.Contains(attributeKinds, a.kind):
			case named == nil:
				fields[base+"."+name] = core.Empty(a.kind)
			default:
				if v := c.read(a, named[a.api]); !v.IsAbsent() {
					fields[base+"."+name] = v
				}
			}
		}
	}
	return nil
}

// namedRecord reads columns of a record; nil for none, for one that is gone and for a queue.
func (c *Connector) namedRecord(ctx context.Context, object, id string, columns []string) (record, error) {
	if id == "" || len(columns) == 0 || object == "User" && strings.HasPrefix(id, queuePrefix) {
		return nil, nil
	}
	key := object + "/" + id + "/" + strings.Join(columns, ",")
	if r, ok := c.records.Get(key); ok {
		return r, nil
	}
	list, err := c.rows(ctx, "query "+object, "SELECT Id, "+strings.Join(columns, ", ")+" FROM "+object+" WHERE Id = "+literal(id))
	if err != nil {
		return nil, c.fail("reading what a "+object+" field names", err)
	}
	var r record
	if len(list) > 0 {
		r = list[0]
	}
	c.records.Put(key, r)
	return r, nil
}
