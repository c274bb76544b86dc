package mapping

import (
	"fmt"
	"strings"
)

// include reads the files that are included, and then everything that rules can name: functions and tables, those of
// included files first, so that the file's own may use them.
func (c *compiler) include() {
	if list := c.root.get("include"); list != nil && !c.brokenUnder("include") {
		for _, n := range list.items {
			if root := c.includedFile(n); root != nil {
				c.included = append(c.included, root)
			}
		}
	}
	roots := append(append([]*node(nil), c.included...), c.root)
	for _, root := range roots {
		if functions := root.get("functions"); functions != nil {
			for _, e := range functions.entries {
				if m := signature.FindStringSubmatch(e.key); m != nil {
					c.heads[m[1]] = true
				}
			}
		}
	}
	for _, root := range roots {
		if tables := root.get("tables"); tables != nil {
			for _, e := range tables.entries {
				c.namedTable(e)
			}
		}
		if functions := root.get("functions"); functions != nil {
			for _, e := range functions.entries {
				if !c.brokenNode(e.value) {
					c.function(e)
				}
			}
		}
	}
}

func (c *compiler) includedFile(n *node) *node {
	src, ok := readNamed(c.r, n, c.env.Read)
	if !ok {
		return nil
	}
	r := &report{file: n.text}
	root := parse(r, src)
	if root != nil && len(r.all) == 0 {
		includeSchema().check(r, root)
	}
	c.shape = append(c.shape, r.all...)
	c.r.all = append(c.r.all, r.all...)
	if root == nil || root.shape != mapped {
		return nil
	}
	return root
}

func (c *compiler) namedTable(e entry) {
	if first, ok := c.tables[e.key]; ok {
		c.r.key(e, fmt.Sprintf("there is a table %s already, in %s", e.key, first.where()), "")
		c.r.code(CodeTwice)
		return
	}
	c.tables[e.key] = e.value
}

// table is the table that a rule's values are, or name; nil after reporting that there is none.
func (c *compiler) table(n *node) *node {
	if n == nil || n.shape != scalar {
		return n
	}
	t, ok := c.tables[n.text]
	if ok && c.brokenNode(t) {
		return nil
	}
	if !ok {
		names := sortedKeys(c.tables)
		text := fmt.Sprintf("there is no table %q; there are: %s", n.text, known(names))
		if len(names) == 0 {
			text = fmt.Sprintf("there is no table %q; write it under tables", n.text)
		}
		c.r.suggest(n, text, Nearest(n.text, names))
		c.r.code(CodeUnknownName)
		return nil
	}
	return t
}

// brokenNode reports that the schema found something wrong in a node, of whatever file.
func (c *compiler) brokenNode(n *node) bool {
	for _, d := range c.shape {
		if d.File == n.file && (d.Path == n.path || strings.HasPrefix(d.Path, n.path+".") || strings.HasPrefix(d.Path, n.path+"[")) {
			return true
		}
	}
	return false
}
