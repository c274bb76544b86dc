package asana

import (
	"context"
	"fmt"
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

// projectNamed is the one project of a workspace with that name ("Get objects via typeahead"), absent for none or several. There may be too
// many projects to list them.
func (c *Connector) projectNamed(ctx context.Context, workspace, name string) (core.Value, error) {
	q := optFields("name")
	q.Set("resource_type", "project")
	q.Set("query", name)
	q.Set("count", fmt.Sprint(pageSize))
	all, _, err := call[[]named](ctx, c, http.MethodGet, "/workspaces/"+url.PathEscape(workspace)+"/typeahead", nil, q)
	found := core.Absent()
	for _, p := range all {
		switch {
		case p.Name != name:
		case !found.IsAbsent():
			return core.Absent(), err
		default:
			found = p.option()
		}
	}
	return found, err
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
