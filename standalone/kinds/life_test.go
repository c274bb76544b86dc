package kinds_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/standalone/kinds"
)

// talk writes both comments as the integration, and holds each to its audience.
func (p *probe) talk(id string) {
	for audience, none := range map[core.Audience]string{core.Public: cmp.Or(p.Comments.None, p.Comments.Public), core.Internal: cmp.Or(p.Comments.None, p.Comments.Internal)} {
		c, ok := p.sync.(connectors.Commenter)
		if !ok {
			if none == "" {
				p.Errorf("the connector writes no comments, and the profile gives no reason for audience %d", audience)
			}
			continue
		}
		text := fmt.Sprintf("a comment of audience %d", audience)
		format := richtext.Format(p.sync.Facts().RichText)
		p.pass()
		made, err := c.AddComment(p.Context(), id, core.CommentDraft{Body: core.Text(string(format), p.rich(format, text)),
			Visibility: core.Visibility{Audience: audience}, Mark: fmt.Sprintf("dx-%026d", audience)})
		switch {
		case none == "" && err != nil:
			p.Errorf("audience %d: %v", audience, err)
		case none == "" && made.Visibility.Audience != audience:
			p.Errorf("a comment for %d is shown to %d", audience, made.Visibility.Audience)
		case none != "" && err == nil && made.Visibility.Audience <= audience:
			p.Errorf("a comment of audience %d can be written, and the profile says %q", audience, none)
		}
	}
}

func (p *probe) attach(id string) {
	a, ok := p.sync.(connectors.Attacher)
	if ok != (p.Files.None == "") {
		p.Errorf("the connector attaches files: %v, and the profile says %q", ok, p.Files.None)
	}
	if !ok || p.Files.None != "" {
		return
	}
	content := []byte("what the file says\n")
	for audience, none := range map[core.Audience]string{core.Public: p.Files.Public, core.Internal: p.Files.Internal} {
		p.pass()
		made, err := a.Attach(p.Context(), id, core.AttachmentDraft{Name: fmt.Sprintf("log-%d.txt", audience), MediaType: "text/plain", Size: int64(len(content)),
			Visibility: core.Visibility{Audience: audience}, Mark: fmt.Sprintf("dx-%026d", 10+audience)}, bytes.NewReader(content))
		if none != "" {
			if err == nil && made.Visibility.Audience <= audience {
				p.Errorf("a file for %d can be attached, and the profile says %q", audience, none)
			}
			continue
		}
		p.must(err)
		r, err := p.sync.(connectors.AttachmentOpener).OpenAttachment(p.Context(), id, made)
		p.must(err)
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
			p.Errorf("the file came back as %q, %v", got, err)
		}
		r.Close()
	}
}

// heard holds that webhooks told of the item.
func (p *probe) heard(id string) {
	if p.Webhooks != "" {
		return
	}
	end := time.After(10 * time.Second)
	for {
		select {
		case h := <-p.hints:
			if h.Ref.ID == id {
				return
			}
		case <-end:
			p.Error("no webhook told of the item")
			return
		}
	}
}

// end takes the item through its statuses and deletes it.
func (p *probe) end(id string) {
	for _, word := range kinds.Statuses {
		if !p.Status.Has(word) {
			continue
		}
		fields := map[string]core.Value{p.Status.Field: p.value(p.Status.Field, p.Status.Values[word])}
		if word == "done" {
			for name, v := range p.Closing {
				fields[name] = p.value(name, v)
			}
		}
		p.edit(id, fields)
	}
	d, ok := p.ada.(connectors.Deleter)
	if ok != (p.Delete == "") {
		p.Errorf("the connector can delete: %v, and the profile says %q", ok, p.Delete)
	}
	if !ok || p.Delete != "" {
		return
	}
	p.pass()
	p.must(d.Delete(p.Context(), id))
	if _, err := p.sync.Get(p.Context(), id, connectors.Want{Type: p.Type}); !errors.Is(err, connectors.ErrNotFound) {
		p.Errorf("a deleted item: %v, want not found", err)
	}
}
