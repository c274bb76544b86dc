package asana

import (
	"net/http"
	"slices"
)

// touch marks a task as modified.
func (c *call) touch(t *task) {
	t.Modified = c.now
	c.e.indexTask(t, c.now)
	c.dirty = true
}

// changed notes the change of a field: event, and the task counts as modified.
func (c *call) changed(t *task, field string, to *thing) {
	c.emit(event{Action: "changed", Resource: *t.thing(), Change: &change{field, "changed", to}, Scope: c.e.scope(t)})
	c.touch(t)
}

func (c *call) postTask() error {
	t := &task{Subtype: "default_task", Values: map[string]value{}, External: map[string]external{}, HTML: richOf("")}
	parent, _, err := c.text("parent")
	if err != nil {
		return err
	}
	return c.create(t, parent)
}

func (c *call) postSubtask() error {
	above, err := c.pathTask()
	if err != nil {
		return err
	}
	delete(c.data, "parent")
	return c.create(&task{Subtype: "default_task", Values: map[string]value{}, External: map[string]external{}, HTML: richOf("")}, above.GID)
}

// create makes a task all or nothing: what is refused leaves no trace.
func (c *call) create(t *task, parent string) error {
	homes, err := c.homes()
	if err != nil {
		return err
	}
	space, _, err := c.text("workspace")
	if err != nil {
		return err
	}
	if parent != "" {
		above, err := c.task(parent)
		if err != nil {
			return err
		}
		t.Parent = above.GID
		if space == "" {
			space = above.Workspace
		}
	}
	if space == "" && len(homes) > 0 {
		space = projectBy(homes[0].Project).workspace
	}
	if space == "" {
		return bad("You should specify one of workspace, parent, projects")
	}
	if _, err := c.workspace(space); err != nil {
		return err
	}
	for _, m := range homes {
		if projectBy(m.Project).workspace != space {
			return bad("projects: Not in the workspace of the task")
		}
	}
	t.Workspace, t.Memberships, t.Creator = space, homes, c.grant.user
	t.Created, t.Modified, t.Followers = c.now, c.now, []string{c.grant.user}
	if err := c.createOnly(t); err != nil {
		return err
	}
	for _, name := range []string{"workspace", "projects", "memberships", "parent", "tags", "followers"} {
		delete(c.data, name)
	}
	p, err := c.prepare(t)
	if err != nil {
		return err
	}
	t.GID = c.e.st.id()
	if t.in(ProjectBugs) != nil {
		c.e.st.Numbers++
		t.Number = c.e.st.Numbers
	}
	c.e.st.Tasks[t.GID] = t
	p.into(c, t, true)
	for _, m := range homes {
		c.emit(event{Action: "added", Resource: *t.thing(), Parent: &thing{m.Project, "project", ""}, Scope: c.e.scope(t)})
	}
	if t.Parent != "" {
		c.emit(event{Action: "added", Resource: *t.thing(), Parent: c.e.st.Tasks[t.Parent].thing(), Scope: c.e.scope(t)})
	}
	if len(homes) == 0 && t.Parent == "" {
		c.emit(event{Action: "added", Resource: *t.thing(), Parent: &thing{space, "workspace", ""}, Scope: c.e.scope(t)})
	}
	c.touch(t)
	return c.one(http.StatusCreated, c.taskView(t))
}

// homes reads projects and memberships of a create; a project without a section gets its first one.
func (c *call) homes() ([]membership, error) {
	var out []membership
	add := func(project, in string) error {
		p, err := c.project(project)
		if err != nil {
			return err
		}
		s := c.e.sectionsOf(p.gid)[0]
		if in != "" {
			if s, err = c.section(in); err != nil {
				return err
			}
			if s.Project != p.gid {
				return bad("memberships: The section is not in the project")
			}
		}
		if i := slices.IndexFunc(out, func(m membership) bool { return m.Project == p.gid }); i >= 0 {
			out[i].Section = s.GID
			return nil
		}
		out = append(out, membership{p.gid, s.GID})
		return nil
	}
	list, _, err := c.gids("projects")
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		if err := add(p, ""); err != nil {
			return nil, err
		}
	}
	given, _ := c.data["memberships"].([]any)
	for _, one := range given {
		o, _ := one.(object)
		project, _ := o["project"].(string)
		in, _ := o["section"].(string)
		if err := add(project, in); err != nil {
			return nil, err
		}
	}
	if len(out) > maxHomes {
		return nil, bad("projects: A task can be in at most 20 projects")
	}
	return out, nil
}

// createOnly reads what can be set in the create call only.
func (c *call) createOnly(t *task) error {
	tags, _, err := c.gids("tags")
	if err != nil {
		return err
	}
	for _, gid := range tags {
		if _, err := c.tag(gid); err != nil {
			return err
		}
		t.Tags = append(t.Tags, gid)
	}
	followers, _, err := c.gids("followers")
	if err != nil {
		return err
	}
	for _, who := range followers {
		u, err := c.someone("followers", who)
		if err != nil {
			return err
		}
		if !slices.Contains(t.Followers, u.gid) {
			t.Followers = append(t.Followers, u.gid)
		}
	}
	return nil
}

func (c *call) putTask() error {
	t, err := c.pathTask()
	if err != nil {
		return err
	}
	for _, name := range []string{"workspace", "projects", "memberships", "parent", "tags", "followers", "dependencies"} {
		if _, given := c.data[name]; given {
			return bad(name + ": Cannot write this property")
		}
	}
	p, err := c.prepare(t)
	if err != nil {
		return err
	}
	p.into(c, t, false)
	return c.one(http.StatusOK, c.taskView(t))
}
