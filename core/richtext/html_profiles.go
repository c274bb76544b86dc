package richtext

import (
	"slices"
	"strings"
)

// htmlCodec reads and writes the HTML of comments and descriptions. It reads
// what browsers and mail programs produce and writes a small, safe subset:
// no scripts, styles (but text colours), event handlers or classes (but a
// code block's language).
type htmlCodec struct {
	reads   htmlDialect
	people  string     // whose accounts the mentions name
	files   string     // whose ids stored pictures have
	without []Kind     // what the system drops or shows as something else
	marks   []MarkKind // all it shows, nil for every one
	mention func(n Node) string
	picture func(id string) string // the address of a stored picture
	flat    bool                   // a line of text per paragraph and item
	short   bool                   // b and i instead of strong and em
}

var (
	// sharedHTML is what Zendesk, Freshdesk, Freshservice and ServiceNow's HTML
	// fields take. None of them documents a list of elements.
	sharedHTML = htmlCodec{}

	// azureCodec is sharedHTML with the mentions of Azure DevOps.
	azureCodec = htmlCodec{reads: azureHTML, people: "azuredevops", mention: azureMention}

	// salesforceCodec leaves out what a rich text area drops: Salesforce's
	// component reference lists the elements that lightning-formatted-rich-text
	// shows, and pre, details, time and data attributes are not among them.
	salesforceCodec = htmlCodec{people: "salesforce", files: "salesforce", without: []Kind{CodeBlock, Panel, Expand, Date, Status}}

	// chatterCodec is the body of a FeedItem with IsRichText: p, b, i, u, s,
	// ul, ol, li, a, code, and img for files of the same organisation.
	chatterCodec = htmlCodec{reads: chatterHTML, people: "salesforce", files: "salesforce",
		without: []Kind{Heading, CodeBlock, Rule, Quote, Panel, Expand, Table, Date, Status},
		marks:   []MarkKind{Link, Strong, Em, Underline, Strike, Code},
		picture: func(id string) string { return chatterFile + id }, flat: true, short: true}
)

func (c htmlCodec) profile() profile {
	return profile{
		block: func(parent, child Kind) bool {
			return !slices.Contains(c.without, child) && (!c.flat || !isAnyList(parent) || child == Paragraph || isAnyList(child))
		},
		inline:  c.holds,
		mark:    func(m MarkKind) bool { return c.marks == nil || slices.Contains(c.marks, m) },
		reshape: c.reshape,
		still:   c.still,
		people:  c.people,
		files:   c.files,
	}
}

func (c htmlCodec) holds(n Node) bool {
	switch n.Kind {
	case Text, HardBreak:
		return true
	case Mention:
		return c.mention != nil && guid.MatchString(n.ID)
	case Image:
		if c.picture != nil {
			return n.URL == "" && salesforceID.MatchString(n.ID)
		}
		return n.URL != ""
	case Date:
		return !slices.Contains(c.without, Date) && writableDate(n)
	case Status:
		return !slices.Contains(c.without, Status)
	}
	return false
}

// still reports of text without code, and of tables, that reshape leaves them
// as they are.
func (c htmlCodec) still(_ Kind, blocks []Node) bool {
	return !c.flat && !slices.ContainsFunc(blocks, func(b Node) bool {
		return b.Kind == BulletList || b.Kind == OrderedList || (b.Kind == Paragraph || b.Kind == Heading) &&
			slices.ContainsFunc(b.Children, func(n Node) bool { return n.Kind != Text && n.Kind != HardBreak || hasMark(n.Marks, Code) })
	})
}

func (c htmlCodec) reshape(f *fitter, parent Kind, blocks []Node) []Node {
	blocks = taskLists(blocks)
	if c.flat {
		blocks = f.flatLines(parent, blocks)
	}
	return f.each(blocks, func(b *Node) {
		if b.Kind == Paragraph || b.Kind == Heading {
			b.Children = f.each(b.Children, func(n *Node) {
				unescapePlaceholder(n)
				c.fitInline(f, n)
			})
		}
	})
}

// fitInline applies what the notation asks of one node.
func (c htmlCodec) fitInline(f *fitter, n *Node) {
	switch n.Kind {
	case Mention:
		n.ID = strings.ToLower(n.ID)
		f.unlink(n)
	case Status:
		n.Name = statusColor(n.Name)
	case Image:
		if c.picture != nil {
			n.Name = ""
		}
	}
}

// unlink takes the link off a node that is a link of its own.
func (f *fitter) unlink(n *Node) {
	if hasMark(n.Marks, Link) {
		f.lose("link", string(n.Kind))
		n.Marks = dropMark(n.Marks, Link)
	}
}

// flatLines makes every line of a paragraph one of its own, and of what an
// item holds one line before the lists in it.
func (f *fitter) flatLines(parent Kind, blocks []Node) []Node {
	if isAnyList(parent) {
		blocks = f.oneParagraph(blocks)
	}
	var out []Node
	for _, b := range blocks {
		if b.Kind == OrderedList {
			f.fromOne(&b)
		}
		if b.Kind != Paragraph {
			out = append(out, b)
			continue
		}
		if isAnyList(parent) {
			b.Children = f.oneLine(b.Children)
			out = append(out, tidyBlocks([]Node{b}, 0)...)
			continue
		}
		line := Node{Kind: Paragraph}
		for _, n := range b.Children {
			if n.Kind == HardBreak {
				f.lose("hardBreak", "paragraph")
				out = append(out, line)
				line = Node{Kind: Paragraph}
				continue
			}
			line.Children = append(line.Children, n)
		}
		out = append(out, line)
	}
	return out
}

func azureMention(n Node) string {
	text := ""
	if n.Text != "" {
		text = "@" + htmlEscaper.Replace(n.Text)
	}
	return `<a href="#" data-vss-mention="version:2.0,` + n.ID + `">` + text + "</a>"
}
