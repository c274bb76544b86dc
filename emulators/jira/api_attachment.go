package jira

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

func (c *call) postAttachments() (reply, error) {
	if !strings.EqualFold(c.r.Header.Get("X-Atlassian-Token"), "no-check") {
		return reply{}, fail(http.StatusForbidden, "XSRF check failed")
	}
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	parts, err := readFiles(c.r.Header.Get("Content-Type"), c.body, c.uploadLimit())
	if err != nil {
		return reply{}, err
	}
	out := []object{}
	for _, p := range parts {
		a, err := c.attach(i, p.name, p.mimeType, p.content)
		if err != nil {
			return reply{}, err
		}
		out = append(out, c.view().attachment(a))
	}
	return ok(out)
}

type upload struct {
	name, mimeType string
	content        []byte
}

// readFiles takes the parts named "file" out of a multipart body.
func readFiles(contentType string, body []byte, limit int) ([]upload, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" {
		return nil, fail(http.StatusUnsupportedMediaType, "Unsupported Media Type")
	}
	var out []upload
	r := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		part, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fail(http.StatusBadRequest, "The multipart body is damaged.")
		}
		if part.FormName() != "file" {
			continue
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, fail(http.StatusBadRequest, "The multipart body is damaged.")
		}
		if len(content) > limit {
			return nil, fail(http.StatusRequestEntityTooLarge, "The file %s is larger than the maximum attachment size of %d bytes.", part.FileName(), limit)
		}
		out = append(out, upload{part.FileName(), part.Header.Get("Content-Type"), content})
	}
	switch {
	case len(out) == 0:
		return nil, fail(http.StatusBadRequest, "No file was given in a part named 'file'.")
	case len(out) > maxFiles:
		return nil, fail(http.StatusRequestEntityTooLarge, "At most 60 files may be uploaded at a time.")
	}
	return out, nil
}

func (c *call) attachmentMeta() (reply, error) {
	return ok(object{"enabled": true, "uploadLimit": c.uploadLimit()})
}

func (c *call) oneAttachment() (*issue, *attachment, error) {
	i, a := c.state.findAttachment(func(a *attachment) bool { return a.ID == c.vars["id"] })
	if a == nil {
		return nil, nil, fail(http.StatusNotFound, "The attachment with id '%s' does not exist", c.vars["id"])
	}
	return i, a, nil
}

func (c *call) getAttachment() (reply, error) {
	_, a, err := c.oneAttachment()
	if err != nil {
		return reply{}, err
	}
	out := c.view().attachment(a)
	out["id"] = number(a.ID) // a number here, a string inside issues
	return ok(out)
}

func (c *call) deleteAttachment() (reply, error) {
	i, a, err := c.oneAttachment()
	if err != nil {
		return reply{}, err
	}
	c.detach(i, a)
	return noContent()
}

// content answers 303 to the media host, or the bytes themselves with redirect=false.
func (c *call) content() (reply, error) {
	_, a, err := c.oneAttachment()
	if err != nil {
		return reply{}, err
	}
	if c.query.Get("redirect") != "false" {
		return reply{status: http.StatusSeeOther, header: http.Header{"Location": {c.mediaAddress(a)}}}, nil
	}
	content, err := c.files.get(a.ID)
	if err != nil {
		return reply{}, err
	}
	header := http.Header{"Content-Type": {a.MimeType}, "Accept-Ranges": {"bytes"},
		"Content-Disposition": {mime.FormatMediaType("attachment", map[string]string{"filename": a.Filename})}}
	from, to, partial, err := readRange(c.r.Header.Get("Range"), len(content))
	if err != nil {
		return reply{}, err
	}
	if !partial {
		return reply{status: http.StatusOK, raw: append([]byte{}, content...), header: header}, nil
	}
	header.Set("Content-Range", "bytes "+strconv.Itoa(from)+"-"+strconv.Itoa(to-1)+"/"+strconv.Itoa(len(content)))
	return reply{status: http.StatusPartialContent, raw: append([]byte{}, content[from:to]...), header: header}, nil
}

// mediaAddress is where the media host has an attachment's content.
func (c *call) mediaAddress(a *attachment) string {
	q := url.Values{"token": {mediaToken(a.MediaID)}, "client": {CloudID}, "dl": {"true"}, "name": {a.Filename}}
	return c.base + "/media/file/" + a.MediaID + "/binary?" + q.Encode()
}

// thumbnail answers as content does, for pictures only. The picture is not made smaller.
func (c *call) thumbnail() (reply, error) {
	_, a, err := c.oneAttachment()
	if err != nil {
		return reply{}, err
	}
	if !a.image() {
		return reply{}, fail(http.StatusNotFound, "The attachment with id '%s' has no thumbnail.", a.ID)
	}
	return c.content()
}

// readRange understands one byte range.
func readRange(text string, size int) (from, to int, partial bool, err error) {
	spec, isBytes := strings.CutPrefix(text, "bytes=")
	if text == "" {
		return 0, size, false, nil
	}
	first, last, dash := strings.Cut(spec, "-")
	from, errFrom := strconv.Atoi(first)
	if !isBytes || !dash || errFrom != nil {
		return 0, 0, false, fail(http.StatusBadRequest, "The Range header is malformed.")
	}
	to = size
	if last != "" {
		n, err := strconv.Atoi(last)
		if err != nil {
			return 0, 0, false, fail(http.StatusBadRequest, "The Range header is malformed.")
		}
		to = min(size, n+1)
	}
	if from >= size || from >= to {
		return 0, 0, false, fail(http.StatusRequestedRangeNotSatisfiable, "The range cannot be satisfied.")
	}
	return from, to, true, nil
}

// media serves attachment content to whoever knows the address; a request that carries credentials
// is refused, as clients must not pass them on to the media host.
func (e *Emulator) media(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		writeError(w, fail(http.StatusBadRequest, "Only one auth mechanism allowed"))
		return
	}
	id := strings.Split(strings.TrimPrefix(r.URL.Path, "/media/file/"), "/")[0]
	if r.URL.Query().Get("token") != mediaToken(id) {
		writeError(w, fail(http.StatusForbidden, "The token is not valid."))
		return
	}
	e.sendFile(w, r, func(a *attachment) bool { return a.MediaID == id })
}

// sendFile serves the content of the attachment that matches.
func (e *Emulator) sendFile(w http.ResponseWriter, r *http.Request, match func(*attachment) bool) {
	e.mu.Lock()
	_, a := e.state.findAttachment(match)
	var content []byte
	var err error
	if a != nil {
		content, err = e.files.get(a.ID)
	}
	e.mu.Unlock()
	if a == nil {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Filename}))
	w.Header().Set("Content-Type", a.MimeType)
	http.ServeContent(w, r, "", a.Created, bytes.NewReader(content))
}
