package azuredevops

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// comment is one as the vendor shows it; examples of the vendor call the id commentId.
type comment struct {
	ID        int64
	CommentID int64 `json:"commentId"`
	Text      string
	Format    string
	Deleted   bool     `json:"isDeleted"`
	CreatedBy identity `json:"createdBy"`
	Created   string   `json:"createdDate"`
	Modified  string   `json:"modifiedDate"`
}

func (m comment) id() string { return strconv.FormatInt(max(m.ID, m.CommentID), 10) }

// commentsVersion is the preview that the comments need; they are released in no version (vendor page "Comments").
func (c *Connector) commentsVersion() string {
	if c.version == "7.1" {
		return "7.1-preview.4"
	}
	return c.version + "-preview.3"
}

// formats tells whether comments can be Markdown, and say so.
func (c *Connector) formats() bool { return c.version == "7.1" }

// A mark is an empty link at the end of the text: HTML comments are not said to be kept. Its host does not exist.
const markHost = "https://mark.duplex.invalid/"

var (
	htmlMark     = regexp.MustCompile(`(?is)\s*(?:<(?:p|div|span)[^>]*>\s*)?<a\b[^>]*href=["']?` + regexp.QuoteMeta(markHost) + `(dx-[a-z2-7]{26})\b[^>]*>.*?</a>(?:\s*</(?:p|div|span)>)?`)
	markdownMark = regexp.MustCompile(`(?i)\s*\[[^\]]*\]\(` + regexp.QuoteMeta(markHost) + `(dx-[a-z2-7]{26})\)`)
)

// unmark takes the mark out of a comment's text.
func unmark(text string) (clean, mark string) {
	for _, re := range []*regexp.Regexp{htmlMark, markdownMark} {
		if m := re.FindStringSubmatch(text); m != nil {
			mark = strings.ToLower(m[1])
			text = re.ReplaceAllString(text, "")
		}
	}
	return text, mark
}

func withMark(text, mark string) string {
	if mark == "" {
		return text
	}
	return text + `<a href="` + markHost + mark + `">&#8203;</a>`
}

// commentOf is the comment with its mark taken out.
func (c *Connector) commentOf(m comment, self core.Value, seen core.Visibility) core.Comment {
	format := richtext.HTMLAzure
	if strings.EqualFold(m.Format, "markdown") {
		format = richtext.MarkdownAzure
	}
	text, mark := unmark(m.Text)
	out := core.Comment{ID: m.id(), Author: c.person(m.CreatedBy), Body: richText(format, text), Visibility: seen, CreatedAt: instant(m.Created), UpdatedAt: instant(m.Modified), Mark: mark}
	if out.UpdatedAt.IsZero() {
		out.UpdatedAt = out.CreatedAt
	}
	out.Own = out.Author.ID() == self.ID()
	if !out.Own {
		out.Mark = "" // quoted by a person
	}
	return out
}

// conversation reads all comments, oldest first.
func (c *Connector) conversation(ctx context.Context, n int64, project string, seen core.Visibility) ([]core.Comment, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return nil, err
	}
	var out []core.Comment
	q := url.Values{"$top": {"200"}, "order": {"asc"}}
	for {
		var answer struct {
			Comments []comment
			Token    string `json:"continuationToken"`
		}
		err := c.call(ctx, request{method: http.MethodGet, path: commentsPath(project, n), op: "GET comments", query: q, version: c.commentsVersion()}, &answer)
		if err != nil {
			return nil, fmt.Errorf("%s: reading the comments of #%d: %w", c.name, n, err)
		}
		var authors []identity
		for _, m := range answer.Comments {
			authors = append(authors, m.CreatedBy)
		}
		if err := c.learn(ctx, authors...); err != nil {
			return nil, err
		}
		for _, m := range answer.Comments {
			if !m.Deleted {
				out = append(out, c.commentOf(m, self, seen))
			}
		}
		if answer.Token == "" || answer.Token == q.Get("continuationToken") || len(answer.Comments) == 0 {
			slices.SortStableFunc(out, func(a, b core.Comment) int { return a.CreatedAt.Compare(b.CreatedAt) })
			return out, nil
		}
		q.Set("continuationToken", answer.Token)
	}
}

func commentsPath(project string, n int64) string {
	return in(project, "wit/workItems/"+strconv.FormatInt(n, 10)+"/comments")
}

// home is the project that an item lives in: as last read, else by a read.
func (c *Connector) home(ctx context.Context, n int64) (string, error) {
	if p, ok := c.homes.Get(n); ok {
		return p, nil
	}
	w, err := c.item(ctx, n, connectors.Want{Fields: []string{}})
	if err != nil {
		return "", err
	}
	c.remember(w)
	return w.text(refProject), nil
}

// atHome makes a call under the item's project, and once more where the item has moved meanwhile.
func (c *Connector) atHome(ctx context.Context, n int64, run func(project string) error) error {
	project, err := c.home(ctx, n)
	if err != nil {
		return err
	}
	if err = run(project); !errors.Is(err, connectors.ErrNotFound) {
		return err
	}
	c.homes.Forget(n)
	if now, herr := c.home(ctx, n); herr != nil {
		return herr
	} else if now == project {
		return err
	}
	return c.atHome(ctx, n, run)
}

// AddComment writes a comment with its mark in the text. A comment for fewer than all who see the item is ErrUnsupported.
func (c *Connector) AddComment(ctx context.Context, itemID string, draft core.CommentDraft) (core.Comment, error) {
	return c.say(ctx, itemID, "", draft)
}

// EditComment replaces the text and keeps the mark.
func (c *Connector) EditComment(ctx context.Context, itemID, commentID string, draft core.CommentDraft) (core.Comment, error) {
	if _, err := number(commentID); err != nil {
		return core.Comment{}, fmt.Errorf("%s: editing a comment: %w", c.name, err)
	}
	draft.Visibility = core.Visibility{} // stays as it is
	return c.say(ctx, itemID, commentID, draft)
}

// say writes a new comment, or the text of the one with that id.
func (c *Connector) say(ctx context.Context, itemID, commentID string, draft core.CommentDraft) (core.Comment, error) {
	none := core.Comment{}
	n, err := number(itemID)
	if err != nil {
		return none, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return none, err
	}
	var out core.Comment
	err = c.atHome(ctx, n, func(project string) error {
		readers := draft.Visibility
		if commentID != "" { // they stay the same
			readers = core.Visibility{Audience: core.Public}
		}
		seen, err := c.audienceFor(ctx, project, readers)
		if err != nil {
			return err
		}
		if commentID == "" && seen.WiderThan(draft.Visibility) {
			return fmt.Errorf("everybody who sees the work item reads its comments, this text is for fewer: %w", connectors.ErrUnsupported)
		}
		mark := draft.Mark
		if commentID != "" && mark == "" {
			if mark, err = c.markOfComment(ctx, project, n, commentID); err != nil {
				return err
			}
		}
		r := request{method: http.MethodPost, path: commentsPath(project, n), op: "POST comments", version: c.commentsVersion(), query: url.Values{}}
		if commentID != "" {
			r.method, r.op, r.path = http.MethodPatch, "PATCH comments/{id}", r.path+"/"+commentID
		}
		if c.formats() {
			r.query.Set("format", "html")
		}
		r.in = map[string]string{"text": withMark(htmlOf(draft.Body), mark)}
		var m comment
		if err := c.call(ctx, r, &m); err != nil {
			return err
		}
		if m.id() == "0" {
			return connectors.Busy("commenting", "the answer has no comment", 0)
		}
		if err := c.learn(ctx, m.CreatedBy); err != nil {
			return err
		}
		out = c.commentOf(m, self, seen)
		return nil
	})
	if err != nil {
		return none, fmt.Errorf("%s: commenting on #%d: %w", c.name, n, err)
	}
	return out, nil
}

// htmlOf is a text as HTML.
func htmlOf(v core.Value) string {
	if v.Format() == "" || richtext.Format(v.Format()) == richtext.HTMLAzure {
		return v.Source()
	}
	text, _ := richtext.Convert(richtext.Format(v.Format()), richtext.HTMLAzure, v.Source())
	return text
}

func (c *Connector) markOfComment(ctx context.Context, project string, n int64, commentID string) (string, error) {
	var m comment
	err := c.call(ctx, request{method: http.MethodGet, path: commentsPath(project, n) + "/" + commentID, op: "GET comments/{id}", version: c.commentsVersion()}, &m)
	_, mark := unmark(m.Text)
	return mark, err
}

// DeleteComment deletes a comment; the vendor keeps it for its history. One that is deleted already is ErrNotFound.
func (c *Connector) DeleteComment(ctx context.Context, itemID, commentID string) error {
	n, err := number(itemID)
	if err == nil {
		_, err = number(commentID)
	}
	if err != nil {
		return err
	}
	err = c.atHome(ctx, n, func(project string) error {
		var m comment
		path := commentsPath(project, n) + "/" + commentID
		err := c.call(ctx, request{method: http.MethodGet, path: path, op: "GET comments/{id}", version: c.commentsVersion()}, &m)
		if err == nil && m.Deleted {
			err = connectors.ErrNotFound
		}
		if err != nil {
			return err
		}
		return c.call(ctx, request{method: http.MethodDelete, path: path, op: "DELETE comments/{id}", version: c.commentsVersion()}, nil)
	})
	if err != nil {
		return fmt.Errorf("%s: deleting a comment of #%d: %w", c.name, n, err)
	}
	return nil
}

// FindComment finds an own comment by its mark.
func (c *Connector) FindComment(ctx context.Context, itemID, mark string) (core.Comment, error) {
	n, err := number(itemID)
	if err != nil {
		return core.Comment{}, err
	}
	var out core.Comment
	err = c.atHome(ctx, n, func(project string) error {
		seen, err := c.audience(ctx, project)
		if err != nil {
			return err
		}
		list, err := c.conversation(ctx, n, project, seen)
		if err != nil {
			return err
		}
		for _, m := range list {
			if mark != "" && m.Mark == mark {
				out = m
				return nil
			}
		}
		return connectors.ErrNotFound
	})
	if err != nil {
		return core.Comment{}, fmt.Errorf("%s: looking for a comment of #%d: %w", c.name, n, err)
	}
	return out, nil
}
