package activities

import (
	"slices"
	"strings"

	"duplex/core"
	"duplex/core/richtext"
)

// What a plan writes where only the systems know the word for it: they are asked when it is carried out.
const (
	byAddress = "mailto:"     // of a mention: whoever has that e-mail address there
	byFile    = "cid:duplex/" // of a picture: the copy of the source's file of that id
)

// refer carries what a text names to side to: the same people, and the copies of its pictures and files that readers there may see. Without
// readers nothing is known of who reads the text. What has no counterpart becomes text, without a link into the other system.
func (s *step) refer(to core.Side, readers core.Visibility) core.Refer {
	return func(r core.TextReference) core.TextReference {
		if r.Kind == core.RefMention {
			return s.person(to, r)
		}
		return s.picture(to, r, readers)
	}
}

// person is the mention of the same person on side to, or the person's name.
func (s *step) person(to core.Side, r core.TextReference) core.TextReference {
	source := knownPerson(s.now[to.Other()], func(p core.Value) bool { return p.ID() == r.ID })
	name := firstOf(source.Name(), r.Name, "somebody")
	text := core.TextReference{Kind: core.RefText, Name: name}
	target, ok := s.mapping.Mentioned(to, source)
	if !ok || r.ID == "" || !mentions(s.formats[to]) {
		return text
	}
	mention := core.TextReference{Kind: core.RefMention, ID: target.ID(), Name: name}
	if there := knownPerson(s.now[to], func(p core.Value) bool {
		return target.ID() != "" && p.ID() == target.ID() || target.ID() == "" && strings.EqualFold(p.Email(), target.Email())
	}); !there.IsAbsent() {
		mention.ID, mention.Name = there.ID(), firstOf(there.Name(), name)
	} else if mention.ID == "" {
		mention.ID = byAddress + target.Email()
	}
	return mention
}

// knownPerson is somebody whom the texts of an item mention; absent when there is nobody, or more than one.
func knownPerson(o *core.Observation, is func(core.Value) bool) core.Value {
	found := core.Absent()
	if o == nil {
		return found
	}
	for _, p := range o.People {
		switch {
		case p.ID() == "" || !is(p):
		case !found.IsAbsent() && found.ID() != p.ID():
			return core.Absent()
		default:
			found = p
		}
	}
	return found
}

// mentions reports whether a format can mention people.
func mentions(format string) bool {
	f := richtext.Format(format)
	written, _ := richtext.Render(f, richtext.Doc{Blocks: []richtext.Node{{Kind: richtext.Paragraph, Children: []richtext.Node{
		{Kind: richtext.Mention, ID: "1", Text: "Ann"}}}}})
	refs := richtext.References(f, written)
	return len(refs) == 1 && refs[0].Kind == richtext.Mention
}

// picture is the copy of a picture or file on side to. A picture of the web, which is no file of the item, stays what it is.
func (s *step) picture(to core.Side, r core.TextReference, readers core.Visibility) core.TextReference {
	f := shownFile(s.now[to.Other()], r)
	switch {
	case f == nil && r.Kind == core.RefImage && r.URL != "":
		return r
	case f == nil:
		return standIn(r.Kind, r.Name)
	}
	l := s.linkOfFile(to.Other(), f.ID)
	if l == nil {
		if seen, ok := s.travelling[to.Other()][f.ID]; ok && !forMore(readers, seen) {
			return s.copyTo(to, f)
		}
		return standInFor(f)
	}
	if l.Origin != to && forMore(readers, l.Seen) {
		return standInFor(f)
	}
	return fileNamed(attachmentOf(s.now[to], l.IDs[to]), f)
}

// copyTo stands for the copy of a file until it is there: in the way in which the format names files, because where a picture may stand
// depends on that.
func (s *step) copyTo(to core.Side, f *core.Attachment) core.TextReference {
	switch richtext.Format(s.formats[to]) {
	case richtext.HTML, richtext.Markdown:
		return core.TextReference{Kind: core.RefImage, URL: byFile + f.ID, Name: f.Name}
	}
	return core.TextReference{Kind: kindOf(f), ID: byFile + f.ID, Name: f.Name}
}

// fileMeant is the file of the source that a reference of copyTo stands for.
func fileMeant(id, url string) (string, bool) {
	if file, ok := strings.CutPrefix(id, byFile); ok {
		return file, true
	}
	return strings.CutPrefix(url, byFile)
}

func meansFile(r core.TextReference) bool {
	_, ok := fileMeant(r.ID, r.URL)
	return ok
}

// forMore reports that a text has readers who may not see the copy of a file.
func forMore(readers, seen core.Visibility) bool {
	return readers != (core.Visibility{}) && readers.WiderThan(seen)
}

// fileNamed is how a text shows the copy of a file; what says where it would stand, where the system's texts cannot show it.
func fileNamed(copied, original *core.Attachment) core.TextReference {
	if copied == nil || len(copied.Names) == 0 {
		return standInFor(original)
	}
	r := core.TextReference{Kind: kindOf(original), Name: original.Name}
	if strings.Contains(copied.Names[0], "://") {
		r.URL = copied.Names[0]
	} else {
		r.ID = copied.Names[0]
	}
	return r
}

func kindOf(f *core.Attachment) core.ReferenceKind {
	if strings.HasPrefix(f.MediaType, "image/") {
		return core.RefImage
	}
	return core.RefFile
}

// standIn is the text in the place of a picture or file.
func standIn(kind core.ReferenceKind, name string) core.TextReference {
	return core.TextReference{Kind: core.RefText, Name: "[" + strings.TrimSuffix(string(kind)+": "+name, ": ") + "]"}
}

func standInFor(f *core.Attachment) core.TextReference { return standIn(kindOf(f), f.Name) }

// shownFile is the item's file that a text shows, nil when it shows something else.
func shownFile(o *core.Observation, r core.TextReference) *core.Attachment {
	if o == nil {
		return nil
	}
	for i := range o.Attachments {
		f := &o.Attachments[i]
		if r.ID != "" && slices.Contains(f.Names, r.ID) || r.URL != "" && slices.Contains(f.Names, r.URL) {
			return f
		}
	}
	return nil
}

// linkOfFile is the live link of a side's file, nil when it has no copy.
func (s *step) linkOfFile(side core.Side, id string) *core.Link {
	for i := range s.links {
		if l := &s.links[i]; l.Kind == core.EntryAttachment && l.IDs[side] == id && !l.Dropped && !l.Withdrawn && l.IDs[side.Other()] != "" {
			return l
		}
	}
	return nil
}

// travels notes the files that are about to be copied.
func (s *step) travels(files []core.EntryDecision) {
	for _, side := range core.Sides {
		s.travelling[side] = map[string]core.Visibility{}
	}
	for _, d := range files {
		if d.Action == core.EntryAdd {
			s.travelling[d.To.Other()][d.Source] = d.Attachment.Visibility
		}
	}
}

// arrived writes a text once more whose pictures were not there yet when it was written: where nobody has changed it since, it still says
// what stands in their place.
func (s *step) arrived(ds []core.Decision) {
	if s.now[core.A] == nil || s.now[core.B] == nil {
		return
	}
	for i := range ds {
		d := &ds[i]
		if d.Action != core.ActionNone && d.Action != core.ActionAgree {
			continue
		}
		for _, to := range core.Sides {
			if v, ok := s.withPictures(d, to); ok {
				d.Action, d.To, d.Value, d.Reason = core.ActionWrite, to, v, "its pictures have arrived"
				break
			}
		}
	}
}

func (s *step) withPictures(d *core.Decision, to core.Side) (core.Value, bool) {
	from, none := to.Other(), core.Value{}
	source, there := s.now[from].Field(d.Fields[from]), s.now[to].Field(d.Fields[to])
	convert := s.converts(d.Rule, to)
	if convert == nil || source.Kind() != core.KindText || there.Kind() != core.KindText || !s.mapping.Rewritable(to, d.Fields[to]) {
		return none, false
	}
	pictures := 0
	count := s.refer(to, core.Visibility{})
	for _, r := range richtext.References(richtext.Format(source.Format()), source.Source()) {
		if as := (core.TextReference{Kind: core.ReferenceKind(r.Kind), ID: r.ID, URL: r.URL, Name: r.Name}); r.Kind != richtext.Mention &&
			shownFile(s.now[from], as) != nil && count(as).Kind != core.RefText && !meansFile(count(as)) {
			pictures++
		}
	}
	if pictures == 0 {
		return none, false
	}
	as := func(refer core.Refer) (core.Value, error) {
		in := core.ConvertInput{Value: source, Item: s.now[from], Target: core.Absent()}
		in.Refer[to] = refer
		return convert(in)
	}
	want, err1 := as(count)
	// As it was written before they came: with the pictures in it, which then became text.
	bare, err2 := as(func(r core.TextReference) core.TextReference {
		if f := shownFile(s.now[from], r); f != nil {
			return s.copyTo(to, f)
		}
		return count(r)
	})
	f := richtext.Format(there.Format())
	shown := richtext.Rewrite(f, there.Source(), func(r richtext.Reference) richtext.Reference {
		copied := shownFile(s.now[to], core.TextReference{ID: r.ID, URL: r.URL})
		if copied == nil {
			return r
		}
		if l := s.linkOfFile(to, copied.ID); l != nil {
			if original := attachmentOf(s.now[from], l.IDs[from]); original != nil {
				return richtext.Reference{Kind: richtext.Text, Name: standInFor(original).Name}
			}
		}
		return r
	})
	before := richtext.Rewrite(f, bare.Source(), func(r richtext.Reference) richtext.Reference {
		if id, ok := fileMeant(r.ID, r.URL); ok {
			return richtext.Reference{Kind: richtext.Text, Name: standInFor(attachmentOf(s.now[from], id)).Name}
		}
		return r
	})
	if err1 != nil || err2 != nil || !richtext.Equal(f, before, shown) || richtext.Equal(f, want.Source(), there.Source()) {
		return none, false
	}
	return want, true
}

// converts is how a rule's values reach side to, nil when they do not.
func (s *step) converts(rule string, to core.Side) func(core.ConvertInput) (core.Value, error) {
	for i := range s.mapping.Rules {
		if r := &s.mapping.Rules[i]; r.ID == rule && r.Flow.Allows(to) && r.Fields[core.A] != "" && r.Fields[core.B] != "" {
			return r.Convert[to]
		}
	}
	return nil
}

func firstOf(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}
