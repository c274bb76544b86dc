package richtext

import (
	"slices"
	"strconv"
	"strings"
)

// asanaCodec reads and writes the XML of Asana's html_notes and html_text:
// one body element, every element closed, line ends are line breaks. Another
// element or attribute than the few it names is refused by Asana, and with it
// the whole request.
type asanaCodec struct {
	comment bool // stories know no headings and rules
}

// parse reads the elements as HTML, with white space as it stands.
func (asanaCodec) parse(source string) Doc { return parseHTML(source, asanaHTML) }

func (c asanaCodec) profile() profile {
	return profile{
		block: c.holds,
		inline: func(n Node) bool {
			return n.Kind == Text || n.Kind == HardBreak || (n.Kind == Mention || n.Kind == Image) && asanaGID.MatchString(n.ID)
		},
		mark:    func(m MarkKind) bool { return m != Sub && m != Sup && m != Color && m != Highlight },
		reshape: c.reshape,
		still:   stillInAsana,
		people:  "asana",
		files:   "asana",
	}
}

func (c asanaCodec) holds(parent, child Kind) bool {
	switch child {
	case Paragraph:
		return true
	case BulletList, OrderedList, TaskList:
		return parent == "" || isAnyList(parent)
	case Heading, Rule:
		return parent == "" && !c.comment
	case Quote, CodeBlock:
		return parent == ""
	}
	return false
}

// reshape applies the limits of elements: two levels of headings on one line,
// lists that count from one, code without a language.
func (c asanaCodec) reshape(f *fitter, _ Kind, blocks []Node) []Node {
	return f.each(taskLists(blocks), func(b *Node) {
		switch b.Kind {
		case Heading:
			if b.Level > 2 {
				f.lose("heading level", "2")
				b.Level = 2
			}
			b.Children = f.oneLine(b.Children)
		case OrderedList:
			f.fromOne(b)
		case CodeBlock:
			if b.Name != "" {
				f.lose("language", "nothing")
				b.Name = ""
			}
		}
		if b.Kind == Paragraph || b.Kind == Heading {
			if !slices.ContainsFunc(b.Children, func(n Node) bool { return n.Kind == Mention || n.Kind == Image }) {
				return
			}
			b.Children = f.each(b.Children, func(n *Node) {
				if n.Kind == Mention || n.Kind == Image {
					n.Marks = nil // it is an element of its own
				}
				if n.Kind == Image {
					n.Text, n.Name = "", "" // Asana shows what the file is called
				}
			})
		}
	})
}

// stillInAsana reports of text without people and pictures that reshape leaves
// it as it is.
func stillInAsana(_ Kind, blocks []Node) bool {
	return !slices.ContainsFunc(blocks, func(b Node) bool {
		switch b.Kind {
		case Heading, OrderedList, BulletList:
			return true
		case CodeBlock:
			return b.Name != ""
		}
		return b.Kind == Paragraph && slices.ContainsFunc(b.Children, func(n Node) bool { return n.Kind == Mention || n.Kind == Image })
	})
}

// oneLine puts spaces in the place of line breaks.
func (f *fitter) oneLine(nodes []Node) []Node {
	return f.each(nodes, func(n *Node) {
		if n.Kind == HardBreak {
			f.lose("hardBreak", "space")
			*n = Node{Kind: Text, Text: " ", Marks: n.Marks}
		}
	})
}

func (asanaCodec) write(d Doc) string {
	w := asanaWriter{}
	w.sb.WriteString("<body>")
	w.blocks(d.Blocks)
	w.sb.WriteString("</body>")
	return w.sb.String()
}

type asanaWriter struct{ sb strings.Builder }

// blocks writes a blank line between paragraphs, and a line end between a
// paragraph and the element that follows it.
func (w *asanaWriter) blocks(nodes []Node) {
	for i, n := range nodes {
		if i > 0 && nodes[i-1].Kind == Paragraph {
			w.sb.WriteByte('\n')
			if n.Kind == Paragraph {
				w.sb.WriteByte('\n')
			}
		}
		w.block(n)
	}
}

func (w *asanaWriter) block(n Node) {
	switch n.Kind {
	case Paragraph:
		w.inlines(n.Children, 0)
	case Heading:
		tag := "h" + strconv.Itoa(n.Level) + ">"
		w.sb.WriteString("<" + tag)
		w.inlines(n.Children, 0)
		w.sb.WriteString("</" + tag)
	case Rule:
		w.sb.WriteString("<hr/>")
	case CodeBlock:
		w.sb.WriteString("<pre>" + htmlEscaper.Replace(n.Text) + "</pre>")
	case Quote:
		w.sb.WriteString("<blockquote>")
		w.blocks(n.Children)
		w.sb.WriteString("</blockquote>")
	case BulletList, OrderedList, TaskList:
		tag := "ul>"
		if n.Kind == OrderedList {
			tag = "ol>"
		}
		w.sb.WriteString("<" + tag)
		for _, item := range n.Children {
			if n.Kind == TaskList {
				item.Children = boxed(item)
			}
			w.sb.WriteString("<li>")
			w.blocks(item.Children)
			w.sb.WriteString("</li>")
		}
		w.sb.WriteString("</" + tag)
	}
}

// inlines writes nodes that share their first depth marks.
func (w *asanaWriter) inlines(nodes []Node, depth int) {
	for i := 0; i < len(nodes); {
		n := nodes[i]
		if len(n.Marks) <= depth {
			w.inline(n)
			i++
			continue
		}
		m, j := n.Marks[depth], markRun(nodes, i, depth)
		tag := htmlTags[m.Kind]
		if m.Kind == Link {
			tag = "a"
			w.sb.WriteString(`<a href="` + htmlEscaper.Replace(m.Value) + `">`)
		} else {
			w.sb.WriteString("<" + tag + ">")
		}
		w.inlines(nodes[i:j], depth+1)
		w.sb.WriteString("</" + tag + ">")
		i = j
	}
}

func (w *asanaWriter) inline(n Node) {
	switch {
	case n.Kind == HardBreak:
		w.sb.WriteByte('\n')
	case n.Kind == Image:
		w.sb.WriteString(`<img data-asana-gid="` + n.ID + `"/>`)
	case n.Kind == Mention && n.Text == "":
		w.sb.WriteString(`<a data-asana-gid="` + n.ID + `"/>`)
	case n.Kind == Mention:
		w.sb.WriteString(`<a data-asana-gid="` + n.ID + `">@` + htmlEscaper.Replace(n.Text) + "</a>")
	default:
		w.sb.WriteString(htmlEscaper.Replace(n.Text))
	}
}
