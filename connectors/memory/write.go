package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// Create makes an item that carries the draft's mark. Creating twice makes two.
func (c *Connector) Create(ctx context.Context, draft core.Draft) (core.Observation, error) {
	var o core.Observation
	err := c.sys.call(ctx, OpCreate, "", func() error {
		it, err := c.sys.create(c.sys.self, draft)
		if err == nil {
			o = c.sys.observe(it, connectors.Want{})
		}
		return err
	})
	if err != nil {
		return core.Observation{}, err
	}
	return o, nil
}

// Update writes the fields the patch names.
func (c *Connector) Update(ctx context.Context, id string, patch core.Patch, revision string, want connectors.Want) (core.Observation, error) {
	s := c.sys
	want.Comments, want.Attachments = false, false
	var o core.Observation
	guard := func() (*item, error) {
		it, err := s.find(id)
		if err == nil && revision != "" && (strconv.Itoa(it.revision) != revision || s.strikes(s.nasty.Stale)) {
			err = fmt.Errorf("item %s: %w", id, connectors.ErrStale)
		}
		return it, err
	}
	if !c.Facts().Precondition && revision != "" {
		s.between(OpUpdate, id)
		s.mu.Lock()
		_, err := guard()
		s.mu.Unlock()
		if err != nil {
			return o, fmt.Errorf("%s: %s: %w", s.name, OpUpdate, err)
		}
		revision = ""
	}
	err := s.call(ctx, OpUpdate, id, func() error {
		it, err := guard()
		if err == nil {
			err = s.apply(s.self, it, patch)
		}
		if err == nil {
			o = s.observe(it, want)
		}
		return err
	})
	if err != nil {
		return core.Observation{}, err
	}
	return o, nil
}

// Delete removes an item.
func (c *Connector) Delete(ctx context.Context, id string) error {
	return c.sys.call(ctx, OpDelete, id, func() error { return c.sys.remove(c.sys.self, id) })
}

// create stores a new item. The caller holds the lock.
func (s *System) create(by core.Value, draft core.Draft) (*item, error) {
	if err := s.checkType(draft.Type); err != nil {
		return nil, err
	}
	refused := map[string]string{}
	fields := s.checked(draft.Fields, true, refused)
	for _, f := range s.fields {
		if f.Required && fields[f.Name].IsEmpty() || f.Required && fields[f.Name].IsAbsent() {
			refused[f.Name] = "a new item needs it"
		}
	}
	if len(refused) > 0 {
		return nil, &connectors.InvalidError{Fields: refused}
	}
	s.next++
	it := &item{
		id: strconv.Itoa(s.next), number: s.next, mark: draft.Mark, scope: maps.Clone(draft.Scope),
		fields: fields, changed: map[string]time.Time{}, changedBy: map[string]core.Value{}, created: s.now(), by: by,
	}
	s.items[it.id] = it
	for name := range fields {
		it.changed[name], it.changedBy[name] = it.created, by
	}
	if text, ok := fields[s.opening]; ok && s.opening != "" && !text.IsEmpty() {
		it.comments = append(it.comments, core.Comment{
			ID: s.newID(), Author: by, Body: text, Visibility: core.Visibility{Audience: core.Public},
			CreatedAt: it.created, UpdatedAt: it.created, Own: core.Equal(by, s.self), Opening: true,
		})
	}
	s.touch(it, by, core.HintCreated)
	return it, nil
}

// apply writes a patch, all of it or nothing; a patch that changes nothing leaves no trace. The caller holds the lock.
func (s *System) apply(by core.Value, it *item, patch core.Patch) error {
	refused := map[string]string{}
	fields := s.checked(s.merged(it, patch), false, refused)
	var names, hops []string
	for name, v := range fields {
		old, had := it.fields[name]
		if had && same(old, v) || !had && v.IsEmpty() {
			continue
		}
		names = append(names, name)
		if name == "status" && v.Kind() == core.KindOption && !v.IsEmpty() {
			way, ok := s.path(old.Name(), v.Name())
			if !ok {
				refused[name] = fmt.Sprintf("there is no way from %q to %q", old.Name(), v.Name())
			}
			hops = way
		}
	}
	if len(refused) > 0 {
		return &connectors.InvalidError{Fields: refused}
	}
	if len(names) == 0 {
		return nil
	}
	sort.Strings(names)
	for range len(hops) - 1 { // the hops on the way are changes of their own
		s.touch(it, by, core.HintChanged)
	}
	for _, name := range names {
		it.fields[name] = fields[name]
		it.changed[name], it.changedBy[name] = s.now(), by
	}
	s.touch(it, by, core.HintChanged)
	return nil
}

// merged are the patch's fields with its set changes worked out against the item.
func (s *System) merged(it *item, patch core.Patch) map[string]core.Value {
	out := maps.Clone(patch.Fields)
	if out == nil {
		out = map[string]core.Value{}
	}
	for name, c := range patch.Sets {
		out[name] = core.Union(core.Without(it.fields[name], c.Remove), c.Add)
	}
	return out
}

// checked are the values as they are stored; what is refused is added to refused by field name.
func (s *System) checked(in map[string]core.Value, creating bool, refused map[string]string) map[string]core.Value {
	d := connectors.Description{Fields: s.fields}
	out := make(map[string]core.Value, len(in))
	for name, v := range in {
		f, known := d.Find(name)
		if i := slices.IndexFunc(s.attributes, func(a connectors.Field) bool { return a.Name == name }); !known && i >= 0 {
			f, known = s.attributes[i], true
		}
		switch {
		case !known:
			refused[name] = "there is no such field"
		case f.ReadOnly, !creating && name == s.opening:
			refused[name] = "it cannot be written"
		default:
			v, why := s.accept(f, v)
			if why != "" {
				refused[name] = why
			}
			out[name] = v
		}
	}
	return out
}

func same(a, b core.Value) bool { return a.Kind() == b.Kind() && core.Equal(a, b) }

// remove deletes an item and leaves its tombstone. The caller holds the lock.
func (s *System) remove(by core.Value, id string) error {
	it, err := s.find(id)
	if err != nil {
		return err
	}
	it.deleted = true
	s.touch(it, by, core.HintDeleted)
	return nil
}
