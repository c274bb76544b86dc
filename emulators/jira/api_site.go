package jira

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (c *call) projectOf(name string) (*project, error) {
	if p := findProject(c.vars[name]); p != nil {
		return p, nil
	}
	return nil, fail(http.StatusNotFound, "No project could be found with key '%s'.", c.vars[name])
}

func (c *call) searchProjects() (reply, error) {
	query, keys, wantedIDs := strings.ToLower(c.query.Get("query")), c.query["keys"], c.query["id"]
	out := []object{}
	for _, p := range projects {
		matched := strings.Contains(strings.ToLower(p.Name), query) || strings.Contains(strings.ToLower(p.Key), query)
		if !matched || len(keys) > 0 && !slices.Contains(list(keys...), p.Key) || len(wantedIDs) > 0 && !slices.Contains(wantedIDs, p.ID) {
			continue
		}
		one := c.fullProject(p, false)
		if slices.Contains(list(c.query["expand"]...), "lead") {
			one["lead"] = c.view().user(p.LeadID)
		}
		out = append(out, one)
	}
	return ok(pageBean(c, out, 50, 100))
}

func (c *call) fullProject(p *project, whole bool) object {
	v := c.view()
	out := v.project(p)
	out["expand"] = "description,lead,issueTypes,url,projectKeys"
	if !v.dc {
		out["style"], out["isPrivate"] = "classic", false
	}
	if whole {
		out["lead"] = v.user(p.LeadID)
		out["issueTypes"] = v.each(ids(issueTypes), v.issueType)
		out["components"] = v.each(ids(ofProject(components, p.ID)), v.component)
		out["versions"] = v.each(ids(ofProject(versions, p.ID)), v.release)
		out["description"] = ""
		out["assigneeType"] = "UNASSIGNED"
	}
	return out
}

func (c *call) getProject() (reply, error) {
	p, err := c.projectOf("projectIdOrKey")
	if err != nil {
		return reply{}, err
	}
	return ok(c.fullProject(p, true))
}

func (c *call) projectStatuses() (reply, error) {
	if _, err := c.projectOf("projectIdOrKey"); err != nil {
		return reply{}, err
	}
	v, out := c.view(), []object{}
	for _, t := range issueTypes {
		out = append(out, object{"self": v.self("/issuetype/" + t.ID), "id": t.ID, "name": t.Name, "subtask": t.Subtask, "statuses": v.each(ids(statuses), v.status)})
	}
	return ok(out)
}

func (c *call) projectComponents() (reply, error) {
	p, err := c.projectOf("projectIdOrKey")
	if err != nil {
		return reply{}, err
	}
	out := c.view().each(ids(ofProject(components, p.ID)), c.view().component)
	for _, one := range out {
		one["project"], one["projectId"], one["assigneeType"] = p.Key, number(p.ID), "PROJECT_DEFAULT"
	}
	return ok(out)
}

func (c *call) projectVersions() (reply, error) {
	p, err := c.projectOf("projectIdOrKey")
	if err != nil {
		return reply{}, err
	}
	out := c.view().each(ids(ofProject(versions, p.ID)), c.view().release)
	for _, one := range out {
		one["projectId"] = number(p.ID)
	}
	return ok(out)
}

func (c *call) projectHierarchy() (reply, error) {
	p, err := c.projectOf("projectId")
	if err != nil {
		return reply{}, err
	}
	levels := []object{}
	for _, level := range []struct {
		at   int
		name string
	}{{-1, "Subtask"}, {0, "Base"}, {1, "Epic"}} {
		types := []object{}
		for _, t := range issueTypes {
			if t.Level == level.at {
				types = append(types, object{"id": number(t.ID), "name": t.Name, "avatarId": 10300 + number(t.ID)%100})
			}
		}
		levels = append(levels, object{"level": level.at, "name": level.name, "issueTypes": types})
	}
	return ok(object{"projectId": number(p.ID), "hierarchy": levels})
}

func (c *call) getIssueTypes() (reply, error) {
	return ok(c.view().each(ids(issueTypes), c.view().issueType))
}

func (c *call) getPriorities() (reply, error) {
	return ok(c.fullPriorities())
}

func (c *call) fullPriorities() []object {
	out := c.view().each(ids(priorities), c.view().priority)
	for n, one := range out {
		one["description"], one["isDefault"], one["statusColor"] = priorities[n].Description, one["id"] == defaultPriority, "#cccccc"
	}
	return out
}

func (c *call) searchPriorities() (reply, error) {
	return ok(pageBean(c, c.fullPriorities(), 50, 50))
}

func (c *call) searchResolutions() (reply, error) {
	out := c.view().each(ids(resolutions), c.view().resolution)
	for n, one := range out {
		one["default"] = n == 0
	}
	return ok(pageBean(c, out, 50, 50))
}

func (c *call) getStatuses() (reply, error) {
	return ok(c.view().each(ids(statuses), c.view().status))
}

func (c *call) getCategories() (reply, error) {
	out := []object{}
	for _, key := range slices.Sorted(maps.Keys(categories)) {
		out = append(out, c.view().category(key))
	}
	return ok(out)
}

func (c *call) searchStatuses() (reply, error) {
	names := map[string]string{"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE"}
	out := []object{}
	for _, s := range statuses {
		out = append(out, object{"id": s.ID, "name": s.Name, "description": s.Description, "statusCategory": names[s.Category], "scope": object{"type": "GLOBAL"}})
	}
	return ok(pageBean(c, out, 200, 200))
}

func (c *call) getLabels() (reply, error) {
	all := map[string]bool{}
	for _, i := range c.state.Issues {
		for _, l := range i.Values["labels"].List {
			all[l] = true
		}
	}
	return ok(pageBean(c, slices.Sorted(maps.Keys(all)), 1000, 1000))
}

func (c *call) serverInfo() (reply, error) {
	return ok(object{"baseUrl": c.base, "displayUrl": c.base, "version": "1001.0.0-SNAPSHOT", "versionNumbers": []int{1001, 0, 0}, "deploymentType": "Cloud",
		"buildNumber": 100300, "buildDate": "2026-11-01T00:00:00.000+0000", "serverTime": formatTime(c.now, nil), "scmInfo": "emulator", "serverTitle": "Jira",
		"serverTimeZone": "Etc/UTC"})
}

// permissionNames are the permissions everybody has on both projects; administering is the admins'.
var permissionNames = []string{"BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "DELETE_ISSUES", "ASSIGN_ISSUES", "ASSIGNABLE_USER", "TRANSITION_ISSUES",
	"ADD_COMMENTS", "EDIT_ALL_COMMENTS", "DELETE_ALL_COMMENTS", "CREATE_ATTACHMENTS", "DELETE_ALL_ATTACHMENTS", "LINK_ISSUES", "MODIFY_REPORTER", "MOVE_ISSUES",
	"RESOLVE_ISSUES", "WORK_ON_ISSUES", "EDIT_OWN_WORKLOGS", "DELETE_OWN_WORKLOGS", "EDIT_ALL_WORKLOGS", "DELETE_ALL_WORKLOGS", "SCHEDULE_ISSUES", "MANAGE_WATCHERS", "ADMINISTER_PROJECTS", "ADMINISTER", "USER_PICKER"}

func (c *call) myPermissions() (reply, error) {
	asked := list(c.query["permissions"]...)
	if len(asked) == 0 {
		return reply{}, fail(http.StatusBadRequest, "The 'permissions' query parameter is required.")
	}
	for _, key := range c.query["projectKey"] {
		if findProject(key) == nil {
			return reply{}, fail(http.StatusNotFound, "No project could be found with key '%s'.", key)
		}
	}
	out := object{}
	for n, name := range permissionNames {
		if !slices.Contains(asked, name) {
			continue
		}
		kind, have := "PROJECT", true
		if strings.HasPrefix(name, "ADMINISTER") || strings.HasSuffix(name, "_ALL_WORKLOGS") {
			have = c.user.Admin
		}
		if name == "ADMINISTER" || name == "USER_PICKER" {
			kind = "GLOBAL"
		}
		out[name] = object{"id": strconv.Itoa(n), "key": name, "name": name, "type": kind, "description": "", "havePermission": have}
		asked = slices.DeleteFunc(asked, func(a string) bool { return a == name })
	}
	if len(asked) > 0 {
		return reply{}, fail(http.StatusBadRequest, "Unrecognized permission: %s", asked[0])
	}
	return ok(object{"permissions": out})
}
