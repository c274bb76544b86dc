package connectors

import (
	"slices"

	"duplex/core"
)

// Holds tells whether a field's value is the one that FieldFinder was asked for: the same text letter by letter, the same number, a
// reference by its id, or a set or list with such an element. Other kinds of fields name no item and hold nothing.
func Holds(v core.Value, value string) bool {
	switch v.Kind() {
	case core.KindSet, core.KindList:
		return slices.ContainsFunc(v.Items(), func(e core.Value) bool { return Holds(e, value) })
	case core.KindReference:
		return value != "" && v.ID() == value
	case core.KindString:
		return value != "" && v.Source() == value
	case core.KindNumber:
		n, err := core.Number(value)
		return err == nil && core.Equal(v, n)
	}
	return false
}
