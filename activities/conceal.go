package activities

import (
	"context"
	"errors"

	"duplex/connectors"
	"duplex/core"
)

// narrow shows the copies of a comment to fewer people. Where the system refuses that, they are taken back instead: what is private
// must not wait for a person.
func (w *applying) narrow(ctx context.Context, id string, e *core.EntryDecision) error {
	l := w.linkOf(e)
	n, ok := connectors.As[connectors.CommentNarrower](w.c)
	if l == nil || !ok {
		return connectors.ErrUnsupported
	}
	for _, target := range l.All(w.to) {
		c, err := n.NarrowComment(ctx, id, target, e.Visibility)
		switch {
		case errors.Is(err, connectors.ErrNotFound): // somebody deleted it
		case err == nil && !c.Visibility.WiderThan(e.Visibility):
		case err == nil || parks(err):
			if w.can[w.to].DeleteComment || w.can[w.to].RedactComment {
				return w.takeBack(ctx, id, e, func(l *core.Link) { l.Withdrawn, l.Print, l.Was = true, e.Print, e.Was })
			}
			return errors.Join(connectors.ErrUnsupported, err)
		default:
			return err
		}
	}
	return w.relink(ctx, e, func(l *core.Link) { l.Seen, l.Print, l.Was = e.Visibility, e.Print, e.Was })
}

// takeBack removes every copy of an entry from sight and notes it on the link. A copy that is gone already is none.
func (w *applying) takeBack(ctx context.Context, id string, e *core.EntryDecision, noted func(*core.Link)) error {
	targets := []string{e.Target}
	if l := w.linkOf(e); l != nil {
		targets = l.All(w.to)
	}
	for _, target := range targets {
		if err := w.removeCopy(ctx, id, e.Kind, target); err != nil && !errors.Is(err, connectors.ErrNotFound) {
			return err
		}
	}
	return w.relink(ctx, e, noted)
}

func (w *applying) removeCopy(ctx context.Context, id string, kind core.EntryKind, target string) error {
	if kind == core.EntryWorklog {
		return w.deleteWorklog(ctx, id, target)
	}
	if kind == core.EntryAttachment {
		if d, ok := connectors.As[connectors.AttachmentDeleter](w.c); ok {
			return d.DeleteAttachment(ctx, id, target)
		}
		return connectors.ErrUnsupported
	}
	if d, ok := connectors.As[connectors.CommentDeleter](w.c); ok {
		return d.DeleteComment(ctx, id, target)
	}
	if r, ok := connectors.As[connectors.CommentRedactor](w.c); ok {
		return r.RedactComment(ctx, id, target)
	}
	return connectors.ErrUnsupported
}
