package freshworks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"duplex/internal/httpx"
)

// schema is the fields of one type of item as the account has them.
type schema struct{ fields []Field }

func (s *schema) named(name string) (Field, bool) {
	for _, f := range s.fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// formField is a field as the account's form describes it. Freshdesk says type, Freshservice field_type.
type formField struct {
	Name      string
	Label     string
	Type      string
	FieldType string `json:"field_type"`
	Default   bool
	DefaultFS bool            `json:"default_field"`
	Needed    bool            `json:"required_for_agents"`
	Choices   json.RawMessage `json:"choices"`
	Nested    []nested        `json:"nested_ticket_fields"`
	NestedFS  []nested        `json:"nested_fields"`
	Dependent []nested        `json:"dependent_fields"`
}

type nested struct {
	Name  string
	Label string
	Level int
}

func (f formField) typ() string {
	if f.Type != "" {
		return f.Type
	}
	return f.FieldType
}

func (f formField) stock() bool {
	return f.Default || f.DefaultFS || strings.HasPrefix(f.typ(), "default_")
}

func (f formField) below() []nested { return slices.Concat(f.Nested, f.NestedFS, f.Dependent) }

// customShapes are the vendor's types of custom fields, without "custom_". Others hold nothing that can be synced.
var customShapes = map[string]Shape{"text": Line, "paragraph": Line, "url": Line, "phone_number": Line, "dropdown": Label, "checkbox": Flag,
	"number": Number, "decimal": Number, "date": Day, "date_time": Instant, "multi_select_dropdown": Labels, "nested_field": Label}

// schema reads the form of an item type, or takes what was read in the last minutes. Workspace "" is the account's own choice.
func (c *Connector) schema(ctx context.Context, it *Item, workspace string) (*schema, error) {
	if !c.p.Workspaces {
		workspace = ""
	}
	key := it.Type + " " + workspace
	if s, ok := c.schemas.Get(key); ok {
		return s, nil
	}
	q := url.Values{}
	if workspace != "" {
		q.Set("workspace_id", workspace)
	}
	var raw json.RawMessage
	if _, err := c.http.JSON(ctx, http.MethodGet, it.Form, nil, &raw, httpx.Query(q)); err != nil {
		return nil, fmt.Errorf("%s: reading the fields of a %s: %w", c.name, it.Type, err)
	}
	var form []formField
	if err := c.one(raw, it.FormMany, &form); err != nil {
		return nil, fmt.Errorf("%s: reading the fields of a %s: %w", c.name, it.Type, err)
	}
	s := &schema{fields: slices.Clone(it.Fields)}
	for _, f := range form {
		s.take(f)
	}
	c.schemas.Put(key, s)
	return s, nil
}

// take adds what the form says of a field.
func (s *schema) take(f formField) {
	options := choices(f.Choices, strings.HasSuffix(f.typ(), "status") || f.Name == "status")
	if i := s.stock(f); i >= 0 {
		own := &s.fields[i]
		own.Required = own.Required || f.Needed && own.Key != "requester_id"
		if own.Label == "" {
			own.Label = f.Label
		}
		s.options(i, options, 1)
		for n, sub := range f.below() {
			if j := slices.IndexFunc(s.fields, func(o Field) bool { return !o.Custom && o.Key == sub.Name }); j >= 0 {
				s.options(j, options, depth(sub, n))
			}
		}
		return
	}
	shape, known := customShapes[strings.TrimPrefix(f.typ(), "custom_")]
	if f.stock() || !known || f.Name == "" {
		return
	}
	s.add(Field{Key: f.Name, Label: f.Label, Shape: shape, Required: f.Needed, Custom: true,
		Whole: strings.HasSuffix(f.typ(), "number") && shape == Number, Long: shape == Line && !strings.HasSuffix(f.typ(), "_text")}, options, 1)
	for n, sub := range f.below() {
		s.add(Field{Key: sub.Name, Label: sub.Label, Shape: Label, Custom: true}, options, depth(sub, n))
	}
}

// depth is the level of the nth field below another; the first field is level 1.
func depth(sub nested, n int) int {
	if sub.Level > 1 {
		return sub.Level
	}
	return n + 2
}

// stock finds the vendor's own field that the form speaks of, -1 for none.
func (s *schema) stock(f formField) int {
	return slices.IndexFunc(s.fields, func(o Field) bool {
		named := o.Key == f.Name || o.Form == f.Name && f.Name != "" || o.Name == f.Name
		return named && !o.Custom && (f.stock() || !strings.HasPrefix(f.typ(), "custom_") && f.typ() != "nested_field")
	})
}

func (s *schema) options(i int, list []choice, depth int) {
	f := &s.fields[i]
	switch f.Shape {
	case Code:
		if own := coded(level(list, depth, true)); len(own) > 0 {
			f.Options = own
		}
	case Label, Labels:
		if own := level(list, depth, false); len(own) > 0 {
			f.Options = own
		}
	}
}

// add takes a custom field. It goes by the vendor's name; where that is a stock field's, with "custom_" before it.
func (s *schema) add(f Field, options []choice, depth int) {
	f.Name = f.Key
	if _, taken := s.named(f.Name); taken {
		f.Name = "custom_" + f.Key
	}
	if _, taken := s.named(f.Name); taken {
		return
	}
	s.fields = append(s.fields, f)
	s.options(len(s.fields)-1, options, depth)
}
