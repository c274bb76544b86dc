package merge

import (
	"fmt"
	"path"
	"strings"

	"duplex/core"
)

// attachment decides about one file of side from; false when there is nothing to do.
func (e Entries) attachment(a core.Attachment, link *core.Link, from core.Side) (core.EntryDecision, bool) {
	to := from.Other()
	print := FilePrint(a)
	d := core.EntryDecision{Kind: core.EntryAttachment, To: to, Source: a.ID, Print: print, Action: core.EntryAdd, Reason: "new file", Was: a.Visibility}
	if link != nil && (link.Dropped || link.Origin != from) || link == nil && a.Own {
		return d, false
	}
	vis, ok := e.fileAudience(a.Visibility, from)
	live := link != nil && !link.Withdrawn
	if e.parkedStill(core.EntryAttachment, a.ID, print) {
		return d, false
	}
	if live && link.Was.WiderThan(a.Visibility) && link.Was != (core.Visibility{}) && (!ok || link.Seen.WiderThan(vis)) {
		d.Target = link.IDs[to]
		switch {
		case e.shared(link):
			return d, false // the other file that it is a copy of may be read there
		case e.Can[to].DeleteFile:
			d.Action, d.Reason = core.EntryWithdraw, "the file may not be read on the other side any more: its copy is taken back"
			return d, true
		}
		return e.park(d, core.ProblemUnsupported, "the file was made private and its copy is still seen by more people: delete the copy by hand"), true
	}
	if !ok || !Travels(e.Attachments, a) {
		return d, false
	}
	mark := a.ID
	switch {
	case link == nil && e.replaces(a, from) && !e.Attachments.Edits:
		return d, false
	case link == nil:
	case link.Withdrawn:
		d.Reason, mark = "the file may be read on the other side again", a.ID+"@"+link.IDs[to]
	case link.Print == print || !e.Attachments.Edits:
		return d, false
	default:
		d.Reason, d.Target, mark = "a new version of the file", link.IDs[to], a.ID+"@"+print
	}
	d.Attachment = &core.AttachmentDraft{Name: a.Name, MediaType: a.MediaType, Size: a.Size, Visibility: vis,
		Mark: e.Mark(core.EntryAttachment, to, mark)}
	switch limit := e.Attachments.MaxSize; {
	case !e.Can[to].Attach:
		return e.park(d, core.ProblemUnsupported, "the other system cannot take files"), true
	case limit > 0 && a.Size > limit:
		return e.park(d, core.ProblemTooLarge, fmt.Sprintf("the file has %d bytes, the mapping allows %d", a.Size, limit)), true
	}
	return d, true
}

// fileAudience decides who may read the copy of a file; false means that it is not carried. It never widens without publish.
func (e Entries) fileAudience(v core.Visibility, from core.Side) (core.Visibility, bool) {
	switch v.Audience {
	case core.Public:
		return core.Visibility{Audience: core.Public}, true
	case core.Internal:
		if e.Attachments.Publish[from] {
			return core.Visibility{Audience: core.Public}, true
		}
		return core.Visibility{Audience: core.Internal}, e.Comments.Private != core.PrivateStop
	}
	return v, false
}

// replaces reports whether a new file takes the place of one that was copied and is gone: the copy, still there, has its name.
func (e Entries) replaces(a core.Attachment, from core.Side) bool {
	to := from.Other()
	if e.Now[to] == nil || !e.Now[from].Complete {
		return false
	}
	for i := range e.Links {
		l := &e.Links[i]
		if l.Kind != core.EntryAttachment || l.Origin != from || fileOf(e.Now[from], l.IDs[from]) != nil {
			continue
		}
		if copied := fileOf(e.Now[to], l.IDs[to]); copied != nil && copied.Name == a.Name {
			return true
		}
	}
	return false
}

func fileOf(o *core.Observation, id string) *core.Attachment {
	for i := range o.Attachments {
		if o.Attachments[i].ID == id {
			return &o.Attachments[i]
		}
	}
	return nil
}

// Travels reports whether the policy lets a file go, by its name, type and least size. What is too large is another matter: it is
// reported.
func Travels(p core.AttachmentPolicy, a core.Attachment) bool {
	return a.Size >= p.MinSize && nameAllowed(p.Names, a.Name) && typeAllowed(p.Types, a)
}

func typeAllowed(types []string, a core.Attachment) bool {
	for _, glob := range types {
		if ok, _ := path.Match(glob, a.MediaType); ok {
			return true
		}
		if ok, _ := path.Match(glob, a.Name); ok {
			return true
		}
	}
	return len(types) == 0
}

// nameAllowed holds a name against globs, whatever its case. A slash in a name is a sign like any other.
func nameAllowed(globs []string, name string) bool {
	name = strings.ToLower(strings.ReplaceAll(name, "/", "\u2215"))
	asked, taken := false, false
	for _, glob := range globs {
		out := strings.HasPrefix(glob, "!")
		ok, _ := path.Match(strings.ToLower(strings.TrimPrefix(glob, "!")), name)
		switch {
		case out && ok:
			return false
		case !out:
			asked, taken = true, taken || ok
		}
	}
	return taken || !asked
}

// FilePrint identifies a version of a file.
func FilePrint(a core.Attachment) string {
	return fingerprint(core.String(a.ID), core.String(a.Name), core.Int(a.Size))
}
