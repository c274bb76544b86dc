package azuredevops

import (
	"context"
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"

	"duplex/core"
	"duplex/core/richtext"
)

// mentioned are the people whom the shown texts mention, as far as the vendor tells who they are.
func (c *Connector) mentioned(ctx context.Context, o core.Observation) ([]core.Value, error) {
	var ids []string
	for _, r := range referred(o) {
		if id := strings.ToLower(r.ID); r.Kind == richtext.Mention && id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if err := c.lookUp(ctx, ids); err != nil {
		return nil, err
	}
	var out []core.Value
	for _, id := range ids {
		if v, ok := c.faces.Get(id); ok && !v.IsAbsent() {
			out = append(out, v)
		}
	}
	return out, nil
}

// pictures are the files that the shown texts show and the item does not list: a picture that a person pastes is stored and linked to nothing. Their
// sizes are not told.
func pictures(o core.Observation, seen core.Visibility) []core.Attachment {
	var out []core.Attachment
	for _, r := range referred(o) {
		m := fileAddress.FindStringSubmatch(r.URL)
		if r.Kind != richtext.Image || m == nil {
			continue
		}
		id := strings.ToLower(m[1])
		same := func(a core.Attachment) bool { return a.ID == id }
		if at := slices.IndexFunc(out, same); at >= 0 {
			if !slices.Contains(out[at].Names, r.URL) {
				out[at].Names = append(out[at].Names, r.URL)
			}
			continue
		}
		if slices.ContainsFunc(o.Attachments, same) {
			continue
		}
		name := "image.png"
		if u, err := url.Parse(r.URL); err == nil && u.Query().Get("fileName") != "" {
			name = u.Query().Get("fileName")
		}
		out = append(out, core.Attachment{ID: id, Name: name, MediaType: mime.TypeByExtension(path.Ext(name)), Size: -1, Author: core.Absent(), Visibility: seen,
			CreatedAt: o.CreatedAt, Inline: true, Names: []string{r.URL}})
	}
	return out
}

// referred is what the texts of the item and of its comments name, texts in the order of their fields.
func referred(o core.Observation) []richtext.Reference {
	var out []richtext.Reference
	add := func(v core.Value) {
		if v.Kind() == core.KindText && !v.IsEmpty() {
			out = append(out, richtext.References(richtext.Format(v.Format()), v.Source())...)
		}
	}
	names := make([]string, 0, len(o.Fields))
	for name := range o.Fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		add(o.Fields[name])
	}
	for _, m := range o.Comments {
		add(m.Body)
	}
	return out
}
