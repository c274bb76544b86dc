package rest

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// Describe lists the manifest's fields and those the system lists itself, with their options as far as they are known for the scope.
func (c *Connector) Describe(ctx context.Context, t connectors.ItemType) (connectors.Description, error) {
	_, it, v, err := c.in(t)
	if err != nil {
		return connectors.Description{}, err
	}
	fields, err := c.fields(ctx, it, v, nil)
	if err != nil {
		return connectors.Description{}, c.failed("reading the fields", err)
	}
	d := connectors.Description{Type: t}
	for _, name := range sortedKeys(fields) {
		f := fields[name]
		out := connectors.Field{Name: name, Label: f.Label, Kind: core.Kind(f.Kind), Of: core.Kind(f.Of), ReadOnly: f.readOnly(),
			Required: f.Required && !slices.Contains(it.Scope, name), OnCreate: f.OnCreate || !f.readOnly(), MaxLen: f.MaxLen}
		if f.Kind == "set" || f.Kind == "list" {
			out.Of = core.Kind(cmp.Or(f.Of, "string"))
		}
		if f.OnCreate {
			out.ReadOnly = true
		}
		if out.Options, err = c.options(ctx, f, v, false); err != nil && !errors.Is(err, connectors.ErrUnsupported) {
			return connectors.Description{}, c.failed("reading the options of "+name, err)
		}
		d.Fields = append(d.Fields, out)
	}
	return d, nil
}

// readOnly tells that there is nowhere to write the field.
func (f *Field) readOnly() bool { return f.ReadOnly || f.at() == "" }

// at is where the field is written.
func (f *Field) at() string { return cmp.Or(f.Write, f.At) }

// names are what the history, a refusal or a narrow read calls the field.
func (f *Field) vendorName() string {
	s := f.at()
	if i := strings.IndexByte(s, '['); i >= 0 {
		s = s[:i]
	}
	return s[strings.LastIndexByte(s, '.')+1:]
}

// fields are those of the manifest and those that the system lists. Where wanted names only fields of the manifest, the system is not
// asked.
func (c *Connector) fields(ctx context.Context, it *Item, v vars, wanted []string) (map[string]*Field, error) {
	more := it.MoreFields
	if more == nil || wanted != nil && !slices.ContainsFunc(wanted, func(n string) bool { return it.Fields[n] == nil }) {
		return it.Fields, nil
	}
	list, err := c.listed(ctx, &more.Request, v, false)
	if errors.Is(err, connectors.ErrDenied) && !errors.Is(err, connectors.ErrUnauthenticated) {
		return it.Fields, nil // only administrators may list them
	}
	if err != nil {
		return nil, err
	}
	out := map[string]*Field{}
	for _, x := range list {
		name, f, err := c.listedField(more, x)
		if err != nil {
			return nil, err
		}
		if f != nil && out[name] == nil {
			out[name] = f
		}
	}
	for name, f := range it.Fields {
		out[name] = f
	}
	return out, nil
}

var notInNames = regexp.MustCompile(`[^\pL\pN_]+`)

// listedField is a field that the system lists; nil for one that is left out.
func (c *Connector) listedField(more *MoreFields, x any) (string, *Field, error) {
	v := vars{"field": x, "settings": c.settings}
	if more.Only != nil {
		if is, err := more.Only.truth(v); err != nil || !is {
			return "", nil, err
		}
	}
	texts := map[*Expr]string{}
	for _, e := range []*Expr{more.Name, more.Label, more.ID, more.Kind, more.Of} {
		s, err := e.text(v)
		if err != nil {
			return "", nil, err
		}
		texts[e] = s
	}
	id, kind := texts[more.ID], texts[more.Kind]
	if id == "" || !slices.Contains(kinds, kind) {
		return "", nil, nil
	}
	holes := vars{"id": id, "settings": c.settings}
	f := &Field{Label: texts[more.Label], Kind: kind, Of: texts[more.Of], Empty: more.Empty}
	f.At, _ = filled(more.At, holes)
	f.List, _ = filled(more.List, holes)
	if h, ok := filled(more.History, holes); ok {
		f.History = []string{h}
	}
	var err error
	if f.Required, err = more.Required.truth(v); err != nil {
		return "", nil, err
	}
	options, listed, err := more.Options.list(v)
	if err != nil {
		return "", nil, err
	}
	if listed && (kind == "option" || f.Of == "option") {
		f.Options = &Options{}
		for _, o := range options {
			choice := Choice{ID: textOf(o), Name: textOf(o)}
			if m, ok := o.(map[string]any); ok {
				choice = Choice{ID: textOf(m["id"]), Name: cmp.Or(textOf(m["name"]), textOf(m["label"]), textOf(m["value"]))}
				choice.ID = cmp.Or(choice.ID, textOf(m["value"]))
			}
			f.Options.Inline = append(f.Options.Inline, choice)
		}
	}
	name := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(texts[more.Name]), "_"), "_")
	return name, f, nil
}

var kinds = []string{"string", "text", "number", "bool", "date", "datetime", "option", "user", "reference", "set", "list"}
