package freshservice_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/freshservice"
	"duplex/core"
	"duplex/internal/freshworks/freshtest"

	emulator "duplex/emulators/freshservice"
)

// draft is a new item of that type, with what it cannot do without.
func draft(typ string, scope map[string]string) core.Draft {
	d := core.Draft{Type: typ, Scope: scope, Mark: freshtest.Mark, Fields: map[string]core.Value{"subject": core.String("printer on fire"), "description": freshtest.HTML("It burns.")}}
	at := core.DateTime(time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC))
	switch typ {
	case "problem":
		d.Fields["due_by"] = at
	case "change":
		d.Fields["planned_start_date"], d.Fields["planned_end_date"] = at, core.DateTime(at.Time().Add(time.Hour))
	}
	return d
}

func made(t *testing.T, c *freshservice.Connector) core.Observation {
	t.Helper()
	return freshtest.Must[core.Observation](t)(c.Create(t.Context(), draft("ticket", nil)))
}

var everything = connectors.Want{Comments: true, Attachments: true}

func TestProblemsAndChanges(t *testing.T) {
	for typ, status := range map[string][2]string{"problem": {"Change Requested", "Closed"}, "change": {"Planning", "Approval"}} {
		t.Run(typ, func(t *testing.T) {
			a := newAccount(t, document(t))
			c := a.Connector(emulator.TokenSync, "mark_field", "sync_key", "object_notes", "internal")
			it := connectors.ItemType{Type: typ}
			o := freshtest.Must[core.Observation](t)(c.Create(t.Context(), draft(typ, nil)))
			if !strings.HasPrefix(o.Ref.ID, typ+"-") || o.Mark != freshtest.Mark || o.Ref.Type != typ {
				t.Fatalf("made as %+v with mark %q", o.Ref, o.Mark)
			}
			for n, name := range status {
				a.Pass(2 * time.Second)
				o = freshtest.Must[core.Observation](t)(c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{
					"status": core.Option("", name), "agent": core.Person("", "grace@acme.example", "")}}, o.Revision, connectors.Want{}))
				if got := o.Field("status"); got.Name() != name {
					t.Errorf("step %d: the status is %v, want %s", n, got, name)
				}
			}
			agent := o.Field("agent")
			if agent.Email() != "grace@acme.example" {
				t.Errorf("the agent is %v", agent)
			}
			note := freshtest.Must[core.Comment](t)(c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: freshtest.HTML("one"), Visibility: core.Visibility{Audience: core.Internal}, Mark: freshtest.Mark}))
			note = freshtest.Must[core.Comment](t)(c.EditComment(t.Context(), o.Ref.ID, note.ID, core.CommentDraft{Body: freshtest.HTML("two")}))
			if freshtest.Plain(note.Body) != "two" || note.Mark != freshtest.Mark || note.Visibility.Audience != core.Internal {
				t.Errorf("the edited note is %+v", note)
			}
			found := freshtest.Must[core.Comment](t)(c.FindComment(t.Context(), o.Ref.ID, freshtest.Mark))
			if err := c.DeleteComment(t.Context(), o.Ref.ID, found.ID); err != nil {
				t.Error(err)
			}
			refs, err := c.Find(t.Context(), it, freshtest.Mark)
			if err != nil || len(refs) != 1 || refs[0].ID != o.Ref.ID {
				t.Errorf("found by its mark: %v, %v", refs, err)
			}
			page, err := c.Changes(t.Context(), it, "", 10)
			if err != nil || len(page.Items) != 1 || page.Items[0].Ref.ID != o.Ref.ID || page.Items[0].Revision != o.Revision {
				t.Errorf("listed as %+v, %v; want %s at %s", page.Items, err, o.Ref.ID, o.Revision)
			}
			_, err = c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a", Size: 1, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("x"))
			freshtest.WantClass(t, "a file", err, "unsupported")
			if err := c.Delete(t.Context(), o.Ref.ID); err != nil {
				t.Error(err)
			}
			_, err = c.Get(t.Context(), o.Ref.ID, everything)
			freshtest.WantClass(t, "what was deleted", err, "not-found")

			careful := a.Connector(emulator.TokenSync)
			_, err = careful.Create(t.Context(), draft(typ, nil))
			if freshtest.WantClass(t, "a create without a field for the mark", err, "unsupported"); err != nil && !strings.Contains(err.Error(), "settings.mark_field") {
				t.Errorf("it does not say what to do: %v", err)
			}
		})
	}
}

func TestIdsOfTypesDiffer(t *testing.T) {
	c := newAccount(t, document(t)).Connector(emulator.TokenSync)
	for _, id := range []string{"problem-", "problem-x", "change-0", "-1", "+1", "release-1", "", "problem-problem-1"} {
		_, err := c.Get(t.Context(), id, connectors.Want{})
		freshtest.WantClass(t, id, err, "not-found")
	}
}

func TestWorkspaces(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync, "mark_field", "sync_key")
	hr := map[string]string{"workspace_id": fmt.Sprint(emulator.WorkspaceHR)}
	d := draft("ticket", hr)
	d.Fields["employee_level"] = core.Option("", "Senior")
	there := freshtest.Must[core.Observation](t)(c.Create(t.Context(), d))
	here := freshtest.Must[core.Observation](t)(c.Create(t.Context(), draft("ticket", nil)))
	if ws, level := there.Field("workspace_id"), there.Field("employee_level"); ws.Source() != "3" || level.Name() != "Senior" {
		t.Errorf("made in workspace %v with %v", ws, level)
	}
	listed := func(scope map[string]string) []string {
		t.Helper()
		page, err := c.Changes(t.Context(), connectors.ItemType{Type: "ticket", Scope: scope}, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, i := range page.Items {
			ids = append(ids, i.Ref.ID)
		}
		return ids
	}
	if got := listed(nil); !slices.Equal(got, []string{there.Ref.ID, here.Ref.ID}) {
		t.Errorf("without a scope %v are listed, want all workspaces", got)
	}
	if got := listed(hr); !slices.Equal(got, []string{there.Ref.ID}) {
		t.Errorf("in the scope of a workspace %v are listed", got)
	}
	refs, err := c.Find(t.Context(), connectors.ItemType{Type: "ticket", Scope: hr}, freshtest.Mark)
	if err != nil || len(refs) != 1 || refs[0].ID != there.Ref.ID {
		t.Errorf("the mark is found in the workspace: %v, %v", refs, err)
	}
	d = draft("ticket", map[string]string{"workspace_id": "two"})
	_, err = c.Create(t.Context(), d)
	freshtest.WantRefused(t, "a workspace by its name", err, "workspace_id", "number")
}

// TestTagsAreAskedFor: an answer without tags is never taken for one that has none.
func TestTagsAreAskedFor(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync, "mark_field", "sync_key")
	d := draft("ticket", nil)
	d.Fields["tags"] = core.Strings("smoke")
	o := freshtest.Must[core.Observation](t)(c.Create(t.Context(), d))
	if !core.Equal(o.Field("tags"), core.Strings("smoke")) {
		t.Errorf("made with tags %v", o.Field("tags"))
	}
	var asked []string
	a.Before = func(r *http.Request) *http.Response {
		if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/api/v2/tickets/") {
			asked = append(asked, r.URL.Query().Get("include"))
		}
		return nil
	}
	a.Pass(2 * time.Second)
	o = freshtest.Must[core.Observation](t)(c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"subject": core.String("new")}}, "", connectors.Want{Fields: []string{"subject"}}))
	if !o.Field("tags").IsAbsent() || !slices.Equal(asked, []string{""}) {
		t.Errorf("a write that has nothing to do with tags asked for %q and shows %v", asked, o.Field("tags"))
	}
	a.Pass(2 * time.Second)
	o = freshtest.Must[core.Observation](t)(c.Update(t.Context(), o.Ref.ID, core.Patch{Sets: map[string]core.SetChange{"tags": {Add: core.Strings("water"), Remove: core.Set()}}}, "", connectors.Want{}))
	got := freshtest.Must[core.Observation](t)(c.Get(t.Context(), o.Ref.ID, connectors.Want{Fields: []string{"tags"}}))
	if want := core.Strings("smoke", "water"); !core.Equal(o.Field("tags"), want) || !core.Equal(got.Field("tags"), want) {
		t.Errorf("the tags are %v, and read again %v", o.Field("tags"), got.Field("tags"))
	}
}

func TestMarksByTagAreFound(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	o := made(t, c)
	for _, after := range []time.Duration{0, 30 * time.Minute, 12 * time.Hour, 60 * 24 * time.Hour} {
		a.Pass(after)
		refs, err := c.Find(t.Context(), connectors.ItemType{Type: "ticket"}, freshtest.Mark)
		if err != nil || len(refs) != 1 || refs[0].ID != o.Ref.ID {
			t.Errorf("after %s: %v, %v", after, refs, err)
		}
	}
	if got := freshtest.Must[core.Observation](t)(c.Get(t.Context(), o.Ref.ID, connectors.Want{Fields: []string{"subject"}})); got.Mark != freshtest.Mark || !got.OwnItem {
		t.Errorf("a read shows mark %q", got.Mark)
	}
}

func TestAnAccountThatIsNotThereHasNoDeletions(t *testing.T) {
	for _, typ := range []string{"ticket", "problem", "change"} {
		t.Run(typ, func(t *testing.T) {
			a := newAccount(t, document(t))
			c := a.Connector(emulator.TokenSync, "mark_field", "sync_key")
			id := freshtest.Must[core.Observation](t)(c.Create(t.Context(), draft(typ, nil))).Ref.ID
			freshtest.WantNoDeletions(t, a, c, connectors.ItemType{Type: typ}, id)
		})
	}
}

// TestOldItemsAreListed: without a time the vendor lists what was created in the last 30 days alone.
func TestOldItemsAreListed(t *testing.T) {
	for _, typ := range []string{"ticket", "problem", "change"} {
		t.Run(typ, func(t *testing.T) {
			a := newAccount(t, document(t))
			c := a.Connector(emulator.TokenSync, "mark_field", "sync_key")
			id := freshtest.Must[core.Observation](t)(c.Create(t.Context(), draft(typ, nil))).Ref.ID
			a.Pass(400 * 24 * time.Hour)
			page, err := c.Changes(t.Context(), connectors.ItemType{Type: typ}, "", 10)
			if err != nil || len(page.Items) != 1 || page.Items[0].Ref.ID != id {
				t.Errorf("listed as %+v, %v", page.Items, err)
			}
		})
	}
}

func TestServiceRequestsAreReadAndKept(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync, "mark_field", "sync_key")
	var out struct{ ID json.Number }
	if err := json.Unmarshal([]byte(a.Control("service_request", `{"subject":"A mouse","email":"carla@globex.example"}`)), &out); err != nil {
		t.Fatal(err)
	}
	o := freshtest.Must[core.Observation](t)(c.Get(t.Context(), out.ID.String(), everything))
	if typ := o.Field("type"); typ.Name() != "Service Request" || o.OwnItem {
		t.Errorf("read as %v, own %v", typ, o.OwnItem)
	}
	_, err := c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"type": core.Option("", "Incident")}}, "", connectors.Want{})
	freshtest.WantRefused(t, "another type", err, "type", "cannot be written")
}

func TestRepliesAreNotSentByAccident(t *testing.T) {
	a := newAccount(t, document(t))
	notes, replies := a.Connector(emulator.TokenSync), a.Connector(emulator.TokenSync, "public_comments", "reply")
	d := draft("ticket", nil)
	d.Fields["requester"] = core.Person("", "carla@globex.example", "")
	id := freshtest.Must[core.Observation](t)(notes.Create(t.Context(), d)).Ref.ID
	before := len(a.Emulator.Mails())
	for _, tt := range []struct {
		reason   string
		c        *freshservice.Connector
		audience core.Audience
		mails    int
	}{
		{"an internal comment is a private note", notes, core.Internal, 0},
		{"a public comment is a public note", notes, core.Public, 0},
		{"an internal comment stays one where replies are allowed", replies, core.Internal, 0},
		{"a public comment is a reply only where the settings say so", replies, core.Public, 1},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			got := freshtest.Must[core.Comment](t)(tt.c.AddComment(t.Context(), id, core.CommentDraft{Body: freshtest.HTML(tt.reason), Visibility: core.Visibility{Audience: tt.audience}, Mark: freshtest.Mark}))
			if n := len(a.Emulator.Mails()) - before; n != tt.mails || got.Visibility.Audience != tt.audience {
				t.Errorf("%d mails went out, want %d; shown to %v", n, tt.mails, got.Visibility)
			}
			before = len(a.Emulator.Mails())
		})
	}
}

// TestALongRunMissesNothing: rows are taken away and changed while a list in the order of creation is read.
func TestALongRunMissesNothing(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync, "mark_field", "sync_key")
	want := map[string]bool{}
	var ids []string
	for range 24 {
		id := made(t, c).Ref.ID
		want[id], ids = true, append(ids, id)
		a.Pass(time.Minute)
	}
	cursor := connectors.Cursor("")
	for n, more := 0, true; more; n++ {
		page, err := c.Changes(t.Context(), connectors.ItemType{Type: "ticket"}, cursor, 5)
		if err != nil || n > 100 {
			t.Fatalf("call %d: %v", n, err)
		}
		for _, i := range page.Items {
			delete(want, i.Ref.ID)
		}
		switch n {
		case 1: // the rows behind them move up by five
			for _, id := range ids[:5] {
				if err := c.Delete(t.Context(), id); err != nil {
					t.Fatal(err)
				}
			}
		case 2: // one that was listed changes, and stands where it stood
			freshtest.Must[core.Observation](t)(c.Update(t.Context(), ids[6], core.Patch{Fields: map[string]core.Value{"subject": core.String("late")}}, "", connectors.Want{}))
			want[ids[6]] = true
		}
		cursor, more = page.Next, page.More
	}
	if len(want) > 0 {
		t.Errorf("missing %v", want)
	}
}

// TestAPageThatIsRefusedIsTold: how many pages the vendor shows is not documented, and what is behind the last must not be lost in silence.
func TestAPageThatIsRefusedIsTold(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync, "mark_field", "sync_key")
	for range 14 {
		made(t, c)
	}
	a.Before = func(r *http.Request) *http.Response {
		if page := r.URL.Query().Get("page"); page != "" && page != "1" {
			return freshtest.Answering(r, 400, "application/json", `{"description":"Validation failed","errors":[{"field":"page","message":"too far","code":"invalid_value"}]}`)
		}
		return nil
	}
	cursor, seen := connectors.Cursor(""), 0
	for range 20 {
		page, err := c.Changes(t.Context(), connectors.ItemType{Type: "ticket"}, cursor, 3)
		if err == nil {
			cursor, seen = page.Next, seen+len(page.Items)
			continue
		}
		if freshtest.WantClass(t, "a page that is refused", err, "invalid"); !strings.Contains(err.Error(), "longer than Freshservice shows") || page.Next != cursor || seen >= 14 {
			t.Errorf("after %d tickets the cursor moves from %q to %q: %v", seen, cursor, page.Next, err)
		}
		return
	}
	t.Error("a page that was refused was passed over")
}

func TestFilesAreReadByAFreshAddress(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	id := made(t, c).Ref.ID
	f := freshtest.Must[core.Attachment](t)(c.Attach(t.Context(), id, core.AttachmentDraft{Name: "a.txt", Size: 5, Visibility: core.Visibility{Audience: core.Internal}, Mark: freshtest.Mark}, bytes.NewReader([]byte("hello"))))
	a.Pass(time.Hour)
	r := freshtest.Must[io.ReadCloser](t)(c.OpenAttachment(t.Context(), id, f))
	defer r.Close()
	if content, err := io.ReadAll(r); err != nil || string(content) != "hello" {
		t.Errorf("%q came, %v", content, err)
	}
}

func TestSystemFilesThatCannotWork(t *testing.T) {
	for _, tt := range []struct {
		reason, word string
		change       func(*core.System)
	}{
		{"no key", "auth.key", func(s *core.System) { delete(s.Auth, "key") }},
		{"nobody knows whose key it is", "auth.email", func(s *core.System) { delete(s.Auth, "email") }},
		{"no address", "base_url", func(s *core.System) { s.BaseURL = "acme" }},
		{"a lag that is no duration", "settings.index_lag", func(s *core.System) { s.Settings["index_lag"] = "soon" }},
		{"OAuth without its token address", "auth.token_url", func(s *core.System) {
			s.Auth = map[string]string{"method": "oauth", "email": "e", "client_id": "a", "client_secret": "b", "refresh_token": "c"}
		}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			sys := core.System{Name: "desk", BaseURL: "https://acme.freshservice.com", Auth: map[string]string{"key": "k", "email": "e"}, Settings: map[string]string{}}
			tt.change(&sys)
			if _, err := freshservice.New(connectors.Config{System: sys}); err == nil || !strings.Contains(err.Error(), tt.word) {
				t.Errorf("came out as %v, want %s in it", err, tt.word)
			}
		})
	}
}
