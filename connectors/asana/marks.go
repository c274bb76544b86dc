package asana

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"duplex/connectors"
	"duplex/core"
)

// external is data that an OAuth app keeps with a task ("Custom external data"). Only that app sees it.
type external struct {
	GID string `json:"gid"`
}

// markOpts is what a read asks for to see a task's mark.
func (c *Connector) markOpts() []string {
	if c.external {
		return []string{"external.gid"}
	}
	return []string{customKey + ".gid", customKey + ".name", customKey + ".text_value"}
}

// markOf is the mark a task carries.
func (c *Connector) markOf(t task) string {
	if c.external {
		x, _ := get[*external](t, "external")
		if x == nil {
			return ""
		}
		return x.GID
	}
	all, _ := get[[]struct {
		GID  string `json:"gid"`
		Name string `json:"name"`
		Text string `json:"text_value"`
	}](t, customKey)
	for _, h := range all {
		if h.GID == c.markField || h.Name == c.markField {
			return h.Text
		}
	}
	return ""
}

// markFieldIn is the gid of the field that keeps marks, "" where that is external data or the project was not described yet.
func (c *Connector) markFieldIn(project string) string {
	if c.external {
		return ""
	}
	all, _ := c.customs.Get(project)
	for _, f := range all {
		if f.ID == c.markField || f.Label == c.markField {
			return f.ID
		}
	}
	return ""
}

// mark puts a mark into the body that creates a task.
func (c *Connector) mark(ctx context.Context, body map[string]any, project, mark string) error {
	if mark == "" {
		return nil
	}
	if c.external {
		body["external"] = external{GID: mark}
		return nil
	}
	if _, err := c.customOf(ctx, project, false); err != nil {
		return err
	}
	gid := c.markFieldIn(project)
	if gid == "" {
		return c.unsupported("create task", "the project has no custom field "+c.markField+", which settings.mark_field names: an administrator has to add it")
	}
	fields, _ := body[customKey].(map[string]any)
	if fields == nil {
		fields = map[string]any{}
		body[customKey] = fields
	}
	fields[gid] = mark
	return nil
}

// Find looks a mark up directly: by external data, which addresses a task like its gid, else by a list of the project's tasks, which costs a
// call for each hundred and reads no index.
func (c *Connector) Find(ctx context.Context, t connectors.ItemType, mark string) ([]core.Ref, error) {
	gid, err := c.scope(t)
	if err != nil || mark == "" {
		return nil, err
	}
	opts := append([]string{"memberships.project.gid"}, c.markOpts()...)
	if c.external {
		found, _, err := call[task](ctx, c, http.MethodGet, "/tasks/external:"+url.PathEscape(mark), nil, optFields(opts...))
		switch {
		case errors.Is(err, connectors.ErrNotFound): // what is out of sight is there
			return []core.Ref{}, nil
		case err != nil:
			return nil, err
		}
		return []core.Ref{c.ref(found.gid())}, nil
	}
	q := optFields(opts...)
	q.Set("project", gid)
	all, err := list[task](ctx, c, "/tasks", q)
	if err != nil {
		return nil, err
	}
	out := []core.Ref{}
	for _, one := range all {
		if c.markOf(one) == mark {
			out = append(out, c.ref(one.gid()))
		}
	}
	return out, nil
}
