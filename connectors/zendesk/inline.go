package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// sending are files that were uploaded for the text that shows them.
type sending struct {
	tokens []string
	files  []attachment // as the uploads were answered
	refs   map[string]string
	drafts []core.AttachmentDraft
}

// AddCommentWith uploads the files and adds the comment that shows them in one update (vendor page "Ticket Attachments": a file that the
// text shows by its content_url is inline).
func (c *Connector) AddCommentWith(ctx context.Context, itemID string, draft core.CommentDraft, files []connectors.InlineFile) (core.Comment, []core.Attachment, error) {
	attempt := func(err error) error { return fmt.Errorf("%s: commenting on #%s: %w", c.name, itemID, err) }
	s, err := c.sendFiles(ctx, files)
	if err != nil {
		return core.Comment{}, nil, attempt(err)
	}
	draft.Body = s.shownBy(draft.Body)
	m, err := c.say(ctx, itemID, draft, s.tokens)
	if err != nil {
		return core.Comment{}, nil, err
	}
	v, err := c.commentValue(ctx, m)
	if err != nil {
		return core.Comment{}, nil, err
	}
	made, err := s.made(m, v)
	if err != nil {
		return v, nil, attempt(err)
	}
	return v, made, nil
}

// CreateWith makes a ticket whose description shows the files.
func (c *Connector) CreateWith(ctx context.Context, draft core.Draft, files []connectors.InlineFile) (core.Observation, []core.Attachment, error) {
	attempt := func(err error) error { return fmt.Errorf("%s: creating a ticket: %w", c.name, err) }
	s, err := c.sendFiles(ctx, files)
	if err != nil {
		return core.Observation{}, nil, attempt(err)
	}
	t, opening, err := c.create(ctx, draft, s)
	if err != nil {
		return core.Observation{}, nil, attempt(err)
	}
	o, err := c.observe(ctx, t, talk{opening: opening}, connectors.Want{})
	if err != nil {
		return core.Observation{}, nil, err
	}
	first := comment{}
	err = c.eachComment(ctx, t.ID, func(m comment) bool {
		first = m // the newest come first
		return false
	})
	if err == nil {
		err = c.learnPeople(ctx, nil, []comment{first})
	}
	if err != nil {
		return o, nil, err
	}
	v, err := c.commentValue(ctx, first)
	if err != nil {
		return o, nil, err
	}
	made, err := s.made(first, v)
	return o, made, err
}

func (c *Connector) sendFiles(ctx context.Context, files []connectors.InlineFile) (sending, error) {
	s := sending{refs: map[string]string{}}
	for _, f := range files {
		if f.File.Size > maxFile {
			return s, fmt.Errorf("a file of %d bytes, the limit is %d: %w", f.File.Size, maxFile, connectors.ErrTooLarge)
		}
		content, err := f.Open(ctx)
		if err != nil {
			return s, err
		}
		token, a, err := c.upload(ctx, f.File, content)
		content.Close()
		if err != nil {
			return s, err
		}
		if a.ContentURL == "" {
			return s, connectors.Busy("uploading", "the answer does not say where the file is", 0)
		}
		s.tokens, s.files, s.drafts = append(s.tokens, token), append(s.files, a), append(s.drafts, f.File)
		s.refs[f.Ref] = a.ContentURL
	}
	return s, nil
}

// shownBy is a text that shows the files in the place of their refs.
func (s sending) shownBy(v core.Value) core.Value {
	if len(s.refs) == 0 || v.Kind() != core.KindText {
		return v
	}
	return core.Text(v.Format(), richtext.Rewrite(richtext.Format(v.Format()), v.Source(), func(r richtext.Reference) richtext.Reference {
		if at, ok := s.refs[r.URL]; ok {
			r.URL = at
		}
		return r
	}))
}

// made are the files as the comment shows them: by the upload's id, else by name and size.
func (s sending) made(m comment, on core.Comment) ([]core.Attachment, error) {
	var made []core.Attachment
	taken := map[int64]bool{}
	find := func(is func(attachment) bool) bool {
		for _, a := range m.Attachments {
			if !taken[a.ID] && a.there() && is(a) {
				taken[a.ID] = true
				made = append(made, a.value(on))
				return true
			}
		}
		return false
	}
	for i, sent := range s.files {
		if !find(func(a attachment) bool { return a.ID == sent.ID }) && !find(func(a attachment) bool { return a.Name == s.drafts[i].Name && a.Size == sent.Size }) {
			return nil, connectors.Busy("reading the new comment", "it does not show its files yet", 0)
		}
	}
	return made, nil
}

// say adds a comment, as its author where it names one: the update's audit still names the own account, and its metadata hold the mark.
func (c *Connector) say(ctx context.Context, itemID string, draft core.CommentDraft, uploads []string) (comment, error) {
	attempt := func(err error) error { return fmt.Errorf("%s: commenting on #%s: %w", c.name, itemID, err) }
	html, err := markup(draft.Body)
	if err != nil {
		return comment{}, attempt(err)
	}
	body := map[string]any{"html_body": html}
	if len(uploads) > 0 {
		body["uploads"] = uploads
	}
	if draft.Author.ID() != "" {
		id, err := c.mayWrite(ctx, draft.Author, draft.Visibility)
		if err != nil {
			return comment{}, attempt(err)
		}
		body["author_id"] = id
	}
	return c.comment(ctx, itemID, body, draft.Visibility, draft.Mark)
}

// mayWrite is the id of a user in whose name a comment can be written. An end user cannot write internal notes.
func (c *Connector) mayWrite(ctx context.Context, author core.Value, v core.Visibility) (int64, error) {
	id, err := strconv.ParseInt(author.ID(), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the author is no user of Zendesk: %w", connectors.ErrUnsupported)
	}
	if v.Audience == core.Public {
		return id, nil
	}
	p, ok := c.profiles.Get(id)
	if !ok || p.role() == "" {
		if err := c.readUsers(ctx, []int64{id}); err != nil && !errors.Is(err, connectors.ErrNotFound) {
			return 0, err
		}
		p, _ = c.profiles.Get(id)
	}
	if role := p.role(); role != "agent" && role != "admin" {
		return 0, fmt.Errorf("only agents write internal notes: %w", connectors.ErrUnsupported)
	}
	return id, nil
}

// role is end-user, agent or admin; "" when the vendor did not say.
func (p profile) role() string {
	var role string
	_ = json.Unmarshal(p.values["role"], &role)
	return role
}

var (
	_ connectors.InlineCommenter = (*Connector)(nil)
	_ connectors.InlineCreator   = (*Connector)(nil)
)
