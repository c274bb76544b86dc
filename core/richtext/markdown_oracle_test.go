package richtext

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// shown is what a browser makes of HTML: blocks, lines and formatted text,
// read by x/net/html's tree builder and none of the code under test.
func shown(t failer, source string) string {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(source), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		t.Fatalf("%v in %q", err, source)
	}
	var s showing
	for _, n := range nodes {
		s.node(n, "")
	}
	s.border("")
	// Two bullet lists in a row look like one; an item without content says nothing.
	return alike.Replace(s.sb.String())
}

var alike = strings.NewReplacer("/ul\nul\n", "", "li\n/li\n", "")

// showing collects lines. A border ends a line; two without text between them
// are one, so that tight and loose lists look alike.
type showing struct {
	sb    strings.Builder
	line  string
	marks string // of the text at the end of line
}

func (s *showing) border(tag string) {
	if line := strings.TrimSpace(s.line); line != "" {
		s.sb.WriteString(line + "¶\n")
	}
	s.line, s.marks = "", ""
	if tag != "" {
		s.sb.WriteString(tag + "\n")
	}
}

func (s *showing) text(text, marks string) {
	for _, r := range text {
		space := r == ' ' || r == '\n' || r == '\t' || r == '\u00a0'
		if space && (s.line == "" || strings.HasSuffix(s.line, " ") || strings.HasSuffix(s.line, "\n")) {
			continue
		}
		if space {
			s.line += " "
			continue
		}
		if marks != s.marks {
			s.line, s.marks = s.line+"{"+marks+"}", marks
		}
		s.line += string(r)
	}
}

var shownMarks = map[atom.Atom]string{atom.B: "b", atom.Strong: "b", atom.I: "i", atom.Em: "i", atom.Del: "s", atom.S: "s", atom.Strike: "s",
	atom.Ins: "u", atom.U: "u", atom.Sub: "-", atom.Sup: "+", atom.Code: "c", atom.Kbd: "c", atom.Samp: "c", atom.Tt: "c"}

var shownBlocks = map[atom.Atom]bool{atom.Ul: true, atom.Ol: true, atom.Li: true, atom.Blockquote: true, atom.Table: true, atom.Tr: true,
	atom.Td: true, atom.Th: true, atom.Details: true, atom.Summary: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true}

func (s *showing) node(n *html.Node, marks string) {
	if n.Type == html.TextNode {
		s.text(n.Data, marks)
		return
	}
	if n.Type != html.ElementNode {
		return
	}
	attr := func(key string) string {
		for _, a := range n.Attr {
			if a.Key == key {
				return a.Val
			}
		}
		return ""
	}
	inside, end := marks, ""
	switch tag := n.DataAtom; {
	case tag == atom.Script || tag == atom.Style:
		return
	case tag == atom.Br:
		s.line, s.marks = strings.TrimRight(s.line, " ")+"\n", ""
		return
	case tag == atom.Hr:
		s.border("hr")
		return
	case tag == atom.Img:
		s.text("!"+attr("src")+"("+attr("alt")+")", marks)
		return
	case tag == atom.Input:
		if s.text("☐ ", marks); strings.Contains(fmt.Sprint(n.Attr), "checked") {
			s.line = strings.Replace(s.line, "☐", "☑", 1)
		}
		return
	case tag == atom.Pre:
		var sb strings.Builder
		deepText(n, &sb)
		class := ""
		if c := n.FirstChild; c != nil && len(c.Attr) > 0 {
			class = c.Attr[0].Val
		}
		s.border(fmt.Sprintf("pre %s %q", class, strings.Trim(sb.String(), "\n")))
		return
	case tag == atom.A && attr("href") != "":
		inside = addMark(marks, "<"+attr("href")+">")
	case shownMarks[tag] != "":
		inside = addMark(marks, shownMarks[tag])
	case shownBlocks[tag]:
		span := strings.TrimRight(attr("start")+attr("colspan")+","+attr("rowspan"), ",")
		s.border(n.Data + span)
		end = "/" + n.Data
		inside = ""
	case tag == atom.P || tag == atom.Div:
		s.border("")
		defer s.border("")
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		s.node(c, inside)
	}
	if end != "" {
		s.border(end)
	}
}

func addMark(marks, m string) string {
	if strings.Contains(marks, m) {
		return marks
	}
	all := append(strings.Split(marks, " "), m)
	// In one order: an element in the other or the other way round looks the same.
	for i := len(all) - 1; i > 0 && all[i] < all[i-1]; i-- {
		all[i], all[i-1] = all[i-1], all[i]
	}
	return strings.Join(all, " ")
}

func deepText(n *html.Node, sb *strings.Builder) {
	if n.Type == html.TextNode {
		sb.WriteString(n.Data)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		deepText(c, sb)
	}
}

// byGoldmark is what the parser GitHub's rules are in makes of Markdown.
func byGoldmark(t failer, source string) string {
	t.Helper()
	var buf bytes.Buffer
	if err := markdownEngine.Convert([]byte(source), &buf); err != nil {
		t.Fatalf("%v in %q", err, source)
	}
	return shown(t, buf.String())
}

// asAlerts returns blocks in which a panel is the quote GitHub knows it by:
// goldmark knows no alerts.
func asAlerts(blocks []Node, inCell bool) []Node {
	var out []Node
	for _, b := range blocks {
		b.Children = asAlerts(b.Children, inCell || b.Kind == Cell)
		if b.Kind == Panel {
			label := []Node{{Kind: Text, Text: "[!NOTE]"}}
			for _, a := range alerts {
				if a.panel == b.Name {
					label[0].Text = a.label
				}
			}
			b.Kind, b.Name = Quote, ""
			switch {
			case inCell:
			case len(b.Children) > 0 && b.Children[0].Kind == Paragraph:
				label = append(append(label, Node{Kind: HardBreak}), b.Children[0].Children...)
				b.Children = append([]Node{{Kind: Paragraph, Children: label}}, b.Children[1:]...)
			default:
				b.Children = append([]Node{{Kind: Paragraph, Children: label}}, b.Children...)
			}
		}
		out = append(out, b)
	}
	return out
}

// markdownLooksRight checks a tree: the HTML that is written from it, and the
// one goldmark writes from its Markdown, look the same.
func markdownLooksRight(t failer, d Doc) {
	t.Helper()
	c := markdownCodec{}
	fitted, _ := fit(c.profile(), tidy(d))
	source := c.write(fitted)
	w := c.html()
	w.oneLine = false
	w.blocks(asAlerts(fitted.Blocks, false))
	if got, want := byGoldmark(t, source), shown(t, w.sb.String()); got != want {
		t.Fatalf("Markdown looks different\nMarkdown: %q\nHTML:     %q\ngoldmark shows:\n%s\nthe tree says:\n%s", source, w.sb.String(), got, want)
	}
}

func TestTheOracleOfMarkdownSeesDifferences(t *testing.T) {
	for _, c := range []struct{ a, b, reason string }{
		{"<p>a</p><p>b</p>", "<p>a<br>b</p>", "paragraphs"},
		{"<b>a</b>", "a", "bold"},
		{"<ul><li>a<ul><li>b</ul></ul>", "<ul><li>a<li>b</ul>", "nesting"},
		{`<a href="x">a</a>`, `<a href="y">a</a>`, "addresses"},
		{"<ol start=2><li>a</ol>", "<ol><li>a</ol>", "first numbers"},
		{"<pre>a\n b</pre>", "<pre>a\nb</pre>", "code"},
	} {
		if shown(t, c.a) == shown(t, c.b) {
			t.Errorf("%s: %q and %q look the same", c.reason, c.a, c.b)
		}
	}
	if a, b := shown(t, "<ul><li><p>a</p></li></ul>"), shown(t, "<ul>\n<li>a</li></ul>"); a != b {
		t.Errorf("loose and tight lists differ: %q and %q", a, b)
	}
}
