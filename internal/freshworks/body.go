package freshworks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"duplex/connectors"
	"duplex/core"
)

// writing puts the body of a write together. Every refused field is told before anything is sent.
type writing struct {
	c       *Connector
	it      *Item
	s       *schema
	create  bool
	present record // the item as it is, of an update
	body    map[string]any
	refused map[string]string
}

func (c *Connector) writing(it *Item, s *schema) *writing {
	return &writing{c: c, it: it, s: s, body: map[string]any{}, refused: map[string]string{}}
}

// fields takes the values of a new item.
func (w *writing) fields(ctx context.Context, fields map[string]core.Value) error {
	for name, v := range fields {
		if _, err := w.take(ctx, name, v); err != nil {
			return err
		}
	}
	return w.verdict()
}

func (w *writing) verdict() error {
	if len(w.refused) > 0 {
		return &connectors.InvalidError{Fields: w.refused}
	}
	return nil
}

// patch takes what differs from the item as it is. With a revision a field that somebody changed since known is ErrStale.
func (w *writing) patch(ctx context.Context, patch core.Patch, revision string, known *core.Observation) error {
	values := map[string]core.Value{}
	for name, v := range patch.Fields {
		values[name] = v
	}
	for name, change := range patch.Sets {
		f, ok := w.s.named(name)
		if !ok || f.kind() != core.KindSet {
			w.refused[name] = "it is no set"
			continue
		}
		values[name] = core.Without(core.Union(f.read(w.present.at(f)), change.Add), change.Remove)
	}
	for name, v := range values {
		f, ok := w.s.named(name)
		before := f.read(w.present.at(f))
		if ok && revision != "" && known != nil && known.Revision == revision {
			if seen := known.Field(name); !seen.IsAbsent() && !before.IsAbsent() && !same(f, seen, before) {
				return fmt.Errorf("%s was changed within the same second: %w", name, connectors.ErrStale)
			}
		}
		canon, err := w.take(ctx, name, v)
		if err != nil {
			return err
		}
		if w.refused[name] == "" && !before.IsAbsent() && same(f, canon, before) {
			w.drop(f)
		}
	}
	return w.verdict()
}

// same compares people by id, since a record names them by nothing else, and options too.
func same(f Field, a, b core.Value) bool {
	switch f.Shape {
	case Agent, Person, Code, Group:
		return a.ID() == b.ID()
	}
	return core.Equal(a, b)
}

func (w *writing) drop(f Field) {
	if !f.Custom {
		delete(w.body, f.Key)
		return
	}
	custom, _ := w.body["custom_fields"].(map[string]any)
	if delete(custom, f.Key); len(custom) == 0 {
		delete(w.body, "custom_fields")
	}
}

// take puts one field into the body, or notes why it cannot; canon is the value as a read will show it.
func (w *writing) take(ctx context.Context, name string, v core.Value) (canon core.Value, err error) {
	f, ok := w.s.named(name)
	switch {
	case !ok:
		w.refused[name] = "there is no such field"
		return v, nil
	case f.ReadOnly || f.Custom && f.Key == w.c.mark || f.Once && !w.create:
		w.refused[name] = "it cannot be written"
		return v, nil
	case v.IsAbsent():
		w.refused[name] = "there is no value to write"
		return v, nil
	}
	var value any
	var why string
	switch f.Shape {
	case Agent, Person:
		value, canon, why, err = w.person(ctx, f, v)
	case Group:
		if f.Options, err = w.c.allGroups(ctx); err == nil {
			value, canon, why = f.write(v)
		}
	default:
		value, canon, why = f.write(v)
	}
	switch {
	case err != nil:
		return v, err
	case why != "":
		w.refused[name] = why
	case f.Key == "tags":
		w.body["tags"] = w.tags(value)
	case f.Custom:
		custom, _ := w.body["custom_fields"].(map[string]any)
		if custom == nil {
			custom = map[string]any{}
		}
		custom[f.Key] = value
		w.body["custom_fields"] = custom
	case value != any(keyless):
		w.body[f.Key] = value
	}
	return canon, nil
}

// keyless stands for a value that is in the body already, under other keys than the field's.
type another string

const keyless = another("")

// tags adds the item's mark to the tags: writing them replaces the whole list.
func (w *writing) tags(value any) []string {
	list, _ := value.([]string)
	for _, tag := range w.present.words("tags") {
		if markForm.MatchString(tag) {
			list = append(list, tag)
		}
	}
	return list
}

// person is the id of an agent or requester. An unknown requester of a new item is made a contact where the settings allow it.
func (w *writing) person(ctx context.Context, f Field, v core.Value) (value any, canon core.Value, why string, err error) {
	switch {
	case v.IsEmpty() && f.Shape == Person:
		return nil, v, "an item always has a requester", nil
	case v.IsEmpty():
		return nil, core.Empty(core.KindUser), "", nil
	case v.Kind() != core.KindUser:
		return nil, v, fmt.Sprintf("it takes a user, not a %s", v.Kind()), nil
	}
	who := v
	if who.ID() == "" {
		who, err = w.c.resolve(ctx, v.Email(), true, f.Shape == Person)
		if errors.Is(err, connectors.ErrNotFound) {
			return w.unknown(f, v)
		}
		if forbidden(err) {
			return nil, v, "the account of duplex may not look agents up by e-mail: an admin must make it an administrator", nil
		}
		if err != nil {
			return nil, v, "", err
		}
	}
	id, err := strconv.ParseInt(who.ID(), 10, 64)
	if err != nil {
		return nil, v, "it takes a user of this account", nil
	}
	return id, who, "", nil
}

func (w *writing) unknown(f Field, v core.Value) (any, core.Value, string, error) {
	switch {
	case f.Shape == Agent:
		return nil, v, "no single agent of this account has that e-mail", nil
	case !w.create || !w.c.invite || !w.it.Tags: // only tickets are made for somebody unknown
		return nil, v, "no single contact of this account has that e-mail; settings.requesters can let new ones be made", nil
	}
	w.body["email"] = v.Email()
	if v.Name() != "" {
		w.body["name"] = v.Name()
	}
	return keyless, v, "", nil
}

// keepTags shows the tags that were sent, or read before, where the answer to a write leaves them out.
func (w *writing) keepTags(r record, sent map[string]any) {
	if r == nil || !w.c.p.AskTags || !w.it.Tags {
		return
	}
	raw := w.present["tags"]
	if tags, ok := sent["tags"]; ok {
		raw, _ = json.Marshal(tags)
	} else if w.create {
		raw = json.RawMessage("[]")
	}
	if len(raw) > 0 {
		r["tags"] = slices.Clone(raw)
	}
}
