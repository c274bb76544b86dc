package activities

import (
	"context"
	"errors"
	"fmt"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// postLosers leaves each value that a conflict has just overwritten as an internal comment on the item that showed it, where the
// rule says so: once, whatever is tried again. It stays on its own side. A system that cannot keep a comment internal gets none;
// the value is in the ledger all the same.
func (w *applying) postLosers(ctx context.Context) error {
	for i := range w.plan.Decisions {
		d := &w.plan.Decisions[i]
		if _, failed := w.done.Failed[d.Rule]; failed || !d.Post || d.Action != core.ActionWrite || d.To != w.to || d.LoserOf != w.to {
			continue
		}
		started := w.Now()
		id, err := w.noteOf(ctx, w.pair, w.to, "loser:"+w.plan.ID+":"+d.Rule, func(format string) core.Value { return w.loserText(d, format) })
		switch {
		case errors.Is(err, connectors.ErrUnsupported), errors.Is(err, connectors.ErrTooLarge):
			w.record("comment.add", "", "failed", "the value that did not win could not be posted as an internal comment; it is kept in the ledger", []string{d.Fields[w.to]}, started)
		case err != nil:
			return doing("post the value that did not win", err)
		default:
			w.touched = true
			w.record("comment.add", id, "ok", "the value that did not win, as an internal comment", []string{d.Fields[w.to]}, started)
		}
	}
	return nil
}

// loserText shows the value to people who work on the item. A formatted text stands as it was.
func (w *applying) loserText(d *core.Decision, format string) core.Value {
	head := fmt.Sprintf("duplex: %s was changed here and in %s; the value from there stands now. The value from here was:", d.Fields[w.to], w.pair.Sides[w.from].Ref.System)
	from, text := richtext.Plain, d.Loser.String()
	if d.Loser.Kind() == core.KindText {
		from, text = richtext.Format(d.Loser.Format()), d.Loser.Source()
	}
	out, _ := richtext.Convert(from, richtext.Format(format), text)
	return core.Text(format, richtext.Prepend(richtext.Format(format), out, head))
}
