package freshworks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/internal/httpx"
)

// message is one entry of a conversation, or a note of a problem or change.
type message struct {
	ID          int64
	UserID      int64 `json:"user_id"`
	Body        string
	Incoming    bool
	Private     *bool
	Source      int
	Attachments []file
	CreatedAt   string `json:"created_at"`
	UpdatedAt   string `json:"updated_at"`
	EditedAt    string `json:"last_edited_at"`
}

// noteSource is the source of a conversation that can be edited; replies and mails cannot.
const noteSource = 2

func (it *Item) talkName() (path, many, one string) {
	if it.Notes {
		return "notes", "notes", "note"
	}
	return "conversations", "conversations", "conversation"
}

// talk reads the whole conversation. The vendor has no single entry and no look from a time on.
func (c *Connector) talk(ctx context.Context, it *Item, id int64, archived bool) ([]message, error) {
	name, many, _ := it.talkName()
	at := path(it, id)
	if archived {
		at = fmt.Sprintf("%s/archived/%d", it.Path, id)
	}
	var all []message
	err := each(ctx, c, at+"/"+name, many, url.Values{}, func(m message) bool {
		all = append(all, m)
		return false
	})
	if err != nil {
		return nil, fmt.Errorf("%s: reading the conversation of %s%d: %w", c.name, it.Sign, id, err)
	}
	slices.SortStableFunc(all, func(a, b message) int {
		return cmp.Or(instant(a.CreatedAt).Compare(instant(b.CreatedAt)), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// visibility of an entry. Notes of problems and changes have no privacy: who reads them is the admin's word, and unsaid they are for
// agents alone, so that nothing that was written for agents comes before more eyes elsewhere.
func (c *Connector) visibility(it *Item, m message) core.Visibility {
	switch {
	case it.Notes && c.notes == core.Public:
		return core.Visibility{Audience: core.Public}
	case it.Notes:
		return core.Visibility{Audience: core.Internal}
	case m.Private != nil && !*m.Private:
		return core.Visibility{Audience: core.Public}
	}
	return core.Visibility{Audience: core.Internal}
}

func (c *Connector) comment(ctx context.Context, it *Item, m message) (core.Comment, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return core.Comment{}, err
	}
	author := core.Empty(core.KindUser)
	if m.UserID != 0 {
		p, err := c.person(ctx, m.UserID, !m.Incoming)
		if err != nil {
			return core.Comment{}, err
		}
		author = p.value
	}
	text, mark := c.split(m, self)
	out := core.Comment{ID: strconv.FormatInt(m.ID, 10), Author: author, Body: htmlText(text), Visibility: c.visibility(it, m),
		CreatedAt: instant(m.CreatedAt), UpdatedAt: instant(m.UpdatedAt), Mark: mark, Own: author.ID() == self.ID()}
	if edited := instant(m.EditedAt); edited.After(out.UpdatedAt) {
		out.UpdatedAt = edited
	}
	return out, nil
}

// split takes the mark out of a text that duplex wrote: by the own account, or as a note in somebody's name. An answer that quotes such a
// text holds its mark too, and is not duplex's.
func (c *Connector) split(m message, self core.Value) (text, mark string) {
	if own := strconv.FormatInt(m.UserID, 10) == self.ID(); m.Incoming || !own && m.Source != noteSource {
		return m.Body, ""
	}
	return splitMark(m.Body)
}

// entries are the comments and files of an item, oldest first.
func (c *Connector) entries(ctx context.Context, it *Item, r record, talk []message) (comments []core.Comment, files []core.Attachment, err error) {
	for _, f := range r.files() {
		files = append(files, f.value(core.Comment{Visibility: core.Visibility{Audience: core.Public}, Author: core.Empty(core.KindUser)}))
	}
	for _, m := range talk {
		v, err := c.comment(ctx, it, m)
		if err != nil {
			return nil, nil, err
		}
		comments = append(comments, v)
		for _, f := range m.Attachments {
			files = append(files, f.value(v))
		}
	}
	return comments, files, nil
}

// AddComment writes a note, private unless the draft is for everybody. A public one is a reply, which the requester gets by mail, only
// where settings.public_comments says so. A comment for fewer readers than all agents is ErrUnsupported, and so is one in the name of
// somebody in whose name the vendor takes none.
func (c *Connector) AddComment(ctx context.Context, itemID string, draft core.CommentDraft) (core.Comment, error) {
	it, id, err := c.locate(itemID)
	if err != nil {
		return core.Comment{}, err
	}
	attempt := func(err error) error { return fmt.Errorf("%s: commenting on %s%d: %w", c.name, it.Sign, id, err) }
	html, err := markup(draft.Body)
	if err != nil {
		return core.Comment{}, attempt(err)
	}
	where, body, err := c.say(it, draft.Visibility)
	if err != nil {
		return core.Comment{}, attempt(err)
	}
	body["body"] = c.withMark(html, draft.Mark)
	if author, err := strconv.ParseInt(draft.Author.ID(), 10, 64); err == nil && where == "notes" && !it.Notes {
		bare, err := markup(draft.Bare)
		if err == nil {
			body["body"] = c.withMark(bare, draft.Mark)
		}
		body["user_id"] = author
	}
	_, _, one := it.talkName()
	var m message
	err = c.call(ctx, http.MethodPost, path(it, id)+"/"+where, one, body, &m, httpx.Operation("POST "+it.Path+"/{id}/"+where))
	if err == nil && m.ID == 0 {
		err = connectors.Busy("commenting", "the answer has no comment", 0)
	}
	if err = c.gone(ctx, it, id, err); err != nil {
		var invalid *connectors.InvalidError
		if errors.As(err, &invalid) && body["user_id"] != nil && invalid.Fields["user_id"] != "" {
			err = fmt.Errorf("it cannot be written in that person's name: %s: %w", invalid.Fields["user_id"], connectors.ErrUnsupported)
		}
		return core.Comment{}, attempt(err)
	}
	if c.visibility(it, m).WiderThan(draft.Visibility) {
		return core.Comment{}, attempt(c.takeBack(ctx, it, id, m))
	}
	return c.comment(ctx, it, m)
}

// say is where a comment for those readers is posted, and what is sent beside its text.
func (c *Connector) say(it *Item, v core.Visibility) (where string, body map[string]any, err error) {
	switch {
	case it.Notes && c.notes != core.Internal && v.Audience != core.Public:
		return "", nil, fmt.Errorf("notes of a %s cannot be kept private, and settings.object_notes does not say that agents alone read them: %w", it.Type, connectors.ErrUnsupported)
	case v.Audience != core.Public && v.Audience != core.Internal:
		return "", nil, fmt.Errorf("every agent can read a private note, this text is for fewer: %w", connectors.ErrUnsupported)
	case it.Notes:
		return "notes", map[string]any{}, nil
	case v.Audience == core.Internal:
		return "notes", map[string]any{"private": true}, nil
	case c.replies:
		return "reply", map[string]any{}, nil
	}
	return "notes", map[string]any{"private": false}, nil
}

// takeBack deletes a comment that came out wider than it may. Its error is ErrUnsupported when that worked.
func (c *Connector) takeBack(ctx context.Context, it *Item, id int64, m message) error {
	if err := c.DeleteComment(ctx, it.Prefix+strconv.FormatInt(id, 10), strconv.FormatInt(m.ID, 10)); err != nil {
		return fmt.Errorf("a private note came out public and could not be deleted: %w", err)
	}
	return fmt.Errorf("%s made a private note public; it was deleted again: %w", c.p.Name, connectors.ErrUnsupported)
}

// markup is the HTML to send for a rich text. Placeholders are escaped so that the vendor shows them instead of filling them in.
func markup(v core.Value) (string, error) {
	switch {
	case v.Kind() != core.KindText || v.Format() != "html":
		return "", connectors.Invalid("the text", "", "it takes HTML text")
	case richtext.IsEmpty(richtext.HTML, v.Source()):
		return "", connectors.Invalid("the text", "", "a comment needs text")
	}
	return richtext.EscapePlaceholders(v.Source()), nil
}

// found is an entry of a conversation, and where it is.
type found struct {
	it       *Item
	id       int64
	archived bool
	message
}

// entry finds one entry of a conversation, of an archived item too.
func (c *Connector) entry(ctx context.Context, itemID string, is func(message) bool) (found, error) {
	it, id, err := c.locate(itemID)
	if err != nil {
		return found{}, err
	}
	archived := false
	all, err := c.talk(ctx, it, id, false)
	if c.p.Archive && errors.Is(err, connectors.ErrNotFound) {
		archived = true
		all, err = c.talk(ctx, it, id, true)
	}
	if err != nil {
		return found{}, err
	}
	i := slices.IndexFunc(all, is)
	if i < 0 {
		return found{}, fmt.Errorf("%s: a comment of %s%d: %w", c.name, it.Sign, id, connectors.ErrNotFound)
	}
	return found{it, id, archived, all[i]}, nil
}

// FindComment finds a comment by the mark in its text.
func (c *Connector) FindComment(ctx context.Context, itemID, mark string) (core.Comment, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return core.Comment{}, err
	}
	at, err := c.entry(ctx, itemID, func(m message) bool { _, got := c.split(m, self); return mark != "" && got == mark })
	if err != nil {
		return core.Comment{}, err
	}
	return c.comment(ctx, at.it, at.message)
}

// EditComment replaces the text of a note and keeps its mark. Replies and mails cannot be edited.
func (c *Connector) EditComment(ctx context.Context, itemID, commentID string, draft core.CommentDraft) (core.Comment, error) {
	at, err := c.entry(ctx, itemID, func(m message) bool { return strconv.FormatInt(m.ID, 10) == commentID })
	if err != nil {
		return core.Comment{}, err
	}
	it, id, m := at.it, at.id, at.message
	attempt := func(err error) error {
		return fmt.Errorf("%s: editing a comment of %s%d: %w", c.name, it.Sign, id, err)
	}
	switch {
	case at.archived:
		return core.Comment{}, attempt(putAway(""))
	case !it.Notes && m.Source != noteSource:
		return core.Comment{}, attempt(fmt.Errorf("only notes can be edited, this is a reply: %w", connectors.ErrUnsupported))
	}
	html, err := markup(draft.Body)
	if err != nil {
		return core.Comment{}, attempt(err)
	}
	self, err := c.Self(ctx)
	if err != nil {
		return core.Comment{}, attempt(err)
	}
	_, mark := c.split(m, self)
	_, _, one := it.talkName()
	var after message
	err = c.call(ctx, http.MethodPut, c.entryPath(it, id, commentID), one, map[string]any{"body": c.withMark(html, mark)}, &after, httpx.Operation("PUT "+one))
	if err == nil && after.ID != m.ID {
		err = connectors.Busy("editing", "the answer is not the edited comment", 0)
	}
	if err != nil {
		return core.Comment{}, attempt(err)
	}
	if after.Private == nil {
		after.Private = m.Private
	}
	return c.comment(ctx, it, after)
}

// DeleteComment deletes a note or reply.
func (c *Connector) DeleteComment(ctx context.Context, itemID, commentID string) error {
	it, id, err := c.locate(itemID)
	if err != nil {
		return err
	}
	if n, err := strconv.ParseInt(commentID, 10, 64); err != nil || n <= 0 {
		return fmt.Errorf("%s: comment %q: %w", c.name, commentID, connectors.ErrNotFound)
	}
	_, err = c.http.JSON(ctx, http.MethodDelete, c.entryPath(it, id, commentID), nil, nil)
	if err = c.gone(ctx, it, id, err); err != nil {
		return fmt.Errorf("%s: deleting a comment of %s%d: %w", c.name, it.Sign, id, err)
	}
	return nil
}

func (c *Connector) entryPath(it *Item, id int64, entry string) string {
	if it.Notes {
		return path(it, id) + "/notes/" + entry
	}
	return "/api/v2/conversations/" + entry
}
