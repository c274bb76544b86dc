package jira_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/emulators/harness"
)

// TestASearchLosesNothingThatMovesUp: pages on Data Center are numbers, and an issue that leaves the list while it is read moves up all behind it.
func TestASearchLosesNothingThatMovesUp(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	ids := map[string]bool{}
	var first string
	for range 5 {
		id := s.make(t, "ENG", map[string]core.Value{"summary": core.String("needle")}).Ref.ID
		ids[id] = true
		if first == "" {
			first = id
		}
		s.pass(time.Minute)
	}
	for cursor, pages := connectors.Cursor(""), 0; ; pages++ {
		page, err := s.conn.Search(t.Context(), bug(), "summary ~ needle", cursor)
		if err != nil || pages > 20 {
			t.Fatalf("page %d: %v", pages, err)
		}
		for _, c := range page.Items {
			delete(ids, c.Ref.ID)
		}
		if pages == 0 {
			s.person(t, "DELETE", s.api+"/issue/"+first, nil)
			s.pass(time.Minute)
		}
		if cursor = page.Next; !page.More {
			break
		}
	}
	if len(ids) > 0 {
		t.Errorf("not listed: %v", ids)
	}
}

// TestFilesAreReadByTheAddressOfTheSystem: Data Center names its files by the address that people use, which duplex may not reach.
func TestFilesAreReadByTheAddressOfTheSystem(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	o := s.make(t, "ENG", nil)
	f, err := s.conn.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a file.txt", MediaType: "text/plain", Size: 5,
		Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	s.emu.SetBaseURL("http://jira.acme.invalid/jira")
	content, err := s.conn.OpenAttachment(t.Context(), o.Ref.ID, f)
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	if text, err := io.ReadAll(content); err != nil || string(text) != "hello" {
		t.Errorf("the file holds %q, %v", text, err)
	}
}

// TestACommentIsLookedForUntilItIsFound: each look at a mark is a call on Data Center.
func TestACommentIsLookedForUntilItIsFound(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	o := s.make(t, "ENG", nil)
	mark := func(n int) string { return "dx-" + strings.Repeat("b", 25) + string(rune('a'+n)) }
	for n := range 8 {
		if _, err := s.conn.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: s.text("x"), Mark: mark(n), Visibility: core.Visibility{Audience: core.Internal}}); err != nil {
			t.Fatal(err)
		}
		s.pass(time.Second)
	}
	n, ops := s.count(t, func() {
		if m, err := s.conn.FindComment(t.Context(), o.Ref.ID, mark(7)); err != nil || m.Mark != mark(7) {
			t.Errorf("found %+v, %v", m, err)
		}
	})
	if n > 3 {
		t.Errorf("%d calls for the newest of eight: %v", n, ops)
	}
}

func TestASprintThatWasJustMadeIsTaken(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	o := s.make(t, "ENG", nil)
	for name := range s.sprintsOf(t, "active") {
		if err := s.put(t, o.Ref.ID, "Sprint", core.Option("", name)); err != nil {
			t.Fatal(err)
		}
	}
	s.person(t, "POST", "/rest/agile/1.0/sprint", map[string]any{"name": "Just made", "originBoardId": 1})
	if err := s.put(t, o.Ref.ID, "Sprint", core.Option("", "Just made")); err != nil || s.shows(t, o.Ref.ID, "Sprint").Name() != "Just made" {
		t.Errorf("planned in %v, %v", s.shows(t, o.Ref.ID, "Sprint"), err)
	}
}

// revoke refuses the account on the paths that match.
func (s *site) revoke(t *testing.T, path string) {
	t.Helper()
	if _, err := s.emu.Harness().AddFault(harness.Fault{Kind: harness.KindRevoked, Path: path}); err != nil {
		t.Fatal(err)
	}
}

// TestALapsedCredentialIsNoMissingSprint: the value is as good as it was, and is written when the account is accepted again.
func TestALapsedCredentialIsNoMissingSprint(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	o := s.make(t, "ENG", nil)
	s.revoke(t, "/agile/|/myself")
	wantClass := func(want string) {
		t.Helper()
		if err := s.put(t, o.Ref.ID, "Sprint", core.Option("", "ENG Sprint 2")); connectors.Class(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	wantClass("denied")
	s.emu.Harness().ClearFaults()
	s.revoke(t, "/agile/") // an app without the scopes of boards
	wantClass("invalid")
}

// empty loses the body of the answer to a POST, as a proxy may.
type empty struct{ path string }

func (e empty) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, e.path) {
		resp.Body.Close()
		resp.Body, resp.ContentLength = http.NoBody, 0
	}
	return resp, err
}

// TestAnAnswerWithoutAnIDIsNone: what was made is looked for, and no pair is made with nothing.
func TestAnAnswerWithoutAnIDIsNone(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	o := s.make(t, "ENG", nil)
	kind, err := connectors.Lookup("jira")
	if err != nil {
		t.Fatal(err)
	}
	through := func(path string) connectors.Connector {
		c, err := kind.New(connectors.Config{System: core.System{Name: "jira-acme", BaseURL: s.url, Auth: map[string]string{"method": "pat", "token": "sync-api-token"}, Settings: atHome},
			HTTP: &http.Client{Transport: empty{path}}, Now: s.now})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	made, err := through("/issue").Create(t.Context(), core.Draft{Scope: bug().Scope, Fields: map[string]core.Value{"summary": core.String("x")}})
	if connectors.Class(err) != "busy" {
		t.Errorf("an issue: %v, %v", made.Ref, err)
	}
	commenter, _ := connectors.As[connectors.Commenter](through("/comment"))
	m, err := commenter.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: s.text("x"), Visibility: core.Visibility{Audience: core.Internal}})
	if connectors.Class(err) != "busy" {
		t.Errorf("a comment: %+v, %v", m, err)
	}
}

// TestWhoMayNotCreateMayEdit: Data Center calls it invalid to ask for the create screens of a project in which the account may not create.
func TestWhoMayNotCreateMayEdit(t *testing.T) {
	s := newSite(t, homeDoc(t), atHome)
	o := s.make(t, "ENG", nil)
	s.pass(time.Hour) // what was read of the screens is forgotten
	if _, err := s.emu.Harness().AddFault(harness.Fault{Kind: harness.KindStatus, Status: http.StatusBadRequest, Path: "/createmeta/"}); err != nil {
		t.Fatal(err)
	}
	if err := s.put(t, o.Ref.ID, "priority", core.Option("", "Low")); err != nil || s.shows(t, o.Ref.ID, "priority").Name() != "Low" {
		t.Errorf("edited: %v, %v", s.shows(t, o.Ref.ID, "priority"), err)
	}
	_, err := s.conn.Create(t.Context(), core.Draft{Scope: bug().Scope, Fields: map[string]core.Value{"summary": core.String("x")}})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || invalid.Fields["project"] == "" {
		t.Errorf("created: %v; want the project named", err)
	}
}
