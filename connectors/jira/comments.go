package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sort"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// comment is a comment as the API shows it.
type comment struct {
	ID           string          `json:"id"`
	Author       *user           `json:"author"`
	UpdateAuthor *user           `json:"updateAuthor"`
	Body         json.RawMessage `json:"body"`
	Created      string          `json:"created"`
	Updated      string          `json:"updated"`
	Visibility   *restriction    `json:"visibility"`
	JSDPublic    *bool           `json:"jsdPublic"`
	Properties   []entity        `json:"properties"`
}

// entity is an entity property as the API shows it.
type entity struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// restriction keeps a comment to a role or a group.
type restriction struct {
	Type       string `json:"type"`
	Value      string `json:"value"`
	Identifier string `json:"identifier,omitempty"`
}

// publicProperty marks a comment of a service project as an internal note. The vendor documents it for the service desk
// API; the platform API takes it as a comment property.
const publicProperty = "sd.public.comment"

// groupPrefix tells a group from a role in core.Visibility.Group.
const groupPrefix = "group:"

// visibility is who reads a comment. It is pure:
//
//	restricted to the role settings.internal_role   internal
//	restricted to another role or a group           restricted
//	service project, jsdPublic true                 public
//	service project, otherwise                      internal
//	any other project                               internal: its readers are the team
func (c *Connector) visibility(m comment, desk bool) core.Visibility {
	if r := m.Visibility; r != nil && (r.Value != "" || r.Identifier != "") {
		name := cmp.Or(r.Value, r.Identifier)
		switch {
		case r.Type == "role" && c.internalRole != "" && name == c.internalRole:
			return core.Visibility{Audience: core.Internal}
		case r.Type == "group":
			name = groupPrefix + name
		}
		return core.Visibility{Audience: core.Restricted, Group: name}
	}
	if desk && m.JSDPublic != nil && *m.JSDPublic {
		return core.Visibility{Audience: core.Public}
	}
	return core.Visibility{Audience: core.Internal}
}

func (c *Connector) comment(m comment, desk bool, self string) core.Comment {
	out := core.Comment{ID: m.ID, Author: m.Author.value(), Body: c.on.text(m.Body), Visibility: c.visibility(m, desk)}
	if t, ok := parseTime(m.Created); ok {
		out.CreatedAt, out.UpdatedAt = t.UTC(), t.UTC()
	}
	if t, ok := parseTime(m.Updated); ok {
		out.UpdatedAt = t.UTC()
	}
	out.Own = self != "" && out.Author.ID() == self
	for _, p := range m.Properties {
		if p.Key == markProperty {
			out.Mark = readMark(p.Value)
		}
	}
	return out
}

// commentPage is a page of comments, also the one inside an issue.
type commentPage struct {
	Comments []comment `json:"comments"`
	Total    int       `json:"total"`
}

// comments are those of an issue that was just read, and the rest of them where it shows only some.
func (c *Connector) comments(ctx context.Context, is issue, self string) ([]core.Comment, error) {
	var page commentPage
	if err := is.decode("comment", &page); err != nil {
		return nil, connectors.Busy(c.system+": read issue", "the answer shows no comments", 0)
	}
	all := page.Comments
	if page.Total > len(all) {
		var err error
		if all, err = c.allComments(ctx, is.ID); err != nil {
			return nil, err
		}
	}
	desk := isDesk(is)
	out := make([]core.Comment, 0, len(all))
	for _, m := range all {
		out = append(out, c.comment(m, desk, self))
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].CreatedAt.Before(out[j].CreatedAt) })
	return out, nil
}

// allComments pages through the comments, oldest first. One deleted meanwhile can move another over the edge of a page,
// so the list is read again until it holds as many as it says.
func (c *Connector) allComments(ctx context.Context, issueID string) ([]comment, error) {
	for range 3 {
		seen, total := map[string]bool{}, 0
		var all []comment
		for startAt := 0; ; {
			q := slice(startAt, 100)
			q.Set("orderBy", "created")
			var page commentPage
			if err := c.get(ctx, c.issuePath(issueID, "comment"), q, &page); err != nil {
				return nil, err
			}
			for _, m := range page.Comments {
				if !seen[m.ID] {
					seen[m.ID] = true
					all = append(all, m)
				}
			}
			startAt, total = startAt+len(page.Comments), page.Total
			if len(page.Comments) == 0 || startAt >= total {
				break
			}
		}
		if len(all) >= total {
			return all, nil
		}
	}
	return nil, connectors.Busy(c.system+": read comments", "the list changes while it is read", 0)
}

// AddComment writes a comment with its mark as a property ("Add comment"). An internal one is always sent as an
// internal note, so that it stays internal even in a project that is just becoming a service project; one that turns
// out wider than the draft is deleted at once and fails with ErrUnsupported.
func (c *Connector) AddComment(ctx context.Context, itemID string, draft core.CommentDraft) (core.Comment, error) {
	none := core.Comment{}
	if draft.Body.IsAbsent() || draft.Body.IsEmpty() {
		return none, connectors.Invalid(c.system+": add comment", "body", "a comment needs text")
	}
	desk, err := c.desk(ctx, itemID)
	if err != nil {
		return none, err
	}
	body, err := c.commentBody(draft, desk)
	if err != nil {
		return none, err
	}
	var m comment
	if err := c.do(ctx, http.MethodPost, c.issuePath(itemID, "comment"), body, &m); err != nil {
		return none, tooLong(err)
	}
	if m.ID == "" {
		return none, connectors.Busy(c.system+": add comment", "the answer holds no comment", 0)
	}
	self, err := c.selfID(ctx)
	if err != nil {
		return none, err
	}
	out := c.comment(m, desk, self)
	out.Mark, out.Own = draft.Mark, true
	if out.Visibility.WiderThan(draft.Visibility) {
		if err := c.DeleteComment(ctx, itemID, m.ID); err != nil {
			return none, fmt.Errorf("a comment that more people read than it may could not be taken back: %w", err)
		}
		return none, unsupported(c.system+": add comment", "Jira showed it to more people than it may; it was deleted again")
	}
	return out, nil
}

// commentBody is the request of a new comment. It is pure.
func (c *Connector) commentBody(draft core.CommentDraft, desk bool) (map[string]any, error) {
	properties := []property{}
	if draft.Mark != "" {
		properties = append(properties, markOf(draft.Mark))
	}
	body := map[string]any{"body": c.on.send(draft.Body)}
	internal := true
	switch v := draft.Visibility; v.Audience {
	case core.Public:
		internal = false
	case core.Internal:
		if c.internalRole != "" && !desk {
			body["visibility"] = restriction{"role", c.internalRole, c.internalRole}
		}
	default:
		if v.Group == "" {
			return nil, unsupported(c.system+": add comment", "a restricted comment needs the role or group it is restricted to")
		}
		body["visibility"] = restrictionTo(v.Group)
	}
	body["properties"] = append(properties, property{publicProperty, map[string]bool{"internal": internal}})
	return body, nil
}

// restrictionTo is how the API names a role or group.
func restrictionTo(group string) restriction {
	if name, ok := strings.CutPrefix(group, groupPrefix); ok {
		return restriction{Type: "group", Value: name}
	}
	return restriction{"role", group, group}
}

// NarrowComment restricts a comment to a role or group, or makes one of a service project an internal note ("Update comment"). The text
// is sent back as it is. It reads what became of it: a comment that more people still read is ErrUnsupported.
func (c *Connector) NarrowComment(ctx context.Context, itemID, commentID string, v core.Visibility) (core.Comment, error) {
	none := core.Comment{}
	var before, after comment
	if err := c.get(ctx, c.issuePath(itemID, "comment", commentID), nil, &before); err != nil {
		return none, err
	}
	desk, err := c.deskNow(ctx, itemID)
	if err != nil {
		return none, err
	}
	self, err := c.selfID(ctx)
	if err != nil {
		return none, err
	}
	if is := c.comment(before, desk, self); !is.Visibility.WiderThan(v) {
		return is, nil
	}
	body := map[string]any{"body": before.Body}
	switch {
	case v.Audience == core.Internal:
		if before.Visibility != nil && before.Visibility.Value != "" {
			body["visibility"] = before.Visibility
		}
	case v.Audience == core.Restricted && v.Group != "":
		body["visibility"] = restrictionTo(v.Group)
	default:
		return none, unsupported(c.system+": narrow comment", "a restricted comment needs the role or group it is restricted to")
	}
	if desk {
		body["properties"] = []property{{publicProperty, map[string]bool{"internal": true}}}
	}
	if err := c.do(ctx, http.MethodPut, c.issuePath(itemID, "comment", commentID), body, &after); err != nil {
		return none, err
	}
	out := c.comment(after, desk, self)
	if out.Visibility.WiderThan(v) {
		return none, unsupported(c.system+": narrow comment", "Jira goes on showing it to more people than it may")
	}
	return out, nil
}

// EditComment replaces the text ("Update comment"). It reads the comment first and sends its restriction back as it is;
// properties are left out, because sending them may undo an internal note.
func (c *Connector) EditComment(ctx context.Context, itemID, commentID string, draft core.CommentDraft) (core.Comment, error) {
	none := core.Comment{}
	if draft.Body.IsAbsent() || draft.Body.IsEmpty() {
		return none, connectors.Invalid(c.system+": edit comment", "body", "a comment needs text")
	}
	var before, after comment
	if err := c.get(ctx, c.issuePath(itemID, "comment", commentID), nil, &before); err != nil {
		return none, err
	}
	desk, err := c.desk(ctx, itemID)
	if err != nil {
		return none, err
	}
	self, err := c.selfID(ctx)
	if err != nil {
		return none, err
	}
	if (field{shape: shapeText, on: c.on}).same(c.on.text(before.Body), draft.Body) {
		out := c.comment(before, desk, self)
		out.Mark = cmp.Or(out.Mark, draft.Mark)
		return out, nil
	}
	body := map[string]any{"body": c.on.send(draft.Body)}
	if before.Visibility != nil && before.Visibility.Value != "" {
		body["visibility"] = before.Visibility
	}
	if err := c.do(ctx, http.MethodPut, c.issuePath(itemID, "comment", commentID), body, &after); err != nil {
		return none, tooLong(err)
	}
	out := c.comment(after, desk, self)
	out.Mark = cmp.Or(out.Mark, draft.Mark)
	return out, nil
}

// DeleteComment deletes a comment ("Delete comment").
func (c *Connector) DeleteComment(ctx context.Context, itemID, commentID string) error {
	return c.do(ctx, http.MethodDelete, c.issuePath(itemID, "comment", commentID), nil, nil)
}

// tooLong turns the refusal of a comment's text because of its length into ErrTooLarge.
func tooLong(err error) error {
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	for _, why := range invalid.Fields {
		if strings.Contains(why, "too long") || strings.Contains(why, "exceeds the allowed limit") {
			return fmt.Errorf("comment: %w: %s", connectors.ErrTooLarge, why)
		}
	}
	return err
}
