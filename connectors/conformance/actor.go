package conformance

import (
	"bytes"
	"testing"

	"duplex/connectors"
	"duplex/core"
)

// By is a person who works through a connector of their own account, and leaves no marks. What the connector cannot do they do not do.
// Text is what somebody types, in the system's format.
func By(c connectors.Connector, text func(string) core.Value) Person {
	check := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	p := Person{
		Create: func(t *testing.T, d core.Draft) string {
			d.Mark = ""
			o, err := c.Create(t.Context(), d)
			check(t, err)
			return o.Ref.ID
		},
		Edit: func(t *testing.T, id string, fields map[string]core.Value) {
			_, err := c.Update(t.Context(), id, core.Patch{Fields: fields}, "", connectors.Want{})
			check(t, err)
		},
	}
	if in, ok := connectors.As[connectors.Commenter](c); ok {
		p.Comment = func(t *testing.T, id, words string, audience core.Audience) {
			_, err := in.AddComment(t.Context(), id, core.CommentDraft{Body: text(words), Visibility: core.Visibility{Audience: audience}})
			check(t, err)
		}
	}
	if in, ok := connectors.As[connectors.Attacher](c); ok {
		p.Attach = func(t *testing.T, id, name string, content []byte) {
			_, err := in.Attach(t.Context(), id, core.AttachmentDraft{Name: name, MediaType: "text/plain", Size: int64(len(content)),
				Visibility: core.Visibility{Audience: core.Internal}}, bytes.NewReader(content))
			check(t, err)
		}
	}
	if in, ok := connectors.As[connectors.Deleter](c); ok {
		p.Delete = func(t *testing.T, id string) { check(t, in.Delete(t.Context(), id)) }
	}
	return p
}
