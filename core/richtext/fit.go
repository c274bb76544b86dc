package richtext

// profile says what a format carries exactly.
type profile struct {
	// block reports whether a block of kind child may stand in parent; the
	// document itself is the parent "", the parent inside an item is its list,
	// inside a table it is Cell. Items, rows and cells are never the child.
	block func(parent, child Kind) bool
	// inline reports whether n can be written as it is.
	inline func(n Node) bool
	// inside, if set, names the parent that the content of child in parent is
	// asked about, where that is not simply child.
	inside func(parent, child Kind) Kind
	// mark reports whether text can carry a formatting.
	mark func(MarkKind) bool
	// reshape, if set, rewrites fitted blocks of one parent where the format
	// has rules of its own. It must be idempotent.
	reshape func(f *fitter, parent Kind, blocks []Node) []Node
	// still reports that reshape leaves fitting blocks of one parent as they are.
	// It need not see that of all such blocks, and nil sees it of none.
	still func(parent Kind, blocks []Node) bool
	// people and files say whose accounts mentions name and whose ids stored
	// pictures and files have, "" if those of no system.
	people, files string
}

// fitter reduces a tree to a profile and counts what that costs.
type fitter struct {
	profile
	losses map[[2]string]int
}

// fit returns d as the format of p can carry it, tidy, and what was lost.
// A document that already fits comes back unchanged and without losses.
func fit(p profile, d Doc) (Doc, []Loss) {
	f := &fitter{profile: p, losses: map[[2]string]int{}}
	if f.fits("", d.Blocks) {
		return d, nil
	}
	out := tidy(Doc{Blocks: f.blocks("", d.Blocks)})
	return out, f.list()
}

// fits reports that tidy blocks of one parent stay as they are. It copies
// nothing: most documents are read and written in the same format.
func (f *fitter) fits(parent Kind, nodes []Node) bool {
	if f.reshape != nil && (f.still == nil || !f.still(parent, nodes)) {
		return false
	}
	for i := range nodes {
		n := &nodes[i]
		if !f.block(parent, n.Kind) {
			return false
		}
		inside := n.Kind
		if f.inside != nil {
			inside = f.inside(parent, n.Kind)
		}
		ok := true
		switch n.Kind {
		case Paragraph, Heading:
			ok = f.fitsLine(n.Children)
		case BulletList, OrderedList, TaskList:
			for j := range n.Children {
				ok = ok && f.fits(inside, n.Children[j].Children)
			}
		case Table:
			for j := range n.Children {
				for k := range n.Children[j].Children {
					ok = ok && f.fits(Cell, n.Children[j].Children[k].Children)
				}
			}
		default:
			ok = f.fits(inside, n.Children)
		}
		if !ok {
			return false
		}
	}
	return true
}

func (f *fitter) fitsLine(nodes []Node) bool {
	for _, n := range nodes {
		if !f.inline(n) {
			return false
		}
		for _, m := range n.Marks {
			if !f.mark(m.Kind) {
				return false
			}
		}
	}
	return true
}

// list returns what was lost so far.
func (f *fitter) list() []Loss {
	var losses []Loss
	for k, n := range f.losses {
		losses = append(losses, Loss{Kind: k[0], Became: k[1], Count: n})
	}
	return mergeLosses(losses)
}

// lose counts one thing of a kind that became something else.
func (f *fitter) lose(kind, became string) { f.losses[[2]string{kind, became}]++ }

func (f *fitter) blocks(parent Kind, nodes []Node) []Node {
	out := make([]Node, 0, len(nodes))
	for _, n := range nodes {
		if n.Kind == Paragraph && f.block(parent, Paragraph) {
			n.Children = f.inlines(n.Children)
			out = append(out, n)
			continue
		}
		out = append(out, f.fitBlock(parent, n)...)
	}
	if f.reshape != nil {
		out = f.reshape(f, parent, out)
	}
	return out
}

func (f *fitter) fitBlock(parent Kind, n Node) []Node {
	if !f.block(parent, n.Kind) {
		return f.degrade(parent, n)
	}
	inside := n.Kind
	if f.inside != nil {
		inside = f.inside(parent, n.Kind)
	}
	switch n.Kind {
	case Paragraph, Heading:
		n.Children = f.inlines(n.Children)
	case BulletList, OrderedList, TaskList:
		n.Children = f.each(n.Children, func(item *Node) { item.Children = f.blocks(inside, item.Children) })
	case Table:
		n.Children = f.each(n.Children, func(row *Node) {
			row.Children = f.each(row.Children, func(cell *Node) { cell.Children = f.blocks(Cell, cell.Children) })
		})
	default:
		n.Children = f.blocks(inside, n.Children)
	}
	return []Node{n}
}

// each returns a copy of nodes changed by do.
func (f *fitter) each(nodes []Node, do func(*Node)) []Node {
	out := append([]Node(nil), nodes...)
	for i := range out {
		do(&out[i])
	}
	return out
}

func (f *fitter) inlines(nodes []Node) []Node {
	out := make([]Node, 0, len(nodes))
	for i, n := range nodes {
		link, linked := findMark(n.Marks, Link)
		ends := i+1 == len(nodes) || !hasSameLink(nodes[i+1], link)
		if !f.inline(n) {
			n = f.degradeInline(n)
			if l, ok := findMark(n.Marks, Link); ok && !linked {
				link, linked, ends = l, true, true
			}
		}
		n.Marks = keepMarks(n.Marks, func(m Mark) bool {
			if f.mark(m.Kind) {
				return true
			}
			if n.Kind == Text && m.Kind != Link {
				f.lose(string(m.Kind), "text")
			}
			return false
		})
		out = append(out, n)
		if linked && !f.mark(Link) && ends && n.Text != link.Value {
			f.lose("link", "text")
			out = append(out, Node{Kind: Text, Text: " (" + link.Value + ")"})
		}
	}
	return out
}

func hasSameLink(n Node, link Mark) bool {
	other, ok := findMark(n.Marks, Link)
	return ok && other == link
}
