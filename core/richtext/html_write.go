package richtext

import (
	"strconv"
	"strings"
)

// write returns safe HTML: only elements this file names, no attributes but
// href, src, alt, start, spans, datetime, a code block's language, colours and
// the data of a panel, status or mention.
func (c htmlCodec) write(d Doc) string {
	w := htmlWriter{codec: c}
	w.blocks(d.Blocks)
	return w.sb.String()
}

// htmlWriter writes fitted trees. spaced says that a space written now would
// collapse with what stands before it.
type htmlWriter struct {
	codec   htmlCodec
	sb      strings.Builder
	spaced  bool
	oneLine bool // write no line ends, for HTML inside Markdown
	github  bool // "@name" in text would mention somebody
	under   string
}

func (w *htmlWriter) blocks(nodes []Node) {
	for _, n := range nodes {
		w.block(n)
	}
}

func (w *htmlWriter) element(tag string, nodes []Node) {
	w.sb.WriteString("<" + tag + ">")
	w.blocks(nodes)
	w.sb.WriteString("</" + tag + ">")
}

func (w *htmlWriter) block(n Node) {
	switch n.Kind {
	case Paragraph:
		w.line("p", n.Children)
	case Heading:
		w.line("h"+strconv.Itoa(n.Level), n.Children)
	case CodeBlock:
		w.codeBlock(n)
	case Rule:
		w.sb.WriteString("<hr>")
	case Quote:
		w.element("blockquote", n.Children)
	case Panel:
		w.sb.WriteString(`<blockquote data-panel="` + n.Name + `">`)
		w.blocks(n.Children)
		w.sb.WriteString("</blockquote>")
	case Expand:
		w.sb.WriteString("<details><summary>" + w.text(n.Name) + "</summary>")
		w.blocks(n.Children)
		w.sb.WriteString("</details>")
	case BulletList:
		w.list("<ul>", "</ul>", n)
	case TaskList:
		w.list("<ul>", "</ul>", n)
	case OrderedList:
		open := "<ol>"
		if n.Level != 1 {
			open = `<ol start="` + strconv.Itoa(n.Level) + `">`
		}
		w.list(open, "</ol>", n)
	case Table:
		w.table(n)
	}
}

func (w *htmlWriter) line(tag string, nodes []Node) {
	w.sb.WriteString("<" + tag + ">")
	w.inlines(nodes)
	w.sb.WriteString("</" + tag + ">")
}

func (w *htmlWriter) codeBlock(n Node) {
	open := "<pre><code>"
	if n.Name != "" {
		open = `<pre><code class="language-` + n.Name + `">`
	}
	text := htmlEscaper.Replace(n.Text)
	if w.oneLine {
		text = strings.ReplaceAll(text, "\n", "&#10;")
	}
	w.sb.WriteString(open + text + "</code></pre>")
}

func (w *htmlWriter) list(open, end string, n Node) {
	w.sb.WriteString(open)
	for _, item := range n.Children {
		w.sb.WriteString("<li>")
		if n.Kind == TaskList {
			item.Children = boxed(item)
		}
		w.itemContent(item.Children)
		w.sb.WriteString("</li>")
	}
	w.sb.WriteString(end)
}

// itemContent writes the blocks of an item or cell; the first paragraph goes
// without its element where nothing can be mistaken.
func (w *htmlWriter) itemContent(nodes []Node) {
	if len(nodes) > 0 && nodes[0].Kind == Paragraph && (len(nodes) == 1 || nodes[1].Kind != Paragraph) {
		w.inlines(nodes[0].Children)
		nodes = nodes[1:]
	}
	w.blocks(nodes)
}

func (w *htmlWriter) table(n Node) {
	w.sb.WriteString("<table><tbody>")
	for _, row := range n.Children {
		w.sb.WriteString("<tr>")
		for _, c := range row.Children {
			tag := "td"
			if c.Header {
				tag = "th"
			}
			w.sb.WriteString("<" + tag)
			if c.Colspan > 1 {
				w.sb.WriteString(` colspan="` + strconv.Itoa(c.Colspan) + `"`)
			}
			if c.Rowspan > 1 {
				w.sb.WriteString(` rowspan="` + strconv.Itoa(c.Rowspan) + `"`)
			}
			w.sb.WriteString(">")
			w.itemContent(c.Children)
			w.sb.WriteString("</" + tag + ">")
		}
		w.sb.WriteString("</tr>")
	}
	w.sb.WriteString("</tbody></table>")
}

func (w *htmlWriter) inlines(nodes []Node) {
	w.spaced = true
	w.nested(nodes, 0)
}

// markRun returns where the nodes end that share the mark at a depth with
// node i, which has one.
func markRun(nodes []Node, i, depth int) int {
	m := nodes[i].Marks[depth]
	for i++; i < len(nodes) && len(nodes[i].Marks) > depth && nodes[i].Marks[depth] == m; i++ {
	}
	return i
}

// nested writes nodes that share their first depth marks. Neighbours that
// share the next mark too go into one element.
func (w *htmlWriter) nested(nodes []Node, depth int) {
	for i := 0; i < len(nodes); {
		if len(nodes[i].Marks) <= depth {
			w.inline(nodes[i], nodes[i+1:])
			i++
			continue
		}
		j := markRun(nodes, i, depth)
		open, end := w.tags(nodes[i].Marks[depth])
		w.sb.WriteString(open)
		w.nested(nodes[i:j], depth+1)
		w.sb.WriteString(end)
		i = j
	}
}

func (w *htmlWriter) tags(m Mark) (open, end string) {
	switch m.Kind {
	case Link:
		return `<a href="` + htmlEscaper.Replace(m.Value) + `">`, "</a>"
	case Color:
		return `<span style="color:` + m.Value + `">`, "</span>"
	case Highlight:
		return `<span style="background-color:` + m.Value + `">`, "</span>"
	}
	tag := htmlTags[m.Kind]
	if w.codec.short {
		tag = firstOf(map[MarkKind]string{Strong: "b", Em: "i"}[m.Kind], tag)
	}
	if m.Kind == Underline && w.under != "" {
		tag = w.under
	}
	return "<" + tag + ">", "</" + tag + ">"
}

var htmlTags = map[MarkKind]string{Strong: "strong", Em: "em", Underline: "u", Strike: "s", Sub: "sub", Sup: "sup", Code: "code"}

// inline writes one node; next are those that follow it.
func (w *htmlWriter) inline(n Node, next []Node) {
	switch n.Kind {
	case HardBreak:
		w.sb.WriteString("<br>")
		w.spaced = true
	case Image:
		if n.URL == "" && w.codec.picture != nil {
			n.URL = w.codec.picture(n.ID)
		}
		w.sb.WriteString(`<img src="` + htmlEscaper.Replace(n.URL) + `" alt="` + htmlEscaper.Replace(n.Text) + `">`)
		w.spaced = false
	case Text:
		w.sb.WriteString(w.escape(n.Text))
	case Mention:
		if w.github {
			before, after := keepApart(w.sb.String(), next)
			w.sb.WriteString(before + "@" + n.ID + after)
		} else {
			w.sb.WriteString(w.codec.mention(n))
		}
		w.spaced = false
	case Date:
		w.around(dateHTML(n))
	case Status:
		w.around(statusHTML(n))
	}
}

// around writes an element with text in it.
func (w *htmlWriter) around(open, text, end string) {
	w.sb.WriteString(open + w.text(text) + end)
	w.spaced = false
}

var htmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// escape writes spaces that would collapse as no-break spaces.
func (w *htmlWriter) escape(s string) string {
	var sb strings.Builder
	for _, r := range s {
		if r == ' ' && w.spaced {
			sb.WriteRune('\u00a0')
			continue
		}
		w.spaced = r == ' '
		sb.WriteRune(r)
	}
	return strings.ReplaceAll(w.text(sb.String()), "\u00a0", "&nbsp;")
}

// text escapes what HTML, or GitHub, would take for notation.
func (w *htmlWriter) text(s string) string {
	if s = htmlEscaper.Replace(s); !w.github || !strings.Contains(s, "@") {
		return s
	}
	var sb strings.Builder
	for i := range len(s) {
		sb.WriteByte(s[i])
		if s[i] == '@' && mentions(s, i) {
			sb.WriteString(noMention)
		}
	}
	return sb.String()
}
