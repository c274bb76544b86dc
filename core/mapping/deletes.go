package mapping

import (
	"fmt"

	"duplex/core"
)

// deletes reads what happens to a side's item when the other side's is deleted.
func (c *compiler) deletes(n *node) {
	conn := &c.m.Connection
	conn.Deletes = [2]core.DeletePolicy{core.DeleteUnlink, core.DeleteUnlink}
	if n == nil {
		return
	}
	for _, e := range n.entries {
		s, ok := c.sideKey(e)
		if !ok {
			continue
		}
		if fields := e.value.get("close"); fields != nil {
			conn.Deletes[s], conn.Close[s] = core.DeleteClose, c.closing(s, fields)
			continue
		}
		conn.Deletes[s] = core.DeletePolicy(e.value.text)
		if conn.Deletes[s] == core.DeleteClose {
			c.r.suggest(e.value, fmt.Sprintf("close has to say which fields of %s mean closed", e.key), "{close: {status: solved}}")
			c.r.code(CodeMissingKey)
		}
	}
}

// closing are the values that close an item of the side, checked like any constant that is written there.
func (c *compiler) closing(s core.Side, n *node) map[string]core.Value {
	out := map[string]core.Value{}
	for _, e := range n.entries {
		at := &node{path: e.value.path, line: e.line, column: e.column, text: e.key}
		f, ok := c.named(s, at)
		if !ok {
			continue
		}
		if f.ReadOnly {
			c.facts.atf(at, "%s cannot be written", f.Name)
			c.facts.code(CodeReadOnly)
			continue
		}
		if f.isMany() {
			c.facts.atf(at, "%s holds several values; name a field that holds one, such as the status", f.Name)
			c.facts.code(CodeWrongType)
			continue
		}
		before := len(c.facts.all)
		c.option(e.value, e.value.text, c.names[s], f)
		if len(c.facts.all) > before {
			continue
		}
		v, err := literal(e.value.text, f)
		if err != nil {
			c.facts.atf(e.value, "%q %v", e.value.text, err)
			continue
		}
		out[f.Name] = v
	}
	return out
}
