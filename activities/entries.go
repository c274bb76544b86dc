package activities

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/merge"
)

// entries writes the plan's comments and files to the side. One that the system refuses is parked alone.
func (w *applying) entries(ctx context.Context) error {
	for _, e := range w.shownFirst() {
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
	if e.Action == core.EntryAdd || e.Action == core.EntryEdit {
		if hidden, err := w.hidden(ctx, e); err != nil {
			return "", "", err
		} else if hidden {
			return w.withheld(ctx, id, e, markOf(e))
		}
	}
	switch e.Action {
	case core.EntryAdd:
		if l := w.linkOf(e); e.Kind == core.EntryAttachment && l != nil && !l.Withdrawn && l.Print == e.Print {
			return "", "", nil // it went with the comment that shows it
		}
		return w.add(ctx, id, e)
	case core.EntryEdit:
		if e.Kind == core.EntryWorklog {
			if err := w.editWorklog(ctx, id, e); err != nil {
				return "", "", err
			}
			return e.Target, "ok", w.link(ctx, e, e.Target, "")
		}
		if _, err := w.settleComment(ctx, e, false); err != nil {
			return "", "", err
		}
		if c := commentOf(w.now[w.to], e.Target); c != nil && !c.Own && !e.Comment.Bare.IsAbsent() {
			e.Comment.Body = e.Comment.Bare // the copy was written as its author
		}
		editor, ok := connectors.As[connectors.CommentEditor](w.c)
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

// shownFirst are the plan's entries for the side in the order they are written: a file that a comment shows goes before all comments,
// unless it goes with the comment.
func (w *applying) shownFirst() []*core.EntryDecision {
	var first, rest []*core.EntryDecision
	_, inline := connectors.As[connectors.InlineCommenter](w.c)
	for i := range w.plan.Entries {
		e := &w.plan.Entries[i]
		switch {
		case e.To != w.to:
		case e.Kind == core.EntryAttachment && e.Action == core.EntryAdd && !inline && w.shownByComment(e.Source):
			first = append(first, e)
		default:
			rest = append(rest, e)
		}
	}
	return append(first, rest...)
}

func (w *applying) shownByComment(file string) bool {
	for _, e := range w.plan.Entries {
		if e.To == w.to && e.Comment != nil && strings.Contains(e.Comment.Body.Source(), byFile+file) {
			return true
		}
	}
	return false
}

// add writes a copy at most once: intent, look for it when an attempt was made before, write, record.
func (w *applying) add(ctx context.Context, id string, e *core.EntryDecision) (target, result string, err error) {
	mark, sum := "", ""
	switch {
	case e.Comment != nil:
		mark = e.Comment.Mark
	case e.Worklog != nil:
		mark = e.Worklog.Mark
	default:
		mark = e.Attachment.Mark
	}
	var shown []string
	if e.Comment != nil {
		_, inline := connectors.As[connectors.InlineCommenter](w.c)
		if shown, err = w.settleComment(ctx, e, inline); err != nil {
			return "", "", err
		}
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
		if outdated && (e.Kind == core.EntryWorklog && w.can[w.to].EditWorklog || e.Kind == core.EntryComment && w.can[w.to].EditComment) {
			e.Print = "" // the copy holds an earlier wording: the next round sees an edit
		}
	}
	if target == "" {
		result = "ok"
		switch e.Kind {
		case core.EntryComment:
			target, err = w.addComment(ctx, id, e, shown)
		case core.EntryWorklog:
			target, err = w.addWorklog(ctx, id, e)
		default:
			var c copied
			c, err = w.attach(ctx, id, e)
			if target, sum = c.file.ID, c.sum; c.same {
				result = "found"
			}
			w.attached = append(w.attached, c.file)
		}
		if err != nil {
			return "", "", err
		}
	}
	if result == "found" {
		if err := w.linkFound(ctx, id, shown, func(a core.Attachment) bool { return a.CommentID == target }); err != nil {
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

func (w *applying) addComment(ctx context.Context, id string, e *core.EntryDecision, shown []string) (string, error) {
	commenter, ok := connectors.As[connectors.Commenter](w.c)
	if !ok {
		return "", connectors.ErrUnsupported
	}
	draft := *e.Comment
	if draft.Bare = core.Absent(); draft.Author.ID() != "" {
		draft.Body = e.Comment.Bare
	}
	if limit := w.c.Facts().MaxComment; limit > 0 && len([]rune(draft.Body.Source())) > limit {
		return "", fmt.Errorf("the comment is longer than the %d characters the system takes: %w", limit, connectors.ErrTooLarge)
	}
	write := func() (c core.Comment, err error) {
		if len(shown) == 0 {
			return commenter.AddComment(ctx, id, draft)
		}
		files, sends := w.inlineFiles(shown)
		c, made, err := w.c.(connectors.InlineCommenter).AddCommentWith(ctx, id, draft, files)
		if err == nil {
			err = w.linkSent(ctx, id, sends, made)
		}
		return c, err
	}
	c, err := write()
	if errors.Is(err, connectors.ErrUnsupported) && !draft.Author.IsAbsent() {
		// The author may not write it there: the header names them.
		draft.Author, draft.Body = core.Absent(), e.Comment.Body
		c, err = write()
	}
	return c.ID, err
}

// settleComment puts what only the target knows into a comment's text, and finds whom it is written as. shown are the files that go
// with it.
func (w *applying) settleComment(ctx context.Context, e *core.EntryDecision, inline bool) (shown []string, err error) {
	d := e.Comment
	if !d.Author.IsAbsent() {
		if d.Author, err = w.resolve(ctx, d.Author); err != nil {
			return nil, err
		}
		if d.Author.ID() == "" {
			d.Author = core.Absent()
		}
	}
	if d.Body, shown, err = w.settleText(ctx, d.Body, inline); err != nil {
		return nil, err
	}
	d.Bare, _, err = w.settleText(ctx, d.Bare, inline)
	return shown, err
}

// findEntry looks for a copy that an earlier attempt may have written; "" when there is none. outdated tells that the copy
// says something else than what is to be written: the comment was edited since that attempt.
func (w *applying) findEntry(ctx context.Context, id string, e *core.EntryDecision, intent core.Intent) (found string, outdated bool, err error) {
	if e.Kind == core.EntryComment {
		finder, ok := connectors.As[connectors.CommentFinder](w.c)
		if !ok {
			found, err = w.commentByContent(ctx, id, e, intent)
			return found, false, w.absent(ctx, id, err)
		}
		c, err := finder.FindComment(ctx, id, e.Comment.Mark)
		if errors.Is(err, connectors.ErrUnsupported) { // the system may have taken the mark away
			found, err = w.commentByContent(ctx, id, e, intent)
			return found, false, w.absent(ctx, id, err)
		}
		same := alike(c.Body, e.Comment.Body) || !e.Comment.Bare.IsAbsent() && alike(c.Body, e.Comment.Bare)
		return c.ID, err == nil && !same, w.absent(ctx, id, err)
	}
	if e.Kind == core.EntryWorklog {
		return w.findWorklog(ctx, id, e)
	}
	finder, ok := connectors.As[connectors.AttachmentFinder](w.c)
	if !ok {
		return "", false, unknown(e)
	}
	var taken []string
	for _, l := range w.step.links {
		if l.Kind == core.EntryAttachment {
			taken = append(taken, l.IDs[w.to])
		}
	}
	f, err := finder.FindAttachment(ctx, id, *e.Attachment, intent.StartedAt.Add(-clocksApart), taken)
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

func commentOf(o *core.Observation, id string) *core.Comment {
	if o != nil {
		for i := range o.Comments {
			if o.Comments[i].ID == id {
				return &o.Comments[i]
			}
		}
	}
	return nil
}

// markOf is the mark of the copy that a decision makes.
func markOf(e *core.EntryDecision) string {
	if e.Comment != nil {
		return e.Comment.Mark
	}
	return e.Attachment.Mark
}
