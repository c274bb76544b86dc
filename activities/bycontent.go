package activities

import (
	"context"
	"slices"
	"strings"
	"time"

	"duplex/core"
	"duplex/core/richtext"
)

// clocksApart is how far the clocks of a worker and of a system may differ.
const clocksApart = 5 * time.Minute

// commentByContent looks for a comment that an earlier attempt may have written, in a system whose comments hold no mark: one of the own
// account, of that time, joined with nothing, with the same words for the same readers. When there are only others that nothing explains,
// or several alike, it cannot be told, and a person is asked.
func (w *applying) commentByContent(ctx context.Context, id string, e *core.EntryDecision, intent core.Intent) (string, error) {
	want := w.whole()
	want.Fields, want.Comments, want.Attachments, want.Worklogs, want.Full = []string{}, true, false, false, true
	o, err := w.c.Get(ctx, id, want)
	if err != nil {
		return "", err
	}
	joined := map[string]bool{}
	for _, l := range w.step.links {
		if l.Kind == core.EntryComment {
			joined[l.IDs[w.to]] = true
		}
	}
	same, others := byContent(o.Comments, intent.StartedAt, joined, e.Comment.Visibility.Audience, e.Comment.Body, e.Comment.Bare)
	switch {
	case len(same) == 1:
		return same[0], nil
	case len(same) == 0 && others == 0:
		return "", nil
	}
	return "", unknown(e)
}

// byContent are the comments of the own account since a time that are joined with nothing, for those readers and with the words of one of
// the bodies; others is how many more of the account are joined with nothing. It is pure.
func byContent(all []core.Comment, since time.Time, joined map[string]bool, readers core.Audience, bodies ...core.Value) (same []string, others int) {
	for _, c := range all {
		if !c.Own || joined[c.ID] || c.CreatedAt.Before(since.Add(-clocksApart)) {
			continue
		}
		if c.Visibility.Audience == readers && slices.ContainsFunc(bodies, func(b core.Value) bool { return sameWords(c.Body, b) }) {
			same = append(same, c.ID)
		} else {
			others++
		}
	}
	return same, others
}

// sameWords compares texts of any format by what a reader reads.
func sameWords(a, b core.Value) bool {
	return !a.IsAbsent() && !b.IsAbsent() && wordsOf(a) == wordsOf(b)
}

// wordsOf is what a reader reads of a value, whatever its spaces.
func wordsOf(v core.Value) string {
	text := v.String()
	if v.Kind() == core.KindText {
		text = richtext.PlainText(richtext.Format(v.Format()), v.Source())
	}
	return strings.Join(strings.Fields(text), " ")
}
