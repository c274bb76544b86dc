package connectors

import "reflect"

// As is how a capability is found: c as I, one of the interfaces of capabilities.go, where the system it speaks to can do that. For most
// kinds that is what a type assertion says. A connector whose capabilities depend on its configuration has the methods of all of them, and
// says with Varies which count; so nobody but As asserts a capability (internal/arch holds that).
func As[I any](c any) (I, bool) {
	i, ok := c.(I)
	if v, varies := c.(Varies); ok && varies && !v.Has(reflect.TypeFor[I]().Name()) {
		var none I
		return none, false
	}
	return i, ok
}

// Varies is a connector whose capabilities are those of its configuration and not those of its type.
type Varies interface {
	// Has tells by the name of its interface whether there is a capability. The answer never changes.
	Has(capability string) bool
}
