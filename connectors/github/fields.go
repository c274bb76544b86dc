package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"duplex/connectors"
	"duplex/core"
)

// fieldDefinition is one of the organization's issue fields.
type fieldDefinition struct {
	ID      int64
	Name    string
	Type    string `json:"data_type"`
	Options []struct {
		ID   int64
		Name string
	}

	called string // what mappings call it
}

// fieldValue is what an issue holds of one.
type fieldValue struct {
	FieldID int64 `json:"issue_field_id"`
	Value   json.RawMessage
	Single  *struct {
		ID   int64
		Name string
	} `json:"single_select_option"`
	Multi []struct {
		ID   int64
		Name string
	} `json:"multi_select_options"`
}

var fieldKinds = map[string]core.Kind{
	"text": core.KindString, "number": core.KindNumber, "date": core.KindDate, "single_select": core.KindOption, "multi_select": core.KindSet,
}

// absent tells that a resource is not there for a repository, or not for the account.
func absent(err error) bool {
	return errors.Is(err, connectors.ErrNotFound) || errors.Is(err, connectors.ErrDenied) && !errors.Is(err, connectors.ErrUnauthenticated)
}

// definitions are the issue fields of a repository's organization. A person's repository has none, and an account that may not read them sees none.
func (c *Connector) definitions(ctx context.Context, repo *repository) ([]fieldDefinition, error) {
	if repo.Owner.Type == "User" {
		return nil, nil
	}
	if fs, ok := c.defined.Get(repo.Owner.Login); ok {
		return fs, nil
	}
	var fs []fieldDefinition
	if _, err := c.read(ctx, "/orgs/"+repo.Owner.Login+"/issue-fields", nil, &fs); err != nil && !absent(err) {
		return nil, fmt.Errorf("%s: reading the issue fields: %w", c.name, err)
	}
	fs = slices.DeleteFunc(fs, func(f fieldDefinition) bool { return fieldKinds[f.Type] == "" })
	taken := map[string]bool{}
	for _, f := range standard(nil, nil) {
		taken[f.Name] = true
	}
	for i, f := range fs {
		fs[i].called = f.Name
		if taken[f.Name] {
			fs[i].called = f.Name + " (field)"
		}
		taken[fs[i].called] = true
	}
	c.defined.Put(repo.Owner.Login, fs)
	return fs, nil
}

func (f fieldDefinition) options() []core.Value {
	var out []core.Value
	for _, o := range f.Options {
		out = append(out, core.Option(fmt.Sprint(o.ID), o.Name))
	}
	return out
}

func (f fieldDefinition) describe() connectors.Field {
	d := connectors.Field{Name: f.called, Label: f.Name, ID: fmt.Sprint(f.ID), Kind: fieldKinds[f.Type], Options: f.options(), OnCreate: true}
	if d.Kind == core.KindSet {
		d.Of = core.KindOption
	}
	return d
}

// read is the value of a field, empty where the issue has none. What cannot be read is absent, so that it is never taken for a change.
func (f fieldDefinition) read(v *fieldValue) core.Value {
	kind := fieldKinds[f.Type]
	null := v == nil || len(v.Value) == 0 || string(v.Value) == "null"
	switch {
	case f.Type == "single_select" && v != nil && v.Single != nil:
		return core.Option(fmt.Sprint(v.Single.ID), v.Single.Name)
	case f.Type == "multi_select" && v != nil && len(v.Multi) > 0:
		var items []core.Value
		for _, o := range v.Multi {
			items = append(items, core.Option(fmt.Sprint(o.ID), o.Name))
		}
		return core.Set(items...)
	case null || kind == core.KindOption || kind == core.KindSet:
		return core.Empty(kind)
	}
	var text string
	if json.Unmarshal(v.Value, &text) != nil {
		text = string(v.Value)
	}
	switch kind {
	case core.KindNumber:
		n, err := core.Number(text)
		if err != nil {
			return core.Absent()
		}
		return n
	case core.KindDate:
		d, err := core.Date(text[:min(len(text), len("2006-01-02"))])
		if err != nil {
			return core.Absent()
		}
		return d
	}
	return core.String(text)
}

// write is the JSON value of a field, or why it cannot be written. Options are written by name (vendor page "Issue field values").
func (f fieldDefinition) write(v core.Value) (value any, why string) {
	if kind := fieldKinds[f.Type]; v.Kind() != kind {
		return nil, fmt.Sprintf("it takes a %s, not a %s", kind, v.Kind())
	}
	switch f.Type {
	case "number":
		return json.Number(v.Source()), ""
	case "single_select":
		o, why := connectors.Pick(f.options(), v)
		return o.Name(), why
	case "multi_select":
		names := []string{}
		for _, e := range v.Items() {
			o, why := connectors.Pick(f.options(), e)
			if why != "" {
				return nil, why
			}
			names = append(names, o.Name())
		}
		return names, ""
	}
	return v.Source(), ""
}

// customOf adds the values of issue fields that want asks for.
func (c *Connector) customOf(ctx context.Context, repo *repository, is issue, want connectors.Want, all map[string]core.Value) error {
	if want.Fields != nil && !slices.ContainsFunc(want.Fields, func(n string) bool { _, known := all[n]; return !known }) {
		return nil
	}
	defined, err := c.definitions(ctx, repo)
	if err != nil {
		return err
	}
	for _, f := range defined {
		var v *fieldValue
		for i := range is.Values {
			if is.Values[i].FieldID == f.ID {
				v = &is.Values[i]
			}
		}
		all[f.called] = f.read(v)
	}
	return nil
}
