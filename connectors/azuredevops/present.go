package azuredevops

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// present is an item as it is before a write: as it was read, or as the caller knows it at the revision that guards the write.
type present struct {
	workItem
	known map[string]core.Value // by mapping's name; nil where the item was read
}

// shows is the field's value now.
func (p present) shows(c *Connector, f *field, t *typeInfo) core.Value {
	if p.known != nil {
		return p.known[f.name]
	}
	return c.read(f, p.workItem, t)
}

// present is what the caller knows, where that is all a guarded write needs, else a read.
func (c *Connector) present(ctx context.Context, n int64, patch core.Patch, revision string, want connectors.Want) (present, error) {
	s, err := c.schema(ctx)
	if err != nil {
		return present{}, err
	}
	if now, ok := c.remembered(n, s, patch, revision, want); ok {
		return now, nil
	}
	ask := connectors.Want{}
	if want.Fields != nil {
		ask.Fields = append(patch.Names(), want.Fields...)
	}
	w, err := c.item(ctx, n, ask)
	if err == nil && revision != "" && strconv.FormatInt(w.Rev, 10) != revision {
		err = fmt.Errorf("%w: it is at revision %d", connectors.ErrStale, w.Rev)
	}
	return present{workItem: w}, err
}

// remembered is the item as the caller knows it; ok is false where it is of another revision, or lacks something. Links are written by their
// place, which only a read tells.
func (c *Connector) remembered(n int64, s *schema, patch core.Patch, revision string, want connectors.Want) (now present, ok bool) {
	known := want.Known
	rev, err := strconv.ParseInt(revision, 10, 64)
	if err != nil || known == nil || known.Revision != revision || known.Ref.ID != strconv.FormatInt(n, 10) || known.Erased {
		return now, false
	}
	project, typ := c.place(want.Type.Scope)
	project, typ = cmp.Or(known.Field("project").Source(), project), cmp.Or(known.Field("type").Source(), typ)
	if project == "" || typ == "" {
		return now, false
	}
	now = present{workItem{ID: n, Rev: rev, Fields: map[string]json.RawMessage{refProject: quote(project), refType: quote(typ)}, Formats: map[string]string{}}, known.Fields}
	for _, name := range patch.Names() {
		f, v := s.byName[name], known.Field(name)
		if f == nil || v.IsAbsent() {
			return now, false
		}
		switch {
		case f.ref == refState:
			now.Fields[f.ref] = quote(v.ID())
		case f.ref == refTags && c.markRef != "" && known.Mark != "": // the mark may be a tag or not
			return now, false
		case f.ref == refTags:
			now.Fields[f.ref] = quote(joined(v, known.Mark))
		case richtext.Format(v.Format()) == richtext.MarkdownAzure:
			now.Formats[f.ref] = "markdown"
		case v.Kind() == core.KindText && v.IsEmpty(): // how the field is written is not seen
			return now, false
		}
	}
	return now, true
}

// joined are tags as the vendor writes them, with the mark where it is one of them.
func joined(tags core.Value, mark string) string {
	var all []string
	for _, t := range tags.Items() {
		all = append(all, t.Source())
	}
	if mark != "" {
		all = append(all, mark)
	}
	return strings.Join(all, "; ")
}
