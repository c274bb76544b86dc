package mapping

import "duplex/core"

// valueTable is a rule's table as one side's writes use it, in file order: texts of the source and what is written for
// them. Nil: the direction has no table.
type valueTable []valueRow

// valueRow is one line. Leave: the written side keeps what it has.
type valueRow struct {
	from, to string
	leave    bool
}

// find is the first row that fits; letters' case counts only where another row fits better with it.
func (t valueTable) find(v core.Value) (valueRow, bool) {
	for _, fits := range []func(core.Value, string) bool{matches, matchesFolded} {
		for _, row := range t {
			if fits(v, row.from) {
				return row, true
			}
		}
	}
	return valueRow{}, false
}

// values reads a rule's table: one from side A to side B that is read backwards on the way back, or one per written side.
func (c *compiler) values(n *node, fields [2]Field, flow core.Flow) [2]valueTable {
	var out [2]valueTable
	if n == nil {
		return out
	}
	if perSide(n) {
		for _, e := range n.entries {
			to, ok := c.sideKey(e)
			switch {
			case ok && !flow.Allows(to):
				c.r.atf(e.value, "the rule writes nothing to %s, so a table for it has no meaning", e.key)
				c.r.code(CodeNoMeaning)
			case ok:
				out[to] = c.rows(e.value, fields, to)
			}
		}
		return out
	}
	out[core.B] = c.rows(n, fields, core.B)
	out[core.A] = valueTable{}
	for _, row := range out[core.B] {
		if !row.leave { // what leaves the other side alone is the meaning of nothing there
			out[core.A] = append(out[core.A], valueRow{from: row.to, to: row.from})
		}
	}
	return out
}

// perSide tells a table per written side from a single one: all keys are sides, all values tables.
func perSide(n *node) bool {
	for _, e := range n.entries {
		if e.value.shape != mapped {
			return false
		}
	}
	return len(n.entries) > 0
}

// rows reads one table towards a side.
func (c *compiler) rows(n *node, fields [2]Field, to core.Side) valueTable {
	from := to.Other()
	t := make(valueTable, 0, len(n.entries))
	for _, e := range n.entries {
		if e.value.shape == mapped {
			c.r.atf(e.value, "is a table within a table; a table per written side has the keys %s and %s and nothing beside them", c.names[0], c.names[1])
			c.r.code(CodeWrongType)
			continue
		}
		row := valueRow{from: e.key, to: e.value.text, leave: e.value.isNull()}
		c.option(&node{file: e.value.file, path: e.value.path, line: e.line, column: e.column}, row.from, c.names[from], fields[from].one())
		if !row.leave {
			c.option(e.value, row.to, c.names[to], fields[to].one())
		}
		t = append(t, row)
	}
	return t
}
