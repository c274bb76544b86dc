package mapping

import "duplex/core"

// Sides are the sides of a connection file as far as they can be read, whatever else is wrong with it: name, system, type and
// scope, in the order of the file.
func Sides(src []byte) []core.ConnectionSide {
	var out []core.ConnectionSide
	root := parse(&report{}, src)
	if root == nil {
		return nil
	}
	sides := root.get("sides")
	if sides == nil {
		return nil
	}
	for _, e := range sides.entries {
		s := core.ConnectionSide{Name: e.key, System: textOf(e.value.get("system")), Type: textOf(e.value.get("type"))}
		if scope := e.value.get("scope"); scope != nil {
			for _, k := range scope.entries {
				if s.Scope == nil {
					s.Scope = map[string]string{}
				}
				s.Scope[k.key] = k.value.text
			}
		}
		out = append(out, s)
	}
	return out
}
