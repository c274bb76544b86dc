package merge

import (
	"fmt"
	"path"

	"duplex/core"
)

// Entries is everything a decision about comments and attachments may look at.
type Entries struct {
	Comments    core.CommentPolicy
	Attachments core.AttachmentPolicy
	Links       []core.Link
	Now         [2]*core.Observation
	Parked      map[string]core.Parked
	Version     int
	Retry       bool
	// Body gives a comment's text for side to, header included. It is pure.
	Body func(to core.Side, c core.Comment) core.Value
	// Mark gives the mark of a copy. It is deterministic.
	Mark func(kind core.EntryKind, to core.Side, source string) string
	// Can tells what side to is able to do.
	Can [2]EntryAbilities
}

// EntryAbilities are the capabilities of one side's connector.
type EntryAbilities struct {
	AddComment, EditComment, DeleteComment, Attach bool
}

// ParkKey is the key under which an entry is parked.
func ParkKey(kind core.EntryKind, id string) string { return string(kind) + ":" + id }

// Decide lists what is to be done about comments and attachments, oldest first, comments before attachments. Entries
// that the sync wrote itself are never sources: they are linked, carry a mark, or are the sync account's own.
func (e Entries) Decide() []core.EntryDecision {
	var ds []core.EntryDecision
	for _, from := range core.Sides {
		to := from.Other()
		if e.Now[from] == nil {
			continue
		}
		links := e.linked(core.EntryComment, from)
		if e.Comments.Flow != "" && e.Comments.Flow.Allows(to) {
			for _, c := range e.Now[from].Comments {
				if d, ok := e.comment(c, links[c.ID], from); ok {
					ds = append(ds, d)
				}
			}
		}
		ds = append(ds, e.vanished(core.EntryComment, from)...)
	}
	for _, from := range core.Sides {
		to := from.Other()
		if e.Now[from] == nil {
			continue
		}
		links := e.linked(core.EntryAttachment, from)
		if e.Attachments.Flow != "" && e.Attachments.Flow.Allows(to) {
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
		if l := &e.Links[i]; l.Kind == kind && l.IDs[side] != "" {
			m[l.IDs[side]] = l
		}
	}
	return m
}

func (e Entries) comment(c core.Comment, link *core.Link, from core.Side) (core.EntryDecision, bool) {
	to := from.Other()
	print := CommentPrint(c)
	d := core.EntryDecision{Kind: core.EntryComment, To: to, Source: c.ID, Print: print}
	switch {
	case c.Opening:
		return d, false
	case link == nil && (c.Own || c.Mark != ""):
		return d, false
	case link != nil && (link.Dropped || link.Origin != from || link.Print == print || !e.Comments.Edits):
		return d, false
	}
	vis, ok := e.audience(c.Visibility, from)
	if !ok || e.parkedStill(core.EntryComment, c.ID, print) {
		return d, false
	}
	d.Comment = &core.CommentDraft{Body: e.Body(to, c), Visibility: vis, Mark: e.Mark(core.EntryComment, to, c.ID)}
	if link == nil {
		d.Action, d.Reason = core.EntryAdd, "new comment"
		if !e.Can[to].AddComment {
			return e.park(d, core.ProblemUnsupported, "the other system cannot take comments"), true
		}
		return d, true
	}
	d.Action, d.Target, d.Reason = core.EntryEdit, link.IDs[to], "the comment was edited"
	if copied, ok := e.find(to, link.IDs[to]); ok && copied.Visibility.WiderThan(vis) {
		// An edit leaves the copy's visibility alone, so it would go on showing what is private now.
		return e.park(d, core.ProblemUnsupported, "the comment was made private and its copy is still seen by more people: restrict or delete the copy by hand"), true
	}
	if !e.Can[to].EditComment {
		// The edit is carried as a further comment: nothing a person wrote is lost.
		d.Action, d.Target, d.Reason = core.EntryAdd, "", "the comment was edited; the other system cannot edit comments, so the new text is added"
		d.Comment.Mark = e.Mark(core.EntryComment, to, c.ID+"@"+print)
	}
	return d, true
}

func (e Entries) find(side core.Side, id string) (core.Comment, bool) {
	if e.Now[side] != nil {
		for _, c := range e.Now[side].Comments {
			if c.ID == id {
				return c, true
			}
		}
	}
	return core.Comment{}, false
}

// audience decides how visible the copy is; false means that it is not carried. It never widens without publish.
func (e Entries) audience(v core.Visibility, from core.Side) (core.Visibility, bool) {
	switch v.Audience {
	case core.Public:
		return core.Visibility{Audience: core.Public}, true
	case core.Internal:
		if e.Comments.Publish[from] {
			return core.Visibility{Audience: core.Public}, true
		}
		return core.Visibility{Audience: core.Internal}, e.Comments.Private != core.PrivateStop
	}
	return v, false // a role or group means nothing on the other side: it stays where it is
}

func (e Entries) attachment(a core.Attachment, link *core.Link, from core.Side) (core.EntryDecision, bool) {
	to := from.Other()
	print := fingerprint(core.String(a.ID), core.String(a.Name), core.Int(a.Size))
	d := core.EntryDecision{Kind: core.EntryAttachment, To: to, Source: a.ID, Print: print, Action: core.EntryAdd, Reason: "new file"}
	if link != nil || a.Own || !e.typeAllowed(a) {
		return d, false
	}
	vis := core.Visibility{Audience: core.Internal}
	switch {
	case a.Visibility.Audience == core.Public, e.Attachments.Publish[from] && a.Visibility.Audience == core.Internal:
		vis.Audience = core.Public
	case a.Visibility.Audience != core.Internal:
		return d, false
	case e.Comments.Private == core.PrivateStop:
		return d, false
	}
	if e.parkedStill(core.EntryAttachment, a.ID, print) {
		return d, false
	}
	d.Attachment = &core.AttachmentDraft{Name: a.Name, MediaType: a.MediaType, Size: a.Size, Visibility: vis,
		Mark: e.Mark(core.EntryAttachment, to, a.ID)}
	switch limit := e.Attachments.MaxSize; {
	case !e.Can[to].Attach:
		return e.park(d, core.ProblemUnsupported, "the other system cannot take files"), true
	case limit > 0 && a.Size > limit:
		return e.park(d, core.ProblemTooLarge, fmt.Sprintf("the file has %d bytes, the mapping allows %d", a.Size, limit)), true
	}
	return d, true
}

func (e Entries) typeAllowed(a core.Attachment) bool {
	if len(e.Attachments.Types) == 0 {
		return true
	}
	for _, glob := range e.Attachments.Types {
		if ok, _ := path.Match(glob, a.MediaType); ok {
			return true
		}
		if ok, _ := path.Match(glob, a.Name); ok {
			return true
		}
	}
	return false
}

// vanished handles entries with a link whose one end is no longer there. An incomplete list says nothing.
func (e Entries) vanished(kind core.EntryKind, side core.Side) []core.EntryDecision {
	o := e.Now[side]
	if !o.Complete {
		return nil
	}
	there := map[string]bool{}
	for _, c := range o.Comments {
		there[string(core.EntryComment)+c.ID] = true
	}
	for _, a := range o.Attachments {
		there[string(core.EntryAttachment)+a.ID] = true
	}
	var ds []core.EntryDecision
	for _, l := range e.Links {
		if l.Kind != kind || l.Dropped || l.IDs[side] == "" || there[string(kind)+l.IDs[side]] {
			continue
		}
		to := side.Other()
		d := core.EntryDecision{Kind: kind, To: to, Source: l.IDs[side], Target: l.IDs[to], Action: core.EntryForget,
			Reason: "deleted on one side; its twin stays by policy"}
		if kind == core.EntryComment && l.Origin == side && e.Comments.Deletes && e.Can[to].DeleteComment {
			d.Action, d.Reason = core.EntryDelete, "the comment was deleted"
		}
		ds = append(ds, d)
	}
	return ds
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

// CommentPrint identifies a comment's content and visibility.
func CommentPrint(c core.Comment) string {
	return fingerprint(c.Body, core.String(c.Visibility.String()))
}
