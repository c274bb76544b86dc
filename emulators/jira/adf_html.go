package jira

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// htmlText renders a document for renderedFields, renderedBody and the human pages. All text is escaped.
func htmlText(doc *node) template.HTML {
	var b strings.Builder
	if doc != nil {
		for _, n := range doc.Content {
			htmlNode(&b, n)
		}
	}
	return template.HTML(b.String())
}

var htmlTags = map[string]string{
	"paragraph": "p", "bulletList": "ul", "orderedList": "ol", "listItem": "li", "blockquote": "blockquote",
	"table": "table", "tableRow": "tr", "tableCell": "td", "tableHeader": "th", "taskList": "ul", "decisionList": "ul",
	"decisionItem": "li", "panel": "aside", "expand": "section", "nestedExpand": "section",
}

func htmlNode(b *strings.Builder, n *node) {
	attr := func(name string) string { s, _ := n.Attrs[name].(string); return html.EscapeString(s) }
	tag := htmlTags[n.Type]
	switch n.Type {
	case "text":
		b.WriteString(htmlMarked(n))
		return
	case "hardBreak":
		b.WriteString("<br/>")
		return
	case "rule":
		b.WriteString("<hr/>")
		return
	case "mention":
		b.WriteString("<b>" + attr("text") + "</b>")
		return
	case "emoji":
		b.WriteString(attr("shortName"))
		return
	case "status":
		b.WriteString("<mark>" + attr("text") + "</mark>")
		return
	case "inlineCard", "blockCard", "embedCard":
		b.WriteString(`<a href="` + safeHref(n.Attrs["url"]) + `">` + attr("url") + "</a>")
		return
	case "media", "mediaInline":
		switch address, _ := n.Attrs["url"].(string); {
		case address == "":
			b.WriteString(attr("alt"))
		case n.Attrs["type"] == "external" || strings.HasPrefix(attr("mime"), "image/"):
			b.WriteString(`<img src="` + html.EscapeString(address) + `" alt="` + attr("alt") + `"/>`)
		default:
			b.WriteString(`<a href="` + html.EscapeString(address) + `">` + attr("alt") + "</a>")
		}
		return
	case "codeBlock":
		b.WriteString("<pre>" + html.EscapeString(n.plainText()) + "</pre>")
		return
	case "heading":
		level, _ := n.Attrs["level"].(float64)
		tag = fmt.Sprintf("h%d", int(level))
	case "taskItem":
		box := "☐ "
		if n.Attrs["state"] == "DONE" {
			box = "☑ "
		}
		b.WriteString("<li>" + box)
		for _, c := range n.Content {
			htmlNode(b, c)
		}
		b.WriteString("</li>")
		return
	}
	if tag != "" {
		b.WriteString("<" + tag + ">")
	}
	for _, c := range n.Content {
		htmlNode(b, c)
	}
	if tag != "" {
		b.WriteString("</" + tag + ">")
	}
}

var markTags = map[string]string{"strong": "b", "em": "em", "underline": "u", "strike": "s", "code": "code"}

func htmlMarked(n *node) string {
	text := strings.ReplaceAll(html.EscapeString(n.Text), "\n", "<br/>")
	for _, m := range n.Marks {
		switch m.Type {
		case "link":
			text = `<a href="` + safeHref(m.Attrs["href"]) + `">` + text + "</a>"
		case "subsup":
			tag := "sup"
			if m.Attrs["type"] == "sub" {
				tag = "sub"
			}
			text = "<" + tag + ">" + text + "</" + tag + ">"
		default:
			if tag := markTags[m.Type]; tag != "" {
				text = "<" + tag + ">" + text + "</" + tag + ">"
			}
		}
	}
	return text
}

// safeHref keeps only links a page may follow.
func safeHref(v any) string {
	s, _ := v.(string)
	for _, scheme := range []string{"http://", "https://", "mailto:"} {
		if strings.HasPrefix(strings.ToLower(s), scheme) {
			return html.EscapeString(s)
		}
	}
	return "#"
}

func splitLines(text string) []string {
	return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
}
