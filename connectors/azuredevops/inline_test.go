package azuredevops_test

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"duplex/core"
	"duplex/core/richtext"
	emulator "duplex/emulators/azuredevops"
)

// TestPastedPicturesAndMentions: a picture that a person pasted into a text is a file of the item although nothing links it, and whom a text mentions is told.
func TestPastedPicturesAndMentions(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, title("x"))
	grace, err := c.ResolveUser(t.Context(), bug, core.Person("", "grace@acme.example", ""))
	check(t, err)
	var sent struct{ ID, URL string }
	check(t, json.Unmarshal(a.raw("POST", "/Fabrikam/_apis/wit/attachments?fileName=pasted.png&api-version=7.1", "application/octet-stream", "a picture"), &sent))
	html := fmt.Sprintf(`<p>see <img src=%q> <a href="#" data-vss-mention="version:2.0,%s">@Grace</a></p>`, sent.URL, grace.ID())
	body, _ := json.Marshal([]map[string]any{{"op": "add", "path": "/fields/System.Description", "value": html}})
	a.raw("PATCH", "/_apis/wit/workitems/"+o.Ref.ID+"?api-version=7.1", "application/json-patch+json", string(body))
	got, err := c.Get(t.Context(), o.Ref.ID, all)
	check(t, err)
	if len(got.Attachments) != 1 || !got.Attachments[0].Inline || got.Attachments[0].Name != "pasted.png" {
		t.Fatalf("files: %+v", got.Attachments)
	}
	shown := got.Field("description")
	refs := richtext.References(richtext.Format(shown.Format()), shown.Source())
	if len(refs) != 2 || refs[0].URL != got.Attachments[0].Names[0] {
		t.Errorf("the text names %+v, the file is called %v", refs, got.Attachments[0].Names)
	}
	r, err := c.OpenAttachment(t.Context(), o.Ref.ID, got.Attachments[0])
	check(t, err)
	defer r.Close()
	if content, _ := io.ReadAll(r); string(content) != "a picture" {
		t.Errorf("the picture is %q", content)
	}
	if len(got.People) != 1 || !core.Equal(got.People[0], grace) {
		t.Errorf("mentioned: %v, want %v", got.People, grace)
	}
	file, err := c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "copy.png", Size: 1, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("x"))
	check(t, err)
	_, err = write(t, c, o.Ref.ID, map[string]core.Value{"description": core.Text(string(richtext.HTMLAzure), `<p><img src="`+file.Names[0]+`" /></p>`)})
	check(t, err)
	if got, err = c.Get(t.Context(), o.Ref.ID, all); err != nil || len(got.Attachments) != 1 || got.Attachments[0].ID != file.ID || got.Attachments[0].Inline {
		t.Errorf("a file of the item that a text shows is listed once: %+v, %v", got.Attachments, err)
	}
}
