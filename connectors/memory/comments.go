package memory

import (
	"context"
	"fmt"
	"slices"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// AddComment adds a comment as the account duplex acts as. Adding twice makes two.
func (c *Connector) AddComment(ctx context.Context, itemID string, draft core.CommentDraft) (core.Comment, error) {
	return c.comment(ctx, OpAddComment, itemID, func(it *item) (core.Comment, error) {
		return c.sys.addComment(c.sys.self, it, draft)
	})
}

// EditComment replaces the text of a comment.
func (c *Connector) EditComment(ctx context.Context, itemID, commentID string, draft core.CommentDraft) (core.Comment, error) {
	return c.comment(ctx, OpEditComment, itemID, func(it *item) (core.Comment, error) {
		return c.sys.editComment(c.sys.self, it, commentID, draft.Body)
	})
}

// DeleteComment removes a comment.
func (c *Connector) DeleteComment(ctx context.Context, itemID, commentID string) error {
	_, err := c.comment(ctx, OpDeleteComment, itemID, func(it *item) (core.Comment, error) {
		return core.Comment{}, c.sys.deleteComment(c.sys.self, it, commentID)
	})
	return err
}

// NarrowComment shows a comment to the audience or a smaller one.
func (c *Connector) NarrowComment(ctx context.Context, itemID, commentID string, v core.Visibility) (core.Comment, error) {
	return c.comment(ctx, OpNarrowComment, itemID, func(it *item) (core.Comment, error) {
		return c.sys.narrowComment(c.sys.self, it, commentID, v)
	})
}

// RedactComment takes a comment's text away.
func (c *Connector) RedactComment(ctx context.Context, itemID, commentID string) error {
	_, err := c.comment(ctx, OpRedactComment, itemID, func(it *item) (core.Comment, error) {
		nothing, _ := richtext.Convert(richtext.Plain, richtext.Format(c.sys.facts.RichText), "▇▇▇")
		return c.sys.editComment(c.sys.self, it, commentID, core.Text(c.sys.facts.RichText, nothing))
	})
	return err
}

// FindComment finds a comment by its mark.
func (c *Connector) FindComment(ctx context.Context, itemID, mark string) (core.Comment, error) {
	return c.comment(ctx, OpFindComment, itemID, func(it *item) (core.Comment, error) {
		for _, cm := range it.comments {
			if mark != "" && cm.Mark == mark {
				return cm, nil
			}
		}
		return core.Comment{}, fmt.Errorf("comment with that mark: %w", connectors.ErrNotFound)
	})
}

func (c *Connector) comment(ctx context.Context, op Op, itemID string, do func(*item) (core.Comment, error)) (core.Comment, error) {
	var cm core.Comment
	err := c.sys.call(ctx, op, itemID, func() error {
		it, err := c.sys.find(itemID)
		if err == nil {
			cm, err = do(it)
		}
		return err
	})
	if err != nil {
		return core.Comment{}, err
	}
	return cm, nil
}

// The functions below change a comment and its item's revision. The caller holds the lock.

func (s *System) addComment(by core.Value, it *item, draft core.CommentDraft) (core.Comment, error) {
	touching := by
	if draft.Author.ID() != "" {
		author, ok := s.user(draft.Author)
		if !ok || !s.facts.Impersonates {
			return core.Comment{}, fmt.Errorf("a comment cannot be written as that person: %w", connectors.ErrUnsupported)
		}
		by = author
	}
	body, err := s.body(draft.Body)
	if err != nil {
		return core.Comment{}, err
	}
	seen, err := s.narrow(draft.Visibility)
	if err != nil {
		return core.Comment{}, err
	}
	cm := core.Comment{
		ID: s.newID(), Author: by, Body: body, Visibility: seen, CreatedAt: s.now(), UpdatedAt: s.now(),
		Mark: draft.Mark, Own: core.Equal(by, s.self),
	}
	it.comments = append(it.comments, cm)
	s.touch(it, touching, core.HintComments)
	return cm, nil
}

func (s *System) editComment(by core.Value, it *item, id string, text core.Value) (core.Comment, error) {
	body, err := s.body(text)
	if err != nil {
		return core.Comment{}, err
	}
	i := slices.IndexFunc(it.comments, func(c core.Comment) bool { return c.ID == id })
	if i < 0 {
		return core.Comment{}, fmt.Errorf("comment %s: %w", id, connectors.ErrNotFound)
	}
	if it.comments[i].Opening {
		return core.Comment{}, fmt.Errorf("the opening comment cannot be edited: %w", connectors.ErrUnsupported)
	}
	if same(it.comments[i].Body, body) {
		return it.comments[i], nil
	}
	it.comments = slices.Clone(it.comments) // earlier observations keep the old text
	it.comments[i].Body, it.comments[i].UpdatedAt = body, s.now()
	s.touch(it, by, core.HintComments)
	return it.comments[i], nil
}

func (s *System) narrowComment(by core.Value, it *item, id string, v core.Visibility) (core.Comment, error) {
	i := slices.IndexFunc(it.comments, func(c core.Comment) bool { return c.ID == id })
	if i < 0 {
		return core.Comment{}, fmt.Errorf("comment %s: %w", id, connectors.ErrNotFound)
	}
	seen, err := s.narrow(v)
	if err != nil {
		return core.Comment{}, err
	}
	if is := it.comments[i].Visibility; is == seen || !is.WiderThan(seen) {
		return it.comments[i], nil
	}
	return s.showComment(by, it, i, seen), nil
}

// showComment gives a comment another visibility, whatever it had.
func (s *System) showComment(by core.Value, it *item, i int, v core.Visibility) core.Comment {
	it.comments = slices.Clone(it.comments)
	it.comments[i].Visibility, it.comments[i].UpdatedAt = v, s.now()
	s.touch(it, by, core.HintComments)
	return it.comments[i]
}

func (s *System) deleteComment(by core.Value, it *item, id string) error {
	i := slices.IndexFunc(it.comments, func(c core.Comment) bool { return c.ID == id })
	if i < 0 {
		return fmt.Errorf("comment %s: %w", id, connectors.ErrNotFound)
	}
	it.comments = slices.Delete(slices.Clone(it.comments), i, i+1)
	s.touch(it, by, core.HintComments)
	return nil
}

func (s *System) body(v core.Value) (core.Value, error) {
	if v.IsAbsent() || v.IsEmpty() {
		return v, &connectors.InvalidError{Fields: map[string]string{"body": "a comment needs text"}}
	}
	body, why := s.accept(connectors.Field{Kind: core.KindText, MaxLen: s.facts.MaxComment}, v)
	if why != "" {
		return v, &connectors.InvalidError{Fields: map[string]string{"body": why}}
	}
	return body, nil
}

// narrow is the visibility the system can give that is not wider than the one asked for, as wide as possible.
func (s *System) narrow(v core.Visibility) (core.Visibility, error) {
	if v.Audience < core.Public || v.Audience > core.Restricted {
		v.Audience = core.Restricted
	}
	for a := v.Audience; a <= core.Restricted; a++ {
		if slices.Contains(s.audiences, a) {
			if a != v.Audience || a != core.Restricted {
				v.Group = ""
			}
			return core.Visibility{Audience: a, Group: v.Group}, nil
		}
	}
	return v, fmt.Errorf("a comment or file for %s readers would be shown to more people here: %w", v, connectors.ErrUnsupported)
}
