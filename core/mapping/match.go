package mapping

import (
	"fmt"

	"duplex/core"
)

// match reads by which fields an item and its twin know each other.
func (c *compiler) match(n *node) [2]string {
	var out [2]string
	if n == nil {
		return out
	}
	before := len(c.r.all)
	for _, e := range n.entries {
		if s, ok := c.sideKey(e); ok {
			out[s] = e.value.text
			c.matched(s, e.value)
		}
	}
	if len(c.r.all) > before {
		return [2]string{}
	}
	for _, s := range core.Sides {
		if out[s] == "" {
			c.r.atf(n, "%s is missing: a match names a field of both sides, or id or key of one", c.names[s])
			return [2]string{}
		}
	}
	if own(out[core.A]) && own(out[core.B]) {
		c.r.at(n, "one of the two has to be a field that holds the id or key of the other side's item")
		c.r.code(CodeWrongValue)
		return [2]string{}
	}
	return out
}

// matched checks one side's field of a match.
func (c *compiler) matched(s core.Side, n *node) {
	if own(n.text) {
		return
	}
	f, ok := c.desc[s].find(n.text)
	if c.desc[s] != nil && !ok {
		names := append(c.desc[s].names(), core.MatchID, core.MatchKey)
		c.facts.suggest(n, fmt.Sprintf("%s has no field %q", c.m.Connection.Sides[s].System, n.text), Nearest(n.text, names))
		c.facts.code(CodeUnknownField)
		return
	}
	switch f.Kind {
	case "", core.KindString, core.KindNumber, core.KindSet, core.KindReference:
	default:
		c.facts.atf(n, "a field of kind %s cannot name an item; use a field that holds plain text or a number", f.Kind)
		c.facts.code(CodeNoConversion)
		return
	}
	c.read(s, n.text)
}

// own tells the item's own id or key from a field.
func own(name string) bool { return name == core.MatchID || name == core.MatchKey }
