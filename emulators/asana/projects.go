package asana

import (
	"fmt"
	"net/http"
	"slices"
)

// mayProject tells whether the caller sees the project.
func (c *call) mayProject(p *project) bool {
	return c.member(p.workspace) && (p.members == nil || slices.Contains(p.members, c.grant.user))
}

func (c *call) project(gid string) (*project, error) {
	p := projectBy(gid)
	if p == nil {
		return nil, notFound("project", gid)
	}
	if !c.mayProject(p) {
		return nil, forbidden("project: Not authorized to access project: " + gid)
	}
	return p, nil
}

func projectRef(gid string) object {
	p := projectBy(gid)
	return object{"gid": p.gid, "resource_type": "project", "name": p.name}
}

func (c *call) projectView(p *project) object {
	members := []any{}
	for _, u := range users {
		if slices.Contains(u.workspaces, p.workspace) && (p.members == nil || slices.Contains(p.members, u.gid)) {
			members = append(members, c.e.userRef(u.gid))
		}
	}
	privacy := "public_to_workspace"
	if p.members != nil {
		privacy = "private"
	}
	settings := []any{}
	for _, f := range p.fields {
		settings = append(settings, c.settingView(p, fieldBy(f)))
	}
	return object{"gid": p.gid, "resource_type": "project", "name": p.name, "archived": false, "color": nil, "created_at": stamp(born),
		"modified_at": stamp(born), "completed": false, "completed_at": nil, "default_view": "board", "due_on": nil, "start_on": nil,
		"notes": "", "members": members, "followers": members, "owner": c.e.userRef(p.owner), "privacy_setting": privacy,
		"public": p.members == nil, "permalink_url": c.e.base + "/0/" + p.gid, "workspace": workspaceRef(p.workspace), "custom_field_settings": settings}
}

func (c *call) getProject() error {
	p, err := c.project(c.req.PathValue("project_gid"))
	if err != nil {
		return err
	}
	return c.one(http.StatusOK, c.projectView(p))
}

func (c *call) listProjects() error {
	space := c.query("workspace")
	if path := c.req.PathValue("workspace_gid"); path != "" {
		space = path
	}
	if space != "" {
		if _, err := c.workspace(space); err != nil {
			return err
		}
	}
	var rows []row
	for i := range projects {
		p := &projects[i]
		if c.mayProject(p) && (space == "" || p.workspace == space) && c.query("archived") != "true" {
			rows = append(rows, row{p.gid, func() object { return c.projectView(p) }})
		}
	}
	return c.list(rows)
}

// listTypes shows that the project has no task types of its own.
func (c *call) listTypes() error {
	if _, err := c.project(c.query("project")); err != nil {
		return err
	}
	return c.list(nil)
}

func (c *call) getType() error { return notFound("custom_type", c.req.PathValue("custom_type_gid")) }

func (c *call) sectionView(s *section) object {
	return object{"gid": s.GID, "resource_type": "section", "name": s.Name, "created_at": stamp(s.Created), "project": projectRef(s.Project),
		"projects": []any{projectRef(s.Project)}}
}

func (c *call) section(gid string) (*section, error) {
	s := c.e.st.Sections[gid]
	if s == nil {
		return nil, notFound("section", gid)
	}
	if !c.mayProject(projectBy(s.Project)) {
		return nil, forbidden("section: Not authorized to access section: " + gid)
	}
	return s, nil
}

func (c *call) listSections() error {
	p, err := c.project(c.req.PathValue("project_gid"))
	if err != nil {
		return err
	}
	var rows []row
	for _, s := range c.e.sectionsOf(p.gid) {
		rows = append(rows, row{fmt.Sprintf("%012d", s.Order), func() object { return c.sectionView(s) }})
	}
	return c.list(rows)
}

// sectionsOf are a project's sections in their order.
func (e *Emulator) sectionsOf(project string) []*section {
	var out []*section
	for _, s := range e.st.Sections {
		if s.Project == project {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b *section) int { return int(a.Order - b.Order) })
	return out
}

func (c *call) postSection() error {
	p, err := c.project(c.req.PathValue("project_gid"))
	if err != nil {
		return err
	}
	name, _, err := c.text("name")
	if err != nil {
		return err
	}
	if name == "" {
		return bad("name: Missing input")
	}
	s := &section{GID: c.e.st.id(), Name: name, Project: p.gid, Created: c.now, Order: c.e.st.NextID}
	c.e.st.Sections[s.GID] = s
	c.emit(event{Action: "added", Resource: thing{s.GID, "section", ""}, Parent: &thing{p.gid, "project", ""}, Scope: []string{p.gid}})
	return c.one(http.StatusCreated, c.sectionView(s))
}

func (c *call) getSection() error {
	s, err := c.section(c.req.PathValue("section_gid"))
	if err != nil {
		return err
	}
	return c.one(http.StatusOK, c.sectionView(s))
}

func (c *call) putSection() error {
	s, err := c.section(c.req.PathValue("section_gid"))
	if err != nil {
		return err
	}
	name, given, err := c.text("name")
	if err != nil {
		return err
	}
	if given && name != "" {
		s.Name = name
		c.emit(event{Action: "changed", Resource: thing{s.GID, "section", ""}, Change: &change{"name", "changed", nil}, Scope: []string{s.Project}})
	}
	return c.one(http.StatusOK, c.sectionView(s))
}

// deleteSection refuses sections with tasks and the last of a project.
func (c *call) deleteSection() error {
	s, err := c.section(c.req.PathValue("section_gid"))
	if err != nil {
		return err
	}
	if len(c.e.sectionsOf(s.Project)) == 1 {
		return bad("section: Cannot delete the last section of a project")
	}
	for _, t := range c.e.st.Tasks {
		if m := t.in(s.Project); m != nil && m.Section == s.GID && !c.e.deleted(t) {
			return bad("section: Cannot delete a section that is not empty")
		}
	}
	delete(c.e.st.Sections, s.GID)
	c.emit(event{Action: "deleted", Resource: thing{s.GID, "section", ""}, Scope: []string{s.Project}})
	return c.nothing()
}

func (c *call) tagView(t *tag) object {
	return object{"gid": t.GID, "resource_type": "tag", "name": t.Name, "color": orNull(t.Color), "notes": t.Notes, "created_at": stamp(t.Created),
		"followers": []any{}, "workspace": workspaceRef(t.Workspace), "permalink_url": c.e.base + "/0/" + t.GID}
}

func (c *call) tag(gid string) (*tag, error) {
	t := c.e.st.Tags[gid]
	if t == nil || !c.member(t.Workspace) {
		return nil, notFound("tag", gid)
	}
	return t, nil
}

func (c *call) getTag() error {
	t, err := c.tag(c.req.PathValue("tag_gid"))
	if err != nil {
		return err
	}
	return c.one(http.StatusOK, c.tagView(t))
}

func (c *call) listTags() error {
	space := c.query("workspace")
	if path := c.req.PathValue("workspace_gid"); path != "" {
		space = path
	}
	var rows []row
	for _, t := range c.e.st.Tags {
		if c.member(t.Workspace) && (space == "" || t.Workspace == space) {
			rows = append(rows, row{t.GID, func() object { return c.tagView(t) }})
		}
	}
	return c.list(rows)
}

// postTag makes a tag; a second one of the same name is made as well, as at the vendor.
func (c *call) postTag() error {
	space := c.req.PathValue("workspace_gid")
	if space == "" {
		space, _, _ = c.text("workspace")
	}
	if _, err := c.workspace(space); err != nil {
		return err
	}
	name, _, err := c.text("name")
	if err != nil {
		return err
	}
	if name == "" {
		return bad("name: Missing input")
	}
	color, _, _ := c.text("color")
	notes, _, _ := c.text("notes")
	t := &tag{GID: c.e.st.id(), Name: name, Workspace: space, Color: color, Notes: notes, Created: c.now}
	c.e.st.Tags[t.GID] = t
	c.dirty = true
	return c.one(http.StatusCreated, c.tagView(t))
}
