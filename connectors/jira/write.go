package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// edit is what one write sends, by field id. It is decided before anything is sent.
type edit struct {
	fields map[string]any
	update map[string][]map[string]any
	status core.Value // where the issue goes; absent: stays
	sprint core.Value // where it is planned; empty: the backlog; absent: stays
	inside field      // the field of sprints
	links  linking
	late   map[string]any // what a transition's screen may take; written afterwards when none does
}

func (e edit) isEmpty() bool { return len(e.fields) == 0 && len(e.update) == 0 }

// decide turns a patch into an edit against the issue as it is, leaving out what is already so. Every value that cannot
// be written is named in one InvalidError, and then nothing is written.
func (s *screen) decide(ctx context.Context, cat *catalogue, patch core.Patch, is issue, mark string) (edit, error) {
	e := edit{fields: map[string]any{}, update: map[string][]map[string]any{}, late: map[string]any{}}
	bad := map[string]string{}
	for _, name := range sortedKeys(patch.Fields) {
		f, v, why, err := s.prepare(ctx, cat, name, patch.Fields[name])
		if err != nil {
			return e, err
		}
		if why == "" && patch.Fields[name].IsAbsent() {
			why = "a value that is not known cannot be written"
		}
		if why == "" {
			cur := f.read(is.Fields[f.id])
			if f.id == "labels" {
				cur = visibleLabels(cur, mark)
			}
			switch f.shape {
			case shapeSprint:
				e.inside = f
				why = e.setSprint(f, is.Fields[f.id], v)
			case shapeLink:
				e.changeLinks(f, is.Fields[f.id], core.SetChange{Add: v, Remove: core.Without(cur, v)})
			default:
				why = e.set(f, cur, v)
			}
		}
		if why != "" {
			bad[name] = why
		}
	}
	for _, name := range sortedKeys(patch.Sets) {
		change := patch.Sets[name]
		f, add, why, err := s.prepare(ctx, cat, name, change.Add)
		if err != nil {
			return e, err
		}
		if why == "" && !f.multi {
			why = "the field holds one value, not several"
		}
		if why != "" {
			bad[name] = why
			continue
		}
		if f.shape == shapeLink {
			e.changeLinks(f, is.Fields[f.id], core.SetChange{Add: add, Remove: change.Remove})
			continue
		}
		cur := f.read(is.Fields[f.id])
		// What is to be removed and is not there needs no settling: elements are compared by name as well.
		if err := e.change(f, cur, core.SetChange{Add: add, Remove: change.Remove}); err != "" {
			bad[name] = err
		}
	}
	if len(bad) > 0 {
		return e, fmt.Errorf("%s: write issue: %w", s.c.system, &connectors.InvalidError{Fields: bad})
	}
	if !e.status.IsAbsent() {
		if r, ok := e.fields["resolution"]; ok {
			e.late["resolution"] = r
			delete(e.fields, "resolution")
		}
	}
	return e, nil
}

func (s *screen) prepare(ctx context.Context, cat *catalogue, name string, v core.Value) (f field, settled core.Value, why string, err error) {
	f, why = cat.find(name)
	switch {
	case why != "":
		return f, v, why, nil
	case f.readOnly:
		return f, v, "the field is read-only in Jira", nil
	case v.IsAbsent():
		return f, core.Set(), "", nil
	}
	settled, why, err = s.settle(ctx, f, v)
	return f, settled, why, err
}

// set plans to give a field a value. It is pure.
func (e *edit) set(f field, cur, v core.Value) (why string) {
	switch {
	case f.same(cur, v):
		return ""
	case f.id == "status":
		if v.IsEmpty() {
			return "a status cannot be empty"
		}
		e.status = v
		return ""
	case f.id == "parent" && v.IsEmpty():
		e.update[f.id] = []map[string]any{{"set": map[string]bool{"none": true}}}
		return ""
	case f.multi && !cur.IsAbsent():
		return e.change(f, cur, core.SetChange{Add: v, Remove: core.Without(cur, v)})
	case f.multi:
		all := []any{}
		for _, it := range v.Items() {
			x, why := f.write(it)
			if why != "" {
				return why
			}
			all = append(all, x)
		}
		e.fields[f.id] = all
		return ""
	}
	x, why := f.write(v)
	if why == "" {
		e.fields[f.id] = x
	}
	return why
}

// change plans to add and remove elements with the vendor's verbs, so that an element that somebody else adds meanwhile
// stays. It is pure.
func (e *edit) change(f field, cur core.Value, c core.SetChange) (why string) {
	var verbs []map[string]any
	for _, step := range []struct {
		verb  string
		items []core.Value
		when  bool // the element is there already
	}{{"add", c.Add.Items(), false}, {"remove", c.Remove.Items(), true}} {
		for _, it := range step.items {
			if !cur.IsAbsent() && cur.Has(it) != step.when {
				continue
			}
			x, why := f.write(shown(cur, it))
			if why != "" {
				return why
			}
			verbs = append(verbs, map[string]any{step.verb: x})
		}
	}
	if len(verbs) > 0 {
		e.update[f.id] = append(e.update[f.id], verbs...)
	}
	return ""
}

// shown is the element as the issue shows it, with its id, where it is there.
func shown(cur, it core.Value) core.Value {
	for _, c := range cur.Items() {
		if core.Equal(c, it) {
			return c
		}
	}
	return it
}

// Update reads the issue, compares its revision, and writes what differs: fields in one call that answers the issue
// ("Edit issue", returnIssue), then a status by its transitions. A patch that changes nothing writes nothing.
func (c *Connector) Update(ctx context.Context, id string, patch core.Patch, rev string, want connectors.Want) (core.Observation, error) {
	none := core.Observation{}
	names := patch.Names()
	cat := c.builtin
	var err error
	if len(names) > 0 {
		if cat, err = c.catalogue(ctx, names...); err != nil {
			return none, err
		}
	}
	v, err := c.look(ctx, want.Fields)
	if err != nil {
		return none, err
	}
	ids := v.ids(idsOf(cat, names)...)
	before, err := c.issue(ctx, id, ids, "")
	if err != nil {
		return none, err
	}
	self, err := c.selfID(ctx)
	if err != nil {
		return none, err
	}
	seen := c.observe(before, v, self)
	if rev != "" && rev != seen.Revision {
		return none, fmt.Errorf("%s: issue %s: %w", c.system, seen.Ref, connectors.ErrStale)
	}
	s := c.screenOf(before)
	e, err := s.decide(ctx, cat, patch, before, seen.Mark)
	if err != nil {
		return none, err
	}
	after, err := c.carryOut(ctx, before, e, ids)
	if err != nil {
		return none, err
	}
	return c.observe(after, v, self), nil
}

func idsOf(cat *catalogue, names []string) []string {
	var ids []string
	for _, n := range names {
		if f, why := cat.find(n); why == "" {
			ids = append(ids, f.id)
		}
	}
	return ids
}

func (c *Connector) screenOf(is issue) *screen {
	s := &screen{c: c, issueID: is.ID}
	var project, typ thing
	if json.Unmarshal(is.Fields["project"], &project) == nil {
		s.project = project.ID
	}
	if json.Unmarshal(is.Fields["issuetype"], &typ) == nil {
		s.typeID = typ.ID
	}
	return s
}

// carryOut writes an edit and gives the issue as it is afterwards.
func (c *Connector) carryOut(ctx context.Context, before issue, e edit, ids []string) (issue, error) {
	after := before
	var refused error // what only a transition's screen may take
	known := e.links.isEmpty()
	if err := c.writeLinks(ctx, before.ID, e.links); err != nil {
		return before, err
	}
	if !e.isEmpty() {
		answer, refusal, err := c.edited(ctx, before, &e)
		if err != nil {
			return before, err
		}
		refused = refusal
		answer.ID, answer.Key, answer.Properties = before.ID, cmp.Or(answer.Key, before.Key), before.Properties
		after, known = answer, known && answer.covers(before)
	}
	if !e.status.IsAbsent() {
		if err := c.transition(ctx, before, e.status, e.late); err != nil {
			return before, err
		}
		known = false
		if len(e.late) > 0 && refused != nil {
			return before, refused
		}
		if len(e.late) > 0 {
			if _, err := c.put(ctx, before.ID, e.late, nil); err != nil {
				return before, err
			}
		}
	}
	if !e.sprint.IsAbsent() {
		if err := c.moveToSprint(ctx, before.ID, e.inside, e.sprint); err != nil {
			return before, err
		}
		known = false
	}
	if known {
		return after, nil
	}
	return c.issue(ctx, before.ID, ids, "")
}

// put edits an issue. The answer holds the issue where the system gives it.
func (c *Connector) put(ctx context.Context, id string, fields map[string]any, update map[string][]map[string]any) (issue, error) {
	body := map[string]any{}
	if len(fields) > 0 {
		body["fields"] = fields
	}
	if len(update) > 0 {
		body["update"] = update
	}
	var is issue
	var answer url.Values
	if c.on == cloud {
		answer = url.Values{"returnIssue": {"true"}}
	}
	err := c.do(ctx, http.MethodPut, c.issuePath(id), body, &is, httpx.Query(answer))
	return is, err
}

// covers reports that an answer shows its time and every field that the read before it showed.
func (is issue) covers(before issue) bool {
	if _, ok := is.time("updated"); !ok {
		return false
	}
	for id := range before.Fields {
		if _, ok := is.Fields[id]; !ok {
			return false
		}
	}
	return true
}

// Delete deletes an issue ("Delete issue"). One with subtasks is refused.
func (c *Connector) Delete(ctx context.Context, id string) error {
	err := c.do(ctx, http.MethodDelete, c.issuePath(id), nil, nil)
	var invalid *connectors.InvalidError
	if errors.As(err, &invalid) {
		return unsupported(c.system+": delete issue", "Jira refuses; an issue with subtasks must be deleted by a person: "+invalid.Error())
	}
	return err
}
