package zendesk

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// maxFile is the largest file in bytes that is sent.
const maxFile = 50 << 20

func (a attachment) value(on core.Comment) core.Attachment {
	var names []string
	for _, at := range []string{a.ContentURL, a.MappedURL} {
		if at != "" && !slices.Contains(names, at) {
			names = append(names, at)
		}
	}
	return core.Attachment{
		Names: names, ID: strconv.FormatInt(a.ID, 10), Name: a.Name, MediaType: a.Type, Size: a.Size, Author: on.Author,
		Visibility: on.Visibility, CreatedAt: on.CreatedAt, CommentID: on.ID, Inline: a.Inline, Own: on.Own || on.Mark != "",
	}
}

// OpenAttachment streams a file. A file that the vendor found malware in is ErrUnsupported.
func (c *Connector) OpenAttachment(ctx context.Context, itemID string, a core.Attachment) (io.ReadCloser, error) {
	attempt := func(err error) error { return fmt.Errorf("%s: opening a file of #%s: %w", c.name, itemID, err) }
	id, err := strconv.ParseInt(a.ID, 10, 64)
	if err != nil {
		return nil, attempt(connectors.ErrNotFound)
	}
	var answer struct{ Attachment attachment }
	if _, err := c.http.JSON(ctx, http.MethodGet, fmt.Sprintf("/api/v2/attachments/%d", id), nil, &answer); err != nil {
		return nil, attempt(err)
	}
	f := answer.Attachment
	switch {
	case !f.there() || f.ContentURL == "":
		return nil, attempt(connectors.ErrNotFound)
	case f.Malware == "malware_found":
		return nil, attempt(fmt.Errorf("the vendor found malware in it: %w", connectors.ErrUnsupported))
	}
	body, resp, err := c.http.Stream(ctx, http.MethodGet, f.ContentURL, httpx.Operation("GET attachment content"))
	if err != nil {
		return nil, attempt(err)
	}
	if page := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html"); page && !strings.HasPrefix(f.Type, "text/html") {
		body.Close()
		return nil, attempt(fmt.Errorf("a page came instead of the file: %w", connectors.ErrDenied))
	}
	return body, nil
}

// Attach uploads a file and adds it with a comment of its own that names it. The file's readers are the comment's.
func (c *Connector) Attach(ctx context.Context, itemID string, draft core.AttachmentDraft, content io.Reader) (core.Attachment, error) {
	attempt := func(err error) error { return fmt.Errorf("%s: attaching to #%s: %w", c.name, itemID, err) }
	switch {
	case draft.Size > maxFile:
		return core.Attachment{}, attempt(fmt.Errorf("a file of %d bytes, the limit is %d: %w", draft.Size, maxFile, connectors.ErrTooLarge))
	case draft.Visibility.Audience != core.Public && draft.Visibility.Audience != core.Internal:
		return core.Attachment{}, attempt(fmt.Errorf("every agent can read an internal note, this file is for fewer: %w", connectors.ErrUnsupported))
	}
	token, _, err := c.upload(ctx, draft, content)
	if err != nil {
		return core.Attachment{}, attempt(err)
	}
	body := map[string]any{"html_body": "<p>" + announces + html.EscapeString(draft.Name) + "</p>", "uploads": []string{token}}
	m, err := c.comment(ctx, itemID, body, draft.Visibility, draft.Mark)
	if err != nil {
		return core.Attachment{}, err
	}
	return c.fileOf(ctx, m, draft, nil)
}

// upload sends the bytes and gives the token that a comment takes them by, for an hour.
func (c *Connector) upload(ctx context.Context, draft core.AttachmentDraft, content io.Reader) (string, attachment, error) {
	counted := &httpx.Counted{From: content}
	var answer struct {
		Upload struct {
			Token      string
			Attachment attachment
		}
	}
	_, err := c.http.JSON(ctx, http.MethodPost, "/api/v2/uploads", nil, &answer,
		httpx.Query(url.Values{"filename": {draft.Name}}), httpx.RawBody(counted, cmp.Or(draft.MediaType, "application/octet-stream")))
	if counted.Err != nil {
		return "", attachment{}, connectors.Busy("reading the content", "it broke off", 0)
	}
	if err == nil && draft.Size >= 0 && counted.N != draft.Size {
		err = connectors.Busy("reading the content", fmt.Sprintf("%d of %d bytes came", counted.N, draft.Size), 0)
	}
	if err == nil && answer.Upload.Token == "" {
		err = connectors.Busy("uploading", "the answer has no token", 0)
	}
	return answer.Upload.Token, answer.Upload.Attachment, err
}

// FindAttachment finds a file by the mark of the update that brought it.
func (c *Connector) FindAttachment(ctx context.Context, itemID string, draft core.AttachmentDraft, _ time.Time, taken []string) (core.Attachment, error) {
	id, err := number(itemID)
	if err != nil {
		return core.Attachment{}, err
	}
	m, err := c.findMarked(ctx, id, draft.Mark)
	if err != nil {
		return core.Attachment{}, err
	}
	return c.fileOf(ctx, m, draft, taken)
}

// fileOf is the file that a comment of duplex brought.
func (c *Connector) fileOf(ctx context.Context, m comment, draft core.AttachmentDraft, taken []string) (core.Attachment, error) {
	on, err := c.commentValue(ctx, m)
	if err != nil {
		return core.Attachment{}, err
	}
	for _, a := range m.Attachments {
		if v := a.value(on); a.there() && !slices.Contains(taken, v.ID) && (draft.Size < 0 || a.Size == draft.Size) {
			return v, nil
		}
	}
	return core.Attachment{}, fmt.Errorf("%s: the comment holds no such file: %w", c.name, connectors.ErrNotFound)
}
