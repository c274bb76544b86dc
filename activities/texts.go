package activities

import (
	"context"
	"errors"
	"io"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
)

// settleFields puts what only the target knows into the texts that are about to be written to fields: who has an e-mail address there. A
// picture that is not there yet is named instead, and written when it has arrived, unless it can be sent with the text.
func (w *applying) settleFields(ctx context.Context) error {
	var fields map[string]core.Value
	inline := false
	if d := w.plan.Create[w.to]; d != nil {
		fields = d.Fields
		_, inline = connectors.As[connectors.InlineCreator](w.c)
	} else if p := w.plan.Update[w.to]; p != nil {
		fields = p.Fields
	}
	for name, v := range fields {
		settled, shown, err := w.settleText(ctx, v, inline)
		if err != nil {
			return err
		}
		fields[name] = settled
		w.shown = append(w.shown, shown...)
	}
	return nil
}

// settleText puts what only the target knows into a text. shown are the files of the source that the text still names, because they are
// to be sent with it.
func (w *applying) settleText(ctx context.Context, v core.Value, inline bool) (core.Value, []string, error) {
	if v.Kind() != core.KindText || !strings.Contains(v.Source(), byAddress) && !strings.Contains(v.Source(), byFile) {
		return v, nil, nil
	}
	var failed error
	var shown []string
	out := mapping.Carry(v.Format(), v.Format(), v.Source(), func(r core.TextReference) core.TextReference {
		file, isFile := fileMeant(r.ID, r.URL)
		address, isAddress := strings.CutPrefix(r.ID, byAddress)
		switch {
		case r.Kind == core.RefMention && isAddress:
			p, err := w.resolve(ctx, core.Person("", address, r.Name))
			if err != nil {
				failed = err
				return r
			}
			if p.ID() == "" {
				return core.TextReference{Kind: core.RefText, Name: r.Name}
			}
			return core.TextReference{Kind: core.RefMention, ID: p.ID(), Name: firstOf(p.Name(), r.Name)}
		case r.Kind != core.RefMention && isFile:
			f := attachmentOf(w.now[w.from], file)
			if f == nil {
				return standIn(core.RefImage, r.Name)
			}
			if l := w.linkOfFile(w.from, file); l != nil {
				return fileNamed(w.copyOf(l.IDs[w.to]), f)
			}
			if inline && w.sends(file) {
				shown = append(shown, file)
				return r
			}
			return standInFor(f)
		}
		return r
	})
	if failed != nil {
		return v, nil, failed
	}
	return core.Text(v.Format(), out), shown, nil
}

// resolve is the person's account on the target; one without an id when there is none for certain.
func (w *applying) resolve(ctx context.Context, p core.Value) (core.Value, error) {
	if p.ID() != "" {
		return p, nil
	}
	resolver, ok := connectors.As[connectors.UserResolver](w.c)
	if !ok || p.Email() == "" {
		return core.Person("", "", p.Name()), nil
	}
	side := w.mapping.Connection.Sides[w.to]
	found, err := resolver.ResolveUser(ctx, connectors.ItemType{Type: side.Type, Scope: side.Scope}, p)
	if errors.Is(err, connectors.ErrNotFound) {
		return core.Person("", "", p.Name()), nil
	}
	return found, err
}

// copyOf is a file of the target, those that were written just now included.
func (w *applying) copyOf(id string) *core.Attachment {
	for i := range w.attached {
		if w.attached[i].ID == id {
			return &w.attached[i]
		}
	}
	return attachmentOf(w.now[w.to], id)
}

// sends reports whether the file is to be copied: by the plan, or, where a new item's files follow, by the policy.
func (w *applying) sends(file string) bool {
	return w.fileDecision(file) != nil
}

// fileDecision is the decision to copy a file of the source, nil when there is none. For an item that is to be created it is made now.
func (w *applying) fileDecision(file string) *core.EntryDecision {
	if w.plan.Create[w.to] != nil && w.createFiles == nil {
		w.createFiles = []core.EntryDecision{}
		for _, d := range w.step.entries(w.Now()).Files() {
			if d.To == w.to {
				w.createFiles = append(w.createFiles, d)
			}
		}
	}
	for _, list := range [][]core.EntryDecision{w.plan.Entries, w.createFiles} {
		for i := range list {
			if d := &list[i]; d.Kind == core.EntryAttachment && d.To == w.to && d.Source == file && d.Action == core.EntryAdd {
				return d
			}
		}
	}
	return nil
}

// sent is a file that goes with a text, and what was read of it.
type sent struct {
	d  *core.EntryDecision
	in *meter
}

// inlineFiles are the files that go with a text.
func (w *applying) inlineFiles(ids []string) (files []connectors.InlineFile, sends []*sent) {
	for _, id := range ids {
		d := w.fileDecision(id)
		f := attachmentOf(w.now[w.from], id)
		if d == nil || f == nil || named(files, byFile+id) {
			continue
		}
		s := &sent{d: d}
		sends = append(sends, s)
		files = append(files, connectors.InlineFile{Ref: byFile + id, File: *d.Attachment, Open: func(ctx context.Context) (io.ReadCloser, error) {
			content, err := w.open(ctx, *f)
			if err != nil {
				return nil, err
			}
			s.in = newMeter(content)
			return struct {
				io.Reader
				io.Closer
			}{s.in, content}, nil
		}})
	}
	return files, sends
}

func named(files []connectors.InlineFile, ref string) bool {
	for _, f := range files {
		if f.Ref == ref {
			return true
		}
	}
	return false
}

// linkSent records the files that went with a text, once for each: the plan does not copy them again.
func (w *applying) linkSent(ctx context.Context, id string, sends []*sent, made []core.Attachment) error {
	for i, s := range sends {
		if i >= len(made) || s.in == nil {
			break
		}
		if wrong := s.in.differs(s.d.Attachment.Size, made[i]); wrong != "" {
			return w.broken(ctx, id, made[i], wrong)
		}
		w.attached = append(w.attached, made[i])
		if err := w.link(ctx, s.d, made[i].ID, s.in.sum()); err != nil {
			return err
		}
	}
	return nil
}

// linkFound records the files that went with a text which an earlier attempt had written: on names them there.
func (w *applying) linkFound(ctx context.Context, id string, ids []string, on func(core.Attachment) bool) error {
	if len(ids) == 0 {
		return nil
	}
	want := w.whole()
	want.Comments, want.Attachments = true, true
	o, err := w.c.Get(ctx, id, want)
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, source := range ids {
		d, f := w.fileDecision(source), attachmentOf(w.now[w.from], source)
		if d == nil || f == nil || w.linkOf(d) != nil {
			continue
		}
		for _, a := range o.Attachments {
			if on(a) && !taken[a.ID] && a.Name == f.Name && a.Size == f.Size {
				taken[a.ID] = true
				w.attached = append(w.attached, a)
				if err := w.link(ctx, d, a.ID, ""); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}
