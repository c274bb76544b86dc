package activities

import (
	"duplex/core"
	"duplex/core/mapping"
	"duplex/core/richtext"
)

// draft is a comment for readers of the other side: converted, with the header that names who wrote it, and without it for where it is
// written as its author.
func (s *step) draft(to core.Side, c core.Comment, readers core.Visibility) core.CommentDraft {
	source := c.Body.Format()
	if source == "" {
		source = "plain"
	}
	target := s.formats[to]
	bare := mapping.Carry(source, target, c.Body.Source(), s.refer(to, readers))
	d := core.CommentDraft{Body: core.Text(target, bare)}
	if h := s.header(s.mapping.Connection.Comments.Header, to.Other(), c.Author, c.CreatedAt); h != "" {
		d.Body = core.Text(target, richtext.Prepend(richtext.Format(target), bare, h))
	}
	if s.mapping.Connection.Comments.AsAuthor && s.impersonates[to] {
		if p, ok := s.mapping.Mentioned(to, c.Author); ok {
			d.Author, d.Bare = p, core.Text(target, bare)
		}
	}
	return d
}

// plainBody is a text of our own in a system's format.
func plainBody(format, text string) core.Value {
	out, _ := richtext.Convert("plain", richtext.Format(format), text)
	return core.Text(format, out)
}
