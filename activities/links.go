package activities

import (
	"context"
	"slices"

	"duplex/core"
)

// link records which copy belongs to which entry, at once, so that a crash right after finds it. sum is the SHA-256 of a file.
func (w *applying) link(ctx context.Context, e *core.EntryDecision, target, sum string) error {
	l := core.Link{Pair: w.pair.ID, Kind: e.Kind, Origin: w.from, Print: e.Print, Was: e.Was, Sum: sum}
	l.IDs[w.from], l.IDs[w.to] = e.Source, target
	switch {
	case e.Comment != nil:
		l.Seen = e.Comment.Visibility
	case e.Attachment != nil:
		l.Seen = e.Attachment.Visibility
	}
	old := w.linkOf(e)
	if old == nil {
		w.step.links = append(w.step.links, l)
		return w.Store.PutLink(ctx, l)
	}
	switch {
	case e.Action == core.EntryEdit:
		l.Seen, l.Copies = old.Seen, old.Copies // an edit leaves alone who reads the copy
	case e.Kind == core.EntryComment && !old.Withdrawn && old.IDs[w.to] != "" && old.IDs[w.to] != target:
		// A further comment for an edit: the first copy stays the twin.
		l.IDs[w.to], l.Copies = old.IDs[w.to], old.Copies
		if !slices.Contains(l.Copies, target) {
			l.Copies = append(slices.Clone(l.Copies), target)
		}
		if old.Seen.WiderThan(l.Seen) {
			l.Seen = old.Seen
		}
	}
	*old = l
	return w.Store.PutLink(ctx, l)
}

// linkOf is the link of the entry that a decision is about, nil where there is none yet.
func (w *applying) linkOf(e *core.EntryDecision) *core.Link {
	for i := range w.step.links {
		if l := &w.step.links[i]; l.Kind == e.Kind && l.IDs[w.from] == e.Source {
			return l
		}
	}
	return nil
}

// relink stores a change of an entry's link.
func (w *applying) relink(ctx context.Context, e *core.EntryDecision, change func(*core.Link)) error {
	l := w.linkOf(e)
	if l == nil {
		return nil
	}
	change(l)
	return w.Store.PutLink(ctx, *l)
}
