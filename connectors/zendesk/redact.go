package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/internal/httpx"
)

// redacted is what the vendor puts in the place of every character.
const redacted = "▇"

// announces begins the comment that brings a file.
const announces = "Attached file: "

// NarrowComment makes a public comment an internal note (vendor page "Ticket Comments", Make Comment Private; there is no way back).
func (c *Connector) NarrowComment(ctx context.Context, itemID, commentID string, v core.Visibility) (core.Comment, error) {
	id, m, err := c.commentByID(ctx, itemID, commentID)
	if err != nil {
		return core.Comment{}, err
	}
	is := visibility(m.Public)
	if v.Audience == core.Internal && is.Audience == core.Public {
		path := fmt.Sprintf("%s/comments/%d/make_private", ticketPath(id), m.ID)
		if _, err := c.http.JSON(ctx, http.MethodPut, path, nil, nil, httpx.Operation("PUT make_private")); err != nil {
			return core.Comment{}, fmt.Errorf("%s: making a comment of #%d private: %w", c.name, id, err)
		}
		m.Public = false
	} else if is.WiderThan(v) {
		return core.Comment{}, fmt.Errorf("%s: every agent can read an internal note, this one is for fewer: %w", c.name, connectors.ErrUnsupported)
	}
	return c.commentValue(ctx, m)
}

// RedactComment redacts a comment's whole text and its files: by the one call of the Agent Workspace, else line by line (vendor pages
// "Ticket Comments" and "Attachments"). A closed ticket refuses the second.
func (c *Connector) RedactComment(ctx context.Context, itemID, commentID string) error {
	id, m, err := c.commentByID(ctx, itemID, commentID)
	if err != nil {
		return err
	}
	return c.redact(ctx, id, m)
}

func (c *Connector) redact(ctx context.Context, id int64, m comment) error {
	attempt := func(err error) error { return fmt.Errorf("%s: redacting a comment of #%d: %w", c.name, id, err) }
	var urls []string
	for _, a := range m.Attachments {
		if a.there() {
			urls = append(urls, a.ContentURL)
		}
	}
	if len(urls) == 0 && !legible(m.plain()) {
		return nil
	}
	body := map[string]any{"ticket_id": id, "html_body": redactAll(m.body().Source())}
	if len(urls) > 0 {
		body["external_attachment_urls"] = urls
	}
	_, err := c.http.JSON(ctx, http.MethodPut, fmt.Sprintf("/api/v2/comment_redactions/%d", m.ID), body, nil)
	if err == nil {
		if _, m, err = c.commentByID(ctx, fmt.Sprint(id), fmt.Sprint(m.ID)); err != nil {
			return attempt(err)
		}
	} else if !refuses(err) {
		return attempt(err)
	}
	for line := range strings.Lines(m.plain()) {
		if line = strings.TrimSpace(line); !legible(line) {
			continue
		}
		path := fmt.Sprintf("%s/comments/%d/redact", ticketPath(id), m.ID)
		if _, err := c.http.JSON(ctx, http.MethodPut, path, map[string]any{"text": line}, nil); err != nil {
			return attempt(err)
		}
	}
	for _, a := range m.Attachments {
		if a.there() {
			if err := c.redactFile(ctx, id, m.ID, a.ID); err != nil {
				return attempt(err)
			}
		}
	}
	return nil
}

// DeleteAttachment redacts a file: the vendor puts an empty redacted.txt in its place. A comment that duplex wrote only to bring the file
// is redacted with it, because it says the file's name.
func (c *Connector) DeleteAttachment(ctx context.Context, itemID, attachmentID string) error {
	id, err := number(itemID)
	if err != nil {
		return err
	}
	var on comment
	var file attachment
	err = c.eachComment(ctx, id, func(m comment) bool {
		for _, a := range m.Attachments {
			if strconv.FormatInt(a.ID, 10) == attachmentID && a.there() {
				on, file = m, a
			}
		}
		return file.ID != 0
	})
	switch {
	case err != nil:
		return err
	case file.ID == 0:
		return fmt.Errorf("%s: the file is not on #%d: %w", c.name, id, connectors.ErrNotFound)
	case on.ownMark() != "" && len(on.Attachments) == 1 && strings.HasPrefix(on.plain(), announces):
		return c.redact(ctx, id, on)
	}
	if err := c.redactFile(ctx, id, on.ID, file.ID); err != nil {
		return fmt.Errorf("%s: redacting a file of #%d: %w", c.name, id, err)
	}
	return nil
}

func (c *Connector) redactFile(ctx context.Context, id, commentID, fileID int64) error {
	_, err := c.http.JSON(ctx, http.MethodPut, fmt.Sprintf("%s/comments/%d/attachments/%d/redact", ticketPath(id), commentID, fileID), nil, nil)
	return err
}

// refuses tells an answer that says no from one that may yet become yes.
func refuses(err error) bool {
	var invalid *connectors.InvalidError
	return errors.As(err, &invalid) || errors.Is(err, connectors.ErrNotFound) || errors.Is(err, connectors.ErrUnsupported) ||
		errors.Is(err, connectors.ErrDenied) && !errors.Is(err, connectors.ErrUnauthenticated)
}

// legible reports whether a text shows more than what a redaction leaves.
func legible(text string) bool {
	return strings.Trim(text, redacted+" \t\r\n\u00a0") != ""
}

func (m comment) plain() string { return richtext.PlainText(richtext.HTML, m.body().Source()) }

func (m comment) ownMark() string {
	mark, _ := m.Metadata.Custom[markKey].(string)
	return mark
}

// there reports a file whose content can still be had: not the empty one that a redaction leaves.
func (a attachment) there() bool {
	return !a.Deleted && !(a.Name == "redacted.txt" && a.Size == 0)
}

// commentByID is a comment of the ticket.
func (c *Connector) commentByID(ctx context.Context, itemID, commentID string) (id int64, found comment, err error) {
	if id, err = number(itemID); err != nil {
		return 0, comment{}, err
	}
	err = c.eachComment(ctx, id, func(m comment) bool {
		if strconv.FormatInt(m.ID, 10) == commentID {
			found = m
		}
		return found.ID != 0
	})
	if err == nil && found.ID == 0 {
		err = fmt.Errorf("%s: a comment of #%d: %w", c.name, id, connectors.ErrNotFound)
	}
	if err == nil {
		err = c.learnPeople(ctx, nil, []comment{found})
	}
	return id, found, err
}

// eachComment goes through the comments, the newest first, until done says so.
func (c *Connector) eachComment(ctx context.Context, id int64, done func(comment) bool) error {
	q := url.Values{"page[size]": {"100"}, "sort": {"-created_at"}, "include_inline_images": {"true"}}
	err := pages(ctx, c, ticketPath(id)+"/comments", "comments", q, func(page []comment) bool {
		for _, m := range page {
			if done(m) {
				return true
			}
		}
		return false
	})
	if err != nil {
		return fmt.Errorf("%s: reading the comments of #%d: %w", c.name, id, err)
	}
	return nil
}

// redactAll marks everything that a comment's HTML shows as to be redacted: its words, pictures and links.
func redactAll(html string) string {
	var b strings.Builder
	words := func(text string) {
		if strings.TrimSpace(text) == "" {
			b.WriteString(text)
			return
		}
		b.WriteString("<redact>" + text + "</redact>")
	}
	for html != "" {
		begin := strings.IndexByte(html, '<')
		if begin < 0 {
			break
		}
		end := strings.IndexByte(html[begin:], '>')
		if end < 0 {
			break
		}
		words(html[:begin])
		tag := html[begin : begin+end+1]
		for _, element := range []string{"<img ", "<a "} {
			if rest, ok := strings.CutPrefix(tag, element); ok {
				tag = element + "redact " + rest
			}
		}
		b.WriteString(tag)
		html = html[begin+end+1:]
	}
	words(html)
	return b.String()
}

var (
	_ connectors.CommentNarrower   = (*Connector)(nil)
	_ connectors.CommentRedactor   = (*Connector)(nil)
	_ connectors.AttachmentDeleter = (*Connector)(nil)
)
