package zendesk

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"duplex/connectors"
	"duplex/core"
)

// needsCurrent reports whether the patch can only be written in the light of what the ticket holds.
func (s *schema) needsCurrent(p core.Patch) bool {
	_, tags := p.Fields["tags"]
	return tags || len(p.Sets) > 0
}

// current is the ticket as it is now; one of another revision than the caller's is ErrStale.
func (c *Connector) current(ctx context.Context, id int64, rev string, known *core.Observation) (core.Observation, error) {
	if known != nil && rev != "" && known.Revision == rev && known.Ref.ID == fmt.Sprint(id) && c.shows(ctx, known) {
		return *known, nil
	}
	t, err := c.ticket(ctx, fmt.Sprint(id))
	if err != nil {
		return core.Observation{}, err
	}
	if rev != "" && revision(t.UpdatedAt) != rev {
		return core.Observation{}, connectors.ErrStale
	}
	fields, err := c.fields(ctx, t, core.Absent(), connectors.Want{Fields: c.tagFields(ctx)})
	return core.Observation{Revision: revision(t.UpdatedAt), Fields: fields}, err
}

// shows reports whether the observation has every field that decides the tag list.
func (c *Connector) shows(ctx context.Context, o *core.Observation) bool {
	return !slices.ContainsFunc(c.tagFields(ctx), func(name string) bool { return o.Field(name).IsAbsent() })
}

// tagFields are the fields that decide the tag list.
func (c *Connector) tagFields(ctx context.Context) []string {
	names := []string{"tags"}
	if s, err := c.schema(ctx); err == nil {
		for _, f := range s.fields {
			names = append(names, f.name)
		}
	}
	return names
}

// lists puts whole lists into the body: set changes worked out, and the tags of the fields kept beside plain tags.
func (s *schema) lists(body map[string]any, p core.Patch, now map[string]core.Value) error {
	after := maps.Clone(now)
	maps.Copy(after, p.Fields)
	var values []any
	if given, ok := body["custom_fields"].([]any); ok {
		values = given
	}
	for name, change := range p.Sets {
		after[name] = core.Union(core.Without(now[name], change.Remove), change.Add)
		f, ok := s.named(name)
		if !ok {
			continue // tags
		}
		v, why := f.write(after[name])
		if why != "" {
			return &connectors.InvalidError{Fields: map[string]string{name: why}}
		}
		values = slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v.(map[string]any)["id"] == f.id })
		values = append(values, map[string]any{"id": f.id, "value": v})
	}
	if len(values) > 0 {
		body["custom_fields"] = values
	}
	_, replaced := p.Fields["tags"]
	_, changed := p.Sets["tags"]
	if replaced || changed {
		body["tags"] = s.allTags(after["tags"], after)
	}
	return nil
}

// allTags is the ticket's whole tag list: the plain tags and those of the fields.
func (s *schema) allTags(plain core.Value, fields map[string]core.Value) []string {
	all := []string{}
	for _, t := range plain.Items() {
		all = append(all, t.Source())
	}
	for _, f := range s.fields {
		for _, t := range f.tags(fields[f.name]) {
			if t != "" && !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return all
}
