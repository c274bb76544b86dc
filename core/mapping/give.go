package mapping

import (
	"fmt"
	"strings"

	"duplex/core"
)

// Field is what the mapping's systems say of a field; false when its system was not asked.
func (m *Mapping) Field(side core.Side, name string) (Field, bool) {
	return m.described[side].find(name)
}

// Give reads a value that a person writes for a field: an option by its name or id, a person by e-mail address or id, a set
// with commas between its elements, the empty text for nothing. The error says what the field takes.
func Give(text string, f Field) (core.Value, error) {
	switch {
	case f.ReadOnly:
		return core.Value{}, fmt.Errorf("%s cannot be written", f.Name)
	case text == "" && f.Required:
		return core.Value{}, fmt.Errorf("%s cannot be empty", f.Name)
	case !f.isMany():
		return giveOne(text, f)
	}
	var items []core.Value
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		element := f.element()
		v, err := giveOne(part, element)
		if err != nil {
			return core.Value{}, err
		}
		items = append(items, v)
	}
	return many(f.Kind, items), nil
}

func giveOne(text string, f Field) (core.Value, error) {
	if f.Kind == core.KindOption && f.Options != nil && text != "" {
		if _, ok := f.option(text); !ok {
			err := fmt.Sprintf("%q is no option of %s; its options are: %s", text, f.Name, strings.Join(f.optionNames(), ", "))
			if near := Nearest(text, f.optionNames()); near != "" {
				err += fmt.Sprintf("; did you mean %q?", near)
			}
			return core.Value{}, fmt.Errorf("%s", err)
		}
	}
	v, err := literal(text, f)
	if err != nil {
		return core.Value{}, fmt.Errorf("%q %w", text, err)
	}
	return v, nil
}
