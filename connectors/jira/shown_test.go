package jira_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// TestTextsShowFilesByTheirMediaID: a file that was attached can be shown by a comment and a description, and both can be read again.
func TestTextsShowFilesByTheirMediaID(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	o := s.make(t, "ENG", nil)
	inner := core.Visibility{Audience: core.Internal}
	a, err := s.conn.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "one.png", MediaType: "image/png", Size: 3, Visibility: inner}, bytes.NewReader([]byte("png")))
	if err != nil || len(a.Names) == 0 || strings.Contains(a.Names[0], ":") {
		t.Fatalf("attached as %+v, %v", a, err)
	}
	picture, _ := richtext.Render(richtext.ADF, richtext.Doc{Blocks: []richtext.Node{{Kind: richtext.Paragraph, Children: []richtext.Node{
		{Kind: richtext.Text, Text: "look "}, {Kind: richtext.Image, ID: a.Names[0], Text: "one.png"}}}}})
	if _, err := s.conn.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("adf", picture), Visibility: inner}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"description": core.Text("adf", picture)}}, "", all()); err != nil {
		t.Fatal(err)
	}
	got, err := s.conn.Get(t.Context(), o.Ref.ID, all())
	if err != nil {
		t.Fatal(err)
	}
	for what, v := range map[string]core.Value{"comment": got.Comments[0].Body, "description": got.Field("description")} {
		refs := richtext.References(richtext.ADF, v.Source())
		if len(refs) != 1 || !slices.Contains(got.Attachments[0].Names, refs[0].ID) {
			t.Errorf("the %s shows %v, the file is called %v", what, refs, got.Attachments[0].Names)
		}
	}
}

func TestPeopleWhomTextsMentionAreTold(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	o := s.make(t, "ENG", nil)
	grace, err := s.conn.ResolveUser(t.Context(), connectors.ItemType{}, core.Person("", "grace@acme.example", ""))
	if err != nil {
		t.Fatal(err)
	}
	s.person(t, "POST", "/rest/api/3/issue/"+o.Ref.ID+"/comment", map[string]any{"body": map[string]any{"type": "doc", "version": 1, "content": []any{
		map[string]any{"type": "paragraph", "content": []any{
			map[string]any{"type": "mention", "attrs": map[string]any{"id": grace.ID(), "text": "@Grace"}},
			map[string]any{"type": "mention", "attrs": map[string]any{"id": "nobody-here", "text": "@Nobody"}}}}}}})
	for range 2 { // the second time from memory
		got, err := s.conn.Get(t.Context(), o.Ref.ID, all())
		if err != nil || len(got.People) != 1 || got.People[0].ID() != grace.ID() || got.People[0].Name() == "" {
			t.Errorf("people %v, %v", got.People, err)
		}
	}
}
