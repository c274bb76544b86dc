package asana

import (
	"context"
	"net/http"
	"net/url"

	"duplex/core"
)

// The way to a status is one step: a task goes from any section of its project to any other. Where people use the field completed or a custom
// field for it, that is a field like any other.

// readSection is the section of the scope's project; a task may be in those of other projects as well.
func readSection(t task, project string) core.Value {
	if _, shown := t["memberships"]; !shown {
		return core.Absent()
	}
	m, ok := t.in(project)
	if !ok || m.Section == nil {
		return core.Empty(core.KindOption)
	}
	return m.Section.option()
}

// moveTo puts a task into a section, which takes it out of no section of another project ("Add task to section").
func (c *Connector) moveTo(ctx context.Context, id, section string) error {
	return c.send(ctx, http.MethodPost, "/sections/"+url.PathEscape(section)+"/addTask", map[string]string{"task": id})
}

// sectionsOf are the sections of a project in their order.
func (c *Connector) sectionsOf(ctx context.Context, gid string, anew bool) ([]core.Value, error) {
	if known, ok := c.sections.Get(gid); ok && !anew {
		return known, nil
	}
	all, err := list[named](ctx, c, "/projects/"+url.PathEscape(gid)+"/sections", optFields("name"))
	if err != nil {
		return nil, err
	}
	var out []core.Value
	for _, s := range all {
		out = append(out, s.option())
	}
	c.sections.Put(gid, out)
	return out, nil
}
