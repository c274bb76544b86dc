package richtext

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// reshapeWiki applies what the notation asks of content beyond kinds.
func reshapeWiki(f *fitter, parent Kind, blocks []Node) []Node {
	switch {
	case parent == Cell:
		blocks = f.oneParagraph(blocks)
	case isAnyList(parent):
		blocks = f.wikiItem(parent, blocks)
	}
	out := make([]Node, 0, len(blocks))
	for _, b := range blocks {
		switch b.Kind {
		case Paragraph, Heading:
			b.Children = f.wikiLine(b.Children)
		case Panel:
			if b.Name == "tip" {
				f.lose("panel colour", "success")
				b.Name = "success"
			}
		case CodeBlock:
			out = append(out, f.wikiCode(parent, b)...)
			continue
		case OrderedList:
			f.fromOne(&b)
			b.Children = f.hoistItems(b.Children)
		case BulletList:
			b.Children = f.hoistItems(b.Children)
			if slices.ContainsFunc(b.Children, hasBox) { // without its box an item may be empty
				out = append(out, tidyBlocks(splitTasks(b), 0)...)
				continue
			}
		case Table:
			b.Children = f.withoutSpans(b.Children)
		}
		out = append(out, b)
	}
	return out
}

// stillInWiki reports of plain texts, tables and numbered lists that
// reshapeWiki leaves them as they are.
func stillInWiki(parent Kind, blocks []Node) bool {
	if (parent == Cell || isAnyList(parent)) && len(blocks) > 1 {
		return false
	}
	for i := range blocks {
		switch b := &blocks[i]; b.Kind {
		case Paragraph, Heading:
			if slices.ContainsFunc(b.Children, func(n Node) bool { return n.Kind == Mention || n.Kind == File || n.Kind == Image }) {
				return false
			}
		case OrderedList:
			if b.Level != 1 || slices.ContainsFunc(b.Children, func(n Node) bool { return n.Children[0].Kind != Paragraph }) {
				return false
			}
		case Table:
			if haveSpans(b.Children) {
				return false
			}
		case Rule, Quote:
		default:
			return false
		}
	}
	return true
}

// haveSpans reports whether a cell of the rows takes more than one field.
func haveSpans(rows []Node) bool {
	return slices.ContainsFunc(rows, func(r Node) bool {
		return slices.ContainsFunc(r.Children, func(c Node) bool { return c.Colspan > 1 || c.Rowspan > 1 })
	})
}

// fromOne makes an ordered list start at one.
func (f *fitter) fromOne(list *Node) {
	if list.Level != 1 {
		f.lose("start number", "1")
		list.Level = 1
	}
}

// oneParagraph joins the paragraphs of a place that holds one.
func (f *fitter) oneParagraph(blocks []Node) []Node {
	var out []Node
	for i := 0; i < len(blocks); {
		j := i + 1
		for blocks[i].Kind == Paragraph && j < len(blocks) && blocks[j].Kind == Paragraph {
			j++
		}
		if j == i+1 {
			out = append(out, blocks[i])
		} else {
			var line []Node
			for k, b := range blocks[i:j] {
				if k > 0 {
					f.lose("paragraph", "line break")
					line = append(line, Node{Kind: HardBreak})
				}
				line = append(line, b.Children...)
			}
			out = append(out, Node{Kind: Paragraph, Children: joinLines(tidyInline(line))})
		}
		i = j
	}
	return out
}

// wikiItem returns the content of an item: after a list in it everything
// belongs to that list, so a list that others follow becomes lines of text.
func (f *fitter) wikiItem(parent Kind, blocks []Node) []Node {
	tail := len(blocks)
	for tail > 0 && isAnyList(blocks[tail-1].Kind) {
		tail--
	}
	var out []Node
	for i, b := range blocks {
		switch last := len(out) - 1; {
		case i < tail && isAnyList(b.Kind):
			out = append(out, f.listLines(parent, b)...)
		case b.Kind == OrderedList && last >= 0 && out[last].Kind == OrderedList:
			f.lose("orderedList", "list before it")
			out[last].Children = append(out[last].Children[:len(out[last].Children):len(out[last].Children)], b.Children...)
		default:
			out = append(out, b)
		}
	}
	return f.oneParagraph(out)
}

// hoistItems puts the items of a nested list in the place of an item that has
// no text of its own: without text there is nothing to nest them under.
func (f *fitter) hoistItems(items []Node) []Node {
	if !slices.ContainsFunc(items, func(n Node) bool { return len(n.Children) == 0 || isAnyList(n.Children[0].Kind) }) {
		return items
	}
	out := make([]Node, 0, len(items))
	for _, item := range items {
		for len(item.Children) > 0 && isAnyList(item.Children[0].Kind) {
			f.lose("item", "items of its list")
			list := item.Children[0]
			for _, inner := range list.Children {
				if list.Kind == TaskList {
					inner = Node{Kind: Item, Children: boxed(inner)}
				}
				out = appendNode(out, inner)
			}
			item.Children = item.Children[1:]
		}
		if len(item.Children) > 0 {
			out = appendNode(out, item)
		}
	}
	return out
}

// wikiCode returns a code block whose text does not end its own notation, as
// text where there is no such notation.
func (f *fitter) wikiCode(parent Kind, b Node) []Node {
	code, plain := strings.Contains(b.Text, "{code}"), strings.Contains(b.Text, "{noformat}")
	switch {
	case code && plain:
		return f.fitAll(parent, tidyBlocks(f.degrade(parent, b), 0))
	case code && b.Name != "":
		f.lose("language", "nothing")
		b.Name = ""
	}
	return []Node{b}
}

// wikiLine fits the nodes of one paragraph. A picture does not touch a word,
// or its beginning is read as an exclamation mark.
func (f *fitter) wikiLine(nodes []Node) []Node {
	if tidyText(nodes) {
		return nodes
	}
	space := Node{Kind: Text, Text: " "}
	out := make([]Node, 0, len(nodes))
	for i, n := range nodes {
		switch n.Kind {
		case Mention, File:
			if n.Kind == Mention {
				n.Text = "" // the reader sees the name the system has for it
			}
			if hasMark(n.Marks, Link) {
				f.lose("link", string(n.Kind))
				n.Marks = dropMark(n.Marks, Link)
			}
		case Image:
			if alt := cleanLine(wikiAlt.ReplaceAllString(n.Text, " ")); n.URL != "" && alt != n.Text {
				f.lose("alternative text", "letters of it")
				n.Text = alt
			}
		}
		if i > 0 && (n.Kind == Image || nodes[i-1].Kind == Image) && !apartInWiki(nodes[i-1], n) {
			f.lose(string(Image), "between spaces")
			out = appendNode(out, space)
		}
		out = appendNode(out, n)
	}
	return joinLines(tidyInline(out))
}

// apartInWiki reports whether what stands between two nodes keeps a picture
// from being read with its neighbour.
func apartInWiki(a, b Node) bool {
	if a.Kind == HardBreak || b.Kind == HardBreak {
		return true
	}
	before, after := "", ""
	if a.Kind == Text {
		before = a.Text[len(a.Text)-1:]
	}
	if b.Kind == Text {
		after = b.Text[:1]
	}
	return before == " " || after == " " || a.Marks == nil && before != "" && strings.Contains(",;:(", before) ||
		b.Marks == nil && after != "" && strings.Contains(".,;:)", after)
}

// withoutSpans returns rows in which every cell is one field: what a cell
// spanned beyond its first field is empty. Spans that would more than double
// a table are cut off.
func (f *fitter) withoutSpans(rows []Node) []Node {
	if !haveSpans(rows) {
		return rows
	}
	room := 0
	for _, r := range rows {
		room += len(r.Children)
	}
	below := map[int]int{} // column: how many rows the cell above still covers
	return f.each(rows, func(row *Node) {
		var cells []Node
		fill := func() {
			for below[len(cells)] > 0 {
				below[len(cells)]--
				cells = append(cells, Node{Kind: Cell})
			}
		}
		for _, c := range row.Children {
			fill()
			wide, high := max(c.Colspan, 1), max(c.Rowspan, 1)
			if c.Colspan > 1 {
				f.lose("colspan", "empty cells")
			}
			if c.Rowspan > 1 {
				f.lose("rowspan", "empty cells")
			}
			c.Colspan, c.Rowspan = 0, 0
			if wide*high-1 > room {
				wide, high = 1, 1
			}
			room -= wide*high - 1
			for i := range wide {
				below[len(cells)] = high - 1
				if i > 0 {
					c = Node{Kind: Cell, Header: c.Header}
				}
				cells = append(cells, c)
			}
		}
		fill()
		row.Children = cells
	})
}

func wordBefore(s string) bool {
	r, size := utf8.DecodeLastRuneInString(s)
	return size > 0 && wordRune(r)
}

func wordAfter(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	return size > 0 && wordRune(r)
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
