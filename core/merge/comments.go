package merge

import "duplex/core"

// comment decides about one comment of side from; false when there is nothing to do. What a narrower audience asks for comes before
// everything else, whatever the policy says about edits.
func (e Entries) comment(c core.Comment, link *core.Link, from core.Side) (core.EntryDecision, bool) {
	to := from.Other()
	print := CommentPrint(c)
	d := core.EntryDecision{Kind: core.EntryComment, To: to, Source: c.ID, Print: print, Was: c.Visibility}
	switch {
	case c.Opening:
		return d, false
	case link == nil && (c.Own || c.Mark != ""):
		return d, false
	case link != nil && (link.Dropped || link.Origin != from || link.Print == print && !link.Withdrawn):
		return d, false
	}
	vis, ok := e.audience(c.Visibility, from)
	live := link != nil && !link.Withdrawn
	if !ok && !live || e.parkedStill(core.EntryComment, c.ID, print) {
		return d, false
	}
	if live && e.exposed(link, vis, ok) {
		return e.conceal(d, c, link, vis, ok), true
	}
	if !ok || live && !e.Comments.Edits {
		return d, false
	}
	draft := e.Draft(to, c, vis)
	draft.Visibility, draft.Mark = vis, e.Mark(core.EntryComment, to, c.ID)
	d.Comment = &draft
	switch {
	case !e.Can[to].AddComment:
		return e.park(d, core.ProblemUnsupported, "the other system cannot take comments"), true
	case vis.Audience == core.Restricted && !e.Can[to].Restrict:
		return e.park(d, core.ProblemUnsupported, "the other system cannot keep a comment to a role or group"), true
	case link == nil:
		d.Action, d.Reason = core.EntryAdd, "new comment"
		return d, true
	case link.Withdrawn:
		d.Action, d.Reason = core.EntryAdd, "the comment may be read on the other side again"
		d.Comment.Mark = e.Mark(core.EntryComment, to, c.ID+"@"+link.IDs[to])
		return d, true
	}
	d.Action, d.Target, d.Reason = core.EntryEdit, link.IDs[to], "the comment was edited"
	if !e.Can[to].EditComment {
		// The edit is carried as a further comment: nothing a person wrote is lost.
		d.Action, d.Target, d.Reason = core.EntryAdd, "", "the comment was edited; the other system cannot edit comments, so the new text is added"
		d.Comment.Mark = e.Mark(core.EntryComment, to, c.ID+"@"+print)
	}
	return d, true
}

// audience decides how visible the copy is; false means that it is not carried. It never widens without publish:
//
//	public       public
//	internal     public with publish, else internal; with private: stop it stays
//	restricted   the group that corresponds; else what publish says of restricted comments; else it stays
//	not known    it stays
func (e Entries) audience(v core.Visibility, from core.Side) (core.Visibility, bool) {
	keep := e.Comments.Private != core.PrivateStop
	switch v.Audience {
	case core.Public:
		return core.Visibility{Audience: core.Public}, true
	case core.Internal:
		if e.Comments.Publish[from] {
			return core.Visibility{Audience: core.Public}, true
		}
		return core.Visibility{Audience: core.Internal}, keep
	case core.Restricted:
		if v.Group == "" {
			break // nobody knows whom it is for
		}
		if group := e.Comments.Group(from.Other(), v.Group); group != "" {
			return core.Visibility{Audience: core.Restricted, Group: group}, keep
		}
		if open := e.Comments.Open[from]; open != 0 {
			return core.Visibility{Audience: open}, true
		}
	}
	return v, false
}

// exposed reports whether a copy is, or as far as is known may be, read by people who may not read it: by nobody when ok is false.
func (e Entries) exposed(link *core.Link, vis core.Visibility, ok bool) bool {
	to := link.Origin.Other()
	for _, id := range link.All(to) {
		copied, there := e.find(to, id)
		seen := copied.Visibility
		if !there {
			if e.Now[to] != nil && e.Now[to].Complete {
				continue // somebody deleted it
			}
			seen = link.Seen
		}
		if !ok || seen != (core.Visibility{}) && seen.WiderThan(vis) {
			return true
		}
	}
	return false
}

// conceal shows a copy to fewer people, or takes it back. Where neither can be done a person has to.
func (e Entries) conceal(d core.EntryDecision, c core.Comment, link *core.Link, vis core.Visibility, ok bool) core.EntryDecision {
	to := d.To
	d.Target, d.Visibility = link.IDs[to], vis
	switch {
	case ok && e.Can[to].NarrowComment && (vis.Audience != core.Restricted || e.Can[to].Restrict):
		d.Action, d.Reason = core.EntryNarrow, "fewer people may read the comment now"
		if !sameText(c, link) {
			d.Print, d.Was = link.Print, link.Was // the text follows in the next round
		}
	case e.Can[to].takesBack(core.EntryComment):
		d.Action, d.Reason = core.EntryWithdraw, "the comment may not be read on the other side any more: its copy is taken back"
	default:
		d = e.park(d, core.ProblemUnsupported, "the comment was made private and its copy is still seen by more people: restrict or delete the copy by hand")
	}
	return d
}

// sameText reports whether only the visibility of a comment has changed since it was copied.
func sameText(c core.Comment, link *core.Link) bool {
	was := []core.Visibility{link.Was}
	if link.Was == (core.Visibility{}) { // a link of an earlier version does not say
		was = []core.Visibility{{Audience: core.Public}, {Audience: core.Internal}}
	}
	for _, v := range was {
		c.Visibility = v
		if CommentPrint(c) == link.Print {
			return true
		}
	}
	return false
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

// CommentPrint identifies a comment's content and visibility.
func CommentPrint(c core.Comment) string {
	return fingerprint(c.Body, core.String(c.Visibility.String()))
}
