package jira

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// attachment is a file as the API shows it.
type attachment struct {
	ID       json.RawMessage `json:"id"`
	Filename string          `json:"filename"`
	Author   *user           `json:"author"`
	Created  string          `json:"created"`
	Size     int64           `json:"size"`
	MimeType string          `json:"mimeType"`
}

// value is the file. Jira does not tell who sees it; it is taken as internal, which keeps it from travelling further
// than it may.
func (a attachment) value(self string) core.Attachment {
	out := core.Attachment{ID: strings.Trim(string(a.ID), `"`), Name: a.Filename, MediaType: a.MimeType, Size: a.Size,
		Author: a.Author.value(), Visibility: core.Visibility{Audience: core.Internal}}
	if t, ok := parseTime(a.Created); ok {
		out.CreatedAt = t.UTC()
	}
	out.Own = self != "" && out.Author.ID() == self
	return out
}

func attachments(is issue, self string) ([]core.Attachment, error) {
	var all []attachment
	if raw, shown := is.Fields["attachment"]; shown {
		if err := json.Unmarshal(raw, &all); err != nil {
			return nil, connectors.Busy("read issue", "the answer's attachments cannot be read", 0)
		}
	} else {
		return nil, connectors.Busy("read issue", "the answer shows no attachments", 0)
	}
	out := make([]core.Attachment, 0, len(all))
	for _, a := range all {
		out = append(out, a.value(self))
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].CreatedAt.Before(out[j].CreatedAt) })
	return out, nil
}

// OpenAttachment streams a file ("Get attachment content"). The redirect to the media host is followed without the
// credential.
func (c *Connector) OpenAttachment(ctx context.Context, _ string, a core.Attachment) (io.ReadCloser, error) {
	at, err := c.contentOf(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	body, resp, err := c.http.Stream(ctx, http.MethodGet, at, httpx.Operation("GET attachment content")) // without the file's name
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.system, err)
	}
	if why := httpx.NotTheFile(resp, a.MediaType, a.Size); why != "" {
		body.Close()
		return nil, connectors.Busy(c.system+": open attachment", why, 0)
	}
	return body, nil
}

// filed is where Data Center has the contents of files, on every address that it is reached by.
const filed = "/secure/attachment/"

// contentOf is the address of a file's content. Data Center tells it with the file ("Get attachment"), as people reach it: that may be another
// address than base_url, whose credential would not go there.
func (c *Connector) contentOf(ctx context.Context, id string) (string, error) {
	if c.on == cloud {
		return c.api + "/attachment/content/" + url.PathEscape(id), nil
	}
	var file struct {
		Content string `json:"content"`
	}
	if err := c.get(ctx, c.api+"/attachment/"+url.PathEscape(id), nil, &file); err != nil {
		return "", err
	}
	if file.Content == "" {
		return "", connectors.Busy(c.system+": open attachment", "the answer names no address of the content", 0)
	}
	if i := strings.Index(file.Content, filed); i >= 0 {
		return file.Content[i:], nil
	}
	return file.Content, nil
}

// Attach uploads a file ("Add attachment"). In a service project customers may see it, so there only a public one is
// taken. A file for part of the team is not possible at all.
func (c *Connector) Attach(ctx context.Context, itemID string, draft core.AttachmentDraft, content io.Reader) (core.Attachment, error) {
	none := core.Attachment{}
	if draft.Visibility.Audience != core.Public {
		if draft.Visibility.Audience != core.Internal {
			return none, unsupported(c.system+": attach", "Jira cannot keep a file to part of the team")
		}
		desk, err := c.deskNow(ctx, itemID)
		if err != nil {
			return none, err
		}
		if desk {
			return none, unsupported(c.system+": attach", "customers may see the files of a service project, and this file is internal")
		}
	}
	body, contentType := httpx.Form(nil, httpx.FormFile{Field: "file", Name: draft.Name, MediaType: draft.MediaType, Size: draft.Size, Content: content})
	defer body.Close()
	var made []attachment
	err := c.do(ctx, http.MethodPost, c.issuePath(itemID, "attachments"), nil, &made,
		httpx.RawBody(body, contentType), httpx.Header("X-Atlassian-Token", "no-check"))
	if err != nil {
		return none, err
	}
	if len(made) != 1 {
		return none, connectors.Busy(c.system+": attach", fmt.Sprintf("the answer lists %d files instead of one", len(made)), 0)
	}
	self, err := c.selfID(ctx)
	if err != nil {
		return none, err
	}
	a := made[0].value(self)
	if strings.HasPrefix(a.MediaType, "image/") {
		err = c.nameFile(ctx, &a) // a text may be about to show it
	}
	return a, err
}

// DeleteAttachment deletes a file ("Delete attachment").
func (c *Connector) DeleteAttachment(ctx context.Context, _, attachmentID string) error {
	if strings.Trim(attachmentID, "0123456789") != "" || attachmentID == "" {
		return fmt.Errorf("%s: attachment: %w", c.system, connectors.ErrNotFound)
	}
	return c.do(ctx, http.MethodDelete, c.api+"/attachment/"+attachmentID, nil, nil)
}

// FindAttachment looks among the issue's files for one of the own account with that name and size that is not older
// than since, by the vendor's clock; Jira holds no mark on files.
func (c *Connector) FindAttachment(ctx context.Context, itemID string, draft core.AttachmentDraft, since time.Time, taken []string) (core.Attachment, error) {
	none := core.Attachment{}
	is, err := c.issue(ctx, itemID, []string{"attachment", "project"}, "")
	if err != nil {
		return none, err
	}
	self, err := c.selfID(ctx)
	if err != nil {
		return none, err
	}
	all, err := attachments(is, self)
	if err != nil {
		return none, fmt.Errorf("%s: %w", c.system, err)
	}
	for _, a := range all {
		if connectors.MayBe(a, draft, since, taken) {
			return a, nil
		}
	}
	return none, fmt.Errorf("%s: such an attachment: %w", c.system, connectors.ErrNotFound)
}
