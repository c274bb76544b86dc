package core

import (
	"encoding/json"
	"strings"
)

// Equal reports whether two values mean the same on one side.
//
// Absent equals only absent. Two present, empty values are equal whatever their kind, because systems show an
// unset field in many ways. Options, users and references are compared by id where both have one, else by what
// else identifies them, so that a value named in a mapping ("High") equals the one a system shows (id 2, "High").
func Equal(a, b Value) bool {
	if a.IsAbsent() || b.IsAbsent() {
		return a.IsAbsent() && b.IsAbsent()
	}
	if a.IsEmpty() || b.IsEmpty() {
		return a.IsEmpty() && b.IsEmpty()
	}
	if a.kind == KindErased || b.kind == KindErased {
		return erasedEqual(a, b)
	}
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case KindDateTime:
		return a.Time().Equal(b.Time())
	case KindOption, KindReference:
		if a.id != "" && b.id != "" {
			return a.id == b.id
		}
		return a.name != "" && a.name == b.name
	case KindUser:
		if a.id != "" && b.id != "" {
			return a.id == b.id
		}
		if a.text != "" && b.text != "" {
			return strings.EqualFold(a.text, b.text)
		}
		return a.name != "" && a.name == b.name
	case KindText:
		return a.name == b.name && a.text == b.text
	case KindSet:
		return subset(a, b) && subset(b, a)
	case KindList:
		if len(a.items) != len(b.items) {
			return false
		}
		for i := range a.items {
			if !Equal(a.items[i], b.items[i]) {
				return false
			}
		}
		return true
	}
	return a.text == b.text
}

func subset(a, b Value) bool {
	for _, it := range a.items {
		if !b.Has(it) {
			return false
		}
	}
	return true
}

// Without is the set a less the elements of b.
func Without(a, b Value) Value {
	var keep []Value
	for _, it := range a.items {
		if !b.Has(it) {
			keep = append(keep, it)
		}
	}
	return Set(keep...)
}

// Union is the set of all elements of a and b.
func Union(a, b Value) Value {
	return Set(append(append([]Value(nil), a.items...), b.items...)...)
}

// key orders set elements; it never decides equality.
func (v Value) key() string {
	return string(v.kind) + "\x00" + v.id + "\x00" + v.name + "\x00" + v.text
}

// wire is the stored form of a Value. Its field names are part of the content hash: they never change.
type wire struct {
	Kind   Kind    `json:"kind"`
	Text   string  `json:"text,omitempty"`
	Format string  `json:"format,omitempty"`
	ID     string  `json:"id,omitempty"`
	Name   string  `json:"name,omitempty"`
	Email  string  `json:"email,omitempty"`
	Items  []Value `json:"items,omitempty"`
}

// MarshalJSON writes null for an absent value, so that absent and empty stay apart in storage.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.IsAbsent() {
		return []byte("null"), nil
	}
	w := wire{Kind: v.kind, ID: v.id, Items: v.items}
	switch v.kind {
	case KindUser:
		w.Email, w.Name = v.text, v.name
	case KindText:
		w.Text, w.Format = v.text, v.name
	default:
		w.Text, w.Name = v.text, v.name
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Value) UnmarshalJSON(b []byte) error {
	*v = Value{}
	if string(b) == "null" {
		return nil
	}
	var w wire
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*v = Value{kind: w.Kind, text: w.Text, id: w.ID, name: w.Name, items: w.Items}
	switch w.Kind {
	case KindUser:
		v.text = w.Email
	case KindText:
		v.name = w.Format
	}
	return nil
}
