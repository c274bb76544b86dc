package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// note is a comment as the vendor shows it.
type note struct {
	ID        int64
	Body      string
	User      *account
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	HTMLURL   string    `json:"html_url"`
	IssueURL  string    `json:"issue_url"`
}

// comments reads all comments of an issue, oldest first. A page that has not changed is free.
func (c *Connector) comments(ctx context.Context, at place) ([]note, error) {
	var all []note
	err := pages(ctx, c, at.path("comments"), nil, func(page []note) bool {
		all = append(all, page...)
		return false
	})
	if err != nil {
		return nil, fmt.Errorf("%s: reading the comments: %w", c.name, err)
	}
	slices.SortStableFunc(all, func(a, b note) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return slices.CompactFunc(all, func(a, b note) bool { return a.ID == b.ID }), nil
}

func (c *Connector) comment(repo *repository, m note, self core.Value) core.Comment {
	out := core.Comment{
		ID: strconv.FormatInt(m.ID, 10), Author: c.person(m.User), Body: shown(m.Body), Visibility: repo.audience(),
		CreatedAt: m.CreatedAt.UTC(), UpdatedAt: m.UpdatedAt.UTC(), Own: m.User != nil && fmt.Sprint(m.User.ID) == self.ID(),
	}
	if out.Own {
		out.Mark = markOf(m.Body)
	}
	return out
}

// AddComment writes a comment that carries the mark. Everybody who sees the repository reads it: one that is for the team is refused in a public
// repository, and one that is for some of the team everywhere. Whether the repository is public is asked right before.
func (c *Connector) AddComment(ctx context.Context, itemID string, draft core.CommentDraft) (core.Comment, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return core.Comment{}, err
	}
	at, is, err := c.issueAt(ctx, itemID)
	if err != nil {
		return core.Comment{}, err
	}
	if draft.Visibility.Audience != core.Public {
		fresh, err := c.freshRepo(ctx, at.repo.name)
		if err != nil {
			return core.Comment{}, err
		}
		at.repo = fresh
	}
	if v := at.repo.audience(); v.WiderThan(draft.Visibility) {
		return core.Comment{}, fmt.Errorf("%s: everybody who sees %s reads its comments, and this one is for fewer: %w", c.name, at.repo.name, connectors.ErrUnsupported)
	}
	text, err := c.commentText(ctx, at.repo, draft, "", draft.Mark)
	if err != nil {
		return core.Comment{}, err
	}
	var m note
	if err := c.write(ctx, http.MethodPost, at.path("comments"), map[string]string{"body": text}, &m); err != nil {
		if is.Locked && absent(err) { // it is about this issue and not about the account
			err = fmt.Errorf("the conversation is locked: unlock it, or give the account write access: %w", connectors.ErrUnsupported)
		}
		return core.Comment{}, fmt.Errorf("%s: commenting: %w", c.name, c.forbidden(ctx, err, at.repo, at.path()))
	}
	if m.ID == 0 {
		return core.Comment{}, connectors.Busy(c.name+": commenting", "the answer has no comment", 0)
	}
	return c.comment(at.repo, m, self), nil
}

func (c *Connector) commentText(ctx context.Context, repo *repository, draft core.CommentDraft, there, mark string) (string, error) {
	text, err := c.text(ctx, repo, draft.Body, there)
	if errors.Is(err, errText) {
		return "", connectors.Invalid(c.name+": a comment", "", err.Error())
	}
	if err != nil {
		return "", err
	}
	if text == "" {
		return "", connectors.Invalid(c.name+": a comment", "", "a comment needs text")
	}
	text, err = sized(text, mark)
	if err != nil {
		return "", fmt.Errorf("%s: a comment: %w", c.name, err)
	}
	return text, nil
}

// noteOf reads one comment, which has to be one of the issue.
func (c *Connector) noteOf(ctx context.Context, itemID, commentID string) (place, note, error) {
	at, err := c.locate(ctx, itemID)
	if err != nil {
		return at, note{}, err
	}
	id, ok := number(commentID)
	if !ok {
		return at, note{}, fmt.Errorf("%s: no comment has such an id: %w", c.name, connectors.ErrNotFound)
	}
	var m note
	read := func() error {
		_, err := c.read(ctx, at.repo.path("issues", "comments", strconv.FormatInt(id, 10)), nil, &m)
		return err
	}
	err = read()
	if errors.Is(err, connectors.ErrNotFound) { // the issue may have been moved, with its comments
		was := at
		if at, _, err = c.issueAt(ctx, itemID); err == nil && at.number == was.number && at.repo.ID == was.repo.ID {
			err = connectors.ErrNotFound
		} else if err == nil {
			err = read()
		}
	}
	if err != nil {
		return at, m, fmt.Errorf("%s: reading a comment: %w", c.name, err)
	}
	if m.ID != id || !strings.HasSuffix(m.IssueURL, "/issues/"+strconv.Itoa(at.number)) {
		return at, m, fmt.Errorf("%s: the comment is not one of the issue: %w", c.name, connectors.ErrNotFound)
	}
	return at, m, nil
}

// EditComment replaces a comment's text and keeps its mark.
func (c *Connector) EditComment(ctx context.Context, itemID, commentID string, draft core.CommentDraft) (core.Comment, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return core.Comment{}, err
	}
	at, m, err := c.noteOf(ctx, itemID, commentID)
	if err != nil {
		return core.Comment{}, err
	}
	mark := markOf(m.Body)
	if mark == "" {
		mark = draft.Mark
	}
	text, err := c.commentText(ctx, at.repo, draft, m.Body, mark)
	if err != nil {
		return core.Comment{}, err
	}
	if text != unixLines(m.Body) {
		if err := c.write(ctx, http.MethodPatch, at.repo.path("issues", "comments", commentID), map[string]string{"body": text}, &m); err != nil {
			return core.Comment{}, fmt.Errorf("%s: editing a comment: %w", c.name, c.forbidden(ctx, err, at.repo, at.repo.path("issues", "comments", commentID)))
		}
	}
	return c.comment(at.repo, m, self), nil
}

// DeleteComment deletes a comment.
func (c *Connector) DeleteComment(ctx context.Context, itemID, commentID string) error {
	at, _, err := c.noteOf(ctx, itemID, commentID)
	if err != nil {
		return err
	}
	if err := c.write(ctx, http.MethodDelete, at.repo.path("issues", "comments", commentID), nil, nil); err != nil {
		return fmt.Errorf("%s: deleting a comment: %w", c.name, c.forbidden(ctx, err, at.repo, at.repo.path("issues", "comments", commentID)))
	}
	return nil
}
