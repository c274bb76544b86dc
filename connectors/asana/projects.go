package asana

import (
	"context"
	"net/http"
	"net/url"

	"duplex/core"
)

// project is what has to be known of one.
type project struct {
	Name      string `json:"name"`
	Workspace named  `json:"workspace"`
}

func (c *Connector) project(ctx context.Context, gid string) (project, error) {
	if known, ok := c.metas.Get(gid); ok {
		return known, nil
	}
	p, _, err := call[project](ctx, c, http.MethodGet, "/projects/"+url.PathEscape(gid), nil, optFields("name", "workspace.gid"))
	if err == nil {
		c.metas.Put(gid, p)
	}
	return p, err
}

// workspaceOf is the workspace of a project, which a task never leaves.
func (c *Connector) workspaceOf(ctx context.Context, gid string) (string, error) {
	if c.workspace != "" || gid == "" {
		return c.workspace, nil
	}
	p, err := c.project(ctx, gid)
	return p.Workspace.GID, err
}

// projectsOf are the projects of a workspace that are in use.
func (c *Connector) projectsOf(ctx context.Context, workspace string) ([]core.Value, error) {
	if known, ok := c.homes.Get(workspace); ok {
		return known, nil
	}
	q := optFields("name")
	q.Set("workspace", workspace)
	q.Set("archived", "false")
	all, err := list[named](ctx, c, "/projects", q)
	if err != nil {
		return nil, err
	}
	var out []core.Value
	for _, p := range all {
		out = append(out, p.option())
	}
	c.homes.Put(workspace, out)
	return out, nil
}

// tagsOf are the tags of a workspace, name to gids: two may have one name.
func (c *Connector) tagsOf(ctx context.Context, workspace string, anew bool) (map[string][]string, error) {
	if known, ok := c.tags.Get(workspace); ok && !anew {
		return known, nil
	}
	all, err := list[named](ctx, c, "/workspaces/"+url.PathEscape(workspace)+"/tags", optFields("name"))
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, t := range all {
		out[t.Name] = append(out[t.Name], t.GID)
	}
	c.tags.Put(workspace, out)
	return out, nil
}

// tag is the gid of a tag. One that is not there is looked for once more, since somebody may have made it, and then made.
func (c *Connector) tag(ctx context.Context, workspace, name string) (string, error) {
	for _, anew := range []bool{false, true} {
		known, err := c.tagsOf(ctx, workspace, anew)
		if err != nil {
			return "", err
		}
		if gids := known[name]; len(gids) > 0 {
			return gids[0], nil
		}
	}
	made, _, err := call[named](ctx, c, http.MethodPost, "/workspaces/"+url.PathEscape(workspace)+"/tags", map[string]string{"name": name}, nil)
	c.tags.Forget(workspace)
	return made.GID, err
}
