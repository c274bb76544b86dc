package asana_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/core"
	emulator "duplex/emulators/asana"
	"duplex/emulators/harness"
)

// TestOutOfSight: a task the account may no longer see is gone; a token whose scopes do not reach is the admin's business.
func TestOutOfSight(t *testing.T) {
	s := newSite(t, oauth)
	secretTask := s.as(t, emulator.TokenAda, "POST", "/tasks", map[string]any{"name": "x", "projects": []string{emulator.ProjectPrivate}})["gid"].(string)
	if _, err := s.conn.Get(t.Context(), secretTask, all()); !errors.Is(err, connectors.ErrNotFound) {
		t.Errorf("%v", err)
	}
	got, err := s.conn.GetMany(t.Context(), []string{secretTask, s.task(t, nil).Ref.ID}, connectors.Want{Type: bugs})
	if err != nil || len(got) != 1 {
		t.Errorf("%d tasks, %v", len(got), err)
	}
	s.fault(t, harness.Fault{Kind: harness.KindRevoked, Path: "/tasks/"})
	if _, err := s.conn.Get(t.Context(), secretTask, all()); !errors.Is(err, connectors.ErrUnauthenticated) {
		t.Errorf("a credential that is not accepted never looks like a deletion: %v", err)
	}
}

// TestAProjectThatIsOutOfSight: an account that was taken out of the project sees none of its tasks, and none of them was deleted.
func TestAProjectThatIsOutOfSight(t *testing.T) {
	s := newSite(t, oauth)
	hidden := s.as(t, emulator.TokenAda, "POST", "/tasks", map[string]any{"name": "x", "projects": []string{emulator.ProjectPrivate}})["gid"].(string)
	s.fault(t, harness.Fault{Kind: harness.KindStatus, Status: http.StatusForbidden, Path: "/projects/"})
	want := connectors.Want{Type: bugs, Fields: []string{"name"}}
	if _, err := s.conn.Get(t.Context(), hidden, want); connectors.Class(err) != "denied" || !strings.Contains(err.Error(), "member") {
		t.Errorf("a read: %v", err)
	}
	if _, err := s.conn.GetMany(t.Context(), []string{hidden}, want); connectors.Class(err) != "denied" {
		t.Errorf("a read of many: %v", err)
	}
	patch := core.Patch{Fields: map[string]core.Value{"name": core.String("y")}}
	if _, err := s.conn.Update(t.Context(), hidden, patch, "", want); connectors.Class(err) != "denied" {
		t.Errorf("an update: %v", err)
	}
}

// TestAMarkThatIsOutOfSight: the task is there, and who is told that it is not makes another.
func TestAMarkThatIsOutOfSight(t *testing.T) {
	s := newSite(t, oauth)
	s.fault(t, harness.Fault{Kind: harness.KindStatus, Status: http.StatusForbidden, Path: "/tasks/external"})
	if refs, err := s.conn.Find(t.Context(), bugs, "dx-hidden"); connectors.Class(err) != "denied" {
		t.Errorf("found %v, %v", refs, err)
	}
}

// TestARightThatIsMissing: the vendor answers 403 for a task that is out of sight, and for one that may be read and not written. The second
// is not gone: who took it for that would delete the other side's item.
func TestARightThatIsMissing(t *testing.T) {
	s := newSite(t, oauth)
	seen, hidden := s.task(t, nil).Ref.ID, s.as(t, emulator.TokenAda, "POST", "/tasks", map[string]any{"name": "x", "projects": []string{emulator.ProjectPrivate}})["gid"].(string)
	said := core.CommentDraft{Body: body("x"), Visibility: core.Visibility{Audience: core.Internal}}
	file := core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: core.Visibility{Audience: core.Internal}}
	comment, err := s.conn.AddComment(t.Context(), seen, said)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := s.conn.Attach(t.Context(), seen, file, strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		s.fault(t, harness.Fault{Kind: harness.KindStatus, Status: http.StatusForbidden, Method: method, Path: "/(tasks|stories|attachments)"})
	}
	writes := map[string]func(id string) error{
		"comment": func(id string) error { _, err := s.conn.AddComment(t.Context(), id, said); return err },
		"attach": func(id string) error {
			_, err := s.conn.Attach(t.Context(), id, file, strings.NewReader("x"))
			return err
		},
		"delete": func(id string) error { return s.conn.Delete(t.Context(), id) },
	}
	for what, write := range writes {
		if err := write(seen); connectors.Class(err) != "denied" {
			t.Errorf("%s where that is not allowed: %v", what, err)
		}
		if err := write(hidden); connectors.Class(err) != "not-found" {
			t.Errorf("%s out of sight: %v", what, err)
		}
	}
	if _, err := s.conn.EditComment(t.Context(), seen, comment.ID, said); connectors.Class(err) != "denied" {
		t.Errorf("edit of a comment where that is not allowed: %v", err)
	}
	if err := s.conn.DeleteAttachment(t.Context(), seen, kept.ID); connectors.Class(err) != "denied" {
		t.Errorf("deletion of a file where that is not allowed: %v", err)
	}
}
