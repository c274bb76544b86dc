package redmine

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// userView is a user; the address and more are for administrators only (people hide their address by default).
func (c *call) userView(u *user) object {
	out := object{"id": u.id, "login": u.login, "firstname": u.first, "lastname": u.last, "created_on": stamp(born), "updated_on": stamp(born),
		"last_login_on": nil, "passwd_changed_on": stamp(born)}
	if c.admin() {
		out["mail"], out["admin"], out["status"], out["twofa_scheme"] = u.mail(), u.id == UserSync, 1, nil
	}
	return out
}

func (c *call) getUser() error {
	if c.user == nil {
		return empty(http.StatusUnauthorized)
	}
	id := c.req.PathValue("id")
	if id == "current" || id == strconv.Itoa(c.user.id) {
		out := c.userView(c.user)
		out["admin"], out["api_key"] = c.admin(), c.user.key
		return c.answer(http.StatusOK, object{"user": out})
	}
	n, _ := strconv.Atoi(id)
	u := userBy(n)
	if u == nil {
		return empty(http.StatusNotFound)
	}
	return c.answer(http.StatusOK, object{"user": c.userView(u)})
}

// listUsers is for administrators; name finds by login, names and address.
func (c *call) listUsers() error {
	if !c.admin() {
		return c.denied()
	}
	want := strings.ToLower(c.req.URL.Query().Get("name"))
	rows := []any{}
	for i := range users {
		u := &users[i]
		if strings.Contains(strings.ToLower(u.login+" "+u.name()+" "+u.mail()), want) {
			rows = append(rows, c.userView(u))
		}
	}
	return c.page("users", rows)
}

func (c *call) project() (int, error) {
	id := projectOf(c.req.PathValue("id"))
	if id == 0 {
		return 0, empty(http.StatusNotFound)
	}
	if !c.seesProject(id) {
		return 0, c.denied()
	}
	return id, nil
}

func (c *call) listMemberships() error {
	id, err := c.project()
	if err != nil {
		return err
	}
	if c.user == nil {
		return empty(http.StatusUnauthorized)
	}
	rows := []any{}
	for i := range users {
		if role := users[i].roles[id]; role != 0 {
			rows = append(rows, object{"id": id*100 + users[i].id, "project": ref(projects, id), "user": userRef(users[i].id), "roles": []any{ref(roles, role)}})
		}
	}
	return c.page("memberships", rows)
}

func (c *call) projectView(id int) object {
	identifier := ""
	for name, n := range identifiers {
		if n == id {
			identifier = name
		}
	}
	return object{"id": id, "name": byID(projects, id).name, "identifier": identifier, "description": nil, "homepage": "", "status": 1, "is_public": public(id),
		"inherit_members": false, "created_on": stamp(born), "updated_on": stamp(born)}
}

func (c *call) listProjects() error {
	rows := []any{}
	for _, p := range projects {
		if c.seesProject(p.id) {
			rows = append(rows, c.projectView(p.id))
		}
	}
	return c.page("projects", rows)
}

func (c *call) getProject() error {
	id, err := c.project()
	if err != nil {
		return err
	}
	out := c.projectView(id)
	asked := strings.Split(c.req.URL.Query().Get("include"), ",")
	if slices.Contains(asked, "trackers") {
		out["trackers"] = refs(trackers)
	}
	if slices.Contains(asked, "issue_custom_fields") {
		list := []any{}
		for _, f := range fields {
			list = append(list, object{"id": f.id, "name": f.name})
		}
		out["issue_custom_fields"] = list
	}
	if slices.Contains(asked, "issue_categories") {
		out["issue_categories"] = []any{}
	}
	if slices.Contains(asked, "enabled_modules") {
		out["enabled_modules"] = []any{object{"id": id, "name": "issue_tracking"}}
	}
	return c.answer(http.StatusOK, object{"project": out})
}

func refs(list []named) []any {
	out := []any{}
	for _, n := range list {
		out = append(out, object{"id": n.id, "name": n.name})
	}
	return out
}

func (c *call) listStatuses() error {
	list := []any{}
	for _, s := range statuses {
		list = append(list, statusView(s.id))
	}
	return c.answer(http.StatusOK, object{"issue_statuses": list})
}

func (c *call) listTrackers() error {
	list := []any{}
	for _, t := range trackers {
		list = append(list, object{"id": t.id, "name": t.name, "default_status": object{"id": StatusNew, "name": "New"}, "description": nil,
			"enabled_standard_fields": []any{"assigned_to_id", "category_id", "fixed_version_id", "parent_issue_id", "start_date", "due_date", "estimated_hours", "done_ratio", "description"}})
	}
	return c.answer(http.StatusOK, object{"trackers": list})
}

func (c *call) listPriorities() error {
	list := []any{}
	for _, p := range priorities {
		list = append(list, object{"id": p.id, "name": p.name, "is_default": p.id == PriorityNormal, "active": true})
	}
	return c.answer(http.StatusOK, object{"issue_priorities": list})
}

func (c *call) listRoles() error {
	return c.answer(http.StatusOK, object{"roles": refs(roles)})
}

// listFields is for administrators.
func (c *call) listFields() error {
	if !c.admin() {
		return c.denied()
	}
	list := []any{}
	for _, f := range fields {
		one := object{"id": f.id, "name": f.name, "customized_type": "issue", "field_format": f.format, "regexp": "", "min_length": nil, "max_length": nil,
			"is_required": false, "is_filter": f.filter, "searchable": f.search, "multiple": f.multiple, "default_value": nil, "visible": true, "trackers": refs(trackers), "roles": []any{}}
		if f.max > 0 {
			one["max_length"] = f.max
		}
		if f.possible != nil {
			values := []any{}
			for _, v := range f.possible {
				label := v
				if f.format == "bool" {
					label = map[string]string{"1": "Yes", "0": "No"}[v]
				}
				values = append(values, object{"value": v, "label": label})
			}
			one["possible_values"] = values
		}
		list = append(list, one)
	}
	return c.answer(http.StatusOK, object{"custom_fields": list})
}

// routes lists every operation of the emulator.
func (e *Emulator) routes() {
	for pattern, run := range map[string]func(*call) error{
		"GET /issues.json": (*call).listIssues, "POST /issues.json": (*call).postIssue, "POST /uploads.json": (*call).postUpload,
		"GET /projects.json": (*call).listProjects, "GET /users.json": (*call).listUsers, "GET /custom_fields.json": (*call).listFields,
		"GET /issue_statuses.json": (*call).listStatuses, "GET /trackers.json": (*call).listTrackers, "GET /roles.json": (*call).listRoles,
		"GET /enumerations/issue_priorities.json": (*call).listPriorities, "GET /projects/{id}/issues.json": (*call).listIssues,
		"GET /projects/{id}/memberships.json": (*call).listMemberships, "GET /issues/{id}/relations.json": (*call).listRelations,
		"POST /issues/{id}/relations.json": (*call).postRelation, "GET /attachments/download/{id}/{name}": (*call).download, "GET /attachments/download/{id}": (*call).download,
		"GET /issues/{id}": (*call).getIssue, "PUT /issues/{id}": (*call).putIssue, "PATCH /issues/{id}": (*call).putIssue, "DELETE /issues/{id}": (*call).deleteIssue,
		"GET /users/{id}": (*call).getUser, "GET /projects/{id}": (*call).getProject, "GET /attachments/{id}": (*call).getAttachment,
		"DELETE /attachments/{id}": (*call).deleteAttachment, "PUT /journals/{id}": (*call).putJournal, "DELETE /relations/{id}": (*call).deleteRelation,
	} {
		e.handle(pattern, withoutSuffix(run))
	}
	e.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "<!DOCTYPE html><html><head><title>404 - Redmine</title></head><body></body></html>")
	})
}

// withoutSuffix takes .json off the id of an address; without it the address is a page for people.
func withoutSuffix(run func(*call) error) func(*call) error {
	return func(c *call) error {
		id := c.req.PathValue("id")
		bare, ok := strings.CutSuffix(id, ".json")
		if id != "" && !ok && !strings.HasSuffix(c.req.URL.Path, ".json") && !strings.HasPrefix(c.req.URL.Path, "/attachments/download/") {
			return empty(http.StatusNotFound)
		}
		c.req.SetPathValue("id", bare)
		return run(c)
	}
}
