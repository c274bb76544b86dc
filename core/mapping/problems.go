package mapping

import "duplex/core"

// problems reads where problems of a pair are told: note, or a field that no rule uses, so that it stays on its side.
func (c *compiler) problems(n *node) {
	if n == nil {
		return
	}
	for _, e := range n.entries {
		s, ok := c.sideKey(e)
		if !ok {
			continue
		}
		at := e.value.get("field")
		if at == nil {
			c.m.Connection.Problems[s] = core.ProblemNote{Note: true}
			continue
		}
		f, ok := c.named(s, at)
		if !ok {
			continue
		}
		switch {
		case f.ReadOnly:
			c.facts.atf(at, "%s cannot be written", f.Name)
			c.facts.code(CodeReadOnly)
		case f.Kind != "" && f.Kind != core.KindString && f.Kind != core.KindText:
			c.facts.atf(at, "%s does not hold text; name a text field, or write note", f.Name)
			c.facts.code(CodeNoConversion)
		case c.ruled(s, f.Name):
			c.r.atf(at, "%s is used by a rule, so the problem would be synced; name a field of its own, or write note", f.Name)
			c.r.code(CodeTwice)
		default:
			c.m.Connection.Problems[s] = core.ProblemNote{Field: f.Name}
		}
	}
}

func (c *compiler) ruled(s core.Side, field string) bool {
	for _, r := range c.m.Rules {
		if r.Fields[s] == field || contains(r.Parts[s], field) {
			return true
		}
	}
	return false
}
