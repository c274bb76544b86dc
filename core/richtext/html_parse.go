package richtext

import (
	"io"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxOpen bounds how many elements may be open at once. It leaves room for
// MaxDepth containers of up to four elements each.
const maxOpen = 4*MaxDepth + 20

// parse reads a token at a time: the work is linear and nesting bounded
// whatever the input.
func (c htmlCodec) parse(source string) Doc { return parseHTML(source, c.reads) }

// parseHTML reads HTML of a dialect, Asana's XML among them.
func parseHTML(source string, dialect htmlDialect) Doc {
	z := html.NewTokenizer(strings.NewReader(cleanText(source)))
	b := htmlBuilder{frames: []htmlFrame{{}}, htmlDialect: dialect}
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() == io.EOF {
				b.text(string(z.Raw()))
			}
			return b.finish()
		case html.TextToken:
			b.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			b.open(z.Token())
		case html.EndTagToken:
			name, _ := z.TagName()
			b.close(atom.Lookup(name))
		}
	}
}

// htmlFrame is an open block element and the tree node it becomes.
type htmlFrame struct {
	tag   atom.Atom
	node  Node
	marks int // formattings open when it began; cells and items close later ones
}

// htmlMark is an open formatting. becomes says what the text in it stands
// for, from where in which line.
type htmlMark struct {
	tag     atom.Atom
	mark    []Mark
	becomes Kind
	value   string
	line    int
	from    int
}

// htmlBuilder builds the tree. line collects the inline content of the
// current paragraph or heading.
type htmlBuilder struct {
	htmlDialect
	frames  []htmlFrame
	marks   []htmlMark
	line    []Node
	lines   int  // that have ended
	heading int  // level of the open heading, 0 outside
	summary bool // the line is the title of the open details element
	space   bool // white space seen, not yet written
	spaced  []Mark
	pre     *strings.Builder // set inside pre
	preName string
	skip    atom.Atom // element whose text is not content
	hides   hiddenElement
	lost    []Loss
	named   *Node // the mention whose name is being read
}

func (b *htmlBuilder) finish() Doc {
	b.endPre()
	b.popTo(0)
	return Doc{Blocks: b.frames[0].node.Children, Lost: mergeLosses(b.lost)}
}

func (b *htmlBuilder) top() *htmlFrame { return &b.frames[len(b.frames)-1] }

func (b *htmlBuilder) add(n Node) {
	top := b.top()
	top.node.Children = appendNode(top.node.Children, n)
}

// active returns the formattings in force.
func (b *htmlBuilder) active() []Mark {
	var slots markSlots
	for _, m := range b.marks {
		for _, mark := range m.mark {
			slots.put(mark)
		}
	}
	return slots.list()
}

// text adds running text: white space collapses to one space and vanishes at
// the edges of lines. A no-break space is a space that stays.
func (b *htmlBuilder) text(s string) {
	switch {
	case s == "" || b.skip != 0:
		return
	case b.pre != nil:
		b.pre.WriteString(s)
		return
	case b.name(s):
		return
	case b.exact:
		b.inline(Node{Kind: Text, Text: s, Marks: b.active()})
		return
	}
	marks := b.active()
	if spacedSingly(s) {
		b.words(s, marks)
		return
	}
	var sb strings.Builder
	space := false
	for _, r := range s {
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' {
			space = true
			continue
		}
		if space && sb.Len() > 0 {
			sb.WriteByte(' ')
		} else if space && !b.space {
			b.space, b.spaced = true, marks
		}
		space = false
		sb.WriteRune(r)
	}
	if sb.Len() > 0 {
		b.words(sb.String(), marks)
	}
	if space && !b.space {
		b.space, b.spaced = true, marks
	}
}

// words adds text whose white space is done.
func (b *htmlBuilder) words(s string, marks []Mark) {
	if b.logins {
		b.withLogins(s, marks)
	} else {
		b.inline(Node{Kind: Text, Text: s, Marks: marks})
	}
}

// spacedSingly reports that s has no white space but single spaces between words.
func spacedSingly(s string) bool {
	space := true
	for i := range len(s) {
		switch s[i] {
		case '\t', '\n', '\r', '\f':
			return false
		case ' ':
			if space {
				return false
			}
			space = true
		default:
			space = false
		}
	}
	return !space
}

// inline adds a node to the line, after the space that was held back.
func (b *htmlBuilder) inline(n Node) {
	last := len(b.line) - 1
	if b.space && n.Kind != HardBreak && last >= 0 && b.line[last].Kind != HardBreak {
		b.line = appendNode(b.line, Node{Kind: Text, Text: " ", Marks: b.spaced})
	}
	b.space = false
	b.line = appendNode(b.line, n)
}

// endLine closes the current paragraph or heading.
func (b *htmlBuilder) endLine() {
	b.endMention()
	b.lines++
	b.space = false
	if len(b.line) == 0 {
		return
	}
	line := b.line
	b.line = nil
	switch {
	case b.summary && b.top().node.Kind == Expand:
		b.top().node.Name += visibleText(line)
	case b.heading > 0:
		b.add(Node{Kind: Heading, Level: b.heading, Children: line})
	default:
		b.add(Node{Kind: Paragraph, Children: line})
	}
}

func visibleText(nodes []Node) string {
	var sb strings.Builder
	for _, n := range nodes {
		switch n.Kind {
		case HardBreak:
			sb.WriteByte(' ')
		case Mention:
			sb.WriteString("@" + firstOf(n.Text, n.ID))
		case Date:
			_, text, _ := dateHTML(n)
			sb.WriteString(text)
		case Status:
			sb.WriteString("[" + n.Text + "]")
		default:
			sb.WriteString(n.Text)
		}
	}
	return sb.String()
}

// push opens a block container; beyond maxOpen its content goes to the one
// that is open already.
func (b *htmlBuilder) push(tag atom.Atom, n Node) {
	b.endLine()
	b.heading, b.summary = 0, false
	if len(b.frames) < maxOpen {
		b.frames = append(b.frames, htmlFrame{tag: tag, node: n, marks: len(b.marks)})
	}
}

// popTo closes containers until keep are left beside the document.
func (b *htmlBuilder) popTo(keep int) {
	b.endLine()
	for len(b.frames) > keep+1 {
		f := b.frames[len(b.frames)-1]
		b.frames = b.frames[:len(b.frames)-1]
		if f.node.Kind == Item || f.node.Kind == Cell {
			b.marks = b.marks[:min(len(b.marks), f.marks)]
		}
		b.add(f.node)
	}
	b.heading, b.summary = 0, false
}

// closeWithin closes the innermost open element of one of tags, unless one of
// walls stands between. It reports whether there was one.
func (b *htmlBuilder) closeWithin(walls []atom.Atom, tags ...atom.Atom) bool {
	for i := len(b.frames) - 1; i > 0; i-- {
		if contains(tags, b.frames[i].tag) {
			b.popTo(i - 1)
			return true
		}
		if contains(walls, b.frames[i].tag) {
			return false
		}
	}
	return false
}

func contains(tags []atom.Atom, tag atom.Atom) bool {
	for _, t := range tags {
		if t == tag {
			return true
		}
	}
	return false
}

var (
	tableWalls = []atom.Atom{atom.Table}
	cellWalls  = []atom.Atom{atom.Td, atom.Th, atom.Table}
	listWalls  = []atom.Atom{atom.Ul, atom.Ol, atom.Td, atom.Th, atom.Table, atom.Blockquote, atom.Details}
)

func (b *htmlBuilder) endPre() {
	if b.pre == nil {
		return
	}
	b.add(Node{Kind: CodeBlock, Text: strings.TrimPrefix(b.pre.String(), "\n"), Name: b.preName})
	b.pre, b.preName = nil, ""
}

func attrNumber(attrs map[string]string, key string, otherwise int) int {
	if attrs[key] == "" {
		return otherwise // the common case makes no error
	}
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(attrs[key]), "px"))
	if err != nil {
		return otherwise
	}
	return n
}
