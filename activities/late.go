package activities

import (
	"context"
	"errors"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// freshView is how long a plan's view of who may read an entry is believed: a plan may wait for a system that is down, and meanwhile somebody
// hides what it is about to copy.
const freshView = time.Minute

// hidden reports whether fewer people may read a comment or file than when the plan was made, or it is no longer there. A plan that was made
// a moment ago is believed; of an older one the source is read once more.
func (w *applying) hidden(ctx context.Context, e *core.EntryDecision) (bool, error) {
	if e.Comment == nil && e.Attachment == nil || w.Now().Sub(w.plan.At) <= freshView {
		return false, nil
	}
	if w.latest == nil {
		side := w.mapping.Connection.Sides[w.from]
		o, err := w.source.Get(ctx, w.pair.Sides[w.from].Ref.ID, connectors.Want{Type: connectors.ItemType{Type: side.Type, Scope: side.Scope},
			Fields: []string{}, Comments: true, Attachments: true, Full: true})
		if err != nil && !errors.Is(err, connectors.ErrNotFound) {
			return false, doing("see who may read what is copied from "+w.pair.Sides[w.from].Ref.System, err)
		}
		w.latest = &o
	}
	sees, there := core.Visibility{}, false
	if c := commentOf(w.latest, e.Source); e.Comment != nil && c != nil {
		sees, there = c.Visibility, true
	}
	if f := attachmentOf(w.latest, e.Source); e.Attachment != nil && f != nil {
		sees, there = f.Visibility, true
	}
	return !there || e.Was.WiderThan(sees), nil
}

// withheld leaves an entry that was hidden since the plan was made to the next plan. A copy that an earlier attempt may have written is
// looked for and linked, so that it is concealed then.
func (w *applying) withheld(ctx context.Context, id string, e *core.EntryDecision, mark string) (target, result string, err error) {
	w.moved = true
	intent, err := w.Store.IntentByMark(ctx, mark)
	if err != nil || e.Action != core.EntryAdd {
		return "", "", nil // nothing was tried
	}
	if target = intent.ResultID; target == "" {
		if target, _, err = w.findEntry(ctx, id, e, intent); err != nil || target == "" {
			return "", "", err
		}
	}
	if err := w.Store.SettleIntent(ctx, mark, target, "", ""); err != nil {
		return "", "", err
	}
	e.Print = "" // the next round sees a change
	return target, "found", w.link(ctx, e, target, "")
}
