package rest_test

import (
	"errors"
	"testing"

	"duplex/connectors"
	"duplex/core"
)

// TestARevokedKeyIsFoundOut: Redmine answers a key that it does not know as a stranger's, and shows what is public. Less is then not taken for
// deleted: the admin is told.
func TestARevokedKeyIsFoundOut(t *testing.T) {
	r := emulated(t)
	c, ada := r.connector(t, "sync", "public", nil), r.connector(t, "ada", "public", nil)
	in := connectors.ItemType{Type: "issue", Scope: map[string]string{"project": "community", "tracker": "Bug"}}
	o, err := ada.Create(t.Context(), core.Draft{Type: "issue", Scope: in.Scope, Fields: map[string]core.Value{"subject": core.String("public")}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ada.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: markdown("for us"), Visibility: core.Visibility{Audience: core.Internal}}); err != nil {
		t.Fatal(err)
	}
	seen, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{Comments: true})
	if err != nil || len(seen.Comments) != 1 {
		t.Fatalf("%d comments, %v", len(seen.Comments), err)
	}
	r.key = func(string) string { return "revoked" }
	for what, read := range map[string]func() error{
		"get": func() error {
			_, err := r.connector(t, "x", "public", nil).Get(t.Context(), o.Ref.ID, connectors.Want{Comments: true})
			return err
		},
		"changes": func() error {
			_, err := r.connector(t, "x", "public", nil).Changes(t.Context(), in, "", 10)
			return err
		},
		"find": func() error {
			_, err := r.connector(t, "x", "public", nil).Find(t.Context(), in, "dx-abcdefghijklmnopqrstuvwxyz")
			return err
		},
	} {
		if err := read(); !errors.Is(err, connectors.ErrUnauthenticated) {
			t.Errorf("%s with a revoked key: %v", what, err)
		}
	}
}
