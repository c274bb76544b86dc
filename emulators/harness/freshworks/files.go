package freshworks

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	// FileLife is how long a file's address works.
	FileLife  = 5 * time.Minute
	filesPath = "/data/helpdesk/attachments/production/"
)

// Upload is a file of a form.
type Upload struct {
	Name, Type string
	Data       []byte
}

// readForm reads a form: name[] is a list, custom_fields[x] an entry of an object, attachments[] files.
func (c *Call) readForm(body []byte, boundary string) error {
	c.In, c.Form = Object{}, true
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := r.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return Invalid("body", "invalid_value", "The form cannot be read")
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return Invalid("body", "invalid_value", "The form ends early")
		}
		name := part.FormName()
		base, rest, nested := strings.Cut(name, "[")
		switch {
		case part.FileName() != "":
			if name != "attachments[]" {
				return Invalid(name, "invalid_field", "Unexpected/invalid field in request")
			}
			kind := part.Header.Get("Content-Type")
			if kind == "" {
				kind = "application/octet-stream"
			}
			c.Uploads = append(c.Uploads, Upload{filepath.Base(part.FileName()), kind, data})
		case !nested:
			c.In[name] = string(data)
		case rest == "]":
			list, _ := c.In[base].([]any)
			c.In[base] = append(list, string(data))
		default:
			inner, _ := c.In[base].(Object)
			if inner == nil {
				inner = Object{}
			}
			inner[strings.TrimSuffix(rest, "]")] = string(data)
			c.In[base] = inner
		}
	}
}

// Weigh refuses uploads that would make the record's files too heavy together.
func (c *Call) Weigh(r *Record) error {
	var sum int64
	for _, id := range r.AllFiles() {
		if f := c.A.State.Files[id]; f != nil {
			sum += f.Size
		}
	}
	for _, u := range c.Uploads {
		sum += int64(len(u.Data))
	}
	if len(c.Uploads) > 0 && sum > c.A.Vendor.FileBytes {
		return Invalid("attachments", "invalid_value", fmt.Sprintf("The total size of the attachments exceeds %d MB", c.A.Vendor.FileBytes>>20))
	}
	return nil
}

// AllFiles are the ids of the files of a record and of its conversations.
func (r *Record) AllFiles() []int64 {
	out := append([]int64{}, r.Files...)
	for _, conv := range r.Conversations {
		out = append(out, conv.Files...)
	}
	return out
}

// KeepUploads keeps the call's files and gives their ids.
func (c *Call) KeepUploads() ([]int64, error) {
	var out []int64
	for _, u := range c.Uploads {
		f := &File{ID: c.A.State.ID(), Name: u.Name, Type: u.Type, Size: int64(len(u.Data)), Created: c.Now}
		if c.A.opts.File == "" {
			c.A.files[f.ID] = u.Data
		} else if err := os.WriteFile(filepath.Join(c.A.fileDir(), strconv.FormatInt(f.ID, 10)), u.Data, 0o600); err != nil {
			return nil, err
		}
		c.A.State.Files[f.ID] = f
		out = append(out, f.ID)
	}
	return out, nil
}

// Data is a file's content.
func (a *Account) Data(f *File) ([]byte, error) {
	if a.opts.File == "" {
		return a.files[f.ID], nil
	}
	return os.ReadFile(filepath.Join(a.fileDir(), strconv.FormatInt(f.ID, 10)))
}

// FileViews shows files with addresses that work for FileLife from now.
func (c *Call) FileViews(ids []int64) []any {
	out := []any{}
	for _, id := range ids {
		if f := c.A.State.Files[id]; f != nil {
			out = append(out, Object{"id": f.ID, "name": f.Name, "content_type": f.Type, "size": f.Size,
				"attachment_url": c.A.base + c.signed(filesPath+strconv.FormatInt(f.ID, 10)+"/original/"+url.PathEscape(f.Name)),
				"created_at":     Stamp(f.Created), "updated_at": Stamp(f.Created)})
		}
	}
	return out
}

// signed adds an end and a signature to a path.
func (c *Call) signed(path string) string {
	expires := strconv.FormatInt(c.Now.Add(FileLife).Unix(), 10)
	return path + "?Expires=" + expires + "&Signature=" + c.A.signature(path, expires)
}

func (a *Account) signature(path, expires string) string {
	sum := sha256.Sum256([]byte("file host " + a.Vendor.Name + path + expires))
	return hex.EncodeToString(sum[:16])
}

// Signed refuses a call to the file host whose address is wrong or too old, or that carries credentials.
func (c *Call) Signed() error {
	refuse := func(status int, code string) error {
		return &Refused{status, Raw{"application/xml", []byte("<Error><Code>" + code + "</Code></Error>")}}
	}
	if c.Req.Header.Get("Authorization") != "" {
		return refuse(http.StatusBadRequest, "InvalidArgument") // one way to sign in at a time
	}
	expires := c.Query("Expires")
	until, err := strconv.ParseInt(expires, 10, 64)
	if err != nil || c.Query("Signature") != c.A.signature(c.Req.URL.EscapedPath(), expires) || !c.Now.Before(time.Unix(until, 0)) {
		return refuse(http.StatusForbidden, "AccessDenied")
	}
	return nil
}

// SignedURL is an address on the file host that works for FileLife.
func (c *Call) SignedURL(path string) string { return c.A.base + c.signed(path) }

// content serves a file of the file host.
func (c *Call) content() error {
	if err := c.Signed(); err != nil {
		return err
	}
	return c.AnswerFile(c.ID("id"))
}

// AnswerFile answers with the content of a file.
func (c *Call) AnswerFile(id int64) error {
	f := c.A.State.Files[id]
	if f == nil {
		return NotFound()
	}
	data, err := c.A.Data(f)
	if err != nil {
		return err
	}
	c.W.Header().Set("Content-Disposition", `attachment; filename="`+strings.ReplaceAll(f.Name, `"`, "")+`"`)
	return c.Answer(http.StatusOK, Raw{f.Type, data})
}

// FileOwner finds the record, and the conversation or nil, that a file belongs to.
func (a *Account) FileOwner(id int64) (*Record, *Conversation) {
	for _, records := range a.State.Records {
		for _, r := range records {
			for _, f := range r.Files {
				if f == id {
					return r, nil
				}
			}
			for _, conv := range r.Conversations {
				for _, f := range conv.Files {
					if f == id {
						return r, conv
					}
				}
			}
		}
	}
	return nil, nil
}

// DeleteFile takes a file away. Nothing of its record's times moves.
func (c *Call) DeleteFile(id int64) error {
	if c.A.State.Files[id] == nil {
		return NotFound()
	}
	delete(c.A.State.Files, id)
	c.Dirty()
	return c.Answer(http.StatusNoContent, nil)
}
