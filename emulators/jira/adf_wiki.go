package jira

import (
	"fmt"
	"strings"
)

// wikiText writes a document as the wiki markup that version 2 of the API and all webhooks carry.
// It is made for reading: a few nodes without a counterpart become plain text.
func wikiText(doc *node) string {
	if doc == nil {
		return ""
	}
	if doc.Wiki != "" {
		return doc.Wiki
	}
	return strings.TrimSpace(wikiBlocks(doc.Content, ""))
}

func wikiBlocks(nodes []*node, list string) string {
	var parts []string
	for _, n := range nodes {
		parts = append(parts, wikiBlock(n, list))
	}
	if list != "" {
		return strings.Join(parts, "\n")
	}
	return strings.Join(parts, "\n\n")
}

func wikiBlock(n *node, list string) string {
	attr := func(name string) string { s, _ := n.Attrs[name].(string); return s }
	switch n.Type {
	case "paragraph", "caption":
		return wikiInline(n.Content)
	case "heading":
		level, _ := n.Attrs["level"].(float64)
		return fmt.Sprintf("h%d. %s", int(level), wikiInline(n.Content))
	case "bulletList":
		return wikiList(n, list+"*")
	case "orderedList":
		return wikiList(n, list+"#")
	case "taskList", "decisionList":
		return wikiList(n, list+"*")
	case "taskItem", "decisionItem":
		return wikiInline(n.Content)
	case "blockquote":
		return "{quote}" + wikiBlocks(n.Content, "") + "{quote}"
	case "codeBlock":
		open := "{code}"
		if l := attr("language"); l != "" {
			open = "{code:" + l + "}"
		}
		return open + "\n" + n.plainText() + "\n{code}"
	case "rule":
		return "----"
	case "panel":
		return "{panel}\n" + wikiBlocks(n.Content, "") + "\n{panel}"
	case "table":
		return wikiTable(n)
	case "mediaSingle", "mediaGroup":
		return wikiBlocks(n.Content, "")
	case "media":
		name := attr("alt")
		if name == "" {
			name = attr("id")
		}
		if attr("type") == "external" {
			name = attr("url")
		}
		if mime := attr("mime"); mime != "" && !strings.HasPrefix(mime, "image/") {
			return "[^" + name + "]"
		}
		return "!" + name + "!"
	case "blockCard", "embedCard":
		return "[" + attr("url") + "]"
	default:
		return wikiBlocks(n.Content, "")
	}
}

func wikiList(n *node, list string) string {
	var lines []string
	for _, item := range n.Content {
		if item.Type != "listItem" {
			if item.Type == "taskList" {
				lines = append(lines, wikiList(item, list+"*"))
				continue
			}
			lines = append(lines, list+" "+wikiInline(item.Content))
			continue
		}
		first := true
		for _, c := range item.Content {
			text := wikiBlock(c, list)
			if c.Type != "bulletList" && c.Type != "orderedList" && first {
				text = list + " " + text
			}
			first = false
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

func wikiTable(n *node) string {
	var rows []string
	for _, row := range n.Content {
		var b strings.Builder
		bar := "|"
		for _, cell := range row.Content {
			bar = "|"
			if cell.Type == "tableHeader" {
				bar = "||"
			}
			b.WriteString(bar + strings.ReplaceAll(wikiBlocks(cell.Content, ""), "\n\n", "\n"))
		}
		rows = append(rows, b.String()+bar)
	}
	return strings.Join(rows, "\n")
}

var wikiMarks = map[string]string{"strong": "*", "em": "_", "strike": "-", "underline": "+"}

func wikiInline(nodes []*node) string {
	var b strings.Builder
	for _, n := range nodes {
		attr := func(name string) string { s, _ := n.Attrs[name].(string); return s }
		switch n.Type {
		case "text":
			b.WriteString(wikiMarked(n))
		case "hardBreak":
			b.WriteString("\n")
		case "mention":
			b.WriteString("[~accountid:" + attr("id") + "]")
		case "emoji":
			b.WriteString(attr("shortName"))
		case "inlineCard":
			b.WriteString("[" + attr("url") + "|" + attr("url") + "|smart-link]")
		case "status":
			b.WriteString("*[ " + attr("text") + " ]*")
		case "date":
			b.WriteString(attr("timestamp"))
		default:
			b.WriteString(n.plainText())
		}
	}
	return b.String()
}

func wikiMarked(n *node) string {
	text := n.Text
	for _, m := range n.Marks {
		switch m.Type {
		case "code":
			text = "{{" + text + "}}"
		case "link":
			href, _ := m.Attrs["href"].(string)
			text = "[" + text + "|" + href + "]"
		case "subsup":
			sign := "^"
			if m.Attrs["type"] == "sub" {
				sign = "~"
			}
			text = sign + text + sign
		case "textColor":
			color, _ := m.Attrs["color"].(string)
			text = "{color:" + color + "}" + text + "{color}"
		default:
			if sign := wikiMarks[m.Type]; sign != "" {
				text = sign + text + sign
			}
		}
	}
	return text
}
