package mapping

import (
	"fmt"

	"duplex/core"
)

// unknown reads what is done about a person whom the written side does not know: for both sides, or per side.
func (c *compiler) unknown(n *node, p *people, rule *core.Rule) [2]core.UnknownPolicy {
	var out [2]core.UnknownPolicy
	if n == nil {
		return out
	}
	if p == nil {
		c.facts.at(n, "unknown is for fields that hold people")
		c.facts.code(CodeWrongType)
		return out
	}
	if n.shape == scalar || c.forBoth(n) {
		for _, to := range core.Sides {
			if rule.Flow.Allows(to) {
				out[to] = c.unknownOn(n, to)
			}
		}
		return out
	}
	for _, e := range n.entries {
		to, ok := c.sideKey(e)
		switch {
		case ok && !rule.Flow.Allows(to):
			c.r.atf(e.value, "the rule writes nothing to %s, so an unknown for it has no meaning", e.key)
			c.r.code(CodeNoMeaning)
		case ok:
			out[to] = c.unknownOn(e.value, to)
		}
	}
	return out
}

// onePerson checks that names and unknown people are about fields that hold one person.
func (c *compiler) onePerson(n *node, fields [2]Field) {
	var at []*node
	if u := n.get("unknown"); u != nil {
		at = append(at, u)
	}
	if users := n.get("users"); users != nil {
		for _, it := range users.items {
			if it.shape == scalar && it.text == "name" {
				at = append(at, it)
			}
		}
	}
	for _, f := range fields {
		for _, place := range at {
			if f.isMany() {
				c.facts.atf(place, "only for a field that holds one person, and %s holds several", f.Name)
				c.facts.code(CodeWrongType)
			}
		}
	}
}

// forBoth tells {field: NAME} from a policy per side.
func (c *compiler) forBoth(n *node) bool {
	return n.get("field") != nil && c.names[core.A] != "field" && c.names[core.B] != "field"
}

func (c *compiler) unknownOn(n *node, to core.Side) core.UnknownPolicy {
	if n.shape == scalar {
		return core.UnknownPolicy{Keep: n.text == "keep"}
	}
	field := n.get("field")
	if field == nil {
		return core.UnknownPolicy{}
	}
	f, ok := c.named(to, field)
	switch {
	case !ok:
		return core.UnknownPolicy{}
	case f.Kind != "" && f.Kind != core.KindString && f.Kind != core.KindText:
		c.facts.atf(field, "%s of %s is %s; a name goes into a field that holds text", f.Name, c.names[to], kindText(f))
		c.facts.code(CodeWrongType)
	case f.ReadOnly:
		c.facts.atf(field, "%s cannot be written", f.Name)
		c.facts.code(CodeReadOnly)
	}
	c.writeField(field, to, f.Name)
	c.read(to, f.Name)
	return core.UnknownPolicy{Field: f.Name}
}

// writeField notes that a rule writes a field beside its own, and reports whoever else writes it.
func (c *compiler) writeField(at *node, to core.Side, field string) {
	if first, ok := c.writes[to][field]; ok {
		c.r.at(at, fmt.Sprintf("%s of %s is already written by %s; two rules for one field would fight", field, c.names[to], first))
		c.r.code(CodeTwice)
		return
	}
	c.writes[to][field] = c.where(at)
}
