package richtext

import (
	"encoding/json"
	"slices"
	"strings"
)

// Merge brings two edits of one text together: what mine and theirs changed since base, each where it was changed. Texts are
// taken apart into blocks, lists into their items, tables into their rows, code and plain text into their lines. Where both
// changed the same place to different things nothing can be told: ok is false and merged is "".
func Merge(f Format, base, mine, theirs string) (merged string, ok bool) {
	b, m, t := unitsOf(f, base), unitsOf(f, mine), unitsOf(f, theirs)
	out, overlaps := combine(b, m, t)
	if len(overlaps) > 0 {
		return "", false
	}
	return unitsText(f, out), true
}

// combine takes every chunk from the text that changed it; where both did, from mine, and lists these.
func combine(base, mine, theirs units) (out units, overlaps []chunk) {
	b, m, t := base.keys(), mine.keys(), theirs.keys()
	for _, c := range threeWay(b, m, t) {
		switch c.judge(b, m, t) {
		case takeTheirs:
			out = append(out, theirs[c.theirs.from:c.theirs.to]...)
			continue
		case overlap:
			overlaps = append(overlaps, c)
		case takeBoth:
			if c.base.len() != c.mine.len() {
				break
			}
			for i, u := range mine[c.mine.from:c.mine.to] { // the one that moved a border moved it
				if was := base[c.base.from+i].first; u.first == was {
					u.first = theirs[c.theirs.from+i].first
				}
				out = append(out, u)
			}
			continue
		}
		out = append(out, mine[c.mine.from:c.mine.to]...)
	}
	return out, overlaps
}

// unit is the smallest part of a text that is merged as a whole: a block, or one item, row or line of it.
type unit struct {
	block Node // as a block of its own: a list of one item, a table of one row, code of one line
	first bool // it begins its list, table or code
	key   string
}

type units []unit

func (us units) keys() []string {
	keys := make([]string, len(us))
	for i := range us {
		keys[i] = us[i].key
	}
	return keys
}

func unitsOf(f Format, source string) units {
	if f == Plain {
		return unitsIn([]Node{{Kind: CodeBlock, Text: source}}) // its lines, letter by letter
	}
	return unitsIn(Parse(f, source).Blocks)
}

func unitsIn(blocks []Node) units {
	var us units
	for _, b := range blocks {
		us = append(us, unitsFrom(apart(b))...)
	}
	return us
}

// unitsFrom are the parts of one block.
func unitsFrom(parts []Node) units {
	us := make(units, len(parts))
	for i, p := range parts {
		us[i] = unit{block: p, first: i == 0, key: keyOf(p)}
	}
	return us
}

// apart takes a block into the parts that are merged each by itself.
func apart(b Node) []Node {
	var parts []Node
	part := func(p Node) { parts = append(parts, p) }
	switch {
	case b.Kind == CodeBlock:
		for _, line := range strings.Split(b.Text, "\n") {
			p := b
			p.Text = line
			part(p)
		}
	case b.Kind == Paragraph:
		from := 0
		for i := range b.Children {
			if last := i+1 == len(b.Children); last || b.Children[i].Kind == HardBreak {
				p := b
				p.Children = b.Children[from:i:i]
				if last {
					p.Children = b.Children[from:]
				}
				from = i + 1
				part(p)
			}
		}
	case b.Kind == BulletList, b.Kind == OrderedList, b.Kind == TaskList, b.Kind == Table && !spans(b):
		for i := range b.Children {
			p := b
			p.Children = b.Children[i : i+1 : i+1]
			part(p)
		}
	default:
		part(b)
	}
	return parts
}

// spans tells a table of which a cell binds several rows.
func spans(table Node) bool {
	for _, row := range table.Children {
		for _, cell := range row.Children {
			if cell.Rowspan > 1 {
				return true
			}
		}
	}
	return false
}

// keyOf identifies a unit by what a reader sees of it. The number an ordered list begins with is not part of an item.
func keyOf(b Node) string {
	if b.Kind == OrderedList {
		b.Level = 0
	}
	if b.Kind != CodeBlock {
		b = Node{Children: loosen([]Node{b})}
	}
	text, _ := json.Marshal(b)
	return string(text)
}

// together is the blocks that a run of units makes: items of one list stand in one list again.
func together(us []unit) []Node {
	var out []Node
	for _, u := range us {
		n := len(out) - 1
		if n < 0 || u.first || out[n].Kind != u.block.Kind || out[n].Name != u.block.Name {
			out = append(out, u.block)
			continue
		}
		switch u.block.Kind {
		case CodeBlock:
			out[n].Text += "\n" + u.block.Text
		case Paragraph:
			out[n].Children = append(slices.Clip(out[n].Children), Node{Kind: HardBreak})
			out[n].Children = append(out[n].Children, u.block.Children...)
		case BulletList, OrderedList, TaskList, Table:
			out[n].Children = append(slices.Clip(out[n].Children), u.block.Children...)
		default:
			out = append(out, u.block)
		}
	}
	return out
}

func unitsText(f Format, us []unit) string {
	if f == Plain {
		lines := make([]string, len(us))
		for i, u := range us {
			lines[i] = u.block.Text
		}
		return strings.Join(lines, "\n")
	}
	s, _ := Render(f, Doc{Blocks: together(us)})
	return s
}
