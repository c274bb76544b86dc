package salesforce

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// field is one field of an object that mappings may name.
type field struct {
	api, name, label, typ string
	kind                  core.Kind
	format                richtext.Format // of texts
	options               []core.Value    // the active values
	refs                  []string        // objects it may name
	length                int
	nillable, required    bool // required: a create does not go without it
	create, update        bool
}

// schema is an object as the account may see it.
type schema struct {
	object string
	fields []field
	keyAPI string // what people call a record: CaseNumber, Name
	unique map[string]bool
	// unreplicated objects are of those that Get Updated and Get Deleted do not know.
	unreplicated bool
}

func (s *schema) find(match func(field) bool) (field, bool) {
	if i := slices.IndexFunc(s.fields, match); i >= 0 {
		return s.fields[i], true
	}
	return field{}, false
}

func (s *schema) byName(name string) (field, bool) {
	return s.find(func(f field) bool { return f.name == name })
}

func (s *schema) byAPI(api string) (field, bool) {
	return s.find(func(f field) bool { return f.api == api })
}

// described is the vendor's answer about an object.
type described struct {
	Name          string
	Replicateable *bool // nil where it is not told
	Fields        []struct {
		Name, Label, Type, RelationshipName string
		Length                              int
		Nillable, DefaultedOnCreate         bool
		Createable, Updateable              bool
		Unique, HTMLFormatted               bool
		ReferenceTo                         []string
		PicklistValues                      []struct {
			Value, Label string
			Active       bool
		}
	}
	RecordTypeInfos []struct {
		RecordTypeID  string
		Name          string
		DeveloperName string
		Available     bool
		Master        bool
	}
}

// hidden are fields that say nothing about the work, or that change when somebody only looks.
var hidden = []string{"Id", "IsDeleted", "SystemModstamp", "LastViewedDate", "LastReferencedDate", "MasterRecordId", "Comments"}

// kinds are the field types that hold a value (vendor page "Field Types").
var kinds = map[string]core.Kind{
	"string": core.KindString, "phone": core.KindString, "url": core.KindString, "email": core.KindString, "combobox": core.KindString,
	"encryptedstring": core.KindString, "time": core.KindString, "textarea": core.KindText, "boolean": core.KindBool,
	"int": core.KindNumber, "long": core.KindNumber, "double": core.KindNumber, "currency": core.KindNumber, "percent": core.KindNumber,
	"date": core.KindDate, "datetime": core.KindDateTime, "picklist": core.KindOption, "multipicklist": core.KindSet, "reference": core.KindReference,
}

// schema describes an object, or takes what was read in the last minutes.
func (c *Connector) schema(ctx context.Context, object string) (*schema, error) {
	if !apiName.MatchString(object) {
		return nil, fmt.Errorf("%s: item type %q is no API name of an object: %w", c.name, object, connectors.ErrUnsupported)
	}
	if s, ok := c.schemas.Get(object); ok {
		return s, nil
	}
	var d described
	err := c.call(ctx, "GET describe", http.MethodGet, "/sobjects/"+object+"/describe", nil, &d)
	if connectors.Class(err) == "not-found" {
		err = fmt.Errorf("there is no object %s, or the account may not see it: an admin must look at its API name and permissions: %w", object, connectors.ErrDenied)
	}
	if err == nil && d.Name != object {
		err = connectors.Busy("describing "+object, "the answer describes something else", 0)
	}
	if err != nil {
		return nil, c.fail("describing "+object, err)
	}
	s := newSchema(d, c.mark)
	c.schemas.Put(object, s)
	return s, nil
}

func newSchema(d described, mark string) *schema {
	s := &schema{object: d.Name, unique: map[string]bool{}, unreplicated: d.Replicateable != nil && !*d.Replicateable}
	for _, f := range d.Fields {
		s.unique[f.Name] = f.Unique
		kind, ok := kinds[f.Type]
		if !ok || slices.Contains(hidden, f.Name) {
			continue
		}
		out := field{api: f.Name, name: f.Name, label: f.Label, typ: f.Type, kind: kind, refs: f.ReferenceTo, length: f.Length, nillable: f.Nillable,
			create: f.Createable, update: f.Updateable, required: f.Createable && !f.Nillable && !f.DefaultedOnCreate && f.Type != "boolean"}
		for _, v := range f.PicklistValues {
			if v.Active {
				out.options = append(out.options, core.Option(v.Value, v.Label))
			}
		}
		switch {
		case f.Type == "textarea" && f.HTMLFormatted:
			out.format = richtext.HTMLSalesforce
		case f.Type == "textarea":
			out.format = richtext.Plain
		case f.Type == "reference":
			out.name = cmp.Or(f.RelationshipName, f.Name)
			if slices.Contains(f.ReferenceTo, "User") {
				out.kind = core.KindUser
			}
		}
		if f.Name == "RecordTypeId" {
			out.kind, out.options = core.KindOption, nil
			for _, t := range d.RecordTypeInfos {
				if t.Available && !t.Master {
					out.options = append(out.options, core.Option(long(t.RecordTypeID), cmp.Or(t.DeveloperName, t.Name)))
				}
			}
		}
		if f.Name == mark || f.Type == "encryptedstring" { // what is encrypted is shown masked
			out.create, out.update, out.required = false, false, false
		}
		s.fields = append(s.fields, out)
	}
	for _, api := range []string{"CaseNumber", "Name", "Subject"} {
		if _, ok := s.byAPI(api); ok && s.keyAPI == "" {
			s.keyAPI = api
		}
	}
	return s
}

// objectOf is the object that a record's id belongs to, told by its first three letters (fact sheet, Ids).
func (c *Connector) objectOf(ctx context.Context, id string) (string, error) {
	if !isID(id) {
		return "", fmt.Errorf("%s: %q is no id of a record: %w", c.name, id, connectors.ErrNotFound)
	}
	prefix := id[:3]
	if prefix == "500" {
		return "Case", nil
	}
	object, known := c.prefixes.Get(prefix)
	if !known {
		if err := c.learnPrefixes(ctx, prefix); err != nil {
			return "", c.fail("reading the list of objects", err)
		}
		object, _ = c.prefixes.Get(prefix)
	}
	if object == "" {
		return "", fmt.Errorf("%s: no object has ids that begin with %s: %w", c.name, prefix, connectors.ErrNotFound)
	}
	return object, nil
}

// learnPrefixes remembers how the ids of every object begin, and that nothing the account may see begins with asked, unless something does.
func (c *Connector) learnPrefixes(ctx context.Context, asked string) error {
	var answer struct {
		Objects []struct {
			Name      string
			KeyPrefix string
		} `json:"sobjects"`
	}
	if err := c.call(ctx, "GET sobjects", http.MethodGet, "/sobjects", nil, &answer); err != nil {
		return err
	}
	c.prefixes.Put(asked, "")
	for _, o := range answer.Objects {
		if o.KeyPrefix != "" {
			c.prefixes.Put(o.KeyPrefix, o.Name)
		}
	}
	return nil
}

// schemaOf is the schema of a record's object.
func (c *Connector) schemaOf(ctx context.Context, id string) (*schema, error) {
	object, err := c.objectOf(ctx, id)
	if err != nil {
		return nil, err
	}
	return c.schema(ctx, object)
}

// typeOf is the object of an item type.
func typeOf(t connectors.ItemType) string { return cmp.Or(strings.TrimSpace(t.Type), "Case") }
