package github

import (
	"html"
	"regexp"
	"strings"
)

var hidden = regexp.MustCompile(`(?s)<!--.*?-->`)

// rendered adds or puts the other renderings that the media type asks for in the place of body: text, html, full. The
// HTML is paragraphs only: what a page would show in style is not played.
func (c *call) rendered(out object, body string) object {
	_, kind, _ := strings.Cut(c.req.Header.Get("Accept"), "application/vnd.github.")
	kind, _, _ = strings.Cut(kind, "+")
	shown := strings.TrimSpace(hidden.ReplaceAllString(body, ""))
	var page string
	for _, block := range strings.Split(shown, "\n\n") {
		if block != "" {
			page += "<p dir=\"auto\">" + html.EscapeString(block) + "</p>\n"
		}
	}
	switch strings.TrimPrefix(kind, "v3.") {
	case "text":
		delete(out, "body")
		out["body_text"] = shown
	case "html":
		delete(out, "body")
		out["body_html"] = page
	case "full":
		out["body_text"], out["body_html"] = shown, page
	}
	return out
}

// issueAnswer is an issue in the media type that was asked for.
func (c *call) issueAnswer(i *issue) object {
	body := ""
	if i.Body != nil {
		body = *i.Body
	}
	return c.rendered(c.issueView(i), body)
}

func (c *call) commentAnswer(m *comment) object { return c.rendered(c.commentView(m), m.Body) }
