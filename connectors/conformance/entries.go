package conformance

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// inside is the visibility the suite uses where it does not matter: nobody outside is told.
var inside = core.Visibility{Audience: core.Internal}

var commentTests = []test{
	{"Comments/KeepTheirVisibility", "Commenter", func(t *T) {
		id := t.made(t.draft())
		for _, a := range []core.Audience{core.Public, core.Internal} {
			t.tick()
			c := t.added(id, t.comment("for "+core.Visibility{Audience: a}.String(), a))
			got, ok := commentOf(t.get(id), c.ID)
			if !ok || got.Visibility != c.Visibility {
				t.Errorf("answered as %v, shown as %v (%v)", c.Visibility, got.Visibility, ok)
			}
			if got.Visibility.WiderThan(core.Visibility{Audience: a}) {
				t.Errorf("a comment for %v is shown to %v", core.Visibility{Audience: a}, got.Visibility)
			}
		}
	}},
	{"Comments/ForARoleAreNeverShownToMore", "Commenter", func(t *T) {
		id := t.made(t.draft())
		d := t.comment("only for some", core.Restricted)
		d.Visibility.Group = "no such group"
		if c, err := t.Connector.(connectors.Commenter).AddComment(t.Context(), id, d); err == nil && c.Visibility.Audience != core.Restricted {
			t.Errorf("shown to %v", c.Visibility)
		}
	}},
	{"Comments/AreInOrderWithTheirAuthors", "Commenter", func(t *T) {
		id := t.made(t.draft())
		t.personComments(id, "by a person", core.Internal)
		t.tick()
		own := t.added(id, t.comment("by the sync", core.Internal))
		list := t.get(id).Comments
		if len(list) < 2 {
			t.Fatalf("%d comments, want the person's and the sync's", len(list))
		}
		last, before := list[len(list)-1], list[len(list)-2]
		if last.ID != own.ID || !last.Own || before.Own || before.Author.IsEmpty() || before.CreatedAt.After(last.CreatedAt) {
			t.Errorf("the last two are %+v and %+v", before, last)
		}
		if !strings.Contains(t.Plain(before.Body), "by a person") {
			t.Errorf("the person's comment reads %q", before.Body)
		}
	}},
	{"Comments/AreFoundByTheirMark", "CommentFinder", func(t *T) {
		f := t.Connector.(connectors.CommentFinder)
		id := t.made(t.draft())
		d := t.comment("marked", core.Internal)
		c := t.added(id, d)
		t.tick()
		t.added(id, t.comment("another", core.Internal))
		got, err := f.FindComment(t.Context(), id, d.Mark)
		if err != nil || got.ID != c.ID || !core.Equal(got.Body, c.Body) || got.Visibility != c.Visibility {
			t.Errorf("found %+v, %v; want %+v", got, err, c)
		}
		_, err = f.FindComment(t.Context(), id, mark())
		t.wantClass("a mark nobody carries", err, "not-found")
	}},
	{"Comments/WhoseAnswerIsLostAreFound", "CommentFinder", func(t *T) {
		id := t.made(t.draft())
		d := t.comment("once", core.Internal)
		t.fault(LostAnswer)
		_, err := t.Connector.(connectors.Commenter).AddComment(t.Context(), id, d)
		t.wantClass("a comment whose answer is lost", err, "busy")
		if _, err := t.Connector.(connectors.CommentFinder).FindComment(t.Context(), id, d.Mark); err != nil {
			t.Errorf("it is not found: %v", err)
		}
	}},
	{"Comments/CanBeEdited", "CommentEditor", func(t *T) {
		id := t.made(t.draft())
		c := t.added(id, t.comment("before", core.Internal))
		t.tick()
		d := t.comment("after", core.Public) // a draft's visibility is not an edit's business
		edited, err := t.Connector.(connectors.CommentEditor).EditComment(t.Context(), id, c.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := commentOf(t.get(id), c.ID)
		if !ok || t.Plain(got.Body) != "after" || got.Visibility != c.Visibility || edited.ID != c.ID {
			t.Errorf("shown as %+v", got)
		}
		_, err = t.Connector.(connectors.CommentEditor).EditComment(t.Context(), id, "999999999", d)
		t.wantClass("an unknown comment", err, "not-found")
	}},
	{"Comments/CanBeWrittenAsAPerson", "Commenter", func(t *T) {
		if !t.Connector.Facts().Impersonates {
			t.Skip("the system writes every comment as the own account")
		}
		id := t.made(t.draft())
		for _, a := range []core.Audience{core.Public, core.Internal} {
			t.tick()
			d := t.comment("in the name of somebody", a)
			d.Author = t.Known
			c, err := t.Connector.(connectors.Commenter).AddComment(t.Context(), id, d)
			if connectors.Class(err) == "unsupported" && a == core.Internal {
				continue // who may write to the public may not write to the team
			}
			if err != nil {
				t.Fatal(err)
			}
			got, ok := commentOf(t.get(id), c.ID)
			if !ok || got.Author.ID() != t.Known.ID() || got.Visibility.WiderThan(d.Visibility) {
				t.Errorf("shown as %+v (%v)", got, ok)
			}
			if !got.Own && got.Mark != d.Mark {
				t.Errorf("a read takes it for the person's own: own %v, mark %q", got.Own, got.Mark)
			}
			if f, err := t.Connector.(connectors.CommentFinder).FindComment(t.Context(), id, d.Mark); err != nil || f.ID != c.ID {
				t.Errorf("found by its mark: %+v, %v", f, err)
			}
		}
		d := t.comment("in the name of nobody", core.Public)
		d.Author = core.Person("999999999", "", "Nobody")
		if c, err := t.Connector.(connectors.Commenter).AddComment(t.Context(), id, d); err == nil && c.Author.ID() != d.Author.ID() {
			t.Errorf("a comment in the name of nobody was written by %v", c.Author)
		}
	}},
	{"Comments/CanBeShownToFewer", "CommentNarrower", func(t *T) {
		n := t.Connector.(connectors.CommentNarrower)
		id := t.made(t.draft())
		c := t.added(id, t.comment("for everybody", core.Public))
		t.tick()
		for range 2 { // again changes nothing
			got, err := n.NarrowComment(t.Context(), id, c.ID, inside)
			if err != nil || got.Visibility.WiderThan(inside) || t.Plain(got.Body) != t.Plain(c.Body) {
				t.Fatalf("answered %+v, %v", got, err)
			}
		}
		if got, ok := commentOf(t.get(id), c.ID); !ok || got.Visibility.WiderThan(inside) || t.Plain(got.Body) != t.Plain(c.Body) {
			t.Errorf("shown as %+v (%v)", got, ok)
		}
		if got, err := n.NarrowComment(t.Context(), id, c.ID, core.Visibility{Audience: core.Public}); err != nil || got.Visibility.WiderThan(inside) {
			t.Errorf("narrowing to everybody showed it to %v, %v", got.Visibility, err)
		}
		few := core.Visibility{Audience: core.Restricted, Group: "no such group"}
		if got, err := n.NarrowComment(t.Context(), id, c.ID, few); err == nil && got.Visibility.WiderThan(few) {
			t.Errorf("without an error it is shown to %v", got.Visibility)
		}
		_, err := n.NarrowComment(t.Context(), id, "999999999", inside)
		t.wantClass("an unknown comment", err, "not-found")
	}},
	{"Comments/CanBeRedacted", "CommentRedactor", func(t *T) {
		r := t.Connector.(connectors.CommentRedactor)
		id := t.made(t.draft())
		c := t.added(id, t.comment("nobody is to read\nthese words", core.Internal))
		other := t.added(id, t.comment("another", core.Internal))
		t.tick()
		for range 2 {
			if err := r.RedactComment(t.Context(), id, c.ID); err != nil {
				t.Fatal(err)
			}
		}
		o := t.get(id)
		got, ok := commentOf(o, c.ID)
		for _, word := range []string{"nobody", "read", "words"} {
			if ok && strings.Contains(t.Plain(got.Body), word) {
				t.Errorf("it still says %q", t.Plain(got.Body))
			}
		}
		if kept, _ := commentOf(o, other.ID); t.Plain(kept.Body) != "another" {
			t.Errorf("the other comment says %q", t.Plain(kept.Body))
		}
		t.wantClass("an unknown comment", r.RedactComment(t.Context(), id, "999999999"), "not-found")
	}},
	{"Comments/CanBeDeleted", "CommentDeleter", func(t *T) {
		id := t.made(t.draft())
		c := t.added(id, t.comment("short-lived", core.Internal))
		del := t.Connector.(connectors.CommentDeleter)
		if err := del.DeleteComment(t.Context(), id, c.ID); err != nil {
			t.Fatal(err)
		}
		if _, ok := commentOf(t.get(id), c.ID); ok {
			t.Error("it is still there")
		}
		t.wantClass("a second delete", del.DeleteComment(t.Context(), id, c.ID), "not-found")
	}},
}

var attachmentTests = []test{
	{"Attachments/RoundTrip", "Attacher", func(t *T) {
		id := t.made(t.draft())
		content := bytes.Repeat([]byte("bytes \x00\xff\n"), 5000)
		a := t.attached(id, "päge one.bin", content)
		got, ok := attachmentOf(t.get(id), a.ID)
		if !ok || got.Name != "päge one.bin" || got.Size != int64(len(content)) || !got.Own || got.Visibility.WiderThan(inside) {
			t.Fatalf("shown as %+v", got)
		}
		r, err := t.Connector.(connectors.AttachmentOpener).OpenAttachment(t.Context(), id, got)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		back, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(back, content) {
			t.Errorf("%d bytes came back of %d, %v", len(back), len(content), err)
		}
	}},
	{"Attachments/OfAPersonAreNotOwn", "AttachmentOpener", func(t *T) {
		if t.Person.Attach == nil {
			t.Fatal("the instance cannot play a person who attaches: give it Person.Attach, or skip this test with a reason")
		}
		id := t.made(t.draft())
		t.tick()
		t.Person.Attach(t.TB, id, "by-a-person.txt", []byte("hello"))
		list := t.get(id).Attachments
		if len(list) != 1 || list[0].Own || list[0].Name != "by-a-person.txt" || list[0].Size != 5 {
			t.Errorf("shown as %+v", list)
		}
	}},
	{"Attachments/AreFoundAgain", "AttachmentFinder", func(t *T) {
		f := t.Connector.(connectors.AttachmentFinder)
		id := t.made(t.draft())
		since := t.get(id).CreatedAt.Add(-time.Second)
		d := core.AttachmentDraft{Name: "a.txt", MediaType: "text/plain", Size: 5, Visibility: inside, Mark: mark()}
		_, err := f.FindAttachment(t.Context(), id, d, since, nil)
		t.wantClass("before it was added", err, "not-found")
		a, err := t.Connector.(connectors.Attacher).Attach(t.Context(), id, d, strings.NewReader("hello"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.FindAttachment(t.Context(), id, d, since, nil)
		if err != nil || got.ID != a.ID {
			t.Errorf("found %+v, %v; want %s", got, err, a.ID)
		}
		_, err = f.FindAttachment(t.Context(), id, d, since, []string{a.ID})
		t.wantClass("when it belongs to another", err, "not-found")
	}},
	{"Attachments/GoWithTheCommentThatShowsThem", "InlineCommenter", func(t *T) {
		id := t.made(t.draft())
		d := t.comment("look here", core.Internal)
		files, showing := t.inline(d.Body, "one.png", "two.png")
		d.Body = showing
		c, made, err := t.Connector.(connectors.InlineCommenter).AddCommentWith(t.Context(), id, d, files)
		if err != nil || len(made) != 2 {
			t.Fatalf("%d files, %v", len(made), err)
		}
		o := t.get(id)
		got, ok := commentOf(o, c.ID)
		if !ok || !got.Own || got.Visibility.WiderThan(inside) {
			t.Errorf("shown as %+v (%v)", got, ok)
		}
		t.shows("the comment", got.Body, o, made)
		if f, err := t.Connector.(connectors.CommentFinder).FindComment(t.Context(), id, d.Mark); err != nil || f.ID != c.ID {
			t.Errorf("found by its mark: %+v, %v", f, err)
		}
	}},
	{"Attachments/GoWithTheNewItemThatShowsThem", "InlineCreator", func(t *T) {
		d := t.draft()
		name := t.text(d)
		files, showing := t.inline(d.Fields[name], "first.png")
		d.Fields[name] = showing
		o, made, err := t.Connector.(connectors.InlineCreator).CreateWith(t.Context(), d, files)
		if err != nil || len(made) != 1 || o.Ref.ID == "" {
			t.Fatalf("%d files, %v", len(made), err)
		}
		o = t.get(o.Ref.ID)
		t.shows("the item", o.Field(name), o, made)
	}},
	{"Attachments/CanBeDeleted", "AttachmentDeleter", func(t *T) {
		d := t.Connector.(connectors.AttachmentDeleter)
		id := t.made(t.draft())
		a := t.attached(id, "short-lived.bin", []byte("not for long"))
		t.tick()
		b := t.attached(id, "stays.bin", []byte("stays here"))
		t.tick()
		if err := d.DeleteAttachment(t.Context(), id, a.ID); err != nil {
			t.Fatal(err)
		}
		o := t.get(id)
		if _, ok := attachmentOf(o, a.ID); ok {
			t.Error("it is still there")
		}
		if _, ok := attachmentOf(o, b.ID); !ok {
			t.Error("the other file is gone too")
		}
		if r, err := t.Connector.(connectors.AttachmentOpener).OpenAttachment(t.Context(), id, a); err == nil {
			content, _ := io.ReadAll(r)
			r.Close()
			if bytes.Contains(content, []byte("not for long")) {
				t.Error("its content can still be read")
			}
		}
		t.wantClass("a second delete", d.DeleteAttachment(t.Context(), id, a.ID), "not-found")
	}},
	{"Attachments/OfAnUnknownIDAreNotFound", "AttachmentOpener", func(t *T) {
		id := t.made(t.draft())
		r, err := t.Connector.(connectors.AttachmentOpener).OpenAttachment(t.Context(), id, core.Attachment{ID: "999999999", Name: "x"})
		if err == nil {
			r.Close()
		}
		t.wantClass("an unknown file", err, "not-found")
	}},
}

func (t *T) attached(id, name string, content []byte) core.Attachment {
	t.Helper()
	d := core.AttachmentDraft{Name: name, MediaType: "application/octet-stream", Size: int64(len(content)), Visibility: inside, Mark: mark()}
	a, err := t.Connector.(connectors.Attacher).Attach(t.Context(), id, d, bytes.NewReader(content))
	if err != nil {
		t.Fatalf("attach: %v", err)
	}
	return a
}

func attachmentOf(o core.Observation, id string) (core.Attachment, bool) {
	for _, a := range o.Attachments {
		if a.ID == id {
			return a, true
		}
	}
	return core.Attachment{}, false
}

// text is a rich text of a new item.
func (t *T) text(d core.Draft) string {
	t.Helper()
	for name, v := range d.Fields {
		if v.Kind() == core.KindText {
			return name
		}
	}
	t.Fatal("the draft of the instance has no rich text")
	return ""
}

// inline are files, and the text with a picture for each.
func (t *T) inline(text core.Value, names ...string) (files []connectors.InlineFile, showing core.Value) {
	f := richtext.Format(text.Format())
	doc := richtext.Parse(f, text.Source())
	for _, name := range names {
		content, ref := []byte("the bytes of "+name), "cid:suite/"+name
		files = append(files, connectors.InlineFile{Ref: ref, File: core.AttachmentDraft{Name: name, MediaType: "image/png", Size: int64(len(content)), Visibility: inside},
			Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }})
		doc.Blocks = append(doc.Blocks, richtext.Node{Kind: richtext.Paragraph, Children: []richtext.Node{{Kind: richtext.Image, URL: ref, Text: name}}})
	}
	source, _ := richtext.Render(f, doc)
	return files, core.Text(text.Format(), source)
}

// shows holds that a text shows the files that were made, by a name that the item's list knows, and nothing of how they were sent.
func (t *T) shows(what string, text core.Value, o core.Observation, made []core.Attachment) {
	t.Helper()
	var got []string
	for _, r := range richtext.References(richtext.Format(text.Format()), text.Source()) {
		for _, a := range o.Attachments {
			if slices.Contains(a.Names, firstOf(r.ID, r.URL)) {
				got = append(got, a.ID)
			}
		}
	}
	var want []string
	for _, a := range made {
		want = append(want, a.ID)
		if listed, ok := attachmentOf(o, a.ID); !ok || !listed.Own || listed.Name != a.Name {
			t.Errorf("the file is listed as %+v (%v)", listed, ok)
		}
	}
	if !slices.Equal(got, want) || strings.Contains(text.Source(), "cid:suite") {
		t.Errorf("%s shows %v, want %v: %s", what, got, want, text.Source())
	}
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
