package asana

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"duplex/connectors"
	"duplex/core"
)

func jsonNumber(s string) json.Number { return json.Number(s) }

// planOpts is what a write has to read of the task beside what it shows: the fields it writes, and the dates they depend on.
func planOpts(fields []field, names []string) []string {
	var out []string
	for _, n := range names {
		if f, ok := find(fields, n); ok {
			out = append(out, f.opts...)
			if f.key == "start_on" {
				out = append(out, "due_on", "due_at")
			}
		}
	}
	return out
}

// Create makes a task with the mark in the same call ("Create a task"). Links to other tasks are made afterwards; when that fails, the task is
// returned together with the error.
func (c *Connector) Create(ctx context.Context, draft core.Draft) (core.Observation, error) {
	none := core.Observation{}
	t := connectors.ItemType{Type: draft.Type, Scope: draft.Scope}
	project, err := c.scope(t)
	if err != nil {
		return none, err
	}
	fields := map[string]core.Value{}
	for name, v := range draft.Fields {
		if !v.IsAbsent() && name != "project" {
			fields[name] = v
		}
	}
	all, err := c.catalogue(ctx, project, slices.Collect(maps.Keys(fields)))
	if err != nil {
		return none, err
	}
	p := &planner{c: c, fields: all, project: project, create: true}
	if err := p.decide(ctx, core.Patch{Fields: fields}); err != nil {
		return none, err
	}
	body, late, err := c.draftBody(ctx, p.plan, project, draft.Mark)
	if err != nil {
		return none, err
	}
	v, err := c.look(ctx, t, nil)
	if err != nil {
		return none, err
	}
	made, _, err := call[task](ctx, c, http.MethodPost, "/tasks", body, optFields(v.opts...))
	if err = c.known(ctx, err, draft.Mark, v, &made); err != nil {
		return none, err
	}
	if made.gid() == "" {
		return none, connectors.Busy(c.system+": create task", "the answer shows no task", 0)
	}
	bare := core.Observation{Ref: c.ref(made.gid())}
	var linking error
	if !late.isEmpty() {
		linking = c.carryOut(ctx, made.gid(), late)
		again, err := c.task(ctx, made.gid(), v.opts)
		if err != nil {
			return bare, linking
		}
		made = again
	}
	o, err := c.observe(ctx, made, v)
	if err != nil {
		return bare, linking
	}
	return o, linking
}

// known reads the task that carries the mark already, where Asana refuses a second one with it: an earlier attempt made it.
func (c *Connector) known(ctx context.Context, err error, mark string, v view, made *task) error {
	var invalid *connectors.InvalidError
	if !c.external || mark == "" || !errors.As(err, &invalid) {
		return err
	}
	found, _, lookup := call[task](ctx, c, http.MethodGet, "/tasks/external:"+url.PathEscape(mark), nil, optFields(v.opts...))
	if lookup != nil {
		return err
	}
	*made = found
	return nil
}

// draftBody is the body that creates a task, and what is left to do afterwards.
func (c *Connector) draftBody(ctx context.Context, p plan, project, mark string) (body map[string]any, late plan, err error) {
	body, late = p.body, plan{sets: map[string]core.SetChange{}}
	homes := []string{project}
	for name, ch := range p.sets {
		switch name {
		case "projects":
			for _, id := range ids(ch.Add) {
				if id != project {
					homes = append(homes, id)
				}
			}
		case "followers":
			body["followers"] = ids(ch.Add)
		case "tags":
			if body["tags"], err = c.tagIDs(ctx, project, ch.Add); err != nil {
				return nil, late, err
			}
		default:
			late.sets[name] = ch
		}
	}
	body["projects"] = homes
	if p.section != "" {
		body["memberships"] = []map[string]string{{"project": project, "section": p.section}}
	}
	if p.parent != nil && *p.parent != "" {
		body["parent"] = *p.parent
	}
	return body, late, c.mark(ctx, body, project, mark)
}

func (c *Connector) tagIDs(ctx context.Context, project string, names core.Value) ([]string, error) {
	workspace, err := c.workspaceOf(ctx, project)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, n := range names.Items() {
		gid, err := c.tag(ctx, workspace, n.Source())
		if err != nil {
			return nil, err
		}
		out = append(out, gid)
	}
	return out, nil
}

// Update reads the task, compares its revision, and writes what differs: fields in one call, then what has calls of its own. A patch that
// changes nothing writes nothing.
func (c *Connector) Update(ctx context.Context, id string, patch core.Patch, rev string, want connectors.Want) (core.Observation, error) {
	none := core.Observation{}
	names := patch.Names()
	project := want.Type.Scope["project"]
	all, err := c.catalogue(ctx, project, names)
	if err != nil {
		return none, err
	}
	v, err := c.look(ctx, want.Type, want.Fields)
	if err != nil {
		return none, err
	}
	opts := slices.Concat(v.opts, planOpts(all, names))
	slices.Sort(opts)
	opts = slices.Compact(opts)
	was, err := c.task(ctx, id, opts)
	if err != nil {
		return none, c.orDenied(ctx, project, err)
	}
	if rev != "" && rev != revision(was) {
		return none, fmt.Errorf("%s: task %s: %w", c.system, id, connectors.ErrStale)
	}
	p := &planner{c: c, fields: all, project: project, was: was}
	if err := p.decide(ctx, patch); err != nil {
		return none, err
	}
	now := was
	if len(p.plan.body) > 0 {
		if now, _, err = call[task](ctx, c, http.MethodPut, "/tasks/"+id, p.plan.body, optFields(opts...)); err != nil {
			return none, err
		}
	}
	if !p.plan.onlyBody() {
		if err := c.carryOut(ctx, id, p.plan); err != nil {
			return none, err
		}
	}
	if !p.plan.onlyBody() || len(now) < len(was) {
		if now, err = c.task(ctx, id, opts); err != nil {
			return none, err
		}
	}
	return c.observe(ctx, now, v)
}

// carryOut makes the calls of a plan that are not for the task's body.
func (c *Connector) carryOut(ctx context.Context, id string, p plan) error {
	at := "/tasks/" + id
	if p.section != "" {
		if err := c.moveTo(ctx, id, p.section); err != nil {
			return err
		}
	}
	if p.parent != nil {
		var parent any
		if *p.parent != "" {
			parent = *p.parent
		}
		if err := c.send(ctx, http.MethodPost, at+"/setParent", map[string]any{"parent": parent}); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.sets)) {
		ch := p.sets[name]
		for _, step := range []struct {
			verb  string
			items core.Value
		}{{"add", ch.Add}, {"remove", ch.Remove}} {
			if err := c.changeSet(ctx, id, name, step.verb, step.items); err != nil {
				return err
			}
		}
	}
	return nil
}

// changeSet adds elements to a set of a task or takes them away: people and links in one call, tags and projects one by one.
func (c *Connector) changeSet(ctx context.Context, id, name, verb string, items core.Value) error {
	if len(items.Items()) == 0 {
		return nil
	}
	at := "/tasks/" + id + "/" + verb
	switch name {
	case "followers":
		return c.send(ctx, http.MethodPost, at+"Followers", map[string]any{"followers": ids(items)})
	case "dependencies":
		return c.send(ctx, http.MethodPost, at+"Dependencies", map[string]any{"dependencies": ids(items)})
	case "dependents":
		return c.send(ctx, http.MethodPost, at+"Dependents", map[string]any{"dependents": ids(items)})
	case "projects":
		for _, gid := range ids(items) {
			if err := c.send(ctx, http.MethodPost, at+"Project", map[string]string{"project": gid}); err != nil {
				return err
			}
		}
	case "tags":
		return c.changeTags(ctx, id, at, verb, items)
	}
	return nil
}

// changeTags finds the tags that are taken away among those of the task, since two tags may have one name.
func (c *Connector) changeTags(ctx context.Context, id, at, verb string, names core.Value) error {
	t, err := c.task(ctx, id, []string{"tags.name", "workspace.gid"})
	if err != nil {
		return err
	}
	there, _ := get[[]named](t, "tags")
	workspace, _ := get[named](t, "workspace")
	for _, n := range names.Items() {
		var gids []string
		if verb == "add" {
			gid, err := c.tag(ctx, workspace.GID, n.Source())
			if err != nil {
				return err
			}
			gids = []string{gid}
		}
		for _, tag := range there {
			if verb == "remove" && tag.Name == n.Source() {
				gids = append(gids, tag.GID)
			}
		}
		for _, gid := range gids {
			if err := c.send(ctx, http.MethodPost, at+"Tag", map[string]string{"tag": gid}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Delete puts a task into the trash, where it can be taken from for 30 days ("Delete a task").
func (c *Connector) Delete(ctx context.Context, id string) error {
	if !isGID(id) {
		return fmt.Errorf("%s: delete task: %w", c.system, connectors.ErrNotFound)
	}
	return c.orGone(ctx, id, c.send(ctx, http.MethodDelete, "/tasks/"+id, nil))
}
