package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/internal/httpx"
)

// maxComment is the size of a comment in bytes; the vendor cuts off what is longer without a word (vendor page "Ticket
// Comments", 64 kB).
const maxComment = 65535

// AddComment adds a comment or an internal note as the own account. Its mark goes into the update's metadata, which
// agents do not see. A comment for fewer readers than all agents is ErrUnsupported.
func (c *Connector) AddComment(ctx context.Context, itemID string, draft core.CommentDraft) (core.Comment, error) {
	m, err := c.say(ctx, itemID, draft, nil)
	if err != nil {
		return core.Comment{}, err
	}
	return c.commentValue(ctx, m)
}

// FindComment finds a comment by its mark in the ticket's audits.
func (c *Connector) FindComment(ctx context.Context, itemID, mark string) (core.Comment, error) {
	id, err := number(itemID)
	if err != nil {
		return core.Comment{}, err
	}
	m, err := c.findMarked(ctx, id, mark)
	if err != nil {
		return core.Comment{}, err
	}
	v, err := c.commentValue(ctx, m)
	v.Mark = mark
	return v, err
}

// comment adds a comment and reads it back.
func (c *Connector) comment(ctx context.Context, itemID string, body map[string]any, v core.Visibility, mark string) (comment, error) {
	id, err := number(itemID)
	if err != nil {
		return comment{}, err
	}
	switch v.Audience {
	case core.Public:
		body["public"] = true
	case core.Internal:
		body["public"] = false
	default:
		return comment{}, fmt.Errorf("%s: every agent can read an internal note, this text is for fewer: %w", c.name, connectors.ErrUnsupported)
	}
	_, a, err := c.send(ctx, id, map[string]any{"comment": body, "metadata": map[string]any{markKey: mark}})
	if err != nil {
		return comment{}, fmt.Errorf("%s: commenting on #%d: %w", c.name, id, err)
	}
	m, err := c.commentOf(ctx, id, a.ID)
	if errors.Is(err, connectors.ErrNotFound) { // it was written; a later look finds it by its mark
		err = connectors.Busy(c.name+": reading the new comment", "the vendor does not show it yet", 0)
	}
	m.mark(mark)
	if err == nil && visibility(m.Public).WiderThan(v) {
		return comment{}, c.unpublish(ctx, id, m)
	}
	return m, err
}

// unpublish hides a comment that came out wider than it may. Its error is ErrUnsupported when that worked.
func (c *Connector) unpublish(ctx context.Context, id int64, m comment) error {
	path := fmt.Sprintf("%s/comments/%d/make_private", ticketPath(id), m.ID)
	if _, err := c.http.JSON(ctx, http.MethodPut, path, nil, nil, httpx.Operation("PUT make_private")); err != nil {
		return fmt.Errorf("%s: a comment of #%d that came out public could not be made private: %w", c.name, id, err)
	}
	if err := c.redact(ctx, id, m); err != nil {
		return err
	}
	return fmt.Errorf("%s: Zendesk made an internal comment of #%d public; it was made private and redacted: %w", c.name, id, connectors.ErrUnsupported)
}

func (m *comment) mark(mark string) { m.Metadata.Custom = map[string]any{markKey: mark} }

// markup is the HTML to send for a rich text. Placeholders are escaped so that the vendor shows them instead of
// filling them in.
func markup(v core.Value) (string, error) {
	switch {
	case v.Kind() != core.KindText || v.Format() != "html":
		return "", connectors.Invalid("the text", "description", "it takes HTML text")
	case richtext.IsEmpty(richtext.HTML, v.Source()):
		return "", connectors.Invalid("the text", "description", "a comment needs text")
	}
	html := richtext.EscapePlaceholders(v.Source())
	if len(html) > maxComment {
		return "", fmt.Errorf("a text of %d bytes, the limit is %d: %w", len(html), maxComment, connectors.ErrTooLarge)
	}
	return html, nil
}

func (c *Connector) commentValue(ctx context.Context, m comment) (core.Comment, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return core.Comment{}, err
	}
	return c.value(m, self), nil
}

func (c *Connector) value(m comment, self core.Value) core.Comment {
	at := instant(m.CreatedAt)
	mark, _ := m.Metadata.Custom[markKey].(string)
	return core.Comment{
		ID: strconv.FormatInt(m.ID, 10), Author: c.person(&m.AuthorID), Body: m.body(), Visibility: visibility(m.Public),
		CreatedAt: at, UpdatedAt: at, Mark: mark, Own: strconv.FormatInt(m.AuthorID, 10) == self.ID(),
	}
}

// entries are the comments and files of a whole conversation, oldest first.
func (c *Connector) entries(list []comment, self core.Value) (comments []core.Comment, files []core.Attachment) {
	for i, m := range list {
		v := c.value(m, self)
		v.Opening = i == 0
		comments = append(comments, v)
		for _, a := range m.Attachments {
			if a.there() {
				files = append(files, a.value(v))
			}
		}
	}
	return comments, files
}
