package mapping

import (
	"fmt"
	"strings"

	"duplex/core"
)

// values reads a value table; keys are of side A, values of side B.
func (c *compiler) values(n *node, fields [2]Field) table {
	if n == nil {
		return nil
	}
	var elements [2]Field
	for _, s := range core.Sides {
		elements[s] = fields[s]
		if fields[s].isMany() {
			elements[s] = fields[s].element()
		}
	}
	t := make(table, 0, len(n.entries))
	for _, e := range n.entries {
		c.option(&node{path: e.value.path, line: e.line, column: e.column}, e.key, c.names[core.A], elements[core.A])
		c.option(e.value, e.value.text, c.names[core.B], elements[core.B])
		t = append(t, tableRow{e.key, e.value.text})
	}
	return t
}

// uncovered warns of options that a change could choose and the table does not name.
func (c *compiler) uncovered(n, defaults *node, t table, fields [2]Field, flow core.Flow) {
	for _, from := range core.Sides {
		to := from.Other()
		if n == nil || !flow.Allows(to) || defaults.get(c.names[to]) != nil || fields[from].isMany() {
			continue
		}
		var missing []string
		for _, o := range fields[from].Options {
			if _, ok := t.to(to, o); !ok {
				missing = append(missing, o.String())
			}
		}
		if len(missing) > 0 {
			c.warnings.at(n, fmt.Sprintf("%s of %s can also be %s: such a value waits until it is added here, or a default for %s",
				fields[from].Name, c.names[from], strings.Join(missing, ", "), c.names[to]))
		}
	}
}

// defaults reads default: {<side>: value}.
func (c *compiler) defaults(n *node, fields [2]Field, flow core.Flow) [2]core.Value {
	var out [2]core.Value
	if n == nil {
		return out
	}
	for _, e := range n.entries {
		s, ok := c.sideKey(e)
		if !ok {
			continue
		}
		if !flow.Allows(s) {
			c.r.atf(e.value, "the rule writes nothing to %s, so a default for it has no meaning", e.key)
			continue
		}
		element := fields[s]
		if element.isMany() {
			element = element.element()
		}
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
	return out
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
		}
	}
	if !people[0] || !people[1] {
		return nil
	}
	return c.users(n)
}
