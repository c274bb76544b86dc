package richtext

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

func (wikiCodec) write(d Doc) string { return wikiBlocks(d.Blocks) }

// wikiBlocks writes blocks with a blank line between two.
func wikiBlocks(nodes []Node) string {
	out := make([]string, 0, len(nodes))
	for _, n := range nodes {
		out = append(out, wikiBlockText(n))
	}
	return strings.Join(out, "\n\n")
}

func wikiBlockText(n Node) string {
	switch n.Kind {
	case Heading:
		return "h" + strconv.Itoa(n.Level) + ". " + wikiText(n.Children, wikiBreak)
	case CodeBlock:
		return wikiCodeText(n)
	case Rule:
		return "----"
	case Quote:
		return "{quote}\n" + wikiBlocks(n.Children) + "\n{quote}"
	case Panel:
		return "{panel:bgColor=" + wikiPanels[n.Name] + "}\n" + wikiBlocks(n.Children) + "\n{panel}"
	case BulletList, OrderedList, TaskList:
		return strings.Join(wikiItems("", n), "\n")
	case Table:
		rows := make([]string, 0, len(n.Children))
		for _, r := range n.Children {
			rows = append(rows, wikiRow(r))
		}
		return strings.Join(rows, "\n")
	}
	return wikiText(n.Children, "\n")
}

func wikiCodeText(n Node) string {
	name, params := "noformat", ""
	if n.Name != "" || strings.Contains(n.Text, "{noformat}") {
		name = "code"
	}
	if n.Name != "" {
		params = ":" + n.Name
	}
	return "{" + name + params + "}\n" + n.Text + "\n{" + name + "}"
}

// wikiItems writes a list; signs name the lists around it.
func wikiItems(signs string, list Node) []string {
	if list.Kind == OrderedList {
		signs += "#"
	} else {
		signs += "*"
	}
	var out []string
	for _, item := range list.Children {
		blocks := item.Children
		if list.Kind == TaskList {
			blocks = boxed(item)
		}
		first := signs + " "
		for _, b := range blocks {
			if isAnyList(b.Kind) {
				out = append(out, wikiItems(signs, b)...)
				continue
			}
			out = append(out, first+wikiBlockText(b))
			first = ""
		}
	}
	return out
}

func wikiRow(row Node) string {
	var sb strings.Builder
	border := "|"
	for _, c := range row.Children {
		if border = "|"; c.Header {
			border = "||"
		}
		text := " "
		if len(c.Children) > 0 {
			text = wikiText(c.Children[0].Children, wikiBreak)
		}
		sb.WriteString(border + text)
	}
	return sb.String() + border
}

// wikiBreak is a line break where a line end would end the block.
const wikiBreak = ` \\ `

// wikiText writes inline nodes, line by line: no formatting spans lines.
func wikiText(nodes []Node, lineBreak string) string {
	var lines []string
	for from, i := 0, 0; i <= len(nodes); i++ {
		if i == len(nodes) || nodes[i].Kind == HardBreak {
			w := wikiWriter{spaced: true, blockStart: lineBreak == "\n"}
			w.nested(nodes[from:i], 0)
			lines = append(lines, w.sb.String())
			from = i + 1
		}
	}
	return strings.Join(lines, lineBreak)
}

// wikiWriter writes one line.
type wikiWriter struct {
	sb         strings.Builder
	blockStart bool // the line could begin a block
	spaced     bool // a space written now would not be seen
	opened     bool // the beginning of a formatting was written last
	last       rune // written last
}

func (w *wikiWriter) raw(s string) {
	if s != "" {
		w.sb.WriteString(s)
		w.last, _ = utf8.DecodeLastRuneInString(s)
		w.opened, w.spaced = false, false
	}
}

// nested writes nodes that share their first depth marks.
func (w *wikiWriter) nested(nodes []Node, depth int) {
	for i := 0; i < len(nodes); {
		n := nodes[i]
		if len(n.Marks) <= depth {
			w.inline(n)
			i++
			continue
		}
		m, j := n.Marks[depth], markRun(nodes, i, depth)
		w.marked(m, nodes[i:j], depth, j == len(nodes) || wikiClear(nodes[j]))
		i = j
	}
}

// wikiClear reports whether a formatting can end before n without braces.
func wikiClear(n Node) bool {
	return n.Kind == Text && len(n.Marks) == 0 && strings.IndexByte(" .,;", n.Text[0]) >= 0
}

var wikiSigil = map[MarkKind]string{Strong: "*", Em: "_", Underline: "+", Strike: "-", Sub: "~", Sup: "^"}

func (w *wikiWriter) marked(m Mark, nodes []Node, depth int, clear bool) {
	open, end := "{{", "}}"
	switch m.Kind {
	case Link:
		w.link(m.Value, nodes, depth)
		return
	case Color:
		open, end = "{color:"+m.Value+"}", "{color}"
	case Code:
	default:
		open = wikiSigil[m.Kind]
		if !clear || !w.opened && w.last != 0 && w.last != ' ' || !wikiSolid(nodes) {
			open = "{" + open + "}"
		}
		end = open
	}
	w.raw(open)
	w.opened = true
	w.nested(nodes, depth+1)
	w.raw(end)
}

// wikiSolid reports whether nodes begin and end with letters or digits.
func wikiSolid(nodes []Node) bool {
	first, last := nodes[0], nodes[len(nodes)-1]
	return first.Kind == Text && last.Kind == Text && wordAfter(first.Text) && wordBefore(last.Text)
}

func (w *wikiWriter) link(href string, nodes []Node, depth int) {
	if len(nodes) == 1 && nodes[0].Kind == Text && nodes[0].Text == href && len(nodes[0].Marks) == depth+1 && schemeOf(href) != "" {
		w.raw("[" + href + "]")
		return
	}
	w.raw("[")
	w.opened = true
	w.nested(nodes, depth+1)
	w.raw("|" + href + "]")
}

func (w *wikiWriter) inline(n Node) {
	switch n.Kind {
	case Mention:
		if jiraAccount.MatchString(n.ID) {
			n.ID = accountPrefix + n.ID
		}
		w.raw("[~" + n.ID + "]")
	case File:
		w.raw("[^" + n.ID + "]")
	case Image:
		switch {
		case n.URL == "":
			w.raw("!" + n.ID + "!")
		case n.Text == "":
			w.raw("!" + n.URL + "!")
		default:
			w.raw("!" + n.URL + "|alt=" + n.Text + "!")
		}
	case Text:
		w.text(n.Text)
	}
}

var (
	wikiBlockStart = regexp.MustCompile(`^(?:[hH][1-6]|bq)\.`)
	wikiAmpersand  = regexp.MustCompile(`^&(?:#|[a-zA-Z]|$)`)
)

// text writes running text: what could be read as notation is escaped, by
// entities where Jira knows no backslash.
func (w *wikiWriter) text(s string) {
	for i := 0; i < len(s); {
		start := w.blockStart && w.last == 0
		r, size := utf8.DecodeRuneInString(s[i:])
		out := s[i : i+size]
		switch {
		case r == ' ':
			if w.spaced {
				out = "\u00a0"
			}
		case start && wikiBlockStart.MatchString(s[i:]):
			dot := strings.IndexByte(s[i:], '.')
			out, size = s[i:i+dot]+"&#46;", dot+1
		case r == '#' && start:
			out = "&#35;"
		case r == '&' && wikiAmpersand.MatchString(s[i:]):
			out = "&amp;"
		case r == '\\' && (i+1 == len(s) || s[i+1] == '\\' || strings.IndexByte(wikiEscapable, s[i+1]) >= 0):
			out = "&#92;"
		case w.needsEscape(s, i):
			out = `\` + out
		}
		w.raw(out)
		w.spaced = r == ' '
		i += size
	}
}

func (w *wikiWriter) needsEscape(s string, i int) bool {
	switch s[i] {
	case '{', '}', '[', ']', '|':
		return true
	case '*', '_', '+', '-', '~', '^':
		if i == 0 || i+1 == len(s) {
			return !(i+1 < len(s) && s[i+1] == ' ' && w.last == ' ')
		}
		if s[i-1] == s[i] || s[i+1] == s[i] {
			return true
		}
		canOpen, canClose := wikiEdges(s, i)
		return canOpen || canClose
	case '!':
		return i == 0 || !wordBefore(s[:i])
	case '(':
		_, _, ok := wikiSign(s[i:])
		return ok
	}
	return false
}
