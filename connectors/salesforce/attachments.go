package salesforce

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

const (
	maxFile       = 2 << 30 // bytes, by multipart (vendor page "Insert or Update Blob Data")
	versionPrefix = "068"
)

// file is the newest version of a file that is linked to a record.
type file struct {
	id, document, name, author, mark string
	size                             int64
	public                           bool
	at                               time.Time
}

// filesOf are the files linked to a record, oldest first. Links can be asked for by one record only (fact sheet, ContentDocumentLink).
func (c *Connector) filesOf(ctx context.Context, id string) ([]file, error) {
	links, err := c.rows(ctx, "query ContentDocumentLink", "SELECT ContentDocumentId, Visibility FROM ContentDocumentLink WHERE LinkedEntityId = "+literal(id))
	if err != nil {
		return nil, c.fail("reading the files of "+id, err)
	}
	public := map[string]bool{}
	var documents []string
	for _, l := range links {
		d := long(l.text("ContentDocumentId"))
		documents, public[d] = append(documents, d), l.text("Visibility") == "AllUsers"
	}
	list, err := c.inChunks(ctx, "query ContentVersion", "SELECT Id, ContentDocumentId, Title, PathOnClient, FileExtension, ContentSize, Description, CreatedById, CreatedDate FROM ContentVersion WHERE ContentDocumentId IN ",
		documents, " AND IsLatest = true")
	if err != nil {
		return nil, c.fail("reading the files of "+id, err)
	}
	var out []file
	for _, r := range list {
		f := file{id: long(r.text("Id")), document: long(r.text("ContentDocumentId")), author: long(r.text("CreatedById")),
			mark: markOf(r.text("Description")), size: r.int("ContentSize"), at: instant(r.text("CreatedDate"))}
		f.public, f.name = public[f.document], fileName(r)
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(a, b file) int {
		if n := a.at.Compare(b.at); n != 0 {
			return n
		}
		return strings.Compare(a.id, b.id)
	})
	return out, nil
}

// fileName is the name it was uploaded under, less the folders of whoever did; else the title with the extension.
func fileName(r record) string {
	if at := r.text("PathOnClient"); at != "" {
		return path.Base(strings.ReplaceAll(at, `\`, "/"))
	}
	if ext := r.text("FileExtension"); ext != "" && !strings.HasSuffix(lower(r.text("Title")), "."+lower(ext)) {
		return r.text("Title") + "." + ext
	}
	return r.text("Title")
}

func (c *Connector) attachment(f file, self core.Value) core.Attachment {
	v := core.Visibility{Audience: core.Internal}
	if f.public {
		v.Audience = core.Public
	}
	return core.Attachment{ID: f.id, Name: f.name, MediaType: mime.TypeByExtension(path.Ext(f.name)), Size: f.size, Author: c.person(f.author),
		Visibility: v, CreatedAt: f.at, Own: sameID(f.author, self.ID()), Names: []string{f.id, f.document}}
}

// OpenAttachment streams the content of a version.
func (c *Connector) OpenAttachment(ctx context.Context, itemID string, a core.Attachment) (io.ReadCloser, error) {
	attempt := "opening a file of " + itemID
	if !isID(a.ID) || !strings.HasPrefix(a.ID, versionPrefix) {
		return nil, c.fail(attempt, connectors.ErrNotFound)
	}
	api, err := c.session.api(ctx)
	if err != nil {
		return nil, c.fail(attempt, err)
	}
	body, resp, err := api.Stream(ctx, http.MethodGet, "/services/data/"+c.version+"/sobjects/ContentVersion/"+long(a.ID)+"/VersionData", httpx.Operation("GET VersionData"))
	if err != nil {
		return nil, c.fail(attempt, err)
	}
	if why := httpx.NotTheFile(resp, "application/octet-stream", a.Size); why != "" { // whatever it is, it comes as bytes
		body.Close()
		return nil, c.fail(attempt, connectors.Busy("reading the file", why, 0))
	}
	return body, nil
}

// Attach uploads a file that nobody else sees and then links it to the record for those who may read it. The mark is the file's
// description.
func (c *Connector) Attach(ctx context.Context, itemID string, draft core.AttachmentDraft, content io.Reader) (core.Attachment, error) {
	attempt := "attaching to " + itemID
	if _, err := c.objectOf(ctx, itemID); err != nil {
		return core.Attachment{}, err
	}
	switch v := draft.Visibility.Audience; {
	case draft.Size > maxFile:
		return core.Attachment{}, c.fail(attempt, fmt.Errorf("a file of %d bytes, the limit is %d: %w", draft.Size, maxFile, connectors.ErrTooLarge))
	case v != core.Public && v != core.Internal:
		return core.Attachment{}, c.fail(attempt, fmt.Errorf("everybody who sees the record sees its files, this one is for fewer: %w", connectors.ErrUnsupported))
	}
	version, err := c.upload(ctx, draft, content)
	if err != nil {
		return core.Attachment{}, c.fail(attempt, err)
	}
	document, err := c.documentOf(ctx, version)
	if connectors.Class(err) == "not-found" { // the record is there
		err = connectors.Busy("attaching", "the file that was sent is not shown yet", 0)
	}
	if err == nil {
		err = c.link(ctx, document, itemID, draft.Visibility)
	}
	if err != nil {
		if connectors.Class(err) == "not-found" && document != "" { // nobody would find the file
			_ = c.call(ctx, "DELETE ContentDocument", http.MethodDelete, "/sobjects/ContentDocument/"+document, nil, nil)
		}
		return core.Attachment{}, c.fail(attempt, err)
	}
	a, err := c.attached(ctx, itemID, func(f file) bool { return f.document == document })
	if err == nil && a.Visibility.WiderThan(draft.Visibility) {
		if err = c.call(ctx, "DELETE ContentDocument", http.MethodDelete, "/sobjects/ContentDocument/"+document, nil, nil); err == nil {
			err = fmt.Errorf("an internal file was shown to customers, and was deleted: %w", connectors.ErrUnsupported)
		}
		return core.Attachment{}, c.fail(attempt, err)
	}
	if connectors.Class(err) == "not-found" {
		err = c.fail(attempt, connectors.Busy("attaching", "the record does not show the file yet", 0))
	}
	return a, err
}

// link shows a file on a record.
func (c *Connector) link(ctx context.Context, document, itemID string, v core.Visibility) error {
	body := map[string]any{"ContentDocumentId": document, "LinkedEntityId": long(itemID), "ShareType": "V", "Visibility": "InternalUsers"}
	if v.Audience == core.Public {
		body["Visibility"] = "AllUsers"
	}
	return below(c.call(ctx, "POST ContentDocumentLink", http.MethodPost, "/sobjects/ContentDocumentLink", body, nil))
}

func (c *Connector) documentOf(ctx context.Context, version string) (string, error) {
	list, err := c.rows(ctx, "query ContentVersion", "SELECT Id, ContentDocumentId FROM ContentVersion WHERE Id = "+literal(version))
	if err == nil && (len(list) != 1 || !isID(list[0].text("ContentDocumentId"))) {
		err = connectors.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	return long(list[0].text("ContentDocumentId")), nil
}

// upload sends the bytes as a form whose second part is the file (vendor page "Insert or Update Blob Data").
func (c *Connector) upload(ctx context.Context, draft core.AttachmentDraft, content io.Reader) (string, error) {
	var head bytes.Buffer
	form := multipart.NewWriter(&head)
	meta, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="entity_content"`}, "Content-Type": {"application/json"}})
	if err == nil {
		err = json.NewEncoder(meta).Encode(map[string]string{"Title": strings.TrimSuffix(draft.Name, path.Ext(draft.Name)), "PathOnClient": draft.Name, "Description": draft.Mark})
	}
	if err == nil {
		_, err = form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="VersionData"; filename="` + quoteName.Replace(draft.Name) + `"`},
			"Content-Type": {cmp.Or(draft.MediaType, "application/octet-stream")}})
	}
	if err != nil {
		return "", err
	}
	counted := &httpx.Counted{From: httpx.Exactly(content, draft.Size)}
	var answer struct{ ID string }
	err = c.call(ctx, "POST ContentVersion", http.MethodPost, "/sobjects/ContentVersion", nil, &answer,
		httpx.RawBody(io.MultiReader(&head, counted, strings.NewReader("\r\n--"+form.Boundary()+"--\r\n")), form.FormDataContentType()))
	switch {
	case counted.Err != nil:
		return "", connectors.Busy("reading the content", fmt.Sprintf("it broke off after %d bytes", counted.N), 0)
	case err != nil:
		return "", err
	case !isID(answer.ID):
		return "", connectors.Busy("uploading", "the answer names no file", 0)
	}
	return long(answer.ID), nil
}

var quoteName = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "")

// attached is the one file of a record that is meant.
func (c *Connector) attached(ctx context.Context, itemID string, meant func(file) bool) (core.Attachment, error) {
	list, err := c.filesOf(ctx, long(itemID))
	if err != nil {
		return core.Attachment{}, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return core.Attachment{}, err
	}
	if i := slices.IndexFunc(list, meant); i >= 0 {
		return c.attachment(list[i], self), nil
	}
	return core.Attachment{}, fmt.Errorf("%s: %s has no such file: %w", c.name, itemID, connectors.ErrNotFound)
}

// FindAttachment finds a linked file by its mark. One that was uploaded and never linked is nobody's and is not looked for.
func (c *Connector) FindAttachment(ctx context.Context, itemID string, draft core.AttachmentDraft, _ time.Time, taken []string) (core.Attachment, error) {
	return c.attached(ctx, itemID, func(f file) bool {
		return draft.Mark != "" && f.mark == draft.Mark && !slices.Contains(taken, f.id)
	})
}

// DeleteAttachment deletes a file. Where another record shows it as well only this record's link is taken away.
func (c *Connector) DeleteAttachment(ctx context.Context, itemID, attachmentID string) error {
	attempt := "deleting a file of " + itemID
	if !isID(attachmentID) || !strings.HasPrefix(attachmentID, versionPrefix) {
		return c.fail(attempt, connectors.ErrNotFound)
	}
	document, err := c.documentOf(ctx, attachmentID)
	if err != nil {
		return c.fail(attempt, err)
	}
	links, err := c.rows(ctx, "query ContentDocumentLink", "SELECT Id, LinkedEntityId FROM ContentDocumentLink WHERE ContentDocumentId = "+literal(document))
	if err != nil {
		return c.fail(attempt, err)
	}
	own, others := "", 0
	for _, l := range links {
		switch at := long(l.text("LinkedEntityId")); {
		case sameID(at, itemID):
			own = long(l.text("Id"))
		case !strings.HasPrefix(at, userPrefix) && !strings.HasPrefix(at, libraryPrefix): // its owner and its library show it too
			others++
		}
	}
	switch {
	case own == "":
		err = connectors.ErrNotFound
	case others > 0:
		err = c.call(ctx, "DELETE ContentDocumentLink", http.MethodDelete, "/sobjects/ContentDocumentLink/"+own, nil, nil)
	default:
		err = c.call(ctx, "DELETE ContentDocument", http.MethodDelete, "/sobjects/ContentDocument/"+document, nil, nil)
	}
	return c.fail(attempt, err)
}

const libraryPrefix = "058"
