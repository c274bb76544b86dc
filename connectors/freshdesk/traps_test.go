package freshdesk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/freshdesk"
	"duplex/core"
	"duplex/internal/freshworks/freshtest"

	emulator "duplex/emulators/freshdesk"
)

func made(t *testing.T, c *freshdesk.Connector, fields map[string]core.Value) core.Observation {
	t.Helper()
	all := map[string]core.Value{"subject": core.String("printer on fire"), "description": freshtest.HTML("It burns.")}
	for k, v := range fields {
		all[k] = v
	}
	return freshtest.Must[core.Observation](t)(c.Create(t.Context(), core.Draft{Type: "ticket", Fields: all, Mark: freshtest.Mark}))
}

func TestRepliesAreNotSentByAccident(t *testing.T) {
	a := newAccount(t, document(t))
	notes, replies := a.Connector(emulator.TokenSync), a.Connector(emulator.TokenSync, "public_comments", "reply")
	id := made(t, notes, map[string]core.Value{"requester": core.Person("", "carla@globex.example", "")}).Ref.ID
	before := len(a.Emulator.Mails())
	for _, tt := range []struct {
		reason   string
		c        *freshdesk.Connector
		audience core.Audience
		mails    int
	}{
		{"an internal comment is a private note", notes, core.Internal, 0},
		{"a public comment is a public note", notes, core.Public, 0},
		{"an internal comment stays one where replies are allowed", replies, core.Internal, 0},
		{"a public comment is a reply only where the settings say so", replies, core.Public, 1},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			draft := core.CommentDraft{Body: freshtest.HTML(tt.reason), Visibility: core.Visibility{Audience: tt.audience}, Mark: freshtest.Mark}
			got := freshtest.Must[core.Comment](t)(tt.c.AddComment(t.Context(), id, draft))
			if got.Visibility.Audience != tt.audience || got.Mark != freshtest.Mark || !got.Own {
				t.Errorf("written as %+v", got)
			}
			if n := len(a.Emulator.Mails()) - before; n != tt.mails {
				t.Errorf("%d mails went out, want %d", n, tt.mails)
			}
			before = len(a.Emulator.Mails())
		})
	}
	o := freshtest.Must[core.Observation](t)(notes.Get(t.Context(), id, connectors.Want{Comments: true}))
	reply := o.Comments[len(o.Comments)-1]
	_, err := notes.EditComment(t.Context(), id, reply.ID, core.CommentDraft{Body: freshtest.HTML("other")})
	freshtest.WantClass(t, "editing a reply", err, "unsupported")
	_, err = notes.AddComment(t.Context(), id, core.CommentDraft{Body: freshtest.HTML("x"), Visibility: core.Visibility{Audience: core.Restricted, Group: "g"}})
	freshtest.WantClass(t, "a comment for a group", err, "unsupported")
}

func TestRequesters(t *testing.T) {
	a := newAccount(t, document(t))
	known, creating := a.Connector(emulator.TokenSync), a.Connector(emulator.TokenSync, "requesters", "create", "requester", "ivan@initech.example")
	who := func(email string) core.Draft {
		d := core.Draft{Type: "ticket", Mark: freshtest.Mark, Fields: map[string]core.Value{"subject": core.String("x"), "description": freshtest.HTML("y")}}
		if email != "" {
			d.Fields["requester"] = core.Person("", email, "New Person")
		}
		return d
	}
	_, err := known.Create(t.Context(), who("new@globex.example"))
	freshtest.WantRefused(t, "an unknown requester", err, "requester", "settings.requesters")
	for _, tt := range []struct {
		reason, email, want string
		c                   *freshdesk.Connector
	}{
		{"a contact is found", "carla@globex.example", "carla@globex.example", known},
		{"an agent can be a requester", "grace@acme.example", "grace@acme.example", known},
		{"nobody named is the own account", "", "sync@acme.example", known},
		{"nobody named is who the settings name", "", "ivan@initech.example", creating},
		{"somebody unknown is made a contact where that is allowed", "new@globex.example", "new@globex.example", creating},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			o := freshtest.Must[core.Observation](t)(tt.c.Create(t.Context(), who(tt.email)))
			requester := o.Field("requester")
			if got := requester.Email(); got != tt.want {
				t.Errorf("the requester is %s, want %s", got, tt.want)
			}
		})
	}
}

func TestMarksAreFoundAtOnceAndLater(t *testing.T) {
	for reason, settings := range map[string][]string{"by a tag": nil, "by a custom field": {"mark_field", "cf_sync_key"}} {
		t.Run(reason, func(t *testing.T) {
			a := newAccount(t, document(t))
			c := a.Connector(emulator.TokenSync, settings...)
			a.Control("index_lag", `{"lag":"10m"}`)
			o := made(t, c, map[string]core.Value{"tags": core.Strings("smoke")})
			if o.Mark != freshtest.Mark || !core.Equal(o.Field("tags"), core.Strings("smoke")) {
				t.Fatalf("made as mark %q, tags %v", o.Mark, o.Field("tags"))
			}
			for _, after := range []time.Duration{0, 12 * time.Hour, 60 * 24 * time.Hour} {
				a.Pass(after)
				refs, err := c.Find(t.Context(), ticketType, freshtest.Mark)
				if err != nil || len(refs) != 1 || refs[0].ID != o.Ref.ID {
					t.Errorf("after %s: %v, %v", after, refs, err)
				}
			}
			ada := a.Connector(emulator.TokenAda, settings...)
			got := freshtest.Must[core.Observation](t)(ada.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"tags": core.Strings("water")}}, "", connectors.Want{}))
			if got.Mark != freshtest.Mark || !core.Equal(got.Field("tags"), core.Strings("water")) {
				t.Errorf("after other tags were written: mark %q, tags %v", got.Mark, got.Field("tags"))
			}
		})
	}
	a := newAccount(t, document(t))
	_, err := a.Connector(emulator.TokenSync, "mark_field", "cf_nothing").Create(t.Context(), core.Draft{Type: "ticket", Mark: freshtest.Mark,
		Fields: map[string]core.Value{"subject": core.String("x")}})
	freshtest.WantRefused(t, "a mark field that is not there", err, "", "settings.mark_field")
}

// TestAnEditWithinTheSameSecondIsSeen: times have whole seconds, so the fields are compared as well.
func TestAnEditWithinTheSameSecondIsSeen(t *testing.T) {
	a := newAccount(t, document(t))
	c, ada := a.Connector(emulator.TokenSync), a.Connector(emulator.TokenAda)
	o := made(t, c, nil)
	freshtest.Must[core.Observation](t)(ada.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"subject": core.String("by ada")}}, "", connectors.Want{}))
	patch := core.Patch{Fields: map[string]core.Value{"subject": core.String("by the sync")}}
	_, err := c.Update(t.Context(), o.Ref.ID, patch, o.Revision, connectors.Want{Known: &o})
	freshtest.WantClass(t, "an update over an edit of the same second", err, "stale")
	other := core.Patch{Fields: map[string]core.Value{"priority": core.Option("", "Urgent")}}
	if _, err := c.Update(t.Context(), o.Ref.ID, other, o.Revision, connectors.Want{Known: &o}); err != nil {
		t.Errorf("an update of another field: %v", err)
	}
}

func TestTicketsThatCannotBeChanged(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	patch := core.Patch{Fields: map[string]core.Value{"subject": core.String("other")}}
	for _, tt := range []struct{ reason, control, word string }{
		{"an archived ticket is shown, and not gone", "archive", "archived"},
		{"so is one marked as spam", "spam", "spam"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			o := made(t, c, nil)
			freshtest.Must[core.Comment](t)(c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: freshtest.HTML("stays"), Visibility: core.Visibility{Audience: core.Internal}, Mark: freshtest.Mark}))
			freshtest.Must[core.Observation](t)(c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"status": core.Option("", "Closed")}}, "", connectors.Want{}))
			a.Control(tt.control+"/"+o.Ref.ID, `{"on":true}`)
			got, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{Comments: true, Attachments: true})
			if err != nil || len(got.Comments) != 1 || got.Mark != freshtest.Mark {
				t.Errorf("read as %d comments, mark %q, %v", len(got.Comments), got.Mark, err)
			}
			_, err = c.Update(t.Context(), o.Ref.ID, patch, "", connectors.Want{})
			freshtest.WantRefused(t, "an update", err, "subject", tt.word)
		})
	}
}

// TestACommentInTheNameOfSomebodyWhoMayNot: it is written as the own account then, with a header that names the author.
func TestACommentInTheNameOfSomebodyWhoMayNot(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	id := made(t, c, nil).Ref.ID
	draft := core.CommentDraft{Body: freshtest.HTML("x"), Bare: freshtest.HTML("x"), Author: core.Person("999", "", ""),
		Visibility: core.Visibility{Audience: core.Internal}, Mark: freshtest.Mark}
	_, err := c.AddComment(t.Context(), id, draft)
	freshtest.WantClass(t, "the comment", err, "unsupported")
	if o := freshtest.Must[core.Observation](t)(c.Get(t.Context(), id, connectors.Want{Comments: true})); len(o.Comments) != 0 {
		t.Errorf("what was written is %+v", o.Comments)
	}
}

// TestAnArchivedTicketIsNotGone: a call for one is answered with 404, and who took that for a deletion would delete the other side's item.
func TestAnArchivedTicketIsNotGone(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	id := made(t, c, nil).Ref.ID
	inside := core.Visibility{Audience: core.Internal}
	note := freshtest.Must[core.Comment](t)(c.AddComment(t.Context(), id, core.CommentDraft{Body: freshtest.HTML("stays"), Visibility: inside, Mark: freshtest.Mark}))
	file := core.AttachmentDraft{Name: "a.txt", Size: 5, Visibility: inside, Mark: freshtest.Mark}
	kept := freshtest.Must[core.Attachment](t)(c.Attach(t.Context(), id, file, strings.NewReader("hello")))
	a.Control("archive/"+id, "")
	if found := freshtest.Must[core.Comment](t)(c.FindComment(t.Context(), id, freshtest.Mark)); found.ID != note.ID {
		t.Errorf("the mark finds comment %s, want %s", found.ID, note.ID)
	}
	a.Before = func(r *http.Request) *http.Response {
		if r.Method == http.MethodDelete {
			return freshtest.Answering(r, http.StatusNotFound, "text/plain", "")
		}
		return nil
	}
	for _, tt := range []struct {
		reason string
		write  func() error
	}{
		{"a comment", func() error {
			_, err := c.AddComment(t.Context(), id, core.CommentDraft{Body: freshtest.HTML("late"), Visibility: inside, Mark: freshtest.Mark})
			return err
		}},
		{"an edit of a comment", func() error {
			_, err := c.EditComment(t.Context(), id, note.ID, core.CommentDraft{Body: freshtest.HTML("other")})
			return err
		}},
		{"a deletion of a comment", func() error { return c.DeleteComment(t.Context(), id, note.ID) }},
		{"a file", func() error {
			_, err := c.Attach(t.Context(), id, file, strings.NewReader("hello"))
			return err
		}},
		{"a deletion of a file", func() error { return c.DeleteAttachment(t.Context(), id, kept.ID) }},
		{"a deletion", func() error { return c.Delete(t.Context(), id) }},
	} {
		t.Run(tt.reason, func(t *testing.T) { freshtest.WantRefused(t, tt.reason, tt.write(), "", "archived") })
	}
}

func TestAnAccountThatIsNotThereHasNoDeletions(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	freshtest.WantNoDeletions(t, a, c, ticketType, made(t, c, nil).Ref.ID)
}

// TestATicketThatIsDeletedJustBeforeTheWriteIsGone: the vendor answers 405 for what is in the trash.
func TestATicketThatIsDeletedJustBeforeTheWriteIsGone(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	id := made(t, c, nil).Ref.ID
	a.Before = func(r *http.Request) *http.Response {
		if r.Method == http.MethodPut {
			a.Before = nil
			if err := a.Connector(emulator.TokenAda).Delete(t.Context(), id); err != nil {
				t.Error(err)
			}
		}
		return nil
	}
	_, err := c.Update(t.Context(), id, core.Patch{Fields: map[string]core.Value{"subject": core.String("late")}}, "", connectors.Want{})
	freshtest.WantClass(t, "the update", err, "not-found")
}

// TestOldTicketsAreListed: without a time the vendor lists what was created in the last 30 days alone.
func TestOldTicketsAreListed(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	id := made(t, c, nil).Ref.ID
	a.Pass(400 * 24 * time.Hour)
	page, err := c.Changes(t.Context(), ticketType, "", 10)
	if err != nil || len(page.Items) != 1 || page.Items[0].Ref.ID != id {
		t.Errorf("listed as %+v, %v", page.Items, err)
	}
}

func TestWhatTheFormAsksForToClose(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	o := made(t, c, nil)
	a.Control("required", `{"closure":["cf_resolution"]}`)
	closing := map[string]core.Value{"status": core.Option("", "Resolved")}
	_, err := c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: closing}, "", connectors.Want{})
	freshtest.WantRefused(t, "closing without a field that the form asks for", err, "status", "cf_resolution")
	closing["cf_resolution"] = core.String("water")
	got := freshtest.Must[core.Observation](t)(c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: closing}, "", connectors.Want{}))
	if status := got.Field("status"); status.Name() != "Resolved" {
		t.Errorf("the status is %v", status)
	}
}

func TestFieldsOfLevels(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	o := made(t, c, nil)
	level := func(name string) core.Value { return core.Option(name, name) }
	all := map[string]core.Value{"cf_area": level("Hardware"), "cf_area_part": level("Computer"), "cf_area_detail": level("Battery")}
	got := freshtest.Must[core.Observation](t)(c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: all}, "", connectors.Want{}))
	for name, v := range all {
		if !core.Equal(got.Field(name), v) {
			t.Errorf("%s is %v, want %v", name, got.Field(name), v)
		}
	}
	_, err := c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"cf_area": level("Software")}}, "", connectors.Want{})
	freshtest.WantClass(t, "a level that the others do not belong to", err, "invalid")
	_, err = c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"cf_area_part": level("Motorbike")}}, "", connectors.Want{})
	freshtest.WantRefused(t, "a part that is none", err, "cf_area_part", "Computer")
}
