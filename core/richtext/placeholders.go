package richtext

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// placeholder finds what Zendesk would expand: {{…}} and Liquid tags {%…%},
// also where the end is missing.
var placeholder = regexp.MustCompile(`\{\{(?:[^}]|\}[^}])*(?:\}\})?|\{%(?:[^%]|%[^}])*(?:%\})?`)

// EscapePlaceholders returns HTML in which placeholders of foreign text, such
// as {{ticket.id}}, stand in code elements, so that Zendesk shows instead of
// expanding them (Zendesk "Ticket Comments": placeholders in html_body).
// Parse(HTML, …) takes these elements off again: source and result are Equal.
func EscapePlaceholders(source string) string {
	if !strings.Contains(source, "{{") && !strings.Contains(source, "{%") {
		return source
	}
	z := html.NewTokenizer(strings.NewReader(source))
	var sb strings.Builder
	inCode := 0
	for {
		kind := z.Next()
		raw := string(z.Raw())
		if kind == html.ErrorToken {
			return sb.String() + raw
		}
		name, _ := z.TagName()
		tag := atom.Lookup(name)
		isCode := tag == atom.Code || tag == atom.Pre
		switch {
		case kind == html.TextToken && inCode == 0:
			raw = placeholder.ReplaceAllString(raw, "<code>$0</code>")
		case kind == html.StartTagToken && isCode:
			inCode++
		case kind == html.EndTagToken && isCode && inCode > 0:
			inCode--
		}
		sb.WriteString(raw)
	}
}

// unescapePlaceholder takes the code formatting off a placeholder.
func unescapePlaceholder(n *Node) {
	if n.Kind == Text && (strings.HasPrefix(n.Text, "{{") || strings.HasPrefix(n.Text, "{%")) {
		n.Marks = dropMark(n.Marks, Code)
	}
}
