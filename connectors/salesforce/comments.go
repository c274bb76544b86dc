package salesforce

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/internal/httpx"
)

// What a comment holds at most: a case comment in bytes, a post in characters (fact sheet, Comments).
const (
	maxCaseComment = 4000
	maxPost        = 10000
)

// The first letters of the ids of comments.
const (
	casePrefix  = "00a"
	postPrefix  = "0D5"
	replyPrefix = "0D7"
)

// entry is a case comment, a post of a record's feed, or a reply to one.
type entry struct {
	object     string // CaseComment, FeedItem, FeedComment
	id, author string
	body       string // with the mark, where it has one
	rich       bool
	public     bool
	at, edited time.Time
}

var entryColumns = map[string]string{
	"CaseComment": "Id, ParentId, CommentBody, IsPublished, CreatedById, CreatedDate, LastModifiedDate",
	"FeedItem":    "Id, ParentId, Body, IsRichText, Type, CommentCount, CreatedById, CreatedDate, LastEditDate",
	"FeedComment": "Id, FeedItemId, CommentBody, IsRichText, CreatedById, CreatedDate",
}

func entryOf(object string, r record) entry {
	e := entry{object: object, id: long(r.text("Id")), author: long(r.text("CreatedById")), at: instant(r.text("CreatedDate"))}
	e.edited = e.at
	switch object {
	case "CaseComment":
		e.body, e.public = r.text("CommentBody"), r.is("IsPublished")
		e.edited = instant(r.text("LastModifiedDate"))
	case "FeedItem":
		e.body, e.rich, e.public = r.text("Body"), r.is("IsRichText"), r.text("Visibility") == "AllUsers"
		if t := instant(r.text("LastEditDate")); !t.IsZero() {
			e.edited = t
		}
	case "FeedComment":
		e.body, e.rich = r.text("CommentBody"), r.is("IsRichText")
	}
	return e
}

// split is the text without the mark, and the mark. One that somebody else quotes is part of what they say.
func (e entry) split(self core.Value) (text, mark string) {
	if !sameID(e.author, self.ID()) {
		return e.body, ""
	}
	return splitMark(e.body)
}

// columnsOf are the columns to ask for. A post has its readers only in an organization whose customers can see any: elsewhere the column is
// not there, and all posts are internal.
func (c *Connector) columnsOf(ctx context.Context, object string) (string, error) {
	if object != "FeedItem" {
		return entryColumns[object], nil
	}
	s, err := c.schema(ctx, object)
	if err != nil {
		return "", err
	}
	if _, ok := s.byAPI("Visibility"); ok {
		return entryColumns[object] + ", Visibility", nil
	}
	return entryColumns[object], nil
}

// entryObject is what a new comment of a record is.
func (c *Connector) entryObject(object string) string {
	if object == "Case" && !c.feed {
		return "CaseComment"
	}
	return "FeedItem"
}

// entriesOf are all comments of a record, oldest first.
func (c *Connector) entriesOf(ctx context.Context, s *schema, id string) ([]entry, error) {
	object := c.entryObject(s.object)
	where := " FROM " + object + " WHERE ParentId = " + literal(id)
	if object == "FeedItem" { // what people wrote, and not what the platform says of itself; case comments are shown there too
		where += " AND Type IN ('TextPost', 'ContentPost', 'LinkPost')"
	}
	columns, err := c.columnsOf(ctx, object)
	if err != nil {
		return nil, err
	}
	list, err := c.rows(ctx, "query "+object, "SELECT "+columns+where+" ORDER BY CreatedDate, Id")
	if err != nil {
		return nil, c.fail("reading the comments of "+s.object+" "+id, err)
	}
	var out []entry
	public := map[string]bool{}
	var answered []string
	for _, r := range list {
		e := entryOf(object, r)
		out, public[e.id] = append(out, e), e.public
		if r.int("CommentCount") > 0 {
			answered = append(answered, e.id)
		}
	}
	replies, err := c.inChunks(ctx, "query FeedComment", "SELECT "+entryColumns["FeedComment"]+" FROM FeedComment WHERE FeedItemId IN ", answered, " ORDER BY CreatedDate, Id")
	if err != nil {
		return nil, c.fail("reading the replies of "+s.object+" "+id, err)
	}
	for _, r := range replies {
		e := entryOf("FeedComment", r)
		e.public = public[long(r.text("FeedItemId"))] // a reply has the readers of its post
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b entry) int { return a.at.Compare(b.at) })
	return out, nil
}

// comment is an entry as the engine sees it.
func (c *Connector) comment(e entry, self core.Value) core.Comment {
	v := core.Visibility{Audience: core.Internal}
	if e.public {
		v.Audience = core.Public
	}
	text, mark := e.split(self)
	return core.Comment{ID: e.id, Author: c.person(e.author), Body: c.bodyOf(text, e.rich), Visibility: v, CreatedAt: e.at, UpdatedAt: e.edited, Mark: mark, Own: sameID(e.author, self.ID())}
}

// bodyOf is an entry's text in the format that this system's comments have.
func (c *Connector) bodyOf(body string, rich bool) core.Value {
	is, as := richtext.Plain, richtext.Format(c.Facts().RichText)
	if rich {
		is = richtext.HTMLChatter
	}
	if is == richtext.Plain {
		body = strings.ReplaceAll(body, "\r\n", "\n")
	}
	if is != as {
		body, _ = richtext.Convert(is, as, body)
	}
	return textValue(as, body)
}

// columnsFor are the columns that hold a draft's text with its mark.
func (c *Connector) columnsFor(object string, v core.Value, mark string) (map[string]any, error) {
	format := richtext.Format(c.Facts().RichText)
	source := v.Source()
	switch {
	case v.Kind() != core.KindText || richtext.Format(v.Format()) != format:
		return nil, connectors.Invalid("the text", "", "it takes text of the format "+string(format))
	case richtext.IsEmpty(format, source):
		return nil, connectors.Invalid("the text", "", "a comment needs text")
	case object == "CaseComment" && format != richtext.Plain:
		source = richtext.PlainText(format, source)
	}
	if c.signs {
		source = c.withMark(source, mark, format == richtext.HTMLChatter && object != "CaseComment")
	}
	if object == "CaseComment" {
		if len(source) > maxCaseComment {
			return nil, fmt.Errorf("a text of %d bytes, the limit is %d: %w", len(source), maxCaseComment, connectors.ErrTooLarge)
		}
		return map[string]any{bodyColumn(object): source}, nil
	}
	if n := len([]rune(source)); n > maxPost {
		return nil, fmt.Errorf("a text of %d characters, the limit is %d: %w", n, maxPost, connectors.ErrTooLarge)
	}
	return map[string]any{bodyColumn(object): source, "IsRichText": format == richtext.HTMLChatter}, nil
}

func bodyColumn(object string) string {
	if object == "FeedItem" {
		return "Body"
	}
	return "CommentBody"
}

// AddComment writes a case comment or a post as the own account. A comment for fewer readers than the whole team is ErrUnsupported.
func (c *Connector) AddComment(ctx context.Context, itemID string, draft core.CommentDraft) (core.Comment, error) {
	attempt := "commenting on " + itemID
	object, err := c.objectOf(ctx, itemID)
	if err != nil {
		return core.Comment{}, err
	}
	public := draft.Visibility.Audience == core.Public
	if !public && draft.Visibility.Audience != core.Internal {
		return core.Comment{}, c.fail(attempt, fmt.Errorf("everybody who sees the record can read an internal comment, this text is for fewer: %w", connectors.ErrUnsupported))
	}
	kind := c.entryObject(object)
	body, err := c.columnsFor(kind, draft.Body, draft.Mark)
	if err != nil {
		return core.Comment{}, c.fail(attempt, err)
	}
	body["ParentId"] = long(itemID)
	if kind == "CaseComment" {
		body["IsPublished"] = public
	} else if err := c.addReaders(ctx, body, public); err != nil {
		return core.Comment{}, c.fail(attempt, err)
	}
	self, err := c.Self(ctx)
	if err != nil {
		return core.Comment{}, err
	}
	var answer struct{ ID string }
	err = c.call(ctx, "POST "+kind, http.MethodPost, "/sobjects/"+kind, body, &answer)
	if err == nil && !isID(answer.ID) {
		err = connectors.Busy("commenting", "the answer names no comment", 0)
	}
	if err != nil {
		return core.Comment{}, c.fail(attempt, below(err))
	}
	e, err := c.entry(ctx, kind, answer.ID)
	if err != nil { // it is written, and nothing would find it again: what was sent has to do
		sent, _ := body[bodyColumn(kind)].(string)
		e = entry{object: kind, id: long(answer.ID), author: self.ID(), public: public, at: c.theirs().Truncate(time.Second), body: sent, rich: c.feed && kind != "CaseComment"}
		e.edited = e.at
	}
	if e.public && !public {
		return core.Comment{}, c.fail(attempt, c.unpublish(ctx, e))
	}
	return c.comment(e, self), nil
}

// addReaders says who may read a post. Where customers see no post nothing is said.
func (c *Connector) addReaders(ctx context.Context, body map[string]any, public bool) error {
	s, err := c.schema(ctx, "FeedItem")
	if err != nil {
		return err
	}
	body["Type"] = "TextPost"
	if _, ok := s.byAPI("Visibility"); ok {
		body["Visibility"] = map[bool]string{true: "AllUsers", false: "InternalUsers"}[public]
	}
	return nil
}

// unpublish takes a comment away that came out wider than it may.
func (c *Connector) unpublish(ctx context.Context, e entry) error {
	if err := c.call(ctx, "DELETE "+e.object, http.MethodDelete, "/sobjects/"+e.object+"/"+e.id, nil, nil); err != nil {
		return fmt.Errorf("an internal comment came out public and could not be deleted, somebody must: %w", err)
	}
	return fmt.Errorf("an internal comment came out public, and was deleted: %w", connectors.ErrUnsupported)
}

// entryKind is the object of a comment's id. Any other id names no comment.
func entryKind(id string) (string, error) {
	object := map[string]string{casePrefix: "CaseComment", postPrefix: "FeedItem", replyPrefix: "FeedComment"}[id[:min(3, len(id))]]
	if object == "" || !isID(id) {
		return "", fmt.Errorf("comment %q: %w", id, connectors.ErrNotFound)
	}
	return object, nil
}

func (c *Connector) entry(ctx context.Context, object, id string) (entry, error) {
	columns, err := c.columnsOf(ctx, object)
	if err != nil {
		return entry{}, err
	}
	var r record
	err = c.call(ctx, "GET "+object, http.MethodGet, "/sobjects/"+object+"/"+long(id), nil, &r,
		httpx.Query(url.Values{"fields": {strings.ReplaceAll(columns, " ", "")}}))
	if err == nil && !sameID(r.text("Id"), id) {
		err = connectors.Busy("reading a comment", "the answer is not the comment that was asked for", 0)
	}
	return entryOf(object, r), err
}

// EditComment replaces the text; who can read it and its mark stay.
func (c *Connector) EditComment(ctx context.Context, _, commentID string, draft core.CommentDraft) (core.Comment, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return core.Comment{}, err
	}
	return c.editEntry(ctx, commentID, func(e entry) (map[string]any, error) {
		_, mark := e.split(self)
		return c.columnsFor(e.object, draft.Body, mark)
	})
}

// NarrowComment takes a case comment back from the customers. The readers of a post cannot be changed.
func (c *Connector) NarrowComment(ctx context.Context, _, commentID string, v core.Visibility) (core.Comment, error) {
	return c.editEntry(ctx, commentID, func(e entry) (map[string]any, error) {
		switch {
		case e.object != "CaseComment":
			return nil, fmt.Errorf("the readers of a post cannot be changed: %w", connectors.ErrUnsupported)
		case v.Audience == core.Public:
			return nil, nil
		case v.Audience != core.Internal:
			return nil, fmt.Errorf("everybody who sees the record can read an internal comment: %w", connectors.ErrUnsupported)
		}
		return map[string]any{"IsPublished": false}, nil
	})
}

// editEntry reads a comment, writes what is to be changed and reads it again.
func (c *Connector) editEntry(ctx context.Context, id string, columns func(entry) (map[string]any, error)) (core.Comment, error) {
	attempt := "editing comment " + id
	object, err := entryKind(id)
	if err != nil {
		return core.Comment{}, c.fail(attempt, err)
	}
	e, err := c.entry(ctx, object, id)
	if err != nil {
		return core.Comment{}, c.fail(attempt, err)
	}
	body, err := columns(e)
	if err == nil && len(body) > 0 {
		if err = c.call(ctx, "PATCH "+object, http.MethodPatch, "/sobjects/"+object+"/"+long(id), body, nil); err == nil {
			e, err = c.entry(ctx, object, id)
		}
	}
	if err == nil {
		err = c.learn(ctx, []string{e.author})
	}
	if err != nil {
		return core.Comment{}, c.fail(attempt, err)
	}
	self, err := c.Self(ctx)
	return c.comment(e, self), err
}

// DeleteComment deletes it; the own account needs the right to, for comments of others an administrator's.
func (c *Connector) DeleteComment(ctx context.Context, _, commentID string) error {
	object, err := entryKind(commentID)
	if err == nil {
		err = c.call(ctx, "DELETE "+object, http.MethodDelete, "/sobjects/"+object+"/"+long(commentID), nil, nil)
	}
	return c.fail("deleting comment "+commentID, err)
}
