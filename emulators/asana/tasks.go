package asana

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

func (t *task) thing() *thing { return &thing{t.GID, "task", t.Subtype} }

// visible tells whether the caller sees the task: through a project, as one who takes part, or through the task above.
func (c *call) visible(t *task) bool {
	if t == nil || c.e.deleted(t) || !c.member(t.Workspace) {
		return false
	}
	me := c.grant.user
	if t.Creator == me || t.Assignee == me || slices.Contains(t.Followers, me) {
		return true
	}
	if slices.ContainsFunc(t.Memberships, func(m membership) bool { return c.mayProject(projectBy(m.Project)) }) {
		return true
	}
	return t.Parent != "" && c.visible(c.e.st.Tasks[t.Parent])
}

// task finds a task by gid or, for the app that set it, by "external:" and the app's own gid.
func (c *call) task(gid string) (*task, error) {
	if own, ok := strings.CutPrefix(gid, "external:"); ok {
		t := c.byExternal(own)
		if t == nil || !c.visible(t) {
			return nil, notFound("task", gid)
		}
		return t, nil
	}
	t := c.e.st.Tasks[gid]
	if t == nil || c.e.deleted(t) {
		return nil, notFound("task", gid)
	}
	if !c.visible(t) {
		return nil, forbidden("task: Not authorized to access task: " + gid)
	}
	return t, nil
}

// byExternal is the oldest task on which the caller's app set that gid.
func (c *call) byExternal(gid string) *task {
	var found *task
	for _, t := range c.e.st.Tasks {
		if c.grant.app != "" && gid != "" && t.External[c.grant.app].GID == gid && !c.e.deleted(t) && (found == nil || t.GID < found.GID) {
			found = t
		}
	}
	return found
}

func (c *call) pathTask() (*task, error) { return c.task(c.req.PathValue("task_gid")) }

func (c *call) taskRef(gid string) any {
	t := c.e.st.Tasks[gid]
	if t == nil {
		return nil
	}
	return object{"gid": t.GID, "resource_type": "task", "resource_subtype": t.Subtype, "name": t.Name,
		"created_by": object{"gid": t.Creator, "resource_type": "user"}, "completed": t.Completed}
}

// taskView is a task with everything it has. Projects the caller does not see are left out.
func (c *call) taskView(t *task) object {
	memberships, homes, tags, followers := []any{}, []any{}, []any{}, []any{}
	for _, m := range t.Memberships {
		if c.mayProject(projectBy(m.Project)) {
			s := c.e.st.Sections[m.Section]
			homes = append(homes, projectRef(m.Project))
			memberships = append(memberships, object{"project": projectRef(m.Project), "section": object{"gid": s.GID, "resource_type": "section", "name": s.Name}})
		}
	}
	for _, gid := range t.Tags {
		tags = append(tags, object{"gid": gid, "resource_type": "tag", "name": c.e.st.Tags[gid].Name})
	}
	for _, gid := range t.Followers {
		followers = append(followers, c.e.userRef(gid))
	}
	out := object{"gid": t.GID, "resource_type": "task", "name": t.Name, "resource_subtype": t.Subtype, "notes": plainOf(t.HTML), "html_notes": t.HTML,
		"assignee": c.e.userRef(t.Assignee), "assignee_status": "upcoming", "completed": t.Completed, "completed_at": stamp(t.CompletedAt),
		"completed_by": c.e.userRef(t.CompletedBy), "created_at": stamp(t.Created), "modified_at": stamp(t.Modified),
		"created_by": object{"gid": t.Creator, "resource_type": "user"}, "due_on": orNull(t.DueOn), "due_at": orNull(t.DueAt),
		"start_on": orNull(t.StartOn), "start_at": orNull(t.StartAt), "hearted": false, "hearts": []any{}, "num_hearts": 0, "liked": false,
		"likes": []any{}, "num_likes": 0, "is_rendered_as_separator": t.Separator, "memberships": memberships, "projects": homes, "tags": tags,
		"followers": followers, "parent": c.taskRef(t.Parent), "workspace": workspaceRef(t.Workspace), "custom_fields": c.fieldsOf(t),
		"dependencies": c.things(t.Dependencies), "dependents": c.things(c.dependents(t)), "num_subtasks": len(c.subtasks(t)),
		"permalink_url": c.e.base + "/0/0/" + t.GID + "/f"}
	if t.Subtype == "approval" {
		out["approval_status"] = t.Approval
	}
	if x, ok := t.External[c.grant.app]; ok && c.grant.app != "" {
		out["external"] = object{"gid": x.GID, "data": x.Data}
	}
	return out
}

func (c *call) things(gids []string) []any {
	out := []any{}
	for _, gid := range gids {
		out = append(out, object{"gid": gid, "resource_type": "task"})
	}
	return out
}

func (c *call) getTask() error {
	t, err := c.pathTask()
	if err != nil {
		return err
	}
	return c.one(http.StatusOK, c.taskView(t))
}

// listTasks needs a project, a section or a tag, or an assignee with a workspace (vendor page "Get multiple tasks").
func (c *call) listTasks() error {
	var fits func(*task) bool
	switch {
	case c.query("project") != "":
		p, err := c.project(c.query("project"))
		if err != nil {
			return err
		}
		fits = func(t *task) bool { return t.in(p.gid) != nil }
	case c.query("section") != "":
		s, err := c.section(c.query("section"))
		if err != nil {
			return err
		}
		fits = inSection(s)
	case c.query("tag") != "":
		g, err := c.tag(c.query("tag"))
		if err != nil {
			return err
		}
		fits = func(t *task) bool { return slices.Contains(t.Tags, g.GID) }
	case c.query("assignee") != "" && c.query("workspace") != "":
		u, err := c.someone("assignee", c.query("assignee"))
		if err != nil {
			return err
		}
		w, err := c.workspace(c.query("workspace"))
		if err != nil {
			return err
		}
		fits = func(t *task) bool { return t.Assignee == u.gid && t.Workspace == w.gid }
	default:
		return bad("You should specify one of the following: project, tag, section, assignee and workspace")
	}
	return c.tasksThat(fits)
}

func inSection(s *section) func(*task) bool {
	return func(t *task) bool { m := t.in(s.Project); return m != nil && m.Section == s.GID }
}

// tasksThat lists the visible tasks with the filters by time.
func (c *call) tasksThat(fits func(*task) bool) error {
	modified, err := c.since("modified_since")
	if err != nil {
		return err
	}
	completed, err := c.since("completed_since")
	if err != nil {
		return err
	}
	var rows []row
	for _, t := range c.e.st.Tasks {
		if !fits(t) || !c.visible(t) || t.Modified.Before(modified) || !completed.IsZero() && t.Completed && t.CompletedAt.Before(completed) {
			continue
		}
		rows = append(rows, row{scattered(t.GID), func() object { return c.taskView(t) }})
	}
	return c.list(rows)
}

func (c *call) since(name string) (time.Time, error) {
	text := c.query(name)
	switch {
	case text == "":
		return time.Time{}, nil
	case text == "now" && name == "completed_since":
		return c.now, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, bad(name + ": Not a valid datetime: " + text)
}

func (c *call) listProjectTasks() error {
	p, err := c.project(c.req.PathValue("project_gid"))
	if err != nil {
		return err
	}
	return c.tasksThat(func(t *task) bool { return t.in(p.gid) != nil })
}

func (c *call) listSectionTasks() error {
	s, err := c.section(c.req.PathValue("section_gid"))
	if err != nil {
		return err
	}
	return c.tasksThat(inSection(s))
}

// deleteTask puts the task into the trash, its subtasks with it.
func (c *call) deleteTask() error {
	t, err := c.pathTask()
	if err != nil {
		return err
	}
	scope := c.e.scope(t)
	t.Deleted = c.now
	c.emit(event{Action: "deleted", Resource: *t.thing(), Scope: scope})
	c.e.indexTask(t, c.now)
	return c.nothing()
}

// byNumber finds a task by the id its custom_id field gave it.
func (c *call) byNumber() error {
	for _, t := range c.e.st.Tasks {
		if t.Number > 0 && strings.EqualFold(c.fieldText(t, FieldNumber), c.req.PathValue("custom_id")) && c.visible(t) {
			return c.one(http.StatusOK, c.taskView(t))
		}
	}
	return notFound("custom_id", c.req.PathValue("custom_id"))
}

func (c *call) fieldText(t *task, field string) string {
	for _, f := range c.fieldsOf(t) {
		if o := f.(object); o["gid"] == field {
			s, _ := o["text_value"].(string)
			return s
		}
	}
	return ""
}
