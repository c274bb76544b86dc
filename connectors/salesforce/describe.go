package salesforce

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// Describe lists the object's fields as the account may see them, and the attributes of what they name. With RecordType in the
// scope, picklists have the values of that record type (vendor guide "User Interface API", picklist-values), where the organization answers that.
func (c *Connector) Describe(ctx context.Context, t connectors.ItemType) (connectors.Description, error) {
	s, err := c.schema(ctx, typeOf(t))
	if err != nil {
		return connectors.Description{}, err
	}
	limited, err := c.recordTypeValues(ctx, s, t.Scope)
	if err != nil {
		return connectors.Description{}, err
	}
	d := connectors.Description{Type: t}
	for _, f := range s.fields {
		out := connectors.Field{Name: f.name, Label: f.label, Kind: f.kind, Options: f.options, ReadOnly: !f.update, OnCreate: f.create, Required: f.required}
		if f.name != f.api {
			out.ID = f.api
		}
		if f.kind == core.KindSet {
			out.Of = core.KindOption
		}
		if f.kind == core.KindString || f.kind == core.KindText {
			out.MaxLen = f.length
		}
		if values, ok := limited[f.api]; ok {
			out.Options = values
		}
		d.Fields = append(d.Fields, out)
	}
	extras, err := c.attributeFields(ctx, s)
	if err != nil {
		return connectors.Description{}, err
	}
	d.Fields = append(d.Fields, extras...)
	return d, nil
}

// recordTypeValues are the picklist values of the scope's record type, by API name of the field; nil where the scope names none.
func (c *Connector) recordTypeValues(ctx context.Context, s *schema, scope map[string]string) (map[string][]core.Value, error) {
	want := scope["RecordType"]
	f, ok := s.byName("RecordType")
	if want == "" || !ok {
		return nil, nil
	}
	i := slices.IndexFunc(f.options, func(o core.Value) bool { return o.ID() == want || strings.EqualFold(o.Name(), want) })
	if i < 0 {
		return nil, connectors.Invalid(c.name+": describing "+s.object, "RecordType", "the account has no record type of that name; there are: "+optionNames(f.options))
	}
	var answer struct {
		Fields map[string]struct {
			Values []struct{ Value, Label string }
		} `json:"picklistFieldValues"`
	}
	err := c.call(ctx, "GET picklist-values", http.MethodGet, "/ui-api/object-info/"+s.object+"/picklist-values/"+f.options[i].ID(), nil, &answer)
	switch class := connectors.Class(err); {
	case class == "not-found" || class == "unsupported" || class == "invalid":
		return nil, nil // the organization's values are what is known
	case err != nil:
		return nil, c.fail("reading the picklist values of a record type", err)
	}
	out := map[string][]core.Value{}
	for api, list := range answer.Fields {
		for _, v := range list.Values {
			out[api] = append(out[api], core.Option(v.Value, v.Label))
		}
	}
	return out, nil
}

func optionNames(list []core.Value) string {
	var names []string
	for _, o := range list {
		names = append(names, o.Name())
	}
	return cmp.Or(strings.Join(names, ", "), "none")
}
