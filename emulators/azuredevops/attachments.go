package azuredevops

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// file is an upload. One that is sent in pieces is complete when Length reaches Total.
type file struct {
	ID, Name      string
	Length, Total int
	By            string
	At            time.Time
}

func (c *call) tooLarge() error {
	return refuse(http.StatusRequestEntityTooLarge, "AttachmentExceededMaxSizeException", fmt.Sprintf("VS403300: The attachment is larger than %d bytes.", c.e.limits.FileBytes))
}

func (c *call) octets() error {
	if kind := c.req.Header.Get("Content-Type"); len(c.body) > 0 && kind != "application/octet-stream" {
		return wrongMedia(kind)
	}
	return nil
}

// postAttachment takes a whole file, or starts one that is sent in pieces. The spec says 200, the vendor's examples 201.
func (c *call) postAttachment() error {
	if err := c.octets(); err != nil {
		return err
	}
	if len(c.body) > c.e.limits.FileBytes {
		return c.tooLarge()
	}
	f := &file{ID: c.e.newGUID("file"), Name: c.query("fileName"), By: c.user.mail, At: tick(c.now), Length: len(c.body), Total: len(c.body)}
	if strings.ContainsAny(f.Name, `\/:*?"<>|`) {
		return bad("AttachmentFileNameException", "TF20023: The file name has a character that is not allowed.")
	}
	if strings.EqualFold(c.query("uploadType"), "chunked") {
		f.Total = -1
	} else if err := c.e.keep(f.ID, c.body); err != nil {
		return err
	}
	c.e.st.Files[f.ID] = f
	c.dirty = true
	c.status = http.StatusCreated
	return c.answer(c.e.fileRef(f))
}

func (e *Emulator) fileRef(f *file) object {
	address := e.api("_apis", "wit", "attachments", f.ID)
	if f.Name != "" {
		address += "?fileName=" + url.QueryEscape(f.Name)
	}
	return object{"id": f.ID, "url": address}
}

// putAttachment takes the next piece; pieces come in order.
func (c *call) putAttachment() error {
	f := c.e.st.Files[strings.ToLower(c.params["id"])]
	if f == nil || f.Total >= 0 && f.Length == f.Total {
		return c.noFile()
	}
	if err := c.octets(); err != nil {
		return err
	}
	var first, last, total int
	if _, err := fmt.Sscanf(c.req.Header.Get("Content-Range"), "bytes %d-%d/%d", &first, &last, &total); err != nil ||
		first != f.Length || last-first+1 != len(c.body) || last >= total {
		return bad("VssPropertyValidationException", "The header Content-Range does not fit the piece.")
	}
	if total > c.e.limits.FileBytes {
		return c.tooLarge()
	}
	var had []byte
	if first > 0 {
		var err error
		if had, err = c.e.content(f.ID); err != nil {
			return err
		}
	}
	if err := c.e.keep(f.ID, append(slices.Clone(had), c.body...)); err != nil {
		return err
	}
	f.Length, f.Total = last+1, total
	c.dirty = true
	return c.answer(c.e.fileRef(f))
}

func (c *call) noFile() error {
	return refuse(http.StatusNotFound, "AttachmentNotFoundException", "VS403303: The attachment does not exist.")
}

func (c *call) getAttachment() error {
	f := c.e.st.Files[strings.ToLower(c.params["id"])]
	if f == nil || f.Length != f.Total {
		return c.noFile()
	}
	data, err := c.e.content(f.ID)
	if err != nil {
		return err
	}
	if name := c.query("fileName"); c.flag("download") && name != "" {
		c.w.Header().Set("Content-Disposition", `attachment; filename*=utf-8''`+url.PathEscape(name))
	}
	return c.answer(bytesOf(data))
}

// deleteAttachment destroys a file; relations to it go with it, without a revision.
func (c *call) deleteAttachment() error {
	f := c.e.st.Files[strings.ToLower(c.params["id"])]
	if f == nil {
		return c.noFile()
	}
	affected := []any{}
	for _, it := range c.e.sorted() {
		r := it.latest()
		kept := slices.DeleteFunc(slices.Clone(r.Relations), func(rel relation) bool { return rel.File == f.ID })
		if len(kept) < len(r.Relations) {
			r.Relations = kept
			affected = append(affected, object{"id": it.ID, "url": c.e.api("_apis", "wit", "workItems", fmt.Sprint(it.ID))})
		}
	}
	delete(c.e.st.Files, f.ID)
	c.dirty = true
	return c.answer(object{"attachment": c.e.fileRef(f), "affectedWorkItems": affected})
}

func (e *Emulator) keep(id string, data []byte) error {
	if e.opts.File == "" {
		e.files[id] = data
		return nil
	}
	return os.WriteFile(filepath.Join(e.fileDir(), id), data, 0o600)
}

func (e *Emulator) content(id string) ([]byte, error) {
	if e.opts.File == "" {
		return e.files[id], nil
	}
	return os.ReadFile(filepath.Join(e.fileDir(), id))
}
