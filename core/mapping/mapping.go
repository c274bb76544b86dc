package mapping

import (
	"fmt"
	"sort"

	"duplex/core"
)

// Mapping is one compiled connection file. It is immutable and safe for use by many goroutines.
type Mapping struct {
	// Connection holds the sides and policies. Its Version is 0: the store numbers versions.
	Connection core.Connection
	// Rules are in file order, with their Convert functions set for every side they may write.
	Rules []core.Rule
	// Warnings are what is allowed and probably not meant, by position.
	Warnings Diagnostics

	starts    [2]*expression // nil: no condition
	mentions  *people
	fields    [2][]string
	kinds     [2]map[string]core.Kind
	described [2]*Description // nil: the system was not asked
}

// Starts reports whether an item of the side may begin a pair, and in plain words why not. It holds for items that are in
// no pair yet: an item that leaves its scope or condition later stays paired. The error is for the mapping's author and
// holds no content of the item.
func (m *Mapping) Starts(side core.Side, o *core.Observation) (bool, string, error) {
	s := m.Connection.Sides[side]
	switch {
	case !s.Starts:
		return false, fmt.Sprintf("items of %s do not start a pair", s.Name), nil
	case o.OwnItem:
		return false, "the item was created by duplex itself", nil
	case o.Ref.Type != "" && o.Ref.Type != s.Type:
		return false, fmt.Sprintf("the item is of type %s, not %s", o.Ref.Type, s.Type), nil
	}
	if why := m.Outside(side, o); why != "" {
		return false, why, nil
	}
	x := m.starts[side]
	if x == nil {
		return true, "", nil
	}
	yes, err := x.holds(inputs{item: o})
	if err != nil {
		return false, "", fmt.Errorf("sides.%s.start: %w", s.Name, err)
	}
	if !yes {
		return false, fmt.Sprintf("the start condition of %s does not hold", s.Name), nil
	}
	return true, "", nil
}

// Outside tells in plain words why an item of the side is not in its scope, "" when it is or when its fields do not show it.
func (m *Mapping) Outside(side core.Side, o *core.Observation) string {
	scope := m.Connection.Sides[side].Scope
	for _, key := range sortedKeys(scope) {
		if v := o.Field(key); !v.IsAbsent() && !inScope(v, scope[key]) {
			return fmt.Sprintf("the item is not in scope: its %s is not %s", key, scope[key])
		}
	}
	return ""
}

// inScope compares a field with what a scope names; of a set, any element.
func inScope(v core.Value, want string) bool {
	for _, it := range v.Items() {
		if inScope(it, want) {
			return true
		}
	}
	return matchesFolded(v, want)
}

// Fields are the fields that rules, expressions and scope read on a side, sorted: what a fetch has to ask for, and all
// that may cross.
func (m *Mapping) Fields(side core.Side) []string {
	return append([]string(nil), m.fields[side]...)
}

// Kind is the kind of a field as the mapping was compiled, "" when its system was not asked.
func (m *Mapping) Kind(side core.Side, field string) core.Kind { return m.kinds[side][field] }

// Rewritable reports whether a field can be written after the item was created, as far as is known.
func (m *Mapping) Rewritable(side core.Side, field string) bool {
	f, ok := m.described[side].find(field)
	return !ok || !f.ReadOnly
}

// Side is the position of a side by its name.
func (m *Mapping) Side(name string) (core.Side, bool) {
	for _, s := range core.Sides {
		if m.Connection.Sides[s].Name == name {
			return s, true
		}
	}
	return core.A, false
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
