package github_test

import (
	"net/http"
	"testing"

	"duplex/connectors"
	"duplex/core"
	emulator "duplex/emulators/github"
	"duplex/emulators/harness"
)

// TestNotFoundOfAWriteIsAboutRights: GitHub says it to who may read and not write, and neither the issue nor the comment is gone.
func TestNotFoundOfAWriteIsAboutRights(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, nil)
	said := core.CommentDraft{Body: markdown("hello"), Visibility: core.Visibility{Audience: core.Internal}}
	m, err := a.conn.AddComment(t.Context(), o.Ref.ID, said)
	if err != nil {
		t.Fatal(err)
	}
	said.Body = markdown("hello again")
	writes := map[string]func() error{
		"create": func() error {
			_, err := a.conn.Create(t.Context(), core.Draft{Scope: web.Scope, Fields: map[string]core.Value{"title": core.String("x")}})
			return err
		},
		"update": func() error {
			_, err := a.conn.Update(t.Context(), o.Ref.ID, set("title", core.String("y")), "", connectors.Want{})
			return err
		},
		"comment": func() error { _, err := a.conn.AddComment(t.Context(), o.Ref.ID, said); return err },
		"edit":    func() error { _, err := a.conn.EditComment(t.Context(), o.Ref.ID, m.ID, said); return err },
		"delete":  func() error { return a.conn.DeleteComment(t.Context(), o.Ref.ID, m.ID) },
	}
	for what, write := range writes {
		for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodDelete} {
			a.fault(harness.Fault{Kind: harness.KindStatus, Status: http.StatusNotFound, Method: method, Times: 1})
		}
		wantClass(t, what, write(), "denied")
		a.emu.Harness().ClearFaults()
	}
	if err := a.conn.DeleteComment(t.Context(), o.Ref.ID, m.ID); err != nil {
		t.Errorf("the comment was not deleted before: %v", err)
	}
	wantClass(t, "once more", a.conn.DeleteComment(t.Context(), o.Ref.ID, m.ID), "not-found")
}

// TestACommentOfAnIssueThatWasMoved is edited and deleted by whoever has not read the issue since.
func TestACommentOfAnIssueThatWasMoved(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, nil)
	said := core.CommentDraft{Body: markdown("hello"), Visibility: core.Visibility{Audience: core.Internal}}
	m, err := a.conn.AddComment(t.Context(), o.Ref.ID, said)
	if err != nil {
		t.Fatal(err)
	}
	a.control("transfer", map[string]any{"repo": emulator.RepoWeb, "number": numberOf(a, o.Ref.ID), "to": emulator.RepoApp})
	said.Body = markdown("hello again")
	if _, err := a.connector(nil, nil).EditComment(t.Context(), o.Ref.ID, m.ID, said); err != nil {
		t.Errorf("edited: %v", err)
	}
	if err := a.connector(nil, nil).DeleteComment(t.Context(), o.Ref.ID, m.ID); err != nil {
		t.Errorf("deleted: %v", err)
	}
	wantClass(t, "deleted again", a.connector(nil, nil).DeleteComment(t.Context(), o.Ref.ID, m.ID), "not-found")
}

// TestALabelWhoseNameIsAPlaceInAnAddress leaves the other labels alone.
func TestALabelWhoseNameIsAPlaceInAnAddress(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, map[string]core.Value{"labels": core.Strings(".", "other")})
	_, err := a.conn.Update(t.Context(), o.Ref.ID, core.Patch{Sets: map[string]core.SetChange{"labels": {Add: core.Set(), Remove: core.Strings(".")}}}, "", connectors.Want{})
	wantClass(t, "taken off", err, "invalid")
	left := a.get(o.Ref.ID)
	if got := left.Field("labels"); !core.Equal(got, core.Strings(".", "other")) {
		t.Errorf("left: %v", got)
	}
}
