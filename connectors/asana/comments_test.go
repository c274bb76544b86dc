package asana_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	emulator "duplex/emulators/asana"
	"duplex/emulators/harness"
)

func (s *site) comment(t *testing.T, id, text, mark string) core.Comment {
	t.Helper()
	c, err := s.conn.AddComment(t.Context(), id, core.CommentDraft{Body: body(text), Visibility: core.Visibility{Audience: core.Internal}, Mark: mark})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCommentMarks: a comment is found by its mark, shows nothing of it, and where a mark was lost nothing is claimed.
func TestCommentMarks(t *testing.T) {
	s := newSite(t, oauth)
	id := s.task(t, nil).Ref.ID
	c := s.comment(t, id, "said once", "dx-one")
	got := s.get(t, id).Comments
	if len(got) != 1 || got[0].Mark != "dx-one" || richtext.PlainText(richtext.Asana, got[0].Body.Source()) != "said once" || strings.Contains(got[0].Body.Source(), "dx-one") {
		t.Errorf("shown as %+v", got)
	}
	if f, err := s.conn.FindComment(t.Context(), id, "dx-one"); err != nil || f.ID != c.ID {
		t.Errorf("found %v, %v", f.ID, err)
	}
	if _, err := s.conn.FindComment(t.Context(), id, "dx-two"); !errors.Is(err, connectors.ErrNotFound) {
		t.Errorf("a mark nobody wrote: %v", err)
	}
	edited, err := s.conn.EditComment(t.Context(), id, c.ID, core.CommentDraft{Body: body("said again")})
	if err != nil || edited.Mark != "dx-one" {
		t.Errorf("an edit without a mark took it away: %+v, %v", edited, err)
	}
	if note := s.comment(t, id, "without a mark", ""); note.Mark != "" {
		t.Errorf("mark %q", note.Mark)
	}
	if _, err := s.conn.FindComment(t.Context(), id, "dx-two"); !errors.Is(err, connectors.ErrNotFound) {
		t.Errorf("own comments that never had a mark hide none: %v", err)
	}
	s.as(t, emulator.TokenSync, "PUT", "/stories/"+c.ID, map[string]string{"html_text": "<body>the mark is gone</body>"})
	if _, err := s.conn.FindComment(t.Context(), id, "dx-two"); !errors.Is(err, connectors.ErrUnsupported) {
		t.Errorf("an own comment without a mark may be the one: %v", err)
	}
	person := s.as(t, emulator.TokenAda, "POST", "/tasks/"+id+"/stories", map[string]string{"html_text": body("by Ada").Source()})["gid"].(string)
	d := core.CommentDraft{Body: body("changed"), Visibility: core.Visibility{Audience: core.Internal}}
	if _, err := s.conn.EditComment(t.Context(), id, person, d); !errors.Is(err, connectors.ErrUnsupported) {
		t.Errorf("another's comment: %v", err)
	}
	if err := s.conn.DeleteComment(t.Context(), id, person); !errors.Is(err, connectors.ErrUnsupported) {
		t.Errorf("another's comment: %v", err)
	}
	other := s.task(t, nil).Ref.ID
	if err := s.conn.DeleteComment(t.Context(), other, c.ID); !errors.Is(err, connectors.ErrNotFound) {
		t.Errorf("a comment of another task: %v", err)
	}
}

// TestQuietComments: a comment that is edited or deleted moves no revision of its task; the feed tells of it all the same, without one, so
// that the task is read again.
func TestQuietComments(t *testing.T) {
	for _, tc := range []struct{ reason, method string }{{"an edit", "PUT"}, {"a deletion", "DELETE"}} {
		s := newSite(t, oauth)
		id := s.task(t, nil).Ref.ID
		gid := s.as(t, emulator.TokenAda, "POST", "/tasks/"+id+"/stories", map[string]string{"html_text": body("by Ada").Source()})["gid"].(string)
		before := s.get(t, id)
		cursor := s.drain(t, "", nil)
		s.pass(10 * time.Minute)
		s.as(t, emulator.TokenAda, tc.method, "/stories/"+gid, map[string]string{"html_text": body("otherwise").Source()})
		seen := map[string]connectors.Change{}
		s.drain(t, cursor, seen)
		if c, ok := seen[id]; !ok || c.Revision == before.Revision {
			t.Errorf("%s: listed %v at %q, before %q", tc.reason, ok, c.Revision, before.Revision)
		}
	}
}

// TestStrictText: what Asana's XML does not know is made into what it does, in comments without headings.
func TestStrictText(t *testing.T) {
	s := newSite(t, oauth)
	rich := core.Text("asana", "<body><h1>Title</h1>a\n<hr/><ul><li>one</li></ul><a href=\"https://x.example/?a=1&amp;b=2\">link</a> &amp; <u>more</u></body>")
	o := s.task(t, map[string]core.Value{"notes": rich})
	if got := s.field(t, o.Ref.ID, "notes").Source(); !strings.Contains(got, "<h1>Title</h1>") || !richtext.Equal(richtext.Asana, got, rich.Source()) {
		t.Errorf("notes %s", got)
	}
	c, err := s.conn.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: rich, Visibility: core.Visibility{Audience: core.Public}, Mark: "dx-a&b"})
	if err != nil || strings.Contains(c.Body.Source(), "<h1>") || !strings.Contains(c.Body.Source(), "Title") || c.Mark != "dx-a&b" || c.Visibility.Audience != core.Internal {
		t.Errorf("comment %+v, %v", c, err)
	}
	broken := core.Text("asana", "<p>no body, <b>not closed & <script>x</script>")
	if _, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"notes": broken}}, "", connectors.Want{Type: bugs}); err != nil {
		t.Errorf("a text that is no XML is put right before it is sent: %v", err)
	}
	if o := s.update(t, o.Ref.ID, map[string]core.Value{"notes": core.Empty(core.KindText)}); !richtext.IsEmpty(richtext.Asana, o.Field("notes").Source()) {
		t.Errorf("emptied notes read %q", o.Field("notes").Source())
	}
}

// TestMentions: whom a text names is told with the e-mail address.
func TestMentions(t *testing.T) {
	s := newSite(t, oauth)
	id := s.task(t, nil).Ref.ID
	text := `<body>ask <a data-asana-gid="` + emulator.UserGrace + `"/></body>`
	s.as(t, emulator.TokenAda, "POST", "/tasks/"+id+"/stories", map[string]string{"html_text": text})
	s.as(t, emulator.TokenAda, "PUT", "/tasks/"+id, map[string]string{"html_notes": text})
	o := s.get(t, id)
	if len(o.People) != 1 || o.People[0].Email() != "grace@acme.example" {
		t.Errorf("people %v", o.People)
	}
	c, err := s.conn.AddComment(t.Context(), id, core.CommentDraft{Body: core.Text("asana", text), Visibility: core.Visibility{Audience: core.Internal}, Mark: "dx"})
	if err != nil || len(richtext.References(richtext.Asana, c.Body.Source())) != 1 {
		t.Errorf("a mention was written as %q, %v", c.Body.Source(), err)
	}
}

// TestHistory: system stories tell when fields were changed last, and by whom.
func TestHistory(t *testing.T) {
	s := newSite(t, oauth)
	id := s.task(t, nil).Ref.ID
	s.pass(10 * time.Minute)
	s.as(t, emulator.TokenAda, "PUT", "/tasks/"+id, map[string]any{"name": "by Ada", "custom_fields": map[string]string{emulator.FieldPriority: emulator.OptionHigh}})
	first := s.get(t, id)
	s.pass(10 * time.Minute)
	s.update(t, id, map[string]core.Value{"section": core.Option("", "Done"), "completed": core.Bool(true), "Priority": core.Option("", "Low")})
	changed, ours, err := s.conn.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"section", "completed", "Priority"} {
		if !slices.Contains(ours, name) || !changed[name].After(first.UpdatedAt) {
			t.Errorf("%s: changed %v, ours %v", name, changed[name], ours)
		}
	}
	if slices.Contains(ours, "name") || !changed["name"].Equal(first.UpdatedAt) || !changed["notes"].IsZero() {
		t.Errorf("name changed %v, ours %v; notes %v", changed["name"], ours, changed["notes"])
	}
	if o := s.get(t, id); !o.Changed["name"].Equal(changed["name"]) || !slices.Equal(o.Ours, ours) {
		t.Errorf("a read says %v %v", o.Changed, o.Ours)
	}
}

// TestFiles: too large is told before anything is sent, and another host's file is no file here.
func TestFiles(t *testing.T) {
	s := newSite(t, oauth)
	id := s.task(t, nil).Ref.ID
	d := core.AttachmentDraft{Name: "big.bin", Size: 100<<20 + 1, Visibility: core.Visibility{Audience: core.Internal}}
	if _, err := s.conn.Attach(t.Context(), id, d, strings.NewReader("")); !errors.Is(err, connectors.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	d = core.AttachmentDraft{Name: "short.txt", Size: 10, Visibility: core.Visibility{Audience: core.Internal}}
	if _, err := s.conn.Attach(t.Context(), id, d, strings.NewReader("half")); connectors.Class(err) != "busy" {
		t.Errorf("a content that breaks off: %v", err)
	}
	d.Visibility = core.Visibility{Audience: core.Restricted, Group: "some"}
	if _, err := s.conn.Attach(t.Context(), id, d, strings.NewReader("x")); !errors.Is(err, connectors.ErrUnsupported) {
		t.Errorf("a file for some: %v", err)
	}
	if got := s.get(t, id).Attachments; len(got) != 0 {
		t.Errorf("half files: %+v", got)
	}
}

// TestTheAddressOfAFileIsInNoError: whoever has it reads the file.
func TestTheAddressOfAFileIsInNoError(t *testing.T) {
	s := newSite(t, oauth)
	id := s.task(t, nil).Ref.ID
	s.attach(t, id, "salaries.txt", []byte("much"))
	s.fault(t, harness.Fault{Kind: harness.KindStatus, Status: http.StatusInternalServerError, Path: "^/asset/"})
	_, err := s.conn.OpenAttachment(t.Context(), id, s.get(t, id).Attachments[0])
	if connectors.Class(err) != "busy" || strings.Contains(err.Error(), "/asset/") {
		t.Errorf("%v", err)
	}
}
