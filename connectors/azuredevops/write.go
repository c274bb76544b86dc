package azuredevops

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// op is one operation of a JSON Patch.
type op struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

func put(ref string, value any) op { return op{"add", "/fields/" + ref, value} }

// testRev makes the write fail where the item moved on.
func testRev(rev int64) op { return op{"test", "/rev", rev} }

// plan is a patch made ready: operations, and the states to go through.
type plan struct {
	ops    []op
	states []string
}

// prepare makes the operations for the fields that differ from what the item shows. Every refused field is named before anything is sent.
func (c *Connector) prepare(ctx context.Context, now present, patch core.Patch) (plan, error) {
	var p plan
	w := now.workItem
	s, err := c.schema(ctx)
	if err != nil {
		return p, err
	}
	info, err := c.typeInfo(ctx, w.text(refProject), w.text(refType))
	if err != nil {
		return p, err
	}
	refused := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(patch.Sets)) {
		change := patch.Sets[name]
		if ops, why, ok := c.linkOps(w, name, core.Empty(core.KindSet), &change); ok {
			p.ops = append(p.ops, ops...)
			if why != "" {
				refused[name] = why
			}
			continue
		}
		f := s.byName[name]
		if f == nil || f.ref != refTags {
			refused[name] = "work items have no such set"
			continue
		}
		p.addTags(w, core.Without(core.Union(now.shows(c, f, info), change.Add), change.Remove), f.name, refused)
	}
	for _, name := range slices.Sorted(maps.Keys(patch.Fields)) {
		v := patch.Fields[name]
		if ops, why, ok := c.linkOps(w, name, v, nil); ok {
			p.ops = append(p.ops, ops...)
			if why != "" {
				refused[name] = why
			}
			continue
		}
		f := s.byName[name]
		if f == nil || !info.has(f.ref) && w.Fields[f.ref] == nil {
			refused[name] = "items of this type have no such field"
			continue
		}
		var places *trees
		if f.typ == "treePath" {
			if places, err = c.trees(ctx, w.text(refProject)); err != nil {
				return p, err
			}
		}
		has := now.shows(c, f, info)
		if !v.IsAbsent() && !f.readOnly && same(has, v) {
			continue
		}
		switch {
		case f.ref == refTags && !v.IsAbsent():
			p.addTags(w, v, name, refused)
			continue
		case f.ref == refState && !v.IsAbsent():
			if why := p.addState(info, w.text(refState), v); why != "" {
				refused[name] = why
			}
			continue
		}
		if v, err = c.meantPerson(ctx, v); err != nil {
			return p, err
		}
		value, why := c.write(f, v, w, info, places)
		if why != "" && places != nil { // somebody may have just made the iteration or the area
			c.nodes.Forget(w.text(refProject))
			if places, err = c.trees(ctx, w.text(refProject)); err != nil {
				return p, err
			}
			value, why = c.write(f, v, w, info, places)
		}
		switch {
		case why != "":
			refused[name] = why
		case value == nil && has.IsEmpty():
		case value == nil:
			p.ops = append(p.ops, op{Op: "remove", Path: "/fields/" + f.ref})
		default:
			p.ops = append(p.ops, put(f.ref, value))
		}
	}
	if len(refused) > 0 {
		return p, &connectors.InvalidError{Fields: refused}
	}
	removalsFirst(p.ops)
	return p, nil
}

// meantPerson is the account of a person who is given by an address, where the vendor takes none (Server). Nobody found stays as given, and is refused.
func (c *Connector) meantPerson(ctx context.Context, v core.Value) (core.Value, error) {
	if !c.server || v.Kind() != core.KindUser || v.ID() != "" || v.Email() == "" {
		return v, nil
	}
	found, err := c.ResolveUser(ctx, connectors.ItemType{}, v)
	if errors.Is(err, connectors.ErrNotFound) {
		return v, nil
	}
	return found, err
}

// same tells that a write would change nothing. Texts are compared in the form the item shows.
func same(has, v core.Value) bool {
	if has.Kind() == core.KindText && v.Kind() == core.KindText && !v.IsEmpty() && has.Format() != v.Format() {
		text, _ := richtext.Convert(richtext.Format(v.Format()), richtext.Format(has.Format()), v.Source())
		v = core.Text(has.Format(), richtext.Normal(richtext.Format(has.Format()), text))
	}
	return core.Equal(has, v)
}

// addTags writes the whole list: adding alone is not said to keep tags or to remove any (vendor page "Work Items - Update"). Marks stay.
func (p *plan) addTags(w workItem, want core.Value, name string, refused map[string]string) {
	var tags []string
	for _, v := range want.Items() {
		if strings.ContainsAny(v.Source(), ",;") {
			refused[name] = "a tag cannot hold a comma or a semicolon"
			return
		}
		tags = append(tags, v.Source())
	}
	if core.Equal(core.Strings(tags...), core.Strings(slices.DeleteFunc(splitTags(w.text(refTags)), isMark)...)) {
		return
	}
	for _, t := range splitTags(w.text(refTags)) {
		if isMark(t) {
			tags = append(tags, t)
		}
	}
	p.ops = append(p.ops, op{"replace", "/fields/" + refTags, strings.Join(tags, "; ")})
}

// Create makes a work item that carries the mark in the call that creates it. A state that a new item cannot have is reached by transitions
// afterwards; when that fails, the item is returned together with the error.
func (c *Connector) Create(ctx context.Context, draft core.Draft) (core.Observation, error) {
	none := core.Observation{}
	fail := func(err error) (core.Observation, error) {
		return none, fmt.Errorf("%s: creating a work item: %w", c.name, c.named(ctx, err, draft.Fields))
	}
	if err := c.checkType(draft.Type); err != nil {
		return none, err
	}
	project, typ := c.place(draft.Scope)
	fields := maps.Clone(draft.Fields)
	for name, to := range map[string]*string{"project": &project, "type": &typ} { // a rule may say where it goes
		if v, ok := fields[name]; ok {
			*to = cmp.Or(v.Source(), v.Name(), v.ID(), *to)
			delete(fields, name)
		}
	}
	if project == "" || typ == "" {
		return fail(connectors.Invalid("the draft", firstMissing(project), "a new work item needs a project and a type; name both in the connection's scope or in a rule"))
	}
	blank := workItem{Fields: map[string]json.RawMessage{refProject: quote(project), refType: quote(typ)}}
	p, err := c.prepare(ctx, present{workItem: blank}, core.Patch{Fields: withoutEmpty(fields)})
	if err != nil {
		return fail(err)
	}
	ops := c.marked(p.ops, draft.Mark)
	if len(p.states) > 0 {
		ops = append(ops, put(refState, p.states[0]))
	}
	var w workItem
	err = c.call(ctx, request{method: http.MethodPost, path: in(project, "wit/workitems/$"+url.PathEscape(typ)), op: "POST workitems/{type}", in: ops, patch: true,
		query: url.Values{"$expand": {"relations"}}}, &w)
	if err == nil && w.ID == 0 {
		err = connectors.Busy("creating", "the answer has no work item", 0)
	}
	if err != nil {
		return fail(aboutLink(err, 0, ops))
	}
	for _, state := range p.states[min(1, len(p.states)):] {
		next, err := c.patch(ctx, w.ID, []op{testRev(w.Rev), put(refState, state)})
		if err != nil {
			o, unseen := c.observe(ctx, w, connectors.Want{})
			if unseen != nil {
				o = core.Observation{Ref: c.ref(w.ID)}
			}
			return o, fmt.Errorf("%s: taking the new #%d to its state: %w", c.name, w.ID, c.named(ctx, err, draft.Fields))
		}
		w = next
	}
	o, err := c.observe(ctx, w, connectors.Want{})
	if err != nil { // it is there: the next read shows the rest
		return core.Observation{Ref: c.ref(w.ID)}, nil
	}
	return o, nil
}

func withoutEmpty(fields map[string]core.Value) map[string]core.Value {
	out := map[string]core.Value{}
	for name, v := range fields {
		if v.IsAbsent() || !v.IsEmpty() {
			out[name] = v
		}
	}
	return out
}

// Update writes what differs in one guarded call, or in several where the state takes several steps; the other fields go with the last.
func (c *Connector) Update(ctx context.Context, id string, patch core.Patch, revision string, want connectors.Want) (core.Observation, error) {
	n, err := number(id)
	if err != nil {
		return core.Observation{}, err
	}
	fail := func(err error) (core.Observation, error) {
		return core.Observation{}, fmt.Errorf("%s: updating #%d: %w", c.name, n, c.named(ctx, err, patch.Fields))
	}
	want.Comments, want.Attachments = false, false
	for try := 1; ; try++ {
		now, err := c.present(ctx, n, patch, revision, want)
		if err != nil {
			return fail(err)
		}
		p, err := c.prepare(ctx, now, patch)
		if err != nil {
			return fail(err)
		}
		next, err := c.carryOut(ctx, now.workItem, p)
		if errors.Is(err, connectors.ErrStale) && revision == "" && try < 3 {
			continue
		}
		if err == nil && next.Rev == now.Rev && now.known != nil { // nothing was written, and not all of it is known
			next, err = c.item(ctx, n, want)
		}
		if err != nil {
			return fail(err)
		}
		return c.observe(ctx, next, want)
	}
}

// carryOut sends a plan. The item is returned as it is where there is nothing to do.
func (c *Connector) carryOut(ctx context.Context, w workItem, p plan) (workItem, error) {
	if len(p.ops) == 0 && len(p.states) == 0 {
		return w, nil
	}
	for _, state := range p.states[:max(0, len(p.states)-1)] {
		next, err := c.patch(ctx, w.ID, []op{testRev(w.Rev), put(refState, state)})
		if err != nil {
			return w, err
		}
		w = next
	}
	ops := append([]op{testRev(w.Rev)}, p.ops...)
	if len(p.states) > 0 {
		ops = append(ops, put(refState, p.states[len(p.states)-1]))
	}
	return c.patch(ctx, w.ID, ops)
}

func (c *Connector) patch(ctx context.Context, n int64, ops []op) (workItem, error) {
	var w workItem
	err := c.call(ctx, request{method: http.MethodPatch, path: itemPath(n), op: "PATCH workitems/{id}", in: ops, patch: true, query: url.Values{"$expand": {"relations"}}}, &w)
	if err == nil && w.ID != n {
		err = connectors.Busy("updating", "the answer is not the work item that was written", 0)
	}
	return w, aboutLink(err, n, ops)
}

// Delete moves a work item to the recycle bin of its project.
func (c *Connector) Delete(ctx context.Context, id string) error {
	n, err := number(id)
	if err != nil {
		return err
	}
	if err := c.call(ctx, request{method: http.MethodDelete, path: itemPath(n), op: "DELETE workitems/{id}"}, nil); err != nil {
		return fmt.Errorf("%s: deleting #%d: %w", c.name, n, err)
	}
	return nil
}

// named puts the mapping's names in place of the vendor's. A refusal without a field is about the only one that was written, or about the one
// that its words name.
func (c *Connector) named(ctx context.Context, err error, fields map[string]core.Value) error {
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	s, serr := c.schema(ctx)
	if serr != nil {
		return err
	}
	out := map[string]string{}
	for ref, why := range invalid.Fields {
		name := ref
		if f := s.byRef[ref]; f != nil {
			name = f.name
		}
		if ref == "" {
			name = s.meant(why, fields)
		}
		out[name] = why
	}
	return &connectors.InvalidError{Fields: out}
}

// meant is the field that a refusal's words name: by its reference name, its label, or the person who was written.
func (s *schema) meant(why string, fields map[string]core.Value) string {
	names := slices.Sorted(maps.Keys(fields))
	if len(names) == 1 {
		return names[0]
	}
	best, length := "", 0
	for _, name := range names {
		f := s.byName[name]
		if f == nil {
			continue
		}
		for _, hint := range []string{f.ref, f.label, fields[name].Email()} {
			if len(hint) > length && strings.Contains(why, hint) {
				best, length = name, len(hint)
			}
		}
	}
	return best
}
