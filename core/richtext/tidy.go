package richtext

// maxListNumber is the largest first number of an ordered list: CommonMark
// allows nine digits.
const maxListNumber = 999999999

// tidy returns d in canonical form: proper structure (items in lists, cells
// in rows, blocks in containers), no empty blocks, bounded depth, clean
// inline content. It is idempotent, and every codec relies on it: two
// documents that look alike to a reader are the same tree.
func tidy(d Doc) Doc { return Doc{Blocks: tidyBlocks(d.Blocks, 0), Lost: d.Lost} }

func tidyBlocks(nodes []Node, depth int) []Node {
	if isTidyLine(nodes) {
		return nodes
	}
	b := blockTidier{out: make([]Node, 0, len(nodes))}
	b.add(nodes, depth)
	b.endLine()
	if len(b.out) == 0 {
		return nil
	}
	return b.out
}

// isTidyLine reports whether nodes are one paragraph that is tidy as it is, as most cells and items are.
func isTidyLine(nodes []Node) bool {
	if len(nodes) != 1 || nodes[0].Kind != Paragraph || !tidyText(nodes[0].Children) {
		return false
	}
	n := &nodes[0]
	return n.Text == "" && n.Marks == nil && n.Name == "" && n.ID == "" && n.URL == "" && n.Level == 0 && !n.Checked && !n.Header && n.Colspan == 0 && n.Rowspan == 0
}

// blockTidier collects tidy blocks of one container. line holds inline nodes
// that stand between blocks: together they are a paragraph.
type blockTidier struct {
	out  []Node
	line []Node
}

// add appends nodes as blocks. Containers beyond MaxDepth add their content
// to this one, without copies, so that deep input stays linear work.
func (b *blockTidier) add(nodes []Node, depth int) {
	for i := 0; i < len(nodes); i++ {
		n := nodes[i]
		if n.isInline() {
			j := i + 1
			for j < len(nodes) && nodes[j].isInline() {
				j++
			}
			if b.line == nil {
				b.line = nodes[i:j:j]
			} else {
				b.line = append(b.line, nodes[i:j]...)
			}
			i = j - 1
			continue
		}
		b.endLine()
		if n.isContainer() && depth >= MaxDepth {
			if n.Kind == Expand && n.Name != "" {
				b.line = append(b.line, Node{Kind: Text, Text: n.Name})
				b.endLine()
			}
			b.add(n.Children, depth)
			b.endLine()
			continue
		}
		b.block(n, depth)
	}
}

func (b *blockTidier) endLine() {
	if len(b.line) > 0 {
		b.paragraphs(b.line)
		b.line = nil
	}
}

// paragraphs appends inline nodes as tidy paragraphs.
func (b *blockTidier) paragraphs(nodes []Node) {
	if tidyText(nodes) {
		b.out = append(b.out, Node{Kind: Paragraph, Children: nodes})
		return
	}
	b.out = append(b.out, paragraphs(nodes)...)
}

func (b *blockTidier) block(n Node, depth int) {
	switch n.Kind {
	case Paragraph:
		b.paragraphs(n.Children)
	case Heading:
		if line := joinLines(tidyInline(n.Children)); len(line) > 0 {
			b.out = append(b.out, Node{Kind: Heading, Level: min(max(n.Level, 1), 6), Children: line})
		}
	case CodeBlock:
		if text := cleanCode(n.Text); text != "" {
			b.out = append(b.out, Node{Kind: CodeBlock, Text: text, Name: cleanLanguage(n.Name)})
		}
	case Rule:
		b.out = append(b.out, Node{Kind: Rule})
	case Quote, Panel, Expand:
		c := Node{Kind: n.Kind, Children: tidyBlocks(n.Children, depth+1)}
		if n.Kind == Panel {
			c.Name = panelName(n.Name)
		}
		if n.Kind == Expand {
			c.Name = cleanLine(n.Name)
		}
		if len(c.Children) > 0 || c.Name != "" && n.Kind == Expand {
			b.out = append(b.out, c)
		}
	case BulletList, OrderedList, TaskList:
		b.list(n, depth)
	case Table:
		b.table(n, depth)
	default: // an item, row or cell without its parent, or a kind unknown here
		b.add(n.Children, depth)
		b.endLine()
	}
}

func (b *blockTidier) list(n Node, depth int) {
	list := Node{Kind: n.Kind}
	if n.Kind == OrderedList {
		list.Level = min(max(n.Level, 0), maxListNumber)
	}
	list.Children = make([]Node, 0, len(n.Children))
	for _, c := range n.Children {
		item := Node{Kind: Item, Checked: c.Checked && n.Kind == TaskList && c.Kind == Item}
		if c.Kind == Item {
			item.Children = tidyBlocks(c.Children, depth+1)
		} else {
			item.Children = tidyBlocks([]Node{c}, depth+1)
		}
		if len(item.Children) > 0 {
			list.Children = append(list.Children, item)
		}
	}
	if len(list.Children) == 0 {
		return
	}
	// Two bullet lists in a row look like one, and Markdown cannot tell.
	if last := len(b.out) - 1; last >= 0 && b.out[last].Kind == n.Kind && n.Kind != OrderedList {
		b.out[last].Children = append(b.out[last].Children, list.Children...)
		return
	}
	b.out = append(b.out, list)
}

func (b *blockTidier) table(n Node, depth int) {
	table := Node{Kind: Table, Children: make([]Node, 0, len(n.Children))}
	for _, r := range n.Children {
		cells := r.Children
		if r.Kind != Row {
			cells = []Node{r}
		}
		row := Node{Kind: Row, Children: make([]Node, 0, len(cells))}
		for _, c := range cells {
			cell := Node{Kind: Cell}
			if c.Kind == Cell {
				cell.Header, cell.Colspan, cell.Rowspan = c.Header, cleanSpan(c.Colspan), cleanSpan(c.Rowspan)
				cell.Children = tidyBlocks(c.Children, depth+1)
			} else if cell.Children = tidyBlocks([]Node{c}, depth+1); len(cell.Children) == 0 {
				continue
			}
			row.Children = append(row.Children, cell)
		}
		if len(row.Children) > 0 {
			table.Children = append(table.Children, row)
		}
	}
	if len(table.Children) > 0 {
		b.out = append(b.out, table)
	}
}

// cleanSpan bounds a column or row span as browsers do; 0 stands for one.
func cleanSpan(n int) int {
	if n <= 1 {
		return 0
	}
	return min(n, 1000)
}

// panelName maps the panel types of all systems to the six of the tree.
func panelName(s string) string {
	switch s {
	case "note", "tip", "success", "warning", "error":
		return s
	}
	return "info"
}

func (n Node) isInline() bool {
	switch n.Kind {
	case Text, HardBreak, Mention, Emoji, Date, Status, Image, File:
		return true
	}
	return false
}

// isContainer reports whether n counts as a level of nesting.
func (n Node) isContainer() bool {
	switch n.Kind {
	case Quote, Panel, Expand, BulletList, OrderedList, TaskList, Table:
		return true
	}
	return false
}
