package asana

import (
	"io"
	"mime"
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
	// maxFile is the largest upload (vendor page "Upload an attachment").
	maxFile = 100 << 20
	// linkLife is how long a download address lives (vendor's OpenAPI document: perhaps only two minutes).
	linkLife = 2 * time.Minute
)

func (c *call) attachmentView(a *attachment) object {
	out := object{"gid": a.GID, "resource_type": "attachment", "resource_subtype": a.Subtype, "name": a.Name, "host": a.Subtype,
		"created_at": stamp(a.Created), "created_by": c.e.userRef(a.User), "parent": c.taskRef(a.Task), "connected_to_app": false,
		"permanent_url": c.e.base + "/app/asana/-/get_asset?asset_id=" + a.GID, "view_url": nil, "download_url": nil}
	if a.Subtype == "asana" {
		out["size"], out["download_url"] = a.Size, c.e.downloadURL(a)
	} else {
		out["view_url"] = a.URL
	}
	return out
}

// downloadURL is an address that needs no token, for two minutes.
func (e *Emulator) downloadURL(a *attachment) string {
	until := strconv.FormatInt(e.now().Add(linkLife).Unix(), 10)
	return e.base + "/asset/" + a.GID + "?until=" + until + "&sig=" + a.Token[:16]
}

// attachmentOf finds an attachment of a task the caller sees.
func (c *call) attachmentOf() (*attachment, *task, error) {
	gid := c.req.PathValue("attachment_gid")
	a := c.e.st.Attachments[gid]
	if a == nil {
		return nil, nil, notFound("attachment", gid)
	}
	t, err := c.task(a.Task)
	return a, t, err
}

func (c *call) getAttachment() error {
	a, _, err := c.attachmentOf()
	if err != nil {
		return err
	}
	return c.one(http.StatusOK, c.attachmentView(a))
}

func (c *call) listAttachments() error {
	if c.query("parent") == "" {
		return bad("parent: Missing input")
	}
	t, err := c.task(c.query("parent"))
	if err != nil {
		return err
	}
	var rows []row
	for _, a := range c.e.st.Attachments {
		if a.Task == t.GID {
			rows = append(rows, row{a.GID, func() object { return c.attachmentView(a) }})
		}
	}
	return c.list(rows)
}

func (c *call) deleteAttachment() error {
	a, t, err := c.attachmentOf()
	if err != nil {
		return err
	}
	delete(c.e.st.Attachments, a.GID)
	delete(c.e.files, a.GID)
	c.emit(event{Action: "deleted", Resource: thing{a.GID, "attachment", a.Subtype}, Scope: c.e.scope(t)})
	c.emit(event{Action: "changed", Resource: *t.thing(), Change: &change{"attachments", "removed", &thing{a.GID, "attachment", a.Subtype}}, Scope: c.e.scope(t)})
	c.touch(t)
	return c.nothing()
}

// postAttachment takes a form with parent and file, or a link. It answers 200, not 201, as the vendor does.
func (c *call) postAttachment() error {
	kind, params, err := mime.ParseMediaType(c.req.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return bad("The request must be multipart/form-data")
	}
	form := map[string]string{}
	var name, fileType string
	var data []byte
	reader := multipart.NewReader(c.req.Body, params["boundary"])
	for {
		part, err := reader.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return bad("Could not parse the form")
		}
		raw, err := io.ReadAll(io.LimitReader(part, maxFile+1))
		if err != nil {
			return bad("Could not parse the form")
		}
		if part.FormName() != "file" {
			form[part.FormName()] = string(raw)
			continue
		}
		name, fileType, data = fileName(part), part.Header.Get("Content-Type"), raw
		if data == nil {
			data = []byte{}
		}
	}
	if form["parent"] == "" {
		return bad("parent: Missing input")
	}
	t, err := c.task(form["parent"])
	if err != nil {
		return err
	}
	a := &attachment{GID: c.e.st.id(), Task: t.GID, Name: name, Type: fileType, Subtype: "asana", Size: int64(len(data)), User: c.grant.user, Created: c.now,
		Token: c.e.secret("file")}
	switch {
	case form["resource_subtype"] == "external":
		if form["url"] == "" || form["name"] == "" {
			return bad("url: name and url are needed for an external attachment")
		}
		a.Subtype, a.URL, a.Name = "external", form["url"], form["name"]
	case data == nil:
		return bad("file: Missing input")
	case len(data) > maxFile:
		return refuse(http.StatusRequestEntityTooLarge, "file: The file is larger than 100 MB")
	default:
		if a.Name == "" {
			a.Name = "file"
		}
		if err := c.e.keepFile(a.GID, data); err != nil {
			return err
		}
	}
	c.e.st.Attachments[a.GID] = a
	c.story(t, "attachment_added", "", userBy(c.grant.user).name+" attached "+a.Name, object{})
	c.emit(event{Action: "added", Resource: thing{a.GID, "attachment", a.Subtype}, Parent: t.thing(), Scope: c.e.scope(t)})
	c.emit(event{Action: "changed", Resource: *t.thing(), Change: &change{"attachments", "added", &thing{a.GID, "attachment", a.Subtype}}, Scope: c.e.scope(t)})
	c.touch(t)
	return c.one(http.StatusOK, c.attachmentView(a))
}

// fileName reads the name of an upload: filename* where there is one, else filename, which is URL-encoded.
func fileName(part *multipart.Part) string {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return ""
	}
	name := params["filename"]
	if decoded, err := url.PathUnescape(name); err == nil {
		name = decoded
	}
	return filepath.Base(strings.ReplaceAll(name, `\`, "/"))
}

func (e *Emulator) keepFile(gid string, data []byte) error {
	if e.opts.File == "" {
		e.files[gid] = data
		return nil
	}
	return os.WriteFile(filepath.Join(e.fileDir(), gid), data, 0o600)
}

// getAsset serves a file to whoever has its address, until that expires. A token is not wanted here.
func (e *Emulator) getAsset(w http.ResponseWriter, req *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a := e.st.Attachments[req.PathValue("gid")]
	until, _ := strconv.ParseInt(req.URL.Query().Get("until"), 10, 64)
	if a == nil || req.URL.Query().Get("sig") != a.Token[:16] || e.now().Unix() > until || req.Header.Get("Authorization") != "" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	data := e.files[a.GID]
	if e.opts.File != "" {
		var err error
		if data, err = os.ReadFile(filepath.Join(e.fileDir(), a.GID)); err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
	}
	if a.Type != "" {
		w.Header().Set("Content-Type", a.Type)
	}
	_, _ = w.Write(data)
}
