package asana

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// mostBytes is the largest file ("Upload an attachment").
const mostBytes = 100 << 20

// file is an attachment. Who added it is not in the vendor's document; where an answer does not tell, the task's history does.
type file struct {
	GID      string     `json:"gid"`
	Name     string     `json:"name"`
	Size     int64      `json:"size"`
	Host     string     `json:"host"`
	Subtype  string     `json:"resource_subtype"`
	Created  *time.Time `json:"created_at"`
	By       *user      `json:"created_by"`
	Download string     `json:"download_url"`
	Parent   *named     `json:"parent"`
}

var fileOpts = []string{"name", "size", "host", "resource_subtype", "created_at", "created_by", "parent.gid"}

// here tells a file that Asana keeps. Of others only a link is there.
func (f file) here() bool { return f.Host == "asana" || f.Host == "" && f.Subtype == "asana" }

func (f file) at() time.Time {
	if f.Created == nil {
		return time.Time{}
	}
	return f.Created.UTC()
}

func (f file) value(self string) core.Attachment {
	out := core.Attachment{ID: f.GID, Name: f.Name, MediaType: mime.TypeByExtension(path.Ext(f.Name)), Size: f.Size, Author: core.Empty(core.KindUser),
		Visibility: core.Visibility{Audience: core.Internal}, CreatedAt: f.at(), Names: []string{f.GID}}
	out.MediaType, _, _ = mime.ParseMediaType(out.MediaType)
	if f.By != nil {
		out.Author = core.Person(f.By.GID, "", "")
		out.Own = self != "" && f.By.GID == self
	}
	return out
}

// attachmentsOf are the files of a task, the oldest first ("Get attachments from an object"). told is its history where that was read.
func (c *Connector) attachmentsOf(ctx context.Context, id string, told []story) ([]core.Attachment, error) {
	if !isGID(id) {
		return nil, fmt.Errorf("%s: task: %w", c.system, connectors.ErrNotFound)
	}
	q := optFields(fileOpts...)
	q.Set("parent", id)
	all, err := list[file](ctx, c, "/attachments", q)
	if err = outOfSight(err); err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(f file) bool { return !f.here() })
	if told == nil && slices.ContainsFunc(all, func(f file) bool { return f.By == nil }) {
		if told, err = c.stories(ctx, id); err != nil {
			return nil, err
		}
	}
	self, err := c.Self(ctx)
	if err != nil {
		return nil, err
	}
	out := []core.Attachment{}
	for _, f := range all {
		if f.By == nil {
			f.By = added(f, told)
		}
		c.owners.Put(f.GID, id)
		out = append(out, f.value(self.ID()))
	}
	slices.SortStableFunc(out, func(a, b core.Attachment) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return out, nil
}

// added is who the history says added the file: the story that names it, of about the same moment.
func added(f file, told []story) *user {
	for _, s := range told {
		if d := s.at().Sub(f.at()); s.Subtype == "attachment_added" && d.Abs() < 5*time.Second && strings.Contains(s.Text, f.Name) {
			return s.By
		}
	}
	return nil
}

// OpenAttachment streams a file. Its address lives for minutes, so that it is asked for now, and is called without the credential ("Get an
// attachment").
func (c *Connector) OpenAttachment(ctx context.Context, _ string, a core.Attachment) (io.ReadCloser, error) {
	if !isGID(a.ID) {
		return nil, fmt.Errorf("%s: attachment: %w", c.system, connectors.ErrNotFound)
	}
	f, _, err := call[file](ctx, c, http.MethodGet, "/attachments/"+a.ID, nil, optFields("download_url", "host", "size"))
	if err = outOfSight(err); err != nil {
		return nil, err
	}
	if f.Download == "" {
		return nil, c.unsupported("open attachment", "the file lies at "+cmp.Or(f.Host, "another host")+", which hands out no content")
	}
	body, resp, err := c.files.Stream(ctx, http.MethodGet, f.Download, httpx.Operation("GET attachment content"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.system, err)
	}
	if why := httpx.NotTheFile(resp, a.MediaType, f.Size); why != "" {
		body.Close()
		return nil, connectors.Busy(c.system+": open attachment", why, 0)
	}
	return body, nil
}

// Attach uploads a file ("Upload an attachment"). Everybody who sees the task sees it.
func (c *Connector) Attach(ctx context.Context, itemID string, d core.AttachmentDraft, content io.Reader) (core.Attachment, error) {
	none := core.Attachment{}
	switch a := d.Visibility.Audience; {
	case a != core.Public && a != core.Internal:
		return none, c.unsupported("attach", "Asana cannot keep a file to part of those who see the task")
	case d.Size > mostBytes:
		return none, fmt.Errorf("%s: attach: Asana takes files of 100 MB: %w", c.system, connectors.ErrTooLarge)
	case !isGID(itemID):
		return none, fmt.Errorf("%s: attach: %w", c.system, connectors.ErrNotFound)
	}
	self, err := c.Self(ctx)
	if err != nil {
		return none, err
	}
	name := url.PathEscape(d.Name) // beyond ASCII it is encoded as in an address
	body, contentType := httpx.Form([][2]string{{"parent", itemID}}, httpx.FormFile{Field: "file", Name: d.Name, MediaType: d.MediaType, Size: d.Size, Content: content,
		Disposition: `form-data; name="file"; filename="` + name + `"; filename*=UTF-8''` + name})
	defer body.Close()
	made, _, err := call[file](ctx, c, http.MethodPost, "/attachments", nil, optFields(fileOpts...), httpx.RawBody(body, contentType))
	if err = c.noParent(c.orGone(ctx, itemID, err)); err != nil {
		return none, err
	}
	if made.GID == "" {
		return none, connectors.Busy(c.system+": attach", "the answer shows no file", 0)
	}
	made.By = &user{GID: self.ID()}
	if made.Size == 0 {
		made.Size = d.Size
	}
	return made.value(self.ID()), nil
}

// noParent tells a task that is gone from other refusals of an upload, which name the parent.
func (c *Connector) noParent(err error) error {
	if err == nil {
		return nil
	}
	if f := refusedField(err); f == "parent" {
		return fmt.Errorf("%s: attach: %w", c.system, connectors.ErrNotFound)
	}
	return err
}

// DeleteAttachment deletes a file of the task.
func (c *Connector) DeleteAttachment(ctx context.Context, itemID, attachmentID string) error {
	gone := fmt.Errorf("%s: attachment: %w", c.system, connectors.ErrNotFound)
	if !isGID(attachmentID) {
		return gone
	}
	f, _, err := call[file](ctx, c, http.MethodGet, "/attachments/"+attachmentID, nil, optFields("parent.gid"))
	if err = outOfSight(err); err != nil {
		return err
	}
	if f.Parent != nil && f.Parent.GID != itemID {
		return gone
	}
	return c.send(ctx, http.MethodDelete, "/attachments/"+attachmentID, nil)
}

// FindAttachment looks among the task's files for one of the own account, or of nobody known, with that name and size that is not older than
// since, by the vendor's clock; Asana holds no mark on files.
func (c *Connector) FindAttachment(ctx context.Context, itemID string, d core.AttachmentDraft, since time.Time, taken []string) (core.Attachment, error) {
	all, err := c.attachmentsOf(ctx, itemID, nil)
	if err != nil {
		return core.Attachment{}, err
	}
	for _, a := range all {
		if (a.Own || a.Author.IsEmpty()) && a.Name == d.Name && (d.Size < 0 || a.Size == d.Size) && !a.CreatedAt.Before(since) && !slices.Contains(taken, a.ID) {
			return a, nil
		}
	}
	return core.Attachment{}, fmt.Errorf("%s: such an attachment: %w", c.system, connectors.ErrNotFound)
}
