package rest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// comments are those of an item that was just read, oldest first.
func (c *Connector) comments(ctx context.Context, r raw, self core.Value) ([]core.Comment, error) {
	list, err := c.elements(ctx, r, "comments", r.it.Comments.Items, r.it.Comments.List)
	if err != nil {
		return nil, err
	}
	return inOrder(list, func(x any) (core.Comment, error) { return c.comment(r, x, self) },
		func(m core.Comment) time.Time { return m.CreatedAt })
}

func (c *Connector) comment(r raw, x any, self core.Value) (core.Comment, error) {
	k := r.it.Comments
	v := r.see().with("comment", x)
	m := core.Comment{Visibility: c.plain(k)}
	id, err := k.ID.text(v)
	if err != nil {
		return m, err
	}
	if m.ID = id; id == "" {
		return m, connectors.Busy("reading comments", "a comment has no id where the manifest says", 0)
	}
	by, err := k.Author.eval(v)
	if err != nil {
		return m, err
	}
	if m.Author, err = c.shown(by); err != nil {
		return m, err
	}
	text, err := k.Text.text(v)
	if err != nil {
		return m, err
	}
	if k.Mark != nil && k.Mark.Hide != "" {
		text, m.Mark = k.Mark.split(text)
	} else if m.Mark, err = c.markOf(k.Mark, v, r.it); err != nil {
		return m, err
	}
	m.Body = core.Text(c.format, richtext.Normal(richtext.Format(c.format), text))
	private, err := k.Private.truth(v)
	if err != nil {
		return m, err
	}
	if private {
		m.Visibility = c.private(k)
	}
	at, err := k.Created.eval(v)
	if err != nil {
		return m, err
	}
	m.CreatedAt = c.instant(at)
	if at, err = k.Updated.eval(v); err != nil {
		return m, err
	}
	if m.UpdatedAt = c.instant(at); m.UpdatedAt.IsZero() {
		m.UpdatedAt = m.CreatedAt
	}
	m.Own = self.ID() != "" && m.Author.ID() == self.ID()
	return m, nil
}

// privateGroup is what the readers of private comments are called where everybody on the team reads the others.
const privateGroup = "private"

// plain is who reads a comment that is not private: everybody who sees the item, or, where the manifest says team, the team alone.
func (c *Connector) plain(k *Comments) core.Visibility {
	if s, _ := fill(k.Audience.source, vars{"settings": c.settings}, asIs); s == "team" {
		return core.Visibility{Audience: core.Internal}
	}
	return core.Visibility{Audience: core.Public}
}

// private is who reads a private comment: the team, or some of it where the team reads the others.
func (c *Connector) private(k *Comments) core.Visibility {
	if c.plain(k).Audience == core.Internal {
		return core.Visibility{Audience: core.Restricted, Group: privateGroup}
	}
	return core.Visibility{Audience: core.Internal}
}

// secret tells whether a comment for these readers has to be private; ok is false when no comment is kept to them.
func (c *Connector) secret(k *Comments, v core.Visibility) (private, ok bool) {
	if !c.plain(k).WiderThan(v) {
		return false, true
	}
	return true, k.Private != nil && !c.private(k).WiderThan(v)
}

// conversation reads an item's comments.
func (c *Connector) conversation(ctx context.Context, id string) (raw, []core.Comment, core.Value, error) {
	r, err := c.get(ctx, id, connectors.Want{Comments: true})
	if err != nil {
		return r, nil, core.Value{}, err
	}
	if r.it.Comments == nil {
		return r, nil, core.Value{}, connectors.ErrUnsupported
	}
	self, err := c.Self(ctx)
	if err != nil {
		return r, nil, self, err
	}
	list, err := c.comments(ctx, r, self)
	return r, list, self, err
}

// draft is what a comment's requests can name.
func (c *Connector) draft(v vars, k *Comments, d core.CommentDraft) vars {
	text := d.Body.Source()
	private, _ := c.secret(k, d.Visibility)
	return v.with("text", k.Mark.join(text, d.Mark), "mark", d.Mark, "private", private, "public", !private)
}

// AddComment writes a comment. What cannot be kept to its audience is not sent; what more people read than may is taken back.
func (c *Connector) AddComment(ctx context.Context, itemID string, d core.CommentDraft) (core.Comment, error) {
	what := "adding a comment to " + itemID
	_, it, v, err := c.at(itemID)
	if err != nil {
		return core.Comment{}, err
	}
	k := it.Comments
	if err := c.mayAdd(k, d); err != nil {
		return core.Comment{}, c.failed(what, err)
	}
	var known []core.Comment
	blind := k.Add.Item == nil && !c.carries(k, d)
	if blind { // it is found again as the own comment that was not there before
		if _, known, _, err = c.conversation(ctx, itemID); err != nil {
			return core.Comment{}, c.failed(what, err)
		}
	}
	v = c.draft(v, k, d)
	a, err := c.call(ctx, k.Add, http.MethodPost, v, query(v, k.Add.Query), k.Add.Body.fill(v))
	if err != nil {
		return core.Comment{}, c.failed(what, err)
	}
	m, err := c.added(ctx, itemID, it, v, d, a, known)
	if err != nil {
		return core.Comment{}, c.failed(what, err)
	}
	m.Mark, m.Own = d.Mark, true
	if m.Visibility.WiderThan(d.Visibility) {
		if k.Delete == nil {
			return core.Comment{}, c.failed(what, fmt.Errorf("%w: the system showed it to more people than may read it: take it away there", connectors.ErrUnsupported))
		}
		if err := c.DeleteComment(ctx, itemID, m.ID); err != nil {
			return core.Comment{}, c.failed("taking back a comment that more people read than may", err)
		}
		return core.Comment{}, c.failed(what, fmt.Errorf("%w: the system showed it to more people than may read it; it was deleted again", connectors.ErrUnsupported))
	}
	return m, nil
}

// carries tells that a new comment is found again by its mark.
func (c *Connector) carries(k *Comments, d core.CommentDraft) bool {
	return d.Mark != "" && c.marks(k.Mark)
}

// mostComment is how many characters a comment holds beside a mark that is hidden in it; 0 for no limit known.
func (c *Connector) mostComment() int {
	longest := 0
	for _, it := range c.m.Items {
		if it.Comments != nil {
			longest = max(longest, len([]rune(it.Comments.Mark.join("", "dx-"+strings.Repeat("x", 26)))))
		}
	}
	if c.m.MaxComment == 0 {
		return 0
	}
	return max(1, c.m.MaxComment-longest)
}

func (c *Connector) mayAdd(k *Comments, d core.CommentDraft) error {
	switch {
	case k == nil || k.Add == nil:
		return connectors.ErrUnsupported
	case d.Body.IsAbsent() || d.Body.IsEmpty():
		return connectors.Invalid("the text", "body", "a comment needs text")
	case d.Body.Kind() == core.KindText && d.Body.Format() != c.format:
		return connectors.Invalid("the text", "body", "it takes "+c.format+" text")
	}
	if most := c.mostComment(); most > 0 && len([]rune(d.Body.Source())) > most {
		return fmt.Errorf("%w: a comment holds at most %d characters", connectors.ErrTooLarge, most)
	}
	if _, ok := c.secret(k, d.Visibility); !ok {
		return fmt.Errorf("%w: the system has no comments that are kept to %s", connectors.ErrUnsupported, d.Visibility)
	}
	return nil
}

// added is a new comment: from the answer, else by its mark, else the own one that was not known.
func (c *Connector) added(ctx context.Context, itemID string, it *Item, v vars, d core.CommentDraft, a answer, known []core.Comment) (core.Comment, error) {
	k := it.Comments
	if k.Add.Item != nil {
		self, err := c.Self(ctx)
		if err != nil {
			return core.Comment{}, err
		}
		x, err := k.Add.Item.eval(a.vars())
		if err != nil {
			return core.Comment{}, err
		}
		if x == nil {
			return core.Comment{}, connectors.Busy("adding a comment", "the answer has no comment where the manifest says", 0)
		}
		return c.comment(raw{it: it, item: map[string]any{}, vars: v}, x, self)
	}
	_, list, _, err := c.conversation(ctx, itemID)
	if err != nil {
		return core.Comment{}, err
	}
	for _, m := range slices.Backward(list) {
		if c.carries(k, d) && m.Mark == d.Mark {
			return m, nil
		}
		own := m.Own || (c.m.Self == nil || m.Author.ID() == "") && c.same(m.Body, d.Body) // whose it is may not be shown
		if !c.carries(k, d) && own && !slices.ContainsFunc(known, func(o core.Comment) bool { return o.ID == m.ID }) {
			return m, nil
		}
	}
	return core.Comment{}, connectors.Busy("adding a comment", "the system took it and does not show it", 0)
}

// FindComment looks for the mark in the item's conversation.
func (c *Connector) FindComment(ctx context.Context, itemID, mark string) (core.Comment, error) {
	r, list, _, err := c.conversation(ctx, itemID)
	if err == nil && !c.marks(r.it.Comments.Mark) {
		err = fmt.Errorf("%w: its comments have no place for a mark", connectors.ErrUnsupported)
	}
	if err != nil {
		return core.Comment{}, c.failed("looking for a comment of "+itemID, err)
	}
	for _, m := range list {
		if m.Mark == mark && mark != "" {
			return m, nil
		}
	}
	return core.Comment{}, c.failed("looking for a comment of "+itemID, connectors.ErrNotFound)
}

// one is a comment of an item, by its id.
func (c *Connector) one(ctx context.Context, itemID, commentID string) (raw, core.Comment, error) {
	r, list, _, err := c.conversation(ctx, itemID)
	if err != nil {
		return r, core.Comment{}, err
	}
	i := slices.IndexFunc(list, func(m core.Comment) bool { return m.ID == commentID })
	if i < 0 {
		return r, core.Comment{}, fmt.Errorf("comment %s: %w", commentID, connectors.ErrNotFound)
	}
	return r, list[i], nil
}

// EditComment replaces the text. The comment keeps its readers, and its mark where that stands in the text.
func (c *Connector) EditComment(ctx context.Context, itemID, commentID string, d core.CommentDraft) (core.Comment, error) {
	what := "editing a comment of " + itemID
	r, before, err := c.one(ctx, itemID, commentID)
	if err != nil {
		return core.Comment{}, c.failed(what, err)
	}
	d.Visibility, d.Mark = before.Visibility, before.Mark
	if err := c.mayAdd(r.it.Comments, d); err != nil {
		return core.Comment{}, c.failed(what, err)
	}
	if err := c.about(ctx, r, r.it.Comments.Edit, commentID, d); err != nil {
		return core.Comment{}, c.failed(what, err)
	}
	_, after, err := c.one(ctx, itemID, commentID)
	return after, c.failed(what, err)
}

// about makes a request about one comment.
func (c *Connector) about(ctx context.Context, r raw, req *Request, commentID string, d core.CommentDraft) error {
	if req == nil {
		return connectors.ErrUnsupported
	}
	v := c.draft(r.vars, r.it.Comments, d).with("comment_id", commentID)
	_, err := c.call(ctx, req, http.MethodPut, v, query(v, req.Query), req.Body.fill(v))
	return err
}

// DeleteComment deletes a comment.
func (c *Connector) DeleteComment(ctx context.Context, itemID, commentID string) error {
	what := "deleting a comment of " + itemID
	r, _, err := c.one(ctx, itemID, commentID)
	if err != nil {
		return c.failed(what, err)
	}
	req := r.it.Comments.Delete
	if req == nil {
		return c.failed(what, connectors.ErrUnsupported)
	}
	v := r.vars.with("comment_id", commentID)
	_, err = c.call(ctx, req, http.MethodDelete, v, query(v, req.Query), req.Body.fill(v))
	return c.failed(what, err)
}

// NarrowComment makes a comment private. One that fewer people read already stays as it is.
func (c *Connector) NarrowComment(ctx context.Context, itemID, commentID string, to core.Visibility) (core.Comment, error) {
	what := "making a comment of " + itemID + " private"
	r, m, err := c.one(ctx, itemID, commentID)
	if err != nil || !m.Visibility.WiderThan(to) {
		return m, c.failed(what, err)
	}
	if _, ok := c.secret(r.it.Comments, to); !ok {
		return m, c.failed(what, fmt.Errorf("%w: the system has no comments that are kept to %s", connectors.ErrUnsupported, to))
	}
	d := core.CommentDraft{Body: m.Body, Visibility: to, Mark: m.Mark}
	if err := c.about(ctx, r, r.it.Comments.Hide, commentID, d); err != nil {
		return m, c.failed(what, err)
	}
	_, m, err = c.one(ctx, itemID, commentID)
	if err == nil && m.Visibility.WiderThan(to) {
		err = fmt.Errorf("%w: the system goes on showing it to more people", connectors.ErrUnsupported)
	}
	return m, c.failed(what, err)
}
