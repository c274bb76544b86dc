package freshworks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// file is an attachment as the vendor shows it. Its address ends soon, so that it is no part of an observation.
type file struct {
	ID        int64
	Name      string
	Type      string `json:"content_type"`
	Size      int64
	FileSize  int64  `json:"file_size"`
	URL       string `json:"attachment_url"`
	CreatedAt string `json:"created_at"`
}

func (f file) size() int64 { return max(f.Size, f.FileSize) }

func (r record) files() []file {
	var out []file
	_ = json.Unmarshal(r["attachments"], &out)
	return out
}

func (f file) value(on core.Comment) core.Attachment {
	return core.Attachment{ID: strconv.FormatInt(f.ID, 10), Name: f.Name, MediaType: f.Type, Size: f.size(), Author: on.Author,
		Visibility: on.Visibility, CreatedAt: instant(f.CreatedAt), CommentID: on.ID, Own: on.Own || on.Mark != ""}
}

// owned is a file, and the entry that holds it; an entry without an id where the item itself does.
type owned struct {
	file
	by message
}

// files reads an item's files afresh, with addresses that still work.
func (c *Connector) files(ctx context.Context, it *Item, id int64) ([]owned, error) {
	r, archived, err := c.fetch(ctx, it, id, false)
	if err != nil {
		return nil, err
	}
	talk, err := c.talk(ctx, it, id, archived)
	if err != nil {
		return nil, err
	}
	var out []owned
	for _, f := range r.files() {
		out = append(out, owned{file: f})
	}
	for _, m := range talk {
		for _, f := range m.Attachments {
			out = append(out, owned{f, m})
		}
	}
	return out, nil
}

// file finds one of an item's files.
func (c *Connector) file(ctx context.Context, it *Item, id int64, fileID string) (owned, error) {
	all, err := c.files(ctx, it, id)
	if err != nil {
		return owned{}, err
	}
	i := slices.IndexFunc(all, func(f owned) bool { return strconv.FormatInt(f.ID, 10) == fileID })
	if i < 0 {
		return owned{}, connectors.ErrNotFound
	}
	return all[i], nil
}

// OpenAttachment streams a file from an address that is asked for just before.
func (c *Connector) OpenAttachment(ctx context.Context, itemID string, a core.Attachment) (io.ReadCloser, error) {
	it, id, err := c.locate(itemID)
	if err != nil {
		return nil, err
	}
	attempt := func(err error) error { return fmt.Errorf("%s: opening a file of %s%d: %w", c.name, it.Sign, id, err) }
	f, err := c.file(ctx, it, id, a.ID)
	if err != nil {
		return nil, attempt(err)
	}
	// The address is signed and takes no credentials beside that.
	open := &httpx.Client{Base: c.http.Base, HTTP: c.http.HTTP, Now: c.http.Now, Secrets: c.http.Secrets}
	body, resp, err := open.Stream(ctx, http.MethodGet, f.URL, httpx.Operation("GET attachment content"))
	if err != nil {
		return nil, attempt(err)
	}
	if page := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html"); page && !strings.HasPrefix(f.Type, "text/html") {
		body.Close()
		return nil, attempt(fmt.Errorf("a page came instead of the file: %w", connectors.ErrDenied))
	}
	return body, nil
}

// Attach adds a file with a note of its own that names it. The file's readers are the note's.
func (c *Connector) Attach(ctx context.Context, itemID string, draft core.AttachmentDraft, content io.Reader) (core.Attachment, error) {
	it, id, err := c.locate(itemID)
	if err != nil {
		return core.Attachment{}, err
	}
	attempt := func(err error) error { return fmt.Errorf("%s: attaching to %s%d: %w", c.name, it.Sign, id, err) }
	private := draft.Visibility.Audience == core.Internal
	switch {
	case it.Notes:
		return core.Attachment{}, attempt(fmt.Errorf("notes of a %s take no files: %w", it.Type, connectors.ErrUnsupported))
	case draft.Size > c.p.MostFiles:
		return core.Attachment{}, attempt(fmt.Errorf("a file of %d bytes, the files of an item have %d together: %w", draft.Size, c.p.MostFiles, connectors.ErrTooLarge))
	case !private && draft.Visibility.Audience != core.Public:
		return core.Attachment{}, attempt(fmt.Errorf("every agent can read a private note, this file is for fewer: %w", connectors.ErrUnsupported))
	}
	form, kind := httpx.Form([][2]string{{"body", c.withMark("<p>Attached: "+html.EscapeString(draft.Name)+"</p>", draft.Mark)}, {"private", strconv.FormatBool(private)}},
		httpx.FormFile{Field: "attachments[]", Name: draft.Name, MediaType: draft.MediaType, Size: draft.Size, Content: content})
	defer form.Close()
	_, _, one := it.talkName()
	var m message
	err = c.call(ctx, http.MethodPost, path(it, id)+"/notes", one, nil, &m, httpx.RawBody(form, kind), httpx.Operation("POST "+it.Path+"/{id}/notes"))
	var invalid *connectors.InvalidError
	if errors.As(err, &invalid) && strings.Contains(fmt.Sprint(invalid.Fields), "ttachment") {
		err = fmt.Errorf("the files of the item would be more than %d bytes together, or the file is refused: %s: %w", c.p.MostFiles, invalid, connectors.ErrTooLarge)
	}
	if err = c.gone(ctx, it, id, err); err != nil {
		return core.Attachment{}, attempt(err)
	}
	if len(m.Attachments) == 0 {
		return core.Attachment{}, attempt(c.withoutFile(ctx, it, id, m))
	}
	if private && m.Private != nil && !*m.Private {
		return core.Attachment{}, attempt(c.takeBack(ctx, it, id, m))
	}
	on, err := c.comment(ctx, it, m)
	return m.Attachments[0].value(on), err
}

// withoutFile deletes a note that came out without its file: the next attempt would not find it, and write one more.
func (c *Connector) withoutFile(ctx context.Context, it *Item, id int64, m message) error {
	if m.ID != 0 {
		if err := c.DeleteComment(ctx, it.Prefix+strconv.FormatInt(id, 10), strconv.FormatInt(m.ID, 10)); err != nil && !errors.Is(err, connectors.ErrNotFound) {
			return fmt.Errorf("a note came out without its file and could not be deleted: %w", err)
		}
	}
	return connectors.Busy("attaching", "the answer has no file", 0)
}

// FindAttachment finds a file by the mark in the text of the note that brought it.
func (c *Connector) FindAttachment(ctx context.Context, itemID string, draft core.AttachmentDraft, _ time.Time, taken []string) (core.Attachment, error) {
	it, id, err := c.locate(itemID)
	if err != nil {
		return core.Attachment{}, err
	}
	all, err := c.files(ctx, it, id)
	if err != nil {
		return core.Attachment{}, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return core.Attachment{}, err
	}
	for _, f := range all {
		_, mark := c.split(f.by, self)
		if mark == "" || mark != draft.Mark || slices.Contains(taken, strconv.FormatInt(f.ID, 10)) {
			continue
		}
		on, err := c.comment(ctx, it, f.by)
		return f.value(on), err
	}
	return core.Attachment{}, fmt.Errorf("%s: no note of %s%d brought that file: %w", c.name, it.Sign, id, connectors.ErrNotFound)
}

// DeleteAttachment deletes a file; the note that brought it stays, without it.
func (c *Connector) DeleteAttachment(ctx context.Context, itemID, attachmentID string) error {
	it, id, err := c.locate(itemID)
	if err != nil {
		return err
	}
	attempt := func(err error) error { return fmt.Errorf("%s: deleting a file of %s%d: %w", c.name, it.Sign, id, err) }
	f, err := c.file(ctx, it, id, attachmentID)
	if err != nil {
		return attempt(err)
	}
	at := "/api/v2/attachments/" + attachmentID
	switch {
	case c.p.FileByID && f.by.ID != 0:
		at = fmt.Sprintf("/api/v2/conversations/%d/attachments/%s", f.by.ID, attachmentID)
	case c.p.FileByID:
		at = path(it, id) + "/attachments/" + attachmentID
	}
	_, err = c.http.JSON(ctx, http.MethodDelete, at, nil, nil)
	if err = c.gone(ctx, it, id, err); err != nil {
		return attempt(err)
	}
	return nil
}
