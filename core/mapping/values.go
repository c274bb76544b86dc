package mapping

import (
	"fmt"
	"strings"

	"duplex/core"
)

// uncovered warns of options that a change could choose and the table does not name.
func (c *compiler) uncovered(n, defaults *node, t [2]valueTable, fields [2]Field, flow core.Flow) {
	for _, from := range core.Sides {
		to := from.Other()
		if t[to] == nil || !flow.Allows(to) || defaults.has(c.names[to]) || fields[from].isMany() {
			continue
		}
		var missing []string
		for _, o := range fields[from].Options {
			if _, ok := t[to].find(o); !ok {
				missing = append(missing, o.String())
			}
		}
		if len(missing) > 0 {
			c.warnings.at(n, fmt.Sprintf("%s of %s can also be %s: such a value waits until it is added here, or a default for %s",
				fields[from].Name, c.names[from], strings.Join(missing, ", "), c.names[to]))
			c.warnings.code(CodeUncovered)
		}
	}
}

// defaults reads default: {<side>: value}, and the sides that are left alone instead.
func (c *compiler) defaults(n *node, fields [2]Field, flow core.Flow) (out [2]core.Value, leave [2]bool) {
	if n == nil {
		return out, leave
	}
	for _, e := range n.entries {
		s, ok := c.sideKey(e)
		if !ok {
			continue
		}
		if !flow.Allows(s) {
			c.r.atf(e.value, "the rule writes nothing to %s, so a default for it has no meaning", e.key)
			c.r.code(CodeNoMeaning)
			continue
		}
		if leave[s] = e.value.isNull(); leave[s] {
			continue
		}
		element := fields[s].one()
		before := len(c.facts.all)
		c.option(e.value, e.value.text, e.key, element)
		if len(c.facts.all) > before && c.facts == c.r {
			continue
		}
		v, err := literal(e.value.text, element)
		switch {
		case err != nil:
			c.facts.atf(e.value, "%q %v", e.value.text, err)
		case fields[s].Kind == "" && strings.Contains(e.value.text, "@"):
			out[s] = core.Person("", e.value.text, "")
		default:
			out[s] = v
		}
	}
	return out, leave
}

// matching reads users for a rule between two fields; nil where the fields are known to hold no people.
func (c *compiler) matching(n *node, fields [2]Field) *people {
	var people [2]bool
	for _, s := range core.Sides {
		k := fields[s].Kind
		if fields[s].isMany() {
			k = fields[s].Of
		}
		people[s] = k == "" || k == core.KindUser
		if n != nil && !people[s] {
			c.facts.atf(n, "users is for fields that hold people, and %s of %s is %s", fields[s].Name, c.names[s], kindText(fields[s]))
			c.facts.code(CodeWrongType)
		}
	}
	if !people[0] || !people[1] {
		return nil
	}
	return c.users(n)
}
