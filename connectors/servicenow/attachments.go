package servicenow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// maxFile is the largest file in bytes that is sent: the property com.glide.attachment.max_size as the vendor ships it.
const maxFile = 1024 << 20

type attachment struct {
	ID      string `json:"sys_id"`
	Name    string `json:"file_name"`
	Type    string `json:"content_type"`
	Size    string `json:"size_bytes"`
	Hash    string `json:"hash"`
	Table   string `json:"table_name"`
	Record  string `json:"table_sys_id"`
	Created string `json:"sys_created_on"`
	By      string `json:"sys_created_by"`
}

// shownInText is how the name of the table begins for pictures that a journal entry shows.
const shownInText = "ZZ_YY"

func (c *Connector) file(a attachment) core.Attachment {
	size, err := strconv.ParseInt(a.Size, 10, 64)
	if err != nil {
		size = -1
	}
	return core.Attachment{ID: a.ID, Name: a.Name, MediaType: a.Type, Size: size, Author: c.personNamed(a.By), Visibility: core.Visibility{Audience: c.audience},
		CreatedAt: instant(a.Created), Inline: strings.HasPrefix(a.Table, shownInText), Own: a.By == c.username, Sum: a.Hash,
		Names: []string{a.ID, "sys_attachment.do?sys_id=" + a.ID, "/sys_attachment.do?sys_id=" + a.ID}}
}

// attachments are the files of a record that fulfil the further conditions, oldest first. A page that is short is not the end: the count tells it. hidden tells that there are
// more, which the account may not read.
func (c *Connector) attachments(ctx context.Context, id, further string) (out []core.Attachment, hidden bool, err error) {
	var list []attachment
	for offset := 0; ; offset += c.page {
		var part []attachment
		q := url.Values{"sysparm_query": {"table_sys_id=" + id + further + "^ORDERBYsys_created_on^ORDERBYsys_id"}, "sysparm_limit": {strconv.Itoa(c.page)}}
		if offset > 0 {
			q.Set("sysparm_offset", strconv.Itoa(offset))
		}
		header, err := c.call(ctx, http.MethodGet, "/api/now/attachment", q, nil, &part)
		if err != nil {
			return nil, false, fmt.Errorf("reading the files: %w", err)
		}
		list = append(list, part...)
		more := len(part) == c.page
		if all, err := strconv.Atoi(header.Get("X-Total-Count")); err == nil {
			more, hidden = offset+c.page < all, all > len(list)
		}
		if !more {
			break
		}
	}
	var names []string
	for _, a := range list {
		names = append(names, a.By)
	}
	if err := c.learnPeople(ctx, nil, names); err != nil {
		return nil, false, err
	}
	for _, a := range list {
		if a.Record == id {
			out = append(out, c.file(a))
		}
	}
	return out, hidden, nil
}

// OpenAttachment streams a file. A page instead of it is an instance that hibernates.
func (c *Connector) OpenAttachment(ctx context.Context, itemID string, a core.Attachment) (io.ReadCloser, error) {
	attempt := func(err error) error { return fmt.Errorf("%s: opening a file of %s: %w", c.name, itemID, err) }
	if !sysID(a.ID) {
		return nil, attempt(connectors.ErrNotFound)
	}
	body, resp, err := c.http.Stream(ctx, http.MethodGet, "/api/now/attachment/"+a.ID+"/file", httpx.Operation("GET /api/now/attachment/{sys_id}/file"))
	if err != nil {
		return nil, attempt(err)
	}
	if resp.Header.Get("X-Attachment-Metadata") == "" && strings.Contains(resp.Header.Get("Content-Type"), "html") {
		body.Close()
		return nil, attempt(&connectors.BusyError{After: asleep, Maintenance: true, Text: "a page came instead of the file: the instance hibernates or is being upgraded"})
	}
	return body, nil
}

// Attach adds a file to a record, for whoever reads the record. A file for fewer is ErrUnsupported.
func (c *Connector) Attach(ctx context.Context, itemID string, draft core.AttachmentDraft, content io.Reader) (core.Attachment, error) {
	attempt := func(err error) error { return fmt.Errorf("%s: attaching to %s: %w", c.name, itemID, err) }
	switch {
	case draft.Size > maxFile:
		return core.Attachment{}, attempt(fmt.Errorf("a file of %d bytes, the limit is %d: %w", draft.Size, maxFile, connectors.ErrTooLarge))
	case core.Visibility{Audience: c.audience}.WiderThan(draft.Visibility):
		return core.Attachment{}, attempt(fmt.Errorf("whoever opens the record reads its files, its caller too, and this file is for fewer; "+
			"where no customer can open records, set settings.files to internal: %w", connectors.ErrUnsupported))
	}
	table, err := c.tableOf(ctx, itemID, "")
	if err != nil {
		return core.Attachment{}, attempt(err)
	}
	counted := &httpx.Counted{From: content}
	q := url.Values{"table_name": {table}, "table_sys_id": {itemID}, "file_name": {draft.Name}}
	var a attachment
	_, err = c.call(ctx, http.MethodPost, "/api/now/attachment/file", q, nil, &a, httpx.RawBody(counted, cmp.Or(draft.MediaType, "application/octet-stream")))
	if counted.Err != nil {
		return core.Attachment{}, attempt(connectors.Busy("reading the content", "it broke off", 0))
	}
	if errors.Is(err, connectors.ErrNotFound) { // the record, or the right to it, is gone
		c.classes.Forget(itemID)
	}
	if err != nil {
		return core.Attachment{}, attempt(err)
	}
	size, err := strconv.ParseInt(a.Size, 10, 64)
	if a.ID == "" || err == nil && size != counted.N || draft.Size >= 0 && counted.N != draft.Size {
		if sysID(a.ID) { // half a file is no file
			_ = c.DeleteAttachment(ctx, itemID, a.ID)
		}
		return core.Attachment{}, attempt(connectors.Busy("attaching", fmt.Sprintf("%d of %d bytes were sent, and the instance tells of %s", counted.N, draft.Size, cmp.Or(a.Size, "no file")), 0))
	}
	if err := c.learnPeople(ctx, nil, []string{a.By}); err != nil {
		return core.Attachment{}, attempt(err)
	}
	return c.file(a), nil
}

// DeleteAttachment deletes a file of the record.
func (c *Connector) DeleteAttachment(ctx context.Context, itemID, attachmentID string) error {
	err := connectors.ErrNotFound
	if sysID(attachmentID) {
		_, err = c.call(ctx, http.MethodDelete, "/api/now/attachment/"+attachmentID, nil, nil, nil)
	}
	if err != nil {
		return fmt.Errorf("%s: deleting a file of %s: %w", c.name, itemID, err)
	}
	return nil
}

// FindAttachment finds a file of the own account by its name, size and time: files have no place for a mark.
func (c *Connector) FindAttachment(ctx context.Context, itemID string, draft core.AttachmentDraft, since time.Time, taken []string) (core.Attachment, error) {
	list, hidden, err := c.attachments(ctx, itemID, "^sys_created_by="+literal(c.username))
	if err != nil {
		return core.Attachment{}, fmt.Errorf("%s: looking for a file of %s: %w", c.name, itemID, err)
	}
	for _, a := range list {
		if connectors.MayBe(a, draft, since.Truncate(time.Second), taken) {
			return a, nil
		}
	}
	if hidden {
		return core.Attachment{}, fmt.Errorf("%s: %s has files of the account that it may not read, so that it cannot be told whether it was added: %w", c.name, itemID, connectors.ErrUnsupported)
	}
	return core.Attachment{}, fmt.Errorf("%s: %s has no such file: %w", c.name, itemID, connectors.ErrNotFound)
}
