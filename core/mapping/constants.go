package mapping

import "duplex/core"

// constant reads the value of a rule that writes the same to every item.
func (c *compiler) constant(n *node, to core.Side, f Field) (core.Value, bool) {
	several := n.shape == listed
	if several && !f.isMany() && f.Kind != "" {
		c.facts.atf(n, "%s holds one value, not a list", f.Name)
		c.facts.code(CodeWrongType)
		return core.Value{}, false
	}
	given := []*node{n}
	if several {
		given = n.items
	}
	var items []core.Value
	for _, g := range given {
		before := len(c.facts.all)
		c.option(g, g.text, c.names[to], f.one())
		if len(c.facts.all) > before && c.facts == c.r {
			return core.Value{}, false
		}
		v, err := literal(g.text, f.one())
		if err != nil { // told above
			return core.Value{}, false
		}
		if b, ok := g.value.(bool); ok && f.Kind == "" {
			v = core.Bool(b)
		}
		items = append(items, v)
	}
	switch {
	case f.isMany():
		return many(f.Kind, items), true
	case several:
		return core.Set(items...), true
	}
	return items[0], true
}

// constant is the conversion of a rule with value.
func constant(v core.Value) func(core.ConvertInput) (core.Value, error) {
	return func(in core.ConvertInput) (core.Value, error) {
		if !in.Target.IsAbsent() && same(v, in.Target) {
			return in.Target, nil
		}
		return v, nil
	}
}
