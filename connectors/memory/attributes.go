package memory

import (
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// attributes are the read-only fields with dotted names: what is known of the person or the item that a field names. A read
// shows them only when it asks for them by name.
func attributes(fields []connectors.Field) []connectors.Field {
	var out []connectors.Field
	add := func(of, what connectors.Field) {
		out = append(out, connectors.Field{Name: of.Name + "." + what.Name, Label: of.Label + ": " + what.Label, Kind: what.Kind, Options: what.Options, ReadOnly: true})
	}
	for _, f := range fields {
		switch f.Kind {
		case core.KindUser:
			add(f, connectors.Field{Name: "email", Label: "e-mail", Kind: core.KindString})
			add(f, connectors.Field{Name: "name", Label: "name", Kind: core.KindString})
		case core.KindReference:
			for _, g := range fields {
				switch g.Kind {
				case core.KindReference, core.KindSet, core.KindList, core.KindText:
				default:
					add(f, g)
				}
			}
		}
	}
	return out
}

// attribute is what a dotted name shows of an item; absent where the system has no such name. The caller holds the lock.
func (s *System) attribute(it *item, name string) core.Value {
	for _, f := range s.fields {
		what, ok := strings.CutPrefix(name, f.Name+".")
		i := slices.IndexFunc(s.attributes, func(a connectors.Field) bool { return a.Name == name })
		if !ok || i < 0 {
			continue
		}
		none := core.Empty(s.attributes[i].Kind)
		v := it.fields[f.Name]
		switch f.Kind {
		case core.KindUser:
			if what == "email" {
				return core.String(v.Email())
			}
			return core.String(v.Name())
		case core.KindReference:
			other, err := s.find(v.ID())
			if err != nil {
				return none
			}
			if shown, ok := s.observe(other, connectors.Want{}).Fields[what]; ok {
				return shown
			}
		}
		return none
	}
	return core.Absent()
}
