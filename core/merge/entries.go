package merge

import "duplex/core"

// Entries is everything a decision about comments and attachments may look at.
type Entries struct {
	Comments    core.CommentPolicy
	Attachments core.AttachmentPolicy
	Worklogs    core.WorklogPolicy
	Links       []core.Link
	Now         [2]*core.Observation
	Parked      map[string]core.Parked
	Version     int
	Retry       bool
	// Draft gives a comment as it is to be written to side to for readers, without its mark. It is pure.
	Draft func(to core.Side, c core.Comment, readers core.Visibility) core.CommentDraft
	// Work gives a worklog as it is to be written to side to, without its mark. It is pure.
	Work func(to core.Side, w core.Worklog) core.WorklogDraft
	// Mark gives the mark of a copy. It is deterministic.
	Mark func(kind core.EntryKind, to core.Side, source string) string
	// Can tells what side to is able to do.
	Can [2]EntryAbilities
}

// EntryAbilities are the capabilities of one side's connector.
type EntryAbilities struct {
	AddComment, EditComment, DeleteComment, RedactComment, NarrowComment bool
	Restrict                                                             bool // a comment can be kept to a role or group
	Attach, DeleteFile                                                   bool
	AddWorklog, EditWorklog, DeleteWorklog                               bool
}

// takesBack reports whether a copy of that kind can be taken out of sight.
func (a EntryAbilities) takesBack(kind core.EntryKind) bool {
	switch kind {
	case core.EntryAttachment:
		return a.DeleteFile
	case core.EntryWorklog:
		return a.DeleteWorklog
	}
	return a.DeleteComment || a.RedactComment
}

// ParkKey is the key under which an entry is parked.
func ParkKey(kind core.EntryKind, id string) string { return string(kind) + ":" + id }

// Decide lists what is to be done about comments, worklogs and attachments, oldest first, in this order. Entries
// that the sync wrote itself are never sources: they are linked, carry a mark, or are the sync account's own.
func (e Entries) Decide() []core.EntryDecision {
	var ds []core.EntryDecision
	for _, from := range core.Sides {
		if e.Now[from] == nil {
			continue
		}
		links := e.linked(core.EntryComment, from)
		if e.Comments.Flow != "" && e.Comments.Flow.Allows(from.Other()) {
			for _, c := range e.Now[from].Comments {
				if d, ok := e.comment(c, links[c.ID], from); ok {
					ds = append(ds, d)
				}
			}
		}
		ds = append(ds, e.vanished(core.EntryComment, from)...)
	}
	return append(append(ds, e.worklogs()...), e.Files()...)
}

// Files are the decisions about attachments alone. They look at nothing that a text says.
func (e Entries) Files() []core.EntryDecision {
	var ds []core.EntryDecision
	for _, from := range core.Sides {
		if e.Now[from] == nil {
			continue
		}
		links := e.linked(core.EntryAttachment, from)
		if e.Attachments.Flow != "" && e.Attachments.Flow.Allows(from.Other()) {
			for _, a := range e.Now[from].Attachments {
				if d, ok := e.attachment(a, links[a.ID], from); ok {
					ds = append(ds, d)
				}
			}
		}
		ds = append(ds, e.vanished(core.EntryAttachment, from)...)
	}
	return ds
}

func (e Entries) linked(kind core.EntryKind, side core.Side) map[string]*core.Link {
	m := map[string]*core.Link{}
	for i := range e.Links {
		if l := &e.Links[i]; l.Kind == kind {
			for _, id := range l.All(side) {
				m[id] = l
			}
		}
	}
	return m
}

// vanished handles entries with a link whose one end is no longer there. An incomplete list says nothing.
func (e Entries) vanished(kind core.EntryKind, side core.Side) []core.EntryDecision {
	o := e.Now[side]
	if kind == core.EntryWorklog && !o.AllWorklogs || kind != core.EntryWorklog && !o.Complete {
		return nil
	}
	there := map[string]bool{}
	for _, c := range o.Comments {
		there[string(core.EntryComment)+c.ID] = true
	}
	for _, a := range o.Attachments {
		there[string(core.EntryAttachment)+a.ID] = true
	}
	for _, w := range o.Worklogs {
		there[string(core.EntryWorklog)+w.ID] = true
	}
	deletes := e.Comments.Deletes
	switch kind {
	case core.EntryAttachment:
		deletes = e.Attachments.Deletes
	case core.EntryWorklog:
		deletes = e.Worklogs.Deletes
	}
	var ds []core.EntryDecision
	for i := range e.Links {
		l := &e.Links[i]
		if l.Kind != kind || l.Dropped || l.IDs[side] == "" || there[string(kind)+l.IDs[side]] || l.Withdrawn && l.Origin != side {
			continue
		}
		to := side.Other()
		d := core.EntryDecision{Kind: kind, To: to, Source: l.IDs[side], Target: l.IDs[to], Action: core.EntryForget,
			Reason: "deleted on one side; its twin stays by policy"}
		switch {
		case l.Withdrawn:
			d.Reason = "deleted, and its copy was taken back before"
		case l.Origin == side && deletes && e.shared(l):
			d.Reason = "deleted on one side; its copy is also that of another file"
		case l.Origin == side && deletes && e.Can[to].takesBack(kind):
			d.Action, d.Reason = core.EntryDelete, "the "+string(kind)+" was deleted"
		}
		ds = append(ds, d)
	}
	return ds
}

// shared reports whether a copy is also that of another entry: one content is one file.
func (e Entries) shared(l *core.Link) bool {
	for i := range e.Links {
		o := &e.Links[i]
		if o != l && o.Kind == l.Kind && o.Origin == l.Origin && !o.Dropped && !o.Withdrawn && o.IDs[o.Origin.Other()] == l.IDs[l.Origin.Other()] {
			return true
		}
	}
	return false
}

func (e Entries) parkedStill(kind core.EntryKind, id, print string) bool {
	p, ok := e.Parked[ParkKey(kind, id)]
	return ok && p.Fingerprint == print && p.Version == e.Version && !e.Retry
}

func (e Entries) park(d core.EntryDecision, class core.ProblemClass, text string) core.EntryDecision {
	d.Action, d.Reason = core.EntryPark, text
	d.Problem = &core.Problem{Class: class, Text: text, Field: ParkKey(d.Kind, d.Source), Retries: "a change of the entry, or a new mapping version"}
	return d
}
