package memory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// AddCommentWith adds a comment and the files it shows, all or none.
func (c *Connector) AddCommentWith(ctx context.Context, itemID string, draft core.CommentDraft, files []connectors.InlineFile) (core.Comment, []core.Attachment, error) {
	contents, err := c.contents(ctx, files)
	if err != nil {
		return core.Comment{}, nil, err
	}
	var made []core.Attachment
	cm, err := c.comment(ctx, OpAddComment, itemID, func(it *item) (core.Comment, error) {
		before := it.files
		if made, draft.Body, err = c.sys.showing(it, draft.Body, files, contents); err != nil {
			it.files = before
			return core.Comment{}, err
		}
		cm, err := c.sys.addComment(c.sys.self, it, draft)
		if err != nil {
			it.files = before
			return cm, err
		}
		for i := range it.files[len(before):] {
			f := &it.files[len(before)+i]
			f.CommentID, f.Inline = cm.ID, true
			made[i] = f.Attachment
		}
		return cm, nil
	})
	if err != nil {
		made = nil
	}
	return cm, made, err
}

// CreateWith makes an item and the files that its texts show.
func (c *Connector) CreateWith(ctx context.Context, draft core.Draft, files []connectors.InlineFile) (core.Observation, []core.Attachment, error) {
	contents, err := c.contents(ctx, files)
	if err != nil {
		return core.Observation{}, nil, err
	}
	var o core.Observation
	var made []core.Attachment
	err = c.sys.call(ctx, OpCreate, "", func() error {
		it, err := c.sys.create(c.sys.self, draft)
		if err != nil {
			return err
		}
		for i, f := range files {
			a, err := c.sys.attach(c.sys.self, it, f.File, contents[i])
			if err != nil {
				delete(c.sys.items, it.id)
				return err
			}
			made = append(made, a)
		}
		for name, v := range it.fields {
			it.fields[name] = shownAs(v, files, made)
		}
		o = c.sys.observe(it, connectors.Want{})
		return nil
	})
	if err != nil {
		return core.Observation{}, nil, err
	}
	return o, made, nil
}

func (c *Connector) contents(ctx context.Context, files []connectors.InlineFile) (all [][]byte, err error) {
	for _, f := range files {
		r, err := f.Open(ctx)
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %s: reading the content: %w", c.sys.name, OpAttach, err)
		}
		all = append(all, data)
	}
	return all, nil
}

// showing attaches files and shows them in the text. The caller holds the lock.
func (s *System) showing(it *item, text core.Value, files []connectors.InlineFile, contents [][]byte) (made []core.Attachment, shown core.Value, err error) {
	it.files = slices.Clip(it.files)
	for i, f := range files {
		a, err := s.attach(s.self, it, f.File, contents[i])
		if err != nil {
			return nil, text, err
		}
		made = append(made, a)
	}
	return made, shownAs(text, files, made), nil
}

// shownAs is a text that shows the files in the place of their refs.
func shownAs(text core.Value, files []connectors.InlineFile, made []core.Attachment) core.Value {
	if text.Kind() != core.KindText {
		return text
	}
	return core.Text(text.Format(), richtext.Rewrite(richtext.Format(text.Format()), text.Source(), func(r richtext.Reference) richtext.Reference {
		for i, f := range files {
			if r.URL != f.Ref && r.ID != f.Ref {
				continue
			}
			if name := made[i].Names[0]; strings.Contains(name, "://") {
				r.URL = name
			} else {
				r.URL, r.ID = "", name
			}
		}
		return r
	}))
}

// names are what texts of the system call a file.
func (s *System) names(id string) []string {
	if s.facts.RichText == string(richtext.HTML) || s.facts.RichText == string(richtext.Markdown) {
		return []string{"https://" + s.name + ".example/files/" + id}
	}
	return []string{s.name + "-media-" + id}
}

// mentioned are the people whom an item's texts mention.
func (s *System) mentioned(o core.Observation) (people []core.Value) {
	look := func(v core.Value) {
		if v.Kind() != core.KindText {
			return
		}
		for _, r := range richtext.References(richtext.Format(v.Format()), v.Source()) {
			p, ok := s.user(core.Person(r.ID, "", ""))
			if r.Kind == richtext.Mention && ok && !slices.ContainsFunc(people, func(have core.Value) bool { return have.ID() == p.ID() }) {
				people = append(people, p)
			}
		}
	}
	for _, f := range s.fields {
		look(o.Fields[f.Name])
	}
	for _, c := range o.Comments {
		look(c.Body)
	}
	return people
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}
