package richtext

import (
	"strconv"
	"strings"
)

// write returns Markdown that reads back as the same tree. It prefers the
// plain notation; where that would be ambiguous it writes HTML, which
// Markdown allows and GitHub shows.
func (c markdownCodec) write(d Doc) string {
	return strings.Join(c.blocks(d.Blocks), "\n")
}

// blocks returns the lines of blocks, one blank line between two.
func (c markdownCodec) blocks(nodes []Node) []string {
	var out []string
	for i, n := range nodes {
		if i > 0 {
			out = append(out, "")
		}
		// Two ordered lists in a row are told apart by their delimiters.
		delimiter := "."
		for j := i; j > 0 && n.Kind == OrderedList && nodes[j-1].Kind == OrderedList; j-- {
			if delimiter == "." {
				delimiter = ")"
			} else {
				delimiter = "."
			}
		}
		// A comment keeps tasks and bullets two lists.
		if n.Kind == TaskList && i > 0 && nodes[i-1].Kind == BulletList || n.Kind == BulletList && i > 0 && nodes[i-1].Kind == TaskList {
			out = append(out, "<!-- -->", "")
		}
		out = append(out, c.block(n, delimiter)...)
	}
	return out
}

func (c markdownCodec) block(n Node, delimiter string) []string {
	switch n.Kind {
	case Paragraph:
		return c.lines(n.Children)
	case Heading:
		return []string{strings.Repeat("#", n.Level) + " " + c.line(n.Children)}
	case CodeBlock:
		fence := strings.Repeat("`", max(3, longestRun(n.Text, '`')+1))
		out := append([]string{fence + n.Name}, strings.Split(n.Text, "\n")...)
		return append(out, fence)
	case Rule:
		return []string{"***"}
	case Quote:
		return prefixed("> ", "> ", c.blocks(n.Children))
	case Panel:
		return c.panel(n)
	case Expand:
		out := []string{"<details><summary>" + c.summary(n.Name) + "</summary>", ""}
		out = append(out, c.blocks(n.Children)...)
		return append(out, "", "</details>")
	case BulletList, OrderedList, TaskList:
		return c.list(n, delimiter)
	case Table:
		if simpleTable(n) {
			return c.table(n)
		}
		w := c.html()
		w.block(n)
		return []string{markdownHTML(w.sb.String())}
	}
	return nil
}

// html returns a writer of HTML within Markdown.
func (c markdownCodec) html() htmlWriter {
	w := htmlWriter{codec: sharedHTML, oneLine: true, under: "ins", github: !c.azure}
	if c.azure {
		w.codec = azureCodec
	}
	return w
}

func (c markdownCodec) summary(s string) string {
	w := c.html()
	return markdownHTML(w.text(s))
}

// markdownHTML returns HTML on one line.
func markdownHTML(s string) string { return strings.ReplaceAll(s, "\n", "&#10;") }

func (c markdownCodec) panel(n Node) []string {
	for _, a := range alerts {
		if a.panel == n.Name {
			lines := append([]string{a.label}, c.blocks(n.Children)...)
			if len(n.Children) > 0 && n.Children[0].Kind != Paragraph {
				lines = append([]string{a.label, ""}, lines[1:]...)
			}
			return prefixed("> ", "> ", lines)
		}
	}
	return prefixed("> ", "> ", c.blocks(n.Children))
}

func (c markdownCodec) list(n Node, delimiter string) []string {
	var out []string
	loose := false
	for _, item := range n.Children {
		loose = loose || len(item.Children) > 1 && !(len(item.Children) == 2 && isList(item.Children[1]) && item.Children[0].Kind == Paragraph)
	}
	for i, item := range n.Children {
		marker := "- "
		if n.Kind == OrderedList {
			marker = strconv.Itoa(min(n.Level+i, maxListNumber)) + delimiter + " "
		}
		var lines []string
		if !loose && len(item.Children) == 2 {
			lines = append(c.blocks(item.Children[:1]), c.blocks(item.Children[1:])...)
		} else {
			lines = c.blocks(item.Children)
		}
		if n.Kind == TaskList {
			lines = markdownTask(item, lines)
		}
		if i > 0 && loose {
			out = append(out, "")
		}
		out = append(out, prefixed(marker, strings.Repeat(" ", len(marker)), lines)...)
	}
	return out
}

// markdownTask puts the check box before the lines of an item. A box needs
// text behind it; without, the character stands for it.
func markdownTask(item Node, lines []string) []string {
	if len(item.Children) > 0 && item.Children[0].Kind == Paragraph && !strings.HasPrefix(lines[0], "&nbsp;") {
		mark := "[ ] "
		if item.Checked {
			mark = "[x] "
		}
		return append([]string{mark + lines[0]}, lines[1:]...)
	}
	mark := strings.TrimSpace(box(item.Checked))
	if len(item.Children) > 0 && item.Children[0].Kind == Paragraph {
		return append([]string{mark + " " + lines[0]}, lines[1:]...)
	}
	return append([]string{mark, ""}, lines...)
}

func isList(n Node) bool {
	return n.Kind == BulletList || n.Kind == OrderedList && n.Level == 1 || n.Kind == TaskList
}

// prefixed puts first before the first line and rest before the others.
func prefixed(first, rest string, lines []string) []string {
	out := make([]string, 0, len(lines))
	for i, line := range lines {
		p := rest
		if i == 0 {
			p = first
		}
		if line == "" {
			p = strings.TrimRight(p, " ")
		}
		out = append(out, p+line)
	}
	return out
}

// simpleTable reports whether GFM's table notation can hold n: one header
// row, equal row lengths, a line of text per cell.
func simpleTable(n Node) bool {
	columns := len(n.Children[0].Children)
	for i, row := range n.Children {
		if len(row.Children) != columns {
			return false
		}
		for _, c := range row.Children {
			plain := len(c.Children) == 0 || len(c.Children) == 1 && c.Children[0].Kind == Paragraph
			if !plain || c.Header != (i == 0) || c.Colspan > 1 || c.Rowspan > 1 {
				return false
			}
		}
	}
	return true
}

func (c markdownCodec) table(n Node) []string {
	var out []string
	for i, row := range n.Children {
		line := "|"
		for _, cell := range row.Children {
			text := ""
			if len(cell.Children) > 0 {
				w := markdownWriter{codec: c, inCell: true, oneLine: true, spaced: true}
				w.nested(cell.Children[0].Children, 0)
				text = w.sb.String()
			}
			line += " " + text + " |"
		}
		out = append(out, line)
		if i == 0 {
			out = append(out, "|"+strings.Repeat(" --- |", len(row.Children)))
		}
	}
	return out
}

func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := 0; i < len(s); i++ {
		if s[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
