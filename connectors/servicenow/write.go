package servicenow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// Create makes a record that carries the draft's mark in its own column, in the one call that makes it. The instance may fill or change fields by
// its rules: what it shows afterwards is returned. Fields that it left out, without a word, are told in an InvalidError beside the record.
func (c *Connector) Create(ctx context.Context, draft core.Draft) (core.Observation, error) {
	o, err := c.create(ctx, draft)
	if err != nil {
		return o, fmt.Errorf("%s: creating a record: %w", c.name, err)
	}
	return o, nil
}

func (c *Connector) create(ctx context.Context, draft core.Draft) (core.Observation, error) {
	s, err := c.schema(ctx, draft.Type)
	if err != nil {
		return core.Observation{}, err
	}
	body, err := c.body(ctx, s, draft.Fields, nil)
	if err != nil {
		return core.Observation{}, err
	}
	if err := s.place(body, draft.Scope); err != nil {
		return core.Observation{}, err
	}
	if why := s.undependent(body, nil); why != nil {
		return core.Observation{}, why
	}
	if draft.Mark != "" {
		if !s.holdsMark(c.mark) { // one that is cut off would not be found after a lost answer
			return core.Observation{}, c.noMark(s)
		}
		body[c.mark] = draft.Mark
		if c.mark == "correlation_id" && s.has("correlation_display") {
			body["correlation_display"] = markDisplay
		}
	}
	var r record
	_, err = c.call(ctx, http.MethodPost, tablePath(s.table, ""), both(c.columns(s, nil)), body, &r)
	if err != nil {
		return core.Observation{}, s.named(err, draft.Fields)
	}
	if r.id() == "" {
		return core.Observation{}, connectors.Busy("creating", "the answer names no record", 0)
	}
	o, err := c.observe(ctx, s, r, nil)
	if err != nil {
		return core.Observation{}, err
	}
	maps.DeleteFunc(body, func(name, _ string) bool { // what is hidden cannot be told, and what nobody maps is nobody's
		_, mapped := draft.Fields[name]
		return !mapped || !r.shows(name)
	})
	return o, s.compare(body, nil, r)
}

// place puts where a new record goes into the body: columns with stored values.
func (s *schema) place(body map[string]string, scope map[string]string) error {
	for name, value := range scope {
		if _, ok := s.find(name); !ok {
			return connectors.Invalid("the scope", name, "a scope of a record names columns of table "+s.table+" with stored values")
		}
		if _, given := body[name]; !given {
			body[name] = value
		}
	}
	return nil
}

// body is what is stored for the fields. Every refused field is told before anything is sent.
func (c *Connector) body(ctx context.Context, s *schema, fields map[string]core.Value, now record) (map[string]string, error) {
	body, refused := map[string]string{}, map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		col, ok := s.find(name)
		if !ok {
			refused[name] = "there is no such field"
			continue
		}
		v, why, err := c.settle(ctx, col, fields[name])
		if err != nil {
			return nil, err
		}
		if why == "" {
			body[name], why = col.write(v)
		}
		if why == "" && now != nil {
			if _, shown := now[name]; !shown {
				why = "the account may not see this field, so that nobody can tell what it would overwrite"
			}
		}
		if why != "" {
			refused[name] = why
		}
	}
	if len(refused) > 0 {
		return nil, &connectors.InvalidError{Fields: refused}
	}
	return body, nil
}

// undependent refuses options that do not go with the option they depend on, as it will be after the write.
func (s *schema) undependent(body map[string]string, now record) error {
	refused := map[string]string{}
	for name, value := range body {
		col, _ := s.find(name)
		above, given := body[col.dependsOn]
		if !given {
			above = now[col.dependsOn].Value
		}
		if col.dependsOn != "" && (given || now != nil) {
			if why := col.dependentFits(value, above); why != "" {
				refused[name] = why
			}
		}
	}
	if len(refused) > 0 {
		return &connectors.InvalidError{Fields: refused}
	}
	return nil
}

// Update reads the record, writes the fields that differ and compares the answer with what was sent: the instance leaves out, without a word,
// what it does not know or does not allow. The vendor has no precondition: between the read and the write somebody may
// come first.
func (c *Connector) Update(ctx context.Context, id string, patch core.Patch, revision string, want connectors.Want) (core.Observation, error) {
	o, err := c.update(ctx, id, patch, revision, want)
	if err != nil {
		return core.Observation{}, fmt.Errorf("%s: updating %s: %w", c.name, id, err)
	}
	return o, nil
}

func (c *Connector) update(ctx context.Context, id string, patch core.Patch, revision string, want connectors.Want) (core.Observation, error) {
	table, err := c.tableOf(ctx, id, want.Type.Type)
	if err != nil {
		return core.Observation{}, err
	}
	s, err := c.schema(ctx, table)
	if err != nil {
		return core.Observation{}, err
	}
	asked := want.Fields
	if asked != nil {
		asked = append(slices.Clone(asked), patch.Names()...)
		for _, col := range s.columns {
			if slices.Contains(asked, col.name) && col.dependsOn != "" {
				asked = append(asked, col.dependsOn)
			}
		}
	}
	columns := c.columns(s, asked)
	now, err := c.record(ctx, table, id, columns)
	if err != nil {
		return core.Observation{}, err
	}
	if revision != "" && now.revision() != revision {
		return core.Observation{}, connectors.ErrStale
	}
	fields, err := c.merged(s, patch, now)
	if err != nil {
		return core.Observation{}, err
	}
	body, err := c.body(ctx, s, fields, now)
	if err != nil {
		return core.Observation{}, err
	}
	for name, value := range body {
		if col, _ := s.find(name); col.kept(value, "", now[name].Value) && (col.kind != core.KindString && col.kind != core.KindText || value == now[name].Value) {
			delete(body, name)
		}
	}
	if err := s.undependent(body, now); err != nil {
		return core.Observation{}, err
	}
	if len(body) == 0 {
		return c.observe(ctx, s, now, want.Fields)
	}
	var after record
	if _, err := c.call(ctx, http.MethodPatch, tablePath(table, id), both(columns), body, &after); err != nil {
		return core.Observation{}, s.named(err, fields)
	}
	if after.id() != id {
		return core.Observation{}, connectors.Busy("updating", "the answer is not the updated record", 0)
	}
	if err := s.compare(body, now, after); err != nil {
		return core.Observation{}, err
	}
	return c.observe(ctx, s, after, want.Fields)
}

// merged are the patch's fields, with its changes of sets applied to what the record holds now.
func (c *Connector) merged(s *schema, patch core.Patch, now record) (map[string]core.Value, error) {
	fields := maps.Clone(patch.Fields)
	if fields == nil {
		fields = map[string]core.Value{}
	}
	for name, change := range patch.Sets {
		col, ok := s.find(name)
		if !ok || col.kind != core.KindSet {
			return nil, connectors.Invalid("the patch", name, "it is no set")
		}
		fields[name] = core.Union(core.Without(c.read(col, now[name]), change.Remove), change.Add)
	}
	return fields, nil
}

// compare tells which of the fields the instance did not store as they were sent.
func (s *schema) compare(sent map[string]string, before, after record) error {
	refused := map[string]string{}
	for name, value := range sent {
		col, _ := s.find(name)
		got, shown := after[name]
		switch {
		case !shown:
			refused[name] = "the instance does not show what became of it: the account may not read this field"
		case !col.kept(value, before[name].Value, got.Value):
			refused[name] = fmt.Sprintf("ServiceNow did not keep it: a rule, a right or the list of choices of the instance stands against it, and it now holds %q", cmp.Or(httpx.Short(got.Shown), httpx.Short(got.Value)))
		}
	}
	if len(refused) > 0 {
		return &connectors.InvalidError{Fields: refused}
	}
	return nil
}

// Delete deletes a record, which few accounts may; without the right it is ErrUnsupported, since a mapping can close the record instead.
func (c *Connector) Delete(ctx context.Context, id string) error {
	table, err := c.tableOf(ctx, id, "")
	if err == nil {
		_, err = c.call(ctx, http.MethodDelete, tablePath(table, id), nil, nil, nil)
	}
	if errors.Is(err, connectors.ErrDenied) && !errors.Is(err, connectors.ErrUnauthenticated) {
		err = fmt.Errorf("the account may not delete records of %s; give it the right, or let the mapping close them with deletes: %w", table, connectors.ErrUnsupported)
	}
	if err != nil {
		return fmt.Errorf("%s: deleting %s: %w", c.name, id, err)
	}
	c.classes.Forget(id)
	return nil
}

// named gives the fields that a data policy misses the names that mappings use. What a state needs is told at the state, as what cannot be
// written without it.
func (s *schema) named(err error, fields map[string]core.Value) error {
	var policy *policyError
	if !errors.As(err, &policy) {
		return err
	}
	var missing []string
	for _, label := range policy.labels {
		missing = append(missing, cmp.Or(s.labelled(label), label))
	}
	return s.needed(missing, fields, strings.Join(policy.labels, ", "))
}
