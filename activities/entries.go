package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/merge"
)

// entries writes the plan's comments and files to the side. One that the system refuses is parked alone.
func (w *applying) entries(ctx context.Context) error {
	for i := range w.plan.Entries {
		e := &w.plan.Entries[i]
		if e.To != w.to {
			continue
		}
		started := w.Now()
		target, result, err := w.entry(ctx, e)
		if errors.Is(err, connectors.ErrNotFound) {
			w.gone = true
			return nil
		}
		if err != nil && !parks(err) && !w.tired(ctx, e, err) {
			return err
		}
		act := string(e.Kind) + "." + string(e.Action)
		if err != nil {
			p := problemOf(err)
			if p.Field = merge.ParkKey(e.Kind, e.Source); !parks(err) {
				p.Retries = "by itself with growing pauses, a change of the entry, a new mapping version, or resync"
			}
			w.fail(p.Field, p)
			w.record(act, e.Source, "parked", p.Text, nil, started)
			continue
		}
		if result != "" {
			w.touched = true
			w.record(act, target, result, "", nil, started)
		}
	}
	return nil
}

// entry carries out one decision and records the link.
func (w *applying) entry(ctx context.Context, e *core.EntryDecision) (target, result string, err error) {
	id := w.pair.Sides[w.to].Ref.ID
	switch e.Action {
	case core.EntryAdd:
		return w.add(ctx, id, e)
	case core.EntryEdit:
		editor, ok := w.c.(connectors.CommentEditor)
		if !ok {
			return "", "", connectors.ErrUnsupported
		}
		if _, err := editor.EditComment(ctx, id, e.Target, *e.Comment); err != nil {
			return "", "", entryGone(err)
		}
		return e.Target, "ok", w.link(ctx, e, e.Target, "")
	case core.EntryNarrow:
		return e.Target, "ok", w.narrow(ctx, id, e)
	case core.EntryWithdraw:
		return e.Target, "ok", w.takeBack(ctx, id, e, func(l *core.Link) { l.Withdrawn, l.Print, l.Was = true, e.Print, e.Was })
	case core.EntryDelete:
		return e.Target, "ok", w.takeBack(ctx, id, e, func(l *core.Link) { l.Dropped = true })
	}
	return "", "", nil
}

// add writes a copy at most once: intent, look for it when an attempt was made before, write, record.
func (w *applying) add(ctx context.Context, id string, e *core.EntryDecision) (target, result string, err error) {
	mark, sum := "", ""
	if e.Comment != nil {
		mark = e.Comment.Mark
	} else {
		mark = e.Attachment.Mark
	}
	intent, err := w.Store.BeginIntent(ctx, core.Intent{Mark: mark, Pair: w.pair.ID, Side: w.to, Kind: string(e.Kind), Source: e.Source, StartedAt: w.Now().UTC()})
	if err != nil {
		return "", "", err
	}
	target, result = intent.ResultID, "found"
	if intent.Attempts > 1 {
		found, outdated, err := w.findEntry(ctx, id, e, intent)
		switch {
		case target == "" && err != nil:
			return "", "", err
		case target == "":
			target = found
		}
		if outdated && w.can[w.to].EditComment {
			e.Print = "" // the copy holds an earlier wording: the next round sees an edit
		}
	}
	if target == "" {
		result = "ok"
		if e.Kind == core.EntryComment {
			target, err = w.addComment(ctx, id, e)
		} else {
			var c copied
			c, err = w.attach(ctx, id, e)
			if target, sum = c.file.ID, c.sum; c.same {
				result = "found"
			}
		}
		if err != nil {
			return "", "", err
		}
	}
	if err := w.Store.SettleIntent(ctx, mark, target, "", ""); err != nil {
		return "", "", err
	}
	if err := w.link(ctx, e, target, sum); err != nil {
		return "", "", err
	}
	return target, result, w.replaced(ctx, id, e, target)
}

func (w *applying) addComment(ctx context.Context, id string, e *core.EntryDecision) (string, error) {
	commenter, ok := w.c.(connectors.Commenter)
	if !ok {
		return "", connectors.ErrUnsupported
	}
	if limit := w.c.Facts().MaxComment; limit > 0 && len([]rune(e.Comment.Body.Source())) > limit {
		return "", fmt.Errorf("the comment is longer than the %d characters the system takes: %w", limit, connectors.ErrTooLarge)
	}
	c, err := commenter.AddComment(ctx, id, *e.Comment)
	return c.ID, err
}

// findEntry looks for a copy that an earlier attempt may have written; "" when there is none. outdated tells that the copy
// says something else than what is to be written: the comment was edited since that attempt.
func (w *applying) findEntry(ctx context.Context, id string, e *core.EntryDecision, intent core.Intent) (found string, outdated bool, err error) {
	if e.Kind == core.EntryComment {
		finder, ok := w.c.(connectors.CommentFinder)
		if !ok {
			return "", false, unknown(e)
		}
		c, err := finder.FindComment(ctx, id, e.Comment.Mark)
		return c.ID, err == nil && !alike(c.Body, e.Comment.Body), w.absent(ctx, id, err)
	}
	finder, ok := w.c.(connectors.AttachmentFinder)
	if !ok {
		return "", false, unknown(e)
	}
	var taken []string
	for _, l := range w.step.links {
		if l.Kind == core.EntryAttachment {
			taken = append(taken, l.IDs[w.to])
		}
	}
	// The clocks of the worker and of the system may differ by a few minutes.
	f, err := finder.FindAttachment(ctx, id, *e.Attachment, intent.StartedAt.Add(-5*time.Minute), taken)
	return f.ID, false, w.absent(ctx, id, err)
}

// absent turns "no such entry" into no error. The item itself being gone shows at the write that follows.
func (w *applying) absent(_ context.Context, _ string, err error) error {
	if errors.Is(err, connectors.ErrNotFound) {
		return nil
	}
	return err
}

// entryGone keeps a missing comment or file apart from a missing item.
func entryGone(err error) error {
	if errors.Is(err, connectors.ErrNotFound) {
		return fmt.Errorf("it was deleted meanwhile: %w", connectors.ErrUnsupported)
	}
	return err
}

func unknown(e *core.EntryDecision) error {
	return fmt.Errorf("whether an earlier attempt wrote the %s cannot be told: check the item, then resync: %w", e.Kind, connectors.ErrUnsupported)
}
