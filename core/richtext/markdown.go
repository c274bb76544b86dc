package richtext

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// markdownCodec reads and writes GitHub Flavored Markdown as GitHub shows it
// in issues and comments: a line end is a line break, inline HTML counts
// ("GitHub Flavored Markdown Spec"; "Basic writing and formatting syntax").
// Azure DevOps takes the same but for alerts, and mentions by GUID.
type markdownCodec struct{ azure bool }

func newMarkdown(more ...goldmark.Extender) goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(append(more, extension.GFM)...),
		goldmark.WithRendererOptions(html.WithUnsafe(), html.WithHardWraps()),
	)
}

var (
	markdownEngine      = newMarkdown()
	azureMarkdownEngine = newMarkdown(azurePeople{})
)

// parse reads Markdown by what it means, its HTML. The HTML codec decides
// what of it is safe, so raw HTML in Markdown needs no rules of its own.
func (c markdownCodec) parse(source string) Doc {
	source = cleanText(source)
	if !tame(source) {
		return plainCodec{}.parse(source)
	}
	engine, dialect := markdownEngine, githubHTML
	if c.azure {
		engine, dialect = azureMarkdownEngine, azureHTML
	}
	var buf bytes.Buffer
	if err := engine.Convert([]byte(source), &buf); err != nil {
		return plainCodec{}.parse(source)
	}
	return parseHTML(buf.String(), dialect)
}

func (c markdownCodec) profile() profile {
	people := "github"
	if c.azure {
		people = "azuredevops"
	}
	still := stillInMarkdown
	if c.azure {
		still = stillInAzure
	}
	return profile{
		still:   still,
		block:   func(parent, child Kind) bool { return parent == Cell || child != Panel || !c.azure },
		inside:  insideMarkdown,
		inline:  c.holds,
		people:  people,
		mark:    func(m MarkKind) bool { return m != Color && m != Highlight },
		reshape: c.reshape,
	}
}

func (c markdownCodec) holds(n Node) bool {
	if n.Kind != Mention {
		return sharedHTML.holds(n)
	}
	if c.azure {
		return guid.MatchString(n.ID)
	}
	return wholeLogin.MatchString(n.ID)
}

// insideMarkdown keeps the parent Cell for everything in a table: what is not
// a line of text is HTML there, which knows no alerts.
func insideMarkdown(parent, child Kind) Kind {
	if parent == Cell {
		return Cell
	}
	return child
}

// plainLine reports whether a line is text and breaks alone: no notation asks anything of it.
func plainLine(nodes []Node) bool {
	for i := range nodes {
		if nodes[i].Kind != Text && nodes[i].Kind != HardBreak {
			return false
		}
	}
	return true
}

// alerts are GitHub's names for panels ("Basic writing and formatting
// syntax", Alerts) in the order they are looked for.
var alerts = []struct{ label, panel string }{
	{"[!NOTE]", "info"}, {"[!TIP]", "tip"}, {"[!TIP]", "success"},
	{"[!IMPORTANT]", "note"}, {"[!WARNING]", "warning"}, {"[!CAUTION]", "error"},
}

// stillInMarkdown reports of plain texts and tables that reshape leaves them
// as they are.
func stillInMarkdown(parent Kind, blocks []Node) bool {
	for i := range blocks {
		switch b := &blocks[i]; b.Kind {
		case Paragraph, Heading:
			if slices.ContainsFunc(b.Children, func(n Node) bool {
				return n.Kind != Text && n.Kind != HardBreak && (n.Kind != Mention || n.Text != "" || hasMark(n.Marks, Link))
			}) {
				return false
			}
		case Table, Rule, CodeBlock:
		default:
			return false
		}
	}
	return true
}

// stillInAzure is stillInMarkdown without people, whose ids are written small.
func stillInAzure(parent Kind, blocks []Node) bool {
	return stillInMarkdown(parent, blocks) && !slices.ContainsFunc(blocks, func(b Node) bool {
		return (b.Kind == Paragraph || b.Kind == Heading) && !plainLine(b.Children)
	})
}

// reshape reads quotes that start with an alert label as panels.
func (c markdownCodec) reshape(f *fitter, parent Kind, blocks []Node) []Node {
	if parent == Cell && len(blocks) == 1 && blocks[0].Kind == Paragraph && plainLine(blocks[0].Children) {
		return blocks // most cells
	}
	blocks = f.each(taskLists(blocks), func(b *Node) {
		if (b.Kind == Paragraph || b.Kind == Heading) && !plainLine(b.Children) {
			b.Children = f.each(b.Children, func(n *Node) { c.fitInline(f, n) })
		}
	})
	if parent == Cell || c.azure {
		return blocks
	}
	return f.each(blocks, func(b *Node) {
		if b.Kind == Panel && b.Name == "success" {
			f.lose("panel colour", "tip")
			b.Name = "tip"
		}
		if b.Kind != Quote || len(b.Children) == 0 || b.Children[0].Kind != Paragraph {
			return
		}
		line := b.Children[0].Children
		if len(line) == 0 || line[0].Kind != Text || len(line[0].Marks) > 0 {
			return
		}
		for _, a := range alerts {
			if line[0].Text != a.label || len(line) > 1 && line[1].Kind != HardBreak {
				continue
			}
			rest := b.Children[1:]
			if len(line) > 2 {
				rest = append([]Node{{Kind: Paragraph, Children: line[2:]}}, rest...)
			}
			if len(rest) > 0 {
				*b = Node{Kind: Panel, Name: a.panel, Children: rest}
			}
			return
		}
	})
}

// Bounds for sources that make a Markdown parser do work that grows with the
// square of their size or nest without end.
const (
	maxLinePrefix = 200  // quote and list markers at the start of one line
	maxOpeners    = 2000 // brackets and emphasis marks in one paragraph
)

// tame reports whether source stays within bounds people's texts never
// reach. What is not tame is read as plain text: nothing of it is lost.
func tame(source string) bool {
	openers := 0
	for _, line := range strings.Split(source, "\n") {
		if strings.TrimSpace(line) == "" {
			openers = 0
			continue
		}
		prefix := 0
		for i := 0; i < len(line) && strings.IndexByte(" \t>*+-", line[i]) >= 0; i++ {
			if line[i] != ' ' && line[i] != '\t' {
				prefix++
			}
		}
		if prefix > maxLinePrefix {
			return false
		}
		for i := 0; i < len(line); i++ {
			switch line[i] {
			case '\\':
				i++
			case '[', ']', '*', '~', '`', '<':
				openers++
			case '_', '&': // elsewhere they mean nothing, and are written as they are
				if needsEscape(line, i, false) && !strings.HasPrefix(line[i:], "&nbsp;") {
					openers++
				}
			}
		}
		if openers > maxOpeners {
			return false
		}
	}
	return true
}

// fitInline applies what the notation asks of one node.
func (c markdownCodec) fitInline(f *fitter, n *Node) {
	switch n.Kind {
	case Mention:
		n.Text = "" // the reader sees the name the system has for it
		f.unlink(n)
		if c.azure {
			n.ID = strings.ToLower(n.ID)
		}
	case Status:
		n.Name = statusColor(n.Name)
	}
}
