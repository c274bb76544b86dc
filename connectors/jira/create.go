package jira

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"

	"duplex/connectors"
	"duplex/core"
)

// Create makes an issue that carries the mark as a label and as a property, both in the call that creates it ("Create
// issue"). Where it goes is the draft's scope: project (key or id) and issuetype (name or id). A status other than the
// workflow's first is reached by transitions afterwards; when that fails, the issue is returned together with the
// error.
func (c *Connector) Create(ctx context.Context, draft core.Draft) (core.Observation, error) {
	none := core.Observation{}
	project, typeName := draft.Scope["project"], draft.Scope["issuetype"]
	fields := map[string]core.Value{}
	status := core.Absent()
	for name, v := range draft.Fields {
		switch {
		case v.IsAbsent():
		case name == "project":
			project = cmp.Or(v.Name(), v.ID(), v.Source())
		case name == "issuetype":
			typeName = cmp.Or(v.Name(), v.ID(), v.Source())
		case name == "status":
			status = v
		case !v.IsEmpty():
			fields[name] = v
		}
	}
	if project == "" || typeName == "" {
		return none, connectors.Invalid(c.system+": create issue", firstMissing(project), "a new issue needs a project and an issue type; name both in the connection's scope or in a rule")
	}
	typ, err := c.issueTypeNamed(ctx, project, typeName)
	if err != nil {
		return none, err
	}
	cat, err := c.catalogue(ctx, append(sortedKeys(fields), "summary")...)
	if err != nil {
		return none, err
	}
	s := &screen{c: c, project: project, typeID: typ.ID}
	patch := core.Patch{Fields: fields}
	if !status.IsAbsent() && !status.IsEmpty() {
		patch.Fields["status"] = status // decided together with the rest, so that an unknown status creates nothing
	}
	e, err := s.decide(ctx, cat, patch, issue{}, "")
	if err != nil {
		return none, err
	}
	if err := c.leaveToTransitions(ctx, project, typ, &e); err != nil {
		return none, err
	}
	made, err := c.post(ctx, project, typ, e, draft.Mark)
	if err != nil {
		return none, err
	}
	return c.settleIn(ctx, made, e)
}

// leaveToTransitions takes what the create screen does not show out of the create, when the new issue is moved: a transition's
// screen may take it.
func (c *Connector) leaveToTransitions(ctx context.Context, project string, typ issueType, e *edit) error {
	if e.status.IsAbsent() {
		return nil
	}
	screen, err := c.meta(ctx, project, typ.ID)
	if err != nil || len(screen) == 0 {
		return err
	}
	for id, v := range maps.Clone(e.fields) {
		if _, shown := screen[id]; !shown {
			e.late[id] = v
			delete(e.fields, id)
		}
	}
	return nil
}

func firstMissing(project string) string {
	if project == "" {
		return "project"
	}
	return "issuetype"
}

func (c *Connector) post(ctx context.Context, project string, typ issueType, e edit, mark string) (issue, error) {
	e.fields["project"] = map[string]string{projectKey(project): project}
	e.fields["issuetype"] = map[string]string{"id": typ.ID}
	body := map[string]any{"fields": e.fields}
	if mark != "" {
		labels, _ := e.fields["labels"].([]any)
		e.fields["labels"] = append(labels, mark)
		body["properties"] = []property{markOf(mark)}
	}
	var made issue
	err := c.do(ctx, http.MethodPost, c.api+"/issue", body, &made)
	if err == nil && made.ID == "" {
		err = connectors.Busy(c.system+": create issue", "the answer holds no issue", 0)
	}
	return made, err
}

// projectKey is "id" for a project named by its number, else "key".
func projectKey(project string) string {
	for _, r := range project {
		if r < '0' || r > '9' {
			return "key"
		}
	}
	return "id"
}

// settleIn reads a new issue and moves it to its status. From here on the issue exists: a read that fails leaves the
// bare reference, which is an error only while the issue is still to be moved.
func (c *Connector) settleIn(ctx context.Context, made issue, e edit) (core.Observation, error) {
	bare := core.Observation{Ref: c.ref(made.ID, made.Key)}
	v, err := c.look(ctx, nil)
	var is issue
	if err == nil {
		is, err = c.issue(ctx, made.ID, v.ids(), "")
	}
	if err != nil {
		if e.status.IsAbsent() && e.sprint.IsAbsent() && e.links.isEmpty() {
			err = nil
		}
		return bare, err
	}
	var moving error
	if !e.status.IsAbsent() && !core.Equal(field{shape: shapeNamed}.read(is.Fields["status"]), e.status) {
		if moving = c.transition(ctx, is, e.status, e.late); moving == nil && len(e.late) > 0 {
			_, moving = c.put(ctx, made.ID, e.late, nil)
		}
	}
	if !e.sprint.IsAbsent() {
		moving = together(moving, c.moveToSprint(ctx, made.ID, e.inside, e.sprint))
	}
	if !e.links.isEmpty() {
		moving = together(moving, c.writeLinks(ctx, made.ID, e.links))
	}
	if !e.status.IsAbsent() || !e.sprint.IsAbsent() || !e.links.isEmpty() {
		if again, err := c.issue(ctx, made.ID, v.ids(), ""); err == nil {
			is = again
		}
	}
	self, err := c.selfID(ctx)
	if err != nil {
		return bare, moving
	}
	return c.observe(is, v, self), moving
}

// together is one error of two steps that were both tried: fields refused by either are named, and an error that passes by itself
// or is no refusal goes first.
func together(a, b error) error {
	var x, y *connectors.InvalidError
	switch {
	case b == nil:
		return a
	case a == nil:
		return b
	case !errors.As(a, &x):
		return a
	case !errors.As(b, &y):
		return b
	}
	all := maps.Clone(x.Fields)
	maps.Copy(all, y.Fields)
	return &connectors.InvalidError{Fields: all}
}
