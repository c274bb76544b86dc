package zendesk

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// customPrefix marks a custom field's id where its name is not known yet.
const customPrefix = "custom_field_"

// The words of the option fields (vendor page "Tickets").
var (
	statuses   = words("new", "open", "pending", "hold", "solved", "closed")
	priorities = words("urgent", "high", "normal", "low")
	types      = words("problem", "incident", "question", "task")
)

func words(ws ...string) []core.Value {
	vs := make([]core.Value, len(ws))
	for i, w := range ws {
		vs[i] = core.Option(w, w)
	}
	return vs
}

// systemFields are the fields every account has.
func systemFields(groups []core.Value) []connectors.Field {
	return []connectors.Field{
		{Name: "subject", Label: "Subject", Kind: core.KindString, OnCreate: true},
		{Name: "description", Label: "Description", Kind: core.KindText, ReadOnly: true, OnCreate: true, MaxLen: maxComment},
		{Name: "status", Label: "Status", Kind: core.KindOption, Options: statuses, OnCreate: true},
		{Name: "priority", Label: "Priority", Kind: core.KindOption, Options: priorities, OnCreate: true},
		{Name: "type", Label: "Type", Kind: core.KindOption, Options: types, OnCreate: true},
		{Name: "problem_id", Label: "Problem", Kind: core.KindReference, OnCreate: true},
		{Name: "tags", Label: "Tags", Kind: core.KindSet, Of: core.KindString, OnCreate: true},
		{Name: "assignee", Label: "Assignee", Kind: core.KindUser, OnCreate: true},
		{Name: "requester", Label: "Requester", Kind: core.KindUser, OnCreate: true},
		{Name: "group", Label: "Group", Kind: core.KindOption, Options: groups, OnCreate: true},
		{Name: "organization", Label: "Organization", Kind: core.KindOption, OnCreate: true},
		{Name: "external_id", Label: "External ID", Kind: core.KindString, ReadOnly: true},
		{Name: "due_at", Label: "Due", Kind: core.KindDateTime, OnCreate: true},
		{Name: "brand_id", Label: "Brand (id)", Kind: core.KindString, ReadOnly: true},
		{Name: "ticket_form_id", Label: "Form (id)", Kind: core.KindString, ReadOnly: true},
		{Name: "created_at", Label: "Created", Kind: core.KindDateTime, ReadOnly: true},
	}
}

// vendorName is what mappings call a property of the vendor's ticket.
func vendorName(property string) string {
	switch property {
	case "assignee_id", "requester_id", "group_id", "organization_id":
		return property[:len(property)-len("_id")]
	case "base":
		return ""
	case "comment", "comments", "value":
		return "description"
	}
	return property
}

// custom is one active custom field.
type custom struct {
	id      int64
	name    string // what mappings call it
	title   string
	kind    core.Kind
	typ     string // the vendor's type
	tag     string // of a checkbox
	options []core.Value
}

// schema is what the account's administrators defined.
type schema struct{ fields []custom }

func (s *schema) named(name string) (custom, bool) {
	for _, f := range s.fields {
		if f.name == name {
			return f, true
		}
	}
	return custom{}, false
}

func (s *schema) has(name string) bool {
	_, ok := s.named(name)
	return ok
}

// customKinds are the vendor's field types that hold a value (vendor page "Ticket Fields").
var customKinds = map[string]core.Kind{
	"text": core.KindString, "textarea": core.KindString, "regexp": core.KindString, "partialcreditcard": core.KindString,
	"integer": core.KindNumber, "decimal": core.KindNumber, "checkbox": core.KindBool, "date": core.KindDate,
	"tagger": core.KindOption, "multiselect": core.KindSet, "lookup": core.KindReference,
}

// schema reads the custom fields, or takes what was read in the last minutes.
func (c *Connector) schema(ctx context.Context) (*schema, error) {
	if s, ok := c.schemas.Get(""); ok {
		return s, nil
	}
	var answer struct {
		Fields []struct {
			ID      int64
			Type    string
			Title   string
			Active  bool
			Tag     string
			Options []struct{ Name, Value string } `json:"custom_field_options"`
		} `json:"ticket_fields"`
	}
	if _, err := c.http.JSON(ctx, http.MethodGet, "/api/v2/ticket_fields", nil, &answer); err != nil {
		return nil, fmt.Errorf("%s: reading the ticket fields: %w", c.name, err)
	}
	s := &schema{}
	for _, f := range answer.Fields {
		kind, ok := customKinds[f.Type]
		if !ok || !f.Active {
			continue
		}
		cf := custom{id: f.ID, title: f.Title, kind: kind, typ: f.Type, tag: f.Tag}
		for _, o := range f.Options {
			cf.options = append(cf.options, core.Option(o.Value, levels(o.Name)))
		}
		s.fields = append(s.fields, cf)
	}
	s.name()
	c.schemas.Put("", s)
	return s, nil
}

// levels is a nested option's name as options of several levels are written everywhere: "Hardware > Laptop". The vendor puts "::"
// between them.
func levels(name string) string {
	parts := strings.Split(name, "::")
	for i, p := range parts {
		parts[i] = strings.TrimSpace(p)
	}
	return strings.Join(parts, " > ")
}

// name gives each field its title, with the id where the title alone would not be unique.
func (s *schema) name() {
	used := map[string]int{}
	for _, f := range systemFields(nil) {
		used[f.Name]++
	}
	for _, f := range s.fields {
		used[f.title]++
	}
	for i, f := range s.fields {
		s.fields[i].name = f.title
		if used[f.title] > 1 {
			s.fields[i].name = fmt.Sprintf("%s (%d)", f.title, f.id)
		}
	}
}

// Describe lists the system fields and the active custom fields. Organizations are too many to list as options.
func (c *Connector) Describe(ctx context.Context, t connectors.ItemType) (connectors.Description, error) {
	if err := c.checkType(t.Type); err != nil {
		return connectors.Description{}, err
	}
	s, err := c.schema(ctx)
	if err != nil {
		return connectors.Description{}, err
	}
	groups, err := c.allGroups(ctx)
	if err != nil {
		return connectors.Description{}, err
	}
	extras, err := c.attributes(ctx)
	if err != nil {
		return connectors.Description{}, err
	}
	d := connectors.Description{Type: t, Fields: systemFields(groups)}
	own, err := c.ownStatuses(ctx)
	if err != nil {
		return connectors.Description{}, err
	}
	if options := statusOptions(own); len(options) > 0 && !s.has(customStatus) {
		d.Fields = append(d.Fields, connectors.Field{Name: customStatus, Label: "Status, as the account names it", Kind: core.KindOption, Options: options, OnCreate: true})
	}
	for _, f := range s.fields {
		field := connectors.Field{Name: f.name, Label: f.title, ID: fmt.Sprint(f.id), Kind: f.kind, Options: f.options, OnCreate: true}
		if f.kind == core.KindSet {
			field.Of = core.KindOption
		}
		if f.typ == "partialcreditcard" {
			field.ReadOnly, field.OnCreate = true, false
		}
		d.Fields = append(d.Fields, field)
	}
	for _, f := range extras.fields() {
		if _, taken := d.Find(f.Name); !taken {
			d.Fields = append(d.Fields, f)
		}
	}
	return d, nil
}
