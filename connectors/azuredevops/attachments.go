package azuredevops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// mostFile is how large a file may be on Services (vendor page "Work tracking, process, and project limits"). Server has a limit of its own
// that an administrator sets.
const mostFile = 60 << 20

var fileAddress = regexp.MustCompile(`(?i)/_apis/wit/attachments/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})`)

var guidForm = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// file is a relation that is a file of the item. Its comment holds the mark of one that duplex attached.
func (r relation) file(seen core.Visibility) (core.Attachment, bool) {
	m := fileAddress.FindStringSubmatch(r.URL)
	if r.Rel != relFile || m == nil {
		return core.Attachment{}, false
	}
	name := scalar(r.Attributes["name"])
	size, err := strconv.ParseInt(scalar(r.Attributes["resourceSize"]), 10, 64)
	if err != nil {
		size = -1
	}
	at, _, _ := strings.Cut(r.URL, "?")
	return core.Attachment{ID: strings.ToLower(m[1]), Name: name, MediaType: mime.TypeByExtension(path.Ext(name)), Size: size, Author: core.Absent(), Visibility: seen,
		CreatedAt: instant(scalar(r.Attributes["resourceCreatedDate"])), Own: isMark(scalar(r.Attributes["comment"])),
		Names: slices.Compact([]string{r.URL, at})}, true
}

// filesOf are the files of an item, oldest first.
func filesOf(w workItem, seen core.Visibility) []core.Attachment {
	var out []core.Attachment
	for _, r := range w.Relations {
		if a, ok := r.file(seen); ok {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b core.Attachment) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return out
}

// OpenAttachment streams a file. A page in its place, as for a bad token, is an error.
func (c *Connector) OpenAttachment(ctx context.Context, _ string, a core.Attachment) (io.ReadCloser, error) {
	if !guidForm.MatchString(a.ID) {
		return nil, fmt.Errorf("%s: opening a file: %w", c.name, connectors.ErrNotFound)
	}
	r := request{op: "GET attachments/{id}", query: url.Values{"fileName": {a.Name}, "download": {"true"}}}
	body, resp, err := c.http.Stream(ctx, http.MethodGet, "/_apis/wit/attachments/"+a.ID, append(c.options(r), httpx.Header("Accept", "application/octet-stream"))...)
	if err != nil {
		return nil, fmt.Errorf("%s: opening a file: %w", c.name, err)
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.Status == http.StatusNonAuthoritativeInfo || kind == "text/html" && !strings.HasPrefix(mime.TypeByExtension(path.Ext(a.Name)), "text/html") {
		body.Close()
		return nil, fmt.Errorf("%s: opening a file: %w: the answer is a sign-in page", c.name, connectors.ErrUnauthenticated)
	}
	return body, nil
}

// Attach sends the bytes and then links them to the item, with the mark as the link's comment. When it breaks off in between, no item shows
// what was sent.
func (c *Connector) Attach(ctx context.Context, itemID string, draft core.AttachmentDraft, content io.Reader) (core.Attachment, error) {
	none := core.Attachment{}
	n, err := number(itemID)
	if err != nil {
		return none, err
	}
	fail := func(err error) (core.Attachment, error) {
		return none, fmt.Errorf("%s: attaching to #%d: %w", c.name, n, err)
	}
	if !c.server && draft.Size > mostFile {
		return fail(fmt.Errorf("%w: a file may have 60 MB", connectors.ErrTooLarge))
	}
	project, err := c.home(ctx, n)
	if err != nil {
		return none, err
	}
	seen, err := c.audienceFor(ctx, project, draft.Visibility)
	if err != nil {
		return none, err
	}
	if seen.WiderThan(draft.Visibility) {
		return fail(fmt.Errorf("everybody who sees the work item sees its files, this file is for fewer: %w", connectors.ErrUnsupported))
	}
	counted := &httpx.Counted{From: content}
	var sent struct{ ID, URL string }
	r := request{op: "POST attachments", query: url.Values{"fileName": {draft.Name}}}
	if err := c.pause.keep(ctx, r.op); err != nil {
		return fail(err)
	}
	resp, err := c.http.JSON(ctx, http.MethodPost, in(project, "wit/attachments"), nil, &sent, append(c.options(r), httpx.RawBody(counted, "application/octet-stream"))...)
	if resp != nil {
		c.pause.note(resp.Status, resp.Header)
	}
	switch {
	case counted.Err != nil:
		err = connectors.Busy("reading the content", "it broke off", 0)
	case resp != nil && signIn(resp.Status, resp.Header):
		err = fmt.Errorf("%w: the answer is a sign-in page", connectors.ErrUnauthenticated)
	case err == nil && draft.Size >= 0 && counted.N != draft.Size:
		err = connectors.Busy("reading the content", fmt.Sprintf("%d of %d bytes came", counted.N, draft.Size), 0)
	case err == nil && sent.URL == "":
		err = connectors.Busy("sending", "the answer has no address", 0)
	}
	if err != nil {
		return fail(err)
	}
	link := map[string]any{"rel": relFile, "url": sent.URL, "attributes": map[string]string{"comment": draft.Mark, "name": draft.Name}}
	w, err := c.patch(ctx, n, []op{{"add", "/relations/-", link}})
	for try := 1; errors.Is(err, connectors.ErrStale) && try < 3; try++ { // it rests on no revision: somebody else was writing at that moment
		w, err = c.patch(ctx, n, []op{{"add", "/relations/-", link}})
	}
	if err != nil {
		return fail(err)
	}
	for _, a := range filesOf(w, seen) {
		if strings.EqualFold(a.ID, sent.ID) {
			return a, nil
		}
	}
	return fail(connectors.Busy("linking", "the item does not show the file yet", 0))
}

// FindAttachment finds a file by the mark on its link.
func (c *Connector) FindAttachment(ctx context.Context, itemID string, draft core.AttachmentDraft, _ time.Time, taken []string) (core.Attachment, error) {
	w, seen, err := c.withFiles(ctx, itemID)
	if err != nil {
		return core.Attachment{}, err
	}
	for _, r := range w.Relations {
		if a, ok := r.file(seen); ok && draft.Mark != "" && scalar(r.Attributes["comment"]) == draft.Mark && !slices.Contains(taken, a.ID) {
			return a, nil
		}
	}
	return core.Attachment{}, fmt.Errorf("%s: looking for a file of #%s: %w", c.name, itemID, connectors.ErrNotFound)
}

func (c *Connector) withFiles(ctx context.Context, itemID string) (workItem, core.Visibility, error) {
	n, err := number(itemID)
	if err != nil {
		return workItem{}, core.Visibility{}, err
	}
	w, err := c.item(ctx, n, connectors.Want{Fields: []string{}, Attachments: true})
	if err != nil {
		return w, core.Visibility{}, err
	}
	seen, err := c.audience(ctx, w.text(refProject))
	return w, seen, err
}

// destroyVersion is the version in which a file's content can be destroyed (vendor page "Attachments - Delete"); Server does not know it.
const destroyVersion = "7.2-preview.4"

// DeleteAttachment takes the file off the item, by its place in the list and under the test of the revision, and on Services destroys its
// content. On Server the content stays until the server cleans up what nothing links to. A file that an earlier attempt took off is still
// destroyed.
func (c *Connector) DeleteAttachment(ctx context.Context, itemID, attachmentID string) error {
	fail := func(err error) error { return fmt.Errorf("%s: deleting a file of #%s: %w", c.name, itemID, err) }
	for try := 1; ; try++ {
		w, seen, err := c.withFiles(ctx, itemID)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(w.Relations, func(r relation) bool {
			a, ok := r.file(seen)
			return ok && a.ID == strings.ToLower(attachmentID)
		})
		if at < 0 && (c.server || !guidForm.MatchString(attachmentID)) {
			return fail(connectors.ErrNotFound)
		}
		if at < 0 {
			if err := c.destroy(ctx, w.text(refProject), attachmentID); err != nil {
				return fail(err)
			}
			return nil
		}
		_, err = c.patch(ctx, w.ID, []op{testRev(w.Rev), {Op: "remove", Path: fmt.Sprintf("/relations/%d", at)}})
		if connectors.Class(err) == "stale" && try < 3 {
			continue
		}
		if err != nil {
			return fail(err)
		}
		if c.server {
			return nil
		}
		if err = c.destroy(ctx, w.text(refProject), attachmentID); err != nil && connectors.Class(err) != "not-found" {
			return fail(err)
		}
		return nil
	}
}

func (c *Connector) destroy(ctx context.Context, project, attachmentID string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: in(project, "wit/attachments/"+attachmentID), op: "DELETE attachments/{id}", version: destroyVersion}, nil)
}
