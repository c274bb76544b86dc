package rest

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// attachments are the files of an item that was just read, oldest first.
func (c *Connector) attachments(ctx context.Context, r raw, self core.Value) ([]core.Attachment, error) {
	list, err := c.elements(ctx, r, "files", r.it.Attachments.Items, r.it.Attachments.List)
	if err != nil {
		return nil, err
	}
	return c.readFiles(r, list, self)
}

func (c *Connector) readFiles(r raw, list []any, self core.Value) ([]core.Attachment, error) {
	return inOrder(list, func(x any) (core.Attachment, error) { return c.attachment(r, x, self) },
		func(a core.Attachment) time.Time { return a.CreatedAt })
}

func (c *Connector) attachment(r raw, x any, self core.Value) (core.Attachment, error) {
	k := r.it.Attachments
	v := r.see().with("file", x)
	a := core.Attachment{Visibility: c.readers(r.it)}
	for _, t := range []struct {
		e  *Expr
		to *string
	}{{k.ID, &a.ID}, {k.Name, &a.Name}, {k.Type, &a.MediaType}} {
		s, err := t.e.text(v)
		if err != nil {
			return a, err
		}
		*t.to = s
	}
	if a.ID == "" {
		return a, connectors.Busy("reading files", "a file has no id where the manifest says", 0)
	}
	size, err := k.Size.eval(v)
	if err != nil {
		return a, err
	}
	if n, err := strconv.ParseInt(textOf(size), 10, 64); err == nil { // some write it as a text
		a.Size = n
	}
	by, err := k.Author.eval(v)
	if err != nil {
		return a, err
	}
	if a.Author, err = c.shown(by); err != nil {
		return a, err
	}
	at, err := k.Created.eval(v)
	if err != nil {
		return a, err
	}
	a.CreatedAt = c.instant(at)
	a.Own = self.ID() != "" && a.Author.ID() == self.ID()
	address, err := k.Content.text(v)
	if address != "" {
		a.Names = []string{address}
	}
	return a, err
}

// readers are those of a file: all who see the item.
func (c *Connector) readers(it *Item) core.Visibility {
	k := &Comments{Audience: it.Attachments.Readers}
	if k.Audience.source == "" && it.Comments != nil {
		k = it.Comments
	}
	return c.plain(k)
}

// files reads an item's files, with what the system shows of each.
func (c *Connector) files(ctx context.Context, id string) (raw, []core.Attachment, map[string]string, error) {
	r, err := c.get(ctx, id, connectors.Want{Attachments: true})
	if err != nil {
		return r, nil, nil, err
	}
	if r.it.Attachments == nil {
		return r, nil, nil, connectors.ErrUnsupported
	}
	self, err := c.Self(ctx)
	if err != nil {
		return r, nil, nil, err
	}
	shown, err := c.elements(ctx, r, "files", r.it.Attachments.Items, r.it.Attachments.List)
	if err != nil {
		return r, nil, nil, err
	}
	list, err := c.readFiles(r, shown, self)
	if err != nil {
		return r, nil, nil, err
	}
	marks, err := c.fileMarks(r, shown)
	return r, list, marks, err
}

// fileMarks are the marks of an item's files by their ids, where the manifest keeps them.
func (c *Connector) fileMarks(r raw, list []any) (map[string]string, error) {
	k := r.it.Attachments
	if k.Mark == nil {
		return nil, nil
	}
	out := map[string]string{}
	for _, x := range list {
		v := r.see().with("file", x)
		id, err := k.ID.text(v)
		if err != nil {
			return nil, err
		}
		mark, err := c.markOf(k.Mark, v, r.it)
		if err != nil {
			return nil, err
		}
		out[id] = mark
	}
	return out, nil
}

// OpenAttachment streams a file from its address. A page in place of a file that is none is an error.
func (c *Connector) OpenAttachment(ctx context.Context, itemID string, a core.Attachment) (io.ReadCloser, error) {
	what := "reading a file of " + itemID
	_, list, _, err := c.files(ctx, itemID)
	if err != nil {
		return nil, c.failed(what, err)
	}
	i := slices.IndexFunc(list, func(f core.Attachment) bool { return f.ID == a.ID })
	if i < 0 || len(list[i].Names) == 0 {
		return nil, c.failed(what, fmt.Errorf("file %s: %w", a.ID, connectors.ErrNotFound))
	}
	body, resp, err := c.http.Stream(ctx, http.MethodGet, list[i].Names[0], append(headers(vars{"settings": c.settings}, c.m.Headers), httpx.Header("Accept", "*/*"), httpx.Operation("GET content"))...)
	if err != nil {
		return nil, c.failed(what, err)
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if kind == "text/html" && !strings.HasSuffix(strings.ToLower(list[i].Name), "html") && !strings.HasSuffix(strings.ToLower(list[i].Name), "htm") {
		body.Close()
		return nil, c.failed(what, connectors.Busy("GET content", "the answer is a page, not the file", 0))
	}
	if why := httpx.NotTheFile(resp, list[i].MediaType, list[i].Size); why != "" {
		body.Close()
		return nil, c.failed(what, connectors.Busy("GET content", why, 0))
	}
	return body, nil
}

// Attach sends a file, and links it to the item where that is a call of its own.
func (c *Connector) Attach(ctx context.Context, itemID string, d core.AttachmentDraft, content io.Reader) (core.Attachment, error) {
	what := "adding a file to " + itemID
	r, known, _, err := c.files(ctx, itemID)
	if err != nil {
		return core.Attachment{}, c.failed(what, err)
	}
	k := r.it.Attachments
	if k.Upload == nil {
		return core.Attachment{}, c.failed(what, connectors.ErrUnsupported)
	}
	if c.readers(r.it).WiderThan(d.Visibility) {
		return core.Attachment{}, c.failed(what, fmt.Errorf("%w: everybody who sees the item sees its files", connectors.ErrUnsupported))
	}
	media := cmp.Or(d.MediaType, "application/octet-stream")
	v := r.vars.with("name", d.Name, "media_type", media, "mark", d.Mark, "size", d.Size)
	a, err := c.upload(ctx, k.Upload, v, d, content)
	if err != nil {
		return core.Attachment{}, c.failed(what, err)
	}
	if k.Link != nil {
		token, err := k.Upload.Token.text(a.vars())
		if err == nil && token == "" {
			err = connectors.Busy("POST "+k.Upload.Path.source, "the answer has no token where the manifest says", 0)
		}
		if err != nil {
			return core.Attachment{}, c.failed(what, err)
		}
		v = v.with("token", token)
		if _, err := c.call(ctx, k.Link, http.MethodPut, v, query(v, k.Link.Query), k.Link.Body.fill(v)); err != nil {
			return core.Attachment{}, c.failed(what, err)
		}
	}
	if k.Upload.Answer != nil {
		self, err := c.Self(ctx)
		if err != nil {
			return core.Attachment{}, c.failed(what, err)
		}
		x, err := k.Upload.Answer.eval(a.vars())
		if err == nil && x != nil {
			made, err := c.attachment(r, x, self)
			return made, c.failed(what, err)
		}
	}
	_, list, marks, err := c.files(ctx, itemID)
	if err != nil {
		return core.Attachment{}, c.failed(what, err)
	}
	for _, f := range slices.Backward(list) {
		old := slices.ContainsFunc(known, func(o core.Attachment) bool { return o.ID == f.ID })
		if marks != nil && marks[f.ID] == d.Mark && d.Mark != "" || !old && c.mayBeOwn(f) && f.Name == d.Name {
			return f, nil
		}
	}
	return core.Attachment{}, c.failed(what, connectors.Busy("adding a file", "the system took it and does not show it", 0))
}

// mayBeOwn tells a file that the own account may have added: where the system does not say whose it is, or whose the credential is, any.
func (c *Connector) mayBeOwn(a core.Attachment) bool {
	return a.Own || a.Author.ID() == "" || c.m.Self == nil
}

// upload sends the content as the body, or as a part of a form whose other parts come first. Half a content is not sent to its end.
func (c *Connector) upload(ctx context.Context, u *Upload, v vars, d core.AttachmentDraft, content io.Reader) (answer, error) {
	q, media := query(v, u.Query), cmp.Or(d.MediaType, "application/octet-stream")
	if u.Part == "" {
		return c.call(ctx, &u.Request, http.MethodPost, v, q, nil, httpx.RawBody(httpx.Exactly(content, d.Size), cmp.Or(u.Headers["Content-Type"], media)))
	}
	var fields [][2]string
	for _, n := range sortedKeys(u.Parts) {
		if s, missing := fill(u.Parts[n], v, asIs); missing == "" {
			fields = append(fields, [2]string{n, s})
		}
	}
	form, kind := httpx.Form(fields, httpx.FormFile{Field: u.Part, Name: d.Name, MediaType: media, Size: d.Size, Content: content})
	defer form.Close()
	return c.call(ctx, &u.Request, http.MethodPost, v, q, nil, httpx.RawBody(form, kind))
}

// FindAttachment looks for the mark where the manifest keeps one, else for an own file of that name and size, added not before since.
func (c *Connector) FindAttachment(ctx context.Context, itemID string, d core.AttachmentDraft, since time.Time, taken []string) (core.Attachment, error) {
	what := "looking for a file of " + itemID
	_, list, marks, err := c.files(ctx, itemID)
	if err != nil {
		return core.Attachment{}, c.failed(what, err)
	}
	for _, a := range list {
		if slices.Contains(taken, a.ID) {
			continue
		}
		if marks != nil && marks[a.ID] == d.Mark && d.Mark != "" {
			return a, nil
		}
		if marks == nil && c.mayBeOwn(a) && a.Name == d.Name && (d.Size < 0 || a.Size == d.Size) && !a.CreatedAt.Before(since) {
			return a, nil
		}
	}
	return core.Attachment{}, c.failed(what, connectors.ErrNotFound)
}

// DeleteAttachment deletes a file.
func (c *Connector) DeleteAttachment(ctx context.Context, itemID, attachmentID string) error {
	what := "deleting a file of " + itemID
	r, list, _, err := c.files(ctx, itemID)
	if err != nil {
		return c.failed(what, err)
	}
	if !slices.ContainsFunc(list, func(a core.Attachment) bool { return a.ID == attachmentID }) {
		return c.failed(what, fmt.Errorf("file %s: %w", attachmentID, connectors.ErrNotFound))
	}
	req := r.it.Attachments.Delete
	if req == nil {
		return c.failed(what, connectors.ErrUnsupported)
	}
	v := r.vars.with("file_id", attachmentID)
	_, err = c.call(ctx, req, http.MethodDelete, v, query(v, req.Query), req.Body.fill(v))
	return c.failed(what, err)
}
