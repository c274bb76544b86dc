package zendesk

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// uploadLife is how long an upload token may be used (vendor page "Attachments").
const uploadLife = time.Hour

func (c *call) postUpload() error {
	name := c.query("filename")
	if name == "" {
		return badRequest("ParameterMissing", "filename is missing")
	}
	kind := c.req.Header.Get("Content-Type")
	if kind == "" {
		kind = "application/octet-stream"
	}
	token := c.query("token")
	up := c.e.st.Uploads[token]
	switch {
	case token == "":
		token = c.e.secret("upload")
		up = &upload{Expires: c.now.Add(uploadLife)}
	case up == nil || c.now.After(up.Expires):
		return notFound()
	}
	f, err := c.e.keepFile(name, kind, c.body, c.query("inline") == "true")
	if err != nil {
		return err
	}
	up.Files = append(up.Files, f.ID)
	c.e.st.Uploads[token] = up
	c.dirty = true
	return c.answer(http.StatusCreated, object{"upload": object{"token": token, "expires_at": stamp(up.Expires),
		"attachment": c.e.fileView(f), "attachments": c.e.fileViews(up.Files, true)}})
}

func (c *call) deleteUpload() error {
	token := c.req.PathValue("token")
	if c.e.st.Uploads[token] == nil {
		return notFound()
	}
	delete(c.e.st.Uploads, token)
	c.dirty = true
	return c.answer(http.StatusNoContent, nil)
}

func (c *call) getAttachment() error {
	f := c.e.st.Files[c.pathID("attachment_id")]
	if f == nil {
		return notFound()
	}
	return c.answer(http.StatusOK, object{"attachment": c.e.fileView(f)})
}

// getContent serves a file to whoever knows its address; credentials are neither asked nor wanted.
func (c *call) getContent() error {
	for _, f := range c.e.st.Files {
		if f.Token == c.req.PathValue("token") {
			data, err := c.e.content(f)
			if err != nil {
				return err
			}
			c.w.Header().Set("Content-Disposition", `attachment; filename="`+strings.ReplaceAll(f.Name, `"`, "")+`"`)
			return c.answer(http.StatusOK, file{f.Type, data})
		}
	}
	return notFound()
}

// file is an answer that is not JSON.
type file struct {
	kind string
	data []byte
}

func (e *Emulator) keepFile(name, kind string, data []byte, inline bool) (*attachment, error) {
	f := &attachment{ID: e.st.id(), Name: name, Type: kind, Size: int64(len(data)), Token: e.secret("file"), Inline: inline,
		Created: e.now().Truncate(time.Second)}
	e.st.Files[f.ID] = f
	if e.opts.File == "" {
		e.files[f.ID] = data
		return f, nil
	}
	return f, os.WriteFile(filepath.Join(e.fileDir(), idString(f.ID)), data, 0o600)
}

func (e *Emulator) content(f *attachment) ([]byte, error) {
	if e.opts.File == "" {
		return e.files[f.ID], nil
	}
	return os.ReadFile(filepath.Join(e.fileDir(), idString(f.ID)))
}
