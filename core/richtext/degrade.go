package richtext

import (
	"strconv"
	"strings"
	"time"
)

// degrade returns what a reader sees of n where parent cannot hold it: the
// nearest thing it can hold, and never nothing.
func (f *fitter) degrade(parent Kind, n Node) []Node {
	switch n.Kind {
	case Heading:
		f.lose("heading", "text")
		return f.fitBlock(parent, Node{Kind: Paragraph, Children: strengthen(n.Children)})
	case CodeBlock:
		f.lose("codeBlock", "text")
		return f.fitBlock(parent, Node{Kind: Paragraph, Children: cleanTextNode(nil, n.Text, nil)})
	case Rule:
		f.lose("rule", "text")
		return f.fitBlock(parent, paragraphOf("———"))
	case Quote:
		f.lose("quote", "text")
		return quoteLines(f.fitAll(parent, n.Children))
	case Panel:
		if f.block(parent, Quote) {
			f.lose("panel", "quote")
			return f.fitBlock(parent, Node{Kind: Quote, Children: n.Children})
		}
		f.lose("panel", "text")
		return f.fitAll(parent, n.Children)
	case Expand:
		f.lose("expand", "text")
		blocks := n.Children
		if n.Name != "" {
			title := Node{Kind: Paragraph, Children: strengthen([]Node{{Kind: Text, Text: n.Name}})}
			blocks = append([]Node{title}, blocks...)
		}
		return f.fitAll(parent, blocks)
	case TaskList:
		if f.block(parent, BulletList) {
			f.lose("taskList", "list")
			return f.fitBlock(parent, Node{Kind: BulletList, Children: f.each(n.Children, func(item *Node) {
				item.Children = boxed(*item)
			})})
		}
		return f.listLines(parent, n)
	case BulletList, OrderedList:
		return f.listLines(parent, n)
	case Table:
		f.lose("table", "text")
		var out []Node
		for _, row := range n.Children {
			var line []Node
			for i, cell := range row.Children {
				if i > 0 {
					line = append(line, Node{Kind: Text, Text: " | "})
				}
				line = f.flattenInto(line, cell.Children, Node{Kind: Text, Text: " "})
			}
			out = append(out, paragraphs(line)...)
		}
		return f.fitAll(parent, out)
	}
	return f.fitAll(parent, n.Children)
}

func (f *fitter) fitAll(parent Kind, nodes []Node) []Node {
	var out []Node
	for _, n := range nodes {
		if fitted := f.fitBlock(parent, n); out == nil {
			out = fitted // what is nested is not copied at every level
		} else {
			out = appendNodes(out, fitted)
		}
	}
	return out
}

// listLines turns a list into one paragraph with a line per item; what is
// nested in an item is indented under it.
func (f *fitter) listLines(parent Kind, n Node) []Node {
	f.lose(string(n.Kind), "text")
	return f.fitAll(parent, paragraphs(f.listText(n)))
}

func (f *fitter) listText(n Node) []Node {
	var out []Node
	for i, item := range n.Children {
		mark := "- "
		switch {
		case n.Kind == OrderedList:
			mark = strconv.Itoa(n.Level+i) + ". "
		case n.Kind == TaskList:
			mark = "- " + box(item.Checked)
		}
		if i > 0 {
			out = append(out, Node{Kind: HardBreak})
		}
		out = append(out, Node{Kind: Text, Text: mark})
		out = append(out, indentLines(f.flatten(item.Children, Node{Kind: HardBreak}), "  ")...)
	}
	return out
}

// flatten returns blocks as inline content, one block from the next by sep.
func (f *fitter) flatten(blocks []Node, sep Node) []Node { return f.flattenInto(nil, blocks, sep) }

// flattenInto appends what flatten returns, so that nothing is copied up level by level.
func (f *fitter) flattenInto(out, blocks []Node, sep Node) []Node {
	for i, b := range blocks {
		if i > 0 {
			out = appendNode(out, sep)
		}
		switch b.Kind {
		case Paragraph, Heading:
			for _, n := range b.Children {
				out = appendNode(out, n)
			}
		case BulletList, OrderedList, TaskList:
			f.lose(string(b.Kind), "text")
			out = append(out, f.listText(b)...)
		case CodeBlock:
			f.lose("codeBlock", "text")
			out = cleanTextNode(out, b.Text, nil)
		case Rule:
			out = appendNode(out, Node{Kind: Text, Text: "———"})
		case Row:
			out = f.flattenInto(out, b.Children, Node{Kind: Text, Text: " | "})
		case Table:
			f.lose("table", "text")
			out = f.flattenInto(out, b.Children, sep)
		case Cell, Item:
			out = f.flattenInto(out, b.Children, sep)
		default:
			f.lose(string(b.Kind), "text")
			if b.Name != "" && b.Kind == Expand {
				out = append(out, Node{Kind: Text, Text: b.Name}, sep)
			}
			out = f.flattenInto(out, b.Children, sep)
		}
	}
	return out
}

// degradeInline returns n as text.
func (f *fitter) degradeInline(n Node) Node {
	t := Node{Kind: Text, Marks: n.Marks}
	switch n.Kind {
	case Mention:
		t.Text = "@" + firstOf(n.Text, n.ID)
	case Emoji:
		if t.Text = n.Text; t.Text != "" {
			return t // the character itself: nothing is lost
		}
		t.Text = n.Name
	case Date:
		ms, _ := strconv.ParseInt(n.Text, 10, 64)
		t.Text = time.UnixMilli(ms).UTC().Format("2006-01-02")
	case Status:
		t.Text = "[" + n.Text + "]"
	case Image, File:
		t.Text = "[" + strings.TrimSuffix(string(n.Kind)+": "+n.Text, ": ") + "]"
		if !hasMark(t.Marks, Link) && schemeOf(n.URL) != "data" && schemeOf(n.URL) != "cid" {
			t.Marks = withMark(t.Marks, Mark{Link, n.URL})
		}
	}
	f.lose(string(n.Kind), "text")
	return t
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func paragraphOf(text string) Node {
	return Node{Kind: Paragraph, Children: []Node{{Kind: Text, Text: text}}}
}

func box(checked bool) string {
	if checked {
		return "☑ "
	}
	return "☐ "
}

// boxed returns the content of a task item with its state as a character.
func boxed(item Node) []Node {
	mark := Node{Kind: Text, Text: box(item.Checked)}
	if len(item.Children) > 0 && item.Children[0].Kind == Paragraph {
		first := Node{Kind: Paragraph, Children: append([]Node{mark}, item.Children[0].Children...)}
		return append([]Node{first}, item.Children[1:]...)
	}
	return append([]Node{{Kind: Paragraph, Children: []Node{mark}}}, item.Children...)
}

// strengthen returns inline nodes in bold.
func strengthen(nodes []Node) []Node {
	out := append([]Node(nil), nodes...)
	for i := range out {
		out[i].Marks = withMark(out[i].Marks, Mark{Kind: Strong})
	}
	return out
}

// quoteLines marks each line of the paragraphs among blocks, which have just
// been fitted, with ">". A mark that is there grows: quotes in quotes cost no
// copy each.
func quoteLines(blocks []Node) []Node {
	sign := Node{Kind: Text, Text: "> "}
	for i := range blocks {
		if blocks[i].Kind != Paragraph {
			continue
		}
		line := blocks[i].Children
		if eachLine(line, quoteSign) {
			eachLine(line, func(n *Node) bool { n.Text = deeper(n.Text); return true })
			continue
		}
		blocks[i].Children = append([]Node{sign}, afterBreaks(line, sign)...)
	}
	return blocks
}

// eachLine calls do with the first node of each line until it is false, and
// reports whether it was not.
func eachLine(nodes []Node, do func(*Node) bool) bool {
	for i := range nodes {
		if (i == 0 || nodes[i-1].Kind == HardBreak) && !do(&nodes[i]) {
			return false
		}
	}
	return len(nodes) > 0
}

// quoteSigns begins with the marks of a quote's line, however deep the quote.
var quoteSigns = strings.Repeat("> ", MaxDepth+1)

// deeper is a mark of one more quote. Those that are made here share their letters.
func deeper(sign string) string {
	if len(sign)+2 <= len(quoteSigns) && strings.HasPrefix(quoteSigns, sign) {
		return quoteSigns[:len(sign)+2]
	}
	return quoteSigns[:2] + sign
}

// quoteSign reports whether n is nothing but the marks of a quote's line.
func quoteSign(n *Node) bool {
	return n.Kind == Text && n.Marks == nil && strings.HasPrefix(n.Text, "> ") && (strings.HasPrefix(quoteSigns, n.Text) || strings.Trim(n.Text, "> ") == "")
}

func indentLines(nodes []Node, indent string) []Node {
	return afterBreaks(nodes, Node{Kind: Text, Text: indent})
}

// afterBreaks returns nodes with sign at the start of each line but the first.
func afterBreaks(nodes []Node, sign Node) []Node {
	var out []Node
	for _, n := range nodes {
		out = append(out, n)
		if n.Kind == HardBreak {
			out = append(out, sign)
		}
	}
	return out
}
