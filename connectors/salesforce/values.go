package salesforce

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// read is a field's value. What is not in the row, or cannot be read, is absent, so that it is never taken for a change.
func (c *Connector) read(f field, raw json.RawMessage) core.Value {
	if len(raw) == 0 {
		return core.Absent()
	}
	if string(raw) == "null" {
		return core.Empty(f.kind)
	}
	s := strings.Trim(string(raw), `"`)
	if raw[0] == '"' {
		if json.Unmarshal(raw, &s) != nil {
			return core.Absent()
		}
	}
	if s == "" {
		return core.Empty(f.kind)
	}
	var v core.Value
	var err error
	switch f.kind {
	case core.KindString:
		v = core.String(s)
	case core.KindText:
		v = textValue(f.format, s)
	case core.KindBool:
		v = core.Bool(s == "true")
	case core.KindNumber:
		v, err = core.Number(s)
	case core.KindDate:
		v, err = core.Date(s)
	case core.KindDateTime:
		v = core.DateTime(instant(s))
	case core.KindOption:
		v = f.option(s)
	case core.KindSet:
		var list []core.Value
		for _, one := range strings.Split(s, ";") {
			list = append(list, f.option(one))
		}
		v = core.Set(list...)
	case core.KindUser:
		v = c.person(s)
	case core.KindReference:
		v = core.Reference(long(s), "")
	}
	if err != nil {
		return core.Absent()
	}
	return v
}

// option is a stored value with its label; one that the description does not list stands for itself.
func (f field) option(value string) core.Value {
	if f.typ == "reference" {
		value = long(value)
	}
	for _, o := range f.options {
		if o.ID() == value {
			return o
		}
	}
	return core.Option(value, value)
}

// textValue is a text in normal form. Long text areas come with line ends of two characters.
func textValue(format richtext.Format, s string) core.Value {
	if format == richtext.Plain {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	normal := richtext.Normal(format, s)
	if richtext.IsEmpty(format, normal) {
		return core.Empty(core.KindText)
	}
	return core.Text(string(format), normal)
}

var errEmptied = errors.New("it cannot be empty")

// write is what to send for a value. Its error is in words for the author of the mapping, or has a class.
func (c *Connector) write(ctx context.Context, f field, v core.Value) (any, error) {
	switch {
	case v.IsAbsent():
		return nil, errors.New("there is no value to write")
	case v.IsEmpty() && f.kind == core.KindBool:
		return false, nil // a checkbox is never empty
	case v.IsEmpty() && (!f.nillable || f.api == "OwnerId"):
		return nil, errEmptied
	case v.IsEmpty():
		return nil, nil
	}
	switch f.kind {
	case core.KindString, core.KindText:
		return f.writeText(v)
	case core.KindNumber:
		if v.Kind() != core.KindNumber {
			return nil, errors.New("it takes a number")
		}
		return json.Number(v.Source()), nil
	case core.KindBool:
		if v.Kind() != core.KindBool {
			return nil, errors.New("it takes true or false")
		}
		return v.Source() == "true", nil
	case core.KindDate:
		if t := v.Time(); v.Kind() == core.KindDate || v.Kind() == core.KindDateTime && !t.IsZero() {
			return t.Format(time.DateOnly), nil
		}
		return nil, errors.New("it takes a date")
	case core.KindDateTime:
		if t := v.Time(); !t.IsZero() {
			return stamp(t), nil
		}
		return nil, errors.New("it takes a date and time")
	case core.KindOption:
		return f.value(v)
	case core.KindSet:
		var values []string
		for _, one := range v.Items() {
			value, err := f.value(one)
			if err != nil {
				return nil, err
			}
			values = append(values, value)
		}
		return strings.Join(values, ";"), nil
	case core.KindUser:
		return c.owner(ctx, v)
	case core.KindReference:
		if id := cmp.Or(v.ID(), v.Source()); isID(id) {
			return long(id), nil
		}
		return nil, errors.New("it takes the id of a record")
	}
	return nil, errors.New("it cannot be written")
}

func (f field) writeText(v core.Value) (any, error) {
	s := v.Source()
	switch {
	case v.Kind() == core.KindText && f.kind == core.KindText && richtext.Format(v.Format()) != f.format:
		return nil, fmt.Errorf("it takes text of the format %s", f.format)
	case v.Kind() == core.KindString && f.format == richtext.HTMLSalesforce:
		s, _ = richtext.Convert(richtext.Plain, richtext.HTMLSalesforce, s)
	case v.Kind() != core.KindText && v.Kind() != core.KindString:
		return nil, errors.New("it takes text")
	}
	if n := utf8.RuneCountInString(s); f.length > 0 && n > f.length {
		return nil, fmt.Errorf("it holds %d characters, the text has %d", f.length, n)
	}
	return s, nil
}

// value is the picklist value that an option means: by its value, then by its label, then by a name that is a value or, in another case, a
// label. The label of one value may be another value.
func (f field) value(v core.Value) (string, error) {
	if v.Kind() != core.KindOption && v.Kind() != core.KindString {
		return "", errors.New("it takes one of its options")
	}
	name := cmp.Or(v.Name(), v.Source())
	for _, meant := range []func(core.Value) bool{
		func(o core.Value) bool { return v.ID() != "" && o.ID() == v.ID() },
		func(o core.Value) bool { return name != "" && o.Name() == name },
		func(o core.Value) bool { return name != "" && o.ID() == name },
		func(o core.Value) bool { return name != "" && strings.EqualFold(o.Name(), name) },
		func(o core.Value) bool { return v.ID() != "" && strings.EqualFold(o.Name(), v.ID()) },
	} {
		if i := slices.IndexFunc(f.options, meant); i >= 0 {
			return f.options[i].ID(), nil
		}
	}
	return "", fmt.Errorf("it has no such option; there are: %s", optionNames(f.options))
}

// body is what to send for the fields of a patch or a new record, by API name. A field that cannot be written is an InvalidError.
func (c *Connector) body(ctx context.Context, s *schema, fields map[string]core.Value, creating bool) (map[string]any, error) {
	out := map[string]any{}
	for name, v := range fields {
		f, ok := s.byName(name)
		if !ok {
			return nil, connectors.Invalid(s.object, name, "there is no such field, or the account may not see it")
		}
		if creating && !f.create || !creating && !f.update {
			return nil, connectors.Invalid(s.object, name, "it cannot be written")
		}
		if creating && v.IsEmpty() {
			continue
		}
		sent, err := c.write(ctx, f, v)
		if err != nil && connectors.Class(err) == "failed" {
			err = connectors.Invalid(s.object, name, err.Error())
		}
		if err != nil {
			return nil, err
		}
		out[f.api] = sent
	}
	return out, nil
}
