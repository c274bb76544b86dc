package github

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

func (c *call) commentPage(rows []*comment) error {
	some, err := paged(c, rows)
	if err != nil {
		return err
	}
	out := []object{}
	for _, m := range some {
		out = append(out, c.commentAnswer(m))
	}
	return c.answer(http.StatusOK, out)
}

// listComments is one issue's, by ascending id.
func (c *call) listComments() error {
	i, _, err := c.issue()
	if err != nil {
		return err
	}
	since, err := c.since()
	if err != nil {
		return err
	}
	return c.commentPage(c.e.st.commentsOf(func(m *comment) bool {
		return m.Issue == i.ID && (since.IsZero() || m.Updated.After(since))
	}))
}

// listRepoComments is the whole repository's, of pull requests too; with since only those that changed.
func (c *call) listRepoComments() error {
	r, err := c.repo()
	if err != nil {
		return err
	}
	if err := c.permit("issues"); err != nil {
		return err
	}
	since, err := c.since()
	if err != nil {
		return err
	}
	rows := c.e.st.commentsOf(func(m *comment) bool {
		i := c.e.st.Issues[m.Issue]
		return i.Repo == r.ID && (since.IsZero() || m.Updated.After(since))
	})
	if sort := c.query("sort"); sort != "" {
		slices.SortStableFunc(rows, func(a, b *comment) int {
			n := a.Created.Compare(b.Created)
			if sort == "updated" {
				n = a.Updated.Compare(b.Updated)
			}
			if n = cmp.Or(n, cmp.Compare(a.ID, b.ID)); cmp.Or(c.query("direction"), "desc") == "desc" {
				n = -n
			}
			return n
		})
	}
	return c.commentPage(rows)
}

func (c *call) postComment() error {
	i, r, err := c.issue()
	if err != nil {
		return err
	}
	if _, err := c.writable(roleRead, "issues"); err != nil {
		return err
	}
	if i.Locked && c.role(r) < roleWrite {
		return refuse(http.StatusForbidden, "Unable to create comment because issue is locked.")
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	body, err := commentBody(in)
	if err != nil {
		return err
	}
	m := &comment{ID: c.e.st.id(), Issue: i.ID, Author: c.actor.user.ID, Body: body, ViaApp: c.actor.app(), Created: c.now, Updated: c.now}
	c.e.st.Comments[m.ID] = m
	c.touch(i)
	c.refer(i, body)
	c.emit("issue_comment", "created", i, object{"comment": c.commentView(m)})
	c.w.Header().Set("Location", text(c.commentView(m)["url"]))
	return c.answer(http.StatusCreated, c.commentAnswer(m))
}

func commentBody(in object) (string, error) {
	body, ok := in["body"].(string)
	switch {
	case !ok || strings.TrimSpace(body) == "":
		return "", invalid(problem("IssueComment", "body", "missing_field", "Body cannot be blank"))
	case length(body) > mostBody:
		return "", invalid(problem("IssueComment", "body", "unprocessable", "Body is too long (maximum is 65536 characters)"))
	}
	return body, nil
}

func (c *call) comment() (*comment, *issue, *repo, error) {
	r, err := c.repo()
	if err != nil {
		return nil, nil, nil, err
	}
	if err := c.permit("issues"); err != nil {
		return nil, nil, nil, err
	}
	m := c.e.st.Comments[c.pathID("comment_id")]
	if m == nil {
		return nil, nil, nil, notFound()
	}
	i := c.e.st.Issues[m.Issue]
	if i.Repo != r.ID || i.Deleted {
		return nil, nil, nil, notFound()
	}
	return m, i, r, nil
}

func (c *call) getComment() error {
	m, _, _, err := c.comment()
	if err != nil {
		return err
	}
	c.modified = m.Updated
	return c.answer(http.StatusOK, c.commentAnswer(m))
}

// ownComment is comment for its author or somebody who may push.
func (c *call) ownComment() (*comment, *issue, error) {
	m, i, r, err := c.comment()
	if err != nil {
		return nil, nil, err
	}
	if c.actor.user.ID != m.Author && c.role(r) < roleWrite {
		return nil, nil, refuse(http.StatusForbidden, "Must have push access to change this comment.")
	}
	return m, i, nil
}

// patchComment changes the comment alone: the issue's updated_at stays, so that a list of issues does not show it.
func (c *call) patchComment() error {
	m, i, err := c.ownComment()
	if err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	body, err := commentBody(in)
	if err != nil {
		return err
	}
	changes := object{}
	if body != m.Body {
		changes["body"] = object{"from": m.Body}
		m.Body, m.Updated = body, c.now
		c.refer(i, body)
	}
	c.dirty = true
	c.emit("issue_comment", "edited", i, object{"comment": c.commentView(m), "changes": changes})
	return c.answer(http.StatusOK, c.commentAnswer(m))
}

// deleteComment does not move the issue's updated_at either.
func (c *call) deleteComment() error {
	m, i, err := c.ownComment()
	if err != nil {
		return err
	}
	view := c.commentView(m)
	delete(c.e.st.Comments, m.ID)
	c.dirty = true
	c.emit("issue_comment", "deleted", i, object{"comment": view})
	return c.answer(http.StatusNoContent, nil)
}

// lock is PUT and DELETE: only people who may push write comments on a locked issue.
func (c *call) lock() error {
	i, _, err := c.writableIssue(roleWrite)
	if err != nil {
		return err
	}
	if c.req.Method == http.MethodDelete {
		if i.Locked {
			i.Locked, i.LockReason = false, ""
			c.note(i, "unlocked", object{"lock_reason": nil})
			c.touch(i)
			c.emit("issues", "unlocked", i, nil)
		}
		return c.answer(http.StatusNoContent, nil)
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	reason := text(in["lock_reason"])
	if reason != "" && !slices.Contains([]string{"off-topic", "too heated", "resolved", "spam"}, reason) {
		return invalid(problem("Issue", "lock_reason", "invalid", ""))
	}
	i.Locked, i.LockReason = true, reason
	c.note(i, "locked", object{"lock_reason": orNull(reason)})
	c.touch(i)
	c.emit("issues", "locked", i, nil)
	return c.answer(http.StatusNoContent, nil)
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
