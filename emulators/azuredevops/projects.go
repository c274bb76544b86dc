package azuredevops

import (
	"net/http"
	"strings"
	"time"
)

func (e *Emulator) projectView(p *project) object {
	return object{"id": p.id, "name": p.name, "description": "", "url": e.api("_apis", "projects", p.id), "state": "wellFormed", "revision": 11,
		"visibility": "private", "lastUpdateTime": "2026-01-05T08:00:00Z"}
}

func (c *call) listProjects() error {
	from, to, err := c.paged(len(projects))
	if err != nil {
		return err
	}
	out := []any{}
	for _, p := range projects[from:to] {
		out = append(out, c.e.projectView(p))
	}
	return c.list(out)
}

func (c *call) namedProject() (*project, error) {
	p := projectBy(c.params["project"])
	if p == nil {
		return nil, noProject(c.params["project"])
	}
	return p, nil
}

func (c *call) getProject() error {
	p, err := c.namedProject()
	if err != nil {
		return err
	}
	out := c.e.projectView(p)
	out["defaultTeam"] = object{"id": p.teamID(), "name": p.team(), "url": c.e.api("_apis", "projects", p.id, "teams", p.teamID())}
	return c.answer(out)
}

func (c *call) listTeams() error {
	p, err := c.namedProject()
	if err != nil {
		return err
	}
	return c.list([]any{object{"id": p.teamID(), "name": p.team(), "description": "", "projectId": p.id, "projectName": p.name,
		"url": c.e.api("_apis", "projects", p.id, "teams", p.teamID()), "identityUrl": c.e.api("_apis", "Identities", p.teamID())}})
}

func (c *call) listMembers() error {
	p, err := c.namedProject()
	if err != nil {
		return err
	}
	if c.params["team"] != p.teamID() && !strings.EqualFold(c.params["team"], p.team()) {
		return refuse(http.StatusNotFound, "TeamNotFoundException", "The team with id '"+c.params["team"]+"' does not exist, or you do not have permission to access it.")
	}
	from, to, err := c.paged(len(accounts))
	if err != nil {
		return err
	}
	out := []any{}
	for _, a := range accounts[from:to] {
		out = append(out, object{"identity": c.e.identityRef(a.mail), "isTeamAdmin": a.admin})
	}
	return c.list(out)
}

// sprintView is an iteration of a team; its path is as in items.
func (c *call) sprintView(n *node) object {
	at := func(s string) time.Time { t, _ := readTime(s, time.UTC); return t }
	frame := "current"
	if c.now.Before(at(n.Start)) {
		frame = "future"
	} else if c.now.After(at(n.Until).AddDate(0, 0, 1)) {
		frame = "past"
	}
	name := n.Path[strings.LastIndex(n.Path, `\`)+1:]
	return object{"id": guid("node", n.ID), "name": name, "path": n.Path, "url": c.e.api(c.project, "_apis", "work", "teamsettings", "iterations", guid("node", n.ID)),
		"attributes": object{"startDate": n.Start, "finishDate": n.Until, "timeFrame": frame}}
}

func (c *call) sprints() []any {
	out := []any{}
	for _, n := range c.e.st.Nodes {
		if n.Kind == "iterations" && n.Start != "" && firstOf(n.Path) == c.project {
			view := c.sprintView(n)
			frame := view["attributes"].(object)["timeFrame"]
			if want := c.query("$timeframe"); want == "" || strings.EqualFold(want, frame.(string)) {
				out = append(out, view)
			}
		}
	}
	return out
}

func (c *call) listSprints() error { return c.list(c.sprints()) }

func (c *call) getSprint() error {
	for _, s := range c.sprints() {
		if s.(object)["id"] == c.params["id"] {
			return c.answer(s)
		}
	}
	return refuse(http.StatusNotFound, "IterationNotFoundException", "The iteration does not exist.")
}

func (c *call) tagView(name string) object {
	id := guid("tag "+c.project+" "+strings.ToLower(name), 0)
	return object{"id": id, "name": name, "url": c.e.api(projectBy(c.project).id, "_apis", "wit", "tags", id)}
}

func (c *call) listTags() error {
	out := []any{}
	for _, t := range c.e.st.Tags[c.project] {
		out = append(out, c.tagView(t))
	}
	return c.list(out)
}

func (c *call) getTag() error {
	for _, t := range c.e.st.Tags[c.project] {
		if view := c.tagView(t); strings.EqualFold(t, c.params["tag"]) || view["id"] == c.params["tag"] {
			return c.answer(view)
		}
	}
	return refuse(http.StatusNotFound, "TagNotFoundException", "VS403371: The tag does not exist.")
}
