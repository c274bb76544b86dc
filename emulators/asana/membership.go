package asana

import (
	"slices"
)

const (
	maxHomes = 20 // projects of one task
	maxLinks = 30 // dependencies and dependents of one task together
)

// follow adds somebody to the people who follow the task.
func (c *call) follow(t *task, who string) {
	if who == "" || slices.Contains(t.Followers, who) {
		return
	}
	t.Followers = append(t.Followers, who)
	c.emit(event{Action: "changed", Resource: *t.thing(), Change: &change{"followers", "added", &thing{who, "user", ""}}, Scope: c.e.scope(t)})
}

func (c *call) changeFollowers() error {
	add := c.req.PathValue("change") == "addFollowers"
	t, err := c.pathTask()
	if err != nil {
		return err
	}
	list, _, err := c.gids("followers")
	if err != nil {
		return err
	}
	for _, who := range list {
		u, err := c.someone("followers", who)
		if err != nil {
			return err
		}
		if add {
			c.follow(t, u.gid)
		} else if i := slices.Index(t.Followers, u.gid); i >= 0 {
			t.Followers = slices.Delete(t.Followers, i, i+1)
			c.emit(event{Action: "changed", Resource: *t.thing(), Change: &change{"followers", "removed", &thing{u.gid, "user", ""}}, Scope: c.e.scope(t)})
		}
	}
	c.touch(t)
	return c.one(200, c.taskView(t))
}

func (c *call) addProject() error {
	t, err := c.pathTask()
	if err != nil {
		return err
	}
	gid, _, err := c.text("project")
	if err != nil {
		return err
	}
	p, err := c.project(gid)
	if err != nil {
		return err
	}
	if p.workspace != t.Workspace {
		return bad("project: Not in the workspace of the task")
	}
	to := c.e.sectionsOf(p.gid)[0]
	if in, given, err := c.text("section"); err != nil {
		return err
	} else if given && in != "" {
		if to, err = c.section(in); err != nil {
			return err
		}
		if to.Project != p.gid {
			return bad("section: Not in the project")
		}
	} else if m := t.in(p.gid); m != nil { // only a new place in its section
		return c.nothing()
	}
	if t.in(p.gid) == nil && len(t.Memberships) >= maxHomes {
		return bad("project: A task can be in at most 20 projects")
	}
	c.place(t, to)
	return c.nothing()
}

// place puts a task into a section, and into its project where it is not there yet. modified_at does not move when a task
// only moves to another container (vendor's OpenAPI document): events and stories alone tell.
func (c *call) place(t *task, to *section) {
	who := "The system"
	if u := userBy(c.grant.user); u != nil {
		who = u.name
	}
	if m := t.in(to.Project); m != nil {
		if m.Section == to.GID {
			return
		}
		old := c.e.st.Sections[m.Section]
		m.Section = to.GID
		ref := func(s *section) object { return object{"gid": s.GID, "resource_type": "section", "name": s.Name} }
		c.story(t, "section_changed", "section_changed "+to.Project, who+" moved this task from \""+old.Name+"\" to \""+to.Name+"\"",
			object{"old_section": ref(old), "new_section": ref(to), "project": projectRef(to.Project)})
		c.emit(event{Action: "removed", Resource: *t.thing(), Parent: &thing{old.GID, "section", ""}, Scope: c.e.scope(t)})
	} else {
		t.Memberships = append(t.Memberships, membership{to.Project, to.GID})
		if to.Project == ProjectBugs && t.Number == 0 {
			c.e.st.Numbers++
			t.Number = c.e.st.Numbers
		}
		c.story(t, "added_to_project", "", who+" added to "+projectBy(to.Project).name, object{"project": projectRef(to.Project)})
		c.emit(event{Action: "added", Resource: *t.thing(), Parent: &thing{to.Project, "project", ""}, Scope: c.e.scope(t)})
	}
	c.emit(event{Action: "added", Resource: *t.thing(), Parent: &thing{to.GID, "section", ""}, Scope: c.e.scope(t)})
	c.e.indexTask(t, c.now)
}

func (c *call) addToSection() error {
	s, err := c.section(c.req.PathValue("section_gid"))
	if err != nil {
		return err
	}
	gid, _, err := c.text("task")
	if err != nil {
		return err
	}
	t, err := c.task(gid)
	if err != nil {
		return err
	}
	if projectBy(s.Project).workspace != t.Workspace {
		return bad("section: Not in the workspace of the task")
	}
	c.place(t, s)
	return c.nothing()
}

func (c *call) removeProject() error {
	t, err := c.pathTask()
	if err != nil {
		return err
	}
	gid, _, err := c.text("project")
	if err != nil {
		return err
	}
	p, err := c.project(gid)
	if err != nil {
		return err
	}
	scope := c.e.scope(t) // who watches the project still hears of it
	i := slices.IndexFunc(t.Memberships, func(m membership) bool { return m.Project == p.gid })
	if i < 0 {
		return c.nothing()
	}
	t.Memberships = slices.Delete(t.Memberships, i, i+1)
	c.story(t, "removed_from_project", "", userBy(c.grant.user).name+" removed from "+p.name, object{"project": projectRef(p.gid)})
	c.emit(event{Action: "removed", Resource: *t.thing(), Parent: &thing{p.gid, "project", ""}, Scope: scope})
	c.e.indexTask(t, c.now)
	return c.nothing()
}

func (c *call) changeTag() error {
	add := c.req.PathValue("change") == "addTag"
	t, err := c.pathTask()
	if err != nil {
		return err
	}
	gid, _, err := c.text("tag")
	if err != nil {
		return err
	}
	g, err := c.tag(gid)
	if err != nil {
		return err
	}
	if g.Workspace != t.Workspace {
		return bad("tag: Not in the workspace of the task")
	}
	i := slices.Index(t.Tags, g.GID)
	if add == (i >= 0) {
		return c.nothing()
	}
	action, subtype := "added", "added_to_tag"
	if add {
		t.Tags = append(t.Tags, g.GID)
	} else {
		t.Tags = slices.Delete(t.Tags, i, i+1)
		action, subtype = "removed", "removed_from_tag"
	}
	c.story(t, subtype, "", userBy(c.grant.user).name+" "+action+" the tag "+g.Name, object{"tag": object{"gid": g.GID, "resource_type": "tag", "name": g.Name}})
	c.emit(event{Action: "changed", Resource: *t.thing(), Change: &change{"tags", action, &thing{g.GID, "tag", ""}}, Scope: c.e.scope(t)})
	c.touch(t)
	return c.nothing()
}

func (c *call) listTaskProjects() error {
	t, err := c.pathTask()
	if err != nil {
		return err
	}
	var rows []row
	for _, m := range t.Memberships {
		if p := projectBy(m.Project); c.mayProject(p) {
			rows = append(rows, row{p.gid, func() object { return c.projectView(p) }})
		}
	}
	return c.list(rows)
}

func (c *call) listTaskTags() error {
	t, err := c.pathTask()
	if err != nil {
		return err
	}
	var rows []row
	for _, gid := range t.Tags {
		rows = append(rows, row{gid, func() object { return c.tagView(c.e.st.Tags[gid]) }})
	}
	return c.list(rows)
}

// subtasks are the visible tasks below, in the order in which they were made. They are in no project of the task above.
func (c *call) subtasks(t *task) []*task {
	var out []*task
	for _, below := range c.e.st.Tasks {
		if below.Parent == t.GID && c.visible(below) {
			out = append(out, below)
		}
	}
	slices.SortFunc(out, func(a, b *task) int { return a.Created.Compare(b.Created) })
	return out
}

func (c *call) listSubtasks() error {
	t, err := c.pathTask()
	if err != nil {
		return err
	}
	var rows []row
	for _, below := range c.subtasks(t) {
		rows = append(rows, row{below.GID, func() object { return c.taskView(below) }})
	}
	return c.list(rows)
}

// setParent moves a task below another, or to the top. The task above does not count as modified.
func (c *call) setParent() error {
	t, err := c.pathTask()
	if err != nil {
		return err
	}
	gid, given, err := c.text("parent")
	if err != nil {
		return err
	}
	if !given {
		return bad("parent: Missing input")
	}
	if gid != "" {
		above, err := c.task(gid)
		if err != nil {
			return err
		}
		for up := above; up != nil; up = c.e.st.Tasks[up.Parent] {
			if up.GID == t.GID {
				return bad("parent: A task cannot be below itself")
			}
		}
		if above.Workspace != t.Workspace {
			return bad("parent: Not in the workspace of the task")
		}
		gid = above.GID
	}
	if gid == t.Parent {
		return c.one(200, c.taskView(t))
	}
	if old := c.e.st.Tasks[t.Parent]; old != nil {
		c.emit(event{Action: "removed", Resource: *t.thing(), Parent: old.thing(), Scope: c.e.scope(t)})
	}
	t.Parent = gid
	if above := c.e.st.Tasks[gid]; above != nil {
		c.emit(event{Action: "added", Resource: *t.thing(), Parent: above.thing(), Scope: c.e.scope(t)})
	}
	c.changed(t, "parent", nil)
	return c.one(200, c.taskView(t))
}

// dependents are the tasks that wait for this one.
func (c *call) dependents(t *task) []string {
	var out []string
	for _, other := range c.e.st.Tasks {
		if slices.Contains(other.Dependencies, t.GID) && !c.e.deleted(other) {
			out = append(out, other.GID)
		}
	}
	slices.Sort(out)
	return out
}

func (c *call) listDependencies() error {
	return c.links(func(t *task) []string { return t.Dependencies })
}

func (c *call) listDependents() error { return c.links(c.dependents) }

func (c *call) links(of func(*task) []string) error {
	t, err := c.pathTask()
	if err != nil {
		return err
	}
	if !workspaceBy(t.Workspace).paid {
		return payment("Dependencies")
	}
	var rows []row
	for _, gid := range of(t) {
		if other := c.e.st.Tasks[gid]; c.visible(other) {
			rows = append(rows, row{gid, func() object { return c.taskView(other) }})
		}
	}
	return c.list(rows)
}

// changeLinks adds or removes dependencies or dependents.
func (c *call) changeLinks() error {
	what := c.req.PathValue("change")
	t, err := c.pathTask()
	if err != nil {
		return err
	}
	if !workspaceBy(t.Workspace).paid {
		return payment("Dependencies")
	}
	name := "dependencies"
	if what == "addDependents" || what == "removeDependents" {
		name = "dependents"
	}
	list, given, err := c.gids(name)
	if err != nil {
		return err
	}
	if !given {
		return bad(name + ": Missing input")
	}
	var others []*task
	for _, gid := range list {
		other, err := c.task(gid)
		if err != nil {
			return err
		}
		if other.GID == t.GID {
			return bad(name + ": A task cannot depend on itself")
		}
		others = append(others, other)
	}
	add := what == "addDependencies" || what == "addDependents"
	if add && len(t.Dependencies)+len(c.dependents(t))+len(others) > maxLinks {
		return bad(name + ": A task has at most 30 dependencies and dependents")
	}
	for _, other := range others {
		if name == "dependencies" {
			c.link(t, other, add)
		} else {
			c.link(other, t, add)
		}
	}
	return c.nothing()
}

func (c *call) link(waits, first *task, add bool) {
	i := slices.Index(waits.Dependencies, first.GID)
	if add == (i >= 0) {
		return
	}
	action, subtype := "added", "dependency_added"
	if add {
		waits.Dependencies = append(waits.Dependencies, first.GID)
	} else {
		waits.Dependencies = slices.Delete(waits.Dependencies, i, i+1)
		action, subtype = "removed", "dependency_removed"
	}
	c.story(waits, subtype, "", userBy(c.grant.user).name+" "+action+" a dependency", object{"dependency": c.taskRef(first.GID)})
	c.emit(event{Action: "changed", Resource: *waits.thing(), Change: &change{"dependencies", action, first.thing()}, Scope: c.e.scope(waits)})
	c.emit(event{Action: "changed", Resource: *first.thing(), Change: &change{"dependents", action, waits.thing()}, Scope: c.e.scope(first)})
	c.touch(waits)
	c.touch(first)
}
