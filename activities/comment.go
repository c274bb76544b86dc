package activities

import (
	"strings"

	"duplex/core"
	"duplex/core/richtext"
)

// body is a comment's text for the other side: converted, with the header that names who wrote it.
func (s *step) body(to core.Side, c core.Comment) core.Value {
	from := to.Other()
	text := c.Body.Source()
	source := richtext.Format(c.Body.Format())
	if source == "" {
		source = "plain"
	}
	target := richtext.Format(s.formats[to])
	out, _ := richtext.Convert(source, target, text)
	if h := s.mapping.Connection.Comments.Header; h != "" {
		author := c.Author.String()
		if c.Author.IsAbsent() || c.Author.IsEmpty() {
			author = "somebody"
		}
		h = strings.NewReplacer("{author}", author, "{system}", s.pair.Sides[from].Ref.System,
			"{time}", c.CreatedAt.UTC().Format("2006-01-02 15:04 UTC")).Replace(h)
		out = richtext.Prepend(target, out, h)
	}
	return core.Text(string(target), out)
}

// plainBody is a text of our own in a system's format.
func plainBody(format, text string) core.Value {
	out, _ := richtext.Convert("plain", richtext.Format(format), text)
	return core.Text(format, out)
}
