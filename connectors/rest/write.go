package rest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// Create makes an item with its mark in the same call, and reads it. What its scope names is written like the fields of those names. A
// status that a new item did not take is reached afterwards; when that fails, the item is returned together with the error.
func (c *Connector) Create(ctx context.Context, draft core.Draft) (core.Observation, error) {
	none := core.Observation{}
	t := connectors.ItemType{Type: draft.Type, Scope: draft.Scope}
	name, it, v, err := c.in(t)
	if err != nil {
		return none, err
	}
	if it.Create == nil {
		return none, fmt.Errorf("%s: creating: %w: the manifest does not say how items are made", c.name, connectors.ErrUnsupported)
	}
	values := maps.Clone(draft.Fields)
	if values == nil {
		values = map[string]core.Value{}
	}
	for _, k := range it.Scope {
		if s := draft.Scope[k]; s != "" && values[k].IsAbsent() {
			values[k] = scopeValue(it.Fields[k], s)
		}
	}
	fields, err := c.fields(ctx, it, v, sortedKeys(values))
	if err != nil {
		return none, c.failed("creating", err)
	}
	if v, err = c.scoped(ctx, it, v); err != nil {
		return none, c.failed("creating", err)
	}
	refused := map[string]string{}
	settled := map[string]core.Value{}
	for name, x := range values {
		f := fields[name]
		switch {
		case f == nil:
			refused[name] = "there is no such field"
			continue
		case x.IsAbsent() || x.IsEmpty() && !f.Required:
			continue
		case f.readOnly() && slices.Contains(it.Scope, name):
			continue // the address says it
		case f.readOnly():
			refused[name] = "it cannot be written"
			continue
		}
		got, why, err := c.settle(ctx, f, x, v)
		if err != nil {
			return none, c.failed("creating", err)
		}
		if why != "" {
			refused[name] = why
		}
		settled[name] = got
	}
	for name, f := range it.Fields {
		if f.Required && settled[name].IsAbsent() && !slices.Contains(it.Scope, name) && refused[name] == "" {
			refused[name] = "a new item needs it"
		}
	}
	if len(refused) > 0 {
		return none, c.failed("creating", &connectors.InvalidError{Fields: refused})
	}
	body := c.body(it.Create, it, fields, settled, v.with("mark", draft.Mark))
	c.putMark(it, body, it.Create.Under, settled, draft.Mark, v)
	a, err := c.call(ctx, it.Create, http.MethodPost, v.with("mark", draft.Mark), query(v, it.Create.Query), body)
	if err != nil {
		return none, c.failed("creating", c.mapped(fields, err))
	}
	x, err := it.Create.Item.eval(a.vars())
	if err == nil && x == nil {
		err = connectors.Busy("POST "+it.Create.Path.source, "the answer has no item where the manifest says", 0)
	}
	if err != nil {
		return none, c.failed("creating", err)
	}
	r := raw{typ: name, it: it, item: x, vars: v}
	bare := core.Observation{}
	if bare.Ref, err = c.ref(r); err != nil {
		return none, c.failed("creating", err)
	}
	return c.settleIn(ctx, it, bare, settled, t)
}

// settleIn reads a new item, and moves it to its status. The item exists: a read that fails leaves its reference.
func (c *Connector) settleIn(ctx context.Context, it *Item, bare core.Observation, settled map[string]core.Value, t connectors.ItemType) (core.Observation, error) {
	want := connectors.Want{Type: t}
	o, err := c.Get(ctx, bare.Ref.ID, want)
	if err != nil {
		return bare, nil
	}
	if s := it.Status; s != nil && !settled[s.Field].IsAbsent() && !core.Equal(o.Field(s.Field), settled[s.Field]) {
		moved, err := c.Update(ctx, bare.Ref.ID, core.Patch{Fields: map[string]core.Value{s.Field: settled[s.Field]}}, "", want)
		if err != nil {
			return o, err
		}
		return moved, nil
	}
	return o, nil
}

// scopeValue is what a scope names as a value of its field.
func scopeValue(f *Field, s string) core.Value {
	if f != nil && f.Kind == "option" {
		return core.Option("", s)
	}
	if f != nil && f.Kind == "reference" {
		return core.Reference(s, "")
	}
	return core.String(s)
}

// body is a request's own body with fields written into it.
func (c *Connector) body(r *Request, it *Item, fields map[string]*Field, values map[string]core.Value, v vars) map[string]any {
	body, _ := r.Body.fill(v).(map[string]any)
	if body == nil {
		body = map[string]any{}
	}
	inner := under(body, r.Under)
	for _, name := range sortedKeys(values) {
		f := fields[name]
		if at, ok := filled(f.at(), v); ok && !c.moves(it, name) {
			setAt(inner, at, c.encode(f, values[name]))
		}
	}
	return body
}

// moves tells that a field is the status and is written by transitions only.
func (c *Connector) moves(it *Item, name string) bool {
	return it.Status != nil && it.Status.Field == name && it.Status.Take != nil
}

// putMark puts an item's mark into a body.
func (c *Connector) putMark(it *Item, body map[string]any, where string, values map[string]core.Value, mark string, v vars) {
	m := it.Mark
	if m == nil || mark == "" {
		return
	}
	inner := under(body, where)
	if m.Text != "" {
		if at, ok := filled(it.Fields[m.Text].at(), v); ok {
			setAt(inner, at, m.join(textOf(valueAt(inner, at)), mark))
		}
		return
	}
	if at, ok := filled(m.At, v); ok {
		setAt(inner, at, mark)
	}
}

// Update writes what differs. The item is read first: to compare, and to write nothing when it has moved on. Where the manifest has a
// precondition, the system itself refuses what was overtaken since that read. A field that the system took without a word and kept as it
// was is refused in its name.
func (c *Connector) Update(ctx context.Context, id string, patch core.Patch, revision string, want connectors.Want) (core.Observation, error) {
	none := core.Observation{}
	want.Comments, want.Attachments = false, false
	whole := connectors.Want{Type: want.Type}
	r, err := c.get(ctx, id, whole)
	if err != nil {
		return none, c.failed("updating "+id, err)
	}
	if rev, err := c.revision(r); err != nil || revision != "" && rev != revision {
		if err == nil {
			err = connectors.ErrStale
		}
		return none, c.failed("updating "+id, err)
	}
	fields, changed, before, err := c.differing(ctx, r, patch)
	if err != nil {
		return none, c.failed("updating "+id, err)
	}
	status := core.Absent()
	if s := r.it.Status; s != nil && (s.Take != nil || s.Hops != nil) {
		if x, ok := changed[s.Field]; ok {
			status = x
			delete(changed, s.Field)
		}
	}
	if len(changed) > 0 {
		if err := c.send(ctx, r, fields, changed); err != nil {
			return none, c.failed("updating "+id, c.mapped(fields, err))
		}
	}
	if !status.IsAbsent() {
		if err := c.move(ctx, r, fields, before[r.it.Status.Field], status, len(changed) > 0); err != nil {
			return none, c.failed("updating "+id, c.mapped(fields, err))
		}
		changed[r.it.Status.Field] = status
	}
	if len(changed) > 0 {
		if r, err = c.get(ctx, id, whole); err != nil {
			return none, c.failed("reading "+id+" after its update", err)
		}
		if err := c.verify(ctx, r, fields, before, changed); err != nil {
			return none, c.failed("updating "+id, err)
		}
	}
	o, err := c.observe(ctx, r, want)
	return o, c.failed("reading "+id, err)
}

// differing is what of a patch would change the item, settled.
func (c *Connector) differing(ctx context.Context, r raw, patch core.Patch) (fields map[string]*Field, changed, before map[string]core.Value, err error) {
	names := patch.Names()
	if fields, err = c.fields(ctx, r.it, r.vars, names); err != nil {
		return nil, nil, nil, err
	}
	if r.vars, err = c.scoped(ctx, r.it, r.vars); err != nil {
		return nil, nil, nil, err
	}
	if before, err = c.shownFields(ctx, r, names); err != nil {
		return nil, nil, nil, err
	}
	changed = map[string]core.Value{}
	refused := map[string]string{}
	for _, name := range names {
		f := fields[name]
		switch {
		case f == nil:
			refused[name] = "there is no such field"
			continue
		case f.OnCreate:
			refused[name] = "it can be set only when the item is created"
			continue
		case f.readOnly() && !c.moves(r.it, name):
			refused[name] = "it cannot be written"
			continue
		}
		x, ok := patch.Fields[name]
		if s, set := patch.Sets[name]; set && !ok {
			if x, err = c.merged(ctx, f, before[name], s, r.vars, refused, name); err != nil {
				return nil, nil, nil, err
			}
		}
		x, why, err := c.settle(ctx, f, x, r.vars)
		if err != nil {
			return nil, nil, nil, err
		}
		if why != "" {
			refused[name] = cmp.Or(refused[name], why)
			continue
		}
		if !c.same(before[name], x) {
			changed[name] = x
		}
	}
	if len(refused) > 0 {
		return nil, nil, nil, &connectors.InvalidError{Fields: refused}
	}
	return fields, changed, before, nil
}

// merged is a set with elements added and removed.
func (c *Connector) merged(ctx context.Context, f *Field, now core.Value, s core.SetChange, v vars, refused map[string]string, name string) (core.Value, error) {
	add, why, err := c.settle(ctx, f, orEmptySet(s.Add), v)
	if err != nil || why != "" {
		if why != "" {
			refused[name] = why
		}
		return now, err
	}
	return core.Union(core.Without(orEmptySet(now), orEmptySet(s.Remove)), add), nil
}

func orEmptySet(v core.Value) core.Value {
	if v.IsAbsent() || v.IsEmpty() {
		return core.Set()
	}
	return v
}

// same tells that writing b over a would change nothing.
func (c *Connector) same(a, b core.Value) bool {
	if core.Equal(a, b) {
		return true
	}
	return a.Kind() == core.KindText && b.Kind() == core.KindText && richtext.Equal(richtext.Format(c.format), a.Source(), b.Source())
}

// send writes fields to an item that was just read.
func (c *Connector) send(ctx context.Context, r raw, fields map[string]*Field, values map[string]core.Value) error {
	u := r.it.Update
	if u == nil {
		return fmt.Errorf("%w: the manifest does not say how items are changed", connectors.ErrUnsupported)
	}
	body := c.body(&u.Request, r.it, fields, values, r.vars)
	if m := r.it.Mark; m != nil && m.Text != "" {
		if _, writes := values[m.Text]; writes {
			mark, err := c.markOf(m, r.see(), r.it)
			if err != nil {
				return err
			}
			c.putMark(r.it, body, u.Under, values, mark, r.vars)
		}
	}
	req := u.Request
	if p := u.Precondition; p != nil {
		x, err := p.Value.eval(r.see())
		if err != nil {
			return err
		}
		if p.Field != "" {
			setAt(under(body, u.Under), p.Field, x)
		}
		if p.Header != "" && x != nil {
			req.Headers = maps.Clone(u.Headers)
			if req.Headers == nil {
				req.Headers = map[string]string{}
			}
			req.Headers[p.Header] = c.condition(p.Header, x)
		}
	}
	_, err := c.call(ctx, &req, http.MethodPut, r.vars, query(r.vars, u.Query), body)
	return err
}

// condition writes a precondition's header: a time as HTTP writes it, anything else as it is.
func (c *Connector) condition(header string, x any) string {
	if strings.EqualFold(header, "If-Unmodified-Since") {
		if t := c.instant(x); !t.IsZero() {
			return t.Add(time.Second - time.Nanosecond).UTC().Truncate(time.Second).Format(http.TimeFormat)
		}
	}
	return textOf(x)
}

// verify finds fields that the system kept as they were.
func (c *Connector) verify(ctx context.Context, r raw, fields map[string]*Field, before, wrote map[string]core.Value) error {
	after, err := c.shownFields(ctx, r, sortedKeys(wrote))
	if err != nil {
		return err
	}
	refused := map[string]string{}
	for name, x := range wrote {
		if now := after[name]; !c.same(now, x) && c.same(now, before[name]) {
			refused[name] = "the system took it without an error and kept the value it had; check what the account may change, and the workflow"
		}
	}
	if len(refused) > 0 {
		return &connectors.InvalidError{Fields: refused}
	}
	return nil
}

// Delete removes an item.
func (c *Connector) Delete(ctx context.Context, id string) error {
	_, it, v, err := c.at(id)
	if err != nil {
		return err
	}
	if it.Delete == nil {
		return c.failed("deleting "+id, connectors.ErrUnsupported)
	}
	if _, err := c.get(ctx, id, connectors.Want{}); err != nil {
		return c.failed("deleting "+id, err) // an item that is already gone may be deleted again without an error
	}
	_, err = c.call(ctx, it.Delete, http.MethodDelete, v, query(v, it.Delete.Query), it.Delete.Body.fill(v))
	return c.failed("deleting "+id, err)
}

// mapped gives a refusal the names that mappings use: what the system calls a field, or a reason that begins with its label.
func (c *Connector) mapped(fields map[string]*Field, err error) error {
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	for vendor, why := range maps.Clone(invalid.Fields) {
		for _, name := range sortedKeys(fields) {
			f := fields[name]
			if vendor != "" && name != vendor && (f.vendorName() == vendor || slices.Contains(f.History, vendor)) ||
				vendor == "" && f.Label != "" && strings.HasPrefix(strings.ToLower(why), strings.ToLower(f.Label)+" ") {
				delete(invalid.Fields, vendor)
				invalid.Fields[name] = why
				break
			}
		}
	}
	return invalid // what wraps it has the names of before in its text
}
