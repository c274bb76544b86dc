package richtext

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// markdownWriter writes one paragraph, heading or cell.
type markdownWriter struct {
	codec   markdownCodec
	sb      strings.Builder
	oneLine bool // breaks are <br>
	inCell  bool // bars end the cell
	opened  bool // an opening delimiter was written last
	spaced  bool // a space written now would be lost
}

func (c markdownCodec) lines(nodes []Node) []string {
	w := markdownWriter{codec: c, spaced: true}
	w.nested(nodes, 0)
	return strings.Split(w.sb.String(), "\n")
}

func (c markdownCodec) line(nodes []Node) string {
	w := markdownWriter{codec: c, oneLine: true, spaced: true}
	w.nested(nodes, 0)
	return w.sb.String()
}

// nested writes nodes that share their first depth marks.
func (w *markdownWriter) nested(nodes []Node, depth int) {
	for i := 0; i < len(nodes); {
		n := nodes[i]
		if len(n.Marks) <= depth || n.Marks[depth].Kind == Code {
			w.inline(n, nodes[i+1:])
			i++
			continue
		}
		m, j := n.Marks[depth], markRun(nodes, i, depth)
		w.marked(m, nodes[i:j], depth, j == len(nodes) || plainStart(nodes[j]))
		i = j
	}
}

// marked writes one formatting around nodes. clear says that what follows
// cannot be mistaken for part of a delimiter.
func (w *markdownWriter) marked(m Mark, nodes []Node, depth int, clear bool) {
	open, end := "", ""
	native := clear && w.clearBefore() && solidEdges(nodes, depth+1)
	switch m.Kind {
	case Link:
		w.link(m.Value, nodes, depth)
		return
	case Strong:
		open, end = delimiters(native, "**", "strong")
	case Em:
		open, end = delimiters(native, "_", "em")
	case Strike:
		open, end = delimiters(native, "~~", "del")
	case Underline:
		open, end = delimiters(false, "", "ins")
	default:
		open, end = delimiters(false, "", htmlTags[m.Kind])
	}
	w.raw(open)
	w.opened = true
	w.nested(nodes, depth+1)
	w.raw(end)
}

func delimiters(native bool, delimiter, tag string) (open, end string) {
	if native {
		return delimiter, delimiter
	}
	return "<" + tag + ">", "</" + tag + ">"
}

// raw writes notation: nothing in it is escaped.
func (w *markdownWriter) raw(s string) {
	w.sb.WriteString(s)
	w.opened = false
}

// clearBefore reports whether an opening delimiter works here: after a space,
// at the start of a line, or right after another opening one.
func (w *markdownWriter) clearBefore() bool {
	s := w.sb.String()
	return w.opened || s == "" || s[len(s)-1] == ' ' || s[len(s)-1] == '\n'
}

// plainStart reports whether n starts with a character after which a closing
// delimiter stays one.
func plainStart(n Node) bool {
	if n.Kind == HardBreak {
		return true
	}
	return n.Kind == Text && !hasMark(n.Marks, Code) && !hasMark(n.Marks, Link) && strings.IndexByte(" .,;:!?)", n.Text[0]) >= 0
}

// solidEdges reports whether delimiters at the edges of nodes touch letters,
// digits or ASCII punctuation, which is where every parser accepts them.
func solidEdges(nodes []Node, depth int) bool {
	first, last := nodes[0], nodes[len(nodes)-1]
	if first.Kind != Text || last.Kind != Text {
		return false
	}
	a, _ := utf8.DecodeRuneInString(first.Text)
	z, _ := utf8.DecodeLastRuneInString(last.Text)
	return solid(a) && solid(z)
}

func solid(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(".,;:!?()'/%$#@+=-", r)
}

// autolink matches addresses that Markdown takes as they are between < and >.
var autolink = regexp.MustCompile(`^https?://[A-Za-z0-9._~:/?#@!$*+,;=%()-]+$`)

func (w *markdownWriter) link(href string, nodes []Node, depth int) {
	if len(nodes) == 1 && nodes[0].Kind == Text && nodes[0].Text == href && len(nodes[0].Marks) == depth+1 && autolink.MatchString(href) {
		w.raw("<" + href + ">")
		w.spaced = false
		return
	}
	w.raw("[")
	w.opened = true
	w.nested(nodes, depth+1)
	w.raw("](" + markdownTarget(href) + ")")
	w.spaced = false
}

// markdownTarget escapes what would end a target or be read as an entity.
func markdownTarget(s string) string {
	return strings.NewReplacer("(", `\(`, ")", `\)`, "&", "&amp;", "*", `\*`, "_", `\_`, "!", `\!`, "~", `\~`).Replace(s)
}

// inline writes one node; next are those that follow it.
func (w *markdownWriter) inline(n Node, next []Node) {
	switch n.Kind {
	case Mention:
		if w.codec.azure {
			w.raw("@<" + n.ID + ">")
		} else {
			before, after := keepApart(w.sb.String(), next)
			w.raw(before + "@" + n.ID + after)
		}
		w.spaced = false
	case Date:
		w.around(dateHTML(n))
	case Status:
		w.around(statusHTML(n))
	case HardBreak:
		if w.oneLine || strings.HasSuffix(w.sb.String(), `\`) {
			w.raw("<br>") // also where a backslash would be read with the text's own
		} else {
			w.raw("\\\n")
		}
		w.spaced = true
	case Image:
		w.raw("![")
		w.text(n.Text)
		w.raw("](" + markdownTarget(n.URL) + ")")
		w.spaced = false
	case Text:
		if hasMark(n.Marks, Code) {
			w.code(n.Text)
		} else {
			w.text(n.Text)
		}
	}
}

// around writes an element with text in it.
func (w *markdownWriter) around(open, text, end string) {
	w.raw(open)
	w.spaced = false
	w.text(text)
	w.raw(end)
	w.spaced = false
}

func (w *markdownWriter) code(s string) {
	fence := strings.Repeat("`", longestRun(s, '`')+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	if w.inCell {
		s = strings.ReplaceAll(s, "|", `\|`)
	}
	w.raw(fence + s + fence)
	w.spaced = false
}

// lineNumber finds what would start an ordered list.
var lineNumber = regexp.MustCompile(`^[0-9]{1,9}[.)]`)

// text writes running text with a backslash before everything that Markdown
// could read as notation.
func (w *markdownWriter) text(s string) {
	for i := 0; i < len(s); {
		start := w.sb.Len() == 0 || strings.HasSuffix(w.sb.String(), "\n")
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == ' ' && w.spaced {
			w.raw("&nbsp;")
			i += size
			continue
		}
		if start && !w.oneLine {
			if m := lineNumber.FindString(s[i:]); m != "" {
				w.raw(m[:len(m)-1] + `\` + m[len(m)-1:])
				i += len(m)
				w.spaced = false
				continue
			}
		}
		if r == '@' && !w.codec.azure && mentions(s, i) {
			w.raw("@" + noMention)
			w.spaced = false
			i += size
			continue
		}
		if needsEscape(s, i, start) || r == '|' && w.inCell {
			w.sb.WriteByte('\\')
		}
		w.raw(s[i : i+size])
		w.spaced = r == ' '
		i += size
	}
}

// schemeEnd finds an address whose rest is in the next text.
var schemeEnd = regexp.MustCompile(`(?i)(https?|ftp):$`)

func needsEscape(s string, i int, start bool) bool {
	switch c := s[i]; c {
	case '\\', '`', '*', '[', ']', '<', '~':
		return true
	case '_':
		return i == 0 || i+1 == len(s) || !alphanumeric(s[i-1]) || !alphanumeric(s[i+1])
	case '&':
		return i+1 == len(s) || s[i+1] == '#' || alphanumeric(s[i+1])
	case '!':
		return i+1 == len(s)
	case '#':
		return start || i+1 == len(s) || s[i+1] == '#'
	case '>', '+', '-', '=', '|', ':':
		return start || c == ':' && (strings.HasPrefix(s[i:], "://") || i+1 == len(s) && schemeEnd.MatchString(s)) || c == '|'
	case '.':
		return i >= 3 && strings.EqualFold(s[i-3:i], "www")
	case '@':
		return true
	case '/':
		return i == 0
	}
	return false
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
