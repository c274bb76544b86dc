package richtext

import "slices"

// adfRefuses lists, per parent, the blocks that ADF does not allow there.
// Source: Atlassian's published ADF JSON schema.
var adfRefuses = map[Kind]map[Kind]bool{
	"":         {},
	BulletList: inItem, OrderedList: inItem,
	TaskList: {}, // a line of text: see taskContent
	Quote:    {Heading: true, Quote: true, Rule: true, Panel: true, Table: true, Expand: true, TaskList: true},
	Panel:    {Quote: true, Panel: true, Table: true, Expand: true},
	Cell:     {Table: true},
	Expand:   {},
	// nestedExpand is an expand inside a cell or another expand.
	nestedExpand: {Table: true, Expand: true},
}

const nestedExpand Kind = "nestedExpand"

var inItem = map[Kind]bool{Heading: true, Quote: true, Rule: true, Panel: true, Table: true, Expand: true}

func insideADF(parent, child Kind) Kind {
	if child == Expand && (parent == Cell || parent == Expand || parent == nestedExpand) {
		return nestedExpand
	}
	return child
}

func (adfCodec) profile() profile {
	return profile{
		block:   func(parent, child Kind) bool { return !adfRefuses[parent][child] },
		inline:  func(n Node) bool { return true },
		inside:  insideADF,
		mark:    func(MarkKind) bool { return true },
		reshape: reshapeADF,
		still:   stillInADF,
		people:  "jira",
		files:   "adf",
	}
}

// reshapeADF applies what ADF asks of content beyond kinds: task items hold
// one line, pictures from the web stand alone, code excludes other marks.
func reshapeADF(f *fitter, parent Kind, blocks []Node) []Node {
	if parent == TaskList {
		blocks = f.taskContent(blocks)
	}
	var out []Node
	for _, b := range blocks {
		switch {
		case b.Kind == Paragraph && parent != TaskList && slices.ContainsFunc(b.Children, isImage):
			out = append(out, f.splitImages(tidyBlocks([]Node{b}, 0))...)
		case b.Kind == Paragraph || b.Kind == Heading:
			b.Children = f.adfInlines(b.Children, false)
			out = append(out, b)
		default:
			out = append(out, b)
		}
	}
	return out
}

// stillInADF reports of lines of text without code that reshapeADF leaves
// them as they are.
func stillInADF(parent Kind, blocks []Node) bool {
	return parent != TaskList && !slices.ContainsFunc(blocks, func(b Node) bool {
		return (b.Kind == Paragraph || b.Kind == Heading) && slices.ContainsFunc(b.Children, func(n Node) bool {
			return n.Kind != Text && (n.Kind != HardBreak || n.Marks != nil) || hasMark(n.Marks, Code)
		})
	})
}

func isImage(n Node) bool { return n.Kind == Image }

// taskContent returns the content of a task item as ADF can hold it: at most
// one paragraph, then at most one nested task list.
func (f *fitter) taskContent(blocks []Node) []Node {
	var lines, nested []Node
	for _, b := range blocks {
		if b.Kind == TaskList {
			nested = append(nested, b.Children...)
		} else {
			lines = append(lines, b)
		}
	}
	var out []Node
	if len(lines) > 0 {
		if len(lines) > 1 {
			f.lose("paragraph", "line break")
		}
		line := joinLines(tidyInline(f.flatten(lines, Node{Kind: HardBreak})))
		out = append(out, Node{Kind: Paragraph, Children: line})
	}
	if len(nested) > 0 {
		out = append(out, Node{Kind: TaskList, Children: nested})
	}
	return out
}

// splitImages cuts paragraphs so that each picture that ADF cannot show
// inside a line stands in a paragraph of its own.
func (f *fitter) splitImages(paragraphs []Node) []Node {
	var out []Node
	for _, p := range paragraphs {
		onlyImages := true
		for _, n := range p.Children {
			onlyImages = onlyImages && (n.Kind == Image || n.Kind == HardBreak || n.Kind == Text && isBlank(n.Text))
		}
		var line []Node
		for _, n := range p.Children {
			alone := n.Kind == Image && (n.URL != "" || n.ID != "" && onlyImages)
			if !alone {
				line = append(line, n)
				continue
			}
			if len(p.Children) > 1 && !onlyImages {
				f.lose("image", "block")
			}
			out = append(out, Node{Kind: Paragraph, Children: line}, Node{Kind: Paragraph, Children: f.adfInlines([]Node{n}, true)})
			line = nil
		}
		out = append(out, Node{Kind: Paragraph, Children: line})
	}
	for i := range out {
		out[i].Children = f.adfInlines(out[i].Children, len(out[i].Children) == 1)
	}
	return out
}

// adfInlines fits the nodes of one line; alone says that a picture in it is
// a block of its own.
func (f *fitter) adfInlines(nodes []Node, alone bool) []Node {
	return f.each(nodes, func(n *Node) {
		switch n.Kind {
		case Text:
			if hasMark(n.Marks, Code) {
				n.Marks = keepMarks(n.Marks, func(m Mark) bool { return m.Kind == Code || m.Kind == Link })
			}
		case Image:
			if n.ID == "" && !(alone && n.URL != "") {
				*n = f.degradeInline(*n)
				return
			}
			n.Marks = keepMarks(n.Marks, func(m Mark) bool { return m.Kind == Link })
		case File:
			if n.ID == "" {
				*n = f.degradeInline(*n)
				return
			}
			n.Marks = keepMarks(n.Marks, func(m Mark) bool { return m.Kind == Link })
		case Status:
			n.Marks, n.Name = nil, statusColor(n.Name)
		default:
			n.Marks = nil
		}
	})
}
